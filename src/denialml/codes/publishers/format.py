"""What a publisher's file format is to the loader: how to know it, date it, and read it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from denialml.codes.publishers.documents import Document
from denialml.codes.rows import Row

Filed = tuple[str, str, Row]  # table, key, row


@dataclass(frozen=True, slots=True)
class Edition:
    """A release as its publisher calls it, and its first day."""

    id: str
    effective: date


@dataclass(frozen=True, slots=True)
class Format:
    """One file format of one publisher.

    ``matches`` knows a document by name and content, ``edition`` tells its release where the file says it (else the
    user must), ``read`` gives its rows, ``part`` names the file among those of one release (empty: there is but one).
    """

    name: str
    tables: tuple[str, ...]
    matches: Callable[[Document], bool]
    read: Callable[[Document], Iterator[Filed]]
    edition: Callable[[Document], Edition | None]
    part: Callable[[Document], str] = lambda _: ""


def edition_from_name(pattern: str, make: Callable[[re.Match[str]], Edition]) -> Callable[[Document], Edition | None]:
    """Tell the release from the document's name, or from that of an archive around it."""

    def edition(document: Document) -> Edition | None:
        for name in reversed(document.path.lower().split("/")):
            found = re.search(pattern, name)
            if found:
                return make(found)
        return None

    return edition


def year_of(text: str) -> int:
    """A year written with two or four digits."""
    return int(text) if len(text) == 4 else 2000 + int(text)


MONTHS: Final = {"jan": 1, "apr": 4, "jul": 7, "oct": 10}  # in which a quarter begins
