"""The reference page of the code tables, from the tables themselves: ``python -m denialml.codes.reference FILE``."""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from denialml.codes.kinds import KINDS, Kind
from denialml.codes.publishers import FORMATS, plain

_WIDTH: Final = 118  # characters of a line
_HEAD: Final = """# Code tables

Written by `python -m denialml.codes.reference docs/reference/code-tables.md`; a test demands that it is up to date.

`codes.Tables` answers what a table said of a code on a day of service; `denialml codes show TABLE CODE --on DAY` asks
it from a terminal. Every row stands from `effective` to `end`, both included. A **dated** table carries these days in
its publisher's file, so that the newest release speaks of the past too; a release of any other table stands until the
next one. `Tables.covers(table, day)` is false for a day that no loaded release speaks of: then "not there" says
nothing.

How to load them: [load code tables](../how-to/load-code-tables.md).
"""


def page() -> str:
    """The page, as Markdown."""
    return "\n".join([_HEAD, *(line for kind in KINDS.values() for line in _table(kind))])


def _table(kind: Kind) -> Iterator[str]:
    formats = [each.name for each in FORMATS if kind.name in each.tables and each not in plain.FORMATS]
    parts = [f"`{name}`" + (f" ({width} characters)" if width else "") for name, width in kind.key]
    words = re.sub(r":\w+:", "", " ".join((kind.row.__doc__ or "").split())).replace("``", "`")
    yield f"## {kind.name}\n"
    yield textwrap.fill(words, _WIDTH) + "\n"
    yield f"- Filed under: {', '.join(parts)}"
    yield f"- Publisher: {kind.publisher}"
    yield f"- Read from: {', '.join([*formats, 'a list of your own'])}"
    stands = "dated" if kind.dated else "a release stands until the next"
    yield f"- Days: {stands}; a release is trusted to be the newest for {kind.fresh_days} days"
    fields = [each for each in msgspec.structs.fields(kind.row) if each.name not in {"effective", "end"}]
    named = ", ".join(f"`{each.name}` ({_type(each.type)})" for each in fields)
    yield textwrap.fill(f"- Fields: {named}", _WIDTH, subsequent_indent="  ", break_on_hyphens=False) + "\n"


def _type(kind: object) -> str:
    """A field's type in words."""
    words = {bool: "yes or no", int: "whole number", str: "text"}
    if isinstance(kind, type) and kind in words:
        return words[kind]
    text = str(kind)
    if text.startswith("tuple"):
        return "texts"
    return next((word for type_, word in words.items() if text.startswith(type_.__name__)), "day") + ", may be unknown"


def main() -> None:
    """Write the page to the file that is named."""
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
