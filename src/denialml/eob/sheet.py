"""An explanation of benefits as texts: what stands in which field, and where each was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from denialml.x12.events import Span

Box = tuple[float, float, float, float]  #: left, top, right, bottom, in points from a page's upper left corner

#: Fields by level. Several adjustments or remarks stand in one field, parted by spaces: ``CO-45-14.60 PR-3-10.00``.
HEAD: Final = ("payer", "payer_id", "payer_tax_id", "payee_npi", "method", "check", "date", "amount")
CLAIM: Final = ("claim", "payer_claim", "member", "status", "charge", "paid", "patient", "adjustments", "remarks")
LINE: Final = ("code", "date", "units", "charge", "allowed", "paid", "adjustments", "remarks")
PROVIDER_ADJUSTMENT: Final = ("reason", "reference", "amount")


@dataclass(frozen=True, slots=True)
class Place:
    """Where on a document a text was read: page from 1, box, and how sure the reading is, from 0 to 1."""

    page: int
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class Cell:
    """One text. ``where`` is its place in a typed file; ``doubt`` says why a person has to look at it, or is empty."""

    text: str
    where: str = ""
    place: Place | None = None
    doubt: str = ""

    def __repr__(self) -> str:
        return "Cell(***)"


Fields = Mapping[str, Cell]

NO_SPAN: Final = Span(0, 0, 0)


@dataclass(frozen=True, slots=True)
class SheetClaim:
    """One claim and its lines; ``span`` is where it stands in the bytes of its file, ``segment`` being the line."""

    fields: Fields
    lines: tuple[Fields, ...] = ()
    span: Span = NO_SPAN


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole explanation of benefits. ``document`` is the sha256 of the document it was read from, or empty."""

    head: Fields
    claims: tuple[SheetClaim, ...] = ()
    provider_adjustments: tuple[Fields, ...] = field(default=())
    document: str = ""
