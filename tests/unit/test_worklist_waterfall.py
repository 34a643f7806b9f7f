from __future__ import annotations

import math
from datetime import date
from itertools import pairwise

import pytest

from denialml.service.waterfall import STEPS_SHOWN, waterfall
from denialml.store.claim_file import PredictionFacts, split_segments
from denialml.store.reads import ReasonRow


def predicted(*contributions: float, base: float | None = -2.0) -> PredictionFacts:
    log_odds = (base or 0.0) + sum(contributions)
    reasons = tuple(ReasonRow(f"group_{place}", value, "fact", "") for place, value in enumerate(contributions))
    return PredictionFacts(
        line_number=1,
        procedure="99213",
        probability=1 / (1 + math.exp(-log_odds)),
        base_log_odds=base,
        expected_allowed_cents=0,
        expected_denied_cents=0,
        model_name="denial-risk",
        model_version="1",
        as_of=date(2026, 6, 30),
        reasons=reasons,
    )


def test_steps_join_and_end_at_the_predicted_probability() -> None:
    facts = predicted(0.5, -0.75, 1.5)
    steps = waterfall(facts)
    assert [step.kind for step in steps] == ["base", "raises", "lowers", "raises", "total"]
    assert all(later.start == pytest.approx(earlier.end) for earlier, later in pairwise(steps[:-1]))
    assert steps[-1].end == pytest.approx(steps[-2].end)
    assert steps[-1].probability == pytest.approx(facts.probability)


def test_many_small_reasons_are_summed_and_nothing_is_lost() -> None:
    facts = predicted(*[0.1 * place for place in range(1, STEPS_SHOWN + 4)])
    steps = waterfall(facts)
    assert len(steps) == STEPS_SHOWN + 3
    assert steps[-2].label == "3 smaller reasons"
    assert steps[-1].probability == pytest.approx(facts.probability)


def test_one_reason_beyond_the_limit_is_shown_by_its_name() -> None:
    steps = waterfall(predicted(*[0.1 * place for place in range(1, STEPS_SHOWN + 2)]))
    assert not any("smaller" in step.label for step in steps)


@pytest.mark.parametrize("base", [-800.0, 800.0])
def test_extreme_log_odds_do_not_overflow(base: float) -> None:
    assert waterfall(predicted_at(base))[-1].probability in {0.0, 1.0}


def predicted_at(base: float) -> PredictionFacts:
    return PredictionFacts(1, "", 0.5, base, 0, 0, "", "", date(2026, 6, 30), ())


def test_without_a_base_there_is_no_waterfall() -> None:
    assert waterfall(predicted(0.5, base=None)) == ()


def test_segments_are_split_by_the_terminator_of_their_own_interchange() -> None:
    first = b"ISA" + b"*" * 102 + b"~" + b"CLM*1~SE~"
    second = b"ISA" + b"*" * 102 + b"\n" + b"CLM*2~x\nLX*1\n"
    start = len(first) + 106
    assert split_segments(first + second, start, len(first + second)) == ("CLM*2~x", "LX*1")
    assert split_segments(first + second, 106, 112) == ("CLM*1",)
