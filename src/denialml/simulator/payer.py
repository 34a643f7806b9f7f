"""A payer: reads the claims it is sent, decides each line by its own policy, and answers on its pay days.

It knows what a payer knows: its roster, the providers it enrolled, the authorisations it issued, what it paid before.
What it would decide of a claim (``judge``) changes nothing: every die belongs to the claim, the line and the rule, so
that the same claim put right is judged with the same dice, and original and replacement are too.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from denialml.claims import Address, Claim, Party, ServiceLine
from denialml.clock import age_in_years
from denialml.simulator.decisions import Cause, Decision, Family, Judgement, LineDecision, Verdict
from denialml.simulator.dice import Dice, Fates, Weighted
from denialml.simulator.paid import PaidServices
from denialml.simulator.policy import NO_LINE, ClaimFacts, LineFacts, Policy, Rule
from denialml.simulator.pricing import Fees

_TOO_LATE = Verdict("29", "CO", (), whole_claim=True, rule="too late", family=Family.TIMELY)
_SERIALS = 9_000_000  # a payer's claim numbers begin at one of so many


@dataclass(slots=True)
class Membership:
    """A member on the roster. ``moved``: a sister plan follows at the end. ``other_from``: insured elsewhere, first."""

    first: date
    last: date | None
    moved: bool
    other_from: date | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the front end takes a claim not in: claim status category, code and entity (277CA STC01)."""

    rule: str
    category: str
    status: str
    entity: str


@dataclass(frozen=True, slots=True)
class _Hit:
    """A rule that the claim or line meets, with its probability and hazard (-log of escaping it)."""

    rule: Rule
    probability: float
    hazard: float


class Payer:
    """One payer and everything it remembers."""

    def __init__(self, policy: Policy, seed: int) -> None:
        about = policy.data["payer"]
        self.key = policy.key
        self.policy = policy
        self.party = Party(
            name=about["name"],
            id_qualifier="PI",
            identifier=about["identifier"],
            address=Address(about["line1"], "", about["city"], about["state"], about["postal_code"]),
        )
        self.originator: str = about["originator"]
        self.filing_indicator: str = about["filing_indicator"]
        self.fees = Fees(policy.data, Fates(seed, f"{policy.key} benefits"))
        self._verdicts = Fates(seed, f"{policy.key} verdicts")
        self._marks = Fates(seed, f"{policy.key} claim numbers")
        self._delays = Dice(seed, f"{policy.key} delays")
        self._numbers = Dice(seed, f"{policy.key} authorizations")
        self._members: dict[str, Membership] = {}
        self._enrolled_from: dict[str, date] = {}
        self._authorizations: set[str] = set()
        self._paid = PaidServices(policy.counted, visits="seen_within" in policy.asked)
        self._wants_fee = "charge_over_fee" in policy.asked
        self._decided = int(self._marks.uniform("first") * _SERIALS)
        self._error = _Error(policy.data["random_error"])

    @property
    def data(self) -> Mapping[str, Any]:
        """The policy data it was made from."""
        return self.policy.data

    def enrol(self, member_id: str, first: date, last: date | None, *, moved: bool, other_from: date | None) -> None:
        """Put a member on the roster."""
        self._members[member_id] = Membership(first, last, moved, other_from)

    def member(self, member_id: str) -> Membership | None:
        """What the roster says of a member number, None where it does not have it."""
        return self._members.get(member_id)

    def correct_other_insurance(self, member_id: str) -> None:
        """The member has told who pays first; later claims are not held for it."""
        if member_id in self._members:
            self._members[member_id].other_from = None

    def enrol_provider(self, npi: str, first: date) -> None:
        """Accept a provider's claims for services from that day on."""
        self._enrolled_from[npi] = first

    def authorize(self) -> str:
        """Issue a prior authorisation and return its number."""
        number = f"{self.party.identifier[:2]}{self._numbers.digits(9)}"
        self._authorizations.add(number)
        return number

    def refusal(self, claim: Claim, received_on: date) -> Refusal | None:
        """Why the front end would refuse a claim (277CA) before it is decided, None where it takes it in."""
        if not self.policy.intake:
            return None
        facts = self._claim_facts(claim, received_on)
        for rule in self.policy.intake:
            if rule.hits(facts) and self._verdicts.chance(rule.probability, claim.control_number, rule.name):
                return Refusal(rule.name, rule.category, rule.status, rule.entity)
        return None

    def forget(self, today: date) -> None:
        """Drop what cannot matter to claims received from a day on, so that memory does not grow with the history."""
        self._paid.forget(today)

    def judge(self, claim: Claim, received_on: date) -> tuple[Judgement, ...]:
        """What it would decide of a claim as it stands: the rules met, the probabilities, and how the dice fall."""
        facts = self._claim_facts(claim, received_on)
        whole = [self._hit(rule, received_on) for rule in self.policy.claim_rules if rule.hits(facts, NO_LINE)]
        fallen = next((h for h in whole if self._falls(h, claim.control_number, h.rule.name)), None)
        codes = [line.procedure.code for line in claim.lines]
        judgements = []
        for place, line in enumerate(claim.lines):
            beside = frozenset(codes[:place] + codes[place + 1 :])
            hits = self._line_hits(claim, line, facts, beside)
            judgements.append(self._judgement(claim, line, whole, hits, fallen))
        return tuple(judgements)

    def decide(
        self, claim: Claim, received_on: date, *, replaces: Decision | None = None, voids: Decision | None = None
    ) -> Decision:
        """Decide one claim: judge it, price what is covered, remember what is paid.

        What ``replaces`` and ``voids`` had used up of the member's deductible is given back first. What ``replaces``
        paid stays covered: a review may have won it. A claim denied whole voids no other.
        """
        judgements = self.judge(claim, received_on)
        if replaces is not None:
            paid = {decided.line.number for decided in replaces.lines if decided.price is not None}
            judgements = tuple(
                replace(each, verdict=None) if each.verdict and each.line.number in paid else each
                for each in judgements
            )
        if all(judgement.verdict for judgement in judgements):
            voids = None
        for earlier in (replaces, voids):
            if earlier is not None:
                self._give_back(earlier.claim, earlier.lines)
        lines = tuple(self._priced(claim, judgement) for judgement in judgements)
        decision = self._decision(claim, lines, received_on, replaces)
        return decision if voids is None else replace(decision, voids=voids)

    def take_back(self, decision: Decision, verdict: Verdict, day: date) -> Decision:
        """Deny all that was paid of a claim after all, and tell it on that day; what it had used up is given back."""
        self._give_back(decision.claim, decision.lines)
        lines = tuple(
            line if line.price is None else self._priced(decision.claim, replace(line.judgement, verdict=verdict))
            for line in decision.lines
        )
        return replace(decision, number=self._number(day), pays_on=day, lines=lines, replaces=decision, voids=None)

    def reopen(self, decision: Decision, won: Collection[int], decided_on: date) -> Decision:
        """Decide a claim anew after a review: the denied lines of those numbers are covered, the others stay."""
        lines = tuple(
            self._priced(decision.claim, replace(decided.judgement, verdict=None))
            if decided.verdict is not None and decided.line.number in won
            else decided
            for decided in decision.lines
        )
        return self._decision(decision.claim, lines, decided_on, decision)

    def uphold(self, claim: Claim, received_on: date, replaces: Decision | None = None) -> Decision:
        """Do not take a claim that comes too late: what ``replaces`` decided stands, else all of it is denied (29)."""
        if replaces is not None:
            return self._decision(claim, replaces.lines, received_on, replaces)
        judged = (replace(each, verdict=_TOO_LATE) for each in self.judge(claim, received_on))
        return self._decision(claim, tuple(self._priced(claim, each) for each in judged), received_on, None)

    def pay_day(self, received_on: date) -> date:
        """When a claim received on a day is answered: after the payer's lag, on one of its weekdays."""
        terms = self.policy.data["remits"]
        delay = max(float(terms["floor"]), self._delays.lognormal(float(terms["median_days"]), float(terms["spread"])))
        return next_weekday(received_on + timedelta(days=round(delay)), terms["weekdays"])

    def _decision(
        self, claim: Claim, lines: tuple[LineDecision, ...], day: date, replaces: Decision | None
    ) -> Decision:
        pays_on = self.pay_day(day)
        number = self._number(pays_on)
        self._paid.keep(claim, [decided.line for decided in lines if decided.price is not None], number)
        return Decision(claim, number, day, pays_on, lines, replaces=replaces)

    def _priced(self, claim: Claim, judgement: Judgement) -> LineDecision:
        line = judgement.line
        if judgement.verdict is None:
            price = self.fees.price(line, claim.coverage.member_id, line.service_from)
            return LineDecision(judgement, price, price.paid_cents)
        quote = self.fees.quote(line, claim.coverage.member_id, line.service_from)
        return LineDecision(judgement, None, quote.paid_cents)

    def _give_back(self, claim: Claim, lines: Iterable[LineDecision]) -> None:
        for decided in lines:
            if decided.price is not None:
                self.fees.give_back(decided.price, claim.coverage.member_id, decided.line.service_from)

    def _number(self, pays_on: date) -> str:
        """A claim number that bears the day of its answer and a mark by which the payer knows its own."""
        self._decided += 1
        body = f"{self.party.identifier[:2]}{pays_on:%y%j}{self._decided % (_SERIALS * 10):08d}"
        return f"{body}{self._mark(body)}"

    def _mark(self, body: str) -> str:
        return f"{int(self._marks.uniform(body) * 10_000):04d}"

    def _answered_on(self, number: str) -> date | None:
        """The day on which the claim of a number was answered, None where the number is none of this payer's."""
        body, mark = number[:-4], number[-4:]
        if len(body) != 15 or mark != self._mark(body):
            return None
        return date(2000 + int(body[2:4]), 1, 1) + timedelta(days=int(body[4:7]) - 1)

    def _hit(self, rule: Rule, received_on: date) -> _Hit:
        probability = rule.probability_on(received_on)
        return _Hit(rule, probability, -math.log1p(-probability))

    def _falls(self, hit: _Hit, *thing: str | int) -> bool:
        return self._verdicts.uniform(*thing) < hit.probability

    def _line_hits(self, claim: Claim, line: ServiceLine, facts: ClaimFacts, beside: frozenset[str]) -> list[_Hit]:
        rules = self.policy.line_rules(line.procedure.code)
        if not rules:
            return []
        found = self._line_facts(claim, line, beside)
        return [self._hit(rule, facts.received) for rule in rules if rule.hits(facts, found)]

    def _judgement(
        self, claim: Claim, line: ServiceLine, whole: list[_Hit], hits: list[_Hit], fallen: _Hit | None
    ) -> Judgement:
        error = self._error
        die = self._verdicts.uniform(claim.control_number, line.number, "")
        if not whole and not hits:
            return Judgement(line, error.rate, error.alone, error.verdict(die))
        if fallen is None:
            number = claim.control_number
            fallen = next((h for h in hits if self._falls(h, number, line.number, h.rule.name)), None)
        verdict = _verdict(fallen.rule) if fallen else error.verdict(die)
        met = [*whole, *hits]
        hazard = error.hazard + sum(hit.hazard for hit in met)
        causes = [
            Cause(hit.rule.name, hit.rule.family, hit.rule.reason, hit.probability, hit.hazard / hazard) for hit in met
        ]
        if error.rate:
            causes.append(Cause("", Family.ERROR, "", error.rate, error.hazard / hazard))
        return Judgement(line, -math.expm1(-hazard), tuple(causes), verdict)

    def _claim_facts(self, claim: Claim, received_on: date) -> ClaimFacts:
        served = claim.lines[0].service_from
        rendering = claim.rendering or claim.billing
        birth = claim.treated_birth
        authorization = claim.reference("G1")
        known = "valid" if authorization in self._authorizations else "wrong"
        patient = claim.patient
        answered_on = None if claim.frequency == "1" else self._answered_on(claim.reference("F8"))
        return ClaimFacts(
            claim=claim,
            served=served,
            received=received_on,
            days=(received_on - served).days,
            cover=self._cover(claim, served),
            enrolled=self._enrolled_from.get(rendering.npi, date.max) <= served,
            authorization=known if authorization else "absent",
            original="none" if claim.frequency == "1" else "known" if answered_on else "unknown",
            correction_days=(received_on - answered_on).days if answered_on else -1,
            taxonomy=rendering.taxonomy,
            npi=rendering.npi,
            relationship=patient.relationship if patient else claim.coverage.relationship,
            age=age_in_years(birth, served) if birth else 0,
            since_last=self._paid.since_last(claim, served),
        )

    def _cover(self, claim: Claim, served: date) -> str:
        member = self._members.get(claim.coverage.member_id)
        if member is None:
            return "unknown"
        if member.last is not None and served > member.last:
            return "moved" if member.moved else "ended"
        if served < member.first:
            return "not-begun"
        if member.other_from is not None and member.other_from <= served and not claim.other_payers:
            return "other-primary"
        return "active"

    def _line_facts(self, claim: Claim, line: ServiceLine, beside: frozenset[str]) -> LineFacts:
        procedure = line.procedure
        served = line.service_from
        return LineFacts(
            procedure=procedure.code,
            modifiers=procedure.modifiers,
            beside=beside,
            diagnoses=tuple(claim.diagnoses[pointer - 1].code for pointer in line.diagnosis_pointers),
            units=float(line.units),
            charge_cents=line.charge_cents,
            place=line.place_of_service or claim.place_of_service,
            services=self._paid.services(claim, procedure.code, served),
            fee_cents=self.fees.fee(line, served) if self._wants_fee else 0,
            duplicate=self._paid.duplicated(claim, line),
        )


class _Error:
    """A payer's own error: how often it denies a line for nothing, and what it tells then."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.rate = float(data["rate"])
        self.hazard = -math.log1p(-self.rate)
        self.alone = (Cause("", Family.ERROR, "", self.rate, 1.0),) if self.rate else ()
        self._reasons = Weighted.of(data["reasons"])
        remarks: Mapping[str, list[str]] = data.get("remarks", {})
        self._verdicts = {
            reason: Verdict(
                reason, "PR" if reason in {"27", "204"} else "CO", tuple(remarks.get(reason, ())), whole_claim=False
            )
            for reason in data["reasons"]
        }

    def verdict(self, die: float) -> Verdict | None:
        """What one die of a line says: nothing, or a denial for some reason."""
        if die >= self.rate:
            return None
        return self._verdicts[self._reasons.at(die / self.rate)]


def _verdict(rule: Rule) -> Verdict:
    return Verdict(rule.reason, rule.group, rule.remarks, rule.whole_claim, rule.name, rule.family)


def next_weekday(day: date, weekdays: Iterable[int]) -> date:
    """The first day from ``day`` on that falls on one of the weekdays (Monday 0)."""
    return min(day + timedelta(days=(weekday - day.weekday()) % 7) for weekday in weekdays)
