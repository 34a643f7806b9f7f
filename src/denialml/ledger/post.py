"""Posting: remittances and what we know in, a plan of rows out. All or nothing per claim, balanced or parked.

The books are a function of all claims and answers, whatever order their files come in. Every account (claim number)
that a file touches is settled anew from all its events; what comes out otherwise than it stands is corrected: the old
transaction is mirrored, and the answer is posted again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from denialml.claims import replace
from denialml.errors import Finding, Severity
from denialml.ledger.account import ClaimAccount, held_back, parked, set_aside
from denialml.ledger.accounts import TransactionKind
from denialml.ledger.answers import Answer, answers_of
from denialml.ledger.balance import transaction_delta
from denialml.ledger.entries import mirror
from denialml.ledger.keys import PaymentKeys, digest, moves_money
from denialml.ledger.known import Known, normalised
from denialml.ledger.matching import Mismatch, placed
from denialml.ledger.other_posting import adjustment_postings, bare_parked, unreadable_postings
from denialml.ledger.plan import ClaimPosting, LedgerTransaction, Parked, PostingPlan
from denialml.ledger.rulings import Action
from denialml.ledger.source import RemittanceAsRead, refused_cents
from denialml.ledger.whole import CONFLICTING, HEADLESS, Held, unbalanced
from denialml.money import dollars


@dataclass(frozen=True, slots=True)
class Settlement:
    """What answers, or claims that were sent, add to the books.

    ``postings`` are those of the new answers, in order. ``booked`` are new charges, cancellations and transfers of our
    claims. ``reposted`` are earlier answers of which something else becomes now; ``turned`` are keys of earlier
    charges, cancellations and transfers that stand no longer, or again: a correction is to mirror each, or its
    correction.
    """

    postings: tuple[ClaimPosting, ...]
    booked: tuple[LedgerTransaction, ...]
    reposted: tuple[ClaimPosting, ...]
    turned: tuple[str, ...]


def plan_payments(
    sources: Sequence[tuple[RemittanceAsRead, PaymentKeys]],
    contents: Mapping[str, str],
    traces: Collection[tuple[str, str]],
) -> tuple[PostingPlan, ...]:
    """What becomes of remittances as payments; the answers of those that are open are settled apart.

    Args:
        sources: Remittances as read, in the order of their file, with their keys.
        contents: Content keys of payments that are known, by payment key.
        traces: Originator and trace number of payments of money that are known.
    """
    payments = _Payments(contents, traces)
    return tuple(payments.plan(source, keys) for source, keys in sources)


def open_answers(plan: PostingPlan) -> Iterator[Answer]:
    """The answers of a remittance that is neither repeated nor quarantined as a whole."""
    if not (plan.repeated or plan.quarantined):
        yield from _answers(plan)


def settle(answers: Sequence[Answer], known: Known) -> Settlement:
    """Post answers, and settle anew every claim that is known.

    Args:
        answers: New answers; none when claims were sent.
        known: Our claims that they may name, with all earlier answers to them.
    """
    accounts = _Accounts(known, answers)
    posted = accounts.settle()
    wanted = {each.key for each in accounts.booked}
    seen = known.booked | known.withdrawn
    return Settlement(
        postings=tuple(posted[answer.key] for answer in answers),
        booked=tuple(each for each in accounts.booked if each.key not in seen),
        reposted=tuple(
            posted[key]
            for key, before in known.answered.items()
            if posted[key].answer.revision != before.answer.revision
        ),
        turned=tuple(sorted(known.booked - wanted | known.withdrawn & wanted)),
    )


def correction(original: LedgerTransaction) -> LedgerTransaction:
    """The mirror of a transaction that would not have been booked, had all been known that is known now."""
    key = digest("correction", original.key)
    return mirror(original, key, TransactionKind.CORRECTION, original.happened_on)


class _Payments:
    """Remittances as payments: posted, repeated, or quarantined as a whole."""

    def __init__(self, contents: Mapping[str, str], traces: Collection[tuple[str, str]]) -> None:
        self._contents = dict(contents)
        self._traces = set(traces)

    def plan(self, source: RemittanceAsRead, keys: PaymentKeys) -> PostingPlan:
        head = source.remittance
        trace = (head.originator.strip(), head.trace.strip()) if moves_money(head) else None
        before = self._contents.get(keys.payment)
        if before == keys.content or keys.kept in self._contents:
            return PostingPlan(source, keys.kept, keys.content, repeated=True)
        conflict = before is not None or trace in self._traces
        self._learn(keys, trace)
        fault = _fault(source)
        held = CONFLICTING if conflict else fault
        plan = PostingPlan(source, keys.kept, keys.content, held=held, fault=fault.kind if fault else None)
        return _with_parts(plan, held)

    def _learn(self, keys: PaymentKeys, trace: tuple[str, str] | None) -> None:
        self._contents[keys.kept] = keys.content
        if trace:
            self._traces.add(trace)


def _answers(plan: PostingPlan) -> Iterable[Answer]:
    return answers_of(plan.source, plan.payment_key, plan.noticed_on, plan.adjudicated_on)


def _fault(source: RemittanceAsRead) -> Held | None:
    """Why all of a remittance waits by itself: its head could not be read, or it does not balance."""
    if source.headless:
        return HEADLESS
    unread = [refused_cents(refused) for refused in source.refused]
    if None in unread:
        return unbalanced(0)
    known_cents = sum(cents for cents in unread if cents is not None)
    claims = sum(read.payment.paid_cents for read in source.payments) + known_cents
    delta = transaction_delta(claims, [read.adjustment for read in source.adjustments], source.remittance.payment_cents)
    return unbalanced(delta) if delta else None


def _with_parts(plan: PostingPlan, held: Held | None) -> PostingPlan:
    source, key, on = plan.source, plan.payment_key, plan.noticed_on
    claims = tuple(held_back(answer, held) for answer in _answers(plan)) if held else ()
    adjustments = adjustment_postings([read.adjustment for read in source.adjustments], key, on, held)
    unreadable = unreadable_postings(source.refused, key, on, held)
    alone: tuple[Parked, ...] = ()
    if held and not (claims or adjustments or unreadable):
        alone = (bare_parked(key, source.remittance.payment_cents, held),)
    return replace(plan, claims=claims, adjustments=adjustments, unreadable=unreadable, parked=alone)


class _Accounts:
    """All accounts that are known, with earlier and new answers."""

    def __init__(self, known: Known, fresh: Sequence[Answer]) -> None:
        self._known = known
        self._counting = {key: each for key, each in known.answered.items() if not each.held}
        self._fresh = fresh
        self.booked: list[LedgerTransaction] = []

    def settle(self) -> dict[str, ClaimPosting]:
        """What becomes of every answer, by its key, under its final transaction key."""
        numbers = self._payer_numbers()
        by_account: dict[str, list[Answer]] = {}
        posted = {key: held_back(each.answer, each.held) for key, each in self._known.answered.items() if each.held}
        for answer, place in self._placed(numbers):
            if answer.rules(Action.RETURN, Action.DISMISS):
                strange = answer.number not in self._known.claims
                posted[answer.key] = replace(set_aside(answer), account=answer.number, strange=strange)
            elif isinstance(place, Mismatch):
                unplaced = parked(answer, place.kind, place.message)
                posted[answer.key] = replace(unplaced, account=answer.number, strange=True)
            else:
                by_account.setdefault(place, []).append(answer)
        for number in self._known.claims.keys() | by_account.keys():
            posted.update(self._settled(number, by_account.get(number, ())))
        return self._revised(posted)

    def _settled(self, number: str, answers: Sequence[Answer]) -> dict[str, ClaimPosting]:
        account = ClaimAccount(self._known.claims[number])
        done = account.settle(answers)
        self.booked += account.booked
        return {
            key: replace(posting, account=number, strange=posting.answer.number != number)
            for key, posting in done.items()
        }

    def _placed(self, numbers: Mapping[str, frozenset[str]]) -> Iterable[tuple[Answer, str | Mismatch]]:
        for answer in self._fresh:
            yield answer, placed(answer, self._known, numbers)
        for key, before in self._counting.items():
            ruling = self._known.rulings.get(key)
            answer = replace(before.answer, ruling=ruling) if ruling else before.answer
            if ruling and ruling.account in self._known.claims:
                yield answer, ruling.account
            elif key in self._known.strange or before.account not in self._known.claims:
                yield answer, placed(answer, self._known, numbers)
            else:
                yield answer, before.account

    def _payer_numbers(self) -> dict[str, frozenset[str]]:
        """Our claim numbers by the payer's, of all answers that name ours."""
        found = dict(self._known.by_payer_number)
        for answer in [*self._fresh, *(each.answer for each in self._counting.values())]:
            number = normalised(answer.payment.payer_control_number)
            if number and answer.number in self._known.claims:
                found[number] = found.get(number, frozenset()) | {answer.number}
        return found

    def _revised(self, posted: Mapping[str, ClaimPosting]) -> dict[str, ClaimPosting]:
        """Count up those whose outcome changed; originals first, since reversals name their transactions."""
        moved: dict[str | None, str] = {}
        done: dict[str, ClaimPosting] = {}
        for key, posting in sorted(posted.items(), key=lambda item: item[1].answer.is_reversal):
            before = self._known.answered.get(key)
            done[key] = _reversing(posting, moved)
            if before and done[key].outcome != before.outcome:
                done[key] = _again(done[key], moved)
        return done


def _reversing(posting: ClaimPosting, moved: Mapping[str | None, str]) -> ClaimPosting:
    """A reversal of a transaction that is booked under another key now; any other posting as it is."""
    transaction = posting.transaction
    if transaction is None or transaction.reverses_key not in moved:
        return posting
    return replace(posting, transaction=replace(transaction, reverses_key=moved[transaction.reverses_key]))


def _again(posting: ClaimPosting, moved: dict[str | None, str]) -> ClaimPosting:
    """A posting under the keys of its next revision; ``moved`` learns where its transaction went."""
    answer = replace(posting.answer, revision=posting.answer.revision + 1)
    transaction, waiting = posting.transaction, posting.parked
    if transaction:
        moved[transaction.key] = answer.transaction_key
        transaction = replace(transaction, key=answer.transaction_key)
    if waiting:
        waiting = replace(waiting, key=answer.parked_key)
    return replace(posting, answer=answer, transaction=transaction, parked=waiting)


def share_differs(claim: ClaimPosting) -> Finding | None:
    """A warning when the patient's share (CLP05) is not the sum of its adjustments."""
    payment = claim.payment
    if claim.answer.is_reversal:
        return None  # a reversal's CLP05 stays zero beside its negated adjustments (guide, section 1.10.2.8)
    share = sum([a.amount_cents for a in payment.adjustments if a.group == "PR"])
    share += sum([a.amount_cents for s in payment.services for a in s.adjustments if a.group == "PR"])
    if share == payment.patient_responsibility_cents:
        return None
    span = claim.answer.span
    return Finding(
        code="patient-share-differs",
        severity=Severity.WARNING,
        where=f"segment {span.segment}, byte {span.start}, CLP05",
        message=f"the patient's share differs from the sum of its adjustments by "
        f"{dollars(payment.patient_responsibility_cents - share)}; the adjustments were used",
    )
