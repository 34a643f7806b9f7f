"""What a code looks like, whatever any table says, and the number that stands for it in a packed table.

CPT codes are known here by their shape alone: the American Medical Association owns their texts, so none is kept.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

LONGEST_KEY: Final = 12  # characters whose number still fits 64 bits: 2 * 36**12 < 2**64

_SHAPES: Final = re.compile(
    r"(?P<cpt>\d{5})|(?P<cpt_performance>\d{4}F)|(?P<cpt_emerging>\d{4}T)|(?P<cpt_laboratory>\d{4}[UMA])|(?P<hcpcs>[A-V]\d{4})"
)


class ProcedureShape(StrEnum):
    """The code set a procedure code belongs to by its shape."""

    CPT = "cpt"  # five digits
    CPT_PERFORMANCE = "cpt_performance"  # category II, ends in F
    CPT_EMERGING = "cpt_emerging"  # category III, ends in T
    CPT_LABORATORY = "cpt_laboratory"  # proprietary and multi-analyte tests and administration: ends in U, M or A
    HCPCS = "hcpcs"  # level II, a letter and four digits


def procedure_shape(code: str) -> ProcedureShape | None:
    """The code set of a procedure code; None when no code looks like this."""
    shape = _SHAPES.fullmatch(code)
    return ProcedureShape(shape.lastgroup) if shape and shape.lastgroup else None


def key_of(text: str) -> int | None:
    """The number a key is filed under: one for each text of up to 12 letters and digits, whatever their case.

    The leading 1 keeps leading zeros and lengths apart. None when the text cannot be a key.
    """
    if len(text) > LONGEST_KEY or not text.isalnum() or not text.isascii():
        return None
    return int("1" + text, 36)


def text_of(key: int) -> str:
    """The text that a number stands for."""
    digits = []
    while key:
        key, digit = divmod(key, 36)
        digits.append("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit])
    return "".join(reversed(digits))[1:]
