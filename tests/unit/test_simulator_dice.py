from __future__ import annotations

from collections import Counter

import pytest

from denialml.simulator.dice import Dice, Weighted


def draws(seed: int, concern: str, count: int = 5_000) -> list[float]:
    dice = Dice(seed, concern)
    return [dice.uniform() for _ in range(count)]


def test_a_concern_repeats_itself_and_differs_from_others() -> None:
    assert draws(7, "visits") == draws(7, "visits")
    assert draws(7, "visits") != draws(7, "coding")
    assert draws(7, "visits") != draws(8, "visits")


def test_the_stream_is_fixed_for_all_time() -> None:
    """The first numbers of a stream as first published: a change here changes every history ever simulated."""
    assert [round(number, 12) for number in draws(1, "visits", 3)] == [0.596933513932, 0.267325413143, 0.243662732642]


def test_weighted_choices_come_by_their_weight() -> None:
    dice = Dice(3, "weights")
    counts = Counter(dice.weighted(Weighted.of({"a": 1, "b": 3})) for _ in range(20_000))
    assert counts["b"] / 20_000 == pytest.approx(0.75, abs=0.015)


def test_a_lognormal_has_its_median_and_spread() -> None:
    dice = Dice(3, "lognormal")
    numbers = sorted(dice.lognormal(10, 0.5) for _ in range(20_000))
    assert numbers[10_000] == pytest.approx(10, rel=0.03)
    assert numbers[16_827] == pytest.approx(10 * 2.718281828**0.5, rel=0.04)


def test_a_chance_takes_one_number_whatever_its_probability() -> None:
    certain, never = Dice(5, "chance"), Dice(5, "chance")
    assert certain.chance(1.0)
    assert not never.chance(0.0)
    assert certain.uniform() == never.uniform()


def test_digits_do_not_start_with_zero() -> None:
    dice = Dice(5, "digits")
    assert all(len(text) == 4 and text[0] != "0" for text in (dice.digits(4) for _ in range(500)))
