"""What stands around the claims of an 835: its head (BPR to loop 1000B) and the provider adjustments (PLB)."""

from __future__ import annotations

from datetime import date

from denialml.claims import Party, ProviderAdjustment, Remittance
from denialml.x12.groups import Group
from denialml.x12.parties import PartyBuilder, padded
from denialml.x12.values import BadValueError, cents, day


class Head:
    """The segments before the first claim: BPR, TRN, dates, payer (1000A) and payee (1000B).

    After :meth:`remittance`, ``odd`` are the places of segments that the vocabulary has no (full) place for,
    ``problems`` what was wrong but can be done without, ``place`` the segment a refusal speaks of.
    """

    def __init__(self, group: Group) -> None:
        self.group = group
        self.separator = group.delimiters.element
        self.odd: list[int] = []
        self.problems: list[tuple[int, BadValueError]] = []
        self.place = 0
        self.bpr = [""] * 17
        self.trace = self.originator = self.receiver = ""
        self.produced_on: date | None = None
        self.parties: dict[str, PartyBuilder] = {}
        self.open: PartyBuilder | None = None

    def remittance(self, control_number: str) -> Remittance:
        """The head as a value.

        Raises:
            BadValueError: the payment amount (BPR02) is missing or no amount.
        """
        bpr_place = 0
        for place, raw in enumerate(self.group.raws[1:], 1):
            self.place = place
            e = padded(raw, self.separator, 16)
            if e[0] == "BPR" and not self.bpr[0]:
                self.bpr, bpr_place = e, place
            if not self._take(e):
                self.odd.append(place)
        self.place = bpr_place
        e = self.bpr
        if not e[2]:
            raise BadValueError("missing-payment", "a remittance without its payment amount (BPR02)")
        amount = cents(e[2])
        paid_on = self._day(e[16], bpr_place)
        for role, label in (("PR", "payer"), ("PE", "payee")):
            if role not in self.parties:
                self.problems.append((0, BadValueError(f"missing-{label}", f"the remittance names no {label}")))
        return Remittance(
            control_number,
            -abs(amount) if e[3] == "D" else amount,
            e[4],
            paid_on,
            self.trace,
            self.originator,
            self._party("PR"),
            self._party("PE"),
            e[1],
            self.produced_on,
            self.receiver,
        )

    def _party(self, role: str) -> Party:
        return self.parties[role].party() if role in self.parties else Party()

    def _day(self, text: str, place: int) -> date | None:
        """A date that the remittance can do without."""
        try:
            return day(text) if text else None
        except BadValueError as error:
            self.problems.append((place, error))
            self.odd.append(place)
            return None

    def _take(self, e: list[str]) -> bool:
        name = e[0]
        if name == "N1":
            return self._open_party(e)
        if self.open is not None:
            return self.open.take(e)
        if name == "BPR":
            return e is self.bpr and not any(e[5:16]) and not any(e[17:])
        if name == "TRN" and not self.trace:
            self.trace, self.originator = e[2], e[3]
            return e[1] == "1" and not any(e[4:])
        if name == "REF" and e[1] == "EV" and not self.receiver:
            self.receiver = e[2]
            return not any(e[3:])
        if name == "DTM" and e[1] == "405" and self.produced_on is None:
            self.produced_on = self._day(e[2], self.place)
            return not any(e[3:])
        return False

    def _open_party(self, e: list[str]) -> bool:
        self.open = PartyBuilder(e)
        if e[1] not in {"PR", "PE"} or e[1] in self.parties:
            self.open = None
            return False
        self.parties[e[1]] = self.open
        return self.open.whole


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
