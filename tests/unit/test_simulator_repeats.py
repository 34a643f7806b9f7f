from __future__ import annotations

from datetime import timedelta
from typing import Any

from denialml.claims import Claim, replace
from denialml.simulator.accounts import Account
from denialml.simulator.actions import correction_of, denials_of
from denialml.simulator.decisions import Decision, Family
from denialml.simulator.edits import Edit, EditKind
from denialml.simulator.payer import Payer
from denialml.simulator.repeats import Repeats
from denialml.simulator.visit import Ready
from simulated_payer import RECEIVED, claim, payer

LATER = RECEIVED + timedelta(days=30)
DUPLICATE = {"cause": "duplicate", "when": {"duplicate": True}, "reason": "18", "probability": 0.999}
SECOND = "SECOND"


def insurer(*rules: dict[str, Any]) -> Payer:
    return payer(DUPLICATE, *rules)


def again(first: Claim) -> Claim:
    """The same services on another claim."""
    return replace(first, control_number=SECOND)


def account(made: Claim, repeats: str = "", *edits: Edit) -> Account:
    """A claim on its way; whose it is does not matter here."""
    nobody: Any = None
    ready = Ready(made, "test", nobody, nobody, nobody, edits, repeats=repeats)
    return Account(ready, ready)


def answered(asked: Payer) -> tuple[Decision, dict[str, Account], Repeats]:
    """A first claim, paid and told, of which a repetition is to come."""
    first = asked.decide(claim(1, "99213", "20610"), RECEIVED)
    accounts: dict[str, Account] = {}
    repeats = Repeats(accounts)
    repeats.told(first, awaited=True)
    return first, accounts, repeats


def replacing(first: Decision) -> Account:
    """The repetition as a biller put it right before it was sent."""
    edit = Edit(EditKind.FREQUENCY, text=first.number)
    made = account(again(first.claim), first.claim.control_number, edit)
    made.put_right([edit])
    return made


def test_a_repetition_is_denied_as_a_duplicate_and_touches_nothing() -> None:
    asked = insurer()
    first, accounts, repeats = answered(asked)
    accounts[first.claim.control_number] = account(first.claim)
    made = account(again(first.claim), first.claim.control_number, Edit(EditKind.FREQUENCY, text=first.number))
    decision = repeats.decide(made.made.claim, LATER, asked, account=made)
    assert {line.verdict.family for line in decision.lines if line.verdict} == {Family.DUPLICATE}
    assert len(decision.denied) == 2
    assert decision.undoes == ()
    assert accounts


def test_a_repetition_sent_as_a_replacement_takes_the_place_of_the_first() -> None:
    asked = insurer()
    first, accounts, repeats = answered(asked)
    accounts[first.claim.control_number] = account(first.claim)
    made = replacing(first)
    assert (made.made.claim.frequency, made.made.claim.reference("F8")) == ("7", first.number)
    decision = repeats.decide(made.made.claim, LATER, asked, account=made)
    assert decision.denied == ()
    assert (decision.replaces, decision.voids, decision.undoes) == (None, first, (first,))
    assert accounts == {}
    assert repeats.decide(made.made.claim, LATER, asked, account=made).voids is None


def test_what_stands_of_an_open_claim_is_what_is_replaced() -> None:
    asked = payer()
    first, accounts, repeats = answered(asked)
    corrected = asked.decide(replace(first.claim, frequency="7"), RECEIVED, replaces=first)
    accounts[first.claim.control_number] = opened = account(first.claim)
    opened.standing = corrected
    made = replacing(first)
    assert repeats.decide(made.made.claim, LATER, asked, account=made).voids is corrected


def test_a_duplicate_denial_is_put_right_end_to_end() -> None:
    asked = insurer()
    first, _, repeats = answered(asked)
    edit = Edit(EditKind.FREQUENCY, text=first.number)
    made = account(again(first.claim), first.claim.control_number, edit)
    refused = repeats.decide(made.made.claim, LATER, asked, account=made)
    [denial] = denials_of(refused, "test", LATER, made.made.edits, documented=True)
    correction = correction_of(denial)
    assert correction is not None
    assert correction.claim.reference("F8") == first.number
    made.put_right(correction.edits)
    decision = repeats.decide(correction.claim, LATER, asked, refused, account=made)
    assert decision.denied == ()
    assert decision.undoes == (refused, first)
    paid = [sum(line.price.paid_cents for line in each.lines if line.price) for each in (first, decision)]
    assert paid[0] == paid[1] > 0


def test_a_replacement_that_is_denied_whole_or_goes_to_another_payer_leaves_the_first_alone() -> None:
    never = {"scope": "claim", "when": {"frequencies": ["7"]}, "reason": "29", "probability": 0.999}
    asked = insurer(never)
    first, _, repeats = answered(asked)
    made = replacing(first)
    assert repeats.decide(made.made.claim, LATER, asked, account=made).undoes == ()
    coverage = made.made.claim.coverage
    other = replace(coverage.payer, identifier="OTHER")
    elsewhere = replace(made.made.claim, coverage=replace(coverage, payer=other))
    assert repeats.decide(elsewhere, LATER, insurer(), account=made).voids is None


def test_what_is_old_or_not_awaited_is_not_kept() -> None:
    asked = insurer()
    first, _, repeats = answered(asked)
    repeats.forget(first.pays_on + timedelta(days=1))
    made = replacing(first)
    assert repeats.decide(made.made.claim, LATER, asked, account=made).voids is None
    repeats.told(first, awaited=False)
    assert repeats.decide(made.made.claim, LATER, asked, account=made).voids is None


def test_what_a_voided_claim_had_used_up_is_given_back() -> None:
    asked = payer(DUPLICATE, patient_share={"deductible": 100, "deductible_chance": 1.0})
    first, _, repeats = answered(asked)
    made = replacing(first)
    anew = repeats.decide(made.made.claim, LATER, asked, account=made)
    assert anew.voids is first
    assert [line.price for line in anew.lines] == [line.price for line in first.lines]
    assert sum(line.price.patient_cents for line in anew.lines if line.price) == 10_000
