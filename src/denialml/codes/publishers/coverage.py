"""Articles of Medicare's contractors as the coverage database exports them: procedures and diagnoses, by article.

The export is an archive of joined files. Each article is kept with its procedures and its diagnoses apart, so that a
million pairs of them cost what their sum does, not their product.

Exports of all articles (``all_article.zip``) have the same files and titles, whatever the age of an article. Those of
the years of ICD-9 have no files of ICD-10 codes, and local coverage determinations (LCD) listed diagnoses themselves
until their codes moved to articles in 2019; both speak of claims that can no longer be sent, and are refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Final

from denialml.codes.publishers.columns import Record, is_header, records
from denialml.codes.publishers.documents import Document
from denialml.codes.publishers.format import Filed, Format
from denialml.codes.rows import CoverageDiagnosis, CoverageProcedure
from denialml.errors import BadInputError

_Days = tuple[date, date | None]
_PROCEDURES: Final = "article_x_hcpc_code.csv"
_COVERED: Final = "article_x_icd10_covered.csv"
_NOT_COVERED: Final = "article_x_icd10_noncovered.csv"
_CONTRACTORS: Final = "article_x_contractor.csv"
_CONTRACTS: Final = "contractor.csv"
_ARTICLE: Final = {"article": "article_id", "version": "article_version"}


def _matches(document: Document) -> bool:
    return document.name == "article.csv" and any(is_header(cells, "article_id") for cells in document.first_rows)


def is_of_determinations(document: Document) -> bool:
    """Whether a document belongs to an export of local coverage determinations."""
    return document.name == "lcd.csv" and any(is_header(cells, "lcd_id") for cells in document.first_rows)


def _read(document: Document) -> Iterator[Filed]:
    """Every article of the export with the procedures, diagnoses and contractors that its version names."""
    articles = dict(_articles(document))
    contractors = _contractors(document, articles)
    for record, (effective, end) in _joined(document, _PROCEDURES, {"code": "hcpc_code_id"}, articles):
        article = record["article"].zfill(5)
        named = tuple(sorted(contractors[record["article"]]))
        row = CoverageProcedure(effective=effective, end=end, article=article, contractors=named)
        yield "coverage_procedure", record.code("code"), row
    for name, pattern, covered in ((_COVERED, "icd10_code_id", True), (_NOT_COVERED, "icd10_code_id", False)):
        for record, (effective, end) in _joined(document, name, {"code": pattern}, articles):
            code = record["code"].replace(".", "").upper()
            if code and code.isalnum():  # "ANY" and the like have no place in a table of codes
                said = CoverageDiagnosis(effective=effective, end=end, covered=covered)
                yield "coverage_diagnosis", record["article"].zfill(5) + code, said


def _articles(document: Document) -> Iterator[tuple[tuple[str, str], _Days]]:
    """The days of each version of an article that has a first day."""
    columns = {**_ARTICLE, "effective": "article_eff_date", "end": "article_end_date"}
    for record in records(document, "article_id", columns):
        effective = record.day("effective")
        if effective is not None:
            yield (record["article"], record["version"]), (effective, record.day("end"))


def _contractors(document: Document, articles: dict[tuple[str, str], _Days]) -> dict[str, set[str]]:
    """The contract numbers that each article stands for; the export numbers its contracts anew and lists them apart."""
    contracts = {"id": "contractor_id", "number": "contractor_number"}
    numbers = {
        record["id"]: record["number"] for record in records(_beside(document, _CONTRACTS), "contractor_id", contracts)
    }
    found: dict[str, set[str]] = defaultdict(set)
    for record, _ in _joined(document, _CONTRACTORS, {"contractor": "contractor_id"}, articles):
        found[record["article"]].add(numbers.get(record["contractor"], record["contractor"]))
    return found


def _joined(
    document: Document, name: str, columns: dict[str, str], articles: dict[tuple[str, str], _Days]
) -> Iterator[tuple[Record, _Days]]:
    """The rows of a file beside the articles that belong to a version in force, with its days."""
    for record in records(_beside(document, name), "article_id", {**_ARTICLE, **columns}):
        days = articles.get((record["article"], record["version"]))
        if days is not None:
            yield record, days


def _beside(document: Document, name: str) -> Document:
    beside = document.beside.get(name)
    if beside is None:
        if any("icd9" in each for each in document.beside):
            raise BadInputError(
                f"{document.path}: an export of the years of ICD-9, which are not read; load a newer one"
            )
        raise BadInputError(f"{document.path}: {name} is not beside it; load the coverage database's archive whole")
    return beside


FORMATS: Final = (
    Format("coverage articles", ("coverage_procedure", "coverage_diagnosis"), _matches, _read, lambda _: None),
)
