"""HCPCS level II as CMS publishes it: the contractor file, by its record layout or as a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from denialml.codes.publishers.columns import Record, records
from denialml.codes.publishers.documents import Document
from denialml.codes.publishers.format import MONTHS, Edition, Filed, Format, edition_from_name, year_of
from denialml.codes.rows import HcpcsRow, ModifierRow

_NAME: Final = r"hcpc(\d{4})_?(jan|apr|jul|oct)?"
_PROCEDURE, _MORE_PROCEDURE, _MODIFIER, _MORE_MODIFIER = "3", "4", "7", "8"  # record identification codes

_LAYOUT: Final[Mapping[str, tuple[int, int]]] = {  # first and last column, from 1
    "code": (1, 5),
    "kind": (11, 11),
    "long": (12, 91),
    "pricing": (120, 127),
    "multiple_pricing": (128, 128),
    "laboratory": (181, 204),
    "cross_references": (205, 229),
    "coverage": (230, 230),
    "betos": (257, 259),
    "type_of_service": (261, 265),
    "anesthesia_units": (266, 268),
    "added": (269, 276),
    "ended": (285, 292),
}
_REPEATED: Final = {"pricing": 2, "laboratory": 3, "cross_references": 5, "type_of_service": 1}  # characters of each

_SHEET: Final[Mapping[str, str]] = {
    "code": "hcpcs?",
    "kind": "recid",
    "long": "long description",
    **{f"pricing{n}": f"?price{n}" for n in range(1, 5)},
    "multiple_pricing": "?mult_pi",
    **{f"laboratory{n}": f"?labcert{n}" for n in range(1, 9)},
    **{f"cross_references{n}": f"?xref{n}" for n in range(1, 6)},
    "coverage": "cov",
    "betos": "?betos",
    **{f"type_of_service{n}": f"?tos{n}" for n in range(1, 6)},
    "anesthesia_units": "?anest_bu",
    "added": "add dt",
    "ended": "term dt",
}


def _edition(found: re.Match[str]) -> Edition:
    year, month = year_of(found[1]), MONTHS[found[2] or "jan"]
    return Edition(f"{year}Q{(month + 2) // 3}", date(year, month, 1))


def _matches(ending: str) -> re.Pattern[str]:
    return re.compile(r"hcpc\d{4}.*anweb.*\." + ending)


def _text_records(document: Document) -> Iterator[Record]:
    for line, text in document.lines():
        kind = text[10:11]
        if len(text) >= _LAYOUT["added"][1] or (len(text) > 10 and kind in {_MORE_PROCEDURE, _MORE_MODIFIER}):
            values = {name: text[first - 1 : last] for name, (first, last) in _LAYOUT.items()}
            for name, width in _REPEATED.items():
                cut = values[name]
                values |= {f"{name}{at // width + 1}": cut[at : at + width].strip() for at in range(0, len(cut), width)}
            yield Record(document, line, {name: value.strip() for name, value in values.items()})


def _sheet_records(document: Document) -> Iterator[Record]:
    return records(document, "hcpcs?", _SHEET)


def _read(rows: Iterator[Record]) -> Iterator[Filed]:
    """One row for each first record; the records after it go on with its text."""
    first: Record | None = None
    texts: list[str] = []
    for record in rows:
        if record["kind"] in {_MORE_PROCEDURE, _MORE_MODIFIER}:
            texts.append(record["long"])
            continue
        if first is not None:
            yield _filed(first, " ".join(texts))
        if record["kind"] not in {_PROCEDURE, _MODIFIER}:
            raise record.bad("kind", "is not a record identification code (3, 4, 7 or 8)")
        first, texts = record, [record["long"]]
    if first is not None:
        yield _filed(first, " ".join(texts))


def _filed(record: Record, description: str) -> Filed:
    effective, end = record.day("added") or date.min, record.day("ended")
    if record["kind"] == _MODIFIER:
        row = ModifierRow(effective=effective, end=end, description=description)
        return "modifier", record.code("code", 2), row
    code = record.code("code")
    return (
        "hcpcs",
        code,
        HcpcsRow(
            effective=effective,
            end=end,
            description="" if code.startswith("D") else description,
            coverage=record["coverage"],
            pricing=_several(record, "pricing"),
            multiple_pricing=record["multiple_pricing"],
            laboratory=_several(record, "laboratory"),
            type_of_service=_several(record, "type_of_service"),
            betos=record["betos"],
            anesthesia_units=record.integer("anesthesia_units"),
            cross_references=_several(record, "cross_references"),
        ),
    )


def _several(record: Record, name: str) -> tuple[str, ...]:
    return tuple(value for number in range(1, 9) if (value := record[f"{name}{number}"]))


_TEXT, _XLSX = _matches("txt"), _matches("xlsx")

FORMATS: Final = (
    Format(
        "HCPCS level II file",
        ("hcpcs", "modifier"),
        lambda document: _TEXT.fullmatch(document.name) is not None,
        lambda document: _read(_text_records(document)),
        edition_from_name(_NAME, _edition),
    ),
    Format(
        "HCPCS level II spreadsheet",
        ("hcpcs", "modifier"),
        lambda document: _XLSX.fullmatch(document.name) is not None,
        lambda document: _read(_sheet_records(document)),
        edition_from_name(_NAME, _edition),
    ),
)
