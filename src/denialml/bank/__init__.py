"""What a bank says of money that came in: NACHA (CCD+), BAI2 and CSV files between bytes and values.

``read`` tells the format by the content and returns a :class:`Statement`. A file that breaks off, or whose own control
totals do not tie, is refused whole: half a day's money is no day's money. Nothing here knows remittances or books.
"""

from __future__ import annotations

from typing import Final

from denialml.bank import bai2, nacha, table
from denialml.bank.entry import BankEntry, Statement
from denialml.errors import BadInputError

__all__ = ["BankEntry", "Statement", "read"]

_FIRST_NACHA: Final = "101"  # record type 1, priority code 01


def read(content: bytes) -> Statement:
    """The entries of a bank's file.

    Raises:
        BadInputError: it is none of the three formats, breaks off, its totals do not tie, or a value cannot be read;
            the message names the record or row and what to do.
    """
    text = _text(content)
    if text.startswith(_FIRST_NACHA) and "," not in text[:23]:
        return nacha.read(text)
    if text.startswith("01,"):
        return bai2.read(text)
    return table.read(text)


def _text(content: bytes) -> str:
    """Text of a file: UTF-8 with or without its mark, else the one-byte alphabet that US banks' programs write."""
    if not content.strip():
        raise BadInputError("is empty; get it from the bank again")
    if b"\0" in content:
        raise BadInputError("is no text: a NACHA, BAI2 or CSV file is expected, not a spreadsheet or a scan")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
