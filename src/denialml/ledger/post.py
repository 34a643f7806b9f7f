"""Posting: one remittance and what we know in, a plan of rows out. All or nothing per claim, balanced or parked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from denialml.errors import Finding, Severity
from denialml.ledger.accounts import ParkedKind
from denialml.ledger.balance import transaction_delta
from denialml.ledger.claim_posting import REVERSAL, Claims, Event, parked_claim
from denialml.ledger.keys import digest, event_identity, moves_money, payment_keys
from denialml.ledger.known import Known
from denialml.ledger.other_posting import adjustment_postings, unreadable_postings
from denialml.ledger.plan import ClaimPosting, Parked, PostingPlan
from denialml.ledger.source import RemittanceAsRead, refused_cents
from denialml.ledger.state import State
from denialml.money import dollars


def post(source: RemittanceAsRead, known: Known) -> PostingPlan:
    """What one remittance adds to the books.

    Args:
        source: The remittance as read, with the day it came; all its rows are known from then.
        known: Our claims that it may name, what is owed on them, and payments already posted.
    """
    return post_all([source], known)[0]


def post_all(sources: Sequence[RemittanceAsRead], known: Known) -> tuple[PostingPlan, ...]:
    """The same for the remittances of one file, in order, each seeing what those before it add."""
    state = State(known)
    return tuple(_plan(source, state) for source in sources)


def _plan(source: RemittanceAsRead, state: State) -> PostingPlan:
    head = source.remittance
    keys = payment_keys(source)
    trace = (head.originator.strip(), head.trace.strip()) if moves_money(head) else None
    before = state.content_of(keys.payment)
    if before == keys.content or state.content_of(keys.conflict):
        return PostingPlan(source, keys.payment, keys.content, repeated=True)
    conflict = before is not None or (trace is not None and state.knows_trace(*trace))
    payment_key = keys.conflict if conflict else keys.payment
    empty = PostingPlan(source, payment_key, keys.content)
    state.learn_payment(keys, payment_key, trace)
    if conflict:
        return _quarantined(
            source, empty, ParkedKind.TRACE_CONFLICT, "its trace number is known with other content", in_books=False
        )
    if source.headless:
        return _quarantined(
            source, empty, ParkedKind.UNREADABLE_TRANSACTION, "its head could not be read", in_books=True
        )
    unbalanced = _unbalanced(source)
    if unbalanced:
        return _quarantined(source, empty, ParkedKind.UNBALANCED_TRANSACTION, unbalanced, in_books=True)
    return _posted(source, empty, state)


def _unbalanced(source: RemittanceAsRead) -> str:
    """Why the transaction does not balance, or empty."""
    unread = [refused_cents(refused) for refused in source.refused]
    known_cents = sum(cents for cents in unread if cents is not None)
    claims = sum(read.payment.paid_cents for read in source.payments) + known_cents
    delta = transaction_delta(claims, [read.adjustment for read in source.adjustments], source.remittance.payment_cents)
    if None in unread:
        return "a part of it could not be read, so that its sum cannot be told"
    return f"claims less provider adjustments differ from the payment by {dollars(delta)}" if delta else ""


def _quarantined(
    source: RemittanceAsRead, plan: PostingPlan, kind: ParkedKind, message: str, *, in_books: bool
) -> PostingPlan:
    claims = tuple(parked_claim(event, kind, message, in_books=in_books) for event in _events(source, plan))
    adjustments = adjustment_postings(source, plan, (kind, message), in_books=in_books)
    unreadable = unreadable_postings(source, plan, in_books=in_books)
    alone: tuple[Parked, ...] = ()
    if not (claims or adjustments or unreadable):
        key = digest("parked", plan.payment_key)
        alone = (Parked(key, kind, source.remittance.payment_cents, message),)
    return replace(plan, quarantined=True, claims=claims, adjustments=adjustments, unreadable=unreadable, parked=alone)


def _posted(source: RemittanceAsRead, plan: PostingPlan, state: State) -> PostingPlan:
    claims = Claims(state).post(_events(source, plan))
    return replace(
        plan,
        claims=claims,
        adjustments=adjustment_postings(source, plan, None, in_books=True),
        unreadable=unreadable_postings(source, plan, in_books=True),
        findings=tuple(finding for claim in claims if (finding := _share_differs(claim))),
    )


def _events(source: RemittanceAsRead, plan: PostingPlan) -> list[Event]:
    """Claim payments with keys of their own: two alike in one remittance are legal, so that they are numbered."""
    seen: Counter[tuple[str, str, str, int, int]] = Counter()
    events = []
    for read in source.payments:
        identity = event_identity(read.payment)
        seen[identity] += 1
        key = digest("claim payment", plan.payment_key, *identity, seen[identity])
        events.append(Event(read.payment, read.span, seen[identity], key, plan.noticed_on))
    return events


def _share_differs(claim: ClaimPosting) -> Finding | None:
    payment = claim.payment
    if payment.status == REVERSAL:
        return None  # a reversal's CLP05 stays zero beside its negated adjustments (guide, section 1.10.2.8)
    every = [*payment.adjustments, *(a for s in payment.services for a in s.adjustments)]
    share = sum(a.amount_cents for a in every if a.group == "PR")
    if share == payment.patient_responsibility_cents:
        return None
    return Finding(
        code="patient-share-differs",
        severity=Severity.WARNING,
        where=f"segment {claim.span.segment}, byte {claim.span.start}, CLP05",
        message=f"the patient's share differs from the sum of its adjustments by "
        f"{dollars(payment.patient_responsibility_cents - share)}; the adjustments were used",
    )
