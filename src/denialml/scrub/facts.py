"""Small questions that several rules ask, answered once and remembered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from denialml.claims import DatedFact
from denialml.codes import in_span
from denialml.ids import NPI, TAX_ID
from denialml.scrub.codesets import ANATOMIC, ASSISTANT, OPENING, CodeSet
from denialml.scrub.tables import CoveragePolicy
from denialml.scrub.view import ClaimView, LineView, PairOnDay


@lru_cache(maxsize=65_536)
def is_npi(text: str) -> bool:
    """Whether the text is an NPI with a right check digit."""
    return NPI.is_valid(text)


@lru_cache(maxsize=65_536)
def is_tax_id(text: str) -> bool:
    """Whether the text is a tax id: nine digits, not all alike."""
    return TAX_ID.is_valid(text)


def in_spans(code: str, spans: Iterable[str]) -> bool:
    """Whether a diagnosis lies in one of some spans of codes."""
    return any(in_span(code, span) for span in spans)


def dated(facts: Iterable[DatedFact], qualifier: str) -> date | None:
    """The day of the first dated fact of a kind (X12 DTP01), or None."""
    return next((fact.day for fact in facts if fact.qualifier == qualifier), None)


def opened(pair: PairOnDay) -> bool:
    """Whether a modifier of either service opens a procedure pair of indicator 1 (NCCI Policy Manual, chapter I, E).

    RT on one and RT on the other tell nothing apart, nor does the same digit or vessel on both.
    """
    one, other = set(pair.column1.modifiers), set(pair.column2.modifiers)
    marks = (one | other) & OPENING
    return bool(marks) and not marks <= (one & other & ANATOMIC)


class Operation(NamedTuple):
    """A procedure with a global period: its day, code, and the days after it that its payment covers (10 or 90)."""

    day: date
    code: str
    days: int


def operations(claim: ClaimView) -> list[Operation]:
    """Procedures with a global period by the same group and specialty, on this claim and on earlier ones."""
    tables = claim.context.tables
    found = [
        Operation(line.day, line.code, _GLOBAL_DAYS[fee.global_days])
        for line in claim.lines
        if (fee := line.fee) and fee.global_days in _GLOBAL_DAYS and line.marks.isdisjoint(ASSISTANT)
    ]
    for service in claim.services:
        if claim.same_group(service) and ASSISTANT.isdisjoint(service.modifiers):
            row = tables.fee_schedule(service.code, "", service.day)
            if row and row.global_days in _GLOBAL_DAYS:
                found.append(Operation(service.day, service.code, _GLOBAL_DAYS[row.global_days]))
    return found


def period_around(day: date, of: Iterable[Operation]) -> Operation | None:
    """The first operation whose global period holds a later day; the day of the operation itself is not in it."""
    return next((each for each in of if 0 < (day - each.day).days <= each.days), None)


_GLOBAL_DAYS: Final = {"010": 10, "090": 90}


def years_before(day: date, years: int) -> date:
    """The same day some years before; 28 February for a leap day."""
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - years, day=28 if leap else day.day)


def uncovered(line: LineView, *, laboratory: bool) -> CoveragePolicy | None:
    """The coverage policy that takes none of the line's diagnoses; None where one takes one, or there is no policy.

    ``laboratory`` chooses between national laboratory policies and all others.
    """
    named = [each for each in line.policies if each.is_national_laboratory is laboratory] if line.policies else []
    if not named:
        return None
    return None if any(_takes(each, line) for each in named) else named[0]


def _takes(policy: CoveragePolicy, line: LineView) -> bool:
    """Whether a policy takes one of the line's diagnoses; one without a list takes what it does not refuse."""
    return bool(policy.covered) or (not policy.lists_covered and not policy.refused.issuperset(line.diagnoses))


# Full months that must pass between two preventive services of Medicare, after the month of the last one
# (42 CFR 410.15, 410.31, 410.34, 410.37, 410.39, 410.56).
_MONTHS_BETWEEN: Final = {
    "77067": 11,
    "G0103": 11,
    "G0439": 11,
    "77080": 23,
    "G0101": 23,
    "G0105": 23,
    "G0121": 119,
}


def paid_again_from(line: LineView) -> date | None:
    """The day from which Medicare pays a preventive service again; None where nothing stands in the way.

    What the payer answered (271) goes before what the record says.
    """
    cover = line.claim.cover
    if cover and line.code in cover.next_dates:
        return cover.next_dates[line.code]
    months = _MONTHS_BETWEEN.get(line.code)
    last = max(
        (each.day for each in line.claim.services if each.code == line.code and each.day < line.day), default=None
    )
    if months is None or last is None:
        return None
    count = last.year * 12 + last.month + months
    return date(count // 12, count % 12 + 1, 1)


PREVENTIVE_SERVICES: Final = CodeSet(" ".join(sorted(_MONTHS_BETWEEN)))
