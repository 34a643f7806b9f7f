"""Payers after the first: what they are asked, what they answer, and whose denial it is."""

from __future__ import annotations

from datetime import date

import pytest

import posting_cases
from denialml import ledger
from denialml.claims import Adjustment, ClaimPayment, Party, replace
from denialml.ledger import Disposition, KnownClaim, RemittanceAsRead
from posting_cases import Posted, as_read, co, kinds, known, known_claim, payment, pr, reversal, service

FIRST = Party("FIRST HEALTH", id_qualifier="XV", identifier="FIRST1")
SECOND = Party("SECOND MUTUAL", id_qualifier="XV", identifier="SECOND2")
PAID = payment(service(10000, 6000, co("45", 3000), pr("2", 1000)))
DENIED = payment(service(10000, 0, co("16", 10000)), status="4")


def claim(identity: int, sequence: str, day: int) -> KnownClaim:
    names = {"P": ledger.payer_names("FIRST1", "FIRST HEALTH"), "S": ledger.payer_names("SECOND2", "SECOND MUTUAL")}
    return known_claim(10000, identity=identity, sequence=sequence, payers=names[sequence], sent_on=date(2026, 1, day))


OURS = (claim(1, "P", 7), claim(2, "S", 20))


def told(answer: ClaimPayment, day: int, payer: Party = FIRST) -> RemittanceAsRead:
    on = date(2026, 1, day)
    return as_read(answer, trace=f"T{day}", paid_on=on, produced_on=on, payer=payer)


def second(paid: int, *adjustments: Adjustment, status: str = "2") -> ClaimPayment:
    return payment(service(10000, paid, *adjustments), status=status)


def oa23(cents: int) -> Adjustment:
    return Adjustment("OA", "23", cents)


def settled(*sources: RemittanceAsRead, claims: tuple[KnownClaim, ...] = OURS) -> Posted:
    return posting_cases.settled(sources, known(*claims))


def balances(posted: Posted) -> dict[tuple[str, int | None], int]:
    """Cents by account and line, of everything that was booked."""
    totals: dict[tuple[str, int | None], int] = {}
    settlement = posted.settlement
    for transaction in [*settlement.booked, *(p.transaction for p in settlement.postings if p.transaction)]:
        for entry in transaction.entries:
            place = (entry.account.value, entry.line_id)
            totals[place] = totals.get(place, 0) + entry.amount_cents
    return {place: cents for place, cents in totals.items() if cents}


def shares(posted: Posted) -> dict[tuple[str, int | None], int]:
    """What patient and later payers owe."""
    return {place: cents for place, cents in balances(posted).items() if place[0] in {"ar_patient", "ar_next_payer"}}


def test_the_share_is_asked_of_the_second_payer_when_its_claim_is_sent() -> None:
    assert shares(settled(told(PAID, 15))) == {("ar_next_payer", 20): 1000}
    assert shares(settled(told(PAID, 15), claims=OURS[:1])) == {("ar_patient", 10): 1000}


def test_the_second_payer_pays_of_it_and_leaves_the_rest_to_the_patient() -> None:
    both = settled(told(PAID, 15), told(second(800, oa23(9000), pr("2", 200)), 28, SECOND))
    assert shares(both) == {("ar_patient", 10): 200}  # on the line of the first claim
    assert balances(both)["cash_clearing", None] == 6800
    (posting,) = both.plans[1].claims
    assert (posting.sequence, posting.services[0].line_id) == ("S", 20)


def test_what_the_second_payer_takes_off_counts_only_as_far_as_something_is_left() -> None:
    """It may speak of the whole charge: then most of its reduction is what the first one took off already."""
    whole = settled(told(PAID, 15), told(second(700, oa23(6000), co("45", 3300)), 28, SECOND))
    assert shares(whole) == {}
    assert balances(whole)["adj_contractual", 20] == 300
    own = settled(told(PAID, 15), told(second(700, oa23(9100), co("45", 200)), 28, SECOND))
    assert shares(own) == {("ar_next_payer", 20): 100}


def test_more_than_was_left_waits() -> None:
    posted = settled(told(PAID, 15), told(second(1100, oa23(8900)), 28, SECOND))
    assert kinds(posted.plans[1]) == ["overpayment"]
    assert shares(posted) == {("ar_next_payer", 20): 1000}


def test_a_claim_passed_on_by_the_first_payer_needs_no_claim_of_ours() -> None:
    crossed = settled(told(replace(PAID, status="19"), 15), told(second(1000, oa23(9000)), 28, SECOND), claims=OURS[:1])
    assert shares(crossed) == {}
    assert crossed.plans[1].claims[0].sequence == "S"


@pytest.mark.parametrize("payer", [SECOND, Party("NAME NOBODY KNOWS")])
def test_a_denial_of_the_second_payer_is_its_own(payer: Party) -> None:
    posted = settled(told(PAID, 15), told(DENIED, 28, payer))
    (denial,) = posted.plans[1].claims
    assert denial.disposition is Disposition.POSTED
    assert (denial.sequence, denial.claim and denial.claim.id) == ("S", 2)
    assert shares(posted) == {("ar_next_payer", 20): 1000}


def test_a_denial_of_the_first_payer_stays_the_firsts() -> None:
    again = settled(told(PAID, 15), told(reversal(PAID), 25), told(DENIED, 28))
    assert [each.claims[0].sequence for each in again.plans] == ["P", "P", "P"]


def test_an_answer_before_the_firsts_waits_and_is_posted_then() -> None:
    early = told(second(1000, oa23(9000)), 10, SECOND)
    alone = settled(early)
    assert kinds(alone.plans[0]) == ["secondary_before_primary"]
    assert shares(settled(early, told(PAID, 15))) == {}


def test_a_reversal_finds_the_payer_that_takes_back() -> None:
    """Two denials of the same amounts: each payer's reversal takes back its own."""
    posted = settled(told(DENIED, 15), told(DENIED, 25, SECOND), told(reversal(DENIED), 28, SECOND))
    assert [each.claims[0].sequence for each in posted.plans] == ["P", "S", "S"]
    assert [kinds(each) for each in posted.plans] == [[], [], []]


def test_the_second_payers_payment_taken_back_is_asked_again() -> None:
    pays = second(1000, oa23(9000))
    posted = settled(told(PAID, 15), told(pays, 25, SECOND), told(reversal(pays), 28, SECOND))
    assert shares(posted) == {("ar_next_payer", 20): 1000}


def test_a_claim_to_the_second_payer_follows_the_answer_of_its_day() -> None:
    """What the morning's remittance leaves to the patient is asked of the second payer in the afternoon."""
    assert shares(settled(told(PAID, 20))) == {("ar_next_payer", 20): 1000}


def test_what_the_first_payer_passed_on_after_our_claim_is_the_seconds_as_well() -> None:
    passed_on = told(replace(PAID, status="19"), 25)
    posted = settled(passed_on, told(second(800, oa23(9000), pr("2", 200)), 28, SECOND))
    assert [kinds(plan) for plan in posted.plans] == [[], []]
    assert shares(posted) == {("ar_patient", 10): 200}


def test_a_second_payer_may_tell_of_the_claim_what_the_first_did() -> None:
    """What the payers before took (OA 23) stands once, at the claim, beside lines that the second payer decided."""
    whole = payment(service(10000, 9800, pr("2", 200)), status="2", paid_cents=800, adjustments=(oa23(9000),))
    posted = settled(told(PAID, 15), told(whole, 28, SECOND))
    assert [kinds(plan) for plan in posted.plans] == [[], []]
    assert sum(cents for (account, _), cents in shares(posted).items() if account == "ar_next_payer") == 0
    assert shares(posted)["ar_patient", 10] == 200
    more = replace(whole, paid_cents=900, services=(service(10000, 9900, pr("2", 100)),))
    twice = settled(told(PAID, 15), told(whole, 28, SECOND), told(more, 29, SECOND))
    assert [kinds(plan) for plan in twice.plans] == [[], [], ["overpayment"]]


def test_a_payer_takes_back_its_own_answer_alone() -> None:
    """The second payer takes back what we never saw, of the same amounts as the first payer's answer."""
    strange = replace(reversal(PAID), payer_control_number="ICN9")
    posted = settled(told(PAID, 15), told(strange, 25, SECOND))
    assert [kinds(plan) for plan in posted.plans] == [[], ["reversal_without_original"]]
    assert [kinds(plan) for plan in settled(told(PAID, 15), told(strange, 25)).plans] == [[], []]


def test_a_void_of_the_claim_to_the_second_payer_gives_the_share_back() -> None:
    void = replace(claim(3, "S", 25), frequency="8")
    assert shares(settled(told(PAID, 15), claims=(*OURS, void))) == {("ar_patient", 10): 1000}


@pytest.mark.parametrize("second_first", [False, True])
def test_what_the_first_payer_refused_the_second_may_pay(*, second_first: bool) -> None:
    """Its payment and the patient's share come off the refused charge; its own reduction does not."""
    answers = [told(DENIED, 15), told(second(7000, co("45", 2000), pr("2", 1000)), 28, SECOND)]
    both = settled(*(answers[::-1] if second_first else answers))
    assert [kind for plan in both.plans for kind in kinds(plan)] == []
    assert balances(both) == {
        ("revenue_charges", 10): -10000,
        ("cash_clearing", None): 7000,
        ("ar_insurer", 10): 2000,
        ("ar_patient", 10): 1000,
    }


def test_what_nobody_has_refused_yet_the_second_may_not_pay() -> None:
    early = settled(told(second(7000, co("45", 2000), pr("2", 1000)), 28, SECOND))
    assert kinds(early.plans[0]) == ["secondary_before_primary"]
