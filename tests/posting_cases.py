"""Made-up claims of ours and the payer's answers to them, for the tests of ledger, denials and posting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import x12_cases
from denialml import ledger, x12
from denialml.claims import (
    Adjustment,
    Claim,
    ClaimPayment,
    Party,
    Procedure,
    ProviderAdjustment,
    Remark,
    ServiceLine,
    ServicePayment,
    replace,
)
from denialml.ledger import Known, KnownClaim, KnownLine, PostingPlan, RemittanceAsRead, Settlement
from denialml.service.charges import import_charges
from denialml.service.posting import PostReport, post_files
from denialml.settings import Settings
from denialml.x12.events import ClaimPaymentRead, ProviderAdjustmentRead, Span

SERVED = date(2026, 1, 5)
SENT = datetime(2026, 1, 7, 9, 0)
RECEIVED = datetime(2026, 2, 2, 9, 0)
NUMBER = "0000000001Y"
SPAN = Span(5, 100, 200)


def co(reason: str, cents: int) -> Adjustment:
    return Adjustment("CO", reason, cents)


def pr(reason: str, cents: int) -> Adjustment:
    return Adjustment("PR", reason, cents)


def service(charge: int, paid: int, *adjustments: Adjustment, code: str = "99213", **changes: Any) -> ServicePayment:
    """A service as adjudicated on the usual day."""
    plain = ServicePayment(
        Procedure(code), charge, paid, units=Decimal(1), service_from=SERVED, service_to=SERVED, adjustments=adjustments
    )
    return replace(plain, **changes)


def payment(*services: ServicePayment, number: str = NUMBER, status: str = "1", **changes: Any) -> ClaimPayment:
    """A claim payment whose totals are those of its services, unless said otherwise."""
    every = [a for each in services for a in each.adjustments]
    plain = ClaimPayment(
        number,
        status,
        sum(each.charge_cents for each in services),
        sum(each.paid_cents for each in services),
        sum(a.amount_cents for a in every if a.group == "PR"),
        payer_control_number="ICN1",
        filing_indicator="12",
        services=services,
    )
    return replace(plain, **changes)


def reversal(original: ClaimPayment) -> ClaimPayment:
    """The payer takes an answer back: status 22 and every amount negated."""
    services = tuple(
        replace(
            each,
            charge_cents=-each.charge_cents,
            paid_cents=-each.paid_cents,
            adjustments=tuple(replace(a, amount_cents=-a.amount_cents) for a in each.adjustments),
        )
        for each in original.services
    )
    return replace(
        original,
        status="22",
        charge_cents=-original.charge_cents,
        paid_cents=-original.paid_cents,
        patient_responsibility_cents=-original.patient_responsibility_cents,
        adjustments=tuple(replace(a, amount_cents=-a.amount_cents) for a in original.adjustments),
        services=services,
    )


def known_claim(*charges: int, number: str = NUMBER, identity: int = 1, **changes: Any) -> KnownClaim:
    """A sent claim of ours with one line for each charge; its lines' ids are 10, 11 ... times the claim's id."""
    lines = tuple(
        KnownLine(10 * identity + place, place + 1, f"9921{3 + place}", frozenset(), cents, SERVED, f"L{place + 1}")
        for place, cents in enumerate(charges)
    )
    plain = KnownClaim(
        id=identity,
        key=f"{number} {identity}",
        control_number=number,
        frequency="1",
        sequence="P",
        member_id="MEM0000001",
        filing_indicator="CI",
        payers=frozenset({"OURPAYER"}),
        charge_cents=sum(charges),
        served_from=SERVED,
        lines=lines,
        sent_on=SENT.date(),
    )
    return replace(plain, **changes)


def known(*claims: KnownClaim, **changes: Any) -> Known:
    """What the store would say of sent claims that nobody answered yet."""
    return replace(Known(claims=ledger.by_number(claims)), **changes)


@dataclass(frozen=True)
class Posted:
    """Remittances with what became of their answers, and what the answers changed."""

    plans: tuple[PostingPlan, ...]
    settlement: Settlement


def settled(sources: Sequence[RemittanceAsRead], what: Known) -> Posted:
    """Post remittances as the store does, with no payment known before."""
    plans = ledger.plan_payments([(source, ledger.payment_keys(source)) for source in sources], {}, ())
    settlement = ledger.settle([answer for plan in plans for answer in ledger.open_answers(plan)], what)
    found = {posting.answer.key: posting for posting in settlement.postings}
    filled = tuple(
        replace(plan, claims=plan.claims or tuple(found[answer.key] for answer in ledger.open_answers(plan)))
        for plan in plans
    )
    return Posted(filled, settlement)


def post_all(sources: Sequence[RemittanceAsRead], what: Known) -> tuple[PostingPlan, ...]:
    """The plans of the remittances of one file, with what became of their answers."""
    return settled(sources, what).plans


def as_read(
    *payments: ClaimPayment,
    adjustments: Sequence[ProviderAdjustment] = (),
    trace: str = "T1",
    total: int | None = None,
    **head: Any,
) -> RemittanceAsRead:
    """A remittance as read; its payment is the sum of its parts unless given."""
    balanced = sum(p.paid_cents for p in payments) - sum(a.amount_cents for a in adjustments)
    return RemittanceAsRead(
        remittance=x12_cases.remittance(payment_cents=balanced if total is None else total, trace=trace, **head),
        ordinal=1,
        received_on=RECEIVED.date(),
        payments=tuple(ClaimPaymentRead(p, SPAN) for p in payments),
        refused=(),
        adjustments=tuple(ProviderAdjustmentRead(a, SPAN) for a in adjustments),
    )


def plb(reason: str, cents: int, reference: str = "ICN1") -> ProviderAdjustment:
    return ProviderAdjustment("1234567893", date(2026, 12, 31), reason, reference, cents)


def balances(*plans: PostingPlan) -> dict[str, int]:
    """Cents by account that plans add, without those that come to nothing."""
    totals: dict[str, int] = {}
    for plan in plans:
        for each in (*plan.claims, *plan.adjustments, *plan.unreadable):
            for entry in each.transaction.entries if each.transaction else ():
                totals[entry.account.value] = totals.get(entry.account.value, 0) + entry.amount_cents
    return {account: cents for account, cents in totals.items() if cents}


def kinds(plan: PostingPlan) -> list[str]:
    """Why things of a plan are parked, in order."""
    return [each.parked.kind.value for each in (*plan.claims, *plan.adjustments, *plan.unreadable) if each.parked]


def remark(code: str, source: str = "LQ") -> Remark:
    return Remark(code, "HE", source)


# Whole files, for tests that go through the store.


def our_claim(number: str = NUMBER, *charges: int, **changes: Any) -> Claim:
    """A claim to be sent, of the lines that :func:`known_claim` describes."""
    lines = tuple(
        ServiceLine(
            place + 1,
            Procedure(f"9921{3 + place}"),
            cents,
            Decimal(1),
            SERVED,
            SERVED,
            diagnosis_pointers=(1,),
            control_number=f"L{place + 1}",
        )
        for place, cents in enumerate(charges)
    )
    return x12_cases.claim(number, charge_cents=sum(charges), lines=lines, references=(), **changes)


def claims_file(path: Path, *claims: Claim, control: int = 1, created: datetime = SENT) -> Path:
    """An 837P file."""
    envelope = x12.Envelope("PRACTICE", "PAYER", control, created)
    path.write_bytes(x12.write(x12_cases.batch(claims, envelope)))
    return path


def remit_file(path: Path, *sources: RemittanceAsRead, control: int = 1, created: datetime = RECEIVED) -> Path:
    """An 835 file of remittances; ``control`` numbers its envelope."""
    transactions = [
        x12.RemittanceTransaction(
            replace(source.remittance, control_number=f"{place:04d}"),
            [read.payment for read in source.payments],
            [read.adjustment for read in source.adjustments],
        )
        for place, source in enumerate(sources, 1)
    ]
    envelope = x12.Envelope("PAYER", "PRACTICE", control, created)
    path.write_bytes(x12.write(x12_cases.remittances(*transactions, envelope=envelope)))
    return path


def send(settings: Settings, path: Path, *claims: Claim, control: int = 1, created: datetime = SENT) -> None:
    """Import claims as sent."""
    report = import_charges(settings, [claims_file(path, *claims, control=control, created=created)], sent=True)
    assert not report.unreadable_files
    assert report.sent_claims == len(claims)


def post(settings: Settings, path: Path, *sources: RemittanceAsRead, control: int = 1) -> PostReport:
    """Post one file of remittances."""
    return post_files(settings, [remit_file(path, *sources, control=control)])


def take_in(settings: Settings, path: Path) -> None:
    """Import a file of claims as sent, or post one of remittances."""
    if path.suffix == ".837":
        assert import_charges(settings, [path], sent=True).unreadable_files == 0
    else:
        assert post_files(settings, [path]).unreadable_files == 0


def plan(source: RemittanceAsRead, what: Known) -> PostingPlan:
    return post_all([source], what)[0]


PERSON = Party("STONE", "ADA", is_person=True, id_qualifier="MI", identifier="MEM0000001")
