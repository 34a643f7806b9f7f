"""How values look in a terminal: one small grammar for every report, so that a new report needs no new screen.

A frozen dataclass is shown as its plain fields, then a table for each of its sequences of dataclasses. The unit at the
end of a field's name says how it is written: ``_cents`` as dollars, ``_share``, ``_rate`` and ``probability`` as per
cent, ``seconds`` with one decimal.

Rows stand in a table where it fits the terminal without breaking a word, and else one after the other, each value with
its name.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from denialml.claims import Value, field_names
from denialml.errors import Finding
from denialml.money import dollars

_PER_CENT = ("_share", "_rate", "probability")
_FRAME = 3  # characters that a table sets between columns
_BETWEEN = "   "
_INDENT = "    "


def show(report: Any, console: Console | None = None, *, hide: Collection[str] = ()) -> None:
    """Print a report: a frozen dataclass of plain values, sequences and mappings, without the fields to ``hide``."""
    out = console or terminal()
    plain: list[tuple[str, str]] = []
    below: list[Callable[[], None]] = []
    for name, value in _fields(report):
        if name in hide:
            continue
        if _has_fields(value):
            below.append(partial(out.print, _facts(_fields(value), title=_words(name))))
        elif _is_rows(value):
            rows = [dict(_fields(row)) for row in value]
            below.append(partial(print_rows, rows, out, title="" if name == "rows" else _words(name)))
        elif isinstance(value, Mapping) and value:
            below.append(partial(out.print, _facts(list(value.items()), title=_words(name))))
        elif value not in ((), [], {}, "", None):
            plain.append((name, value))
    if plain:
        out.print(_facts(plain))
    for print_it in below:
        print_it()


def show_files(report: Any) -> None:
    """Print a report on files: the totals, then only the files that a person should look at, and why."""
    out = terminal()
    show(report, out, hide=("files",))
    for file in report.files:
        if file.error:
            out.print(f"{file.path}: {file.error}", style="red")
        for finding in file.findings:
            out.print(
                f"{file.path.name}: {finding.severity}: {finding.code} at {finding.where}: {finding.message}",
            )
        parked = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in getattr(file, "parked_kinds", ()))
        if parked:
            out.print(f"{file.path.name}: parked: {parked}", style="yellow")


def finding_lines(name: str, findings: Sequence[Finding], *, every: bool = False) -> list[str]:
    """Findings of a file as lines of text: each of them, or the first of each kind with how many more there are."""
    kinds = Counter((finding.severity, finding.code) for finding in findings)
    lines = []
    for finding in findings:
        more = 0 if every else kinds.pop((finding.severity, finding.code), 0) - 1
        if more < 0:
            continue
        tail = f" (and {more} more of this kind)" if more else ""
        lines.append(f"{name}: {finding.severity}: {finding.code} at {finding.where}: {finding.message}{tail}")
    return lines


def print_rows(rows: Sequence[Mapping[str, Any]], console: Console | None = None, *, title: str = "") -> None:
    """Print rows of the same keys: as a table where it fits without breaking a word, else one below the other."""
    if not rows:
        return
    out = console or terminal()
    columns = [[_words(name), *(cell(name, row[name]) for row in rows)] for name in rows[0]]
    widths = _widths(columns, out.width)
    if widths:
        out.print(_table(rows, columns, widths, title))
        return
    if title:
        out.print(title, style="bold")
    for row in rows:
        _print_record(row, out)


def _widths(columns: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """How wide columns of cells are in a table, the narrow ones in full; None where a word would have to break."""
    least = [max((len(word) for text in texts for word in text.split()), default=1) for texts in columns]
    most = [max(map(len, texts)) for texts in columns]
    spare = room - sum(least) - _FRAME * len(columns) + 1
    if spare < 0:
        return None
    widths = list(least)
    widest_last = sorted(range(len(columns)), key=lambda column: most[column] - least[column])
    for left, column in zip(range(len(columns), 0, -1), widest_last, strict=True):
        more = min(most[column] - least[column], spare // left)
        widths[column] += more
        spare -= more
    return widths


def _table(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[Sequence[str]], widths: Sequence[int], title: str
) -> Table:
    """Numbers stand to the right."""
    table = Table(title=title or None, box=box.SIMPLE_HEAD, pad_edge=False, title_justify="left", title_style="bold")
    for name, texts, width in zip(rows[0], columns, widths, strict=True):
        number = all(isinstance(row[name], int | float | None) for row in rows)
        table.add_column(texts[0], justify="right" if number else "left", overflow="fold", width=width)
    for texts in zip(*(texts[1:] for texts in columns), strict=True):
        table.add_row(*texts)
    return table


def _print_record(row: Mapping[str, Any], out: Console) -> None:
    """Values with their names, as many in a line as fit; the lines below the first stand in."""
    lines = [Text()]
    for name, value in row.items():
        said = cell(name, value)
        if not said:
            continue
        pair = Text.assemble((f"{_words(name)}: ", "dim"), said)
        if not lines[-1]:
            lines[-1] = pair
        elif len(lines[-1]) + len(_BETWEEN) + len(pair) <= out.width - (len(_INDENT) if lines[1:] else 0):
            lines[-1].append(_BETWEEN).append(pair)
        else:
            lines.append(pair)
    for number, line in enumerate(lines):
        out.print(Padding(line, (0, 0, 0, len(_INDENT) if number else 0), expand=False))


def terminal() -> Console:
    """The terminal at its own width; a pipe or file gets lines wide enough for a table.

    What is printed is text of payers and people: brackets and colons in it are no markup.
    """
    width = None if Console().is_terminal else 160
    return Console(width=width, markup=False, emoji=False)


def cell(name: str, value: Any) -> str:
    """One value as text, by the unit in its name."""
    if value is None:
        return ""
    if name.endswith("_cents"):
        return dollars(value)
    if isinstance(value, float):
        if name.endswith(_PER_CENT):
            return f"{100 * value:.1f}%"
        return f"{value:.1f}" if name.endswith("seconds") else f"{value:.4f}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, list | tuple):
        return "; ".join(cell("", item) for item in value)
    return str(value)


def plain_value(value: Any) -> Any:
    """The same value in JSON's types. Cents stay integers, days become ISO dates."""
    if _has_fields(value):
        return {name: plain_value(inner) for name, inner in _fields(value)}
    if isinstance(value, Mapping):
        return {str(plain_value(key)): plain_value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_value(inner) for inner in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    return value


def _fields(value: Any) -> list[tuple[str, Any]]:
    names = field_names(type(value)) if isinstance(value, Value) else [each.name for each in dataclasses.fields(value)]
    return [(name, getattr(value, name)) for name in names]


def _has_fields(value: Any) -> bool:
    """Whether it is a word of the vocabulary or a dataclass."""
    return isinstance(value, Value) or (dataclasses.is_dataclass(value) and not isinstance(value, type))


def _is_rows(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and _has_fields(value[0])


def _facts(facts: Sequence[tuple[str, Any]], title: str = "") -> Table:
    table = Table(title=title or None, box=None, show_header=False, title_justify="left", title_style="bold")
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, value in facts:
        table.add_row(_words(str(name)), cell(str(name), value))
    return table


def _words(name: str) -> str:
    return name.removesuffix("_cents").replace("_", " ")
