"""ICD-10-CM as the National Center for Health Statistics and CMS publish it: order file, codes file, tabular list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final
from xml.etree import ElementTree as ET

from denialml.codes.publishers.documents import Document
from denialml.codes.publishers.format import Edition, Filed, Format
from denialml.codes.rows import IcdNotes, IcdRow
from denialml.errors import BadInputError

_CODE: Final = re.compile(r"[A-Z][0-9][0-9A-Z]{1,5}")
_ORDER_LINE: Final = re.compile(r"\d{5} [A-Z]\d[0-9A-Z]+ +[01] ")
_CODES_LINE: Final = re.compile(r"[A-Z]\d[0-9A-Z]{1,5} +\S")
_PLACE: Final = r"([A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{0,4})?)"
_SPAN: Final = re.compile(r"(?<!\w)" + _PLACE + r"(?:-" + _PLACE + r")?-?(?!\w)")
_PARENTHESES: Final = re.compile(r"\(([^()]*)\)")
_NAME: Final = r"icd10cm?[-_ ](?:order|codes|tabular)[-_ ](?:april[-_ ](?:1[-_ ])?)?(\d{4})"


def _edition(document: Document) -> Edition | None:
    """A fiscal year begins in October of the year before; its update, which its archive may name, stands from April."""
    found = re.search(_NAME, document.name)
    if not found:
        return None
    year = int(found[1])
    if "april" in document.path.lower():
        return Edition(f"FY{year}-April", date(year, 4, 1))
    return Edition(f"FY{year}", date(year - 1, 10, 1))


def _is_order(document: Document) -> bool:
    return _ORDER_LINE.match(document.head) is not None


def _is_codes(document: Document) -> bool:
    lines = document.head.splitlines()[:5]
    return bool(lines) and "icd10" in document.name and all(map(_CODES_LINE.match, lines))


def _is_tabular(document: Document) -> bool:
    return "<ICD10CM.tabular" in document.head


def _read_order(document: Document) -> Iterator[Filed]:
    """Order number, code from column 7, 1 for a billable code in column 15, long description from column 78."""
    for line, text in document.lines():
        if text.strip():
            if not _ORDER_LINE.match(text):
                raise document.bad(line, "not a line of the order file", "fetch the file from CMS again")
            yield _filed(document, line, text[6:14], text[77:] or text[16:77], billable=text[14] == "1")


def _read_codes(document: Document) -> Iterator[Filed]:
    """Code in the first seven columns, then its description; only billable codes are listed."""
    for line, text in document.lines():
        if text.strip():
            yield _filed(document, line, text[:7], text[7:], billable=True)


def _filed(document: Document, line: int, code: str, description: str, *, billable: bool) -> Filed:
    if not _CODE.fullmatch(code.strip()):
        raise document.bad(line, f"{code.strip()!r} is not an ICD-10-CM code", "fetch the file from CMS again")
    words = set(re.findall(r"[a-z]+", description.lower()))
    sides = {"R": "right" in words, "L": "left" in words, "B": "bilateral" in words}
    named = [side for side, is_named in sides.items() if is_named]
    row = IcdRow(
        billable=billable,
        description=description.strip(),
        side=named[0] if len(named) == 1 else "",
        unspecified="unspecified" in words,
        manifestation="in diseases classified elsewhere" in description.lower(),
    )
    return "icd10", code.strip(), row


def _read_tabular(document: Document) -> Iterator[Filed]:
    """Instructions at each code; those of a chapter or section are filed under each of its categories."""
    with document.open() as stream:
        try:
            root = ET.parse(stream).getroot()  # noqa: S314 - expat bounds the growth of entities
        except ET.ParseError as error:
            raise BadInputError(f"{document.path}: not sound XML ({error}); fetch the file from CDC again") from error
    for chapter in root.iter("chapter"):
        for section in chapter.iter("section"):
            for category in section.findall("diag"):
                yield from _notes(category, [chapter, section])


def _notes(diagnosis: ET.Element, above: list[ET.Element]) -> Iterator[Filed]:
    said_at = [*above, diagnosis]
    notes = IcdNotes(
        excludes1=_spans(said_at, "excludes1"),
        excludes2=_spans(said_at, "excludes2"),
        code_first=_spans(said_at, "codeFirst"),
        use_additional=_spans(said_at, "useAdditionalCode"),
        seventh="".join(sorted(each.get("char", "") for each in diagnosis.findall("sevenChrDef/extension"))),
    )
    code = (diagnosis.findtext("name") or "").replace(".", "")
    if notes != IcdNotes():
        yield "icd10_notes", code, notes
    for below in diagnosis.findall("diag"):
        yield from _notes(below, [])


def _spans(elements: list[ET.Element], kind: str) -> tuple[str, ...]:
    """The codes that notes name in parentheses. One that holds "with" speaks of a combination, which is no span."""
    texts = ["".join(note.itertext()) for element in elements for note in element.findall(f"{kind}/note")]
    inside = [part for text in texts for part in _PARENTHESES.findall(text) if " with " not in part]
    found = (match.groups() for part in inside for match in _SPAN.finditer(part))
    return tuple(dict.fromkeys("-".join(end.replace(".", "") for end in span if end) for span in found))


FORMATS: Final = (
    Format("ICD-10-CM order file", ("icd10",), _is_order, _read_order, _edition),
    Format("ICD-10-CM codes file", ("icd10",), _is_codes, _read_codes, _edition),
    Format("ICD-10-CM tabular list", ("icd10_notes",), _is_tabular, _read_tabular, _edition),
)
