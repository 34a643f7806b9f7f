"""Laws of a payer's remittances, whatever decisions replace one another and whatever faults strike."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from decided_claims import DENIED, PAYS_ON, decided
from denialml.claims import ClaimPayment
from denialml.simulator.decisions import Decision
from denialml.simulator.faults import FAULTS, Faults
from remit_files import issued, office, read

UNHURT = sorted(name for name, fault in FAULTS.items() if not fault.broken and name not in {"misdirected", "resent"})
EXAMPLES = settings(max_examples=60, deadline=None, derandomize=True, database=None)
FOR_ALL = 700  # days until everything that was begun is over


@st.composite
def chains(draw: st.DrawFn) -> list[Decision]:
    """Some claims, each with decisions that replace one another, on pay days in any order."""
    made: list[Decision] = []
    for serial in range(draw(st.integers(1, 6))):
        last: Decision | None = None
        for _ in range(draw(st.integers(1, 4))):
            pays_on = PAYS_ON + timedelta(days=7 * draw(st.integers(0, 20)))
            verdicts = (DENIED,) * draw(st.integers(0, 2))
            last = decided(serial, pays_on=pays_on, replaces=last, verdicts=verdicts)
            made.append(last)
    return made


@st.composite
def asked(draw: st.DrawFn) -> dict[str, float]:
    """A few faults, none so often that those excluding each other add up to more than one."""
    names = draw(st.lists(st.sampled_from(UNHURT), max_size=4, unique=True))
    return {name: draw(st.sampled_from([0.1, 0.25])) for name in names}


@EXAMPLES
@given(chains(), asked(), st.integers(1, 1_000), st.booleans())
def test_all_is_told_once_and_nothing_is_left_standing_but_the_last_answer(
    decisions: list[Decision], rates: dict[str, float], seed: int, keeps: bool
) -> None:
    faults = Faults({**rates, "misdirected": 0}, seed)
    desk = office(faults, seed, keeps_number=keeps)
    files = issued(desk, decisions, FOR_ALL)
    numbers = [decision.number for _, remit in files for decision in remit.decisions]
    assert sorted(numbers) == sorted(decision.number for decision in decisions)
    seen: dict[str, list[ClaimPayment]] = {}
    contents = {remit.content: (day, remit) for day, remit in files}  # a file that came twice is told once
    for _, _, payments, _ in read(contents.values()):
        for payment in payments:
            seen.setdefault(payment.control_number, []).append(payment)
    for decision in decisions:
        told = seen[decision.claim.control_number]
        standing = sum(payment.charge_cents for payment in told)
        assert standing in {decision.claim.charge_cents, 2 * decision.claim.charge_cents}
        if "duplicate-claim-in-file" not in rates:
            assert standing == decision.claim.charge_cents
        assert sum(payment.paid_cents for payment in told) >= 0
    assert {row.fault for row in faults.log} <= {*rates, *(name for name, fault in FAULTS.items() if fault.rate)}


@EXAMPLES
@given(chains(), st.integers(1, 1_000))
def test_each_reversal_undoes_what_was_told_last(decisions: list[Decision], seed: int) -> None:
    faults = Faults({"reversal-correction": 0.3, "takeback": 0.3, "misdirected": 0}, seed)
    current: dict[str, ClaimPayment] = {}
    for _, head, payments, adjustments in read(issued(office(faults, seed), decisions, FOR_ALL)):
        for payment in payments:
            key = payment.control_number
            if payment.status == "22":
                undone = current.pop(key)
                assert (payment.charge_cents, payment.paid_cents) == (-undone.charge_cents, -undone.paid_cents)
                assert payment.payer_control_number == undone.payer_control_number
            else:
                assert key not in current
                current[key] = payment
        assert head.payment_cents == sum(p.paid_cents for p in payments) - sum(a.amount_cents for a in adjustments)
    assert current.keys() == {decision.claim.control_number for decision in decisions}
