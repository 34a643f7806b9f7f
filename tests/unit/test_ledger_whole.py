"""Which of the remittances with one trace number counts."""

from __future__ import annotations

from itertools import permutations

from denialml.ledger import Bearer, counting

A, B, C = (Bearer(key, "X", "T", cents) for key, cents in (("a", 100), ("b", 100), ("c", 200)))


def test_the_first_that_came_counts_unless_a_person_says_otherwise() -> None:
    assert counting([A, B, C]) == {"a"}
    assert counting([B, A]) == {"b"}
    assert counting([A, B, C], ["c"]) == {"c"}
    assert counting([A, B, C], ["c", "b"]) == {"b"}
    assert counting([A, B, C], ["b", "c", "b"]) == {"b"}


def test_what_a_person_says_holds_whatever_came_first() -> None:
    assert {counting(order, ["b"]) for order in permutations([A, B, C])} == {frozenset("b")}


def test_others_are_left_alone() -> None:
    other_trace, other_payer = Bearer("t", "X", "U", 100), Bearer("o", "Y", "T", 100)
    assert counting([A, other_trace, other_payer, B], ["b"]) == {"b", "t", "o"}


def test_paper_without_an_originator_is_told_by_its_amount() -> None:
    paper, of_y = Bearer("p", "", "T", 100, typed=True), Bearer("y", "Y", "T", 100)
    assert counting([paper, A, of_y]) == {"p"}
    assert counting([paper, A, of_y], ["a"]) == {"a"}
    assert counting([paper, A, of_y], ["a", "y"]) == {"a", "y"}  # these two are of two payers
    assert counting([paper, C]) == {"p", "c"}  # another amount, another check
    assert counting([Bearer("n", "", "T", 100), A]) == {"n", "a"}
