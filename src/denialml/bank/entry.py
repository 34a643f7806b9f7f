"""One line of a bank's statement as a value, and the reassociation trace (TRN) that may stand in its text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

_MAX_DESCRIPTION: Final = 500  # characters kept; the file is kept whole beside it

# TRN01 is 1 or 2; what separates elements is any sign that the bank's programs made of X12's asterisk.
_TRN: Final = re.compile(
    r"(?<![A-Z0-9])TRN(?P<sep>[^A-Za-z0-9~])[12](?P=sep)(?P<trace>(?:(?!(?P=sep)|~).){1,50})"
    r"(?:(?P=sep)(?P<originator>[A-Za-z0-9]{1,10})(?![A-Za-z0-9]))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class BankEntry:
    """Money that came in on ``settled_on`` (negative: that went out again), in cents.

    ``trace`` and ``originator`` are TRN02 and TRN03 of the remittance where the bank passes them on, or empty; where
    there is no trace, ``originator`` may be the company that NACHA's batch names. ``payer`` is the payer's name where
    the format has a place for it, ``reference`` the bank's own number of the entry, ``returns`` that of the entry that
    this one takes back, or empty. ``account`` is the practice's account, and ``description`` the rest of the line.
    """

    settled_on: date
    cents: int
    reference: str = ""
    trace: str = ""
    originator: str = ""
    payer: str = ""
    description: str = ""
    account: str = ""
    returns: str = ""

    def __repr__(self) -> str:
        return f"BankEntry({self.settled_on}, {self.cents}, ***)"


@dataclass(frozen=True, slots=True)
class Statement:
    """A bank's file as read: its ``format`` (``NACHA``, ``BAI2`` or ``CSV``), the day it was made, and its entries.

    ``passed_over`` counts lines that are no money of payers (balances, checks written, test entries of no amount).
    """

    format: str
    made_on: date
    entries: tuple[BankEntry, ...]
    passed_over: int = 0


def trn(parts: Iterable[str]) -> tuple[str, str]:
    """TRN02 and TRN03 from text that a bank may have broken anywhere, each empty where it is not told."""
    pieces = tuple(parts)
    for joined in ("".join(pieces), " ".join(piece.strip() for piece in pieces)):
        found = _TRN.search(joined)
        if found and found["trace"].strip():
            return found["trace"].strip(), found["originator"] or ""
    return "", ""


def described(parts: Iterable[str]) -> str:
    """Text for people: one line of bounded length, without runs of blanks."""
    return " ".join(" ".join(parts).split())[:_MAX_DESCRIPTION]
