from __future__ import annotations

import math
from datetime import date, timedelta

import pytest

from denialml.claims import Attachment, Claim, Diagnosis, Procedure, Reference, replace
from denialml.simulator.decisions import Family, Verdict
from denialml.simulator.edits import Edit, EditKind, apply
from denialml.simulator.payer import Payer, next_weekday
from made_up_claims import with_first_line
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
    assert not [cause for cause in line.judgement.causes if cause.rule]


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
    assert "rule-0" not in {cause.rule for cause in always.decide(claim(2), RECEIVED).lines[0].judgement.causes}


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
        ({"npi_ends": ["9"]}, True),
        ({"npi_ends": ["5", "98"]}, False),
        ({"group_ends": ["1"]}, False),
        ({"records": "absent"}, True),
        ({"records": "present"}, False),
        ({"frequencies": ["1"]}, True),
        ({"frequencies": ["7"]}, False),
        ({"original": "none"}, True),
        ({"correction_days_over": 0}, False),
        ({"sex": "F"}, True),
        ({"sex": "M"}, False),
        ({"weekdays": [0]}, True),
        ({"weekdays": [1, 2]}, False),
        ({"months": [3]}, True),
        ({"months": [4]}, False),
        ({"lines_over": 1}, True),
        ({"lines_over": 2}, False),
        ({"claim_charge_over": 599}, True),
        ({"claim_charge_over": 600}, False),
        ({"claim_diagnoses": ["I1"]}, True),
        ({"claim_diagnoses": ["J"]}, False),
        ({"diagnoses": ["I1"]}, False),
        ({"without": ["20610"]}, False),
        ({"without": ["93000"]}, True),
        ({"charge_over": 299}, True),
        ({"charge_over_fee": 3.3}, True),
        ({"charge_over_fee": 3.4}, False),
        ({"procedure_valid": True}, True),
        ({"diagnoses_valid": True}, True),
        ({"seen_within": 100}, False),
        ({"not": {"places": ["11"]}}, False),
        ({"not": {"places": ["22"]}}, True),
        ({"any": [{"places": ["22"]}, {"age_over": 60, "sex": "F"}]}, True),
        ({"any": [{"places": ["22"]}, {"age_over": 60, "sex": "M"}]}, False),
        ({"all": [{"places": ["11"]}, {"not": {"any": [{"sex": "M"}, {"age_under": 9}]}}]}, True),
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


def test_judging_changes_nothing_and_says_what_deciding_says() -> None:
    asked = payer({"when": {"duplicate": True}, "reason": "18", "probability": 0.9}, NO_AUTHORIZATION, error_rate=0.1)
    made = claim(1, "73721", "99213")
    first = asked.judge(made, RECEIVED)
    assert asked.judge(made, RECEIVED) == first
    decision = asked.decide(made, RECEIVED)
    assert tuple(line.judgement for line in decision.lines) == first
    assert asked.judge(made, RECEIVED) == first, "a claim is no duplicate of itself"


def test_a_claim_put_right_is_judged_with_the_same_dice() -> None:
    """Where neither version meets a rule that the other does not, both have the same fate."""
    asked = payer({"when": {"modifiers_none": ["25"]}, "reason": "4", "probability": 0.5}, LONG_VISIT, error_rate=0.2)
    freed = 0
    for serial in range(300):
        made = claim(serial, "73721")
        before, after = (
            asked.judge(version, RECEIVED)[0].verdict
            for version in (made, apply(Edit(EditKind.MODIFIER, 1, "25"), made))
        )
        if before is not None and before.rule == "rule-0":
            freed += after is None
        else:
            assert after == before
    assert 40 < freed < 130


def test_causes_share_the_hazard_and_name_what_is_behind() -> None:
    asked = payer(
        NO_AUTHORIZATION | {"cause": "authorization"}, LONG_VISIT | {"cause": "documentation"}, error_rate=0.1
    )
    (judged,) = asked.judge(claim(1, "73721"), RECEIVED)
    assert [cause.family for cause in judged.causes] == [Family.AUTHORIZATION, Family.DOCUMENTATION, Family.ERROR]
    assert sum(cause.share for cause in judged.causes) == pytest.approx(1)
    escaped = 1.0
    for cause in judged.causes:
        escaped *= 1 - cause.probability
        assert cause.share == pytest.approx(math.log(1 - cause.probability) / math.log(0.2 * 0.5 * 0.9))
    assert judged.probability == pytest.approx(1 - escaped)


def test_a_verdict_names_its_rule_and_error_names_none() -> None:
    asked = payer(NO_AUTHORIZATION | {"cause": "authorization"}, error_rate=0.3)
    seen = {
        (verdict.rule, verdict.family)
        for serial in range(60)
        if (verdict := asked.judge(claim(serial, "73721"), RECEIVED)[0].verdict)
    }
    assert seen == {("rule-0", Family.AUTHORIZATION), ("", Family.ERROR)}


def test_versions_of_a_rule_are_thrown_with_one_die() -> None:
    both = [
        NO_AUTHORIZATION | {"name": "leave", "until": SERVED},
        NO_AUTHORIZATION | {"name": "leave", "from": SERVED + timedelta(days=1)},
    ]
    asked = payer(*both)
    for serial in range(50):
        made = claim(serial, "73721")
        moved = with_first_line(made, service_from=SERVED + timedelta(days=1))
        assert [j.verdict for j in asked.judge(made, RECEIVED)] == [j.verdict for j in asked.judge(moved, RECEIVED)]


def replacement(made: Claim, number: str) -> Claim:
    return apply(Edit(EditKind.FREQUENCY, text=number), made)


CORRECTIONS = (
    {"scope": "claim", "when": {"original": "unknown"}, "reason": "16", "probability": 0.5},
    {"scope": "claim", "when": {"original": "known", "correction_days_over": 30}, "reason": "29", "probability": 0.6},
    {"when": {"duplicate": True}, "reason": "18", "probability": 0.7},
)


def test_a_replacement_of_a_known_claim_is_no_duplicate() -> None:
    asked = payer(*CORRECTIONS)
    original = asked.decide(claim(1), RECEIVED)
    later = original.pays_on + timedelta(days=30)

    def told(made: Claim, day: date = later) -> float:
        return asked.judge(made, day)[0].probability

    assert told(replacement(claim(1), original.number)) == 0
    assert told(replacement(claim(2), original.number)) == 0, "a repeat turned into a replacement"
    assert told(claim(2)) == pytest.approx(0.7)
    assert told(replacement(claim(2), "NONE")) == pytest.approx(1 - 0.5 * 0.3)
    assert told(replacement(claim(1), original.number), later + timedelta(days=1)) == pytest.approx(0.6)


def test_a_payer_knows_no_numbers_but_its_own() -> None:
    asked, other = payer(*CORRECTIONS), payer(*CORRECTIONS, seed=2)
    number = asked.decide(claim(1), RECEIVED).number
    altered = number[:-5] + str((int(number[-5]) + 1) % 10) + number[-4:]
    assert asked.judge(replacement(claim(1), number), RECEIVED)[0].probability == 0
    assert asked.judge(replacement(claim(1), altered), RECEIVED)[0].probability > 0
    assert other.judge(replacement(claim(1), number), RECEIVED)[0].probability > 0


def test_a_replacement_takes_the_place_of_what_was_paid() -> None:
    """The deductible used up by the original is given back, the services are counted once."""
    share = {"deductible": 100, "deductible_chance": 1.0}
    limit = {"when": {"procedures": ["99213"], "services_over": 1}, "reason": "119", "probability": 0.6}
    asked = payer(limit, patient_share=share)
    original = asked.decide(claim(1), RECEIVED)
    corrected = asked.decide(replacement(claim(1), original.number), RECEIVED, replaces=original)
    assert corrected.replaces is original
    assert corrected.number != original.number
    (before,), (after,) = original.lines, corrected.lines
    assert before.price == after.price
    assert asked.judge(claim(2), RECEIVED)[0].probability == 0
    asked.decide(claim(2), RECEIVED)
    assert asked.judge(claim(3), RECEIVED)[0].probability == pytest.approx(0.6)


def test_a_won_review_covers_the_lines_won_and_leaves_the_others() -> None:
    asked = payer(NO_AUTHORIZATION | {"when": {"enrolled": True}, "probability": 0.999_999})
    decision = asked.decide(claim(1, "73721", "99213"), RECEIVED)
    won = asked.reopen(decision, {1}, date(2025, 6, 1))
    assert [line.verdict is None for line in won.lines] == [True, False]
    assert won.replaces is decision
    assert won.pays_on > date(2025, 6, 1)
    assert won.lines[0].price is not None
    assert won.lines[0].price.paid_cents == decision.lines[0].payable_cents > 0


def test_records_sent_along_count_and_a_promise_of_them_does_not() -> None:
    asked = payer({"when": {"records": "absent"}, "reason": "252", "probability": 0.5})
    made = claim(1)
    promised = replace(made, attachments=(Attachment("M1", "AA"),))
    sent = apply(Edit(EditKind.RECORDS), made)
    assert [asked.judge(each, RECEIVED)[0].probability for each in (made, promised, sent)] == [0.5, 0.5, 0]


def test_the_front_end_refuses_with_a_status_or_takes_the_claim_in() -> None:
    front = {
        "name": "stranger",
        "when": {"cover": "unknown"},
        "category": "A3",
        "status": "33",
        "probability": 0.5,
        "from": SERVED,
    }
    asked = payer(intake=[front])
    told = [asked.refusal(claim(serial, member="STRANGER"), RECEIVED) for serial in range(200)]
    refused = [refusal for refusal in told if refusal is not None]
    assert 70 < len(refused) < 130
    assert {(refusal.rule, refusal.category, refusal.status, refusal.entity) for refusal in refused} == {
        ("stranger", "A3", "33", "")
    }
    again = [asked.refusal(claim(serial, member="STRANGER"), RECEIVED) for serial in range(200)]
    assert again == told, "sent again as it was, a claim has the same fate"
    assert asked.refusal(claim(1), RECEIVED) is None
    assert payer().refusal(claim(1, member="STRANGER"), RECEIVED) is None


def test_a_member_who_was_here_some_days_before_is_known() -> None:
    asked = payer({"when": {"seen_within": 14}, "reason": "97", "probability": 0.5})

    def on(serial: int, day: date) -> Claim:
        return with_first_line(claim(serial), service_from=day, service_to=day)

    asked.decide(on(1, SERVED), RECEIVED)
    days = [on(2, SERVED + timedelta(days=n)) for n in (-1, 0, 1, 14, 15)]
    assert [asked.judge(made, RECEIVED)[0].probability for made in days] == [0, 0, 0.5, 0.5, 0]


@pytest.mark.parametrize(
    ("served", "procedure", "diagnosis", "valid"),
    [
        (date(2025, 9, 30), "96127", "K529", (True, True)),
        (date(2025, 10, 1), "96127", "K529", (True, False)),
        (date(2025, 10, 1), "96127", "K5291", (True, True)),
        (date(2025, 9, 30), "96126", "K5291", (False, False)),
        (date(2026, 1, 1), "96127", "K5291", (False, True)),
        (date(2026, 1, 1), "96126", "K5291", (True, True)),
    ],
)
def test_codes_are_in_force_from_one_october_or_january_to_another(
    served: date, procedure: str, diagnosis: str, valid: tuple[bool, bool]
) -> None:
    asked = payer(
        {"when": {"procedure_valid": False}, "reason": "181", "probability": 0.5},
        {"scope": "claim", "when": {"diagnoses_valid": False}, "reason": "146", "probability": 0.3},
    )
    made = with_first_line(claim(), service_from=served, service_to=served, procedure=Procedure(procedure))
    made = replace(made, diagnoses=(Diagnosis(diagnosis, "ABK"),))
    rules = {cause.rule for cause in asked.judge(made, served)[0].causes}
    assert ("rule-0" not in rules, "rule-1" not in rules) == valid


def test_memory_does_not_grow_with_the_history() -> None:
    limit = {
        "when": {"procedures": ["99213"], "services_over": 1, "seen_within": 9},
        "reason": "119",
        "probability": 0.6,
    }
    asked = payer(limit)
    sizes = []
    for day in range(0, 1_600, 2):
        served = SERVED + timedelta(days=day)
        asked.decide(with_first_line(claim(day), service_from=served, service_to=served), served)
        asked.forget(served)
        sizes.append(remembered(asked))
    assert max(sizes[600:]) <= max(sizes[300:500])


def remembered(asked: Payer) -> int:
    paid = asked._paid
    inner = [*paid._paid.values(), *paid._counts.values(), paid._visits]
    return sum(len(each) for each in inner) + sum(len(days) for days in paid._visits.values())


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
