"""What is wrong with a claim payment in itself or beside the claim it answers; None when nothing is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from denialml.claims import ClaimPayment
from denialml.codes import Treatment
from denialml.ledger.accounts import ParkedKind
from denialml.ledger.answers import Answer
from denialml.ledger.balance import claim_delta, line_delta, services_delta
from denialml.ledger.known import KnownClaim, KnownLine
from denialml.ledger.matching import Mismatch
from denialml.money import dollars

INFORMATION: Final = frozenset({"23", "25"})  #: CLP02 of what is forwarded or priced only
DENIED: Final = "4"
#: Which payers a claim status can come from, by SBR01: the first, a later one, or any.
SEQUENCES: Final = {
    "1": "P",
    "19": "P",
    "2": "S",
    "20": "S",
    "3": "T",
    "21": "T",
    DENIED: "PST",
    "23": "PST",
    "25": "PST",
}


def of_itself(answer: Answer) -> Mismatch | None:
    """Out of balance, with a code whose meaning is not known, or money taken without a reversal."""
    return _unbalanced(answer.payment) or _unknown(answer) or _negative(answer)


def _negative(answer: Answer) -> Mismatch | None:
    if answer.is_reversal or answer.payment.paid_cents >= 0:
        return None
    return Mismatch(ParkedKind.UNEXPECTED_MONEY, "it pays less than nothing and is no reversal (CLP02 22)")


def _unbalanced(payment: ClaimPayment) -> Mismatch | None:
    for place, service in enumerate(payment.services, start=1):
        if delta := line_delta(service):
            message = f"service {place}: charge less adjustments less paid leaves {dollars(delta)}"
            return Mismatch(ParkedKind.UNBALANCED_LINE, message)
    if delta := claim_delta(payment):
        message = f"charge less all adjustments less paid leaves {dollars(delta)}"
        return Mismatch(ParkedKind.UNBALANCED_CLAIM, message)
    if delta := services_delta(payment):
        return Mismatch(ParkedKind.UNBALANCED_CLAIM, f"its lines and it differ by {dollars(delta)} paid")
    return None


def _unknown(answer: Answer) -> Mismatch | None:
    payment = answer.payment
    if answer.is_reversal:
        return None  # its original's entries are mirrored, whatever codes it repeats
    if payment.status not in SEQUENCES:
        return Mismatch(ParkedKind.UNKNOWN_CODE, "its claim status (CLP02) is none of the guide's")
    for adjustment in [*payment.adjustments, *[a for service in payment.services for a in service.adjustments]]:
        treatment = answer.treatment(adjustment)
        if treatment is Treatment.UNKNOWN:
            return Mismatch(ParkedKind.UNKNOWN_CODE, "an adjustment's group or reason is none of the guide's")
        if treatment is Treatment.UNCLASSIFIED and adjustment.amount_cents:
            message = f"who bears an adjustment {adjustment.group}-{adjustment.reason} must be said by a person"
            return Mismatch(ParkedKind.UNCLASSIFIED_GROUP, message)
    return None


def beside(claim: KnownClaim, payment: ClaimPayment, lines: Iterable[KnownLine | Mismatch]) -> Mismatch | None:
    """A service that fits no line of the claim, or a charge that is not ours."""
    found = list(lines)
    unmatched = next((line for line in found if isinstance(line, Mismatch)), None)
    return unmatched or _charge_differs(claim, payment, [line for line in found if isinstance(line, KnownLine)])


def _charge_differs(claim: KnownClaim, payment: ClaimPayment, lines: list[KnownLine]) -> Mismatch | None:
    if not payment.services:
        differs = payment.charge_cents != claim.charge_cents
        return Mismatch(ParkedKind.CHARGE_DIFFERS, "its charge is not our claim's") if differs else None
    charged = {line.id: line.charge_cents for line in lines}
    answered = dict.fromkeys(charged, 0)
    for service, line in zip(payment.services, lines, strict=True):
        answered[line.id] += service.charge_cents
    if answered != charged:
        return Mismatch(ParkedKind.CHARGE_DIFFERS, "the charge of a service is not our line's")
    return None
