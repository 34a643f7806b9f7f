"""What posting one remittance adds to the store: rows as values, related to each other by keys instead of ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from denialml.claims import ClaimPayment, ProviderAdjustment, ServicePayment, Value
from denialml.ledger.accounts import Account, Disposition, ParkedKind, Standing, TransactionKind
from denialml.ledger.answers import Answer
from denialml.ledger.keys import digest_of
from denialml.ledger.known import KnownClaim
from denialml.ledger.source import RemittanceAsRead
from denialml.ledger.whole import Held


class Entry(Value, frozen=True, array_like=True):
    """One side of a ledger transaction: signed cents on an account, debit positive.

    ``line_id`` is the service line it belongs to, None for the claim as a whole or none at all; ``group`` and
    ``reason`` are those of the adjustment it comes from, or empty.
    """

    account: Account
    amount_cents: int
    line_id: int | None = None
    group: str = ""
    reason: str = ""


class LedgerTransaction(Value, frozen=True):
    """Entries that sum to zero, under a key that the same event always has. ``reverses_key`` names what it mirrors."""

    key: str
    kind: TransactionKind
    happened_on: date
    entries: tuple[Entry, ...]
    claim_id: int | None = None
    reverses_key: str | None = None

    def __post_init__(self) -> None:
        assert sum([entry.amount_cents for entry in self.entries]) == 0, "entries must sum to zero"


class Parked(Value, frozen=True):
    """Something that waits for a person. ``amount_cents`` is its money; the message names no patient."""

    key: str
    kind: ParkedKind
    amount_cents: int
    message: str


class ServicePosting(Value, frozen=True):
    """A service of a claim payment and the line of ours it answers, if any.

    ``derived`` marks a service that the payer did not write: the claim was decided as a whole, and our line stands
    in for it.
    """

    service: ServicePayment
    line_id: int | None
    derived: bool = False


class ClaimPosting(Value, frozen=True):
    """An answer with what becomes of it.

    ``payment`` is as read, except that for a claim of one line decided as a whole the claim's adjustments are those
    of its one derived service. ``claim`` is set when it could be told which claim it answers, even if it is parked;
    ``sequence`` is that of the payer that answers (P, S, T; empty when parked). ``account`` is the number of our claim
    that it is placed under, its own where that is unknown; ``strange`` says that its number is none of ours.
    """

    answer: Answer
    disposition: Disposition
    claim: KnownClaim | None
    sequence: str
    payment: ClaimPayment
    services: tuple[ServicePosting, ...]
    transaction: LedgerTransaction | None = None
    parked: Parked | None = None
    account: str = ""
    strange: bool = False

    @property
    def outcome(self) -> str:
        """A digest of what becomes of it, but for wording: equal as long as nothing about it changed."""
        transaction = self.transaction
        told = (
            self.disposition,
            self.account,
            self.claim.id if self.claim else None,
            self.sequence,
            [posting.line_id for posting in self.services],
            self.parked.kind if self.parked else None,
            (transaction.reverses_key, transaction.entries) if transaction else None,
        )
        return digest_of(told)[:16]


@dataclass(frozen=True, slots=True)
class ProviderAdjustmentPosting:
    """A provider adjustment (PLB) with what becomes of it. ``ordinal`` counts within the remittance, from 1."""

    adjustment: ProviderAdjustment
    ordinal: int
    disposition: Disposition
    transaction: LedgerTransaction | None
    parked: Parked | None


@dataclass(frozen=True, slots=True)
class UnreadablePosting:
    """A claim payment that could not be read: its money waits in suspense."""

    parked: Parked
    transaction: LedgerTransaction | None


@dataclass(frozen=True, slots=True)
class PostingPlan:
    """What one remittance adds. ``repeated``: the same payment is posted already, nothing else is filled.

    ``held``: why all of it is parked. It does not balance (then its money is in suspense), or its trace number is known
    with other content (then nothing is in the books: it may be the same money). ``claims`` are filled only then: the
    answers of an open remittance are settled with the claims that they are about. ``fault`` is what is wrong with it
    by itself, whatever else keeps it.
    """

    source: RemittanceAsRead
    payment_key: str
    content_key: str
    repeated: bool = False
    held: Held | None = None
    fault: ParkedKind | None = None
    claims: tuple[ClaimPosting, ...] = ()
    unreadable: tuple[UnreadablePosting, ...] = ()
    adjustments: tuple[ProviderAdjustmentPosting, ...] = ()
    parked: tuple[Parked, ...] = ()

    @property
    def quarantined(self) -> bool:
        """Whether all of it is parked."""
        return self.held is not None

    @property
    def standing(self) -> Standing:
        """How it stands as a whole."""
        return self.held.standing if self.held else Standing.POSTED

    @property
    def noticed_on(self) -> date:
        """The remittance's own date, from which a denial's clocks run."""
        head = self.source.remittance
        return head.paid_on or head.produced_on or self.source.received_on

    @property
    def adjudicated_on(self) -> date:
        """The day the payer closed its books on the claims (DTM*405), else the remittance's own.

        Remittances bear the day on which their money moves, which may be days after they came.
        """
        return min(self.source.remittance.produced_on or self.noticed_on, self.source.received_on)
