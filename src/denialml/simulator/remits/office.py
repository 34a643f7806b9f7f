"""A payer's remittances: its decisions wait for their pay day, are told, and some are taken up again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from denialml.claims import ClaimPayment, Party, Remittance, replace
from denialml.simulator.decisions import Decision
from denialml.simulator.dice import Fates
from denialml.simulator.faults import Faults
from denialml.simulator.payer import Payer, next_weekday
from denialml.simulator.remits.alterations import Altered, altered
from denialml.simulator.remits.answers import answered, interest, reversal
from denialml.simulator.remits.cashier import Cashier
from denialml.simulator.remits.delivery import Mailroom, Remit
from denialml.simulator.remits.dues import collected
from denialml.simulator.remits.reworks import Rework, days_until, reworked
from denialml.simulator.remits.sections import Due, Hit, Section

_COLLECTED_AFTER = 35  # days that money of a reversed claim is left with the provider


@dataclass(slots=True)
class _Page:
    """What is to be told on a day. ``parts`` are answers of which another file told the rest."""

    decisions: list[Decision] = field(default_factory=list)
    reworks: list[Rework] = field(default_factory=list)
    parts: list[ClaimPayment] = field(default_factory=list)
    dues: list[Due] = field(default_factory=list)


class RemitOffice:
    """Keeps a payer's decisions until their pay day and makes the files of that day.

    Two habits are the payer's own, in its policy data under ``remits``: ``denials_apart`` tells claims denied whole in
    a payment without money, ``keeps_number`` answers a corrected claim under the number of the first one.
    """

    def __init__(self, payer: Payer, payee: Party, receiver_id: str, seed: int, faults: Faults) -> None:
        terms = payer.data["remits"]
        self._payer = payer
        self._weekdays = terms["weekdays"]
        self._apart: bool = terms.get("denials_apart", False)
        self._keeps_number: bool = terms.get("keeps_number", False)
        self._faults = faults
        self._fates = Fates(seed, f"{payer.key} remits")
        self._cashier = Cashier(payer, payee, faults, self._fates)
        self._mailroom = Mailroom(payer.key, payer.party.identifier, receiver_id, faults, self._later)
        self._pages: dict[date, _Page] = {}
        self._crossovers: dict[str, Party] = {}
        # By the number of a decision: what was told of it when that is not its plain answer, until when it is not told
        # whole, and the rework that is due; and the decisions whose place another has taken.
        self._standing: dict[str, tuple[ClaimPayment, ...]] = {}
        self._unsettled: dict[str, date] = {}
        self._undone: set[str] = set()
        self._due: dict[str, Rework] = {}
        self.transfers: list[Remittance] = []

    def keep(self, decision: Decision, crossover: Party | None = None) -> None:
        """Take a decision in, to be told on its pay day. ``crossover`` is the payer that the claim is forwarded to."""
        self._page(decision.pays_on).decisions.append(decision)
        if crossover is not None:
            self._crossovers[decision.number] = crossover

    def takes_back(self, decision: Decision) -> bool:
        """Whether a decision that was told will be taken back later, as only the payer knows."""
        again = self._due.get(decision.number)
        return again is not None and again.takes_back

    def issue(self, day: date) -> list[Remit]:
        """The files that arrive on a day. ``transfers`` are then the payments ordered on it, whenever told."""
        self.transfers = []
        page = self._pages.pop(day, None)
        if page is not None:
            self._write(day, page)
        return self._mailroom.deliver(day)

    def _write(self, day: date, page: _Page) -> None:
        paid, unpaid = Section(payments=page.parts), Section()
        told = [decision for each in page.reworks for decision in self._redo(day, each, paid)]
        told += [decision for decision in page.decisions if self._tell(day, decision, paid, unpaid)]
        if paid.payments:
            paid.dues = [*page.dues, *paid.dues]
            paid.hits += [hit for hit in map(collected, page.dues) if hit is not None]
        elif page.dues:  # nothing to take it from today
            self._page(self._later(day, 1)).dues.extend(page.dues)
        sections = [section for section in (paid, unpaid) if section.payments]
        if not sections:
            return
        payments = [self._cashier.pay(day, section) for section in sections]
        self.transfers = [payment.transfer for payment in payments]
        for days, due in paid.later:
            self._page(self._later(day, days)).dues.append(due)
        hits = [hit for section in sections for hit in section.hits]
        fault = self._faults.file_faults.of(f"{self._payer.key} {day}")
        if fault == "out-of-order":
            struck = self._overtaken(day, told)
            hits += struck
            fault = fault if struck else ""
        fate = self._fates.uniform("file", day.toordinal())
        self._mailroom.post(day, [payment.transaction for payment in payments], told, hits, fault, fate)

    def _tell(self, day: date, decision: Decision, paid: Section, unpaid: Section) -> bool:
        """Answer a claim; not before the decisions whose place it takes have been told whole in an earlier file."""
        settled = max((self._unsettled.get(each.number, each.pays_on) for each in decision.undoes), default=None)
        if settled is not None and settled >= day:
            self._put_off(decision, self._later(settled, 1))
            return False
        for earlier in decision.undoes:
            self._unsettled.pop(earlier.number, None)
            if earlier.number not in self._undone:  # two decisions may take the place of one
                self._undone.add(earlier.number)
                paid.payments += self._reversals(earlier)
        payment = self.answer(decision, self._crossovers.pop(decision.number, None))
        section = unpaid if self._apart and payment.status == "4" else paid
        change = self._altered(day, decision, payment, section)
        section.payments += change.payments
        if payment.crossover is not None:
            section.hits.append(Hit("crossover", payment.control_number))
        if payment.paid_cents > 0:
            self._beside(decision, change.payments[0], section)
            fault = self._faults.reworks.of(decision.number)
            if fault:
                self._take_up(fault, decision, day, days_until(fault, decision, self._fates))
        return True

    def _altered(self, day: date, decision: Decision, payment: ClaimPayment, section: Section) -> Altered:
        """The answer as it is told: most often the plain one."""
        fault = self._faults.alterations.of(decision.number) if payment.paid_cents > 0 else ""
        change = altered(fault, payment, self._fates.uniform("alteration", decision.number)) if fault else None
        if change is None:
            return Altered((payment,))
        section.hits.append(Hit(fault, payment.control_number, change.cents))
        self._standing[decision.number] = (*change.payments, *change.later)
        if change.later:
            self._tell_rest(decision, day, change.later)
        return change

    def _beside(self, decision: Decision, payment: ClaimPayment, section: Section) -> None:
        """What comes with a paid claim: interest when it is late, and rarely somebody else's claim."""
        control_number = payment.control_number
        if self._faults.strikes("misdirected", decision.number):
            stray = self._misdirected(payment, decision.number)
            section.payments.append(stray)
            section.hits.append(Hit("misdirected", stray.control_number, stray.paid_cents))
        cents = interest(decision, payment.paid_cents)
        if cents and self._faults.strikes("interest", decision.number):
            section.dues.append(Due("L6", control_number, -cents))
            section.hits.append(Hit("interest", control_number, -cents))

    def _redo(self, day: date, again: Rework, section: Section) -> list[Decision]:
        """Reverse a claim and answer it anew, unless something else has taken the place of its decision since.

        The answer is the decision that takes back what was paid; another price is none.
        """
        number = again.decision.number
        if self._due.get(number) is not again:
            return []
        reversals = self._reversals(again.decision)
        owed = -sum(payment.paid_cents for payment in reversals)
        anew = reworked(self._payer, again, self._fates, day)
        answer = self.answer(anew)
        if again.fault == "payer-number-changed":
            answer = replace(answer, payer_control_number=f"{number}C")
            reversals = [replace(each, payer_control_number=answer.payer_control_number) for each in reversals]
        first, rest = {
            "reversal-elsewhere": (reversals, [answer]),
            "correction-first": ([answer], reversals),
        }.get(again.fault, ([*reversals, answer], []))
        section.payments += first
        self._standing[number] = (answer,)
        if rest:
            self._tell_rest(again.decision, day, rest)
        control_number = answer.control_number
        if again.fault:
            section.hits.append(Hit(again.fault, control_number, answer.paid_cents - owed))
        if again.fault == "takeback-plb":
            section.dues.append(Due("WO", control_number, -owed))
            section.later.append((_COLLECTED_AFTER, Due("WO", control_number, owed)))
        return [anew] if again.takes_back else []

    def _overtaken(self, day: date, told: list[Decision]) -> list[Hit]:
        """The file of today is to come after the next: one of its claims is reversed there. None if it cannot be."""
        if self._mailroom.holds:
            return []
        plain = (d for d in told if d.number not in self._standing and any(line.price for line in d.lines))
        chosen = next(plain, None)
        if chosen is None:
            return []
        self._take_up("", chosen, day, 1)
        return [Hit("out-of-order", chosen.claim.control_number)]

    def _take_up(self, fault: str, decision: Decision, told_on: date, days: int) -> None:
        again = Rework(fault, decision)
        self._due[decision.number] = again
        self._page(self._later(told_on, days)).reworks.append(again)

    def _tell_rest(
        self, decision: Decision, day: date, payments: list[ClaimPayment] | tuple[ClaimPayment, ...]
    ) -> None:
        """What another file tells of the same decision."""
        later = self._later(day, 1)
        self._page(later).parts.extend(payments)
        self._unsettled[decision.number] = later

    def _put_off(self, decision: Decision, day: date) -> None:
        self._unsettled[decision.number] = day
        self._page(day).decisions.append(decision)

    def answer(self, decision: Decision, crossover: Party | None = None) -> ClaimPayment:
        """The plain answer to a claim, as it stands in a file that nothing befalls."""
        payment = answered(self._payer, decision, crossover)
        first = decision
        while self._keeps_number and first.replaces is not None:
            first = first.replaces
        return payment if first is decision else replace(payment, payer_control_number=first.number)

    def _reversals(self, decision: Decision) -> list[ClaimPayment]:
        """What takes back all that was told of a decision; whatever else was due to it is off."""
        self._due.pop(decision.number, None)
        told = self._standing.pop(decision.number, None) or (self.answer(decision),)
        return [reversal(payment) for payment in told]

    def _misdirected(self, payment: ClaimPayment, number: str) -> ClaimPayment:
        """A payment as much as this one for a claim of somebody else's patient, which we never sent."""
        digits = f"{int(self._fates.uniform('stray', number) * 10**9):09d}"
        stranger = Party("STRANGER", "PAT", is_person=True, id_qualifier="MI", identifier=f"9{digits}")
        return replace(
            payment,
            control_number=f"X{digits}",
            payer_control_number=f"{number}X",
            patient=stranger,
            services=tuple(replace(service, line_control_number="") for service in payment.services),
        )

    def _page(self, day: date) -> _Page:
        page = self._pages.get(day)
        if page is None:
            page = self._pages[day] = _Page()
        return page

    def _later(self, day: date, days: int) -> date:
        return next_weekday(day + timedelta(days=days), self._weekdays)
