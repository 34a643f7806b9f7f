"""Keys and rows of claims."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from denialml.claims import Claim, Diagnosis, Note, Party, Patient, Phi, Procedure, Reference, replace
from denialml.store.claim_rows import claim_row, diagnosis_rows, line_rows, patient_key, payer_key, version_key
from denialml.x12.events import ClaimRead, Segment, Span
from made_up_claims import BILLING, made_claim, made_read, with_first_line

CHANGES = {
    "control number": replace(made_claim(), control_number="OTHER"),
    "frequency": replace(made_claim(), frequency="7"),
    "charge": replace(made_claim(), charge_cents=1),
    "note": replace(made_claim(), notes=(Note("ADD", "late"),)),
    "authorisation": replace(made_claim(), references=(Reference("G1", "AUTH2"),)),
    "same value under another qualifier": replace(made_claim(), references=(Reference("9F", "AUTH1"),)),
    "order of diagnoses": replace(made_claim(), diagnoses=(Diagnosis("I10"), Diagnosis("E119", "ABK"))),
    "modifier": with_first_line(made_claim(), procedure=Procedure("99213", ("25",))),
    "units": with_first_line(made_claim(), units=Decimal(2)),
    "day of service": with_first_line(made_claim(), service_from=date(2025, 2, 28)),
    "rendering provider": replace(made_claim(), rendering=None),
    "the same provider in another role": replace(made_claim(), rendering=None, supervising=made_claim().rendering),
    "member": made_claim(member="M2"),
    "patient": replace(made_claim(), patient=Patient(Party(name="Sample", first="Kim"), "19", date(2010, 1, 1), "M")),
}


@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES)
def test_any_change_makes_another_version(changed: Claim) -> None:
    assert version_key(made_read(changed)) != version_key(made_read())


def test_the_version_does_not_depend_on_where_the_claim_stands() -> None:
    assert version_key(ClaimRead(made_claim(), Span(900, 70_000, 71_000))) == version_key(made_read())


def test_the_version_knows_unmodelled_segments() -> None:
    read = ClaimRead(made_claim(), Span(1, 0, 10), (Segment("CR1", ("", "", "A")),))
    moved = ClaimRead(made_claim(), Span(1, 0, 10), (Segment("CR1", ("", "A", "")),))
    assert len({version_key(read), version_key(moved), version_key(made_read())}) == 3


def test_the_version_takes_equal_numbers_for_equal() -> None:
    assert version_key(made_read(with_first_line(made_claim(), units=Decimal("1.500")))) == version_key(made_read())


def test_a_masked_member_id_is_hashed_by_its_value() -> None:
    plain = made_claim()
    subscriber = replace(plain.coverage.subscriber, identifier=str(plain.coverage.member_id))
    plain = replace(plain, coverage=replace(plain.coverage, subscriber=subscriber))
    assert type(made_claim().coverage.member_id) is Phi
    assert version_key(made_read(plain)) == version_key(made_read())


def test_a_patient_is_known_again_however_the_name_is_written() -> None:
    claim = made_claim()
    subscriber = replace(claim.coverage.subscriber, name="SAMPLE ", first="terry", address=None)
    again = replace(claim, coverage=replace(claim.coverage, subscriber=subscriber))
    assert patient_key(again) == patient_key(claim)
    assert len({patient_key(made_claim(payer="P2")), patient_key(made_claim(member="M2")), patient_key(claim)}) == 3


def test_a_payer_without_identifier_is_known_by_its_name() -> None:
    claim = made_claim()
    nameless = replace(claim, coverage=replace(claim.coverage, payer=Party(name="Acme Health")))
    assert payer_key(nameless) == "ACME HEALTH"
    assert payer_key(claim) == "P1"


def test_columns_of_a_claim() -> None:
    row = claim_row(made_read(replace(made_claim(), control_number=" ab1 "), 5, 9), date(2025, 3, 4))
    assert row["control_number"] == "AB1"
    assert (row["billing_npi"], row["billing_tax_id"]) == ("1234567893", "123456789")
    assert (row["rendering_npi"], row["taxonomy"]) == ("1245319599", "207R00000X")
    assert (row["served_from"], row["served_to"], row["known_on"]) == (date(2025, 3, 1),) * 2 + (date(2025, 3, 4),)
    assert (row["prior_authorization"], row["referral_number"]) == ("AUTH1", "")
    assert (row["file_start"], row["file_end"]) == (5, 9)


def test_the_billing_provider_renders_when_no_other_is_named() -> None:
    row = claim_row(made_read(replace(made_claim(), rendering=None)), date(2025, 3, 4))
    assert (row["rendering_npi"], row["taxonomy"]) == (BILLING.npi, BILLING.taxonomy)


def test_the_relationship_of_a_patient_who_is_not_the_subscriber() -> None:
    claim = made_claim()
    child = Patient(Party(name="Sample", first="Kim"), "19", date(2010, 1, 1), "M")
    covered = replace(claim, coverage=replace(claim.coverage, relationship=""), patient=child)
    assert claim_row(made_read(covered), date(2025, 3, 4))["relationship"] == "19"


def test_a_claim_without_lines_is_dated_by_the_day_it_was_known() -> None:
    row = claim_row(made_read(replace(made_claim(), lines=())), date(2025, 3, 4))
    assert row["served_from"] == row["served_to"] == date(2025, 3, 4)


def test_rows_of_diagnoses_and_lines() -> None:
    claim = made_claim()
    assert [(row["position"], row["code"]) for row in diagnosis_rows(claim, 7)] == [(1, "E119"), (2, "I10")]
    rows = line_rows(claim, 7, 40)
    assert [(row["id"], row["claim_id"], row["number"]) for row in rows] == [(40, 7, 1), (41, 7, 2)]
    assert [(row["modifiers"], row["pointers"]) for row in rows] == [("59:25", "1"), ("", "2")]


@pytest.mark.parametrize("number", [2, 0, 40_000])
def test_lines_are_counted_afresh_where_the_file_misnumbers_them(number: int) -> None:
    rows = line_rows(with_first_line(made_claim(), number=number), 7, 40)
    assert [row["number"] for row in rows] == [1, 2]
