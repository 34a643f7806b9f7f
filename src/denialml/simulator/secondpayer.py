"""Patients with two covers: what the first payer leaves goes to the second, by the practice or by the payer itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from denialml.claims import Claim, ClaimPayment, Party
from denialml.simulator.accounts import Account
from denialml.simulator.decisions import Decision
from denialml.simulator.dice import Fates
from denialml.simulator.exchange import Parcel
from denialml.simulator.faults import Faults
from denialml.simulator.payer import Payer
from denialml.simulator.secondary import coordinated, secondary_claim

_MADE_AFTER = 5  # days until the practice has made the claim to the second payer


class SecondPayers:
    """Bills second payers. A payer that forwards claims says how often in its ``remits`` (``forwards``)."""

    def __init__(self, payers: Mapping[str, Payer], faults: Faults, seed: int) -> None:
        self._payers = payers
        self._faults = faults
        self._fates = Fates(seed, "second payers")
        self._due: dict[date, list[tuple[str, Parcel]]] = {}

    def forwarding(self, account: Account, decision: Decision) -> Party | None:
        """The payer to which the first one will forward a claim by itself, told with its answer.

        A claim with a denied line stays until the denial is settled: the practice bills what is left then.
        """
        second = account.made.secondary
        if second is None or account.second or decision.denied:
            return None
        rate = float(self._payers[account.made.payer].data["remits"].get("forwards", 0))
        number = account.control_number
        account.forwarded = self._fates.chance(rate, number) or self._faults.strikes("crossover", number)
        return self._payers[second.payer].party if account.forwarded else None

    def bill(self, account: Account, decision: Decision, payment: ClaimPayment, day: date) -> Decision | None:
        """Bill what the first payer left, once its answer is told; the second's answer where it has the claim already.

        Nothing is sent for a claim that was forwarded: the second payer would take it for a duplicate.
        """
        second = account.made.secondary
        if second is None or account.second or len(decision.denied) == len(decision.lines):
            return None
        claim = secondary_claim(decision.claim, payment, day, second.on_claims, second.patient)
        payer = self._payers[second.payer]
        account.second = True
        account.made = replace(account.made, claim=claim, payer=second.payer)
        if account.forwarded:
            return _coordinated(claim, day, payer=payer)
        parcel = Parcel(account, claim, partial(_coordinated, payer=payer))
        self._due.setdefault(day + timedelta(days=_MADE_AFTER), []).append((second.payer, parcel))
        return None

    def due(self, day: date) -> list[tuple[str, Parcel]]:
        """The claims to second payers that are made on a day, each with the payer's key."""
        return self._due.pop(day, [])


def _coordinated(claim: Claim, day: date, *, payer: Payer) -> Decision:
    return coordinated(payer.decide(claim, day))
