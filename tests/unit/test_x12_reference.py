"""The reference of transactions is written from the guides, and says everything that they hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from denialml.x12 import reference
from denialml.x12.faults import kinds
from denialml.x12.guide import TRANSACTIONS, guide

PAGES = Path(__file__).parents[2] / "docs/reference/x12"
BY_HAND = {"fuzzing.md"}


def test_the_pages_are_written_from_these_guides() -> None:
    there = {path.name: path.read_text(encoding="utf-8") for path in PAGES.iterdir() if path.name not in BY_HAND}
    assert there == reference.render(), "run: python -m denialml.x12.reference docs/reference/x12"


@pytest.mark.parametrize("transaction", TRANSACTIONS)
def test_a_page_tells_every_loop_and_rule_with_what_to_do(transaction: str) -> None:
    page = reference.render()[f"{transaction}.md"]
    for loop in guide(transaction).loops.values():
        assert not loop.id or f"\n## {loop.id}\n" in page
    for rule in guide(transaction).rules:
        assert f"| `{rule.id}` | {rule.loop or 'transaction'} | {rule.say} | {rule.do} |" in page


def test_a_segment_is_told_with_usage_repeat_codes_and_conditions() -> None:
    page = reference.render()["270.md"]
    assert "### `REF`: other number of the person (S, at most 9)" in page
    assert "| INS02 | relation to the subscriber | R | ID | 2-2 | 01 19 34 |" in page
    assert "| EQ01 | service type | S, 99 times | ID | 1-2 | 1 2 3 " in page
    assert "Conditions: at least one of EQ01, EQ02." in page


def test_the_index_tells_every_transaction_and_every_fault() -> None:
    page = reference.render()[reference.INDEX]
    for transaction in TRANSACTIONS:
        of = guide(transaction)
        assert f"| [{transaction}]({transaction}.md) | {of.title} | {of.set_id} | {of.group} | {of.version} |" in page
    for code, kind in kinds().items():
        assert f"| `{code}` | {kind.severity.value} | {kind.message} | {kind.remedy} |" in page
