"""Posting one remittance: what goes to which account, what is parked and why, and that nothing is forced."""

from __future__ import annotations

from datetime import date

import pytest

from denialml import ledger
from denialml.claims import Adjustment, ClaimPayment, Procedure, replace
from denialml.errors import Finding, Severity
from denialml.ledger import Disposition, Known, charges
from denialml.x12.events import Refused, Segment, Span
from posting_cases import (
    NUMBER,
    RECEIVED,
    SPAN,
    as_read,
    balances,
    co,
    kinds,
    known,
    known_claim,
    payment,
    plan,
    plb,
    post_all,
    pr,
    reversal,
    service,
)

PAID = payment(service(10000, 6000, co("45", 3000), pr("2", 1000)))


def only_line(cents: int = 10000, **changes: object) -> Known:
    return known(known_claim(cents, **changes))


def test_payment_contract_and_share() -> None:
    posted = plan(as_read(PAID), only_line())
    (claim,) = posted.claims
    assert claim.disposition is Disposition.POSTED
    assert claim.services[0].line_id == 10
    assert balances(posted) == {
        "cash_clearing": 6000,
        "adj_contractual": 3000,
        "ar_patient": 1000,
        "ar_insurer": -10000,
    }


def test_entries_name_line_group_and_reason() -> None:
    (claim,) = plan(as_read(PAID), only_line()).claims
    assert claim.transaction is not None
    lines = {(e.account.value, e.group, e.reason): e.line_id for e in claim.transaction.entries}
    assert lines["adj_contractual", "CO", "45"] == 10
    assert lines["cash_clearing", "", ""] is None


@pytest.mark.parametrize(
    ("adjustment", "account"),
    [
        (co("253", 200), "adj_sequestration"),
        (co("104", 200), "withhold_receivable"),
        (co("2", 200), "adj_contractual"),
        (pr("45", 200), "ar_patient"),
        (Adjustment("OA", "94", 200), "adj_contractual"),
    ],
)
def test_where_an_adjustment_goes(adjustment: Adjustment, account: str) -> None:
    posted = plan(as_read(payment(service(10000, 9800, adjustment))), only_line())
    assert balances(posted) == {"cash_clearing": 9800, account: 200, "ar_insurer": -10000}


def test_the_share_of_a_claim_passed_on_is_the_next_payers() -> None:
    posted = plan(as_read(replace(PAID, status="19")), only_line())
    assert balances(posted)["ar_next_payer"] == 1000


@pytest.mark.parametrize("reason", ["50", "16", "97", "P30"])
def test_a_denial_moves_nothing(reason: str) -> None:
    posted = plan(as_read(payment(service(10000, 0, co(reason, 10000)), status="4")), only_line())
    assert posted.claims[0].disposition is Disposition.POSTED
    assert posted.claims[0].transaction is None


@pytest.mark.parametrize("adjustment", [Adjustment("OA", "133", 10000), Adjustment("OA", "23", 10000)])
def test_undecided_and_informational_amounts_move_nothing(adjustment: Adjustment) -> None:
    posted = plan(as_read(payment(service(10000, 0, adjustment))), only_line())
    assert balances(posted) == {}
    assert kinds(posted) == []


def test_paid_more_than_billed_keeps_its_sign() -> None:
    posted = plan(as_read(payment(service(10000, 12000, co("94", -2000)))), only_line())
    assert balances(posted) == {"cash_clearing": 12000, "adj_contractual": -2000, "ar_insurer": -10000}


def test_adjustments_of_the_claim_level_stay_with_the_claim_and_cash_is_clp04() -> None:
    answer = payment(
        service(10000, 10000), service(5000, 5000, code="99214"), adjustments=(co("253", 300),), paid_cents=14700
    )
    posted = plan(as_read(answer), known(known_claim(10000, 5000)))
    assert balances(posted) == {"cash_clearing": 14700, "adj_sequestration": 300, "ar_insurer": -15000}


def test_a_claim_of_one_line_decided_as_a_whole_is_the_line() -> None:
    answer = payment(charge_cents=10000, paid_cents=7000, adjustments=(co("45", 3000),))
    (claim,) = plan(as_read(answer), only_line()).claims
    assert claim.services[0].line_id == 10
    assert claim.services[0].derived
    assert claim.services[0].service.adjustments == (co("45", 3000),)
    assert claim.payment.adjustments == ()


def test_a_claim_denied_as_a_whole_denies_each_of_our_lines() -> None:
    answer = payment(status="4", charge_cents=15000, adjustments=(co("29", 15000),))
    (claim,) = plan(as_read(answer), known(known_claim(10000, 5000))).claims
    assert [(s.line_id, s.service.charge_cents, s.service.paid_cents) for s in claim.services] == [
        (10, 10000, 0),
        (11, 5000, 0),
    ]
    assert claim.transaction is None


def test_a_claim_of_several_lines_paid_as_a_whole_is_not_divided() -> None:
    answer = payment(charge_cents=15000, paid_cents=12000, adjustments=(co("45", 3000),))
    posted = plan(as_read(answer), known(known_claim(10000, 5000)))
    assert posted.claims[0].services == ()
    assert balances(posted) == {"cash_clearing": 12000, "adj_contractual": 3000, "ar_insurer": -15000}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (payment(service(10000, 6000, co("45", 3000))), "unbalanced_line"),
        (replace(PAID, charge_cents=10001), "unbalanced_claim"),
        (replace(PAID, charge_cents=9000, paid_cents=5000), "unbalanced_claim"),
        (replace(PAID, control_number="NOBODY"), "unmatched_claim"),
        (payment(service(10000, 10000, code="99499")), "unmatched_line"),
        (payment(service(9000, 9000)), "charge_differs"),
        (payment(charge_cents=9000, paid_cents=9000), "charge_differs"),
        (payment(service(10000, 9000, Adjustment("PI", "45", 1000))), "unclassified_group"),
        (payment(service(10000, 9000, Adjustment("CR", "45", 1000))), "unclassified_group"),
        (payment(service(10000, 9000, Adjustment("ZZ", "45", 1000))), "unknown_code"),
        (payment(service(10000, 9000, co("????", 1000))), "unknown_code"),
        (replace(PAID, status="5"), "unknown_code"),
        (replace(PAID, status="2"), "secondary_before_primary"),
        (replace(PAID, status="25"), "unexpected_money"),
        (reversal(PAID), "reversal_without_original"),
    ],
)
def test_what_does_not_fit_is_parked_whole_with_its_reason(answer: ClaimPayment, kind: str) -> None:
    posted = plan(as_read(answer), only_line())
    assert kinds(posted) == [kind]
    (claim,) = posted.claims
    assert claim.parked is not None
    assert claim.parked.amount_cents == answer.paid_cents
    assert all(s.line_id is None for s in claim.services)
    cents = answer.paid_cents
    assert balances(posted) == {"cash_clearing": cents, "suspense_remit": -cents}


def test_who_bears_nothing_need_not_be_said() -> None:
    posted = plan(as_read(payment(service(10000, 10000, Adjustment("PI", "45", 0)))), only_line())
    assert kinds(posted) == []


def test_the_message_of_a_parked_claim_names_the_place_and_no_person() -> None:
    (claim,) = plan(as_read(payment(service(10000, 6000, co("45", 3000)))), only_line()).claims
    assert claim.parked is not None
    assert "$10.00" in claim.parked.message
    assert "segment 5, byte 100" in claim.parked.message
    assert NUMBER not in claim.parked.message


def test_less_than_nothing_is_paid_by_a_reversal_alone() -> None:
    posted = plan(as_read(payment(service(10000, -2000, co("45", 12000)))), only_line())
    assert kinds(posted) == ["unexpected_money"]
    assert balances(posted) == {"cash_clearing": -2000, "suspense_remit": 2000}


def test_a_claim_never_sent_is_parked() -> None:
    assert kinds(plan(as_read(PAID), only_line(sent_on=None))) == ["not_sent"]


def test_paying_more_than_is_owed_is_parked() -> None:
    more = payment(service(10000, 5000, co("45", 5000)))
    first, second = post_all([as_read(PAID), as_read(more, trace="T2", paid_on=date(2026, 3, 1))], only_line())
    assert kinds(first) == []
    assert kinds(second) == ["overpayment"]


def test_one_claim_overpaid_does_not_stop_the_others() -> None:
    other = payment(service(8000, 8000), number="OTHER")
    what = known(known_claim(10000), known_claim(8000, number="OTHER", identity=2))
    posted = plan(as_read(PAID, PAID, other), what)
    assert [c.disposition for c in posted.claims] == [Disposition.POSTED, Disposition.PARKED, Disposition.POSTED]


@pytest.mark.parametrize(("status", "reason"), [("25", "101"), ("23", "B11")])
def test_priced_or_forwarded_claims_are_noted_only(status: str, reason: str) -> None:
    answer = payment(service(10000, 0, Adjustment("OA", reason, 10000)), status=status)
    (claim,) = plan(as_read(answer), only_line()).claims
    assert claim.disposition is Disposition.NOTED
    assert claim.transaction is None
    assert claim.services[0].line_id is None


def test_a_reversal_mirrors_its_original_and_the_correction_follows() -> None:
    correction = payment(service(10000, 5000, co("45", 4000), pr("2", 1000)))
    first, second = post_all([as_read(PAID), as_read(reversal(PAID), correction, trace="T2")], only_line())
    assert kinds(first) + kinds(second) == []
    original, mirror = first.claims[0].transaction, second.claims[0].transaction
    assert original is not None
    assert mirror is not None
    assert mirror.reverses_key == original.key
    assert balances(first, second) == {
        "cash_clearing": 5000,
        "adj_contractual": 4000,
        "ar_patient": 1000,
        "ar_insurer": -10000,
    }


def test_the_order_within_a_remittance_does_not_matter() -> None:
    correction = payment(service(10000, 5000, co("45", 4000), pr("2", 1000)))
    before = as_read(PAID)
    usual = post_all([before, as_read(reversal(PAID), correction, trace="T2")], only_line())
    turned = post_all([before, as_read(correction, reversal(PAID), trace="T2")], only_line())
    assert balances(*usual) == balances(*turned)
    assert [c.payment.status for c in turned[1].claims] == ["1", "22"]  # rows keep the file's order
    assert kinds(turned[1]) == []


def test_a_claim_may_be_corrected_twice_in_one_remittance() -> None:
    """Taken up by the payer and replaced on the same day: each payment waits for the reversal that frees the claim."""
    once = payment(service(10000, 5000, co("45", 4000), pr("2", 1000)))
    again = payment(service(10000, 7000, co("45", 2000), pr("2", 1000)))
    for order in (
        (reversal(PAID), once, reversal(once), again),
        (once, reversal(PAID), again, reversal(once)),
        (reversal(PAID), reversal(once), once, again),
    ):
        plans = post_all([as_read(PAID), as_read(*order, trace="T2")], only_line())
        assert kinds(plans[1]) == []
        assert balances(*plans) == {
            "cash_clearing": 7000,
            "adj_contractual": 2000,
            "ar_patient": 1000,
            "ar_insurer": -10000,
        }


def test_of_two_alike_on_one_day_the_one_with_the_payers_number_is_taken_back() -> None:
    """Whatever their order: the reversal bears the number of the first, and what is paid anew bears another."""
    anew = replace(PAID, payer_control_number="ICN2")
    for order in ((PAID, reversal(PAID), anew), (anew, reversal(PAID), PAID)):
        plans = post_all([as_read(each, trace=f"T{place}") for place, each in enumerate(order)], only_line())
        assert [kinds(each) for each in plans] == [[], [], []]
        mirror = plans[1].claims[0].transaction
        original = next(p for p in plans if p.claims[0].payment == PAID).claims[0].transaction
        assert mirror
        assert original
        assert mirror.reverses_key == original.key


def test_original_and_reversal_in_one_remittance_come_to_nothing() -> None:
    for both in ((PAID, reversal(PAID)), (reversal(PAID), PAID)):
        posted = plan(as_read(*both), only_line())
        assert kinds(posted) == []
        assert balances(posted) == {}


def test_a_reversal_mirrors_even_when_it_lists_its_adjustments_differently() -> None:
    listed = replace(
        reversal(PAID), services=(service(-10000, -6000, co("45", -2500), pr("2", -1500)),), charge_cents=-10000
    )
    first, second = post_all([as_read(PAID), as_read(listed, trace="T2")], only_line())
    assert balances(first, second) == {}


def test_a_payment_is_reversed_once() -> None:
    what = only_line()
    sources = [as_read(PAID), as_read(reversal(PAID), trace="T2"), as_read(reversal(PAID), trace="T3")]
    plans = post_all(sources, what)
    assert sorted(kinds(plans[1]) + kinds(plans[2])) == ["reversal_without_original"]


def test_a_denial_can_be_reversed_and_then_paid() -> None:
    denied = payment(service(10000, 0, co("50", 10000)), status="4")
    plans = post_all(
        [as_read(denied), as_read(reversal(denied), PAID, trace="T2"), as_read(reversal(denied), trace="T3")],
        only_line(),
    )
    assert sorted(kinds(plans[1]) + kinds(plans[2])) == ["reversal_without_original"]


def test_two_payments_alike_in_one_remittance_are_two_events() -> None:
    denied = payment(service(10000, 0, co("50", 10000)), status="4")
    posted = plan(as_read(denied, denied), only_line())
    assert [c.answer.occurrence for c in posted.claims] == [1, 2]
    assert len({c.answer.key for c in posted.claims}) == 2


@pytest.mark.parametrize(
    ("reason", "cents", "expected"),
    [
        ("L6", -700, {"interest_income": -700, "cash_clearing": 700}),
        ("WO", 700, {"recoup_payer": 700, "cash_clearing": -700}),
        ("FB", -700, {"forward_balance": -700, "cash_clearing": 700}),
        ("72", -700, {"refund_clearing": -700, "cash_clearing": 700}),
        ("CS", 700, {"suspense_remit": 700, "cash_clearing": -700}),
        ("ZZ", -700, {"suspense_remit": -700, "cash_clearing": 700}),
    ],
)
def test_provider_adjustments(reason: str, cents: int, expected: dict[str, int]) -> None:
    posted = plan(as_read(adjustments=[plb(reason, cents)]), Known())
    assert balances(posted) == expected
    assert kinds(posted) == (["provider_adjustment_unclassified"] if "suspense_remit" in expected else [])


def test_a_transaction_out_of_balance_is_parked_whole() -> None:
    posted = plan(as_read(PAID, adjustments=[plb("L6", -100)], total=6099), only_line())
    assert posted.quarantined
    assert kinds(posted) == ["unbalanced_transaction"] * 2
    assert balances(posted) == {"cash_clearing": 6100, "suspense_remit": -6100}
    assert posted.claims[0].parked is not None
    assert "$0.01" in posted.claims[0].parked.message


def test_a_payment_without_claims_is_parked_with_its_amount() -> None:
    posted = plan(as_read(total=500), Known())
    assert [(p.kind.value, p.amount_cents) for p in posted.parked] == [("unbalanced_transaction", 500)]


def refused(*elements: str, name: str = "CLP") -> Refused:
    finding = Finding("bad-money", Severity.ERROR, "segment 9, byte 300, SVC02", "not an amount")
    return Refused("X", finding, (Segment(name, elements),), Span(9, 300, 400))


def test_a_claim_that_cannot_be_read_waits_with_its_money() -> None:
    source = replace(as_read(PAID, total=8500), refused=(refused("X", "1", "50", "25", ""),))
    posted = plan(source, only_line())
    assert kinds(posted) == ["unreadable_claim"]
    assert balances(posted)["suspense_remit"] == -2500
    assert balances(posted)["cash_clearing"] == 8500


@pytest.mark.parametrize("unreadable", [refused("X", "1", "50", "oops"), refused("1", name="PLB")])
def test_what_has_no_amount_parks_the_transaction(unreadable: Refused) -> None:
    posted = plan(replace(as_read(PAID), refused=(unreadable,)), only_line())
    assert posted.quarantined
    assert "unbalanced_transaction" in kinds(posted)


def test_without_a_head_everything_is_parked() -> None:
    source = replace(
        as_read(adjustments=[plb("L6", -100)], total=0), headless=True, refused=(refused("X", "1", "50", "25"),)
    )
    posted = plan(source, only_line())
    assert kinds(posted) == ["unreadable_transaction", "unreadable_claim"]
    assert balances(posted) == {"cash_clearing": 2600, "suspense_remit": -2600}


def test_the_same_payment_again_adds_nothing() -> None:
    again = replace(as_read(PAID), ordinal=2)
    first, second = post_all([as_read(PAID), again], only_line())
    assert not first.repeated
    assert second.repeated
    assert second.claims == ()


def test_the_same_trace_with_other_content_is_quarantined_and_not_in_the_books() -> None:
    other = payment(service(10000, 6000, co("45", 2000), pr("2", 2000)))
    first, second = post_all([as_read(PAID), as_read(other)], only_line())
    assert second.quarantined
    assert kinds(second) == ["trace_conflict"]
    assert balances(second) == {}
    assert second.payment_key != first.payment_key
    other_amount = as_read(replace(other, paid_cents=0, services=(), adjustments=(co("50", 10000),)), total=100)
    assert post_all([as_read(PAID), other_amount], only_line())[1].quarantined


def test_a_conflict_again_adds_nothing() -> None:
    other = payment(service(10000, 6000, co("45", 2000), pr("2", 2000)))
    plans = post_all([as_read(PAID), as_read(other), as_read(other)], only_line())
    assert plans[2].repeated


@pytest.mark.parametrize("trace", ["", "NOPAY"])
def test_remittances_without_money_are_told_by_their_content(trace: str) -> None:
    denied = payment(service(10000, 0, co("50", 10000)), status="4")
    other = payment(service(10000, 0, co("16", 10000)), status="4")
    plans = post_all([as_read(p, trace=trace) for p in (denied, other, denied)], only_line())
    assert [p.repeated for p in plans] == [False, False, True]
    assert not any(p.quarantined for p in plans)


def test_days_of_a_remittance() -> None:
    posted = plan(as_read(PAID), only_line())
    assert posted.noticed_on == date(2026, 2, 1)
    assert posted.adjudicated_on == date(2026, 1, 30)
    dateless = plan(as_read(PAID, paid_on=None, produced_on=None), only_line())
    assert dateless.noticed_on == dateless.adjudicated_on == RECEIVED.date()


def test_a_share_that_is_not_its_adjustments_is_told() -> None:
    posted = plan(as_read(replace(PAID, patient_responsibility_cents=900)), only_line())
    finding = ledger.share_differs(posted.claims[0])
    assert finding
    assert finding.code == "patient-share-differs"
    assert balances(posted)["ar_patient"] == 1000


def test_charges_and_their_cancellation_come_to_nothing() -> None:
    claim = known_claim(10000, 0)
    booked = charges.charge(claim)
    assert booked is not None
    assert [(e.account.value, e.amount_cents, e.line_id) for e in booked.entries] == [
        ("ar_insurer", 10000, 10),
        ("revenue_charges", -10000, 10),
    ]
    cancelled = charges.cancelled(booked, replace(claim, frequency="8", sent_on=date(2026, 3, 1)))
    assert cancelled.reverses_key == booked.key
    assert cancelled.happened_on == date(2026, 3, 1)
    assert [e.amount_cents for e in cancelled.entries] == [-10000, 10000]


def test_a_changed_code_keeps_both() -> None:
    changed = service(10000, 6000, co("45", 4000), code="99212", submitted=Procedure("99213"))
    (claim,) = plan(as_read(payment(changed)), only_line()).claims
    assert claim.disposition is Disposition.POSTED
    assert claim.services[0].service.procedure.code == "99212"
    assert claim.answer.span == SPAN
