"""The words of a statement: what services are called, why a share is the patient's, whom it goes to."""

from __future__ import annotations

from datetime import date

import pytest

from denialml.claims import Party
from denialml.claims.people import Address, Contact
from denialml.service.statement import addressee_of, practice_of, service_words, share_words
from denialml.settings import StatementSettings
from denialml.store.patients import Patient
from posting_cases import NUMBER, our_claim

ON = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("99213", "Office visit"),
        ("99396", "Preventive visit"),
        ("80053", "Laboratory test"),
        ("70450", "Imaging"),
        ("59400", "Maternity care"),
        ("17000", "Procedure"),
        ("00100", "Anesthesia"),
        ("J1100", "Medicine given"),
        ("G0439", "Medical care"),
        ("0001F", "Medical care"),
    ],
)
def test_services_have_words_of_our_own(code: str, words: str) -> None:
    assert service_words(code) == words


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("1", "deductible"),
        ("2", "coinsurance"),
        ("3", "copay"),
        ("119", "not covered: benefit maximum for the period reached"),
        ("X99", "not covered"),
    ],
)
def test_shares_are_explained(reason: str, words: str) -> None:
    assert share_words(reason, ON) == words


@pytest.mark.parametrize(
    ("birth", "first"),
    [(date(2008, 3, 2), "Parent or guardian of"), (date(2008, 3, 1), "ADA STONE"), (None, "ADA STONE")],
)
def test_a_minor_is_not_written_to(birth: date | None, first: str) -> None:
    assert addressee_of(Patient(1, "key", "STONE", "ADA", birth), our_claim(NUMBER, 100), ON)[0] == first


def test_the_practice_is_what_the_settings_say_and_else_the_claim() -> None:
    house = Address("9 Hill Road", "", "Alder", "IL", "61598")
    billing = Party("HILL CLINIC", address=house, contacts=(Contact("IC", "DESK", (("TE", "2175550100"),)),))
    claim = our_claim(NUMBER, 100, billing=billing)
    found = practice_of(StatementSettings(), claim)
    assert (found.name, found.address, found.phone) == ("HILL CLINIC", ("9 Hill Road", "Alder, IL 61598"), "2175550100")
    named = practice_of(StatementSettings(name="Hill", phone="1"), claim)
    assert (named.name, named.phone) == ("Hill", "1")


def test_a_patient_has_no_name_in_a_traceback() -> None:
    assert "STONE" not in repr(Patient(1, "key", "STONE", "ADA", ON))
