"""One claim of ours with all its versions and answers: what they come to is a function of them, whatever came first.

Everything is taken in the order of its own days. An answer for which something is wanting (the claim was not sent
yet, its original is unknown, more is taken than is owed) waits until the rest is in, so that what a later event
frees is posted in the end.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from denialml.claims import ClaimPayment, replace
from denialml.ledger import charges, problems
from denialml.ledger.accounts import Account, Disposition, ParkedKind, TransactionKind
from denialml.ledger.answers import Answer
from denialml.ledger.entries import (
    OpenShares,
    applied_entries,
    later_payment_entries,
    mirror,
    payment_entries,
    returned_entries,
    suspense_entries,
)
from denialml.ledger.keys import digest
from denialml.ledger.known import FIRST, KnownClaim, KnownLine, normalised
from denialml.ledger.matching import Mismatch, find_version, match_lines
from denialml.ledger.plan import ClaimPosting, Entry, LedgerTransaction, Parked, ServicePosting
from denialml.ledger.rulings import Action
from denialml.ledger.services import service_postings
from denialml.ledger.whole import Held
from denialml.money import dollars

_FREQUENCIES: Final = "178"
_RECEIVABLE: Final = frozenset({Account.AR_INSURER, Account.AR_PATIENT, Account.AR_NEXT_PAYER})
_WAITING: Final = frozenset(
    {
        ParkedKind.NOT_SENT,
        ParkedKind.OVERPAYMENT,
        ParkedKind.REVERSAL_WITHOUT_ORIGINAL,
        ParkedKind.SECONDARY_BEFORE_PRIMARY,
    }
)
_Place = tuple[Account, int, int | None]  # account, claim id, line id (None: booked on the claim as a whole)


@dataclass(frozen=True, slots=True)
class _Prior:
    """A posted answer that no reversal has taken back."""

    answer: Answer
    claim: KnownClaim
    sequence: str
    transaction: LedgerTransaction | None


class ClaimAccount:
    """The account of one claim number."""

    def __init__(self, versions: Sequence[KnownClaim]) -> None:
        self._versions = list(versions)
        self._by_id = {claim.id: claim for claim in versions}
        self._of_line = {line.id: (claim.id, line.number) for claim in versions for line in claim.lines}
        self._charges: dict[int, LedgerTransaction] = {}  # standing ones, by claim id
        self._sent: set[int] = set()
        self._heirs: dict[int, KnownClaim] = {}  # by claim id, the version that took its place
        self._balances: dict[_Place, int] = {}
        self._priors: list[_Prior] = []
        self.booked: list[LedgerTransaction] = []  #: charges, cancellations and transfers, in their order

    def settle(self, answers: Iterable[Answer]) -> dict[str, ClaimPosting]:
        """What becomes of every answer, by its key."""
        done: dict[str, ClaimPosting] = {}
        waiting: list[Answer] = []
        sent = [claim for claim in self._versions if claim.sent_on is not None]
        told = list(answers)
        taken_back = {what for answer in told if answer.is_reversal for what in _named_by(answer.payment, -1)}
        events: list[KnownClaim | Answer] = [*sent, *told]
        for event in sorted(events, key=lambda event: _order(event, taken_back)):
            if isinstance(event, KnownClaim):
                self._send(event)
                continue
            done[event.key] = self._post(event)
            if _waits(done[event.key]):
                waiting.append(event)
        while waiting:
            done |= {answer.key: self._post(answer) for answer in waiting}
            stuck = [answer for answer in waiting if _waits(done[answer.key])]
            waiting = stuck if len(stuck) < len(waiting) else []
        return done

    # Claims that go out.

    def _send(self, claim: KnownClaim) -> None:
        self._sent.add(claim.id)
        if claim.sequence != FIRST:
            self._transfer(claim)
            return
        for earlier in charges.taken_over(claim, [self._by_id[each] for each in self._charges]):
            self._heirs[earlier.id] = claim
            self._book(charges.cancelled(self._charges.pop(earlier.id), claim))
        charge = charges.charge(claim)
        if charge:
            self._charges[claim.id] = charge
            self._book(charge)

    def _transfer(self, claim: KnownClaim) -> None:
        """What the payers before left to the patient is asked of the next one, when the claim to it is sent.

        A void of that claim gives back what was asked.
        """
        assert claim.sent_on is not None
        lines: dict[int | None, int] = {line.number: line.id for line in claim.lines}
        entries = []
        for (account, claim_id, line_id), cents in self._shares(claim):
            if claim.frequency != charges.VOID:
                mine = lines.get(self._number(line_id))
                entries += [Entry(account, -cents, line_id), Entry(Account.AR_NEXT_PAYER, cents, mine)]
            elif self._by_id[claim_id].sequence == claim.sequence:
                patients = self._patients_line(claim, line_id)
                entries += [Entry(account, -cents, line_id), Entry(Account.AR_PATIENT, cents, patients)]
        if entries:
            key = digest("transfer", claim.key, [(e.account.value, e.amount_cents, e.line_id) for e in entries])
            self._book(LedgerTransaction(key, TransactionKind.NEXT_PAYER, claim.sent_on, tuple(entries), claim.id))

    def _shares(self, claim: KnownClaim) -> list[tuple[_Place, int]]:
        """Shares of its visit that are open: the patient's, and those asked of the same payer before."""
        visit = self._visit(claim)
        asked = {
            Account.AR_PATIENT: {each.id for each in visit},
            Account.AR_NEXT_PAYER: {each.id for each in visit if each.sequence in {claim.sequence, FIRST}},
        }
        return [
            (place, cents)
            for place, cents in self._balances.items()
            if cents > 0 and place[2] is not None and place[1] in asked.get(place[0], ())
        ]

    def _visit(self, claim: KnownClaim) -> list[KnownClaim]:
        """The versions that are about the same services: those of the same days, where the number has several debts.

        A replacement may correct the day: the days of all versions of a debt count.
        """
        first = [each for each in self._versions if each.sequence == FIRST]
        debts = {self._heir(each).id for each in first if each.served_from == claim.served_from}
        days = {each.served_from for each in first if self._heir(each).id in debts}
        return [each for each in self._versions if each.served_from in days] if debts else self._versions

    def _number(self, line_id: int | None) -> int | None:
        """LX01 of a line, by which a service is the same in claims to different payers."""
        return None if line_id is None else self._of_line[line_id][1]

    # Answers that come in.

    def _post(self, answer: Answer) -> ClaimPosting:
        if answer.rules(Action.APPLY):
            return self._apply(answer)
        problem = problems.of_itself(answer)
        if problem:
            return parked(answer, problem.kind, problem.message)
        if answer.is_reversal:
            return self._reverse(answer)
        claim = self._version(answer)
        if isinstance(claim, Mismatch):
            return parked(answer, claim.kind, claim.message)
        if answer.payment.status in problems.INFORMATION:
            return _noted(answer, claim)
        lines = match_lines(claim, answer.payment)
        problem = problems.beside(claim, answer.payment, lines) or self._not_sent(claim)
        if problem:
            return parked(answer, problem.kind, problem.message, claim)
        return self._decide(answer, claim, lines)

    def _apply(self, answer: Answer) -> ClaimPosting:
        """What a person said: the money alone, on the claim as a whole."""
        claim = self._version(answer)
        if isinstance(claim, Mismatch):
            return parked(answer, claim.kind, claim.message)
        sequence = self._sequence(answer, claim)
        if sequence == FIRST:
            entries = applied_entries(answer.payment.paid_cents)
        else:
            alone = replace(answer.payment, adjustments=())
            entries = later_payment_entries(answer, alone, (), *self._asking(claim))
        transaction = None
        if entries:
            transaction = LedgerTransaction(
                answer.transaction_key, TransactionKind.PAYMENT, answer.on, entries, claim.id
            )
            self._take_in(transaction)
        self._priors.append(_Prior(answer, claim, sequence, transaction))
        posting = _unposted(answer, Disposition.POSTED, claim, transaction)
        return replace(posting, sequence=sequence)

    def _version(self, answer: Answer) -> KnownClaim | Mismatch:
        if answer.ruling and answer.ruling.version:
            said = [claim for claim in self._versions if claim.key == answer.ruling.version]
            if said:
                return said[0]
        sequences = problems.SEQUENCES.get(answer.payment.status, FIRST)
        if answer.payment.status == problems.DENIED:
            sequences = self._denying(answer)
        versions = [claim for claim in self._versions if claim.sequence in sequences]
        if not versions:  # a payer before passed the claim on
            versions = [claim for claim in self._versions if self._is_passed_on(claim)] or self._versions
        return find_version(answer, versions, self._is_open)

    def _denying(self, answer: Answer) -> str:
        """Whose denial it is: the payer's name tells, else it is of whoever is asked now.

        That is a later payer, once the first has answered and the claim to the later one is sent.
        """
        named = {claim.sequence for claim in self._versions if claim.payers & answer.payers}
        if len(named) == 1:
            return named.pop()
        before = [prior for prior in self._priors if prior.sequence == FIRST]
        if not before or (not named and any(prior.answer.payers & answer.payers for prior in before)):
            return FIRST
        answered = {prior.sequence for prior in self._priors}
        asked = {claim.sequence for claim in self._versions if claim.id in self._sent} - answered
        return min(asked, default=FIRST)

    def _is_passed_on(self, claim: KnownClaim) -> bool:
        return any(
            account is Account.AR_NEXT_PAYER and claim_id == claim.id and cents > 0
            for (account, claim_id, _), cents in self._balances.items()
        )

    def _is_open(self, claim: KnownClaim) -> bool:
        return claim.id in (self._charges if claim.sequence == FIRST else self._sent)

    def _not_sent(self, claim: KnownClaim) -> Mismatch | None:
        if claim.id in self._sent:
            return None
        return Mismatch(ParkedKind.NOT_SENT, "our claim is not recorded as sent: import it as sent")

    def _decide(self, answer: Answer, claim: KnownClaim, lines: Sequence[KnownLine | Mismatch]) -> ClaimPosting:
        payment, services = service_postings(answer, claim, lines)
        sequence = self._sequence(answer, claim)
        if sequence == FIRST:
            entries = payment_entries(answer, payment, services)
            problem = self._overpaid(claim, entries)
        else:
            entries = later_payment_entries(answer, payment, services, *self._asking(claim))
            problem = self._overpaid_share(claim, entries)
        if problem and not answer.rules(Action.ACCEPT):
            return parked(answer, problem.kind, problem.message, claim)
        transaction = None
        if entries:
            transaction = LedgerTransaction(
                answer.transaction_key, TransactionKind.PAYMENT, answer.on, entries, claim.id
            )
            self._take_in(transaction)
        self._priors.append(_Prior(answer, claim, sequence, transaction))
        return ClaimPosting(
            answer=answer,
            disposition=Disposition.POSTED,
            claim=claim,
            sequence=sequence,
            payment=payment,
            services=services,
            transaction=transaction,
        )

    def _sequence(self, answer: Answer, claim: KnownClaim) -> str:
        """Which payer an answer comes from: what its status says, else what the claim says that it is for."""
        said = problems.SEQUENCES.get(answer.payment.status, "")
        if len(said) == 1:
            return said
        if claim.sequence != FIRST:
            return claim.sequence
        passed_on = [p for p in self._priors if p.claim.id == claim.id and p.answer.payment.status == "19"]
        mine = claim.payers & answer.payers or any(prior.answer.payers & answer.payers for prior in passed_on)
        return "S" if passed_on and not mine else FIRST

    def _overpaid(self, claim: KnownClaim, entries: Sequence[Entry]) -> Mismatch | None:
        """More is taken off than the first payer owes, on a line, the claim, or all versions of the same debt.

        A version that another one replaced owes nothing itself any more: what is paid on it, until the payer takes it
        back, is paid on its heir's debt.
        """
        change: dict[int | None, int] = {}
        for entry in entries:
            if entry.account is Account.AR_INSURER:
                change[entry.line_id] = change.get(entry.line_id, 0) + entry.amount_cents
        total = sum(change.values())
        stands = claim.id in self._charges
        left = [self._owed_of_debt(claim) + total] if total < 0 and (self._heirs or not stands) else []
        if stands:
            left += [self._owed(claim) + total] if total < 0 else []
            left += [
                self._balances.get((Account.AR_INSURER, claim.id, line_id), 0) + cents
                for line_id, cents in change.items()
                if line_id is not None and cents < 0
            ]
        return _overpayment(-min(left, default=0), "the payer owes")

    def _owed(self, claim: KnownClaim) -> int:
        account, balances = Account.AR_INSURER, self._balances
        of_lines = [balances.get((account, claim.id, line.id), 0) for line in claim.lines]
        return balances.get((account, claim.id, None), 0) + sum(of_lines)

    def _owed_of_debt(self, claim: KnownClaim) -> int:
        heir = self._heir(claim)
        return sum(self._owed(each) for each in self._versions if self._heir(each).id == heir.id)

    def _heir(self, claim: KnownClaim) -> KnownClaim:
        while claim.id in self._heirs:
            claim = self._heirs[claim.id]
        return claim

    def _asking(self, claim: KnownClaim) -> tuple[OpenShares, Callable[[int | None], int | None]]:
        return partial(self._open_shares, claim), partial(self._patients_line, claim)

    def _open_shares(self, claim: KnownClaim, line_id: int | None) -> list[tuple[Account, int | None, int]]:
        """What a later payer can be asked on a line of a claim (None: on all): (account, line id, cents).

        Its own receivable comes first, then what the first payer passed on, then what the patient owes of the same
        service; last what the first payer refused, once it has answered: another may pay for it.
        """
        own: list[tuple[Account, int | None, int]] = []
        passed_on: list[tuple[Account, int | None, int]] = []
        patients: list[tuple[Account, int | None, int]] = []
        refused: list[tuple[Account, int | None, int]] = []
        number = self._number(line_id)
        visit = {each.id for each in self._visit(claim)}
        answered = {prior.claim.id for prior in self._priors if prior.sequence == FIRST}
        for (account, claim_id, place), cents in self._balances.items():
            if cents <= 0 or claim_id not in visit or (line_id is not None and self._number(place) != number):
                continue
            if account is Account.AR_NEXT_PAYER and claim_id == claim.id:
                own.append((account, place, cents))
            elif account is Account.AR_NEXT_PAYER and self._by_id[claim_id].sequence == FIRST:
                passed_on.append((account, place, cents))
            elif account is Account.AR_PATIENT:
                patients.append((account, place, cents))
            elif account is Account.AR_INSURER and claim_id in answered:
                refused.append((account, place, cents))
        return own + passed_on + patients + refused

    def _patients_line(self, claim: KnownClaim, line_id: int | None) -> int | None:
        """The first payer's line of the same service: there the patient owes, whoever left it to the patient."""
        number = self._number(line_id)
        first = (each for each in self._visit(claim) if each.id in self._charges)
        return next((line.id for each in first for line in each.lines if line.number == number), line_id)

    def _overpaid_share(self, claim: KnownClaim, entries: Sequence[Entry]) -> Mismatch | None:
        """More is taken off than the payers before left: on a line, or on the claim where it was decided as a whole."""
        change: dict[int | None, int] = {}
        for entry in entries:
            if entry.account is Account.AR_NEXT_PAYER:
                change[entry.line_id] = change.get(entry.line_id, 0) + entry.amount_cents
        if None in change:
            left = [self._asked_of_later(claim) + sum(change.values())]
        else:
            left = [
                self._balances.get((Account.AR_NEXT_PAYER, self._of_line[line_id][0], line_id), 0) + cents
                for line_id, cents in change.items()
                if line_id is not None and cents < 0
            ]
        lacking = -sum(cents for cents in left if cents < 0)
        if lacking and not any(prior.sequence == FIRST for prior in self._priors):
            return Mismatch(ParkedKind.SECONDARY_BEFORE_PRIMARY, "the payer before it has not answered yet")
        return _overpayment(lacking, "the payers before left")

    def _asked_of_later(self, claim: KnownClaim) -> int:
        """What stands on a claim to a later payer, with what the first passed on."""
        mine = {claim.id, *(each.id for each in self._versions if each.sequence == FIRST)}
        return sum(
            cents
            for (account, claim_id, _), cents in self._balances.items()
            if account is Account.AR_NEXT_PAYER and claim_id in mine
        )

    # Reversals.

    def _reverse(self, answer: Answer) -> ClaimPosting:
        """Mirror the original's entries, whatever amounts the reversal itself lists."""
        found = self._originals(answer)
        if len({prior.claim.id for prior in found}) != 1:
            kind = ParkedKind.AMBIGUOUS if found else ParkedKind.REVERSAL_WITHOUT_ORIGINAL
            return parked(answer, kind, f"{len(found)} of our claims have a payment that it reverses")
        original = found[-1]
        transaction = None
        if original.transaction:
            transaction = mirror(original.transaction, answer.transaction_key, TransactionKind.REVERSAL, answer.on)
            self._take_in(transaction)
        self._priors.remove(original)
        lines = match_lines(original.claim, answer.payment)
        return ClaimPosting(
            answer=answer,
            disposition=Disposition.POSTED,
            claim=original.claim,
            sequence=original.sequence,
            payment=answer.payment,
            services=tuple(
                ServicePosting(service, line.id if isinstance(line, KnownLine) else None)
                for service, line in zip(answer.payment.services, lines, strict=True)
            ),
            transaction=transaction,
        )

    def _originals(self, answer: Answer) -> list[_Prior]:
        """Standing answers with exactly the amounts that a reversal negates; more is asked only where it tells.

        A payer takes back what it answered itself: another one's answer is none, unless it has the same number.
        """
        reversal = answer.payment
        amounts = (-reversal.charge_cents, -reversal.paid_cents)
        number = normalised(reversal.payer_control_number)
        found = [
            prior
            for prior in self._priors
            if (prior.answer.payment.charge_cents, prior.answer.payment.paid_cents) == amounts
            and (
                not (prior.answer.payers and answer.payers)
                or prior.answer.payers & answer.payers
                or normalised(prior.answer.payment.payer_control_number) == number != ""
            )
        ]
        narrowings: tuple[Callable[[_Prior], bool], ...] = (
            lambda prior: bool(prior.answer.payers & answer.payers),
            lambda prior: normalised(prior.answer.payment.payer_control_number) == number,
            lambda prior: _adjusted(prior.answer, 1) == _adjusted(answer, -1),
        )
        for narrow in narrowings:
            found = [prior for prior in found if narrow(prior)] or found
        return found

    # The running picture.

    def _book(self, transaction: LedgerTransaction) -> None:
        if transaction.entries:  # a claim may be sent that charges nothing
            self.booked.append(transaction)
            self._take_in(transaction)

    def _take_in(self, transaction: LedgerTransaction) -> None:
        balances = self._balances
        for entry in transaction.entries:
            if entry.account in _RECEIVABLE:
                line_id = entry.line_id
                claim_id = transaction.claim_id if line_id is None else self._of_line[line_id][0]
                assert claim_id is not None
                place = (entry.account, claim_id, line_id)
                balances[place] = balances.get(place, 0) + entry.amount_cents


def parked(
    answer: Answer, kind: ParkedKind, message: str, claim: KnownClaim | None = None, *, in_books: bool = True
) -> ClaimPosting:
    """An answer that waits for a person or another event, its money in suspense unless it may be in the books."""
    cents = answer.payment.paid_cents
    entries = suspense_entries(cents) if in_books else ()
    where = f"segment {answer.span.segment}, byte {answer.span.start}"
    return ClaimPosting(
        answer=answer,
        disposition=Disposition.PARKED,
        claim=claim,
        sequence="",
        payment=answer.payment,
        services=tuple(ServicePosting(service, None) for service in answer.payment.services),
        transaction=LedgerTransaction(answer.transaction_key, TransactionKind.SUSPENSE, answer.on, entries)
        if entries
        else None,
        parked=Parked(answer.parked_key, kind, cents, f"{message} ({where})"),
    )


def held_back(answer: Answer, held: Held) -> ClaimPosting:
    """An answer that waits because all of its remittance does."""
    posting = parked(answer, held.kind, held.message, in_books=held.in_books)
    return replace(posting, account=answer.number)


def set_aside(answer: Answer) -> ClaimPosting:
    """What a person said of an answer that is not to be posted: its money goes back, or there is none."""
    entries = returned_entries(answer.payment.paid_cents)
    if not entries:
        return _unposted(answer, Disposition.NOTED, None, None)
    transaction = LedgerTransaction(answer.transaction_key, TransactionKind.REFUND, answer.on, entries)
    return _unposted(answer, Disposition.RETURNED, None, transaction)


def _noted(answer: Answer, claim: KnownClaim) -> ClaimPosting:
    if answer.payment.paid_cents:
        message = "a status that pays nothing carries money"
        return parked(answer, ParkedKind.UNEXPECTED_MONEY, message, claim)
    return _unposted(answer, Disposition.NOTED, claim, None)


def _unposted(
    answer: Answer, disposition: Disposition, claim: KnownClaim | None, transaction: LedgerTransaction | None
) -> ClaimPosting:
    """An answer of which no service is matched to a line of ours."""
    services = tuple(ServicePosting(service, None) for service in answer.payment.services)
    sequence = claim.sequence if claim else ""
    return ClaimPosting(answer, disposition, claim, sequence, answer.payment, services, transaction)


def _overpayment(excess: int, whose: str) -> Mismatch | None:
    if excess <= 0:
        return None
    return Mismatch(ParkedKind.OVERPAYMENT, f"takes {dollars(excess)} more off than {whose}")


def _waits(posting: ClaimPosting) -> bool:
    return posting.parked is not None and posting.parked.kind in _WAITING


def _named_by(payment: ClaimPayment, sign: int) -> tuple[tuple[int, int, str], tuple[int, int, str]]:
    """How a reversal names what it takes back: by amounts and the payer's number, or by amounts alone."""
    amounts = (sign * payment.charge_cents, sign * payment.paid_cents)
    return (*amounts, normalised(payment.payer_control_number)), (*amounts, "")


def _order(event: KnownClaim | Answer, taken_back: Container[tuple[int, int, str]]) -> tuple[Any, ...]:
    """Days first. Of one day claims come before answers, and what makes room before what needs it.

    So of a day's answers reversals come first, then those that a reversal takes back, then the others. A claim to a
    later payer is made of what the payers before answered, so that it comes after them.
    """
    if isinstance(event, KnownClaim):
        turn = 0 if event.sequence == FIRST else 5
        return (event.sent_on, turn, _FREQUENCIES.find(event.frequency), event.key)
    exactly, by_amounts = _named_by(event.payment, 1)
    turn = 1 if event.is_reversal else 2 if exactly in taken_back else 3 if by_amounts in taken_back else 4
    return (event.decided_on, turn, event.on, *event.place)


def _adjusted(answer: Answer, sign: int) -> list[tuple[str, str, int]]:
    """The adjustments of an answer with their amounts, or those negated."""
    payment = answer.payment
    every = [*payment.adjustments, *(a for service in payment.services for a in service.adjustments)]
    return sorted((a.group, a.reason, sign * a.amount_cents) for a in every)
