"""A payer: reads the claims it is sent, decides each line by its own policy, and answers on its pay days.

It knows what a payer knows: its roster, the providers it enrolled, the authorisations it issued, what it paid before.
The probability of each line's denial is fixed before its dice are thrown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from denialml import x12
from denialml.claims import Address, Claim, Party, ServiceLine
from denialml.clock import age_in_years
from denialml.errors import BadInputError
from denialml.simulator.dice import Dice, Weighted
from denialml.simulator.policy import ClaimFacts, LineFacts, Policy, Rule
from denialml.simulator.pricing import Fees, Price
from denialml.x12.events import ClaimRead, Refused

_REMEMBERED_DAYS = 200  # how long services are kept to find duplicates
_WHOLE_AT_THREE = frozenset({"I10", "R42", "R55", "Z23"})  # categories of three characters that are complete codes


@dataclass(slots=True)
class Membership:
    """A member on the roster. ``moved``: a sister plan follows at the end. ``other_from``: insured elsewhere, first."""

    first: date
    last: date | None
    moved: bool
    other_from: date | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a line is denied. ``whole_claim`` when its rule speaks of the claim, not of the line."""

    reason: str
    group: str
    remarks: tuple[str, ...]
    whole_claim: bool


@dataclass(frozen=True, slots=True)
class LineDecision:
    """One line decided: how probable its denial was, for which reason most likely, and what came of it."""

    line: ServiceLine
    probability: float
    likely_reason: str
    verdict: Verdict | None
    price: Price | None


@dataclass(frozen=True, slots=True)
class Decision:
    """One claim decided on ``received_on``, to be answered on ``pays_on``. ``number`` is the payer's own."""

    claim: Claim
    number: str
    received_on: date
    pays_on: date
    lines: tuple[LineDecision, ...]


@dataclass(slots=True)
class _Hits:
    """The rules a claim meets: those for the whole claim, and for each line its facts and rules."""

    whole: list[Rule]
    lines: list[tuple[ServiceLine, LineFacts, list[Rule]]] = field(default_factory=list)


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
        self.fees = Fees(policy.data, Dice(seed, f"{policy.key} benefits"))
        self._verdicts = Dice(seed, f"{policy.key} verdicts")
        self._delays = Dice(seed, f"{policy.key} delays")
        self._numbers = Dice(seed, f"{policy.key} authorizations")
        self._members: dict[str, Membership] = {}
        self._enrolled_from: dict[str, date] = {}
        self._authorizations: set[str] = set()
        self._seen: dict[date, set[tuple[str, ...]]] = {}
        self._counted = policy.counted()
        self._services: dict[tuple[str, str, int], int] = {}
        self._decided = 0
        error = policy.data["random_error"]
        self._error_rate = float(error["rate"])
        self._error_reasons = Weighted.of(error["reasons"])
        self._error_remarks: Mapping[str, list[str]] = error.get("remarks", {})

    @property
    def data(self) -> Mapping[str, Any]:
        """The policy data it was made from."""
        return self.policy.data

    def enrol(self, member_id: str, first: date, last: date | None, *, moved: bool, other_from: date | None) -> None:
        """Put a member on the roster."""
        self._members[member_id] = Membership(first, last, moved, other_from)

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

    def receive(self, content: bytes, received_on: date) -> list[Decision]:
        """Read an 837 file and decide every claim of it, in file order.

        Raises:
            BadInputError: a claim of the file could not be read; nothing of it is decided.
        """
        decisions = []
        for event in x12.read(content):
            if isinstance(event, Refused):
                raise BadInputError(f"{self.key} cannot read claim {event.control_number}: {event.finding.code}")
            if isinstance(event, ClaimRead):
                decisions.append(self.decide(event.claim, received_on))
        self._forget(received_on)
        return decisions

    def decide(self, claim: Claim, received_on: date) -> Decision:
        """Decide one claim: meet the rules, fix the probabilities, throw the dice, price what is covered."""
        hits = self._hits(claim, received_on)
        whole = next((rule for rule in hits.whole if self._verdicts.chance(rule.probability)), None)
        lines = tuple(self._line(claim, hits, whole, entry) for entry in hits.lines)
        self._decided += 1
        number = f"{self.party.identifier[:2]}{received_on:%y%j}{self._decided:07d}"
        return Decision(claim, number, received_on, self._pay_day(received_on), lines)

    def _line(
        self, claim: Claim, hits: _Hits, whole: Rule | None, entry: tuple[ServiceLine, LineFacts, list[Rule]]
    ) -> LineDecision:
        line, facts, rules = entry
        escapes = 1.0 - self._error_rate
        for rule in hits.whole:
            escapes *= 1.0 - rule.probability
        for rule in rules:
            escapes *= 1.0 - rule.probability
        likely = max((*hits.whole, *rules), key=lambda rule: rule.probability, default=None)
        verdict = self._throw(whole, rules)
        price = None
        if verdict is None:
            price = self.fees.price(line, claim.coverage.member_id, line.service_from)
            self._remember(claim, line, facts)
        return LineDecision(line, 1.0 - escapes, likely.reason if likely else "", verdict, price)

    def _throw(self, whole: Rule | None, rules: list[Rule]) -> Verdict | None:
        """Each rule's own die, and that of error; the first that falls gives the reason."""
        fallen = [rule for rule in rules if self._verdicts.chance(rule.probability)]
        mistaken = self._verdicts.chance(self._error_rate)
        if whole is not None:
            return Verdict(whole.reason, whole.group, whole.remarks, whole_claim=True)
        if fallen:
            rule = fallen[0]
            return Verdict(rule.reason, rule.group, rule.remarks, whole_claim=False)
        if mistaken:
            reason = self._verdicts.weighted(self._error_reasons)
            group = "PR" if reason in {"27", "204"} else "CO"
            return Verdict(reason, group, tuple(self._error_remarks.get(reason, ())), whole_claim=False)
        return None

    def _hits(self, claim: Claim, received_on: date) -> _Hits:
        facts = self._claim_facts(claim, received_on)
        nothing = LineFacts("", (), frozenset(), (), 0, 0, "", 0, duplicate=False)
        hits = _Hits([rule for rule in self.policy.claim_rules if rule.hits(facts, nothing)])
        codes = [line.procedure.code for line in claim.lines]
        for place, line in enumerate(claim.lines):
            line_facts = self._line_facts(claim, line, frozenset(codes[:place] + codes[place + 1 :]))
            rules = [rule for rule in self.policy.line_rules(line.procedure.code) if rule.hits(facts, line_facts)]
            hits.lines.append((line, line_facts, rules))
        return hits

    def _claim_facts(self, claim: Claim, received_on: date) -> ClaimFacts:
        served = claim.lines[0].service_from
        rendering = claim.rendering or claim.billing
        birth = claim.treated_birth
        authorization = claim.reference("G1")
        known = "valid" if authorization in self._authorizations else "wrong"
        patient = claim.patient
        return ClaimFacts(
            served=served,
            days=(received_on - served).days,
            cover=self._cover(claim.coverage.member_id, served),
            enrolled=self._enrolled_from.get(rendering.npi, date.max) <= served,
            authorization=known if authorization else "absent",
            referral="present" if claim.reference("9F") else "absent",
            referrer="present" if claim.referring else "absent",
            taxonomy="present" if rendering.taxonomy else "absent",
            taxonomy_code=rendering.taxonomy,
            group_number="present" if claim.coverage.group_number else "absent",
            relationship=patient.relationship if patient else claim.coverage.relationship,
            age=age_in_years(birth, served) if birth else 0,
            sex=claim.treated_sex,
            diagnosis_count=len(claim.diagnoses),
            diagnosis_cut=any(len(d.code) == 3 and d.code not in _WHOLE_AT_THREE for d in claim.diagnoses),
        )

    def _cover(self, member_id: str, served: date) -> str:
        member = self._members.get(member_id)
        if member is None:
            return "unknown"
        if member.last is not None and served > member.last:
            return "moved" if member.moved else "ended"
        if served < member.first:
            return "not-begun"
        if member.other_from is not None and member.other_from <= served:
            return "other-primary"
        return "active"

    def _line_facts(self, claim: Claim, line: ServiceLine, beside: frozenset[str]) -> LineFacts:
        code = line.procedure.code
        served = line.service_from
        return LineFacts(
            procedure=code,
            modifiers=line.procedure.modifiers,
            beside=beside,
            diagnoses=tuple(claim.diagnoses[pointer - 1].code for pointer in line.diagnosis_pointers),
            units=float(line.units),
            charge_cents=line.charge_cents,
            place=line.place_of_service or claim.place_of_service,
            services=self._services.get((claim.coverage.member_id, code, served.year), 0),
            duplicate=_service_key(claim, line) in self._seen.get(served, ()),
        )

    def _remember(self, claim: Claim, line: ServiceLine, facts: LineFacts) -> None:
        if facts.procedure in self._counted:
            key = (claim.coverage.member_id, facts.procedure, line.service_from.year)
            self._services[key] = self._services.get(key, 0) + 1
        self._seen.setdefault(line.service_from, set()).add(_service_key(claim, line))

    def _forget(self, received_on: date) -> None:
        """Drop the services too old to be duplicated, so that memory does not grow with the history."""
        oldest = received_on - timedelta(days=_REMEMBERED_DAYS)
        for served in [day for day in self._seen if day < oldest]:
            del self._seen[served]

    def _pay_day(self, received_on: date) -> date:
        terms = self.policy.data["remits"]
        delay = max(float(terms["floor"]), self._delays.lognormal(float(terms["median_days"]), float(terms["spread"])))
        return next_weekday(received_on + timedelta(days=round(delay)), terms["weekdays"])


def next_weekday(day: date, weekdays: Iterable[int]) -> date:
    """The first day from ``day`` on that falls on one of the weekdays (Monday 0)."""
    return min(day + timedelta(days=(weekday - day.weekday()) % 7) for weekday in weekdays)


def _service_key(claim: Claim, line: ServiceLine) -> tuple[str, ...]:
    rendering = claim.rendering or claim.billing
    return (claim.coverage.member_id, line.procedure.code, *sorted(line.procedure.modifiers), rendering.npi)
