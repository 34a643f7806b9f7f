"""Which claim and which lines a claim payment answers. Unique or not at all: nothing is guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from denialml.claims import ClaimPayment, Party, ServicePayment
from denialml.ledger.accounts import ParkedKind
from denialml.ledger.known import Known, KnownClaim, KnownLine, normalised


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Why no match was made."""

    kind: ParkedKind
    message: str


def candidates(payment: ClaimPayment, known: Known) -> tuple[KnownClaim, ...]:
    """Claims a payment may answer: by our number, else by the payer's, else by member, day and exact charge."""
    found = known.claims.get(normalised(payment.control_number), ())
    if not found and payment.payer_control_number:
        found = known.by_payer_number.get(normalised(payment.payer_control_number), ())
    return found or _by_person(payment, known)


def find_claim(payment: ClaimPayment, known: Known) -> KnownClaim | Mismatch:
    """The one claim version that a payment answers, or why it cannot be told."""
    found = candidates(payment, known)
    if not found:
        return Mismatch(ParkedKind.UNMATCHED_CLAIM, "no claim of ours has its numbers")
    for narrow in _NARROWINGS:
        if len(found) == 1:
            break
        found = tuple(claim for claim in found if narrow(claim, payment)) or found
    if len(found) > 1:
        return Mismatch(ParkedKind.AMBIGUOUS, f"{len(found)} claims of ours fit")
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
    day = _claim_day(payment)
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


def _claim_day(payment: ClaimPayment) -> date | None:
    """The start of the claim's period (DTM*232), which lines without a date of their own inherit."""
    return next((fact.day for fact in payment.dates if fact.qualifier == "232"), None)


def _first_day(payment: ClaimPayment) -> date | None:
    days = [service.service_from for service in payment.services if service.service_from]
    return min(days) if days else _claim_day(payment)


def _by_person(payment: ClaimPayment, known: Known) -> tuple[KnownClaim, ...]:
    """Claims of the member with this first day and exactly this charge."""
    day = _first_day(payment)
    if day is None:
        return ()
    members = {member_of(party) for party in (payment.subscriber, payment.patient)} - {""}
    found = {
        claim.id: claim
        for member in members
        for claim in known.by_member.get(member, ())
        if claim.served_from == day and claim.charge_cents == abs(payment.charge_cents)
    }
    return tuple(found.values())


def member_of(party: Party | None) -> str:
    """The member id of a party of a claim payment (NM109 with qualifier MI), as compared; empty when it has none."""
    return normalised(party.identifier) if party and party.id_qualifier == "MI" else ""


def _sequence_fits(claim: KnownClaim, payment: ClaimPayment) -> bool:
    return claim.sequence == {"2": "S", "20": "S", "3": "T", "21": "T"}.get(payment.status, "P")


def _frequency_fits(claim: KnownClaim, payment: ClaimPayment) -> bool:
    return claim.frequency == payment.frequency


def _is_open(claim: KnownClaim, _payment: ClaimPayment) -> bool:
    return claim.charged and not claim.cancelled


def _content_fits(claim: KnownClaim, payment: ClaimPayment) -> bool:
    return claim.charge_cents == abs(payment.charge_cents) and claim.served_from == _first_day(payment)


# Versions of one claim share its number; each narrowing counts only where it leaves something.
_NARROWINGS = (_sequence_fits, _frequency_fits, _is_open, _content_fits)

_Value = TypeVar("_Value")
_Key = TypeVar("_Key", bound=Hashable)


def _unique(values: Sequence[_Value], key: Callable[[_Value], _Key]) -> dict[_Key, _Value]:
    """Values by key, without those whose key occurs twice."""
    counts = Counter(key(value) for value in values)
    return {key(value): value for value in values if counts[key(value)] == 1}
