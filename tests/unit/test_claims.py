from datetime import date
from decimal import Decimal

import pytest

from denialml import claims, clock


def _encounter(**changes: object) -> claims.Encounter:
    billing = claims.Party(name="Cedar Group", id_qualifier="XX", identifier="1234567893")
    payer = claims.Party(name="Payer", id_qualifier="PI", identifier="P1")
    subscriber = claims.Party(name="Roe", first="Ann", is_person=True, id_qualifier="MI", identifier="M-CANARY")
    values: dict[str, object] = {
        "served_on": date(2025, 5, 5),
        "place_of_service": "11",
        "billing": billing,
        "rendering": billing,
        "coverage": claims.Coverage(payer, subscriber, subscriber_birth=date(1980, 1, 2), subscriber_sex="F"),
        "diagnoses": ("I10", "E119"),
        "charges": (
            claims.EncounterCharge(claims.Procedure("99213", ("25",)), 15000),
            claims.EncounterCharge(claims.Procedure("J3301"), 4200, Decimal(4), (2, 1)),
        ),
        "prior_authorization": "A1",
    }
    return claims.Encounter(**{**values, **changes})  # type: ignore[arg-type]


def test_claim_from_encounter_charges_every_service() -> None:
    claim = claims.claim_from(_encounter(), "C1")
    assert claim.charge_cents == 19200
    assert [line.control_number for line in claim.lines] == ["C1-1", "C1-2"]
    assert [d.qualifier for d in claim.diagnoses] == ["ABK", "ABF"]
    assert claim.reference("G1") == "A1"
    assert claim.reference("9F") == ""
    assert claim.rendering is None
    assert claim.treated_sex == "F"
    assert claim.treated_birth == date(1980, 1, 2)


def test_dependent_is_the_one_treated() -> None:
    child = claims.Patient(claims.Party(name="Roe", first="Tim", is_person=True), "19", date(2015, 3, 4), "M")
    claim = claims.claim_from(_encounter(patient=child), "C1")
    assert claim.treated is child.party
    assert claim.treated_sex == "M"


@pytest.mark.parametrize("changes", [{"charges": ()}, {"diagnoses": ("I10",)}])
def test_no_claim_from_a_broken_encounter(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="encounter"):
        claims.claim_from(_encounter(**changes), "C1")


def test_reprs_hide_people() -> None:
    claim = claims.claim_from(_encounter(), "C1")
    shown = repr(claim) + repr(claims.Phi("M-CANARY")) + repr(claims.Note("ADD", "CANARY")) + repr(claim.billing)
    for secret in ("Roe", "Ann", "CANARY", "1980"):
        assert secret not in shown


def test_tax_id_comes_from_reference_or_identifier() -> None:
    assert claims.Party(references=(claims.Reference("EI", "123456789"),)).tax_id == "123456789"
    assert claims.Party(id_qualifier="FI", identifier="123456780").tax_id == "123456780"
    assert claims.Party().tax_id == ""


def test_dates() -> None:
    assert clock.date_from_text("20240229") == date(2024, 2, 29)
    assert clock.text_from_date(date(987, 1, 2)) == "09870102"
    assert clock.date_range_from_text("20240101-20240103") == (date(2024, 1, 1), date(2024, 1, 3))
    assert clock.date_range_from_text("20240101") == (date(2024, 1, 1), date(2024, 1, 1))
    assert clock.age_in_years(date(2000, 2, 29), date(2023, 2, 28)) == 22
    for wrong in ("", "2024-1-1", "20230229", "２０２４０１０１", "20240103-20240101"):
        with pytest.raises(ValueError, match=r"date|day|range"):
            clock.date_range_from_text(wrong)
