"""The identifiers of US claims as small validators: each can ``compact``, ``validate``, ``is_valid`` and ``format``.

A wrong "invalid" is worse than a wrong "valid": only what the issuer states is checked. ``validate`` returns the
compact form or raises :class:`InvalidIdError`; ``is_valid`` never raises, whatever it is given.

>>> NPI.validate("1234-567-893")
'1234567893'
>>> NPI.is_valid("1234567890")
False
>>> ICD10CM.format("e119")
'E11.9'
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


class InvalidIdError(ValueError):
    """The text is not such an identifier. The message names the kind and the rule, never the value."""


def _always(_: str) -> bool:
    return True


def _unchanged(compact: str) -> str:
    return compact


@dataclass(frozen=True, slots=True)
class IdKind:
    """One kind of identifier: its shape, its check and how people write it.

    ``name`` is used in messages; ``shape`` must match the whole compact form; ``check`` is the rule beyond the shape
    (a check digit, a forbidden prefix); ``rule`` says both in words; ``layout`` renders the compact form.
    """

    name: str
    shape: re.Pattern[str]
    rule: str
    check: Callable[[str], bool] = _always
    layout: Callable[[str], str] = _unchanged

    def compact(self, text: str) -> str:
        """Upper case, without the spaces, dots and dashes that people write into it."""
        return text.strip().translate(_SEPARATORS).upper()

    def validate(self, text: str) -> str:
        """The compact form.

        Raises:
            InvalidIdError: the text is not such an identifier.
        """
        if not isinstance(text, str) or not text.isascii():
            raise InvalidIdError(f"{self.name}: {self.rule}")
        compact = self.compact(text)
        if not self.shape.fullmatch(compact) or not self.check(compact):
            raise InvalidIdError(f"{self.name}: {self.rule}")
        return compact

    def is_valid(self, text: object) -> bool:
        """Whether :meth:`validate` would accept it; never raises."""
        try:
            self.validate(text)  # type: ignore[arg-type]  # the promise is to take anything at all
        except InvalidIdError:
            return False
        return True

    def format(self, text: str) -> str:
        """As people write it.

        Raises:
            InvalidIdError: the text is not such an identifier.
        """
        return self.layout(self.validate(text))


_SEPARATORS: Final = str.maketrans("", "", " .-")


def luhn_is_valid(digits: str) -> bool:
    """Whether the last digit is the Luhn check digit of those before it (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def npi_check_digit(first_nine: str) -> str:
    """The tenth digit of a National Provider Identifier (Luhn over ``80840`` and the first nine digits)."""
    return next(d for d in "0123456789" if luhn_is_valid("80840" + first_nine + d))


NPI: Final = IdKind(
    "NPI",
    re.compile(r"[12]\d{9}"),
    "ten digits, the first 1 or 2, the last a Luhn check digit over 80840 and the rest (45 CFR 162.406)",
    check=lambda npi: luhn_is_valid("80840" + npi),
)

_MBI_LETTER = "[AC-HJKMNP-RT-Y]"
_MBI_EITHER = "[AC-HJKMNP-RT-Y0-9]"
MBI: Final = IdKind(
    "MBI",
    re.compile(rf"[1-9]{_MBI_LETTER}{_MBI_EITHER}\d{_MBI_LETTER}{_MBI_EITHER}\d{_MBI_LETTER}{{2}}\d{{2}}"),
    "eleven characters in CMS's pattern C A AN N A AN N A A N N, without the letters S L O I B Z",
    layout=lambda mbi: f"{mbi[:4]}-{mbi[4:7]}-{mbi[7:]}",
)

TAX_ID: Final = IdKind(
    "tax id",
    re.compile(r"\d{9}"),
    "nine digits, not all alike (26 CFR 301.6109-1)",
    check=lambda tin: len(set(tin)) > 1,
    layout=lambda tin: f"{tin[:2]}-{tin[2:]}",
)

TAXONOMY: Final = IdKind(
    "provider taxonomy",
    re.compile(r"[0-9A-Z]{9}X"),
    "ten characters, the last X (NUCC provider taxonomy code set)",
)

ICD10CM: Final = IdKind(
    "ICD-10-CM",
    re.compile(r"[A-Z]\d[0-9A-Z]{1,5}"),
    "three to seven characters: a letter, a digit, then letters or digits (ICD-10-CM guidelines, section I.A.2)",
    layout=lambda code: code if len(code) == 3 else f"{code[:3]}.{code[3:]}",
)

HCPCS: Final = IdKind(
    "procedure code",
    re.compile(r"\d{4}[0-9FTUM]|[A-V]\d{4}"),
    "five characters: four digits and a digit, F, M, T or U (level I), or a letter A to V and four digits (level II)",
)

MODIFIER: Final = IdKind(
    "modifier",
    re.compile(r"[0-9A-Z]{2}"),
    "two letters or digits",
)

# Crockford's base 32 without its check symbols: no I, L, O, U, so that it survives being read aloud.
_BASE32: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CONTROL_LENGTH: Final = 10


def _control_check(body: str) -> str:
    """Luhn's check character modulo 32: finds every single wrong character and nearly every swap of neighbours."""
    total = 0
    for place, character in enumerate(reversed(body)):
        value = _BASE32.index(character) * (2 - place % 2)
        total += value // 32 + value % 32
    return _BASE32[-total % 32]


def claim_control_number(serial: int) -> str:
    """Our patient control number (CLM01) for a claim: ten base-32 characters and a check character, nothing personal.

    Raises:
        ValueError: the serial is negative or does not fit.
    """
    if not 0 <= serial < 32**_CONTROL_LENGTH:
        raise ValueError("the serial does not fit ten base-32 characters")
    body = ""
    for _ in range(_CONTROL_LENGTH):
        serial, digit = divmod(serial, 32)
        body = _BASE32[digit] + body
    return body + _control_check(body)


CONTROL_NUMBER: Final = IdKind(
    "claim control number",
    re.compile(rf"[{_BASE32}]{{{_CONTROL_LENGTH + 1}}}"),
    "ten base-32 characters and a check character",
    check=lambda number: _control_check(number[:-1]) == number[-1],
)
