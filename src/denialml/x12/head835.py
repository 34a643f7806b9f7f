"""What stands around the claims of an 835: its head, the headers of its groups of claims, the provider adjustments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from denialml.claims import (
    BankAccount,
    ClaimGroup,
    Delivery,
    InpatientSummary,
    Party,
    ProviderAdjustment,
    ProviderSummary,
    Remittance,
)
from denialml.x12.groups import Group
from denialml.x12.parties import PartyBuilder, padded
from denialml.x12.shapes import DAY, MONEY, NUMBER, Shape
from denialml.x12.values import BadValueError, cents, day
from denialml.x12.walk import Walker

PAYER: Final = "1000A"
PAYEE: Final = "1000B"

TS3: Final = Shape(
    ProviderSummary,
    "TS3",
    {
        1: "provider_id", 2: "facility_type", 3: ("fiscal_period_end", DAY), 4: ("claims", NUMBER),
        5: ("charge_cents", MONEY), 13: ("secondary_payer_cents", MONEY), 15: ("non_laboratory_charge_cents", MONEY),
        17: ("hcpcs_reportable_cents", MONEY), 18: ("hcpcs_payable_cents", MONEY),
        20: ("professional_component_cents", MONEY), 21: ("secondary_payer_patient_cents", MONEY),
        22: ("patient_reimbursement_cents", MONEY), 23: ("interim_claims", NUMBER),
        24: ("interim_adjustment_cents", MONEY),
    },
)  # fmt: skip
TS2: Final = Shape(
    InpatientSummary,
    "TS2",
    {
        1: ("drg_cents", MONEY), 2: ("federal_cents", MONEY), 3: ("hospital_cents", MONEY),
        4: ("disproportionate_share_cents", MONEY), 5: ("capital_cents", MONEY), 6: ("indirect_education_cents", MONEY),
        7: ("outlier_days", NUMBER), 8: ("day_outlier_cents", MONEY), 9: ("cost_outlier_cents", MONEY),
        10: ("average_stay_days", NUMBER), 11: ("discharges", NUMBER), 12: ("cost_report_days", NUMBER),
        13: ("covered_days", NUMBER), 14: ("non_covered_days", NUMBER),
        15: ("secondary_payer_pass_through_cents", MONEY), 16: ("average_drg_weight", NUMBER),
        17: ("capital_federal_drg_cents", MONEY), 18: ("capital_hospital_drg_cents", MONEY),
        19: ("disproportionate_share_drg_cents", MONEY),
    },
)  # fmt: skip
RDM: Final = Shape(Delivery, "RDM", {1: "method", 2: "name", 3: "address"})

# Elements of a BPR that hold an account: of the payer, and of the payee.
PAYER_ACCOUNT: Final = slice(6, 10)
PAYEE_ACCOUNT: Final = slice(12, 16)


class Head:
    """The segments before the first claim: payment, trace, dates, payer (1000A) and payee (1000B).

    After :meth:`remittance`, ``odd`` are the places of segments that the vocabulary has no (full) place for,
    ``problems`` what was wrong but can be done without, ``place`` the segment a refusal speaks of.
    """

    def __init__(self, group: Group) -> None:
        self.group = group
        self.odd: list[int] = []
        self.problems: list[tuple[int, BadValueError]] = []
        self.place = 0
        self._fields: dict[str, Any] = {}
        self._payment: tuple[int, list[str]] = 0, [""] * 17
        self._parties: dict[str, PartyBuilder] = {}
        # By loop and name; what is not here is the party's whose loop it is.
        self._takers: dict[tuple[str, str], Callable[[list[str]], bool]] = {
            ("", "BPR"): self._bpr, ("", "TRN"): self._trn, ("", "CUR"): self._cur, ("", "REF"): self._ref,
            ("", "DTM"): self._dtm, (PAYEE, "RDM"): self._rdm,
        }  # fmt: skip

    def remittance(self, control_number: str) -> Remittance:
        """The head as a value.

        Raises:
            BadValueError: the payment amount (BPR02) is missing or no amount.
        """
        walker, loop = Walker.of("835", self.group.delimiters), ""
        for place, raw in enumerate(self.group.raws[1:], 1):
            self.place = place
            spec, loop = walker.step(loop, raw)
            if spec is None or spec.loop.id != loop or not self._take(loop, raw):
                self.odd.append(place)
        self.place, e = self._payment
        if not e[2]:
            raise BadValueError("missing-payment", "a remittance without its payment amount (BPR02)")
        amount = cents(e[2])
        for loop, label in ((PAYER, "payer"), (PAYEE, "payee")):
            if loop not in self._parties:
                self.problems.append((0, BadValueError(f"missing-{label}", f"the remittance names no {label}")))
        return Remittance(
            control_number=control_number,
            payment_cents=-abs(amount) if e[3] == "D" else amount,
            method=e[4],
            paid_on=self._day(e[16]),
            trace=self._fields.pop("trace", ""),
            originator=self._fields.pop("originator", ""),
            payer=self._party(PAYER),
            payee=self._party(PAYEE),
            handling=e[1],
            payment_format=e[5],
            payer_account=_account(e[PAYER_ACCOUNT]),
            payee_account=_account(e[PAYEE_ACCOUNT]),
            originating_company=e[10],
            company_supplement=e[11],
            **self._fields,
        )

    def _take(self, loop: str, raw: str) -> bool:
        """Use a segment; false when (a part of) it has no place."""
        e = padded(raw, self.group.delimiters.element, 16)
        take = self._takers.get((loop, e[0]))
        if take is not None:
            return take(e)
        party = self._parties.get(loop)
        if e[0] == "N1" and party is None:
            party = self._parties[loop] = PartyBuilder(e)
            return party.whole
        return party is not None and party.take(e)

    def _bpr(self, e: list[str]) -> bool:
        if self._payment[0]:
            return False
        self._payment = self.place, e
        return not any(e[17:])

    def _trn(self, e: list[str]) -> bool:
        texts = {"trace": e[2], "originator": e[3], "originator_supplement": e[4]}
        return self._fill(texts) and e[1] == "1" and not any(e[5:])

    def _cur(self, e: list[str]) -> bool:
        return e[1] == "PR" and self._fill({"currency": e[2]}) and not any(e[3:])

    def _ref(self, e: list[str]) -> bool:
        name = {"EV": "receiver_id", "F2": "system_version"}.get(e[1])
        return name is not None and self._fill({name: e[2]}) and not any(e[3:])

    def _dtm(self, e: list[str]) -> bool:
        if e[1] != "405" or "produced_on" in self._fields:
            return False
        return self._fill({"produced_on": self._day(e[2])}) and not any(e[3:])

    def _rdm(self, e: list[str]) -> bool:
        value, whole = RDM.read(e, self.group.delimiters)
        return self._fill({"delivery": value}) and whole

    def _fill(self, values: Mapping[str, object]) -> bool:
        """Fields that one segment fills; false when another one has filled them."""
        if not self._fields.keys().isdisjoint(values):
            return False
        self._fields.update(values)
        return True

    def _party(self, loop: str) -> Party:
        return self._parties[loop].party() if loop in self._parties else Party()

    def _day(self, text: str) -> date | None:
        """A date that the remittance can do without."""
        try:
            return day(text) if text else None
        except BadValueError as error:
            self.problems.append((self.place, error))
            self.odd.append(self.place)
            return None


def _account(texts: list[str]) -> BankAccount | None:
    return BankAccount(*texts) if any(texts) else None


def claim_group(group: Group) -> tuple[ClaimGroup, list[int], list[tuple[int, BadValueError]]]:
    """The header of a group of claims (loop 2000), the places of what it has no place for, and what is wrong there."""
    delimiters = group.delimiters
    values: dict[str, Any] = {}
    odd: list[int] = []
    problems = []
    for place, raw in enumerate(group.raws):
        e = padded(raw, delimiters.element, 1)
        try:
            if place == 0:
                values["number"], whole = e[1], not any(e[2:])
            elif e[0] in _SUMMARIES and _SUMMARIES[e[0]][0] not in values:
                name, shape = _SUMMARIES[e[0]]
                values[name], whole = shape.read(e, delimiters)
            else:
                whole = False
        except BadValueError as error:
            problems.append((place, error))
            whole = False
        if not whole:
            odd.append(place)
    return ClaimGroup(**values), odd, problems


_SUMMARIES: Final[Mapping[str, tuple[str, Shape[Any]]]] = MappingProxyType(
    {"TS3": ("provider", TS3), "TS2": ("inpatient", TS2)}
)


def provider_adjustments(raw: str, separator: str, component: str) -> list[ProviderAdjustment]:
    """The pairs of a PLB.

    Raises:
        BadValueError: a pair without reason or amount, a bad amount or date, or no pair at all.
    """
    e = padded(raw, separator, 4)
    year_end = day(e[2]) if e[2] else None
    found = []
    for at in range(3, len(e), 2):
        what, amount = e[at], (e[at + 1] if at + 1 < len(e) else "")
        if not (what or amount):
            continue
        reason, _, reference = what.partition(component)
        if not reason or not amount:
            raise BadValueError("bad-provider-adjustment", "a PLB pair needs a reason and an amount", what)
        found.append(ProviderAdjustment(e[1], year_end, reason, reference, cents(amount)))
    if not found:
        raise BadValueError("bad-provider-adjustment", "a PLB without an adjustment")
    return found
