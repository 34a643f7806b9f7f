"""Posting what is not a claim payment: provider adjustments, and claim payments that could not be read."""

from __future__ import annotations

from datetime import date

from denialml import codes
from denialml.claims import ProviderAdjustment
from denialml.ledger.accounts import Account, Disposition, ParkedKind, TransactionKind
from denialml.ledger.entries import provider_adjustment_entries, suspense_entries
from denialml.ledger.keys import digest
from denialml.ledger.plan import (
    Entry,
    LedgerTransaction,
    Parked,
    PostingPlan,
    ProviderAdjustmentPosting,
    UnreadablePosting,
)
from denialml.ledger.source import RemittanceAsRead, refused_cents
from denialml.x12.events import Refused


def adjustment_postings(
    source: RemittanceAsRead, plan: PostingPlan, park: tuple[ParkedKind, str] | None, *, in_books: bool
) -> tuple[ProviderAdjustmentPosting, ...]:
    """Provider adjustments on their accounts, or parked: all of them with ``park``, else those a person must classify.

    ``in_books`` is false when the money may be in the books already.
    """
    return tuple(
        _adjustment(read.adjustment, ordinal, plan, park, in_books=in_books)
        for ordinal, read in enumerate(source.adjustments, start=1)
    )


def _adjustment(
    adjustment: ProviderAdjustment,
    ordinal: int,
    plan: PostingPlan,
    park: tuple[ParkedKind, str] | None,
    *,
    in_books: bool,
) -> ProviderAdjustmentPosting:
    cents = adjustment.amount_cents
    account = _account(adjustment, plan.noticed_on)
    reason = park
    if park is None and account is Account.SUSPENSE_REMIT:
        reason = (
            ParkedKind.PROVIDER_ADJUSTMENT_UNCLASSIFIED,
            f"a provider adjustment with reason {adjustment.reason} must be classified by a person",
        )
    key = digest("provider adjustment", plan.payment_key, ordinal)
    entries = provider_adjustment_entries(Account.SUSPENSE_REMIT if reason else account, cents) if in_books else ()
    return ProviderAdjustmentPosting(
        adjustment=adjustment,
        ordinal=ordinal,
        disposition=Disposition.PARKED if reason else Disposition.POSTED,
        transaction=_transaction(key, entries, plan.noticed_on, suspense=reason is not None),
        parked=Parked(digest("parked", key), reason[0], cents, reason[1]) if reason else None,
    )


def unreadable_postings(
    source: RemittanceAsRead, plan: PostingPlan, *, in_books: bool
) -> tuple[UnreadablePosting, ...]:
    """Claim payments that could not be read, their money in suspense."""
    return tuple(
        _unreadable(refused, ordinal, plan, in_books=in_books)
        for ordinal, refused in enumerate(source.refused, start=1)
    )


def _unreadable(refused: Refused, ordinal: int, plan: PostingPlan, *, in_books: bool) -> UnreadablePosting:
    key = digest("unreadable", plan.payment_key, ordinal)
    is_claim = any(segment.name == "CLP" for segment in refused.segments)
    kind = ParkedKind.UNREADABLE_CLAIM if is_claim else ParkedKind.UNREADABLE_TRANSACTION
    message = f"{refused.finding.message} ({refused.finding.where})"
    cents = refused_cents(refused) or 0
    return UnreadablePosting(
        parked=Parked(digest("parked", key), kind, cents, message),
        transaction=_transaction(key, suspense_entries(cents) if in_books else (), plan.noticed_on, suspense=True),
    )


def _account(adjustment: ProviderAdjustment, on: date) -> Account:
    rule = codes.provider_adjustment(adjustment.reason, on)
    return Account(rule.account) if rule else Account.SUSPENSE_REMIT


def _transaction(key: str, entries: tuple[Entry, ...], on: date, *, suspense: bool) -> LedgerTransaction | None:
    kind = TransactionKind.SUSPENSE if suspense else TransactionKind.PROVIDER_ADJUSTMENT
    return LedgerTransaction(key, kind, on, entries) if entries else None
