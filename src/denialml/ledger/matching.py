"""Which claim and which lines a claim payment answers. Unique or not at all: nothing is guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from denialml.claims import ClaimPayment, ServicePayment
from denialml.ledger.accounts import ParkedKind
from denialml.ledger.answers import Answer, claim_day, first_day, member_of
from denialml.ledger.known import Known, KnownClaim, KnownLine, normalised


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Why no match was made."""

    kind: ParkedKind
    message: str


def placed(answer: Answer, known: Known, payer_numbers: Mapping[str, frozenset[str]]) -> str | Mismatch:
    """The number of our claim that an answer is for: its own, else told by the payer's number, else by the person.

    ``payer_numbers`` tells our numbers by the payer's, of every answer there is: which came first does not count.
    """
    if answer.number in known.claims:
        return answer.number
    payment = answer.payment
    found = payer_numbers.get(normalised(payment.payer_control_number), frozenset())
    found = found or frozenset(claim.control_number for claim in _by_person(payment, known))
    if not found:
        return Mismatch(ParkedKind.UNMATCHED_CLAIM, "no claim of ours has its numbers")
    if len(found) > 1:
        return Mismatch(ParkedKind.AMBIGUOUS, f"{len(found)} claims of ours fit")
    return next(iter(found))


def find_version(
    answer: Answer, versions: Sequence[KnownClaim], is_open: Callable[[KnownClaim], bool]
) -> KnownClaim | Mismatch:
    """The one version of a claim that an answer is for, or why it cannot be told.

    Each narrowing counts only where it leaves something: its frequency, charge and day, the version that stands
    (``is_open``).
    """
    payment = answer.payment
    narrowings: tuple[Callable[[KnownClaim], bool], ...] = (
        lambda claim: claim.frequency == payment.frequency,
        lambda claim: claim.charge_cents == abs(payment.charge_cents) and claim.served_from == first_day(payment),
        is_open,
    )
    found = versions
    for narrow in narrowings:
        if len(found) == 1:
            break
        found = [claim for claim in found if narrow(claim)] or found
    if len(found) > 1:
        return Mismatch(ParkedKind.AMBIGUOUS, f"{len(found)} versions of our claim fit")
    return found[0]


def match_lines(claim: KnownClaim, payment: ClaimPayment) -> list[KnownLine | Mismatch]:
    """For each service of a payment our line, or why it cannot be told which.

    Order of trust: the line number we sent (REF*6R); submitted code, modifiers, day and charge; without modifiers;
    without charge. In each round a line must be the only one left that fits the service, and the service the only
    one that fits the line; only the number may name one line twice (a payer splits units).
    """
    result: list[KnownLine | Mismatch | None] = [None] * len(payment.services)
    by_number = _unique(claim.lines, lambda line: normalised(line.control_number))
    for place, service in enumerate(payment.services):
        number = normalised(service.line_control_number)
        result[place] = by_number.get(number) if number else None
    for rule in _ROUNDS:
        if None not in result:
            break
        taken = {line.id for line in result if isinstance(line, KnownLine)}
        _match_round(rule, [line for line in claim.lines if line.id not in taken], payment, result)
    return [_UNMATCHED_LINE if match is None else match for match in result]


_UNMATCHED_LINE = Mismatch(ParkedKind.UNMATCHED_LINE, "a service fits none of the claim's open lines")


def _match_round(
    rule: Callable[[KnownLine, ServicePayment, date | None], bool],
    lines: Sequence[KnownLine],
    payment: ClaimPayment,
    result: list[KnownLine | Mismatch | None],
) -> None:
    day = claim_day(payment)
    fits = {
        place: [line for line in lines if rule(line, service, day)]
        for place, service in enumerate(payment.services)
        if result[place] is None
    }
    wanted = Counter(line.id for found in fits.values() for line in found)
    for place, found in fits.items():
        if len(found) == 1 and wanted[found[0].id] == 1:
            result[place] = found[0]
        elif found:
            result[place] = Mismatch(ParkedKind.AMBIGUOUS, "services and lines of ours fit in more than one way")


def _same_code(line: KnownLine, service: ServicePayment, day: date | None) -> bool:
    served = service.service_from or day
    submitted = service.submitted or service.procedure
    return normalised(submitted.code) == line.procedure and served in {None, line.served_from}


def _same_charge(line: KnownLine, service: ServicePayment, day: date | None) -> bool:
    return abs(service.charge_cents) == line.charge_cents and _same_code(line, service, day)


def _same_modifiers(line: KnownLine, service: ServicePayment, day: date | None) -> bool:
    submitted = service.submitted or service.procedure
    return frozenset(submitted.modifiers) == line.modifiers and _same_charge(line, service, day)


_ROUNDS = (_same_modifiers, _same_charge, _same_code)


def _by_person(payment: ClaimPayment, known: Known) -> list[KnownClaim]:
    """Claims of the member with this first day and exactly this charge."""
    day, member = first_day(payment), member_of(payment)
    if day is None or not member:
        return []
    return [
        claim
        for claim in known.by_member.get(member, ())
        if claim.served_from == day and claim.charge_cents == abs(payment.charge_cents)
    ]


_Value = TypeVar("_Value")
_Key = TypeVar("_Key", bound=Hashable)


def _unique(values: Sequence[_Value], key: Callable[[_Value], _Key]) -> dict[_Key, _Value]:
    """Values by key, without those whose key occurs twice."""
    keys = [key(value) for value in values]
    found = dict(zip(keys, values, strict=True))
    if len(found) == len(keys):
        return found
    counts = Counter(keys)
    return {each: value for each, value in found.items() if counts[each] == 1}
