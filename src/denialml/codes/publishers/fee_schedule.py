"""Medicare's physician fee schedule as CMS publishes it: relative values with payment indicators, and price indices.

Relative values come with titles (CSV, XLSX) or as records of fixed width (TXT). The places of the latter are those of
the files of January and October 2025, laid beside the CSV of the same release; in every row of 2024 and 2025 looked at,
each total is the sum of its three values. A file of another record layout, as those before 2010 have, fails both the
shape of the record and these sums, and is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from denialml.codes.publishers.columns import Record, is_header, joined, records
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
_RECORD: Final = re.compile(  # names are those of the columns above; the rest is not kept
    r"(?P<code>[0-9A-Z]{5})(?P<modifier>[0-9A-Z]{2}|  ).{50}(?P<status>[A-Z])[ +]"
    r"(?P<work>[ \d]{3}\.\d\d)(?P<practice_nonfacility>[ \d]{4}\.\d\d)(?P<nonfacility_never>NA|  )"
    r"(?P<practice_facility>[ \d]{4}\.\d\d)(?P<facility_never>NA|  )(?P<malpractice>[ \d]{3}\.\d\d)"
    r"(?P<nonfacility_total>[ \d]{4}\.\d\d)(?P<facility_total>[ \d]{3}\.\d\d)"
    r"(?P<pctc>[\d ])(?P<global_days>[0-9A-Z ]{3})"
    r"(?P<preoperative>\.\d\d)(?P<intraoperative>\.\d\d)(?P<postoperative>\.\d\d)"
    r"(?P<multiple>[\d ])(?P<bilateral>[\d ])(?P<assistant>[\d ])(?P<co_surgeon>[\d ])(?P<team>[\d ])"
    r" {7}(?P<endoscopic_base>[0-9A-Z]{5}| {5})(?P<conversion_factor>[ \d]{3}\.\d{4})"
    r" (?P<supervision>[0-9A-Z ]{2})[\d ] (?P<imaging_family>[\d ]{2})[ \d]{7}\.\d\d[ \d]{4}\.\d\d[ \d]{4}\.\d\d *"
)
_NOTICES: Final = ("HDR", "TRL")  # at the beginning of lines that are no records
_ROUNDING: Final = 1  # hundredths of a unit by which a total may differ from the sum of its values
_TEXT_NAME: Final = re.compile(r"pprrvu.*\.txt")
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
    if _is_of_models(document):
        return False
    rows = document.first_rows
    at = next((number for number, cells in enumerate(rows) if is_header(cells, "hcpcs")), None)
    return at is not None and "glob days" in joined(rows[: at + 1])


def _is_of_models(document: Document) -> bool:
    return re.search(r"(?<!non)qpp", document.name) is not None


def _is_text(document: Document) -> bool:
    if not _TEXT_NAME.fullmatch(document.name) or _is_of_models(document):
        return False
    lines = (line for line in document.head.splitlines() if line.strip() and not line.startswith(_NOTICES))
    return _RECORD.fullmatch(next(lines, "")) is not None


def is_unknown_text(document: Document) -> bool:
    """Whether a document is a relative value file of fixed width whose records are not those that are read."""
    return _TEXT_NAME.fullmatch(document.name) is not None and not _is_text(document) and not _is_of_models(document)


def _read_values(document: Document) -> Iterator[Filed]:
    """The description column holds texts of the American Medical Association and is never read."""
    return map(_filed, records(document, "hcpcs", _VALUES))


def _read_text(document: Document) -> Iterator[Filed]:
    """The same from records of fixed width.

    Raises:
        BadInputError: a line is no such record, or its totals are not the sums of its values.
    """
    for line, text in document.lines():
        if not text.strip() or text.startswith(_NOTICES):
            continue
        found = _RECORD.fullmatch(text)
        if found is None:
            raise document.bad(line, "not a record of the layout that is known", _INSTEAD)
        record = Record(document, line, {name: value.strip() for name, value in found.groupdict().items()})
        _check_totals(record)
        yield _filed(record)


_INSTEAD: Final = "load the CSV or XLSX of the same archive"


def _check_totals(record: Record) -> None:
    """A record read at wrong places would still give numbers, but not numbers that add up."""
    for practice, total in (("practice_nonfacility", "nonfacility_total"), ("practice_facility", "facility_total")):
        parts = sum(record.scaled(name, 2) for name in ("work", practice, "malpractice"))
        if abs(parts - record.scaled(total, 2)) > _ROUNDING:
            what = f"{total} {record[total]} is not the sum of work, practice and malpractice"
            raise record.document.bad(record.line, what, _INSTEAD)


def _filed(record: Record) -> Filed:
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
    return "fee_schedule", record.code("code") + modifier, row


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


_VALUES_EDITION: Final = edition_from_name(r"pprrvu(\d{4}|\d\d)_?(jan|apr|jul|oct)", _values_edition)

FORMATS: Final = (
    Format(
        "relative value file",
        ("fee_schedule",),
        _is_values,
        _read_values,
        _VALUES_EDITION,
    ),
    Format("relative value file of fixed width", ("fee_schedule",), _is_text, _read_text, _VALUES_EDITION),
    Format(
        "geographic price indices",
        ("gpci",),
        _is_indices,
        _read_indices,
        edition_from_name(r"gpci_?(\d{4})", lambda found: Edition(found[1], date(int(found[1]), 1, 1))),
    ),
)
