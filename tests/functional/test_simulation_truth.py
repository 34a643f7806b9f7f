"""The truth beside a history, held against its files: what it says happened did, and what it says would have, does."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from denialml.service.simulation import SimulationReport
from denialml.simulator.actions import Action
from denialml.simulator.appeals import Appeal, Evidence, Level, Note
from denialml.simulator.policy import load_payers
from written_history import Row, Sent, WrittenHistory


@pytest.fixture(scope="module")
def keys() -> dict[str, str]:
    """Payers' keys by their identifiers."""
    return {policy.data["payer"]["identifier"]: key for key, policy in load_payers().items()}


@pytest.fixture(scope="module")
def versions(history: WrittenHistory, keys: dict[str, str]) -> dict[tuple[str, str], list[list[Row]]]:
    """The lines of the truth that were sent, by payer's key and control number: each version's, in order."""
    found: dict[tuple[str, str], dict[tuple[date, int], list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in history.truth("lines"):
        if not row["draft"]:
            found[keys[row["payer"]], row["control_number"]][row["known_on"], row["version"]].append(row)
    return {claim: [each[number] for number in sorted(each)] for claim, each in found.items()}


def test_lines_are_those_of_the_files(history: WrittenHistory) -> None:
    """Of what reached a payer. Claims that one payer forwarded to the next by itself stand in no file of ours."""
    reached = [sent.claim for sent in history.sent if not sent.refused]
    found = {
        (claim.control_number, line.number, claim.payer_id, line.procedure.code, line.service_from, draft)
        for claims, draft in ((reached, False), (history.drafts, True))
        for claim in claims
        for line in claim.lines
    }
    rows = history.truth("lines")
    known = {
        (r["control_number"], r["line_number"], r["payer"], r["procedure"], r["served_on"], r["draft"]) for r in rows
    }
    forwarded = {
        answer.payment.control_number
        for answers in history.answers.values()
        for answer in answers
        if answer.payment.status == "19"
    }
    assert found <= known
    assert {row[0] for row in known - found} == forwarded
    # A payer that turned a claim away may see it again when it pays second, and not as a new version.
    identities = {(r["control_number"], r["line_number"], r["payer"], r["version"], r["known_on"]) for r in rows}
    assert len(identities) == len(rows)


def test_what_payers_said_is_what_the_truth_says(
    history: WrittenHistory, versions: dict[tuple[str, str], list[list[Row]]]
) -> None:
    """Version by version. A won appeal is answered too; what it brings stands among the actions."""
    won = {
        (number.partition("-")[0], history.appeals[number].control_number)
        for number, ruling in history.rulings.items()
        if ruling.lines
    }
    compared = 0
    for claim, each in versions.items():
        happened = [
            {row["line_number"]: row["denied"] for row in rows} for rows in each if rows[0]["denied"] is not None
        ]
        said = [answer.denied for answer in history.decisions(*claim)]
        if claim in won:
            assert said[: len(happened)][0] == happened[0]
        else:
            assert said == happened, claim
        compared += len(said)
    assert compared > 2_500
    assert history.answers.keys() <= versions.keys()


@pytest.fixture(scope="module")
def firsts(history: WrittenHistory) -> list[Row]:
    """The lines that a payer answered for the first time, as the payer who pays first."""
    first = {
        (sent.claim.payer_id, sent.claim.control_number)
        for sent in history.sent
        if not sent.refused and sent.claim.coverage.sequence == "P"
    }
    found: dict[tuple[Any, Any], Row] = {}
    for row in history.truth("lines"):
        if row["version"] == 1 and row["denied"] is not None and (row["payer"], row["control_number"]) in first:
            found.setdefault((row["control_number"], row["line_number"]), row)  # turned to another payer later or not
    return list(found.values())


def test_first_answers_are_counted_in_the_report(simulated: SimulationReport, firsts: list[Row]) -> None:
    assert len(firsts) == simulated.answered_lines
    assert sum(row["denied"] for row in firsts) == simulated.denied_lines
    claims = {(row["payer"], row["control_number"]): False for row in firsts}
    claims |= {(row["payer"], row["control_number"]): True for row in firsts if row["denied"]}
    assert len(claims) == simulated.answered_claims
    assert sum(claims.values()) == simulated.denied_claims


def test_nothing_is_answered_after_today_and_recent_claims_wait(
    simulated: SimulationReport, history: WrittenHistory
) -> None:
    rows = history.truth("lines")
    today = simulated.config.as_of
    assert all(row["known_on"] <= today for row in rows)
    assert all((row["denied"] is None) is (row["draft"] or row["pays_on"] > today) for row in rows)
    drafts = [row for row in rows if row["draft"]]
    assert all(row["known_on"] > simulated.config.last_sent for row in drafts)
    assert len({round(row["true_probability"], 6) for row in drafts}) > 5


def test_probabilities_come_true(history: WrittenHistory) -> None:
    rows = [row for row in history.truth("lines") if row["version"] == 1 and row["denied"] is not None]
    denied = [row["denied"] for row in rows]
    probabilities = [row["true_probability"] for row in rows]
    assert all(0 < probability < 1 for probability in probabilities)
    assert sum(probabilities) == pytest.approx(sum(denied), rel=0.1)
    assert roc_auc_score(denied, probabilities) > 0.75
    likely = [row for row in rows if row["true_probability"] > 0.6]
    assert likely
    assert all(row["true_reason"] and row["true_family"] for row in likely)


def test_shares_of_causes_add_up(history: WrittenHistory) -> None:
    shares = Counter[tuple[str, int, int]]()
    for row in history.truth("causes"):
        assert 0 < row["probability"] < 1
        shares[row["control_number"], row["line_number"], row["version"]] += row["share"]
    # A line that two payers decided has the causes of both.
    assert all(min(abs(total - 1), abs(total - 2)) < 1e-9 for total in shares.values())
    assert sum(abs(total - 1) < 1e-9 for total in shares.values()) > 0.95 * len(shares)


def test_edits_help_more_than_they_harm(history: WrittenHistory) -> None:
    rows = [row for row in history.truth("edits") if row["kind"] == "all"]
    saved = sum(row["denied_before"] and not row["denied_after"] for row in rows)
    lost = sum(row["denied_after"] and not row["denied_before"] for row in rows)
    assert saved > 5 * lost > 0 or (saved > 20 and lost == 0)
    assert sum(row["probability"] - row["probability_after"] for row in rows) > 0.5 * saved


@dataclass(frozen=True)
class Taken:
    """An action that somebody took, at an age of the denial in days."""

    denial: Row
    outcome: Row
    age: int


def outcomes(history: WrittenHistory) -> dict[tuple[str, str], Row]:
    return {(row["denial"], row["action"]): row for row in history.truth("actions")}


def denials(history: WrittenHistory) -> dict[str, Row]:
    return {row["denial"]: row for row in history.truth("denials")}


def test_appeals_are_ruled_as_their_outcomes_foretold(history: WrittenHistory) -> None:
    """A first level at the age of its filing; a second one, which runs from the ruling on the first."""
    known, told = outcomes(history), denials(history)
    checked = Counter[bool]()
    for number, ruling in history.rulings.items():
        appeal = history.appeals[number]
        denial = number.rpartition("-")[0]
        since = appeal.told_on
        if appeal.level is Level.SECOND:
            since = history.rulings[f"{denial}-1"].decided_on
        assert appeal.told_on == told[denial]["told_on"]
        outcome = known[denial, _action(appeal)]
        won = (appeal.filed_on - since).days <= outcome["wins_through"]
        if ruling.note is not Note.RULED:
            assert bool(ruling.lines) is won, number
            assert not won or list(ruling.lines) == [int(line) for line in outcome["won_lines"].split()]
            checked[won] += 1
    assert min(checked[True], checked[False]) > 5


def _action(appeal: Appeal) -> str:
    records = appeal.level is Level.APPEAL and Evidence.RECORDS in appeal.evidence
    return Action.WITH_RECORDS if records else Action(appeal.level)


def test_corrected_claims_come_back_as_their_outcomes_foretold(history: WrittenHistory) -> None:
    """Where one denial was told of a claim and it went back to the same payer."""
    known = outcomes(history)
    by_decision: dict[str, list[Row]] = defaultdict(list)
    for row in history.truth("denials"):
        by_decision[row["denial"].rpartition("-")[0]].append(row)
    checked = Counter[bool]()
    for sent in history.sent:
        found = by_decision[f"{sent.payer}-{sent.claim.reference('F8')}"]
        if sent.claim.frequency != "7" or sent.refused or len(found) != 1:
            continue
        (denial,) = found
        answer = _next_answer(history, sent)
        if denial["control_number"] != sent.claim.control_number or answer is None:
            continue
        outcome = known[denial["denial"], "corrected"]
        won = (sent.day - denial["told_on"]).days <= outcome["wins_through"]
        lines = [int(line) for line in denial["lines"].split()]
        covered = {int(line) for line in outcome["won_lines"].split()} if won else set()
        assert {line for line in lines if not answer[line]} == covered, sent.claim.control_number
        checked[won] += 1
    assert checked[True] > 15


def _next_answer(history: WrittenHistory, sent: Sent) -> dict[int, bool] | None:
    heard = history.decisions(sent.payer, sent.claim.control_number)
    return next((a.denied for a in heard if a.day > sent.day and a.payment.frequency == sent.claim.frequency), None)


def test_actions_win_up_to_the_age_that_their_die_allows(history: WrittenHistory) -> None:
    for row in history.truth("actions"):
        assert 0 <= row["probability_at_0"] <= 1
        assert 0 <= row["die"] < 1
        assert -1 <= row["wins_through"] <= row["window_days"]
        assert row["minutes"] > 0 < row["lag_days"]
        age = row["wins_through"]
        if age >= 0:
            assert row["die"] < row["probability_at_0"] * 0.5 ** (age / row["half_life_days"])
            assert row["cents"] >= 0
            assert row["won_lines"]
    actions = Counter(row["action"] for row in history.truth("actions"))
    assert set(actions) == {action.value for action in Action}
    assert len(set(actions.values())) == 1


def test_denials_are_those_that_remits_told(history: WrittenHistory, keys: dict[str, str]) -> None:
    for row in history.truth("denials"):
        payer = keys[row["payer"]]
        told = [a for a in history.answers[payer, row["control_number"]] if a.day == row["told_on"]]
        lines = [int(line) for line in row["lines"].split()]
        assert any(all(answer.denied[line] for line in lines) for answer in told if not answer.reverses)
    assert len(denials(history)) == len(history.truth("denials")) > 200


def test_choices_have_propensities_and_match_what_was_done(history: WrittenHistory) -> None:
    choices = history.truth("choices")
    assert all(0 < row["propensity"] <= 1 for row in choices)
    assert not any(row["random"] for row in choices)  # nobody asked for it
    filed = Counter(appeal.filed_on for appeal in history.appeals.values())
    chosen = Counter(
        row["day"] for row in choices if row["kind"] == "denial" and row["action"] not in {"none", "corrected"}
    )
    assert chosen == filed
    fixed = {row["control_number"] for row in choices if row["action"].startswith("fixed")}
    edited = {row["control_number"] for row in history.truth("lines") if row["edited_before"] and row["version"] == 1}
    assert fixed <= edited
    assert len(edited) > len(fixed) > 20  # the others were put right after a clearinghouse had sent them back


def test_bounds_say_how_well_the_best_of_all_models_could_do(
    simulated: SimulationReport, history: WrittenHistory, firsts: list[Row]
) -> None:
    bounds: dict[str, Any] = json.loads((history.directory / "truth" / "bounds.json").read_text("utf-8"))
    lines, claims, schedules = bounds["lines"]["all"], bounds["claims"]["all"], bounds["schedules"]
    assert (lines["count"], lines["denied"]) == (simulated.answered_lines, simulated.denied_lines)
    assert (claims["count"], claims["denied"]) == (simulated.answered_claims, simulated.denied_claims)
    denied, scores = [row["denied"] for row in firsts], [row["true_probability"] for row in firsts]
    assert lines["realised_auc"] == pytest.approx(roc_auc_score(denied, scores), abs=1e-4)
    assert lines["realised_average_precision"] == pytest.approx(average_precision_score(denied, scores), abs=1e-3)
    for each in (lines, claims):
        assert each["bayes_auc"] >= each["realised_auc"] - 0.025
        assert each["expected_denied"] == pytest.approx(each["denied"], rel=0.1)
    assert set(bounds["lines"]["payers"]) == {payer.payer for payer in simulated.payers}
    assert 0 < schedules["desk_cents"] <= schedules["bound_cents"] <= schedules["winnable_cents"]
    assert set(schedules["simple_cents"]) == {"expected dollars a minute", "largest dollars first", "oldest first"}
    assert all(0 < cents <= schedules["bound_cents"] for cents in schedules["simple_cents"].values())
    assert schedules["cases"] == len(history.truth("denials"))
    fixes = {row["kind"] for row in bounds["fixes"]}
    assert fixes == {row["kind"] for row in history.truth("edits")}


def test_changes_are_dated_and_lie_in_the_history(simulated: SimulationReport, history: WrittenHistory) -> None:
    changes = json.loads((history.directory / "truth" / "changes.json").read_text("utf-8"))
    days = [date.fromisoformat(change["date"]) for change in changes]
    assert days == sorted(days)
    assert min(days) >= simulated.config.start
    assert max(days) <= simulated.config.as_of
    assert {change["kind"] for change in changes} >= {"policy", "clearinghouse edit", "code update"}


def test_the_report_stands_beside_published_figures(simulated: SimulationReport) -> None:
    assert all(figure.published and figure.source and figure.simulated for figure in simulated.figures)
    assert len(simulated.figures) >= 50
    measured = [figure for figure in simulated.figures if figure.within_a_fifth is not None]
    assert sum(bool(figure.within_a_fifth) for figure in measured) > len(measured) / 2
