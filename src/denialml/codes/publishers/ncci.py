"""NCCI edits as CMS publishes them: procedure pairs, unit limits and add-on codes, as text or spreadsheets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Final

from denialml.codes.publishers.columns import Record, is_header, records
from denialml.codes.publishers.documents import Document
from denialml.codes.publishers.format import Edition, Filed, Format, edition_from_name
from denialml.codes.rows import AddOnEdit, Mue, PtpEdit

_PAIR_NAMES: Final = {"ccipra": "ptp_practitioner", "ccioph": "ptp_hospital"}
_PAIR_COLUMNS: Final = ("column1", "column2", "before_1996", "effective", "deleted", "modifier_indicator", "rationale")
_UNIT_TITLES: Final = {
    "mue_practitioner": r"practitioner services mue values?",
    "mue_hospital": r"outpatient hospital services mue values?",
    "mue_dme": r"dme supplier services mue values?",
}
_UNITS_ANCHOR: Final = r"hcpcs/ ?cpt code"


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


def _is_pairs(name: str, document: Document) -> bool:
    return document.name.startswith(name) and any(_is_pairs_header(cells) for cells in document.first_rows)


def _is_pairs_header(cells: list[str]) -> bool:
    return len(cells) >= len(_PAIR_COLUMNS) and is_header(cells, "column ?1") and cells[1].lower().startswith("column")


def _read_pairs(table: str, document: Document) -> Iterator[Filed]:
    """Rows of two codes. There are millions, of few different edits: each different one is read once."""
    known: dict[tuple[str, ...], PtpEdit] = {}
    for line, cells in document.rows():
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


def _units_table(document: Document) -> str | None:
    """Which unit limits a document holds, by its titles."""
    titles = [" ".join(cell.lower().split()) for cells in document.first_rows if len(cells) > 2 for cell in cells]
    found = (table for table, title in _UNIT_TITLES.items() for each in titles if re.fullmatch(title, each))
    return next(found, None)


def _read_units(table: str, document: Document) -> Iterator[Filed]:
    columns = {
        "code": _UNITS_ANCHOR,
        "units": _UNIT_TITLES[table],
        "adjudication": "mue adjudication indicator",
        "rationale": "mue rationale",
    }
    for record in records(document, _UNITS_ANCHOR, columns):
        indicator = record["adjudication"][:1]
        if indicator not in {"1", "2", "3"}:
            raise record.bad("adjudication", "does not begin with 1, 2 or 3")
        row = Mue(units=record.integer("units"), adjudication_indicator=int(indicator), rationale=record["rationale"])
        yield table, record.code("code"), row


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


def _of_units(table: str) -> Callable[[Document], bool]:
    return lambda document: _units_table(document) == table


FORMATS: Final = (
    *(
        Format(
            f"NCCI procedure pairs ({table.removeprefix('ptp_')})",
            (table,),
            partial(_is_pairs, name),
            partial(_read_pairs, table),
            edition_from_name(r"cci(?:pra|oph)-v(\d\d)(\d)r\d", _pairs_edition),
            _pairs_part,
        )
        for name, table in _PAIR_NAMES.items()
    ),
    *(
        Format(
            f"NCCI unit limits ({table.removeprefix('mue_')})",
            (table,),
            _of_units(table),
            partial(_read_units, table),
            edition_from_name(r"eff_?(\d\d)-(\d\d)-(\d{4})", _units_edition),
        )
        for table in _UNIT_TITLES
    ),
    Format(
        "NCCI add-on codes",
        ("addon",),
        _is_addons,
        _read_addons,
        edition_from_name(r"aoc_v(\d{4})q(\d)", _addon_edition),
    ),
)
