"""People's choices: what putting a claim right before sending brought, and the slice that a coin decides."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from denialml.service.simulation import SimulationConfig, simulate
from written_history import Row, WrittenHistory

SHARE = 0.3


def test_what_was_fixed_before_sending_is_decided_as_its_edits_foretold(history: WrittenHistory) -> None:
    """A claim with all of its edits made, and one with none of them, is decided as the edits' row says."""
    went_to = {sent.claim.control_number: sent.claim.payer_id for sent in reversed(history.sent) if not sent.refused}
    decided = {
        (row["payer"], row["control_number"], row["line_number"]): row
        for row in history.truth("lines")
        if row["version"] == 1 and not row["draft"]
    }
    edits = history.truth("edits")
    made: dict[str, set[bool]] = defaultdict(set)
    for row in edits:
        made[row["control_number"]].add(row["fixed_before_sending"])
    checked = Counter[bool]()
    for row in edits:
        number = row["control_number"]
        if row["kind"] != "all" or number not in went_to or len(made[number]) > 1:
            continue
        line, fixed = decided[went_to[number], number, row["line_number"]], row["fixed_before_sending"]
        assert line["edited_before"] is fixed
        assert line["true_probability"] == row["probability_after" if fixed else "probability"], number
        assert line["denied"] in {row["denied_after" if fixed else "denied_before"], None}, number
        checked[fixed] += line["denied"] is not None
    refused = {sent.claim.control_number for sent in history.sent if sent.refused}
    assert refused & {row["control_number"] for row in edits}
    assert checked[True] > 50
    assert checked[False] > 300


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> WrittenHistory:
    """A history in which a coin decides a share of everything that people choose."""
    directory: Path = tmp_path_factory.mktemp("mixed") / "practice"
    simulate(directory, SimulationConfig(claims=2_000, months=8, seed=4, random_share=SHARE))
    return WrittenHistory(directory)


def test_a_share_of_all_claims_is_looked_over_by_the_coin(mixed: WrittenHistory) -> None:
    by_coin = [row for row in mixed.truth("choices") if row["kind"] == "review" and row["random"]]
    claims = {sent.claim.control_number for sent in mixed.sent} | {each.control_number for each in mixed.drafts}
    assert len(by_coin) / len(claims) == pytest.approx(SHARE, abs=0.04)
    assert {(row["rule"], row["propensity"]) for row in by_coin} == {("random", 0.5)}
    passed = sum(row["action"] == "passed" for row in by_coin)
    assert passed / len(by_coin) == pytest.approx(0.5, abs=0.06)


def test_a_share_of_the_desks_work_is_drawn_at_random(mixed: WrittenHistory) -> None:
    worked: list[Row] = [r for r in mixed.truth("choices") if r["kind"] == "denial" and r["action"] != "none"]
    by_coin = [row for row in worked if row["random"]]
    assert SHARE / 2 < len(by_coin) / len(worked) < 2 * SHARE
    assert {row["rule"] for row in by_coin} == {"drawn at random"}
    assert all(0 < row["propensity"] <= 1 for row in worked)
    assert len({row["action"] for row in by_coin}) >= 3
