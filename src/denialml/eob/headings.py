"""What payers call things: the words of labels and column headings, from ``data/headings.csv``."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Final

from denialml.eob.words import Word

HEAD: Final = "head"  #: labels of the check as a whole
CLAIM: Final = "claim"  #: labels of a claim
LINE: Final = "line"  #: headings of columns
TOTAL: Final = "total"  #: field of the label before a claim's sums
_LONGEST: Final = 5  # words of a label
_ALIKE: Final = 0.85  # how alike misread words must be to a heading's, as difflib counts
_SHORTEST: Final = 4  # characters below which misread words are not guessed at


@dataclass(frozen=True, slots=True)
class Found:
    """A label or heading among the words of a row: from place ``start`` up to ``end``."""

    level: str
    field: str
    start: int
    end: int


def found_in(row: Sequence[Word], levels: Iterable[str]) -> list[Found]:
    """Labels or headings of a row from the left, the longest first where several begin."""
    known: dict[str, tuple[str, str]] = {}
    for level in levels:
        known = {**{words: (level, field) for words, field in _table()[level].items()}, **known}
    found = []
    place = 0
    while place < len(row):
        match = _match(row, place, known)
        if match:
            found.append(match)
            place = match.end
        else:
            place += 1
    return found


def _match(row: Sequence[Word], start: int, known: Mapping[str, tuple[str, str]]) -> Found | None:
    for end in range(min(len(row), start + _LONGEST), start, -1):
        words = row[start:end]
        said = plain(" ".join(word.text for word in words))
        if said not in known and len(said) >= _SHORTEST and any(word.confidence < 1 for word in words):
            alike = [each for each in known if each.count(" ") == said.count(" ")]
            said = next(iter(get_close_matches(said, alike, 1, _ALIKE)), said)
        if said in known:
            return Found(*known[said], start, end)
    return None


def plain(text: str) -> str:
    """Words as they are compared: small letters, digits and ``#``, one space between."""
    return " ".join(re.sub(r"[^a-z0-9#]+", " ", text.lower()).split())


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    """Fields by words, by level."""
    text = files("denialml.eob").joinpath("data", "headings.csv").read_text("utf-8")
    levels: dict[str, dict[str, str]] = {HEAD: {}, CLAIM: {}, LINE: {}}
    for row in csv.DictReader(io.StringIO(text)):
        levels[row["level"]][row["words"]] = row["field"]
    return levels
