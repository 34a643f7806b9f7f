"""Money is integer cents, everywhere, signed. Never float.

X12 writes money as a decimal number of dollars with at most two decimals, an optional leading minus and no
exponent (data type R, implementation guides 837 and 835, section B.1.1.3.1.2).
"""

from __future__ import annotations

import re

MAX_DIGITS = 18  # X12's longest money element (782: R 1/18)
MAX_CENTS = 10**15  # ten trillion dollars: thousands of such amounts still add up inside a signed 64-bit integer

_DOLLARS = re.compile(r"-?(?:\d+(?:\.\d{0,2}0*)?|\.\d{1,2}0*)\Z")
_MARK = re.compile(r"^([-+(]?)\s*\$\s*")
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]*)?"
_WRITTEN = re.compile(rf"\(({_NUMBER})\)|([-+]?{_NUMBER})|({_NUMBER})-")


def cents_from_text(text: str) -> int:
    """Cents from X12's notation: ``"12.5"`` is 1250, ``"-.07"`` is -7, ``"3"`` is 300.

    Raises:
        ValueError: not a plain decimal number, more than two significant decimals, longer than 18 digits, or more than
            ten trillion dollars.
    """
    if not text.isascii() or len(text) > MAX_DIGITS + 2 or not _DOLLARS.match(text):
        raise ValueError("not an amount of money: digits with at most two decimals are expected")
    negative = text[0] == "-"
    whole, _, fraction = text.lstrip("-").partition(".")
    cents = int(whole or "0") * 100 + int((fraction + "00")[:2])
    if cents > MAX_CENTS:
        raise ValueError("not an amount of money: more than ten trillion dollars")
    return -cents if negative else cents


def cents_as_written(text: str) -> int:
    """Cents of an amount as people in the United States write it: ``$1,234.50``, ``-5``, and ``5.00-`` and ``(5.00)``,
    both negative. A comma parts thousands and nothing else: ``1234,50`` is no amount.

    Raises:
        ValueError: it is no amount.
    """  # noqa: D205 - one sentence
    found = _WRITTEN.fullmatch(_MARK.sub(r"\1", text.strip(), count=1))
    if not found:
        raise ValueError("not an amount of money: 1234.50 or 1,234.50 is expected")
    in_brackets, before, after = found.groups()
    digits = (in_brackets or before or after or "").replace(",", "")
    cents = cents_from_text(digits.removeprefix("+"))
    return cents if before is not None else -cents


def text_from_cents(cents: int) -> str:
    """X12's shortest notation of an amount: 1250 is ``"12.5"``, -7 is ``"-.07"``, 300 is ``"3"``, 0 is ``"0"``."""
    sign = "-" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    if rest == 0:
        return f"{sign}{whole}"
    fraction = f"{rest:02d}".rstrip("0")
    return f"{sign}{whole or ''}.{fraction}"


def dollars(cents: int) -> str:
    """An amount for people: 123456 is ``"$1,234.56"``, -5 is ``"-$0.05"``."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}${whole:,}.{rest:02d}"


def share_of(cents: int, numerator: int, denominator: int) -> int:
    """``cents * numerator / denominator``, rounded half away from zero, in integer arithmetic.

    Raises:
        ValueError: the denominator is not positive.
    """
    if denominator <= 0:
        raise ValueError("the denominator must be positive")
    product = cents * numerator
    rounded = (2 * abs(product) + denominator) // (2 * denominator)
    return -rounded if product < 0 else rounded
