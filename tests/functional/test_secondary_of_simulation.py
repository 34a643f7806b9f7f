"""What the simulated practice billed to second payers, made anew from its files: the same money, line by line.

The simulator shares no code with what is tested here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from denialml import x12
from denialml.claims import Claim, ClaimPayment, replace
from denialml.service.charges import import_charges
from denialml.service.claims import secondary
from denialml.service.posting import post_files
from denialml.settings import Settings
from posting_cases import as_read, remit_file
from second_covers import as_if_named
from written_history import WrittenHistory
from x12_cases import batch

AT = datetime(2026, 12, 1, 9, 0)
Money = tuple[int, int, tuple[tuple[int, int, int, tuple[tuple[str, str, int], ...]], ...]]


@dataclass(frozen=True)
class Billed:
    """A claim that the simulated practice sent to a second payer, the first one, and what that was answered."""

    first: Claim
    answer: ClaimPayment
    second: Claim


def billed(history: WrittenHistory) -> Iterator[Billed]:
    for sent in history.sent:
        if not sent.file.stem.endswith("-secondary") or sent.refused:
            continue
        claim = sent.claim
        (told_on,) = {a.adjudicated_on for line in claim.lines for a in line.adjudications}
        earlier = [
            each
            for each in history.sent
            if each.claim.control_number == claim.control_number
            and each.claim.coverage.sequence == "P"
            and not each.refused
            and each.day <= sent.day
        ]
        payer = earlier[-1].payer
        answers = [
            each.payment
            for each in history.answers[payer, claim.control_number]
            if each.day <= sent.day and not each.reverses
        ]
        assert told_on
        yield Billed(earlier[-1].claim, answers[-1], claim)


def money(claim: Claim) -> Money:
    """What a claim to a second payer says of the first one's money."""
    (other,) = claim.other_payers
    lines = tuple(
        (line.number, line.charge_cents, decided.paid_cents, _adjusted(decided.adjustments))
        for line in claim.lines
        for decided in line.adjudications
    )
    paid = next(a.cents for a in other.amounts if a.qualifier == "D")
    return claim.charge_cents, paid, lines


def _adjusted(adjustments: tuple[object, ...]) -> tuple[tuple[str, str, int], ...]:
    return tuple(sorted((a.group, a.reason, a.amount_cents) for a in adjustments))  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def pairs(history: WrittenHistory) -> dict[str, Billed]:
    return {each.second.control_number: each for each in billed(history)}


def test_the_same_money_line_by_line(pairs: dict[str, Billed], tmp_path: Path) -> None:
    assert len(pairs) > 20
    home = Settings(home=tmp_path / "home")
    firsts = [replace(as_if_named(each.first, each.second), frequency="1") for each in pairs.values()]
    envelope = x12.Envelope("PRACTICE", "HOUSE", 1, datetime(2026, 1, 7, 9, 0))
    (tmp_path / "first.837").write_bytes(x12.write(batch(firsts, envelope)))
    assert import_charges(home, [tmp_path / "first.837"], sent=True).sent_claims == len(pairs)
    answers = remit_file(tmp_path / "answers.835", as_read(*(each.answer for each in pairs.values())))
    posted = post_files(home, [answers])
    assert posted.posted_claims == len(pairs)
    report = secondary(home, list(pairs), tmp_path / "out", AT)
    made = {
        claim.control_number: claim
        for file in report.written
        for claim in x12.Reading.of(file.path.read_bytes()).claims
    }
    assert {each.reason.value for each in report.held} <= {"nothing_left"}
    assert not any(pairs[each.claim].answer.patient_responsibility_cents for each in report.held)
    assert len(made) > 50
    assert made.keys() == pairs.keys() - {each.claim for each in report.held}
    for number, claim in made.items():
        theirs = pairs[number].second
        assert money(claim) == money(theirs)
        assert (claim.payer_id, claim.coverage.member_id) == (theirs.payer_id, theirs.coverage.member_id)
        assert (claim.treated.name, claim.treated_birth) == (theirs.treated.name, theirs.treated_birth)
        assert (claim.patient is None) == (theirs.patient is None)
