"""Laws of the ledger over made-up remittances: balanced or parked, exactly once, whatever the order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from denialml import codes, ledger
from denialml.claims import Adjustment, ClaimPayment, replace
from denialml.codes import Treatment
from denialml.ledger import Disposition, Known, KnownClaim, PostingPlan, RemittanceAsRead
from posting_cases import as_read, known, known_claim, payment, plb, post_all, reversal, service
from posting_cases import plan as post

CLAIMS = 6
EXAMPLES = settings(max_examples=60, deadline=None, derandomize=True, database=None)

GROUPS = [*["CO"] * 12, *["PR"] * 4, "OA", "OA", "PI", "CR"]
REASONS = [*["45", "50", "16", "97", "133", "23", "94"] * 3, "253", "104", "1", "2", "1", "2", "????"]
MOVES = {Treatment.CONTRACTUAL, Treatment.SEQUESTRATION, Treatment.WITHHOLD, Treatment.PATIENT}


def our_claims() -> list[KnownClaim]:
    return [known_claim(10000, 5000, number=f"C{serial}", identity=serial) for serial in range(1, CLAIMS + 1)]


@st.composite
def services(draw: st.DrawFn, charge: int, code: str) -> object:
    """A service in balance, most of the time."""
    adjustments = draw(
        st.lists(
            st.builds(Adjustment, st.sampled_from(GROUPS), st.sampled_from(REASONS), st.integers(-500, 6000)),
            max_size=3,
        )
    )
    off = draw(st.sampled_from([0] * 19 + [1]))
    return service(charge, charge - sum(a.amount_cents for a in adjustments) + off, *adjustments, code=code)


@st.composite
def payments(draw: st.DrawFn, serial: int | None = None) -> ClaimPayment:
    """An answer to one of our claims, to none of them, or to a part of one."""
    number = f"C{serial or draw(st.integers(1, CLAIMS + 1))}"
    both = [draw(services(10000, "99213")), draw(services(5000, "99214"))]
    chosen = draw(st.sampled_from([both, both, both[:1], both[::-1]]))
    status = draw(st.sampled_from([*["1"] * 8, "4", "4", "19", "2", "25", "7"]))
    return payment(*chosen, number=number, status=status)  # type: ignore[arg-type]  # a drawn service


@st.composite
def remittances(draw: st.DrawFn, trace: str = "T1") -> RemittanceAsRead:
    """A remittance with provider adjustments, out of balance now and then."""
    answers = draw(st.lists(payments(), max_size=5))
    reversed_ = [reversal(each) for each in answers if draw(st.sampled_from([False, False, True]))]
    adjustments = draw(
        st.lists(st.builds(plb, st.sampled_from(["WO", "L6", "CS", "FB"]), st.integers(-900, 900)), max_size=2)
    )
    source = as_read(*draw(st.permutations([*answers, *reversed_])), adjustments=adjustments, trace=trace)
    off = draw(st.sampled_from([0] * 9 + [1]))
    return replace(source, remittance=replace(source.remittance, payment_cents=source.remittance.payment_cents + off))


def entries(plans: Sequence[PostingPlan]) -> list[ledger.Entry]:
    every = [each for plan in plans for each in (*plan.claims, *plan.adjustments, *plan.unreadable)]
    return [entry for each in every if each.transaction for entry in each.transaction.entries]


@EXAMPLES
@given(remittances())
def test_every_transaction_sums_to_zero_and_cash_is_the_payment(source: RemittanceAsRead) -> None:
    plan = post(source, known(*our_claims()))
    for each in (*plan.claims, *plan.adjustments):
        if each.transaction:
            assert sum(entry.amount_cents for entry in each.transaction.entries) == 0
            assert all(entry.amount_cents for entry in each.transaction.entries)
    cash = sum(entry.amount_cents for entry in entries([plan]) if entry.account is ledger.Account.CASH_CLEARING)
    paid = sum(read.payment.paid_cents for read in source.payments)
    assert cash == paid - sum(read.adjustment.amount_cents for read in source.adjustments)


@EXAMPLES
@given(remittances())
def test_posted_and_parked_are_all_of_it(source: RemittanceAsRead) -> None:
    plan = post(source, known(*our_claims()))
    assert [claim.answer.span for claim in plan.claims] == [read.span for read in source.payments]
    assert len(plan.adjustments) == len(source.adjustments)
    for claim, read in zip(plan.claims, source.payments, strict=True):
        assert claim.payment.paid_cents == read.payment.paid_cents
        assert (claim.disposition is Disposition.PARKED) == (claim.parked is not None)
        if claim.parked:
            assert claim.parked.amount_cents == read.payment.paid_cents
    suspense = sum(-e.amount_cents for e in entries([plan]) if e.account is ledger.Account.SUSPENSE_REMIT)
    parked = sum(claim.parked.amount_cents for claim in plan.claims if claim.parked)
    assert suspense == parked - sum(each.parked.amount_cents for each in plan.adjustments if each.parked)


@EXAMPLES
@given(remittances())
def test_what_is_owed_on_a_line_is_charge_less_paid_less_adjustments(source: RemittanceAsRead) -> None:
    what = known(*our_claims())
    plan = post(source, what)
    charged = {line.id: line.charge_cents for versions in what.claims.values() for c in versions for line in c.lines}
    owed: Counter[int | None] = Counter(charged)
    for entry in entries([plan]):
        if entry.account is ledger.Account.AR_INSURER:
            owed[entry.line_id] += entry.amount_cents
    expected: Counter[int | None] = Counter(charged)
    for claim in plan.claims:
        if claim.disposition is not Disposition.POSTED:
            continue
        for posted in claim.services:  # a reversal's own amounts are its original's, negated
            moved = [a for a in posted.service.adjustments if _moves(a, plan)]
            expected[posted.line_id] -= posted.service.paid_cents + sum(a.amount_cents for a in moved)
    assert {k: v for k, v in owed.items() if v} == {k: v for k, v in expected.items() if v}
    assert min(owed.values()) >= 0


def _moves(adjustment: Adjustment, plan: PostingPlan) -> bool:
    return codes.treatment(adjustment.group, adjustment.reason, plan.noticed_on) in MOVES


@EXAMPLES
@given(st.data())
def test_the_order_of_independent_remittances_does_not_matter(data: st.DataObject) -> None:
    """Each answers another claim; claims keep their rows and the books are the same."""
    sources = [as_read(data.draw(payments(serial)), trace=f"T{serial}") for serial in range(1, CLAIMS + 1)]
    what = known(*our_claims())
    usual = post_all(sources, what)
    turned = post_all(data.draw(st.permutations(sources)), what)
    assert {plan.payment_key: plan for plan in usual} == {plan.payment_key: plan for plan in turned}


@EXAMPLES
@given(remittances())
def test_posting_again_adds_nothing(source: RemittanceAsRead) -> None:
    first, *rest = post_all([source, source, source], known(*our_claims()))
    assert not first.repeated
    assert all(plan.repeated and not plan.claims and not plan.adjustments for plan in rest)


@EXAMPLES
@given(remittances())
def test_the_plan_is_a_function_of_what_it_is_given(source: RemittanceAsRead) -> None:
    what = known(*our_claims())
    assert post(source, what) == post(source, what)


@EXAMPLES
@given(remittances(), remittances())
def test_keys_are_never_used_twice(first: RemittanceAsRead, second: RemittanceAsRead) -> None:
    plans = post_all([first, replace(second, remittance=replace(second.remittance, trace="T2"))], Known())
    keys = [
        key
        for plan in plans
        for each in (*plan.claims, *plan.adjustments)
        for key in (each.transaction and each.transaction.key, each.parked and each.parked.key)
        if key
    ]
    assert len(set(keys)) == len(keys)
