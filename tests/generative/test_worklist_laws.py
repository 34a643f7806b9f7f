"""Laws of the ranking that hold for any cases: order of input, conservation of dollars, deadlines, monotony."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from denialml.claims import replace
from denialml.worklist import DenialCandidate, RiskCandidate, rank_denials, rank_risk
from denialml.worklist.tables import _categories, _routes

TODAY = date(2026, 6, 30)
DEADLINES = st.one_of(st.none(), st.integers(-90, 200).map(lambda days: TODAY + timedelta(days=days)))


@st.composite
def cases(draw: st.DrawFn) -> list[DenialCandidate]:
    count = draw(st.integers(0, 12))
    found = []
    for case_id in range(count):
        claim_id = draw(st.integers(1, 5))
        found.append(
            DenialCandidate(
                case_id=case_id,
                claim_id=claim_id,
                control_number=f"C{claim_id}",
                category=draw(st.sampled_from(sorted(_categories()))),
                route=draw(st.sampled_from(sorted(_routes()))),
                appealable=draw(st.booleans()),
                expected_allowed_cents=draw(st.integers(0, 500_000)),
                noticed_on=TODAY - timedelta(days=draw(st.integers(0, 500))),
                correct_by=draw(DEADLINES),
                appeal_by=draw(DEADLINES),
            )
        )
    return found


@settings(derandomize=True, max_examples=150, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_input_changes_nothing(found: list[DenialCandidate], random: Random) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)
    assert rank_denials(shuffled, TODAY) == rank_denials(found, TODAY)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(cases())
def test_every_case_is_in_one_piece_of_work_and_no_dollar_is_made_or_lost(found: list[DenialCandidate]) -> None:
    works = rank_denials(found, TODAY)
    assert sorted(case.case_id for work in works for case in work.cases) == [case.case_id for case in found]
    assert sum(w.expected_allowed_cents for w in works) == sum(case.expected_allowed_cents for case in found)
    assert all(0 <= w.expected_recovery_cents <= w.expected_allowed_cents for w in works)
    assert [w.rank for w in works] == list(range(1, len(works) + 1))


@settings(derandomize=True, max_examples=150, deadline=None)
@given(cases())
def test_nothing_is_worked_after_its_deadline_and_the_rest_is_in_order_of_value(found: list[DenialCandidate]) -> None:
    works = rank_denials(found, TODAY)
    live = [work for work in works if not work.expired]
    assert works[: len(live)] == live
    assert all(work.days_left is None or work.days_left >= 0 for work in live)
    values = [work.value_per_hour_cents for work in live]
    assert values == sorted(values, reverse=True)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(0, 10**7),
    st.sampled_from(["authorization", "eligibility", "unknown"]),
)
def test_a_likelier_denial_never_ranks_lower(first: float, second: float, allowed: int, group: str) -> None:
    claim = RiskCandidate(1, "A", first, allowed, group)
    ranked = {r.candidate.claim_id: r for r in rank_risk([claim, replace(claim, claim_id=2, probability=second)])}
    likelier, other = (1, 2) if first >= second else (2, 1)
    assert ranked[likelier].value_per_hour_cents >= ranked[other].value_per_hour_cents
    assert 0 <= ranked[likelier].preventable_cents <= ranked[likelier].at_risk_cents <= allowed
