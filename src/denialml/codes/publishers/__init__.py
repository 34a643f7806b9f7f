"""Publishers' own files, as they publish them: which format a file has, and what it says."""

from __future__ import annotations

from typing import Final

from denialml.codes.publishers import coverage, fee_schedule, hcpcs, icd10, ncci, plain, providers
from denialml.codes.publishers.documents import Document, documents
from denialml.codes.publishers.format import Edition, Format

__all__ = ["FORMATS", "Document", "Edition", "Format", "documents", "format_of", "why_unread"]

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


_UNREAD: Final = (  # layouts that are known, but not how to read them: what they are, and what to load in their place
    (
        fee_schedule.is_unknown_text,
        (
            "a relative value file whose records of fixed width are not of the layout that is known (that of 2025); "
            "load the CSV or XLSX of the same archive"
        ),
    ),
    (
        ncci.is_unknown_medicaid,
        (
            "a file of Medicaid's NCCI in a layout that is not read: load the complete edit files that CMS publishes, "
            "tab separated or XLSX, under their own names, which say for whom they are (practitioner, outpatient "
            "hospital, DME); reports of changes, pairs for DME and records of fixed width for states are not read"
        ),
    ),
    (
        coverage.is_of_determinations,
        (
            "an export of local coverage determinations (LCD), whose codes moved to articles by 2020; "
            "load the export of articles (current_article.zip, all_article.zip)"
        ),
    ),
)


def why_unread(document: Document) -> str:
    """What a document of no known format is, and what to load in its place; empty when that is not known either."""
    return next((why for is_it, why in _UNREAD if is_it(document)), "")
