"""Every 835 we write is read by oxedi to the same amounts; so is every 835 of the world outside that both can read."""

from __future__ import annotations

from pathlib import Path

import pytest

import x12_cases as cases
from denialml import x12
from denialml.claims import Adjustment, ProviderAdjustment, replace
from oxedi_judge import ours, theirs


def _remittance(*payments: object, adjustments: tuple[ProviderAdjustment, ...] = ()) -> bytes:
    paid = sum(each.paid_cents for each in payments)  # type: ignore[attr-defined]
    head = cases.remittance(payment_cents=paid - sum(each.amount_cents for each in adjustments))
    return x12.write(cases.remittances(x12.RemittanceTransaction(head, payments, adjustments)))  # type: ignore[arg-type]


def _reversal() -> object:
    paid = cases.payment()
    services = tuple(
        replace(
            service, charge_cents=-service.charge_cents, paid_cents=-service.paid_cents,
            adjustments=tuple(replace(each, amount_cents=-each.amount_cents) for each in service.adjustments),
        )
        for service in paid.services
    )  # fmt: skip
    return replace(
        paid, status="22", charge_cents=-paid.charge_cents, paid_cents=-paid.paid_cents,
        patient_responsibility_cents=0, services=services,
        adjustments=tuple(replace(each, amount_cents=-each.amount_cents) for each in paid.adjustments),
    )  # fmt: skip


FILES = {
    "plain": lambda: _remittance(cases.payment()),
    "rich": lambda: _remittance(cases.rich_payment()),
    "reversal and correction": lambda: _remittance(_reversal(), cases.payment()),
    "provider adjustments": lambda: _remittance(
        cases.payment(),
        adjustments=(cases.provider_adjustment(500), cases.provider_adjustment(-1200, "L6")),
    ),
    "quantities": lambda: _remittance(
        cases.payment(adjustments=(Adjustment("OA", "23", 0, cases.Decimal("1.5")),)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_oxedi_reads_the_same_amounts(name: str) -> None:
    content = FILES[name]()
    assert theirs(content) == ours(content)


def test_the_judge_does_object() -> None:
    content = _remittance(cases.payment())
    assert theirs(content.replace(b"CLP*0000000001Y*1*", b"CLP*0000000001Y*2*")) != ours(content)


@pytest.mark.samples
def test_oxedi_reads_the_same_amounts_from_samples(samples: Path) -> None:
    compared = 0
    for path in sorted((samples / "x12" / "835").rglob("*")):
        if path.is_file() and b"005010X221" in path.read_bytes():
            content = path.read_bytes()
            own = ours(content)
            if any(isinstance(event, x12.Refused) for event in x12.read(content)):
                continue  # composites cut by another mark than ISA16 says: we refuse them, oxedi guesses
            assert theirs(content) == own, path.name
            compared += len(own["claims"])
    assert compared > 100
