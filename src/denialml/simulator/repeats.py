"""Claims that are sent a second time by mistake, and what their payers make of those that are sent as replacements.

The one that is put right names the payer's number of the first. Where the payer covers it, the first is reversed: money
moves from one claim to the other, and nothing of the first is worked any more.
"""

from __future__ import annotations

from datetime import date

from denialml.claims import Claim
from denialml.simulator.accounts import Account
from denialml.simulator.decisions import Decision
from denialml.simulator.payer import Payer


class Repeats:
    """What stands for the claims of which a repetition is to come; ``accounts`` are all that are open, by number."""

    def __init__(self, accounts: dict[str, Account]) -> None:
        self._accounts = accounts
        self._standing: dict[str, Decision] = {}

    def told(self, decision: Decision, *, awaited: bool) -> None:
        """A remit has told what stands for a claim; ``awaited`` says that a repetition of it is still to come."""
        number = decision.claim.control_number
        if awaited or number in self._standing:
            self._standing[number] = decision

    def decide(
        self, claim: Claim, day: date, payer: Payer, replaces: Decision | None = None, *, account: Account
    ) -> Decision:
        """What a payer decides of a claim that it received: where that replaces the one it repeats, the first is over.

        ``replaces`` is the payer's decision on the same claim, where it was sent before.
        """
        first = account.made.repeats
        told = self._standing.get(first)
        here = told is not None and told.claim.payer_id == claim.payer_id and claim.frequency == "7"
        if not here or not account.replaces_first:
            return payer.decide(claim, day, replaces=replaces)
        open_ = self._accounts.get(first)
        standing = open_.standing if open_ is not None else None
        decision = payer.decide(claim, day, replaces=replaces, voids=standing or told)
        if decision.voids is not None:
            del self._standing[first]
            self._accounts.pop(first, None)
        return decision

    def forget(self, oldest: date) -> None:
        """Drop what was decided before that day."""
        self._standing = {number: made for number, made in self._standing.items() if made.pays_on >= oldest}
