"""Every rule has the same shape: its number, words, source, layer and reasons; and the reference is current."""

import re
from pathlib import Path

import pytest

from denialml import codes
from denialml.scrub.catalogue import rules
from denialml.scrub.reference import ABSENT, read_cases, render
from denialml.scrub.rule import ClaimRule, LineRule, words
from scrub_world import FOLDER

DOCS = Path(__file__).parents[2] / "docs" / "reference" / "rules"
# The numbers that the catalogue of edits gives out; those between are free.
RANGES = [(1, 56), (60, 75), (80, 106), (110, 112), (120, 133), (140, 151)]
RULES = rules()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_declares_all_that_a_reader_needs(rule: ClaimRule | LineRule) -> None:
    assert re.fullmatch(r"S\d{3}", rule.id)
    module = rule.check.__module__.rsplit(".", 1)[1]
    assert module.startswith(rule.id.lower() + "_"), "the module's name begins with the rule's number"
    assert 1 <= rule.layer <= 7
    assert rule.stages
    assert rule.prevents or rule.layer == 1, "only syntax, which an acknowledgement refuses, prevents no reason"
    assert all(re.fullmatch(r"[A-Z]{0,2}\d{1,3}", each) for each in rule.prevents)
    assert all(re.fullmatch(r"(M|MA|N)\d{1,3}", each) for each in rule.remarks)
    assert not rule.words.title[0].islower()
    assert not rule.words.title.endswith(".")
    for text in rule.words[1:]:
        assert text.endswith((".", "?")), f"a sentence ends: {text}"


def test_numbers_are_given_out_once_and_none_is_forgotten() -> None:
    numbers = [rule.id for rule in RULES]
    assert len(set(numbers)) == len(numbers)
    given = {f"S{n:03d}" for low, high in RANGES for n in range(low, high + 1)}
    assert set(numbers) | set(ABSENT) == given
    assert not set(numbers) & set(ABSENT)


def test_every_reason_named_is_in_the_table_of_reasons() -> None:
    assert {reason for rule in RULES for reason in rule.prevents} <= set(codes.reasons())


@pytest.mark.parametrize(
    ("docstring", "problem"),
    [
        ("S001: title.\n\nWhat:\n    x\n\nWhy:\n    y\n\nSource:\n    z\n", "sections"),
        ("S001: title.\n\nWhat:\n\nWhy:\n    y\n\nSource:\n    z\n\nFix:\n    f\n", "says something"),
    ],
)
def test_a_rule_without_its_words_does_not_load(docstring: str, problem: str) -> None:
    with pytest.raises(AssertionError, match=problem):
        words(docstring)


def test_the_reference_is_current() -> None:
    pages = render(read_cases(FOLDER / "cases"))
    assert {path.name for path in DOCS.glob("*.md")} == set(pages)
    stale = [name for name, page in pages.items() if (DOCS / name).read_text("utf-8") != page]
    assert not stale, "write it anew: python -m denialml.scrub.reference docs/reference/rules tests/scrub/cases"
