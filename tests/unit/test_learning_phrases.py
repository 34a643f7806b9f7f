"""A biller's sentences: every declared feature has words, and the fact in them is the line's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from denialml.features.declarations import FEATURES
from denialml.features.levels import OUTCOME_LEVELS
from denialml.features.vocabulary import FAMILIES, GROUPS
from denialml.learning.phrases import Facts, edits, phrases, sentences
from denialml.learning.table import Table

NAMES = {feature.name for feature in FEATURES}


def table(**facts: Any) -> Table:
    """Lines to one payer of one procedure with the given features; lists give one value a line."""
    count = max((len(value) for value in facts.values() if isinstance(value, list)), default=1)
    keys = {"payer": ["P3"] * count, "payer_name": ["Payer 3"] * count, "procedure": ["99213"] * count}
    return Table(pd.DataFrame({**keys, **facts}), tuple(facts), (), "", "")


def told(name: str, **facts: Any) -> list[str]:
    asked = table(**facts)
    return sentences(Facts(asked), name, np.arange(len(asked)))


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_every_feature_has_a_sentence_for_every_kind_of_value(feature: Any) -> None:
    values: list[Any] = ["", "X"] if feature.kind == "category" else [0.0, 1.0, 2.5, 40.0, np.nan]
    facts = {each.name: [0.0] * len(values) for each in FEATURES if each.kind == "number"} | {feature.name: values}
    for sentence in told(feature.name, **facts):
        assert sentence[0].isupper() or sentence[0].isdigit()
        assert "{" not in sentence
        assert "nan" not in sentence
        assert "_" not in sentence


def test_the_words_speak_of_declared_things_only() -> None:
    words = phrases()
    assert set(words.history) == {level.name for level in OUTCOME_LEVELS}
    assert set(words.families) == set(FAMILIES)
    assert set(words.edits) <= set(GROUPS)
    named = set(words.content) | set(words.told_by) | set(words.told_by.values())
    named |= {name for rows in words.history.values() for row in rows for name in row.when}
    named |= {name for rows in words.edits.values() for row in rows for name in row.when}
    assert named <= NAMES


def test_a_rate_tells_the_counts_behind_it() -> None:
    counts = {"payer_procedure_lines_90": [97.0, 3.0], "payer_procedure_denied_90": [40.0, 1.0]}
    assert told("payer_procedure_rate_90", **counts, payer_procedure_rate_90=0.4) == [
        "Payer 3 denied 41% of 97 lines of 99213 in the last 90 days",
        "Payer 3 denied 1 of 3 lines of 99213 in the last 90 days",
    ]


def test_a_family_is_named_and_counted_among_all_lines() -> None:
    counts = {"payer_procedure_lines_365": 50.0, "payer_procedure_denied_for_authorization_365": 10.0}
    assert told("payer_procedure_rate_for_authorization_365", **counts) == [
        "Payer 3 denied 20% of 50 lines of 99213 in the last 365 days for authorization"
    ]


def test_a_missing_authorization_is_told_with_what_it_meant_before() -> None:
    facts = {
        "has_prior_authorization_number": [0.0, 1.0, 0.0],
        "payer_procedure_authorization_lines_365": [45.0, 80.0, 0.0],
        "payer_procedure_authorization_denied_365": [28.0, 4.0, 0.0],
        "payer_procedure_authorization_rate_365": [0.6, 0.05, 0.1],
        "payer_procedure_lines_365": 125.0,
        "payer_procedure_denied_365": 32.0,
        "payer_procedure_rate_365": 0.25,
    }
    missing, present, silent = told("has_prior_authorization_number", **facts)
    assert missing == (
        "No prior authorization number on the claim; "
        "Payer 3 denied 62% of 45 lines of 99213 without one in the last 365 days"
    )
    assert present == (
        "A prior authorization number is on the claim; "
        "Payer 3 denied 5% of 80 lines of 99213 with one in the last 365 days"
    )
    assert silent == (
        "No prior authorization number on the claim; no answer yet on lines of 99213 without one in the last 365 days; "
        "Payer 3 denied 26% of 125 lines of 99213 in the last 365 days"
    )


def test_recency_and_drift_are_told_in_words() -> None:
    assert told("payer_procedure_days_since_denial", payer_procedure_days_since_denial=[12.0, np.nan]) == [
        "Last denial by Payer 3 of lines of 99213: 12 days ago",
        "No denial by Payer 3 yet of lines of 99213",
    ]
    assert told("payer_rate_change_30", payer_rate_change_30=[0.124, -0.05]) == [
        "Payer 3 denied lines more often in the last 30 days than over the year, by 12 points",
        "Payer 3 denied lines less often in the last 30 days than over the year, by 5 points",
    ]


def test_facts_of_the_claim_are_shown_in_their_unit() -> None:
    assert told("line_charge_cents", line_charge_cents=123456.0) == ["The line is charged $1,234.56"]
    assert told("expected_allowed_ratio", expected_allowed_ratio=0.42) == [
        "Payer 3 allows about 42% of the charge for such lines"
    ]
    assert told("patient_days_since_line", patient_days_since_line=[np.nan, 9.0]) == [
        "The patient's first claim here",
        "The patient's last claim was 9 days ago",
    ]
    assert told("coverage_kind", coverage_kind=["MB", ""]) == [
        "Kind of cover: filing indicator MB",
        "Kind of cover: filing indicator not given",
    ]


def test_an_unnamed_payer_goes_by_its_identifier() -> None:
    asked = table(payer_days_since_denial=3.0)
    asked.rows["payer_name"] = ""
    assert sentences(Facts(asked), "payer_days_since_denial", np.array([0])) == [
        "Last denial by P3 of lines: 3 days ago"
    ]


def test_an_edit_fits_the_line_and_never_changes_a_fact() -> None:
    asked = table(has_prior_authorization_number=[0.0, 1.0])
    missing, present = edits(Facts(asked), "authorization", np.array([0, 1]))
    assert missing.startswith("If an authorization was obtained, add its number")
    assert present.startswith("Check that the authorization covers")
    assert edits(Facts(asked), "demographics", np.array([0])) == [""]
