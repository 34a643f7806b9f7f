"""Medicare's physician fee schedule as CMS publishes it: relative values with payment indicators, and price indices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from denialml.codes.publishers.columns import is_header, joined, records
from denialml.codes.publishers.documents import Document
from denialml.codes.publishers.format import MONTHS, Edition, Filed, Format, edition_from_name, year_of
from denialml.codes.rows import FeeRow, Gpci

_VALUES: Final = {  # the title row is the last of several; only whole titles are unique
    "code": "hcpcs",
    "modifier": "mod",
    "status": "(.* )?status code",
    "work": "(.* )?work rvu",
    "practice_nonfacility": "(.* )?non-?fac(ility)? pe rvu",
    "nonfacility_never": "(.* )?na indicator",
    "practice_facility": "((?!.*non).* )?facility pe rvu",
    "facility_never": "(.* )?na indicator@1",
    "malpractice": "(.* )?mp rvu",
    "pctc": "pctc ind",
    "global_days": "glob days",
    "preoperative": "pre op",
    "intraoperative": "intra op",
    "postoperative": "post op",
    "multiple": "mult proc",
    "bilateral": "bilat surg",
    "assistant": "asst surg",
    "co_surgeon": "co- ?surg",
    "team": "team surg",
    "endoscopic_base": "endo base",
    "conversion_factor": "conv factor",
    "supervision": "?.*diagnostic procedures",
    "imaging_family": "?.*family indicator",
}
_INDEX_ANCHOR: Final = r"medicare administrative contractor( \(mac\))?"
_INDICES: Final = {
    "contractor": _INDEX_ANCHOR,
    "state": "state",
    "locality": "locality number",
    "name": "locality name",
    "work": r".*(pw|work) gpci.*",
    "work_with_floor": r"?.*(pw|work) gpci \(with 1\.0 floor\)",
    "practice": r".*pe gpci.*",
    "malpractice": r".*mp gpci.*",
}


def _values_edition(found: re.Match[str]) -> Edition:
    year, month = year_of(found[1]), MONTHS[found[2]]
    return Edition(f"{year}Q{(month + 2) // 3}", date(year, month, 1))


def _is_values(document: Document) -> bool:
    """The file without the higher conversion factor of alternative payment models, which few practices are paid by."""
    if re.search(r"(?<!non)qpp", document.name):
        return False
    rows = document.first_rows
    at = next((number for number, cells in enumerate(rows) if is_header(cells, "hcpcs")), None)
    return at is not None and "glob days" in joined(rows[: at + 1])


def _read_values(document: Document) -> Iterator[Filed]:
    """The description column holds texts of the American Medical Association and is never read."""
    for record in records(document, "hcpcs", _VALUES):
        modifier = record.code("modifier", 2) if record["modifier"] else ""
        row = FeeRow(
            status=record["status"],
            pctc=record["pctc"],
            global_days=record["global_days"],
            preoperative=record.scaled("preoperative", 2),
            intraoperative=record.scaled("intraoperative", 2),
            postoperative=record.scaled("postoperative", 2),
            multiple=record["multiple"],
            bilateral=record["bilateral"],
            assistant=record["assistant"],
            co_surgeon=record["co_surgeon"],
            team=record["team"],
            endoscopic_base=record["endoscopic_base"],
            supervision=record["supervision"],
            imaging_family=record["imaging_family"],
            work=record.scaled("work", 2),
            practice_nonfacility=record.scaled("practice_nonfacility", 2),
            practice_facility=record.scaled("practice_facility", 2),
            malpractice=record.scaled("malpractice", 2),
            conversion_factor=record.scaled("conversion_factor", 4),
            nonfacility_never=record["nonfacility_never"] == "NA",
            facility_never=record["facility_never"] == "NA",
        )
        yield "fee_schedule", record.code("code") + modifier, row


def _is_indices(document: Document) -> bool:
    rows = document.first_rows
    at = next((number for number, cells in enumerate(rows) if is_header(cells, _INDEX_ANCHOR)), None)
    return at is not None and any("gpci" in cell.lower() for cell in rows[at])


def _read_indices(document: Document) -> Iterator[Filed]:
    """Spreadsheets drop leading zeros of the contractor and locality; they are put back."""
    for record in records(document, _INDEX_ANCHOR, _INDICES):
        row = Gpci(
            work=record.scaled("work_with_floor" if record["work_with_floor"] else "work", 3),
            practice=record.scaled("practice", 3),
            malpractice=record.scaled("malpractice", 3),
            state=record["state"],
            name=record["name"].rstrip("* "),
        )
        yield "gpci", record["contractor"].zfill(5) + record["locality"].zfill(2), row


FORMATS: Final = (
    Format(
        "relative value file",
        ("fee_schedule",),
        _is_values,
        _read_values,
        edition_from_name(r"pprrvu(\d{4}|\d\d)_?(jan|apr|jul|oct)", _values_edition),
    ),
    Format(
        "geographic price indices",
        ("gpci",),
        _is_indices,
        _read_indices,
        edition_from_name(r"gpci_?(\d{4})", lambda found: Edition(found[1], date(int(found[1]), 1, 1))),
    ),
)
