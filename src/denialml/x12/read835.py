"""835 transactions (implementation guide 005010X221A1) to the vocabulary.

One group of segments at a time: the head, each header of claims (loop 2000), each claim payment (2100 with its 2110),
each PLB. The walker says which loop a segment belongs to. Payers repeat themselves, so what a text was once found to
mean in a loop is remembered: most segments cost one look-up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

from denialml.claims import ClaimPayment, ServicePayment
from denialml.errors import Severity
from denialml.x12.events import ClaimGroupRead, ClaimPaymentRead, Event, ProviderAdjustmentRead, RemittanceRead
from denialml.x12.groups import Group
from denialml.x12.head835 import Head, claim_group, provider_adjustments
from denialml.x12.parties import padded
from denialml.x12.payment835 import (
    ASIDE,
    CLAIM,
    GATHER,
    ONCE,
    OPENS,
    SERVICES,
    SEVERAL,
    TAKERS,
    Taker,
    fill_claim,
    new_claim,
    put,
)
from denialml.x12.tokens import Delimiters
from denialml.x12.values import BadValueError
from denialml.x12.walk import Walker

# What is remembered: so many texts, no longer than this. A CAS of 19 elements may have 380 characters.
_REMEMBERED: Final = 1 << 14
_LONGEST: Final = 400


# How a text goes to which field, what goes there, and the loop to go on in.
_Meaning = tuple[int, int, Any, "_Place"]


class _Place(dict[str, _Meaning]):
    """What texts mean in one loop; ``ways`` are the takers of what a text may begin with, and the loop to go on in."""

    def __init__(self, loop: str) -> None:
        super().__init__()
        self.loop = loop
        self.ways: dict[str, tuple[Taker | None, _Place]] = {}


class _Meanings:
    """What is remembered of all loops under one set of delimiters."""

    def __init__(self, delimiters: Delimiters) -> None:
        self.delimiters = delimiters
        self._separator = delimiters.element
        self._walker = Walker.of("835", delimiters)
        self._places: dict[str, _Place] = {}
        self._remembered = 0
        self.claim = self._place(CLAIM)

    def _place(self, loop: str) -> _Place:
        place = self._places.get(loop)
        if place is None:
            place = self._places[loop] = _Place(loop)
        return place

    def find(self, here: _Place, raw: str) -> tuple[_Meaning, bool]:
        """What a text means that is not remembered, and whether that is all of it.

        Raises:
            BadValueError: it is not what the guide allows.
        """
        separator = self._separator
        begin = raw[: raw.find(separator, 4)]
        taker, onward = here.ways.get(begin) or self._way(here, raw, begin)
        if taker is None:
            return (ASIDE, 0, None, onward), True
        value, whole = taker.parse(padded(raw, separator, 9), self.delimiters)
        meaning = taker.how, taker.field, value, onward
        if taker.recurs and whole and len(raw) <= _LONGEST:
            self._remember(here, raw, meaning)
        return meaning, whole

    def _way(self, here: _Place, raw: str, begin: str) -> tuple[Taker | None, _Place]:
        """The taker of a text in a loop, if any, and the loop to go on in."""
        spec, loop = self._walker.step(here.loop, raw)
        onward = self._place(loop)
        name, code = padded(raw, self._separator, 1)[:2]
        if spec is None or spec.loop.id != loop:  # it should have come before the loop that is open
            return None, onward
        way = TAKERS.get((loop, name, code)) or TAKERS.get((loop, name, "")), onward
        if code in spec.key_codes and begin == f"{name}{self._separator}{code}":
            here.ways[begin] = way  # as many as the guide has codes
        return way

    def _remember(self, here: _Place, raw: str, meaning: _Meaning) -> None:
        if self._remembered >= _REMEMBERED:
            self._remembered = 0
            for place in self._places.values():
                place.clear()
        self._remembered += 1
        here[raw] = meaning


_meanings = lru_cache(4)(_Meanings)


def _fill(claim: list[Any], group: Group, meanings: _Meanings, odd: list[int]) -> tuple[int, BadValueError] | None:
    """Fill the fields of a claim payment; the segment that prevents it, if any, and what is wrong with it.

    ``odd`` gets the places of segments that the vocabulary has no (full) place for.
    """
    fields, services, here = claim, [], meanings.claim
    place = 0
    try:
        if not fill_claim(claim, group.raws[0], meanings.delimiters.element):
            odd.append(0)
        group.check_length("SVC")
        for place, raw in enumerate(group.raws[1:], 1):
            meaning = here.get(raw)
            if meaning is None:
                meaning, whole = meanings.find(here, raw)
                if not whole:
                    odd.append(place)
            how, at, value, here = meaning
            if how == GATHER:
                fields[at] += value
            elif how == ONCE and not fields[at]:
                fields[at] = value
            elif how == OPENS:
                fields = value.copy()
                services.append(fields)
            elif how != SEVERAL or not put(fields, value):
                odd.append(place)
    except BadValueError as error:
        return place, error
    claim[SERVICES] = tuple([ServicePayment(*each) for each in services])
    return None


class RemittanceBody:
    """Reads the groups of one 835 transaction."""

    marks = frozenset({"LX", "CLP", "PLB"})

    def __init__(self, control_number: str) -> None:
        self.control_number = control_number
        self.claims = 0
        self.refused = 0
        self.head_refused = False
        self._known: tuple[Delimiters, _Meanings] | None = None  # of the delimiters of the group before

    def take(self, group: Group) -> Iterable[Event]:
        """Events of one group."""
        name = group.name
        return self._claim(group) if name == "CLP" else self._other(name, group)

    def _other(self, name: str, group: Group) -> Iterator[Event]:
        if name == "PLB":
            yield from self._adjustments(group)
        elif name == "LX":
            yield from self._claim_group(group)
        elif name == "ST":
            yield from self._head(group)
        else:  # a name that only begins like a mark
            yield group.refused("", group.problem(0, BadValueError("unknown-segment", "no segment has such a name")))

    def _claim(self, group: Group) -> list[Event]:
        known = self._known
        if known is None or known[0] is not group.delimiters:
            known = self._known = group.delimiters, _meanings(group.delimiters)
        claim, odd = new_claim(), list[int]()
        problem = _fill(claim, group, known[1], odd)
        if problem is None and self.head_refused:
            problem = 0, BadValueError("head-refused", "the head of its transaction could not be used")
        if problem is not None:
            self.refused += 1
            return [group.refused(claim[0], group.problem(*problem))]
        self.claims += 1
        payment = ClaimPayment(*claim)
        if not odd:
            return [ClaimPaymentRead(payment, group.span())]
        kept = group.segments(dict.fromkeys(odd))
        return [ClaimPaymentRead(payment, group.span(), kept), group.unmodelled(kept, odd[0])]

    def _claim_group(self, group: Group) -> Iterator[Event]:
        header, odd, problems = claim_group(group)
        kept = group.segments(odd)
        yield ClaimGroupRead(header, group.span(), kept)
        if kept:
            yield group.unmodelled(kept, odd[0])
        for place, problem in problems:
            yield group.notice(problem.code, Severity.WARNING, str(problem), place)

    def _adjustments(self, group: Group) -> Iterator[Event]:
        delimiters = group.delimiters
        try:
            found = provider_adjustments(group.raws[0], delimiters.element, delimiters.component)
        except BadValueError as error:
            yield group.refused("", group.problem(0, error))
            return
        for adjustment in found:
            yield ProviderAdjustmentRead(adjustment, group.span())
        if len(group.raws) > 1:
            yield group.unmodelled(group.segments(range(1, len(group.raws))), 1)

    def _head(self, group: Group) -> Iterator[Event]:
        head = Head(group)
        try:
            remittance = head.remittance(self.control_number)
        except BadValueError as error:
            self.head_refused = True
            yield group.refused("", group.problem(head.place, error))
            return
        kept = group.segments(dict.fromkeys(head.odd))
        yield RemittanceRead(remittance, group.span(), kept)
        if kept:
            yield group.unmodelled(kept, head.odd[0])
        for place, problem in head.problems:
            yield group.notice(problem.code, Severity.ERROR, str(problem), place)
