"""Laws of expected amounts, whatever the contract and the lines."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contract_cases import agreement, fee_row, medicare, service
from denialml.contracts import Agreement, Service, expected

_CODES = ("11001", "11002", "11003", "45380", "45385", "97110", "97112", "99213")
_MARKS = st.sampled_from(((), ("25",), ("RT",), ("50",), ("80",), ("62",), ("50", "59")))
_PERCENTS = st.decimals(0, 200, places=1)


@st.composite
def doors(draw: st.DrawFn) -> Any:
    """Medicare's values, drawn: of surgery, two endoscopies and their base, therapy and a visit."""

    def row(**values: Any) -> Any:
        cents = draw(st.integers(0, 90_000))
        shares = {"bilateral": "1", "assistant": "2", "co_surgeon": "1"}
        return fee_row(work=str(Decimal(cents + 1) / 100), practice="1.5", **shares, **values)

    family = {"multiple": "3", "endoscopic_base": "45378"}
    return medicare(
        c11001=row(multiple="2"), c11002=row(multiple="2"), c11003=row(multiple="2"), c45378=row(multiple="2"),
        c45380=row(**family), c45385=row(**family), c97110=row(multiple="5"), c97112=row(multiple="5"),
        c99213=row(multiple="0"),
    )  # fmt: skip


lines = st.lists(st.builds(lambda code, marks: (code, marks), st.sampled_from(_CODES), _MARKS), min_size=1, max_size=5)
contracts = st.builds(
    lambda percent, caps: agreement(medicare_percent=percent, lesser_of_charge=caps), _PERCENTS, st.booleans()
)


def numbered(drawn: list[tuple[str, tuple[str, ...]]], charge: int = 10**9) -> list[Service]:
    return [service(code, *marks, charge=charge, number=n) for n, (code, marks) in enumerate(drawn, 1)]


def cents(line: Service, others: list[Service], contract: Agreement, door: Any) -> int | None:
    return expected(line, others, contract, door).cents


@settings(deadline=None)
@given(doors(), lines, contracts, st.integers(0, 20_000))
def test_never_above_the_charge_with_the_clause_and_never_below_zero(
    door: Any, drawn: list[Any], contract: Agreement, charge: int
) -> None:
    own, *others = numbered(drawn, charge)
    found = cents(own, others, contract, door)
    if found is not None:
        assert found >= 0
        assert found <= charge or not contract.terms.lesser_of_charge


@settings(deadline=None)
@given(doors(), lines, contracts, st.integers(1, 4), st.integers(1, 4))
def test_more_units_are_never_worth_less(door: Any, drawn: list[Any], contract: Agreement, few: int, more: int) -> None:
    own, *others = numbered(drawn)
    amounts = [
        cents(service(own.code, *own.modifiers, units=units, charge=10**9), others, contract, door)
        for units in (few, few + more)
    ]
    if None not in amounts:
        assert amounts[0] <= amounts[1]  # type: ignore[operator]


@settings(deadline=None)
@given(doors(), lines)
def test_other_lines_only_ever_reduce(door: Any, drawn: list[Any]) -> None:
    own, *others = numbered(drawn)
    alone, beside = cents(own, [], agreement(), door), cents(own, others, agreement(), door)
    if alone is not None and beside is not None:
        assert beside <= alone


@settings(deadline=None)
@given(doors(), lines, st.randoms(use_true_random=False))
def test_the_order_of_the_other_lines_does_not_count(door: Any, drawn: list[Any], random: Any) -> None:
    own, *others = numbered(drawn)
    shuffled = others.copy()
    random.shuffle(shuffled)
    assert expected(own, others, agreement(), door) == expected(own, shuffled, agreement(), door)


@settings(deadline=None)
@given(doors(), st.lists(_PERCENTS, max_size=3), st.sampled_from(_CODES))
def test_factors_multiply(door: Any, percents: list[Decimal], code: str) -> None:
    marks = {f"U{place}": percent for place, percent in enumerate(percents, 1)}
    plain = cents(service(code), [], agreement(), door)
    found = cents(service(code, *marks), [], agreement(modifier_percents=marks), door)
    assert plain is not None
    wanted = Fraction(plain)
    for percent in percents:
        wanted *= Fraction(percent) / 100
    assert found is not None
    assert abs(found - wanted) <= Fraction(1, 2)


@settings(deadline=None)
@given(doors(), lines, contracts)
def test_a_step_stands_for_every_amount_and_a_reason_for_none(door: Any, drawn: list[Any], contract: Agreement) -> None:
    own, *others = numbered(drawn)
    found = expected(own, others, contract, door)
    if found.cents is None:
        assert found.reason
    else:
        assert found.steps
        assert all(step.words and step.source for step in found.steps)
