"""What we know of the claims that remittances name. Whoever keeps the store gathers it before posting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from denialml.claims import Value

if TYPE_CHECKING:
    from denialml.ledger.answers import Answer
    from denialml.ledger.rulings import Ruling
    from denialml.ledger.whole import Held

FIRST = "P"  #: the sequence (SBR01) of the payer that pays first


def normalised(number: str) -> str:
    """A control number as compared: upper case, trimmed."""
    return number.strip().upper()


@lru_cache(maxsize=1024)
def payer_names(*names: str) -> frozenset[str]:
    """Names and ids of one payer, as compared: letters and digits alone, in upper case."""
    return frozenset(filter(None, ("".join(filter(str.isalnum, name.upper())) for name in names)))


class KnownLine(Value, frozen=True):
    """One of our service lines; ``number`` is LX01. ``modifiers`` are a set: payers reorder them."""

    id: int
    number: int
    procedure: str
    modifiers: frozenset[str]
    charge_cents: int
    served_from: date
    control_number: str


class KnownClaim(Value, frozen=True):
    """One version of one of our claims.

    ``key`` is the same in every store that holds this version. ``sequence`` tells the payer it is for (SBR01: P, S,
    T), ``payers`` what that payer is called. ``sent_on`` is None for a draft.
    """

    id: int
    key: str
    control_number: str
    frequency: str
    sequence: str
    member_id: str
    filing_indicator: str
    payers: frozenset[str]
    charge_cents: int
    served_from: date
    lines: tuple[KnownLine, ...]
    sent_on: date | None

    def __repr__(self) -> str:
        return f"KnownClaim({self.id})"


@dataclass(frozen=True, slots=True)
class Answered:
    """A claim payment of an earlier file, as it stands in the store.

    ``account`` is the number of our claim it is placed under, its own where that is unknown. ``outcome`` is the digest
    of what became of it. ``held`` says why all of its remittance waits from now on.
    """

    answer: Answer
    account: str
    outcome: str
    held: Held | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """Everything posting may look at; of each claim number that ``claims`` names it is complete.

    ``claims`` is by normalised control number, ``by_member`` by member id; ``by_payer_number`` tells our numbers by
    the payer's claim number of earlier answers. ``answered`` are all earlier answers under these numbers, by event
    key; ``strange`` the keys of those that name no number of ours and must be placed anew. ``booked`` are the keys of
    the standing charges, cancellations and transfers of these claims, ``withdrawn`` those that a correction took out.
    ``rulings`` are people's decisions that stand, by event key.
    """

    claims: Mapping[str, tuple[KnownClaim, ...]] = field(default_factory=dict)
    by_payer_number: Mapping[str, frozenset[str]] = field(default_factory=dict)
    by_member: Mapping[str, tuple[KnownClaim, ...]] = field(default_factory=dict)
    answered: Mapping[str, Answered] = field(default_factory=dict)
    strange: frozenset[str] = frozenset()
    booked: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset()
    rulings: Mapping[str, Ruling] = field(default_factory=dict)


def by_number(claims: Iterable[KnownClaim]) -> dict[str, tuple[KnownClaim, ...]]:
    """Versions by their control number."""
    groups: dict[str, list[KnownClaim]] = {}
    for claim in claims:
        groups.setdefault(claim.control_number, []).append(claim)
    return {number: tuple(versions) for number, versions in groups.items()}
