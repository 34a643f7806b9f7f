"""Made-up people, numbers and days from a secret key: the same original has the same stand-in in every file.

Numbers keep their shape and are permuted one to one (a Feistel network over letters and digits), so that two claims
never get one number. Names are spoken from the keyed hash of the original; different names may rarely meet.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b

from denialml.errors import RefusedError

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ALPHABETS = (_LETTERS, _LETTERS.lower(), "0123456789")
_SYLLABLES = [a + b for a in "BDFGKLMNPRSTVZ" for b in "AEIOU"]
_ROUNDS = 8
_WEEKS = 52
_SHORTEST_KEY = 8
_LONGEST_KEPT = 300  # characters of an identifier; no guide allows as many
_DAY = re.compile(r"\d{8}", re.ASCII)
_EARLIEST = date(1, 1, 1) + timedelta(weeks=2 * _WEEKS)


class MadeUp:
    """Stand-ins for what identifies somebody, all made from one key.

    Raises:
        RefusedError: the key is shorter than eight bytes.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < _SHORTEST_KEY:
            raise RefusedError(f"a key has at least {_SHORTEST_KEY} bytes")
        self._key = blake2b(key, person=b"denialml-x12").digest()
        self.identifier = lru_cache(1 << 14)(self._identifier)
        self.word = lru_cache(1 << 14)(self._word)

    def number(self, purpose: str, text: str, below: int) -> int:
        """A number from 0 on, the same for the same text."""
        digest = blake2b(f"{purpose}\x00{text}".encode(), key=self._key, digest_size=16).digest()
        return int.from_bytes(digest, "big") % below

    def _identifier(self, text: str) -> str:
        """An identifier of the same shape: letters, digits and all other characters stand where they stood."""
        if text != text.strip():
            return text.replace(text.strip(), self.identifier(text.strip()))
        if len(text) > _LONGEST_KEPT:
            return "X" * _LONGEST_KEPT
        if is_npi(text):
            inner = self._permuted("npi", text[1:9])
            return text[0] + inner + _check_digit(text[0] + inner)
        return self._permuted("id", text)

    def _permuted(self, purpose: str, text: str) -> str:
        places, symbols, sizes = [], [], []
        for at, character in enumerate(text):
            alphabet = next((each for each in _ALPHABETS if character in each), "")
            if alphabet:
                places.append((at, alphabet))
                symbols.append(alphabet.index(character))
                sizes.append(len(alphabet))
        shape = purpose + ",".join(map(str, sizes))
        if not symbols:
            pass
        elif len(symbols) == 1:
            symbols = [(symbols[0] + 1 + self.number(shape, "", sizes[0] - 1)) % sizes[0]]
        else:
            middle = len(symbols) // 2
            for turn in range(_ROUNDS):
                changed = range(middle) if turn % 2 else range(middle, len(symbols))
                other = symbols[middle:] if turn % 2 else symbols[:middle]
                seed = ",".join(map(str, other))
                for at in changed:
                    shift = self.number(f"{shape};{turn};{at}", seed, sizes[at])
                    symbols[at] = (symbols[at] + shift) % sizes[at]
        result = ["X" if character.isalnum() else character for character in text]
        for (at, alphabet), symbol in zip(places, symbols, strict=True):
            result[at] = alphabet[symbol]
        return "".join(result)

    def _word(self, purpose: str, text: str, longest: int = 12) -> str:
        """A pronounceable name, in capitals unless the original has small letters."""
        seed = self.number(purpose, text.strip().upper(), len(_SYLLABLES) ** 4)
        spoken = ""
        for _ in range(3 + seed % 2):
            seed, syllable = divmod(seed, len(_SYLLABLES))
            spoken += _SYLLABLES[syllable]
        spoken = spoken[:longest]
        return spoken if text.upper() == text else spoken.capitalize()

    def phone(self, text: str) -> str:
        """A number of the range kept free for fiction, if it has ten digits; else of the same shape."""
        if len(text) != 10 or not text.isdigit():
            return self.identifier(text)
        return f"{200 + self.number('area', text, 800)}55501{self.number('phone', text, 100):02d}"

    def weeks(self, person: str) -> int:
        """By how many weeks the days of a person go back; those of no person, empty, less far than any."""
        frame = 1 + self.number("weeks", "", _WEEKS - 1)
        return frame + (1 + self.number("person", person, _WEEKS - 1) if person else 0)

    def shifted(self, text: str, weeks: int) -> str:
        """A text with each of its days (CCYYMMDD; YYMMDD when it stands alone) so many weeks earlier.

        Weekdays and the distances of a person's days stay. A text without a day gets other digits.
        """
        if re.fullmatch(r"\d{6}", text, re.ASCII) and _day("20" + text):
            return self.shifted("20" + text, weeks)[2:]
        found = [match for match in _DAY.findall(text) if _day(match)]
        if not found:
            return self.identifier(text)
        return _DAY.sub(lambda match: _back(match.group(), weeks), text, count=2)


def is_npi(text: str) -> bool:
    """Whether a text is a National Provider Identifier: ten digits from 1 or 2 on, with the right check digit."""
    return bool(re.fullmatch(r"[12]\d{9}", text, re.ASCII)) and _check_digit(text[:9]) == text[9]


def _check_digit(nine: str) -> str:
    """Luhn's digit over the prefix 80840 and nine digits (CMS: NPI check digit)."""
    total = 24
    for at, digit in enumerate(reversed(nine)):
        doubled = int(digit) * (2 if at % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def _day(text: str) -> date | None:
    try:
        found = date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None
    return found if found >= _EARLIEST else None


def _back(text: str, weeks: int) -> str:
    found = _day(text)
    return (found - timedelta(weeks=weeks)).isoformat().replace("-", "") if found else text
