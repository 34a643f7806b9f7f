"""Laws of claims to second payers: from any answer in balance comes a claim in balance, that is written and read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from denialml import x12
from denialml.claims import Adjustment, Claim, ClaimPayment, ServicePayment, replace
from denialml.scrub import standard
from denialml.submission import AnswerAsTold, Held, HeldReason, secondary_claim
from denialml.x12.faults import Fault
from denialml.x12.validate import validate
from posting_cases import our_claim, payment, service
from scrub_world import context_of
from second_covers import OF_SPOUSE, SECOND
from x12_cases import CHILD, batch

EXAMPLES = settings(max_examples=150, deadline=None, derandomize=True, database=None)
DAY = date(2026, 2, 1)
REASONS = ["45", "1", "2", "3", "97", "50", "253", "23"]

adjustments = st.lists(
    st.builds(
        Adjustment,
        st.sampled_from(["CO", "PR", "OA", "PI"]),
        st.sampled_from(REASONS),
        st.integers(-3000, 6000).filter(bool),
        st.none() | st.integers(1, 3).map(Decimal),
    ),
    max_size=4,
).map(tuple)


@st.composite
def services(draw: st.DrawFn, number: int, charge: int) -> list[ServicePayment]:
    """What a payer decided of a line, in one part or, as payers do, in two."""
    cut = draw(st.integers(0, charge)) if draw(st.booleans()) else charge
    parts = []
    for part in [cut, charge - cut] if cut != charge else [charge]:
        taken = draw(adjustments)
        paid = part - sum(a.amount_cents for a in taken)
        parts.append(
            service(part, paid, *taken, code=f"9921{2 + number}", units=draw(st.sampled_from([None, Decimal(1)])))
        )
    return parts


@st.composite
def cases(draw: st.DrawFn) -> tuple[Claim, AnswerAsTold]:
    """A claim of one to four lines and the first payer's answer, in balance at both levels."""
    charges = draw(st.lists(st.integers(100, 20000), min_size=1, max_size=4))
    claim = our_claim("0000000001Y", *charges, other_payers=(draw(st.sampled_from([SECOND, OF_SPOUSE])),))
    if draw(st.booleans()):
        claim = replace(claim, patient=CHILD, coverage=replace(claim.coverage, relationship=""))
    own = draw(adjustments)
    if draw(st.integers(0, 4)) == 0:  # decided as a whole
        paid = claim.charge_cents - sum(a.amount_cents for a in own)
        return claim, _answer(payment(charge_cents=claim.charge_cents, paid_cents=paid, adjustments=own), ())
    of_lines = [(number, each) for number, c in enumerate(charges, 1) for each in draw(services(number, c))]
    of_lines = list(draw(st.permutations(of_lines)))
    told = payment(*(each for _, each in of_lines), adjustments=own)
    told = replace(told, paid_cents=told.paid_cents - sum(a.amount_cents for a in own))
    return claim, _answer(told, tuple(number for number, _ in of_lines))


def _answer(told: ClaimPayment, lines: tuple[int, ...]) -> AnswerAsTold:
    return AnswerAsTold(told, DAY, lines)


@EXAMPLES
@given(cases())
def test_a_balanced_answer_gives_a_balanced_claim_that_reads_back(case: tuple[Claim, AnswerAsTold]) -> None:
    claim, answer = case
    made = secondary_claim(claim, [answer])
    assert isinstance(made, Claim)
    (first,) = made.other_payers
    paid = next(a.cents for a in first.amounts if a.qualifier == "D")
    assert paid == answer.payment.paid_cents
    taken = sum(a.amount_cents for a in first.adjustments)
    for line in made.lines:
        for decided in line.adjudications:
            of_line = sum(a.amount_cents for a in decided.adjustments)
            assert decided.paid_cents + of_line == line.charge_cents
            taken += of_line
    assert claim.charge_cents - taken == paid
    shares = [*answer.payment.adjustments, *(a for each in answer.payment.services for a in each.adjustments)]
    kept = [*first.adjustments, *(a for line in made.lines for each in line.adjudications for a in each.adjustments)]
    assert _patients(kept) == _patients(shares)
    found = {each.code for each in standard().run(made, context_of({"payer": "commercial"}, {})).findings}
    assert found.isdisjoint({"S125", "S127"})
    content = x12.write(batch([made]))  # the writer itself reads back and compares
    assert x12.Reading.of(content).claims == (made,)
    assert [each for each in validate(content) if isinstance(each, Fault)] == []


@EXAMPLES
@given(cases(), st.integers(-500, 500).filter(bool))
def test_an_answer_out_of_balance_gives_none(case: tuple[Claim, AnswerAsTold], off: int) -> None:
    claim, answer = case
    wrong = replace(answer.payment, paid_cents=answer.payment.paid_cents + off)
    made = secondary_claim(claim, [AnswerAsTold(wrong, DAY, answer.lines)])
    assert isinstance(made, Held)
    assert made.reason is HeldReason.OUT_OF_BALANCE


@EXAMPLES
@given(cases())
def test_two_answers_that_share_the_lines_say_what_one_would(case: tuple[Claim, AnswerAsTold]) -> None:
    claim, whole = case
    told = replace(whole.payment, adjustments=())
    told = replace(told, paid_cents=sum(each.paid_cents for each in told.services))
    if not told.services:
        return
    halves = []
    for place, line in enumerate(whole.lines):
        part = told.services[place]
        halves.append(AnswerAsTold(replace(told, services=(part,), paid_cents=part.paid_cents), DAY, (line,)))
    assert secondary_claim(claim, halves) == secondary_claim(claim, [AnswerAsTold(told, DAY, whole.lines)])


def _patients(of: list[Adjustment]) -> int:
    return sum(a.amount_cents for a in of if a.group == "PR")
