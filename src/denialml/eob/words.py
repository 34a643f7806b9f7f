"""Words as they stand on pages, whoever read them: a PDF's own text, or OCR."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from denialml.eob.sheet import Box

_SAME_ROW: Final = 0.5  # of a word's height: how far middles of words of one row may lie apart


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its box, and how sure the reading is, from 0 to 1 (1 for a PDF's own text)."""

    text: str
    box: Box
    confidence: float = 1.0

    def __repr__(self) -> str:
        return "Word(***)"

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return (self.box[1] + self.box[3]) / 2

    @property
    def height(self) -> float:
        """Of its box."""
        return self.box[3] - self.box[1]


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its number from 1, size in points, and words. ``recognised``: by OCR.

    ``angle`` is by how many degrees the picture was turned counter-clockwise to stand straight; boxes are of the
    straight picture.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    recognised: bool = False
    angle: float = 0.0


def rows_of(words: Sequence[Word]) -> list[list[Word]]:
    """Words by row, from above, each row from the left."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda each: each.middle):
        last = rows[-1][-1] if rows else None
        if last is not None and word.middle - last.middle <= _SAME_ROW * min(word.height, last.height):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [sorted(row, key=lambda each: each.box[0]) for row in rows]


def around(words: Sequence[Word]) -> Box:
    """The box around words.

    Raises:
        ValueError: there are none.
    """
    return (
        min(word.box[0] for word in words),
        min(word.box[1] for word in words),
        max(word.box[2] for word in words),
        max(word.box[3] for word in words),
    )
