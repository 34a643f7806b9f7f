"""How much was posted without a person, by payer and month, and why not the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from denialml.service.practice import existing_store
from denialml.settings import Settings

if TYPE_CHECKING:
    from denialml.store.autopost import Answered


@dataclass(frozen=True, slots=True)
class Posted:
    """Claim payments of a group (a payer, a month, all), and how they were posted.

    ``at_once`` when they came, ``later`` after waiting for a file that freed them, ``by_person`` by a decision;
    ``waiting`` are parked still. ``hands_free_share`` is that of the first two, ``hands_free_dollars_share`` the same
    of the amounts paid. Payments that a payer only forwarded or priced move nothing and are left out.
    """

    group: str
    claim_payments: int
    at_once: int
    later: int
    by_person: int
    waiting: int
    hands_free_share: float
    paid_cents: int
    hands_free_cents: int
    hands_free_dollars_share: float


@dataclass(frozen=True, slots=True)
class Held:
    """Claim payments that were parked when they came, by the reason, and what became of them."""

    kind: str
    claim_payments: int
    paid_cents: int
    freed_later: int
    by_person: int
    waiting: int


@dataclass(frozen=True, slots=True)
class AutopostReport:
    """Claim payments that came from one day through another. Amounts of reversals count as positive."""

    since: date | None
    until: date | None
    total: Posted
    payers: tuple[Posted, ...]
    months: tuple[Posted, ...]
    kinds: tuple[Held, ...]


def autopost(settings: Settings, since: date | None = None, until: date | None = None) -> AutopostReport:
    """What was posted without a person.

    Args:
        settings: Where the store is.
        since: Only claim payments that came on that day or later.
        until: Only those that came on that day or earlier.

    Raises:
        NotFoundError: there is no database yet.
        StorageError: the database cannot be read.
    """
    from denialml.store.autopost import answers_by_fate

    with existing_store(settings) as store, store.reading() as connection:
        answers = answers_by_fate(connection, since or date.min, until or date.max)
    moving = [each for each in answers if each.ruled or each.disposition != "noted"]
    return AutopostReport(
        since=since,
        until=until,
        total=_posted("all", moving),
        payers=_grouped(moving, lambda each: each.payer or "(unnamed)"),
        months=_grouped(moving, lambda each: f"{each.year:04d}-{each.month:02d}"),
        kinds=_held([each for each in moving if each.kind]),
    )


def _grouped(answers: Iterable[Answered], key: Callable[[Answered], str]) -> tuple[Posted, ...]:
    groups: dict[str, list[Answered]] = {}
    for each in answers:
        groups.setdefault(key(each), []).append(each)
    return tuple(_posted(name, group) for name, group in sorted(groups.items()))


def _posted(name: str, answers: Sequence[Answered]) -> Posted:
    total, paid = _claims(answers), sum(each.cents for each in answers)
    free = [each for each in answers if _is_free(each)]
    free_cents = sum(each.cents for each in free)
    return Posted(
        group=name,
        claim_payments=total,
        at_once=_claims(each for each in free if not each.kind),
        later=_claims(each for each in free if each.kind),
        by_person=_claims(each for each in answers if _is_ruled(each)),
        waiting=_claims(each for each in answers if each.disposition == "parked"),
        hands_free_share=_claims(free) / total if total else 0.0,
        paid_cents=paid,
        hands_free_cents=free_cents,
        hands_free_dollars_share=free_cents / paid if paid else 0.0,
    )


def _held(answers: Iterable[Answered]) -> tuple[Held, ...]:
    groups: dict[str, list[Answered]] = {}
    for each in answers:
        groups.setdefault(each.kind, []).append(each)
    found = [
        Held(
            kind=kind,
            claim_payments=_claims(group),
            paid_cents=sum(each.cents for each in group),
            freed_later=_claims(each for each in group if _is_free(each)),
            by_person=_claims(each for each in group if _is_ruled(each)),
            waiting=_claims(each for each in group if each.disposition == "parked"),
        )
        for kind, group in groups.items()
    ]
    return tuple(sorted(found, key=lambda held: (-held.claim_payments, held.kind)))


def _is_free(answer: Answered) -> bool:
    return answer.disposition != "parked" and not answer.ruled


def _is_ruled(answer: Answered) -> bool:
    return answer.disposition != "parked" and answer.ruled


def _claims(answers: Iterable[Answered]) -> int:
    return sum(each.claims for each in answers)
