"""The verdict on each service of a claim payment: denied or not, why, and what the payer allowed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from denialml.claims import Adjustment, ClaimPayment, ServicePayment, Value
from denialml.denials.classify import NEVER_FINAL, Outcome, classify

# Sequestration (253) and withholds (104, 105, 245) cut the payment of what was allowed, not the allowance.
_OF_PAYMENT: Final = frozenset({"253", "104", "105", "245"})


class Denial(Value, frozen=True):
    """Why money of a line was refused: the largest refused adjustment names the reason, all refused add up."""

    group: str
    reason: str
    remarks: tuple[str, ...]
    denied_cents: int


class Verdict(Value, frozen=True):
    """What the payer decided about one service.

    ``denied`` means nothing was paid and something was refused; ``denial`` is also set when only a part was refused.
    ``allowed_cents`` is the charge less contractual and refused amounts, None when denied or undecided.
    """

    denied: bool
    denial: Denial | None
    allowed_cents: int | None
    remarks: tuple[str, ...]


def judge(payment: ClaimPayment, services: Sequence[ServicePayment], on: date) -> tuple[Verdict, ...]:
    """A verdict for each service, which are the payment's own or, when it has none, the lines of the claim it denies.

    An adjustment of the claim level speaks for every service when the claim was paid nothing at all.
    """
    claim_remarks = tuple(r.code for r in payment.remarks if r.qualifier == "HE" or r.source in {"MOA", "MIA"})
    whole = payment.paid_cents == 0
    return tuple(_verdict(payment, service, claim_remarks, whole=whole, on=on) for service in services)


def _verdict(
    payment: ClaimPayment, service: ServicePayment, claim_remarks: tuple[str, ...], *, whole: bool, on: date
) -> Verdict:
    remarks = claim_remarks
    if service.remarks:
        own = [r.code for r in service.remarks if r.qualifier == "HE"]
        remarks = tuple(dict.fromkeys([*own, *claim_remarks]))
    paid = 0 if whole else service.paid_cents
    refused, contractual, undecided = [], 0, False
    for adjustment in service.adjustments:
        cents = adjustment.amount_cents
        outcome = classify(adjustment.group, adjustment.reason, remarks, paid, payment.status, cents, on)
        if outcome is Outcome.DENIAL or outcome is Outcome.PARTIAL_DENIAL:
            refused.append(adjustment)
        elif outcome is Outcome.PENDING:
            undecided = True
        elif outcome is Outcome.CONTRACTUAL and adjustment.reason not in _OF_PAYMENT:
            contractual += cents
    denial = _denial(refused, remarks) if refused else None
    if whole and payment.adjustments and denial is None:
        denial, pending = _of_claim(payment, service, remarks, on)
        undecided = undecided or pending
    if undecided:
        return Verdict(denied=False, denial=None, allowed_cents=None, remarks=remarks)
    denied = denial is not None and paid == 0
    allowed = None if denied or payment.status in NEVER_FINAL else service.charge_cents - contractual - _refused(denial)
    return Verdict(denied=denied, denial=denial, allowed_cents=allowed, remarks=remarks)


def _refused(denial: Denial | None) -> int:
    return denial.denied_cents if denial else 0


def _denial(refused: Sequence[Adjustment], remarks: tuple[str, ...]) -> Denial | None:
    total = sum(a.amount_cents for a in refused)
    if total <= 0:
        return None
    largest = max(refused, key=lambda a: a.amount_cents)
    return Denial(largest.group, largest.reason, remarks, total)


def _of_claim(
    payment: ClaimPayment, service: ServicePayment, remarks: tuple[str, ...], on: date
) -> tuple[Denial | None, bool]:
    """The claim level's refusal as it bears on one service of a claim paid nothing, and whether it is undecided."""
    outcomes = [
        (a, classify(a.group, a.reason, remarks, 0, payment.status, a.amount_cents, on)) for a in payment.adjustments
    ]
    pending = any(outcome is Outcome.PENDING for _, outcome in outcomes)
    refused = [a for a, outcome in outcomes if outcome is Outcome.DENIAL]
    whole = _denial(refused, remarks)
    if whole is None:
        return None, pending
    return Denial(whole.group, whole.reason, remarks, service.charge_cents), pending
