"""What a biller may rely on: what must not matter does not, and what must matter moves the risk the right way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from denialml.learning.config import TrainConfig
from denialml.learning.model import RiskModel, fit
from denialml.learning.score import score
from denialml.learning.splits import check_lines, plan_split
from denialml.learning.table import Table
from learning_table import AS_OF, GROUPS, PROCEDURES, make_table, truth

TABLE = make_table(20_000)
SPLIT = plan_split(TABLE, AS_OF, TrainConfig())
TEST = check_lines(TABLE, SPLIT)
NEEDS_AUTHORIZATION = TEST.where(np.asarray(TEST.rows["procedure"].isin(PROCEDURES[:4])))


@pytest.fixture(scope="module")
def model() -> RiskModel:
    return fit(TABLE, SPLIT.stage, TrainConfig(), GROUPS).model


def _with(table: Table, **values: Any) -> Table:
    return replace(table, rows=table.rows.assign(**values))


def test_who_the_claim_is_of_does_not_matter(model: RiskModel) -> None:
    """Invariance: names and numbers that identify a claim or a payer's label are not looked at."""
    renamed = _with(TEST, control_number="X", claim_id=1, line_id=1, payer_name="Somebody else")
    assert np.array_equal(model.probability(renamed), model.probability(TEST))


def test_the_order_of_lines_does_not_matter(model: RiskModel) -> None:
    backwards = replace(TEST, rows=TEST.rows.iloc[::-1].reset_index(drop=True))
    assert np.array_equal(model.probability(backwards)[::-1], model.probability(TEST))


def test_a_line_scored_alone_is_scored_the_same(model: RiskModel) -> None:
    whole = model.probability(TEST)
    for row in (0, 17, len(TEST) - 1):
        alone = TEST.where(np.arange(len(TEST)) == row)
        assert model.probability(alone)[0] == whole[row]


def test_the_label_and_what_came_after_are_not_looked_at(model: RiskModel) -> None:
    later = _with(TEST, denied=True, denied_cents=1, allowed_cents=1, label_known_on=pd.Timestamp("2030-01-01"))
    assert np.array_equal(model.probability(later), model.probability(TEST))


def test_an_unknown_payer_and_procedure_are_scored(model: RiskModel) -> None:
    strange = _with(TEST, payer="P9", payer_code="P9", procedure_code="00000")
    probability = model.probability(strange)
    assert ((probability > 0) & (probability < 1)).all()


def test_an_authorization_number_lowers_the_risk_where_it_is_needed(model: RiskModel) -> None:
    with_number = model.probability(_with(NEEDS_AUTHORIZATION, has_prior_authorization_number=1.0))
    without = model.probability(_with(NEEDS_AUTHORIZATION, has_prior_authorization_number=0.0))
    assert (with_number < without).all()
    assert without.mean() > 3 * with_number.mean()


def test_and_far_less_elsewhere(model: RiskModel) -> None:
    def effect(lines: Table) -> float:
        with_number = model.probability(_with(lines, has_prior_authorization_number=1.0))
        return float((model.probability(_with(lines, has_prior_authorization_number=0.0)) - with_number).mean())

    elsewhere = TEST.where(np.asarray(~TEST.rows["procedure"].isin(PROCEDURES[:4])))
    assert effect(elsewhere) < 0.25 * effect(NEEDS_AUTHORIZATION)


def test_a_payer_that_denies_more_is_riskier(model: RiskModel) -> None:
    mean = {payer: model.probability(_with(TEST, payer=payer, payer_code=payer)).mean() for payer in ("P1", "P4")}
    assert mean["P4"] > 1.5 * mean["P1"]


def test_a_worse_history_raises_the_risk(model: RiskModel) -> None:
    low = model.probability(_with(TEST, payer_procedure_rate_90=0.02)).mean()
    high = model.probability(_with(TEST, payer_procedure_rate_90=0.30)).mean()
    assert high > low + 0.02


def test_the_missing_authorization_is_the_reason_told(model: RiskModel) -> None:
    scores = score(model, _with(NEEDS_AUTHORIZATION, has_prior_authorization_number=0.0))
    column = scores.groups.index("authorization")
    assert (scores.contributions[:, column] > 0).all()
    leads = {scores.table.names[lead] for lead in scores.leads[:, column]}
    assert leads == {"has_prior_authorization_number"}


def test_a_claim_is_at_least_as_risky_as_its_riskiest_line(model: RiskModel) -> None:
    scores = score(model, TEST)
    riskiest = scores.claims.max(scores.probability)
    assert (scores.claim_probability >= riskiest - 1e-9).all()
    assert (scores.claim_probability <= scores.claims.sum(scores.probability) + 1e-9).all()


def test_most_of_what_can_be_known_is_learnt(model: RiskModel) -> None:
    """The mean gap to the true probability is well under that of knowing the payer alone."""
    true = truth(TEST.rows)
    by_payer = pd.Series(true).groupby(TEST.rows["payer"]).transform("mean")
    assert np.abs(model.probability(TEST) - true).mean() < 0.4 * np.abs(by_payer - true).mean()
