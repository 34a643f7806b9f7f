"""Lists of the user's own, for any table: a CSV whose name begins with the table's and whose titles are its fields.

For what its owners publish on paper or under licence (revenue codes, types of bill, modifiers of CPT), or in no fixed
form (waived tests, telehealth). Several values of a field are separated by spaces; an empty one is as if not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import msgspec

from denialml.codes.kinds import KINDS, Kind
from denialml.codes.publishers.columns import Record, records
from denialml.codes.publishers.documents import Document
from denialml.codes.publishers.format import Edition, Filed, Format, edition_from_name


def _kind_of(document: Document) -> Kind | None:
    """The table that a document's name begins with."""
    stem = document.name.partition(".")[0]
    names = [name for name in KINDS if re.match(rf"{name}($|[^a-z_])", stem)]
    return KINDS[max(names, key=len)] if names and document.name.endswith((".csv", ".tsv", ".xlsx")) else None


def _matches(kind: Kind, document: Document) -> bool:
    if _kind_of(document) is not kind:
        return False
    titles = {cell.lower() for cells in document.first_rows[:1] for cell in cells}
    return {part for part, _ in kind.key} <= titles


def read(kind: Kind, document: Document) -> Iterator[Filed]:
    """The rows of a list of a table.

    Raises:
        BadInputError: a column that names the key is missing, or a value cannot stand in its field.
    """
    parts = [part for part, _ in kind.key]
    fields = {field.name: field for field in msgspec.structs.fields(kind.row)}
    columns = {name: ("" if name in parts else "?") + name for name in (*parts, *fields)}
    first = document.first_rows[0][0].lower()
    for record in records(document, re.escape(first), columns, least=1):
        values = {name: _value(record, field) for name, field in fields.items() if record[name]}
        missing = [name for name, field in fields.items() if field.required and name not in values]
        if missing:
            raise record.bad(missing[0], "must not be empty")
        yield kind.name, _key(kind, record), kind.row(**values)


def _key(kind: Kind, record: Record) -> str:
    texts = [record.code(part, characters or len(record[part])) for part, characters in kind.key if record[part]]
    if not texts:
        raise record.bad(kind.key[0][0], "must not be empty")
    return "".join(texts)


def _value(record: Record, field: msgspec.structs.FieldInfo) -> Any:
    text = record[field.name]
    if field.name in {"effective", "end", "born"}:
        return record.day(field.name)
    value: Any = text.split() if str(field.type).startswith("tuple") else _word(text)
    try:
        return msgspec.convert(value, field.type, strict=False)
    except msgspec.ValidationError as error:
        raise record.bad(field.name, f"cannot stand here ({error})") from error


def _word(text: str) -> str:
    return {"y": "true", "yes": "true", "n": "false", "no": "false"}.get(text.lower(), text)


def _edition(found: re.Match[str]) -> Edition:
    return Edition(found[1], date.fromisoformat(found[1]))


def _format(kind: Kind) -> Format:
    return Format(
        f"own list of {kind.name}",
        (kind.name,),
        lambda document: _matches(kind, document),
        lambda document: read(kind, document),
        edition_from_name(r"(\d{4}-\d{2}-\d{2})", _edition),
    )


FORMATS: Final = tuple(map(_format, KINDS.values()))
