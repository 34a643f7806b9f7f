"""Filtering, sorting and paging, the same for both queues. Pure: rows in, rows out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

from denialml.errors import UsageError
from denialml.service.decisions import Status
from denialml.store.reads import ClaimFacts

PAGE_ROWS: Final = 500  # a page of 500 rows costs a browser about 12 ms; 100,000 cost three times that and the transfer


class Sort(StrEnum):
    """What a queue can be ordered by. There are no others: a sort key never reaches the database as text."""

    VALUE = "value"  # of an hour of work, the queue's own order
    DOLLARS = "dollars"  # at risk, or expected back
    PROBABILITY = "probability"  # of denial, or of winning
    DEADLINE = "deadline"  # the nearest first; before sending, the oldest service first
    OLDEST = "oldest"  # known for the longest time first


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """Which rows of a queue to show, and in what order. Empty text, zero and None mean any.

    ``group`` is the title of a reason group (before sending) or of a denial's category. ``minimum_cents`` is of dollars
    at risk or expected back, ``minimum_probability`` of denial or of winning (0 to 1). ``text`` is part of a control
    number. ``page`` counts from 1, in pages of ``PAGE_ROWS`` rows.
    """

    payer: str = ""
    provider: str = ""
    procedure: str = ""
    group: str = ""
    minimum_cents: int = 0
    minimum_probability: float = 0.0
    text: str = ""
    status: Status | None = Status.TO_DO
    sort: Sort = Sort.VALUE
    page: int = 1


NO_FILTERS: Final = QueueFilters()


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters of a queue can be set to."""

    payers: tuple[str, ...]
    providers: tuple[str, ...]
    procedures: tuple[str, ...]
    groups: tuple[str, ...]


ThingT = TypeVar("ThingT")


@dataclass(frozen=True, slots=True)
class Item(Generic[ThingT]):
    """A ranked thing with what filters and sorting look at; ``rank`` is its place in the queue's own order."""

    thing: ThingT
    rank: int
    facts: ClaimFacts
    groups: tuple[str, ...]
    dollars_cents: int
    probability: float
    deadline: date
    known_on: date
    status: Status


def check(filters: QueueFilters, top: int | None) -> None:
    """Refuse filters that make no sense.

    Raises:
        UsageError: a page below 1, a probability outside 0 to 1, negative dollars, or fewer than one row.
    """
    if filters.page < 1:
        raise UsageError("pages count from 1")
    if not 0.0 <= filters.minimum_probability <= 1.0:
        raise UsageError("a probability lies between 0 and 1")
    if filters.minimum_cents < 0:
        raise UsageError("the least dollars cannot be negative")
    if top is not None and top < 1:
        raise UsageError("at least one row must be asked for")


def select(items: Iterable[Item[ThingT]], filters: QueueFilters) -> list[Item[ThingT]]:
    """The items that fit, in the order asked for; equal ones in the queue's own order."""
    return sorted((item for item in items if _fits(item, filters)), key=_ORDERS[filters.sort])


def page_count(items: int) -> int:
    """How many pages that many items fill, at least one."""
    return max(1, -(-items // PAGE_ROWS))


def cut(items: list[Item[ThingT]], filters: QueueFilters, top: int | None) -> list[Item[ThingT]]:
    """The items to show: the first ``top``, or else one page; beyond the last page, the last one."""
    if top is not None:
        return items[:top]
    start = (min(filters.page, page_count(len(items))) - 1) * PAGE_ROWS
    return items[start : start + PAGE_ROWS]


def choices(items: Iterable[Item[ThingT]]) -> Choices:
    """Every value that at least one item has, in order."""
    payers: set[str] = set()
    providers: set[str] = set()
    procedures: set[str] = set()
    groups: set[str] = set()
    for item in items:
        payers.add(item.facts.payer_name)
        providers.add(item.facts.provider_npi)
        procedures.update(item.facts.procedures)
        groups.update(item.groups)
    return Choices(*(tuple(sorted(values - {""})) for values in (payers, providers, procedures, groups)))


def _fits(item: Item[ThingT], filters: QueueFilters) -> bool:
    wanted = (
        (filters.payer, (item.facts.payer_name,)),
        (filters.provider, (item.facts.provider_npi,)),
        (filters.procedure, item.facts.procedures),
        (filters.group, item.groups),
    )
    return (
        all(not value or value in found for value, found in wanted)
        and item.dollars_cents >= filters.minimum_cents
        and item.probability >= filters.minimum_probability
        and filters.text.strip().upper() in item.facts.control_number.upper()
        and filters.status in {None, item.status}
    )


# Rank decides between equals, so that the same rows always come in the same order.
_ORDERS: Final[Mapping[Sort, Callable[[Item[Any]], tuple[Any, ...]]]] = MappingProxyType(
    {
        Sort.VALUE: lambda item: (item.rank,),
        Sort.DOLLARS: lambda item: (-item.dollars_cents, item.rank),
        Sort.PROBABILITY: lambda item: (-item.probability, item.rank),
        Sort.DEADLINE: lambda item: (item.deadline, item.rank),
        Sort.OLDEST: lambda item: (item.known_on, item.rank),
    }
)
