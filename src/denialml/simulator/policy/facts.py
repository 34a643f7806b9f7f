"""What a payer finds about a claim and its lines, for rules to ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from denialml.claims import Claim


@dataclass(slots=True)
class ClaimFacts:
    """What a payer finds about a claim as a whole. ``days`` run from service to receipt.

    ``cover``: ``active``, ``ended``, ``moved`` (to a sister plan), ``not-begun``, ``unknown``, ``other-primary``.
    ``authorization``: ``valid``, ``wrong``, ``absent``. ``original`` is the claim that a replacement names: ``none``
    of a first claim, ``known`` or ``unknown``; ``correction_days`` run from that claim's answer to this one's receipt.
    ``since_last`` are the days since the member's last paid service before this one, None without any.
    """

    claim: Claim
    served: date
    received: date
    days: int
    cover: str
    enrolled: bool
    authorization: str
    original: str
    correction_days: int
    taxonomy: str
    npi: str
    relationship: str
    age: int
    since_last: int | None


@dataclass(slots=True)
class LineFacts:
    """What a payer finds about one line. ``beside`` are the other procedures of the claim.

    ``services`` is how often this member had this procedure earlier in the year, by what the payer has paid;
    ``fee_cents`` what the payer's schedule gives for the units.
    """

    procedure: str
    modifiers: tuple[str, ...]
    beside: frozenset[str]
    diagnoses: tuple[str, ...]
    units: float
    charge_cents: int
    place: str
    services: int
    fee_cents: int
    duplicate: bool


Condition = Callable[[ClaimFacts, LineFacts], bool]

#: In place of a line's facts where a rule speaks of the whole claim.
NO_LINE = LineFacts("", (), frozenset(), (), 0, 0, "", 0, 0, duplicate=False)
