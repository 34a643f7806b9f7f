"""Parties as they are read: an NM1 or N1 segment and what follows it in its loop."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from denialml.claims import Address, Contact, Party, Reference
from denialml.x12.values import day

_EMPTY = [""] * 32  # more than any ``count`` asked for
_CACHED = 1 << 13
_LONGEST_NAMED = 200  # characters of a party that is made once: bounds what the cache holds

_named = lru_cache(_CACHED)(Party)


def padded(raw: str, separator: str, count: int) -> list[str]:
    """The elements of a segment, its name at 0, with empty ones added so that there are at least ``count`` + 1."""
    elements = raw.split(separator)
    if len(elements) <= count:
        elements += _EMPTY[len(elements) : count + 1]
    return elements


def person_or_organisation(e: list[str]) -> Party:
    """A party that is named by NM1 alone."""
    if e[6]:
        return Party(e[3], e[4], e[5], e[7], e[2] == "1", e[8], e[9], prefix=e[6])
    return Party(e[3], e[4], e[5], e[7], e[2] == "1", e[8], e[9])


def fits_nm1(e: list[str]) -> bool:
    """Whether the vocabulary has a place for all that an NM1 says (not for NM110 to NM112)."""
    return len(e) == 10 or not any(e[10:])


def contact(e: list[str]) -> tuple[Contact, bool]:
    """The contact of a PER, padded to nine, and whether that is all it says."""
    numbers = tuple((e[at], e[at + 1]) for at in (3, 5, 7) if e[at] or e[at + 1])
    return Contact(e[1], e[2], numbers), not any(e[9:])


class PartyBuilder:
    """Collects one party. Each method that takes a segment says whether the vocabulary has a place for all of it."""

    taxonomy = ""
    address: list[str] | None = None
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    birth: date | None = None
    sex = ""

    def __init__(self, e: list[str]) -> None:
        """From the elements of an NM1 or N1."""
        self._e = e
        self._n1 = e[0] == "N1"
        self.whole = not any(e[5:]) if self._n1 else fits_nm1(e)

    def take(self, e: list[str]) -> bool:
        """Use a segment that follows the name, padded to nine; false when (a part of) it has no place.

        Raises:
            BadValueError: a birth date that is none.
        """
        name = e[0]
        if name == "REF":
            self.references += (Reference(e[1], e[2], e[3]),)
            return not any(e[4:])
        if name == "N3":
            return self._address(0, e[1:3]) and not any(e[3:])
        if name == "N4":
            return self._address(2, [*e[1:5], e[7]]) and not any([*e[5:7], *e[8:]])
        if name == "PER":
            told, whole = contact(e)
            self.contacts += (told,)
            return whole
        if name == "PRV" and not self.taxonomy:
            self.taxonomy = e[3]
            return e[2] == "PXC" and not any(e[4:])
        if name == "DMG" and self.birth is None:
            self.birth, self.sex = (day(e[2]) if e[2] else None), e[3]
            return not any(e[4:])
        return False

    def _address(self, at: int, texts: list[str]) -> bool:
        """Fill fields of the address from ``at`` on; false when they are filled."""
        if self.address is None:
            self.address = [""] * 7
        stop = at + len(texts)
        if any(self.address[at:stop]):
            return False
        self.address[at:stop] = texts
        return True

    def party(self) -> Party:
        """What was collected."""
        e = self._e
        address = Address(*self.address) if self.address is not None else None
        rest = self.taxonomy, address, self.references, self.contacts
        if self._n1:
            return Party(e[2], "", "", "", False, e[3], e[4], *rest)
        named = e[3], e[4], e[5], e[7], e[2] == "1", e[8], e[9]
        if address is None and not self.references and not self.contacts and len("".join(e)) <= _LONGEST_NAMED:
            return _named(*named, self.taxonomy, prefix=e[6])  # payers and providers repeat
        return Party(*named, *rest, e[6])
