from __future__ import annotations

from denialml.worklist import AllowedHistory, AllowedSum
from denialml.worklist.allowed import MINIMUM_LINES

ENOUGH = MINIMUM_LINES


def test_a_payers_own_history_with_the_procedure_speaks_first() -> None:
    history = AllowedHistory([AllowedSum(1, "99213", ENOUGH, 10_000, 6_000), AllowedSum(2, "99213", 90, 10_000, 1_000)])
    expected = history.expected(1, "99213", 5_000)
    assert expected.cents == 3_000
    assert expected.basis == f"{ENOUGH} paid lines of this payer and procedure"


def test_a_thin_history_is_answered_by_the_next_wider_one() -> None:
    history = AllowedHistory(
        [AllowedSum(1, "99213", ENOUGH - 1, 1_000, 1_000), AllowedSum(1, "99214", 1, 9_000, 4_000)]
    )
    assert history.expected(1, "99213", 1_000).cents == 500  # 5,000 of 10,000 over both procedures
    assert history.expected(1, "99213", 1_000).basis.endswith("this payer, all procedures")


def test_a_new_payer_is_judged_by_the_procedure_and_a_new_procedure_by_everything() -> None:
    history = AllowedHistory([AllowedSum(1, "99213", ENOUGH, 1_000, 700)])
    assert history.expected(9, "99213", 1_000).basis.endswith("this procedure, all payers")
    assert history.expected(9, "00000", 1_000).basis.endswith("all payers and procedures")


def test_without_history_the_national_median_answers_and_never_the_charge() -> None:
    assert AllowedHistory([]).expected(1, "99213", 10_000).cents == 4_000


def test_more_than_the_charge_is_never_expected() -> None:
    history = AllowedHistory([AllowedSum(1, "99213", ENOUGH, 1_000, 1_500)])
    assert history.expected(1, "99213", 1_000).cents == 1_000
