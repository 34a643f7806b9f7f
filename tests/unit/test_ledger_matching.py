"""Which claim and lines an answer is for: unique or not at all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from denialml.claims import DatedFact, Procedure, replace
from denialml.ledger import KnownClaim, KnownLine
from denialml.ledger.matching import match_lines
from posting_cases import NUMBER, PERSON, SERVED, as_read, co, known, known_claim, payment, plan, service


def ids(claim: KnownClaim, *services: Any, **changes: Any) -> list[int | str]:
    """Ids of the matched lines, or the kind of each mismatch."""
    found = match_lines(claim, payment(*services, **changes))
    return [match.id if isinstance(match, KnownLine) else match.kind.value for match in found]


def found(answer: Any, what: Any) -> int | str:
    """The id of the claim that an answer is for, or why it cannot be told."""
    (claim,) = plan(as_read(answer), what).claims
    if claim.claim is None:
        assert claim.parked
        return claim.parked.kind.value
    return claim.claim.id


@pytest.mark.parametrize("mangled", [NUMBER, NUMBER.lower(), f"  {NUMBER} "])
def test_our_number_is_compared_trimmed_and_in_upper_case(mangled: str) -> None:
    assert found(payment(number=mangled), known(known_claim(10000))) == 1


def test_the_payers_number_of_an_earlier_answer_is_second() -> None:
    what = known(known_claim(10000, identity=7), by_payer_number={"ICN1": frozenset({NUMBER})})
    assert found(payment(number="MANGLED"), what) == 7


def test_member_day_and_exact_charge_are_last() -> None:
    ours = known_claim(10000, identity=7)
    what = known(ours, by_member={"MEM0000001": (ours,)})
    answer = payment(service(10000, 10000), number="MANGLED", subscriber=PERSON)
    assert found(answer, what) == 7
    assert found(replace(answer, charge_cents=10001), what) == "unmatched_claim"
    other_day = replace(answer, services=(service(10000, 10000, service_from=date(2026, 1, 6)),))
    assert found(other_day, what) == "unmatched_claim"


def test_two_claims_of_a_member_that_fit_alike_are_ambiguous() -> None:
    both = (known_claim(10000, identity=7), known_claim(10000, identity=8, number="OTHER"))
    what = known(*both, by_member={"MEM0000001": both})
    answer = payment(service(10000, 10000), number="MANGLED", patient=PERSON)
    assert found(answer, what) == "ambiguous"


def test_without_any_number_nothing_is_matched() -> None:
    assert found(payment(number="MANGLED"), known(known_claim(10000))) == "unmatched_claim"


def test_versions_are_told_by_frequency() -> None:
    first, second = known_claim(10000), known_claim(10000, identity=2, frequency="7")
    assert found(payment(frequency="7"), known(first, second)) == 2
    assert found(payment(frequency="1"), known(first, second)) == 1


def test_without_frequency_the_version_that_stands_is_meant() -> None:
    first, second = known_claim(10000), known_claim(10000, identity=2, frequency="7")
    assert found(payment(service(10000, 10000)), known(first, second)) == 2


def test_payers_after_the_first_answer_the_claims_sent_to_them() -> None:
    first, second = known_claim(10000), known_claim(10000, identity=2, sequence="S")
    assert found(payment(status="2"), known(first, second)) == 2
    assert found(payment(status="1"), known(first, second)) == 1


def test_one_number_for_two_visits_is_told_by_day_and_charge() -> None:
    first, second = known_claim(10000), known_claim(10000, identity=2, served_from=date(2026, 1, 12))
    answer = payment(service(10000, 10000, service_from=date(2026, 1, 12)))
    assert found(answer, known(first, second)) == 2
    assert found(payment(), known(first, second)) == "ambiguous"


def test_lines_match_by_our_line_number_first() -> None:
    ours = known_claim(10000, 10000)
    swapped = (
        service(10000, 9000, co("45", 1000), code="99214", line_control_number="L1"),
        service(10000, 9000, co("45", 1000), line_control_number="l2 "),
    )
    assert ids(ours, *swapped) == [10, 11]


def test_lines_match_by_code_modifiers_day_and_charge() -> None:
    plain, modified = known_claim(10000, 10000).lines
    modified = replace(modified, procedure="99213", modifiers=frozenset({"25", "GT"}))
    ours = known_claim(10000, 10000, lines=(plain, modified))
    second = service(10000, 10000, procedure=Procedure("99213", ("GT", "25")))
    assert ids(ours, second, service(10000, 10000)) == [11, 10]


def test_a_dropped_modifier_still_matches_the_only_line() -> None:
    (line,) = known_claim(10000).lines
    ours = known_claim(10000, lines=(replace(line, modifiers=frozenset({"25"})),))
    assert ids(ours, service(10000, 10000)) == [10]


def test_the_submitted_code_is_ours_when_the_payer_changed_it() -> None:
    changed = service(10000, 10000, code="99212", submitted=Procedure("99213"))
    assert ids(known_claim(10000), changed) == [10]
    assert ids(known_claim(10000), replace(changed, submitted=None)) == ["unmatched_line"]


def test_two_lines_alike_and_no_line_number_are_ambiguous() -> None:
    first, second = known_claim(10000, 10000).lines
    ours = known_claim(10000, 10000, lines=(first, replace(second, procedure="99213")))
    assert ids(ours, service(10000, 10000), service(10000, 10000)) == ["ambiguous", "ambiguous"]


def test_two_services_for_one_line_are_ambiguous_without_its_number_and_split_with_it() -> None:
    halves = (service(5000, 5000), service(5000, 5000))
    assert ids(known_claim(10000), *halves) == ["ambiguous", "ambiguous"]
    named = [replace(half, line_control_number="L1") for half in halves]
    assert ids(known_claim(10000), *named) == [10, 10]


def test_another_day_is_another_service() -> None:
    other = service(10000, 10000, service_from=date(2026, 1, 6))
    assert ids(known_claim(10000), other) == ["unmatched_line"]


def test_a_service_without_a_day_takes_the_claims() -> None:
    dateless = service(10000, 10000, service_from=None, service_to=None)
    assert ids(known_claim(10000), dateless) == [10]
    assert ids(known_claim(10000), dateless, dates=(DatedFact("232", SERVED),)) == [10]
    other = (DatedFact("232", date(2026, 1, 6)),)
    assert ids(known_claim(10000), dateless, dates=other) == ["unmatched_line"]


def test_a_reversal_matches_by_the_size_of_its_charge() -> None:
    assert ids(known_claim(10000), service(-10000, -10000)) == [10]


def test_a_line_number_that_two_of_ours_have_says_nothing() -> None:
    first, second = known_claim(10000, 8000).lines
    ours = known_claim(10000, 8000, lines=(first, replace(second, control_number="L1")))
    answer = service(8000, 8000, code="99214", line_control_number="L1")
    assert ids(ours, answer) == [11]
