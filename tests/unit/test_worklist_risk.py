from __future__ import annotations

from dataclasses import replace
from itertools import permutations

from denialml.features.vocabulary import GROUPS
from denialml.worklist import RiskCandidate, group_title, rank_risk
from denialml.worklist.tables import OTHER, prevention_of

CLAIM = RiskCandidate(1, "A", 0.5, 20_000, "place_of_service")


def test_the_value_of_an_hour_is_risk_times_allowed_times_preventable_share_by_minutes() -> None:
    (ranked,) = rank_risk([CLAIM])
    row = prevention_of("place_of_service")
    assert (row.share, row.minutes) == (0.85, 4)
    assert ranked.at_risk_cents == 10_000
    assert ranked.preventable_cents == 8_500
    assert ranked.value_per_hour_cents == 8_500 * 60 // 4


def test_a_likelier_denial_of_the_same_kind_is_never_worth_less() -> None:
    likelier = replace(CLAIM, claim_id=2, control_number="B", probability=0.6)
    assert [ranked.candidate.claim_id for ranked in rank_risk([CLAIM, likelier])] == [2, 1]


def test_a_cheap_look_beats_a_long_one_at_equal_dollars() -> None:
    long_look = replace(CLAIM, claim_id=2, control_number="0", main_group="authorization")
    assert [ranked.candidate.claim_id for ranked in rank_risk([long_look, CLAIM])] == [1, 2]


def test_equal_claims_are_ordered_by_control_number_whatever_the_input_order() -> None:
    claims = [replace(CLAIM, claim_id=place, control_number=number) for place, number in enumerate("CAB")]
    orders = {tuple(r.candidate.control_number for r in rank_risk(order)) for order in permutations(claims)}
    assert orders == {("A", "B", "C")}


def test_a_group_is_known_by_its_key_and_by_its_title() -> None:
    assert prevention_of("Place of service") is prevention_of("place_of_service")
    assert prevention_of("no such group").group == OTHER
    assert group_title("no_such_group") == "No such group"


def test_every_reason_group_of_the_features_has_a_row_under_the_same_title() -> None:
    for group, title in GROUPS.items():
        row = prevention_of(group)
        assert row.group == group
        assert row.title == title
        assert 0 < row.share < 1
        assert row.basis
