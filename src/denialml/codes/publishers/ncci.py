"""NCCI edits as CMS publishes them: procedure pairs, unit limits and add-on codes, as text or spreadsheets.

Medicaid's edits are other tables than Medicare's, of the same columns but one: its pairs do not say what stood before
1996, and its limits have no adjudication indicator, because they are all judged by line. A file is Medicaid's where its
name, or that of the archive around it, says so: ``medicaid-ncci-q2-2026-ptp-edits-practitioner-services.zip``,
``MCD-MUE-PractitionerServices-Effective_07012026.txt``. Its columns are those that two independent programs read from
files of 2026, tab separated and XLSX. The record of fixed width is given to state agencies alone, and its places could
not be verified: it is refused, and so are reports of changes, which are no whole table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Final

from denialml.codes.publishers.columns import Record, is_header, places_of, records
from denialml.codes.publishers.documents import Document
from denialml.codes.publishers.format import Edition, Filed, Format, edition_from_name
from denialml.codes.rows import AddOnEdit, Mue, PtpEdit

_PAIR_NAMES: Final = {"ccipra": "ptp_practitioner", "ccioph": "ptp_hospital"}
_PAIR_COLUMNS: Final = ("column1", "column2", "before_1996", "effective", "deleted", "modifier_indicator", "rationale")
_UNIT_TITLES: Final = {
    "practitioner": r"practitioner services mue values?",
    "hospital": r"outpatient hospital services mue values?",
    "dme": r"dme supplier services mue values?",
}
_UNITS_ANCHOR: Final = r"hcpcs/ ?cpt code"
_BY_LINE: Final = "1"  # the adjudication indicator of a limit that is judged by line
_MEDICAID_PAIRS: Final = {
    "column1": r"col(umn)? ?(1|one)",
    "column2": r"col(umn)? ?(2|two)",
    "effective": r"eff(ective)? ?(dt|date)",
    "deleted": r"del(etion)? ?(dt|date)( .*)?",
    "modifier_indicator": r"modifier( ?indicator)?( .*)?",
    "rationale": r"(ptp )?edit rationale",
}
_LEAST_OF_PAIR: Final = 3  # filled cells of a row of Medicaid's pairs; notices have fewer
_SETTINGS: Final = {  # of Medicaid's pairs, by what a file's name says
    "practitioner": r"practitioner|(?<![a-z])pra(?![a-z])",
    "hospital": r"outpatient|hospital|(?<![a-z])oph(?![a-z])",
}
_CHANGES: Final = r"change|addition|deletion|revision"


def _pairs_edition(found: re.Match[str]) -> Edition:
    """Version 30.2 is the third quarter of 2024: version 1 stood in 1995, the part after the point is the quarter."""
    version, quarter = int(found[1]), int(found[2])
    return Edition(f"v{version}.{quarter}", date(1994 + version, 3 * quarter + 1, 1))


def _units_edition(found: re.Match[str]) -> Edition:
    effective = date(int(found[3]), int(found[1]), int(found[2]))
    return Edition(f"{effective.year}Q{(effective.month + 2) // 3}", effective)


def _addon_edition(found: re.Match[str]) -> Edition:
    year, quarter = int(found[1]), int(found[2])
    return Edition(f"{year}Q{quarter}", date(year, 3 * quarter - 2, 1))


def _medicaid_edition(found: re.Match[str]) -> Edition:
    quarter, year = found["quarter"] or found["quarter2"], found["year"] or found["year2"]
    if quarter is None:
        quarter, year = (int(found["month"]) + 2) // 3, found["year3"]
    return Edition(f"{year}Q{quarter}", date(int(year), 3 * int(quarter) - 2, 1))


def _says(document: Document, pattern: str) -> bool:
    """Whether a document's name or, where that is silent, the name of an archive around it holds a pattern."""
    return re.search(pattern, document.path.lower()) is not None


def _is_medicaid(document: Document) -> bool:
    """The nearest name that tells the programme decides."""
    for name in reversed(document.path.lower().split("/")):
        found = re.search(r"(?<![a-z])(mcd|medicaid)|(?<![a-z])(mcr|medicare)|cci(pra|oph)-", name)
        if found:
            return found[1] is not None
    return False


def _is_pairs(name: str, document: Document) -> bool:
    return document.name.startswith(name) and any(_is_pairs_header(cells) for cells in document.first_rows)


def _is_pairs_header(cells: list[str]) -> bool:
    return len(cells) >= len(_PAIR_COLUMNS) and is_header(cells, "column ?1") and cells[1].lower().startswith("column")


def _is_medicaid_pairs(setting: str, document: Document) -> bool:
    return (
        _is_medicaid(document)
        and not _says(document, _CHANGES)
        and _setting(document) == setting
        and any(_is_medicaid_header(cells) for cells in document.first_rows)
    )


def _setting(document: Document) -> str:
    """For whom a file of Medicaid's pairs is, by the nearest name that says so."""
    for name in reversed(document.path.lower().split("/")):
        found = [setting for setting, pattern in _SETTINGS.items() if re.search(pattern, name)]
        if len(found) == 1:
            return found[0]
    return ""


def _is_medicaid_header(cells: list[str]) -> bool:
    return len(cells) > 1 and all(is_header([cell], title) for cell, title in zip(cells, _MEDICAID_FIRST, strict=False))


def _medicaid_rows(document: Document) -> Iterator[tuple[int, list[str]]]:
    """The rows of Medicaid's pairs with their cells in the order of Medicare's."""
    order: list[int | None] = []
    for line, cells in document.rows():
        if not order:
            if _is_medicaid_header(cells):
                places = places_of(document, line, [" ".join(cell.lower().split()) for cell in cells], _MEDICAID_PAIRS)
                order = [places.get(name) for name in _PAIR_COLUMNS]
        elif sum(map(bool, cells)) >= _LEAST_OF_PAIR:
            yield line, [cells[at] if at is not None and at < len(cells) else "" for at in order]


def _read_medicare_pairs(table: str, document: Document) -> Iterator[Filed]:
    return _read_pairs(table, document, document.rows())


def _read_medicaid_pairs(table: str, document: Document) -> Iterator[Filed]:
    return _read_pairs(table, document, _medicaid_rows(document))


def _read_pairs(table: str, document: Document, rows: Iterator[tuple[int, list[str]]]) -> Iterator[Filed]:
    """Rows of two codes. There are millions, of few different edits: each different one is read once."""
    known: dict[tuple[str, ...], PtpEdit] = {}
    for line, cells in rows:
        if len(cells) < 2 or len(cells[0]) != 5 or not cells[0].isalnum():
            if len(cells) > 5 and len(cells[5]) == 1:  # titles and notices have no indicator
                raise _record(document, line, cells).bad("column1", "is not a code of 5 letters and digits")
            continue
        says = tuple(cells[3:])
        edit = known.get(says)
        if edit is None:
            edit = known[says] = _edit(_record(document, line, cells))
        if len(cells[1]) != 5 or not cells[1].isalnum():
            raise _record(document, line, cells).bad("column2", "is not a code of 5 letters and digits")
        yield table, cells[0] + cells[1], edit


def _record(document: Document, line: int, cells: list[str]) -> Record:
    return Record(document, line, dict(zip(_PAIR_COLUMNS, cells, strict=False)))


def _edit(record: Record) -> PtpEdit:
    effective = record.day("effective")
    if effective is None:
        raise record.bad("effective", "must be a date")
    if record["modifier_indicator"] not in {"0", "1", "9"}:
        raise record.bad("modifier_indicator", "is not 0, 1 or 9")
    return PtpEdit(
        effective=effective,
        end=record.day("deleted"),
        modifier_indicator=record["modifier_indicator"],
        rationale=record["rationale"],
    )


def _units_setting(document: Document) -> str | None:
    """For whom a document's unit limits are, by its titles."""
    titles = [" ".join(cell.lower().split()) for cells in document.first_rows if len(cells) > 2 for cell in cells]
    found = (setting for setting, title in _UNIT_TITLES.items() for each in titles if re.fullmatch(title, each))
    return next(found, None)


def _is_units(setting: str, document: Document) -> bool:
    return _units_setting(document) == setting and not _is_medicaid(document)


def _is_medicaid_units(setting: str, document: Document) -> bool:
    return _units_setting(document) == setting and _is_medicaid(document) and not _says(document, _CHANGES)


def _read_units(setting: str, document: Document) -> Iterator[Filed]:
    columns = {
        "code": _UNITS_ANCHOR,
        "units": _UNIT_TITLES[setting],
        "adjudication": "mue adjudication indicator",
        "rationale": "mue rationale",
    }
    for record in records(document, _UNITS_ANCHOR, columns):
        yield _filed_units(f"mue_{setting}", record, record["adjudication"][:1])


def _read_medicaid_units(setting: str, document: Document) -> Iterator[Filed]:
    """Medicaid judges units by line (NCCI technical guidance manual for Medicaid, on the rules of adjudication)."""
    columns = {"code": _UNITS_ANCHOR, "units": _UNIT_TITLES[setting], "rationale": "mue rationale"}
    for record in records(document, _UNITS_ANCHOR, columns):
        yield _filed_units(f"mue_medicaid_{setting}", record, _BY_LINE)


def _filed_units(table: str, record: Record, indicator: str) -> Filed:
    if indicator not in {"1", "2", "3"}:
        raise record.bad("adjudication", "does not begin with 1, 2 or 3")
    row = Mue(units=record.integer("units"), adjudication_indicator=int(indicator), rationale=record["rationale"])
    return table, record.code("code"), row


def _is_addons(document: Document) -> bool:
    return any(is_header(cells, r"aoc_edit_type") for cells in document.first_rows)


def _read_addons(document: Document) -> Iterator[Filed]:
    columns = {
        "kind": "aoc_edit_type",
        "code": "add-?_?on_code",
        "code_deleted": "aoc_deldt",
        "primary": "primary_code",
        "primary_deleted": "primary_code_deldt",
        "effective": "aoc_edit_effdt",
        "deleted": "aoc_edit_deldt",
    }
    for record in records(document, "aoc_edit_type", columns):
        if record["kind"] not in {"1", "2", "3"}:
            raise record.bad("kind", "is not 1, 2 or 3")
        ends = [day for name in ("code_deleted", "primary_deleted", "deleted") if (day := record.day(name))]
        row = AddOnEdit(
            effective=record.day("effective") or date.min,
            end=min(ends, default=None),
            kind=int(record["kind"]),
            primary=record.code("primary"),
        )
        yield "addon", record.code("code"), row


def _pairs_part(document: Document) -> str:
    found = re.search(r"-(f\d+)", document.name)
    return found[1] if found else ""


def is_unknown_medicaid(document: Document) -> bool:
    """Whether a document calls itself Medicaid's pairs or limits, and is none of the layouts that are read."""
    return _is_medicaid(document) and _says(document, r"ncci|ptp|mue")


_MEDICAID_FIRST: Final = (_MEDICAID_PAIRS["column1"], _MEDICAID_PAIRS["column2"], _MEDICAID_PAIRS["effective"])
_MEDICAID_EDITION: Final = edition_from_name(
    r"(?P<year>20\d\d)[-_ ]?q(?P<quarter>[1-4])|q(?P<quarter2>[1-4])[-_ ]?(?P<year2>20\d\d)"
    r"|eff(?:ective)?[-_]?(?P<month>\d\d)-?\d\d-?(?P<year3>20\d\d)",
    _medicaid_edition,
)

FORMATS: Final = (
    *(
        Format(
            f"NCCI procedure pairs ({table.removeprefix('ptp_')})",
            (table,),
            partial(_is_pairs, name),
            partial(_read_medicare_pairs, table),
            edition_from_name(r"cci(?:pra|oph)-v(\d\d)(\d)r\d", _pairs_edition),
            _pairs_part,
        )
        for name, table in _PAIR_NAMES.items()
    ),
    *(
        Format(
            f"Medicaid's NCCI procedure pairs ({setting})",
            (f"ptp_medicaid_{setting}",),
            partial(_is_medicaid_pairs, setting),
            partial(_read_medicaid_pairs, f"ptp_medicaid_{setting}"),
            _MEDICAID_EDITION,
            _pairs_part,
        )
        for setting in _SETTINGS
    ),
    *(
        Format(
            f"NCCI unit limits ({setting})",
            (f"mue_{setting}",),
            partial(_is_units, setting),
            partial(_read_units, setting),
            edition_from_name(r"eff_?(\d\d)-(\d\d)-(\d{4})", _units_edition),
        )
        for setting in _UNIT_TITLES
    ),
    *(
        Format(
            f"Medicaid's NCCI unit limits ({setting})",
            (f"mue_medicaid_{setting}",),
            partial(_is_medicaid_units, setting),
            partial(_read_medicaid_units, setting),
            _MEDICAID_EDITION,
        )
        for setting in _UNIT_TITLES
    ),
    Format(
        "NCCI add-on codes",
        ("addon",),
        _is_addons,
        _read_addons,
        edition_from_name(r"aoc_v(\d{4})q(\d)", _addon_edition),
    ),
)
