"""Trying a rule on claims that are answered: how many it would have held, and how many of those were denied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from denialml.claims import Claim
from denialml.scrub.context import Context
from denialml.scrub.engine import RuleSet
from denialml.scrub.rule import ClaimRule, LineRule


@dataclass(frozen=True, slots=True)
class Answered:
    """A past claim with what was known when it was sent, and how the payer answered."""

    claim: Claim
    context: Context
    denied_cents: int = 0


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a rule would have done: of ``claims``, it finds fault with ``found``, of which ``found_denied`` were denied.

    ``denied_cents`` is the money of those denials, ``missed_denied`` the denied claims it says nothing about.
    """

    claims: int
    found: int
    found_denied: int
    denied_cents: int
    missed_denied: int

    @property
    def precision(self) -> float | None:
        """The share of claims found that were denied; None where it found none."""
        return self.found_denied / self.found if self.found else None


def dry_run(rule: ClaimRule | LineRule, past: Iterable[Answered]) -> DryRun:
    """Ask one rule about past claims, each with the context of its own day."""
    only = RuleSet([rule])
    claims = found = found_denied = denied_cents = missed = 0
    for each in past:
        claims += 1
        hit = bool(only.run(each.claim, each.context).findings)
        denied = each.denied_cents > 0
        found += hit
        found_denied += hit and denied
        denied_cents += each.denied_cents if hit else 0
        missed += denied and not hit
    return DryRun(claims, found, found_denied, denied_cents, missed)
