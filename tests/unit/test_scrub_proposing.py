"""Proposals from the past: what is learnt, what the later past must support, and that nothing of it leaks back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from denialml.scrub.proposing import KINDS, Bar, Example, Proposal, proposals
from denialml.scrub.view import ClaimView
from scrub_world import claim_of, context_of, national_tables

NATIONAL = national_tables()
CUT = date(2025, 6, 30)
EARLY, LATE = date(2025, 3, 10), date(2025, 8, 10)


def lines(code: str, count: int, sent_on: date, reason: str = "", remarks: str = "") -> list[Example]:
    """The same line sent and answered some times; denied for a reason, or paid."""
    case = {"lines": [code]}
    (line,) = ClaimView(claim_of(case), context_of(case, NATIONAL)).lines
    one = Example(line, sent_on, sent_on + timedelta(days=20), reason, remarks, 10_000 if reason else 0, bool(reason))
    return [one] * count


def found(examples: list[Example]) -> dict[str, Proposal]:
    return {f"{each.kind.name} {each.label}": each for each in proposals(examples, CUT, Bar())}


PAID = [*lines("99213", 60, EARLY), *lines("99213", 60, LATE)]


def test_a_procedure_denied_for_want_of_authorisation_becomes_a_contracts_row() -> None:
    past = [*PAID, *lines("70553", 6, EARLY, "197"), *lines("70553", 2, EARLY), *lines("70553", 3, LATE, "197")]
    (only,) = found(past).values()
    assert (only.kind.name, only.label, dict(only.contract)) == ("AUTH", "70553", {"authorized_codes": ["70553"]})
    assert (only.learnt.held, only.learnt.denied, only.learnt.denied_cents) == (8, 6, 60_000)
    assert (only.checked.held, only.checked.denied, only.checked.precision) == (3, 3, 1.0)
    assert only.checked.lift == 63 / 3
    assert only.effective == only_day(past)


def only_day(past: list[Example]) -> date:
    return min(each.line.day for each in past if each.reason)


def test_procedures_of_one_list_stand_together() -> None:
    """Each is too rare alone; one that was denied once, or is mostly paid, does not join."""
    early = [*lines("70553", 2, EARLY, "197"), *lines("73721", 2, EARLY, "197"), *lines("72148", 1, EARLY, "197")]
    often_paid = [*lines("99214", 2, EARLY, "197"), *lines("99214", 40, EARLY)]
    late = [*lines("70553", 1, LATE, "197"), *lines("73721", 1, LATE, "197"), *lines("73721", 1, LATE)]
    (only,) = found([*PAID, *early, *often_paid, *late]).values()
    assert dict(only.contract) == {"authorized_codes": ["70553", "73721"]}
    assert (only.learnt.denied, only.checked.held, only.checked.denied) == (4, 3, 2)


def test_a_missing_modifier_is_the_one_that_paid_lines_bear() -> None:
    denied = [*lines("99213", 6, EARLY, "4"), *lines("99213", 4, LATE, "4")]
    paid = [*lines("99213-25", 30, EARLY), *lines("99213-25", 30, LATE), *lines("99214", 60, EARLY)]
    past = [*denied, *paid, *lines("99214", 60, LATE)]
    (only,) = found(past).values()
    assert only.label == "99213-25"
    assert {"field": "line.modifiers", "has_none": ["25"]} in only.when


def test_what_the_later_past_does_not_support_is_not_proposed() -> None:
    learnt = [*PAID, *lines("70553", 6, EARLY, "197")]
    assert not found(learnt), "nothing later"
    assert not found([*learnt, *lines("70553", 20, LATE)]), "the payer pays it now"
    assert not found([*PAID, *lines("70553", 3, EARLY, "197"), *lines("70553", 9, LATE, "197")]), (
        "too few to learn from"
    )
    assert not found([*PAID, *lines("99213", 6, EARLY, "197"), *lines("99213", 6, LATE, "197")]), "it tells nothing"


def test_nothing_answered_after_the_cut_is_learnt_from() -> None:
    """Sent before the cut and answered after it: known too late to learn from, sent too early to check by."""
    late_news = [replace(each, answered_on=LATE) for each in lines("70553", 50, EARLY, "197")]
    assert not found([*PAID, *late_news, *lines("70553", 9, LATE, "197")])
    past = [*PAID, *lines("70553", 6, EARLY, "197"), *lines("70553", 3, LATE, "197")]
    assert found([*past, *late_news]) == found(past)


def test_what_a_finding_met_already_is_no_reason_for_a_rule() -> None:
    met = [replace(each, missed=False) for each in lines("70553", 9, EARLY, "197")]
    assert not found([*PAID, *met, *lines("70553", 9, LATE, "197")])


def test_every_kind_names_an_edit_that_mends_the_claim() -> None:
    for kind in KINDS:
        assert kind.fix.endswith(".")
        assert "not bill" not in kind.fix
