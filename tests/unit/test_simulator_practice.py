from __future__ import annotations

import itertools
from collections import Counter
from datetime import date, timedelta

import pytest

from denialml import ids
from denialml.clock import age_in_years
from denialml.simulator.data import PAYER_KEYS, document
from denialml.simulator.payer import Payer
from denialml.simulator.people import Population
from denialml.simulator.policy import load_policy
from denialml.simulator.practice import Practice, Ready

UNTIL = date(2026, 6, 30)
MONDAY = date(2025, 9, 1)


def made(count: int = 1_500, seed: int = 4) -> tuple[Practice, list[Ready]]:
    payers = {key: Payer(load_policy(key), seed) for key in PAYER_KEYS}
    practice = Practice(seed, 12, payers, Population(seed, payers, UNTIL))
    days = [MONDAY + timedelta(days=number) for number in range(30)]
    working = [day for day in days if day.weekday() < 5]
    return practice, [practice.ready(day) for day in working for _ in range(count // len(working))]


@pytest.fixture(scope="module")
def claims() -> list[Ready]:
    return made()[1]


def test_identifiers_are_well_formed(claims: list[Ready]) -> None:
    for ready in claims:
        claim = ready.claim
        assert ids.CONTROL_NUMBER.is_valid(claim.control_number)
        assert ids.NPI.is_valid(claim.billing.npi)
        assert claim.rendering is not None
        assert ids.NPI.is_valid(claim.rendering.npi)
        assert claim.referring is None or ids.NPI.is_valid(claim.referring.npi)
        assert ids.TAX_ID.is_valid(claim.billing.tax_id)
        assert all(ids.ICD10CM.is_valid(diagnosis.code) for diagnosis in claim.diagnoses)
        assert all(ids.HCPCS.is_valid(line.procedure.code) for line in claim.lines)
        assert all(ids.MODIFIER.is_valid(m) for line in claim.lines for m in line.procedure.modifiers)
        if ready.payer == "medicare" and ready.cover.as_written == ready.cover.coverage:
            assert ids.MBI.is_valid(str(claim.coverage.member_id))


def test_every_taxonomy_and_provider_is_well_formed() -> None:
    practice, _ = made(22)
    assert ids.TAXONOMY.is_valid(practice.billing.taxonomy)
    numbers = {provider.party.npi for provider in practice.providers}
    assert len(numbers) == 12
    assert all(ids.TAXONOMY.is_valid(provider.party.taxonomy) for provider in practice.providers)


def test_a_claim_adds_up_and_points_to_its_diagnoses(claims: list[Ready]) -> None:
    for ready in claims:
        claim = ready.claim
        assert claim.charge_cents == sum(line.charge_cents for line in claim.lines)
        assert all(0 < pointer <= len(claim.diagnoses) for line in claim.lines for pointer in line.diagnosis_pointers)
        assert len({diagnosis.code for diagnosis in claim.diagnoses}) == len(claim.diagnoses)


def test_services_happen_on_working_days_before_they_are_billed(claims: list[Ready]) -> None:
    for ready in claims:
        served = ready.claim.lines[0].service_from
        assert served.weekday() < 5
        assert served < MONDAY + timedelta(days=30)


def test_patients_suit_their_provider(claims: list[Ready]) -> None:
    for ready in claims:
        age = age_in_years(ready.patient.birth, ready.claim.lines[0].service_from)
        if ready.provider.specialty == "obstetrics":
            assert ready.claim.treated_sex == "F"
        if ready.provider.specialty == "paediatrics":
            assert age <= 18


def test_children_are_insured_through_a_parent_by_commercial_payers_only(claims: list[Ready]) -> None:
    relationships = Counter((ready.payer, ready.claim.patient is not None) for ready in claims)
    assert relationships["prairie", True] > 0
    assert relationships["medicaid", True] == 0


def test_cover_runs_on_without_overlap(claims: list[Ready]) -> None:
    for ready in claims:
        covers = ready.patient.covers
        for earlier, later in itertools.pairwise(covers):
            assert earlier.last is not None
            assert earlier.last < later.first


def test_desks_and_coders_differ_in_what_they_miss(claims: list[Ready]) -> None:
    lags: dict[float, list[int]] = {}
    for ready in claims:
        lag = (MONDAY - ready.claim.lines[0].service_from).days
        lags.setdefault(ready.provider.coder.lag_median, []).append(lag)
    medians = [sorted(lags[median])[len(lags[median]) // 2] for median in sorted(lags)]
    assert medians == sorted(medians)
    assert medians[0] < medians[-1]


def test_the_same_seed_makes_the_same_claims_and_another_does_not() -> None:
    first, again, other = (made(110, seed)[1] for seed in (9, 9, 10))
    assert [ready.claim for ready in first] == [ready.claim for ready in again]
    assert [ready.claim for ready in first] != [ready.claim for ready in other]


def test_a_denial_for_cover_may_put_the_right_card_on_file() -> None:
    practice, ready = made(440)
    stale = [each for each in ready if each.patient.on_file is not each.patient.cover_on(UNTIL)]
    for each in stale * 20:
        practice.learn(each, UNTIL, "27")
    assert stale
    assert all(each.patient.on_file is each.patient.cover_on(UNTIL) for each in stale)


def test_every_procedure_of_the_practice_has_a_fee() -> None:
    fees = document("fees.yaml")
    for specialty in document("practice.yaml")["specialties"].values():
        for visit in specialty["visits"]:
            for line in visit["lines"]:
                assert set(line["codes"]) <= set(fees["values"])
                assert line.get("with", "99213") in fees["values"]
    assert set(fees["visits"]) | set(fees["preventive"]) <= set(fees["values"])
