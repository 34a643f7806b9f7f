"""Tables of services on a page: where their columns stand, and which word of a row belongs to which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from denialml.eob.headings import LINE, found_in
from denialml.eob.words import Word, around

_FEWEST: Final = 3  # headings that make a table, what is billed and what is paid among them
_STACKED: Final = 3  # rows over which headings may run
_PHRASE: Final = 0.8  # of a word's height: a wider gap parts two headings


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its field, and from where to where its heading goes."""

    field: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a table, and over how many rows their headings run."""

    columns: tuple[Column, ...]
    rows: int


def header_at(rows: Sequence[Sequence[Word]], place: int) -> Header | None:
    """The headings that begin at a row, in as many rows as know the most of them; None where no table begins."""
    best: Header | None = None
    for count in range(1, min(_STACKED, len(rows) - place) + 1):
        span = rows[place : place + count]
        if any(len(_phrases(row)) < _FEWEST for row in span):
            break  # a line of text, not of headings
        columns = _side_by_side(span[0]) if count == 1 else _stacked(span)
        is_table = len(columns) >= _FEWEST and {"charge", "paid"} <= {column.field for column in columns}
        if is_table and (best is None or len(columns) > len(best.columns)):
            best = Header(tuple(columns), count)
    return best


def by_column(words: Sequence[Word], columns: Sequence[Column]) -> dict[str, list[Word]]:
    """Words by the field of the column that they stand in: the one whose left, right or middle is nearest."""
    found: dict[str, list[Word]] = {}
    for word in words:
        found.setdefault(field_of(word, columns), []).append(word)
    return found


def field_of(word: Word, columns: Sequence[Column]) -> str:
    """The field of the column that a word stands in; empty where there are no columns."""
    return min(columns, key=lambda column: _distance(word, column)).field if columns else ""


def _distance(word: Word, column: Column) -> float:
    left, _, right, _ = word.box
    middles = abs((left + right) - (column.left + column.right)) / 2
    return min(abs(left - column.left), abs(right - column.right), middles)


def _side_by_side(row: Sequence[Word]) -> list[Column]:
    columns = []
    for match in found_in(row, (LINE,)):
        left, _, right, _ = around(row[match.start : match.end])
        columns.append(Column(match.field, left, right))
    return columns


def _stacked(rows: Sequence[Sequence[Word]]) -> list[Column]:
    """Headings of several words one below the other."""
    stacks: list[list[Word]] = []
    for row in rows:
        for phrase in _phrases(row):
            left, _, right, _ = around(phrase)
            under = [stack for stack in stacks if around(stack)[0] < right and left < around(stack)[2]]
            if under:
                under[0].extend(phrase)
            else:
                stacks.append(list(phrase))
    columns = []
    for stack in sorted(stacks, key=lambda each: around(each)[0]):
        matches = found_in(stack, (LINE,))
        if len(matches) == 1 and matches[0].end - matches[0].start == len(stack):
            left, _, right, _ = around(stack)
            columns.append(Column(matches[0].field, left, right))
    return columns


def _phrases(row: Sequence[Word]) -> list[list[Word]]:
    phrases: list[list[Word]] = []
    for word in row:
        last = phrases[-1][-1] if phrases else None
        if last is not None and word.box[0] - last.box[2] < _PHRASE * word.height:
            phrases[-1].append(word)
        else:
            phrases.append([word])
    return phrases
