"""The price of one unit of a code by a contract: from the payer's own fee schedule or from Medicare's values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from denialml.codes import Tables
from denialml.codes.rows import FeeRow
from denialml.contracts.terms import Agreement
from denialml.money import dollars

COMPONENTS: Final = ("26", "TC", "53")  # modifiers with rows of their own in Medicare's fee schedule

_PRICED: Final = frozenset("ART")  # status codes under which the fee schedule pays by its values


class CannotTellError(Exception):
    """The expected amount cannot be told, and why."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service as billed; ``place`` is the place of service, ``provider`` the rendering NPI, ``number`` its line's."""

    code: str
    modifiers: tuple[str, ...]
    units: Decimal
    charge_cents: int
    served_on: date
    place: str = ""
    provider: str = ""
    number: int = 1


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a computation in words, and the table, release or contract that it stands on."""

    words: str
    source: str


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """Cents for one unit. ``modifier`` is the one that the price is for already, ``practice`` the part of it in cents
    that is practice expense, None where the source does not say.
    """  # noqa: D205 - one sentence

    cents: int
    modifier: str
    practice: Fraction | None
    step: Step


class PriceList:
    """Unit prices of an agreement with the code tables."""

    def __init__(self, agreement: Agreement, tables: Tables) -> None:
        self.agreement = agreement
        self.terms = agreement.terms
        self.tables = tables

    def unit(self, service: Service, code: str = "", modifiers: tuple[str, ...] | None = None) -> UnitPrice | None:
        """The price of a service, or of another ``code`` and ``modifiers`` in its place; None when no list knows it.

        Raises:
            CannotTellError: it is listed, and a value is missing.
        """
        code = code or service.code
        marks = service.modifiers if modifiers is None else modifiers
        return self._listed(service, code, marks) or self._of_medicare(service, code, marks)

    def indicators(self, code: str, modifier: str, on: date) -> FeeRow | None:
        """Medicare's payment indicators of a code; None for one that its fee schedule does not know.

        Raises:
            CannotTellError: no release speaks of the day.
        """
        day = self.terms.medicare_as_of or on
        if not self.tables.covers("fee_schedule", day):
            raise CannotTellError(f"Medicare's fee schedule of {day} is not loaded: its indicators are needed")
        own = self.tables.fee_schedule(code, modifier, day) if modifier in COMPONENTS else None
        return own or self.tables.fee_schedule(code, "", day)

    def release(self, table: str, on: date) -> str:
        """A table's release as a source of steps."""
        return f"{table} {self.tables.release(table, self.terms.medicare_as_of or on)}"

    def _listed(self, service: Service, code: str, modifiers: tuple[str, ...]) -> UnitPrice | None:
        schedule, on = self.agreement.schedule, service.served_on
        if schedule is None:
            return None
        for modifier in (*modifiers, ""):
            fees = {place: schedule.fee(code, modifier, place, on) for place in ("", "facility", "nonfacility")}
            if not any(fees.values()):
                continue
            place = "" if fees[""] else self._place(service)
            fee = fees[place]
            if fee is None:
                raise CannotTellError(f"{schedule.name} has no fee of {code} for a {place} place")
            what = " ".join(filter(None, (code, modifier, place)))
            since = "" if fee.effective == date.min else f" from {fee.effective}"
            step = Step(f"{what}: {dollars(fee.cents)} a unit", f"{schedule.name}{since}")
            return UnitPrice(fee.cents, modifier, None, step)
        return None

    def _of_medicare(self, service: Service, code: str, modifiers: tuple[str, ...]) -> UnitPrice | None:
        terms = self.terms
        if terms.medicare_percent is None:
            return None
        on = terms.medicare_as_of or service.served_on
        modifier = next((m for m in modifiers if m in COMPONENTS and self.tables.fee_schedule(code, m, on)), "")
        row = self.indicators(code, modifier, service.served_on)
        if row is None or row.status not in _PRICED or not _values(row):
            return None
        share = Fraction(terms.medicare_percent) / 100
        fee, practice = self._fee(row, service, on)
        cents = rounded(rounded(fee) * share)
        what = f"{code} {modifier}".strip()
        words = f"{what}: {terms.medicare_percent}% of Medicare's {dollars(rounded(fee))} is {dollars(cents)} a unit"
        return UnitPrice(cents, modifier, practice * share, Step(words, self._medicare_source(row, on)))

    def _fee(self, row: FeeRow, service: Service, on: date) -> tuple[Fraction, Fraction]:
        """Medicare's fee in cents, and the practice expense in it.

        Hundredths of units times thousandths of indices times ten-thousandths of a dollar: 10 000 000 to a cent.
        """
        index = self.tables.gpci(self.terms.locality, on)
        if index is None:
            raise CannotTellError(f"no price indices (gpci) of locality {self.terms.locality} on {on} are loaded")
        factor = self._conversion_factor(row, on)
        expense = row.practice_nonfacility
        if row.practice_facility != row.practice_nonfacility:
            facility = self._place(service) == "facility"
            if row.facility_never if facility else row.nonfacility_never:
                raise CannotTellError("Medicare has no price for the code at this kind of place (NA)")
            expense = row.practice_facility if facility else row.practice_nonfacility
        practice = expense * index.practice * factor / 10**7
        rest = (row.work * index.work + row.malpractice * index.malpractice) * factor / 10**7
        return rest + practice, practice

    def _conversion_factor(self, row: FeeRow, on: date) -> Fraction:
        """Ten-thousandths of a dollar for one unit of value."""
        own = self.terms.conversion_factor
        factor = Fraction(own) * 10_000 if own is not None else Fraction(row.conversion_factor)
        if not factor:
            raise CannotTellError(f"the fee schedule of {on} names no conversion factor")
        return factor

    def _medicare_source(self, row: FeeRow, on: date) -> str:
        own = self.terms.conversion_factor
        factor = own if own is not None else Decimal(row.conversion_factor).scaleb(-4)
        tables = f"{self.release('fee_schedule', on)}, {self.release('gpci', on)} {self.terms.locality}"
        return f"{tables}, conversion factor {factor}"

    def _place(self, service: Service) -> str:
        row = self.tables.place(service.place) if service.place else None
        if row is None or row.facility is None:
            raise CannotTellError(f"whether place of service {service.place or '(none)'} is a facility is not known")
        return "facility" if row.facility else "nonfacility"


def rounded(cents: Fraction) -> int:
    """Whole cents, half a cent upwards."""
    return (2 * cents.numerator + cents.denominator) // (2 * cents.denominator)


def _values(row: FeeRow) -> int:
    return row.work + row.practice_facility + row.practice_nonfacility + row.malpractice
