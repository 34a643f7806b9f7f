from __future__ import annotations

from datetime import date, timedelta

import pytest

from denialml.claims import Claim, Diagnosis, Reference, replace
from denialml.simulator.decisions import Verdict
from denialml.simulator.payer import next_weekday
from simulated_payer import MEMBER, RECEIVED, SERVED, claim, payer

NO_AUTHORIZATION = {"when": {"procedures": ["73721"], "authorization": "absent"}, "reason": "197", "probability": 0.8}
LONG_VISIT = {"when": {"procedures": ["73721"], "charge_over": 250}, "reason": "252", "probability": 0.5}
LAPSED = {"scope": "claim", "when": {"cover": "ended"}, "reason": "27", "group": "PR", "probability": 0.9}


def probability(made: Claim, *rules: dict[str, object], **changes: object) -> float:
    return payer(*rules, **changes).decide(made, RECEIVED).lines[0].judgement.probability


def test_probability_is_that_of_any_rule_or_error() -> None:
    found = probability(claim(1, "73721"), NO_AUTHORIZATION, LONG_VISIT, error_rate=0.1)
    assert found == pytest.approx(1 - 0.2 * 0.5 * 0.9)


def test_a_line_that_meets_no_rule_has_the_probability_of_error_and_no_reason() -> None:
    (line,) = payer(NO_AUTHORIZATION, error_rate=0.02).decide(claim(1, "99213"), RECEIVED).lines
    assert line.judgement.probability == pytest.approx(0.02)
    assert line.judgement.likely_reason == ""


def test_the_likely_reason_is_that_of_the_most_probable_rule() -> None:
    (line,) = payer(LONG_VISIT, NO_AUTHORIZATION).decide(claim(1, "73721"), RECEIVED).lines
    assert line.judgement.likely_reason == "197"


def test_other_dice_change_what_happens_and_not_how_probable_it_was() -> None:
    outcomes = set()
    for seed in range(40):
        (line,) = payer(NO_AUTHORIZATION, seed=seed).decide(claim(1, "73721"), RECEIVED).lines
        assert line.judgement.probability == pytest.approx(0.8)
        outcomes.add(line.verdict is not None)
    assert outcomes == {True, False}


def test_denials_happen_as_often_as_they_are_probable() -> None:
    asked = payer(NO_AUTHORIZATION, error_rate=0.1)
    decisions = [asked.decide(claim(serial, "73721"), RECEIVED) for serial in range(4_000)]
    denied = sum(decision.lines[0].verdict is not None for decision in decisions)
    assert denied / 4_000 == pytest.approx(1 - 0.2 * 0.9, abs=0.02)


def test_a_rule_of_the_whole_claim_denies_every_line_for_one_reason() -> None:
    asked = payer(LAPSED)
    asked.enrol("LAPSED1", date(2020, 1, 1), SERVED - timedelta(days=1), moved=False, other_from=None)
    seen = set()
    for serial in range(60):
        lines = asked.decide(claim(serial, "99213", "36415", member="LAPSED1"), RECEIVED).lines
        assert [line.judgement.probability for line in lines] == pytest.approx([0.9, 0.9])
        seen.add(tuple(line.verdict is not None for line in lines))
    assert seen == {(True, True), (False, False)}


@pytest.mark.parametrize(
    ("member", "roster", "cover"),
    [
        ("STRANGER", None, "unknown"),
        (MEMBER, None, "active"),
        ("M2", (date(2020, 1, 1), SERVED - timedelta(days=1), False, None), "ended"),
        ("M2", (date(2020, 1, 1), SERVED - timedelta(days=1), True, None), "moved"),
        ("M2", (date(2020, 1, 1), SERVED, False, None), "active"),
        ("M2", (SERVED + timedelta(days=1), None, False, None), "not-begun"),
        ("M2", (date(2020, 1, 1), None, False, SERVED), "other-primary"),
        ("M2", (date(2020, 1, 1), None, False, SERVED + timedelta(days=1)), "active"),
    ],
)
def test_cover_is_what_the_roster_says_on_the_day_of_service(
    member: str, roster: tuple[date, date | None, bool, date | None] | None, cover: str
) -> None:
    rule = {"scope": "claim", "when": {"cover": cover}, "reason": "27", "probability": 0.7}
    asked = payer(rule)
    if roster is not None:
        first, last, moved, other_from = roster
        asked.enrol(member, first, last, moved=moved, other_from=other_from)
    (line,) = asked.decide(claim(1, member=member), RECEIVED).lines
    assert line.judgement.probability == pytest.approx(0.7)


def test_a_member_who_tells_who_pays_first_is_held_no_more() -> None:
    rule = {"scope": "claim", "when": {"cover": "other-primary"}, "reason": "22", "probability": 0.7}
    asked = payer(rule)
    asked.enrol("M2", date(2020, 1, 1), None, moved=False, other_from=date(2024, 1, 1))
    asked.correct_other_insurance("M2")
    assert asked.decide(claim(1, member="M2"), RECEIVED).lines[0].judgement.probability == 0


def test_an_authorization_counts_only_when_this_payer_issued_it() -> None:
    asked = payer(
        {"when": {"authorization": "absent"}, "reason": "197", "probability": 0.5},
        {"when": {"authorization": "wrong"}, "reason": "15", "probability": 0.7},
    )
    issued = (Reference("G1", asked.authorize()),)
    made_up = (Reference("G1", "NOT-ISSUED"),)
    found = [
        asked.decide(claim(serial, references=references), RECEIVED).lines[0].judgement.probability
        for serial, references in enumerate([issued, made_up, ()])
    ]
    assert found == pytest.approx([0, 0.7, 0.5])


def test_what_was_paid_before_makes_a_duplicate_and_what_was_denied_does_not() -> None:
    duplicate = {"when": {"duplicate": True}, "reason": "18", "probability": 0.9}
    asked = payer(duplicate)
    assert asked.decide(claim(1), RECEIVED).lines[0].judgement.probability == 0
    assert asked.decide(claim(2), RECEIVED).lines[0].judgement.probability == pytest.approx(0.9)
    always = payer(duplicate, error_rate=0.999_999)
    always.decide(claim(1), RECEIVED)
    assert always.decide(claim(2), RECEIVED).lines[0].judgement.likely_reason == ""


def test_services_of_the_year_are_counted() -> None:
    asked = payer({"when": {"procedures": ["97110"], "services_over": 1}, "reason": "119", "probability": 0.6})
    found = [asked.decide(claim(serial, "97110"), RECEIVED).lines[0].judgement.probability for serial in range(3)]
    assert found == pytest.approx([0, 0, 0.6])


@pytest.mark.parametrize(
    ("when", "hit"),
    [
        ({"with": ["20610"]}, True),
        ({"with": ["99999"]}, False),
        ({"modifiers_none": ["25"]}, True),
        ({"modifiers_any": ["25"]}, False),
        ({"diagnoses": ["E11"]}, True),
        ({"diagnoses_none": ["E11"]}, False),
        ({"days_over": 6}, True),
        ({"days_over": 7}, False),
        ({"age_over": 64}, True),
        ({"age_over": 65}, False),
        ({"age_under": 66}, True),
        ({"units_over": 1}, False),
        ({"places": ["11"]}, True),
        ({"referrer": "absent"}, True),
        ({"taxonomies": ["207R00000X"]}, True),
        ({"diagnosis_count_under": 2}, False),
        ({"relationships": ["18"]}, True),
        ({"enrolled": True}, True),
        ({"group_number": "absent", "places": ["11"], "age_over": 60}, True),
        ({"group_number": "absent", "places": ["22"], "age_over": 60}, False),
    ],
)
def test_conditions_look_at_the_claim(when: dict[str, object], hit: bool) -> None:
    rule = {"when": {"procedures": ["99213"], **when}, "reason": "16", "probability": 0.5}
    assert (probability(claim(1, "99213", "20610"), rule) > 0) is hit


def test_a_diagnosis_of_three_characters_is_cut_unless_it_is_whole() -> None:
    rule = {"scope": "claim", "when": {"diagnosis_cut": True}, "reason": "16", "probability": 0.5}
    made = claim()
    whole = replace(made, diagnoses=(Diagnosis("I10", "ABK"),))
    cut = replace(made, diagnoses=(Diagnosis("E11", "ABK"),))
    assert probability(whole, rule) == 0
    assert probability(cut, rule) == pytest.approx(0.5)


def test_answers_come_on_pay_days_after_the_floor() -> None:
    asked = payer()
    for serial in range(200):
        pays_on = asked.decide(claim(serial), RECEIVED).pays_on
        assert pays_on.weekday() in {1, 4}
        assert (pays_on - RECEIVED).days >= 3


def test_the_next_weekday_may_be_today() -> None:
    monday = date(2025, 3, 10)
    assert next_weekday(monday, [0]) == monday
    assert next_weekday(monday, [4, 6]) == date(2025, 3, 14)


def test_what_is_taken_back_was_paid_and_its_deductible_is_open_again() -> None:
    rule = {"when": {"procedures": ["20610"]}, "reason": "16", "probability": 0.999}
    asked = payer(rule, patient_share={"deductible": 100, "deductible_chance": 1.0})
    first = asked.decide(claim(1, "99213", "20610"), RECEIVED)
    verdict = Verdict("50", "CO", ("N115",), whole_claim=True)
    day = first.pays_on + timedelta(days=90)
    taken_back = asked.take_back(first, verdict, day)
    assert (taken_back.replaces, taken_back.pays_on, taken_back.received_on) == (first, day, RECEIVED)
    assert taken_back.number != first.number
    assert [line.verdict for line in taken_back.lines] == [verdict, first.lines[1].verdict]
    assert taken_back.lines[0].price is None
    [paid, _] = first.lines
    anew = asked.decide(replace(first.claim, frequency="7"), day, replaces=taken_back)
    assert anew.lines[0].price == paid.price
