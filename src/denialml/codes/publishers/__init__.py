"""Publishers' own files, as they publish them: which format a file has, and what it says."""

from __future__ import annotations

from typing import Final

from denialml.codes.publishers import coverage, fee_schedule, hcpcs, icd10, ncci, plain, providers
from denialml.codes.publishers.documents import Document, documents
from denialml.codes.publishers.format import Edition, Format

__all__ = ["FORMATS", "Document", "Edition", "Format", "documents", "format_of"]

FORMATS: Final[tuple[Format, ...]] = (  # where two of an archive's files say the same, the earlier format is read
    *icd10.FORMATS,
    *hcpcs.FORMATS,
    *ncci.FORMATS,
    *fee_schedule.FORMATS,
    *providers.FORMATS,
    *coverage.FORMATS,
    *plain.FORMATS,
)


def format_of(document: Document) -> Format | None:
    """The format of a document; None when it is none that is known."""
    return next((each for each in FORMATS if each.matches(document)), None)
