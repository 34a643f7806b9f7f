"""What is known while a file is being posted: what the store knew, and what the plans made so far add to it."""

from __future__ import annotations

from collections.abc import Iterable

from denialml.claims import ClaimPayment
from denialml.ledger.accounts import Account
from denialml.ledger.keys import PaymentKeys
from denialml.ledger.known import Known, KnownClaim, PriorPayment
from denialml.ledger.plan import Entry, LedgerTransaction


class State:
    """The running picture. ``known`` itself is never changed."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self._owed: dict[tuple[int, int | None], int] = {}
        self._history: dict[int, list[PriorPayment]] = {}
        self._payments: dict[str, str] = {}
        self._traces: set[tuple[str, str]] = set()

    def content_of(self, payment_key: str) -> str | None:
        """The content key of a payment that is known already."""
        return self._payments.get(payment_key) or self.known.payments.get(payment_key)

    def knows_trace(self, originator: str, trace: str) -> bool:
        """Whether a payment of money has this trace number."""
        return (originator, trace) in self._traces or (originator, trace) in self.known.traces

    def learn_payment(self, keys: PaymentKeys, payment_key: str, trace: tuple[str, str] | None) -> None:
        """Remember a payment; ``trace`` only when it moves money."""
        self._payments[payment_key] = keys.content
        if trace:
            self._traces.add(trace)

    def overpaid_by(self, claim: KnownClaim, entries: Iterable[Entry]) -> int:
        """By how many cents entries would take more off a claim or one of its lines than the payer owes; 0 if none."""
        change: dict[tuple[int, int | None], int] = {}
        for entry in entries:
            if entry.account is Account.AR_INSURER:
                place = (claim.id, entry.line_id)
                change[place] = change.get(place, 0) + entry.amount_cents
        lines = [self._owed_at(place) + cents for place, cents in change.items() if place[1] is not None and cents < 0]
        total = self._owed_in_all(claim) + sum(change.values()) if sum(change.values()) < 0 else 0
        return max(0, -min([total, *lines]))

    def post(self, claim: KnownClaim, payment: ClaimPayment, transaction: LedgerTransaction | None) -> None:
        """Take in a posted claim payment, which a later reversal may mirror."""
        self._add(claim, transaction)
        entries = transaction.entries if transaction else ()
        key = transaction.key if transaction else None
        self._priors(claim).append(PriorPayment(payment.charge_cents, payment.paid_cents, key, entries))

    def original_of(self, claim: KnownClaim, reversal: ClaimPayment) -> PriorPayment | None:
        """The latest standing payment of a claim with exactly the amounts that a reversal negates."""
        wanted = (-reversal.charge_cents, -reversal.paid_cents)
        return next((p for p in reversed(self._priors(claim)) if (p.charge_cents, p.paid_cents) == wanted), None)

    def reverse(self, claim: KnownClaim, original: PriorPayment, transaction: LedgerTransaction | None) -> None:
        """Take in a posted reversal: its original no longer stands."""
        self._add(claim, transaction)
        self._priors(claim).remove(original)

    def _priors(self, claim: KnownClaim) -> list[PriorPayment]:
        return self._history.setdefault(claim.id, list(self.known.history.get(claim.id, ())))

    def _owed_at(self, place: tuple[int, int | None]) -> int:
        return self._owed[place] if place in self._owed else self.known.owed.get(place, 0)

    def _owed_in_all(self, claim: KnownClaim) -> int:
        return sum(self._owed_at((claim.id, line_id)) for line_id in [None, *(line.id for line in claim.lines)])

    def _add(self, claim: KnownClaim, transaction: LedgerTransaction | None) -> None:
        for entry in transaction.entries if transaction else ():
            if entry.account is Account.AR_INSURER:
                place = (claim.id, entry.line_id)
                self._owed[place] = self._owed_at(place) + entry.amount_cents
