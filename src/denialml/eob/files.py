"""An explanation of benefits as a file that a person types or corrects: YAML, or CSV with a row for each line."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from denialml.eob.sheet import CLAIM, HEAD, LINE, PROVIDER_ADJUSTMENT, Cell, Fields, Place, Sheet, SheetClaim
from denialml.errors import BadInputError
from denialml.x12.events import Span

MAX_BYTES: Final = 5_000_000  # a check of 5,000 claims is about a tenth of that
_ONE_LINE: Final = 10_000  # characters: a value stays on the line of its name
#: Columns of a CSV file: those of the head and of the claim are repeated in every row.
_CSV: Final[Mapping[str, tuple[str, str]]] = {
    **{name: ("head", name) for name in HEAD},
    **{name: ("claim", name) for name in ("claim", "payer_claim", "member", "status", "patient")},
    "claim_charge": ("claim", "charge"),
    "claim_paid": ("claim", "paid"),
    "claim_adjustments": ("claim", "adjustments"),
    "claim_remarks": ("claim", "remarks"),
    **{name: ("line", name) for name in LINE if name != "date"},
    "service_date": ("line", "date"),
}


def sheet_of(content: bytes, kind: str) -> Sheet:
    """A sheet of a file's bytes; ``kind`` is ``yaml`` or ``csv``.

    Every value of a YAML file is plain text, or a mapping with ``value`` as drafts have it.

    Raises:
        BadInputError: it is no such file, or has a field that there is not; the message names the line.
    """
    if len(content) > MAX_BYTES:
        raise BadInputError(f"is larger than {MAX_BYTES:,} bytes; one file holds one check")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInputError(f"is not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    return _of_csv(text) if kind == "csv" else _Yaml(text).sheet()


class _Yaml:
    """One YAML text, and where its parts stand."""

    def __init__(self, text: str) -> None:
        self._text = text

    def sheet(self) -> Sheet:
        try:
            root = yaml.compose(self._text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark  # the library's own words may quote the file
            place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "line 1"
            raise BadInputError(f"{place}: is no YAML; text with : # or quotes stands in quotes") from None
        except yaml.YAMLError:
            raise BadInputError("holds characters that YAML does not allow") from None
        nodes = self._mapping(root, (*HEAD, "document", "claims", "provider_adjustments"), "the file")
        claims = tuple(self._claim(node) for node in self._items(nodes.pop("claims", None)))
        others = tuple(
            self._cells(self._mapping(node, PROVIDER_ADJUSTMENT, "a provider adjustment"))
            for node in self._items(nodes.pop("provider_adjustments", None))
        )
        document = nodes.pop("document", None)
        return Sheet(self._cells(nodes), claims, others, self._scalar(document) if document else "")

    def _claim(self, node: Any) -> SheetClaim:
        nodes = self._mapping(node, (*CLAIM, "lines"), "a claim")
        lines = tuple(
            self._cells(self._mapping(line, LINE, "a line")) for line in self._items(nodes.pop("lines", None))
        )
        start, end = (len(self._text[: mark.index].encode()) for mark in (node.start_mark, node.end_mark))
        return SheetClaim(self._cells(nodes), lines, Span(node.start_mark.line + 1, start, end))

    def _mapping(self, node: Any, names: tuple[str, ...], what: str) -> dict[str, Any]:
        if not isinstance(node, yaml.MappingNode):
            raise BadInputError(f"{_line(node)}: {what} is written as `name: value`, one below the other")
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = self._scalar(key)
            if name not in names:
                raise BadInputError(f"{_line(key)}: {what} has no such field; it has {', '.join(names)}")
            if name in found:
                raise BadInputError(f"{_line(key)}: {name} stands there twice")
            found[name] = value
        return found

    @staticmethod
    def _items(node: Any) -> list[Any]:
        if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
            return []
        if not isinstance(node, yaml.SequenceNode):
            raise BadInputError(f"{_line(node)}: a list is expected, each of its items behind a dash")
        return list(node.value)

    def _cells(self, nodes: Mapping[str, Any]) -> Fields:
        cells = {name: self._cell(node) for name, node in nodes.items()}
        return {name: cell for name, cell in cells.items() if cell.text or cell.doubt}

    def _cell(self, node: Any) -> Cell:
        if not isinstance(node, yaml.MappingNode):
            return Cell(self._texts(node), _line(node))
        parts = self._mapping(node, ("value", "page", "box", "confidence", "doubt"), "a value that was read")
        read = {name: self._texts(part) for name, part in parts.items()}
        try:
            left, top, right, bottom = (float(each) for each in read["box"].split())
            place = Place(int(read["page"]), (left, top, right, bottom), float(read["confidence"]))
        except (KeyError, ValueError):
            place = None
        return Cell(read.get("value", ""), _line(node), place, read.get("doubt", ""))

    def _texts(self, node: Any) -> str:
        if isinstance(node, yaml.SequenceNode):
            return " ".join(self._scalar(each) for each in node.value)
        return self._scalar(node)

    @staticmethod
    def _scalar(node: Any) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise BadInputError(f"{_line(node)}: a plain value is expected")
        return str(node.value).strip()


def _line(node: Any) -> str:
    return f"line {node.start_mark.line + 1}" if node is not None else "line 1"


def _of_csv(text: str) -> Sheet:
    rows = list(_csv_rows(text))
    if not rows:
        raise BadInputError("holds no row below its headings")
    head: dict[str, Cell] = {}
    claims: list[SheetClaim] = []
    for parts, span in rows:
        _same(head, parts["head"])
        claim, line = parts["claim"], parts["line"]
        last = claims[-1] if claims else None
        if last is None or _name_of(claim) != _name_of(last.fields):
            claims.append(SheetClaim(claim, (line,) if line else (), span))
        else:
            fields = dict(last.fields)
            _same(fields, claim)
            lines = (*last.lines, line) if line else last.lines
            claims[-1] = SheetClaim(fields, lines, Span(last.span.segment, last.span.start, span.end))
    return Sheet(head, tuple(claims))


def _csv_rows(text: str) -> Iterator[tuple[dict[str, dict[str, Cell]], Span]]:
    """Each row's cells by level and field, with the bytes it takes."""
    raw = text.splitlines(keepends=True)
    ends = [0]
    for line in raw:
        ends.append(ends[-1] + len(line.encode()))
    reader = csv.reader(iter(raw), strict=True)
    try:
        headings = [each.strip().lstrip("\ufeff").lower() for each in next(reader, [])]
        _check_headings(headings)
        before = reader.line_num
        for row in reader:
            if len(row) > len(headings):
                raise BadInputError(f"line {before + 1}: has more values than there are headings")
            parts: dict[str, dict[str, Cell]] = {"head": {}, "claim": {}, "line": {}}
            for heading, value in zip(headings, row, strict=False):
                level, name = _CSV[heading]
                if value.strip():
                    parts[level][name] = Cell(value.strip(), f"line {before + 1}")
            if any(parts.values()):
                yield parts, Span(before + 1, ends[before], ends[reader.line_num])
            before = reader.line_num
    except csv.Error as error:
        raise BadInputError(f"line {reader.line_num}: is no CSV ({error})") from None


def _check_headings(headings: list[str]) -> None:
    strange = [place for place, heading in enumerate(headings, 1) if heading not in _CSV]
    if strange:
        raise BadInputError(f"line 1: column {strange[0]} has no such heading; there are {', '.join(_CSV)}")
    if len(set(headings)) != len(headings):
        raise BadInputError("line 1: a heading stands there twice")


def _name_of(claim: Fields) -> tuple[str, str]:
    return tuple(claim[name].text if name in claim else "" for name in ("claim", "payer_claim"))  # type: ignore[return-value]


def _same(known: dict[str, Cell], more: Fields) -> None:
    """Take in what a further row says of the check or the claim; it may leave it out, not contradict it."""
    for name, cell in more.items():
        if known.setdefault(name, cell).text != cell.text:
            raise BadInputError(f"{cell.where}: {name} is not that of {known[name].where}; one file holds one check")


def entry_text(sheet: Sheet) -> bytes:
    """A sheet as YAML, to be read by :func:`sheet_of`: plain values, and those read with page, box and confidence."""
    tree: dict[str, Any] = {"document": sheet.document} if sheet.document else {}
    tree |= _written(sheet.head, HEAD)
    tree["claims"] = [
        _written(claim.fields, CLAIM) | {"lines": [_written(line, LINE) for line in claim.lines]}
        for claim in sheet.claims
    ]
    if sheet.provider_adjustments:
        tree["provider_adjustments"] = [_written(each, PROVIDER_ADJUSTMENT) for each in sheet.provider_adjustments]
    text = yaml.dump(tree, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_ONE_LINE)
    return str(text).encode()


class _Read(dict[str, Any]):
    """A value that was read, which stands on one line."""


class _Dumper(yaml.SafeDumper):
    pass


_Dumper.add_representer(_Read, lambda dumper, value: dumper.represent_mapping("tag:yaml.org,2002:map", value, True))


def _written(cells: Fields, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: _value(cells[name]) for name in names if name in cells}


def _value(cell: Cell) -> str | _Read:
    if cell.place is None:
        return cell.text
    read = _Read(
        value=cell.text,
        page=cell.place.page,
        box=[round(each, 1) for each in cell.place.box],
        confidence=round(cell.place.confidence, 2),
    )
    if cell.doubt:
        read["doubt"] = cell.doubt
    return read
