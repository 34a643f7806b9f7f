"""Small questions that several rules ask, answered once and remembered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from denialml.claims import DatedFact
from denialml.ids import NPI
from denialml.scrub.codesets import ANATOMIC, OPENING
from denialml.scrub.view import PairOnDay


@lru_cache(maxsize=65_536)
def is_npi(text: str) -> bool:
    """Whether the text is an NPI with a right check digit."""
    return NPI.is_valid(text)


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
