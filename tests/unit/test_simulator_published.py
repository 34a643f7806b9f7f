"""Published figures are whole, counts of practices add up, and each figure is measured as its words say."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from denialml.errors import BadInputError
from denialml.service.simulation_report import Figure, SimulationReport, report_of
from denialml.simulator.config import SimulationConfig
from denialml.simulator.decisions import Decision, Family, Judgement, LineDecision, Verdict
from denialml.simulator.dice import Dice
from denialml.simulator.measures import MEASURES, Scope
from denialml.simulator.pricing import Price
from denialml.simulator.published import compare, published, published_from
from denialml.simulator.tally import PayerTally, Tally, quantile
from simulated_payer import claim

SENT = date(2026, 1, 5)
FEES = {"99213": 12_000, "93000": 12_000}
KINDS = {"a": "medicare", "b": "commercial", "c": "commercial"}


def decision(serial: int, reasons: tuple[str, str] = ("", ""), *, lag: int = 10, owed: int = 0) -> Decision:
    """Two lines of 300 dollars, each denied for a reason or allowed 120, of which the patient owes 20."""
    lines = []
    asked = claim(serial, "99213", "93000")
    for line, reason in zip(asked.lines, reasons, strict=True):
        verdict = Verdict(reason, "CO", (), whole_claim=False, rule="r", family=Family.CODING) if reason else None
        price = None if reason else Price(12_000, 10_000 - owed, 2_000, (), owed)
        lines.append(LineDecision(Judgement(line, 0.1, (), verdict), price, 10_000))
    return Decision(asked, f"N{serial}", SENT, SENT + timedelta(days=lag), tuple(lines))


def history(*decisions: Decision, key: str = "a", seed: int = 1) -> Tally:
    tally = Tally(payers={each: PayerTally(each.upper(), f"PAYER {each}", kind) for each, kind in KINDS.items()})
    dice = Dice(seed, "work")
    for each in decisions:
        tally.made(each.claim, FEES, draft=False)
        tally.payers[key].sent(each.claim)
        tally.payers[key].answered(each)
        tally.files["sent"] += 1
        tally.work.told(len(each.denied))
        if each.denied:
            tally.work.tried(Family.CODING, dice.below(200), first=True, won=dice.chance(0.5))
    return tally


def measured(tally: Tally, measure: str, *among: str, **scope: Any) -> float | None:
    return MEASURES[measure].take(tally, Scope(among, **scope))


MIXED = history(decision(1), decision(2, ("97", "")), decision(3, ("97", "50"), lag=20), decision(4, lag=50))


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        ("denied_claims", 2 / 4),
        ("denied_lines", 3 / 8),
        ("denied_dollars", 3 / 8),
        ("top_reason_share", 2 / 3),
        ("lag_median", 10),
        ("lines_a_claim", 2),
        ("charge_over_medicare", 2.5),
        ("allowed_to_charge", 0.4),
        ("patient_share", 1 / 6),
        ("contract_match", 1),
        ("never_worked", 1 / 3),
        ("first_pass", 2 / 4),
        ("attempts_a_denial", 1),
    ],
)
def test_a_measure_counts_what_its_words_say(measure: str, value: float) -> None:
    assert measured(MIXED, measure) == pytest.approx(value)


def test_a_measure_counts_only_what_is_in_scope() -> None:
    assert measured(MIXED, "denied_claims", "medicare") == 0.5
    assert measured(MIXED, "denied_claims", "a") == 0.5
    assert measured(MIXED, "denied_claims", "commercial") is None
    assert measured(MIXED, "reason_share", "50", "18") == pytest.approx(1 / 3)
    shares = [measured(MIXED, "lag_share", days=days) for days in ((0, 10), (11, 20), (21, 49), (50, 9_999))]
    assert shares == [0.5, 0.25, 0, 0.25]


def test_rejected_claims_are_not_paid_at_first() -> None:
    tally = history(decision(1), decision(2), decision(3))
    tally.payers["a"].rejected()
    assert measured(tally, "first_pass") == 3 / 4


def test_a_line_paid_otherwise_than_the_contract_says_does_not_match() -> None:
    assert measured(history(decision(1), decision(2, owed=500)), "contract_match") == 0.5


def test_overturned_is_by_cause_and_age() -> None:
    work = Tally().work
    for age, won in ((3, True), (29, False), (30, True), (95, False), (200, True)):
        work.tried(Family.DATA, age, first=True, won=won)
    work.tried(Family.NECESSITY, 3, first=False, won=False)
    tally = Tally(work=work)
    assert measured(tally, "overturned", "data", days=(0, 29)) == 0.5
    assert measured(tally, "overturned") == 0.5
    assert measured(tally, "overturned", "coding") is None
    assert measured(tally, "overturned_late", "data", days=(90, 9_999)) == 1
    assert (work.worked, work.attempts.total()) == (5, 6)


def test_counts_of_practices_add_up_in_any_order() -> None:
    parts = [
        history(decision(1), decision(2, ("97", "50")), key="a"),
        history(decision(3, ("18", "")), decision(4, lag=33, owed=1), key="b", seed=2),
        history(decision(5, ("", "16")), key="c", seed=3),
    ]
    both = [Tally(), Tally()]
    for tally, order in zip(both, (parts, parts[::-1]), strict=True):
        for part in order:
            tally.merge(part)
    assert both[0] == both[1]
    whole = both[0]
    assert (whole.claims, whole.lines, whole.files) == (5, 10, Counter(sent=5))
    assert whole.payers["b"].lags == {10: 1, 33: 1}
    assert whole.payers["c"].kind == "commercial"
    assert whole.work.attempts.total() == 3
    assert {c.published.slice: c.value for c in compare(whole) if c.published.measure == "denied_lines"} == {
        "Medicare": 50.0, "commercial": pytest.approx(100 / 3), "Medicaid": None, "managed Medicaid": None,
        "Medicare Advantage": None,
    }  # fmt: skip


def test_a_quantile_is_a_value_that_was_counted() -> None:
    counts = Counter({1: 1, 5: 2, 9: 1})
    assert [quantile(counts, share) for share in (0.25, 0.26, 0.75, 0.76)] == [1, 5, 5, 9]
    assert quantile(Counter(), 0.5) is None


def report(tally: Tally) -> SimulationReport:
    return report_of(Path("history"), SimulationConfig(claims=4, months=1), tally, 1.0)


def row(tally: Tally, figure: str) -> Figure:
    (found,) = (each for each in report(tally).figures if each.figure == figure)
    return found


def test_a_row_tells_both_figures_and_whether_they_are_within_a_fifth() -> None:
    assert row(MIXED, "allowed of charged: Medicare") == Figure(
        "allowed of charged: Medicare", "40.0%", "40%", within_a_fifth=True, difference="",
        source="Bai and Anderson, JAMA 2017: one over the median of charge to Medicare's fee", read="derived",
    )  # fmt: skip
    far = row(MIXED, "dollars charged denied at first: all payers")
    assert (far.simulated, far.published, far.within_a_fifth) == ("37.5%", "10.15% to 11.99%", False)
    assert far.difference.startswith("counted over hospital accounts")
    assert row(MIXED, "claims first answered after 16 to 30 days: Medicare").simulated == "25.0%"
    assert row(MIXED, "claims first answered after 61 and more days: Medicare").simulated == "0.00%"
    nothing = row(MIXED, "patient's share of allowed: commercial")
    assert (nothing.simulated, nothing.within_a_fifth) == ("nothing to measure", None)


def test_each_payer_has_its_own_row_where_the_figure_is_by_payer() -> None:
    names = [each.figure for each in report(MIXED).figures if each.figure.startswith("most frequent reason")]
    assert names == [f"most frequent reason, share of denied lines: PAYER {key}" for key in KINDS]


def test_the_report_sums_what_payers_answered() -> None:
    told = report(MIXED)
    assert (told.answered_lines, told.denied_lines, told.answered_claims, told.denied_claims) == (8, 3, 4, 2)
    assert (told.sent_files, told.remit_files) == (4, 0)
    assert (told.payers[0].top_reason, told.payers[0].median_lag, told.payers[1].denied_line_rate) == ("97", 10, 0.0)


def test_every_measure_has_a_published_figure_and_every_figure_a_source_and_a_mark() -> None:
    figures = published()
    assert {figure.measure for figure in figures} == set(MEASURES)
    assert all(figure.source and figure.low <= figure.high for figure in figures)
    assert len({(figure.measure, figure.slice, figure.scope) for figure in figures}) == len(figures)
    kinds = {"medicare", "medicaid", "managed medicaid", "advantage", "commercial"}
    for measure in ("denied_claims", "denied_lines", "denied_dollars"):
        assert {kind for each in figures if each.measure == measure for kind in each.scope.among} == kinds


def test_within_a_fifth_is_measured_from_the_ends() -> None:
    figure = replace(published()[0], low=10.0, high=20.0)
    assert [figure.near(value) for value in (7.99, 8.0, 15.0, 24.0, 24.01)] == [False, True, True, True, False]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"measure": "denied"}, "figure 3: unknown measure denied; known are denied_claims"),
        ({"colour": "red"}, "unknown key colour; known are among, at, days"),
        ({"scope": {}}, "unknown key scope"),
        ({"source": ""}, "a figure has a slice and a source; add them"),
        ({"read": "guessed"}, "read is one of assumed, derived, secondary, source"),
        ({"low": 3, "high": 4}, "a figure is a value, or low and high; give one of the two"),
        ({"among": ["veterans"]}, "veterans is no kind of payer"),
        ({"among": [22], "measure": "reason_share"}, "22 is read as a number; put it into quotation marks"),
        ({"among": ["luck"], "measure": "overturned"}, "luck is no cause of a denial"),
    ],
)
def test_a_figure_that_cannot_be_used_is_named(changes: dict[str, Any], message: str) -> None:
    good = {"measure": "denied_lines", "slice": "all", "value": 5, "source": "a study", "read": "source"}
    assert published_from(3, good).low == 5
    with pytest.raises(BadInputError, match=message):
        published_from(3, good | changes)
