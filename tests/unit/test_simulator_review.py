from __future__ import annotations

from datetime import date

import pytest

from denialml.claims import replace
from denialml.simulator.choices import Choice
from denialml.simulator.data import document
from denialml.simulator.edits import EditKind, applied
from denialml.simulator.medicine import Medicine
from denialml.simulator.review import Experience, PreSendReview
from denialml.simulator.visit import Ready
from denialml.simulator.worlds import blueprint
from simulated_world import World, rosters, run

Looked = list[tuple[Ready, Ready, Choice | None]]


@pytest.fixture(scope="module")
def world() -> World:
    return run(2_500)


def look(world: World, random_share: float = 0.0, *, heard: tuple[str, str] | None = None, seed: int = 1) -> Looked:
    review = PreSendReview(blueprint("group"), Medicine(), rosters(), seed, random_share)
    if heard:
        for _ in range(30):
            review.heard(*heard, denied=True)
    return [(ready, *review.look(ready, day)) for day, ready in world.ready]


def test_a_claim_that_no_rule_speaks_of_goes_out_as_it_is(world: World) -> None:
    looked = look(world)
    quiet = [(before, after) for before, after, choice in looked if choice is None]
    assert len(quiet) > len(looked) / 2
    assert all(before is after for before, after in quiet)


def test_what_is_fixed_are_open_edits_of_the_claim(world: World) -> None:
    fixed = [
        (before, after, choice)
        for before, after, choice in look(world)
        if choice is not None and choice.action.startswith("fixed")
    ]
    assert fixed
    for before, after, choice in fixed:
        done = [edit for edit in before.edits if edit not in after.edits]
        assert done
        assert after.claim == applied(done, before.claim)
        assert all(edit.kind.value in choice.action for edit in done)


def test_looking_puts_most_missing_modifiers_right_and_passing_none(world: World) -> None:
    kinds = {"looked": [0, 0], "passed": [0, 0]}
    for before, after, choice in look(world):
        if choice is not None and choice.rule == "missing modifier":
            entry = kinds["passed" if choice.action == "passed" else "looked"]
            entry[0] += sum(edit.kind is EditKind.MODIFIER for edit in before.edits)
            entry[1] += sum(edit.kind is EditKind.MODIFIER for edit in after.edits)
    assert kinds["passed"][0] == kinds["passed"][1] > 0
    assert kinds["looked"][1] < 0.6 * kinds["looked"][0]


def test_propensities_are_those_of_the_choice_made(world: World) -> None:
    """With time enough, the rule's own chance; over many seeds claims are looked at as often as told."""
    looks = {each["rule"]: each["looks"] for each in document("office.yaml")["review"]}
    told, happened = 0.0, 0
    for seed in range(6):
        for _, _, choice in look(world, seed=seed):
            if choice is None:
                continue
            passed = choice.action == "passed"
            chance = 1 - choice.propensity if passed else choice.propensity
            assert chance in (pytest.approx(looks[choice.rule]), 0.0)
            told += chance
            happened += not passed
    assert happened == pytest.approx(told, rel=0.06)


def test_minutes_run_out(world: World) -> None:
    """All claims on one day: no more is looked at than the billers have minutes for."""
    review = PreSendReview(blueprint("group"), Medicine(), rosters(), 1)
    choices = [review.look(ready, date(2026, 3, 2))[1] for ready in world.claims]
    minutes = {each["rule"]: each["minutes"] for each in document("office.yaml")["review"]}
    spent = sum(minutes[choice.rule] for choice in choices if choice is not None and choice.action != "passed")
    budget = sum(biller["minutes"] for biller in blueprint("group").billers) * 12
    assert budget - 20 < spent <= budget
    assert any(choice is not None and choice.propensity == 1.0 and choice.action == "passed" for choice in choices)


def test_a_random_slice_is_decided_by_a_coin_whatever_the_claim(world: World) -> None:
    choices = [choice for _, _, choice in look(world, 0.2)]
    random = [choice for choice in choices if choice is not None and choice.random]
    assert len(random) / len(choices) == pytest.approx(0.2, abs=0.03)
    assert {choice.propensity for choice in random} == {0.5}
    passed = sum(choice.action == "passed" for choice in random) / len(random)
    assert passed == pytest.approx(0.5, abs=0.08)


def test_what_was_denied_often_is_looked_at(world: World) -> None:
    rules = [choice.rule for _, _, choice in look(world, heard=("prairie", "99213")) if choice is not None]
    assert "known trouble" in rules
    assert "known trouble" not in [choice.rule for _, _, choice in look(world) if choice is not None]


def test_experience_fades(world: World) -> None:
    claim = world.claims[0].claim
    line = claim.lines[0]
    claim = replace(claim, lines=(line,))
    experience = Experience({"denied": 0.25, "answers": 20, "remembered": 60})
    for denied in [True] * 19:
        experience.heard("prairie", line.procedure.code, denied=denied)
    assert not experience.troubles("prairie", claim)
    experience.heard("prairie", line.procedure.code, denied=True)
    assert experience.troubles("prairie", claim)
    for _ in range(200):
        experience.heard("prairie", line.procedure.code, denied=False)
    assert not experience.troubles("prairie", claim)


def test_an_edit_of_cover_makes_it_another_payers_claim(world: World) -> None:
    for before, after, _ in look(world, 1.0):
        done = [edit for edit in before.edits if edit not in after.edits]
        for edit in done:
            if edit.payer:
                assert (after.payer, after.claim.coverage) == (edit.payer, edit.coverage)
                assert after.cover.payer == edit.payer


def test_the_same_seed_chooses_the_same(world: World) -> None:
    assert [choice for _, _, choice in look(world, 0.1)] == [choice for _, _, choice in look(world, 0.1)]
