from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from denialml.simulator.actions import Action, Denial, correction_of
from denialml.simulator.decisions import Family
from denialml.simulator.edits import Edit, EditKind
from denialml.simulator.outcomes import OUTCOME_COLUMNS, Outcome, outcome_row
from reviewed_payer import REVIEW, SERVED, TOLD, SmallPayer, SmallRule, always, claim, denied, needs_modifier, outcomes

MODIFIER = Edit(EditKind.MODIFIER, 1, "25")
RECORDS = Edit(EditKind.RECORDS)
COUNT = 3_000


def by_action(denial: Denial, *payers: SmallPayer, seed: int = 1) -> dict[Action, Outcome]:
    return {outcome.action: outcome for outcome in outcomes(*payers, seed=seed).of(denial)}


def many(
    payer: SmallPayer, *others: SmallPayer, edits: tuple[Edit, ...] = (), documented: bool = True
) -> list[Outcome]:
    maker = outcomes(payer, *others)
    return [
        outcome
        for serial in range(COUNT)
        for denial in denied(payer, serial, edits=edits, documented=documented)
        for outcome in maker.of(denial)
    ]


def test_every_action_has_its_outcome_and_a_row() -> None:
    payer = SmallPayer("p", needs_modifier())
    [denial] = denied(payer)
    made = outcomes(payer).of(denial)
    assert [outcome.action for outcome in made] == list(Action)
    row = dict(zip(OUTCOME_COLUMNS, outcome_row(made[1]), strict=True))
    assert (row["denial"], row["action"], row["won_lines"]) == (denial.number, "reconsideration", "1")


def test_reviews_win_as_often_as_the_payer_file_says_and_fade_by_half_lives() -> None:
    made = many(SmallPayer("p", always("no", Family.NECESSITY, "50")))
    for action, chance in ((Action.RECONSIDERATION, 0.3), (Action.APPEAL, 0.4), (Action.WITH_RECORDS, 0.6)):
        of_action = [outcome for outcome in made if outcome.action is action]
        assert sum(each.wins(0) for each in of_action) / COUNT == pytest.approx(chance, abs=0.03)
        if action is not Action.RECONSIDERATION:
            assert sum(each.wins(120) for each in of_action) / COUNT == pytest.approx(chance / 2, abs=0.03)
        assert not any(each.wins(181) for each in of_action)
    assert not any(each.wins(91) for each in made if each.action is Action.RECONSIDERATION)


def test_the_first_level_throws_one_die_and_the_second_its_own() -> None:
    payer = SmallPayer("p", always("no", Family.NECESSITY, "50"))
    [denial] = denied(payer)
    made = by_action(denial, payer)
    assert made[Action.RECONSIDERATION].die == made[Action.APPEAL].die == made[Action.WITH_RECORDS].die
    assert made[Action.SECOND].die != made[Action.APPEAL].die


def test_denied_again_a_line_has_the_same_die_again() -> None:
    payer = SmallPayer("p", always("no", Family.NECESSITY, "50"))
    [first] = denied(payer)
    [second] = denied(payer, told_on=TOLD + timedelta(days=40))
    assert first.number != second.number
    assert by_action(first, payer)[Action.APPEAL].die == by_action(second, payer)[Action.APPEAL].die


def test_a_fitting_edit_wins_and_the_wrong_one_never() -> None:
    payer = SmallPayer("p", needs_modifier())
    fitting = [each for each in many(payer, edits=(MODIFIER,)) if each.action is Action.CORRECTED]
    assert all(each.probability_at_0 == 1.0 and each.wins(0) for each in fitting)
    assert sum(each.wins(180) for each in fitting) / COUNT == pytest.approx(0.5 ** (180 / 240), abs=0.03)
    assert not any(each.wins(181) for each in fitting)
    wrong = [each for each in many(payer, edits=(RECORDS,)) if each.action is Action.CORRECTED]
    assert all(each.probability_at_0 == 0.0 and each.wins_through == -1 for each in wrong)
    [denial] = denied(payer)
    assert by_action(denial, payer)[Action.CORRECTED].wins_through == -1


def test_a_corrected_claim_that_meets_another_rule_wins_as_its_dice_say() -> None:
    """The chance tells the truth on average, and each single outcome is what the payer decides of the claim."""
    after = SmallRule(
        "after", Family.NECESSITY, "50", lambda _c, line, _d: "25" in line.procedure.modifiers, probability=0.35
    )
    payer = SmallPayer("p", needs_modifier(), after)
    maker = outcomes(payer)
    won = 0
    for serial in range(COUNT):
        [denial] = denied(payer, serial, edits=(MODIFIER,))
        outcome = maker.of(denial)[0]
        assert outcome.probability_at_0 == pytest.approx(0.65)
        correction = correction_of(denial)
        assert correction is not None
        decided = payer.decide(correction.claim, TOLD, replaces=denial.decision)
        assert outcome.wins(0) is (not decided.denied)
        won += outcome.wins(0)
    assert won / COUNT == pytest.approx(0.65, abs=0.03)


def test_only_the_lines_that_the_payer_would_cover_come_back() -> None:
    second = SmallRule("never", Family.COVERAGE, "96", lambda _c, line, _d: line.number == 2)
    payer = SmallPayer("p", replace(needs_modifier(), whole_claim=True), second)
    edits = (MODIFIER, Edit(EditKind.MODIFIER, 2, "25"))
    [denial] = denied(payer, 1, 100, 300, edits=edits)
    corrected = by_action(denial, payer)[Action.CORRECTED]
    assert (corrected.won_lines, corrected.cents) == ((1,), 8_000)
    assert corrected.probability_at_0 == pytest.approx(0.25)


def test_another_payers_timely_filing_ends_a_rebill() -> None:
    late = SmallRule("late", Family.TIMELY, "29", lambda _c, _l, day: (day - SERVED).days > 90)
    payer, sister = SmallPayer("p", always("ended", Family.ELIGIBILITY, "27")), SmallPayer("sister", late)
    edit = Edit(EditKind.ELIGIBILITY, coverage=claim().coverage, payer="sister")
    [denial] = denied(payer, edits=(edit,))
    corrected = by_action(denial, payer, sister)[Action.CORRECTED]
    assert corrected.window_days == 90 - (TOLD - SERVED).days
    assert 0 <= corrected.wins_through <= corrected.window_days


def test_records_that_do_not_exist_win_nothing_and_weaken_the_rest() -> None:
    made = many(SmallPayer("p", always("no", Family.NECESSITY, "50")), documented=False)
    assert not any(each.wins(0) for each in made if each.action is Action.WITH_RECORDS)
    appeals = [each for each in made if each.action is Action.APPEAL]
    assert sum(each.wins(0) for each in appeals) / COUNT == pytest.approx(0.4 * 0.35, abs=0.02)


def test_exclusions_hardly_ever_win_and_a_found_authorization_mostly() -> None:
    [excluded] = denied(payer := SmallPayer("p", always("no", Family.COVERAGE, "96")))
    assert by_action(excluded, payer)[Action.APPEAL].probability_at_0 == 0.03
    [limit] = denied(payer := SmallPayer("p", always("no", Family.COVERAGE, "119")))
    assert by_action(limit, payer)[Action.APPEAL].probability_at_0 == 0.4
    edit = Edit(EditKind.AUTHORIZATION, text="A1")
    [found] = denied(payer := SmallPayer("p", always("no", Family.AUTHORIZATION, "197")), edits=(edit,))
    assert by_action(found, payer)[Action.RECONSIDERATION].probability_at_0 == 0.85


def test_a_payer_file_that_says_nothing_of_a_cause_lets_no_review_win() -> None:
    payer = SmallPayer("p", always("no", Family.TIMELY, "29"), wins={"necessity": REVIEW["wins"]["necessity"]})
    [denial] = denied(payer)
    assert all(each.wins_through == -1 for each in outcomes(payer).of(denial))


def test_a_won_review_brings_back_the_dearest_line_and_most_of_the_others() -> None:
    payer = SmallPayer("p", always("no", Family.NECESSITY, "50"))
    maker = outcomes(payer)
    kept = 0
    for serial in range(1_000):
        [denial] = denied(payer, serial, 100, 300, 200)
        appeal = maker.of(denial)[2]
        assert 2 in appeal.won_lines
        assert appeal.cents == sum({1: 8_000, 2: 24_000, 3: 16_000}[number] for number in appeal.won_lines)
        kept += 3 - len(appeal.won_lines)
    assert kept / 2_000 == pytest.approx(0.1, abs=0.02)


def test_lags_have_the_payers_median() -> None:
    made = many(SmallPayer("p", always("no", Family.NECESSITY, "50")))
    lags = sorted(each.lag_days for each in made)
    assert lags[len(lags) // 2] == pytest.approx(30, abs=1)
    assert lags[0] >= 1


def test_a_duplicate_put_right_brings_no_new_money() -> None:
    payer = SmallPayer("p", SmallRule("repeated", Family.DUPLICATE, "18", lambda made, *_: made.frequency == "1"))
    denials = [d for n in range(20) for d in denied(payer, n, edits=(Edit(EditKind.FREQUENCY, text="P1"),))]
    made = [by_action(denial, payer) for denial in denials]
    assert made
    for outcomes_of in made:
        corrected, appeal = outcomes_of[Action.CORRECTED], outcomes_of[Action.APPEAL]
        assert (corrected.probability_at_0, corrected.cents) == (1.0, 0)
        assert corrected.wins(0)
        assert appeal.cents > 0
