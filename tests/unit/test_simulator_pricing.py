from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from denialml.claims import Procedure, ServiceLine, replace
from denialml.simulator.data import PAYER_KEYS, document
from denialml.simulator.dice import Fates
from denialml.simulator.policy import load_payers
from denialml.simulator.pricing import Fees, Price
from simulated_payer import SERVED, claim, policy_data

VISIT_FEE = round(2.68 * 3329)  # procedure 99213 at the practice's conversion, in cents


def fees(share: dict[str, Any] | None = None, **changes: Any) -> Fees:
    return Fees(policy_data(patient_share=share or {}, **changes), Fates(1, "benefits"))


def line(code: str = "99213", *modifiers: str, charge: int = 30_000, units: int = 1) -> ServiceLine:
    (made,) = claim(1, code).lines
    return replace(made, procedure=Procedure(code, modifiers), charge_cents=charge, units=Decimal(units))


def told(price: Price) -> dict[str, int]:
    return {f"{a.group}-{a.reason}": a.amount_cents for a in price.adjustments}


def test_without_a_share_the_fee_is_paid_and_the_rest_is_contractual() -> None:
    price = fees().price(line(), "M", SERVED)
    assert price.paid_cents == price.allowed_cents == VISIT_FEE
    assert told(price) == {"CO-45": 30_000 - VISIT_FEE}


def test_no_more_than_the_charge_is_allowed() -> None:
    price = fees().price(line(charge=5_000), "M", SERVED)
    assert price.allowed_cents == 5_000
    assert price.adjustments == ()


def test_sequestration_is_taken_from_what_the_payer_owes_after_the_patient() -> None:
    price = fees({"coinsurance": 0.20}, sequestration=0.02).price(line(), "M", SERVED)
    patient = round(VISIT_FEE * 0.20)
    assert told(price)["PR-2"] == patient
    assert told(price)["CO-253"] == round((VISIT_FEE - patient) * 0.02)


def test_a_deductible_is_used_up_within_a_year_and_opens_again_with_the_next() -> None:
    plan = fees({"deductible": 100, "deductible_chance": 1.0, "coinsurance": 0.5})
    first = told(plan.price(line(), "M", date(2025, 12, 1)))
    second = told(plan.price(line(), "M", date(2025, 12, 2)))
    other = told(plan.price(line(), "OTHER", date(2025, 12, 2)))
    january = told(plan.price(line(), "M", date(2026, 1, 2)))
    assert first["PR-1"] == other["PR-1"] == january["PR-1"] == VISIT_FEE
    assert second["PR-1"] == 10_000 - VISIT_FEE
    assert second["PR-2"] == round((VISIT_FEE - second["PR-1"]) / 2)


def test_a_visit_has_a_copay_and_prevention_has_no_share() -> None:
    plan = fees({"copay": 30, "copay_chance": 1.0, "coinsurance": 0.2})
    assert told(plan.price(line(), "M", SERVED))["PR-3"] == 3_000
    assert plan.price(line("99395"), "M", SERVED).patient_cents == 0


@pytest.mark.parametrize(("modifiers", "percent"), [(("26",), 35), (("50",), 150), (("RT",), 100)])
def test_modifiers_scale_the_fee(modifiers: tuple[str, ...], percent: int) -> None:
    whole = fees().price(line("73721", charge=90_000), "M", SERVED).allowed_cents
    part = fees().price(line("73721", *modifiers, charge=90_000), "M", SERVED).allowed_cents
    assert part == pytest.approx(whole * percent / 100, abs=1)


def test_another_fee_leaves_the_patient_share_as_it_was() -> None:
    plan = fees({"coinsurance": 0.2}, sequestration=0.02)
    before = plan.price(line(), "M", SERVED)
    after = plan.repriced(line(), before, 80)
    assert after.allowed_cents == round(before.allowed_cents * 0.8)
    assert after.patient_cents == before.patient_cents
    assert after.underpaid_cents == before.allowed_cents - after.allowed_cents


@pytest.mark.parametrize("key", PAYER_KEYS)
def test_every_procedure_of_every_payer_balances(key: str) -> None:
    plan = Fees(load_payers(None)[key].data, Fates(2, key))
    for code in document("fees.yaml")["values"]:
        for charge in (1, 777, 45_000, 900_001):
            made = line(code, charge=charge, units=3)
            for price in (first := plan.price(made, "M", SERVED), plan.repriced(made, first, 87)):
                assert charge - sum(a.amount_cents for a in price.adjustments) == price.paid_cents
                assert price.paid_cents >= 0
                assert all(a.amount_cents > 0 for a in price.adjustments)


def test_no_more_than_the_limit_comes_out_of_the_pocket_in_a_year() -> None:
    plan = fees({"coinsurance": 0.5, "out_of_pocket": 60})
    shares = [plan.price(line(), "M", SERVED).patient_cents for _ in range(3)]
    assert shares == [round(VISIT_FEE / 2), 6_000 - round(VISIT_FEE / 2), 0]
    assert plan.price(line(), "M", date(2026, 1, 5)).patient_cents == shares[0]
    assert plan.price(line(), "OTHER", SERVED).patient_cents == shares[0]


def test_a_quote_uses_nothing_up_and_a_reversed_price_is_given_back() -> None:
    plan = fees({"deductible": 100, "deductible_chance": 1.0, "coinsurance": 0.5, "out_of_pocket": 120})
    quotes = [plan.quote(line(), "M", SERVED) for _ in range(2)]
    first = plan.price(line(), "M", SERVED)
    assert quotes == [first, first]
    second = plan.price(line(), "M", SERVED)
    assert second != first
    for price in (second, first):
        plan.give_back(price, "M", SERVED)
    assert plan.price(line(), "M", SERVED) == first


def test_the_schedule_is_that_of_the_day_of_service() -> None:
    schedules = [{"factor": 1.0, "visit_factor": 1.0}, {"from": date(2026, 1, 1), "factor": 1.0, "visit_factor": 1.1}]
    plan = fees(fees=schedules)
    allowed = [plan.price(line(), "M", day).allowed_cents for day in (date(2025, 12, 31), date(2026, 1, 1))]
    assert allowed == [VISIT_FEE, round(VISIT_FEE * 1.1)]


def test_some_lines_are_paid_below_the_contract_and_always_alike() -> None:
    plan = fees(variance={"rate": 0.2, "low": 80, "high": 90})
    lines = [replace(line(), control_number=f"L{serial}") for serial in range(500)]
    prices = [plan.price(each, "M", SERVED) for each in lines]
    low = [price for price in prices if price.underpaid_cents]
    assert 70 < len(low) < 130
    assert all(price.allowed_cents + price.underpaid_cents == VISIT_FEE for price in prices)
    assert {round(price.allowed_cents / VISIT_FEE, 2) for price in low} == {n / 100 for n in range(80, 91)}
    assert [plan.price(each, "M", SERVED) for each in lines] == prices


def test_a_new_schedule_may_be_loaded_late() -> None:
    schedules = [{"factor": 1.0, "visit_factor": 1.0}, {"from": date(2026, 1, 1), "factor": 1.0, "visit_factor": 1.1}]
    plan = fees(fees=schedules, variance={"rate": 0, "low": 100, "high": 100, "late_days": 30})
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 30), date(2026, 1, 31))
    prices = [plan.price(line(), "M", day) for day in days]
    risen = round(VISIT_FEE * 1.1)
    assert [price.allowed_cents for price in prices] == [VISIT_FEE, VISIT_FEE, VISIT_FEE, risen]
    assert [price.underpaid_cents for price in prices] == [0, risen - VISIT_FEE, risen - VISIT_FEE, 0]
