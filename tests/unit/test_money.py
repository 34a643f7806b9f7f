import pytest
from hypothesis import given
from hypothesis import strategies as st

from denialml import money


@pytest.mark.parametrize(
    ("text", "cents"),
    [("0", 0), ("12.5", 1250), ("-.07", -7), ("3", 300), ("100.00", 10000), (".5", 50), ("7.", 700), ("1.230", 123)],
)
def test_reads_plain_decimals(text: str, cents: int) -> None:
    assert money.cents_from_text(text) == cents


@pytest.mark.parametrize(
    "text",
    ["", "-", ".", "1e9", "NaN", "1,000", "1.234", "+5", " 1", "1 ", "٣", "--1", "9" * 25, "1.2.3", "0x10", "9" * 18],
)
def test_refuses_what_is_no_money(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        money.cents_from_text(text)


@given(st.integers(-(10**15), 10**15))
def test_text_and_cents_are_inverse(cents: int) -> None:
    assert money.cents_from_text(money.text_from_cents(cents)) == cents


@pytest.mark.parametrize("text", ["1234,50", "25,00", "1,23", "(-5)", "-5-", "+-5", "1 $2", "$$5", "()", "", "$"])
def test_a_comma_parts_thousands_and_a_sign_stands_once(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        money.cents_as_written(text)


def test_text_is_the_shortest() -> None:
    assert [money.text_from_cents(c) for c in (0, 5, -7, 50, 1250, 300, -12345)] == [
        "0", ".05", "-.07", ".5", "12.5", "3", "-123.45",
    ]  # fmt: skip


def test_dollars_for_people() -> None:
    assert money.dollars(123456) == "$1,234.56"
    assert money.dollars(-5) == "-$0.05"


@given(st.integers(-(10**9), 10**9), st.integers(-1000, 1000), st.integers(1, 1000))
def test_share_is_rounded_half_away_from_zero(cents: int, numerator: int, denominator: int) -> None:
    share = money.share_of(cents, numerator, denominator)
    assert abs(2 * (share * denominator - cents * numerator)) <= denominator
    assert money.share_of(-cents, numerator, denominator) == -share


def test_share_needs_a_positive_denominator() -> None:
    with pytest.raises(ValueError, match="positive"):
        money.share_of(1, 1, 0)
