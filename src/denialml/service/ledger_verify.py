"""Checking every law of the books over the whole store."""

from __future__ import annotations

from dataclasses import dataclass

from denialml.service.audit import note
from denialml.service.practice import existing_store
from denialml.settings import Settings

_PERIODS = "closed-periods-are-as-they-were-closed"


@dataclass(frozen=True, slots=True)
class LawRow:
    """A law of the books, and how often it is broken."""

    law: str
    breaches: int


@dataclass(frozen=True, slots=True)
class BreachRow:
    """A breach: the law, and the rows by table and id."""

    law: str
    where: str


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """Every law with its breaches, and the first of these; ``rebuilt``: sums were made anew from the entries."""

    laws: tuple[LawRow, ...]
    breaches: int
    rebuilt: bool
    rows: tuple[BreachRow, ...]


def verify(settings: Settings, *, top: int, rebuild: bool = False) -> VerifyReport:
    """Check the books.

    Args:
        settings: Where the store is.
        top: How many breaches of each law to show.
        rebuild: Make the sums beside the entries anew first, from the entries. An audit event says so.

    Raises:
        NotFoundError: there is no database yet.
        StorageError: the database cannot be read, or not be written when it is to be rebuilt.
    """
    from denialml.store import sums
    from denialml.store.ledger_checks import LAWS, broken_laws
    from denialml.store.periods import changed_periods

    with existing_store(settings) as store:
        if rebuild:
            with store.unit() as unit:
                note(unit, "rebuild sums", "ledger", differences=len(sums.differences(unit.connection)))
                sums.rebuild(unit)
        with store.reading() as connection:
            found = [BreachRow(each.law, each.where) for each in broken_laws(connection)]
            found += [BreachRow(_PERIODS, where) for where in changed_periods(connection)]
    by_law = {law: [row for row in found if row.law == law] for law in (*LAWS, _PERIODS)}
    return VerifyReport(
        laws=tuple(LawRow(law, len(rows)) for law, rows in by_law.items()),
        breaches=len(found),
        rebuilt=rebuild,
        rows=tuple(row for rows in by_law.values() for row in rows[:top]),
    )
