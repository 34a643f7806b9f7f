"""Questions after claims: the office reads what the payer knows on that day, and no decision before its pay day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from x12sdk.io import X12ModelReader

from denialml.claims import Claim, Party, Patient, replace
from denialml.simulator.claimstatus import ClaimState, StatusAnswer, StatusAsking, StatusOffice
from denialml.simulator.data import document
from denialml.simulator.decisions import Decision, Family, Judgement, LineDecision, Verdict
from denialml.simulator.pricing import Price
from denialml.x12.faults import Fault
from denialml.x12.validate import validate
from made_up_claims import made_claim
from simulated_payer import payer

DATA = document("clearinghouse.yaml")["claim_status"]
SUBMITTER = Party("GROUP", id_qualifier="46", identifier="SUB01")
PAYS_ON = date(2025, 4, 18)
DENIED = Verdict("50", "CO", (), whole_claim=False, rule="r", family=Family.NECESSITY)


def _office(seed: int = 1) -> StatusOffice:
    return StatusOffice(SUBMITTER, payer(), seed, DATA)


def _decision(claim: Claim, *paid: int | None) -> Decision:
    """A decision with what each line is paid, None for a denied one."""
    lines = tuple(
        LineDecision(
            Judgement(line, 0.1, (), DENIED if cents is None else None),
            None if cents is None else Price(cents, cents, 0, ()),
            cents or 0,
        )
        for line, cents in zip(claim.lines, paid, strict=True)
    )
    return Decision(claim, f"N{claim.control_number}", date(2025, 4, 1), PAYS_ON, lines)


CLAIM = made_claim(1)


@pytest.mark.parametrize(
    ("paid", "day", "expected"),
    [
        ((8000, None), PAYS_ON, StatusAnswer(CLAIM.control_number, ClaimState.PAID, f"N{CLAIM.control_number}", 8000)),
        ((None, None), PAYS_ON, StatusAnswer(CLAIM.control_number, ClaimState.DENIED, f"N{CLAIM.control_number}")),
        ((0, None), PAYS_ON, StatusAnswer(CLAIM.control_number, ClaimState.NOTHING_DUE, f"N{CLAIM.control_number}")),
        (
            (8000, 8000), PAYS_ON - timedelta(days=1),
            StatusAnswer(CLAIM.control_number, ClaimState.PENDING, f"N{CLAIM.control_number}"),
        ),
        (
            (None, None), PAYS_ON - timedelta(days=9),
            StatusAnswer(CLAIM.control_number, ClaimState.PENDING, f"N{CLAIM.control_number}"),
        ),
    ],
)  # fmt: skip
def test_the_office_reads_what_the_payer_knows(paid: tuple[Any, ...], day: date, expected: StatusAnswer) -> None:
    decision = _decision(CLAIM, *paid)
    assert _office().ask([CLAIM], day, lambda _: decision).answers == (expected,)


def test_a_claim_that_never_came_is_not_found() -> None:
    answers = _office().ask([CLAIM], PAYS_ON, lambda _: None).answers
    assert answers == (StatusAnswer(CLAIM.control_number, ClaimState.NOT_FOUND),)


def _asking() -> tuple[StatusAsking, list[Claim]]:
    child = Patient(Party("SAMPLE", "BO", is_person=True), "19", date(2015, 2, 3), "M")
    claims = [made_claim(number, member=f"M{number}") for number in range(1, 5)]
    claims[2] = replace(claims[2], patient=child)
    memory = {
        claims[0].control_number: _decision(claims[0], 8000, 4000),
        claims[1].control_number: _decision(claims[1], None, None),
        claims[2].control_number: replace(_decision(claims[2], 1, 1), pays_on=PAYS_ON + timedelta(days=2)),
    }
    return _office().ask(claims, PAYS_ON, memory.get), claims


def test_answers_stand_in_the_order_of_the_claims() -> None:
    asking, claims = _asking()
    assert [each.control_number for each in asking.answers] == [claim.control_number for claim in claims]
    assert [each.state for each in asking.answers] == [
        ClaimState.PAID, ClaimState.DENIED, ClaimState.PENDING, ClaimState.NOT_FOUND,
    ]  # fmt: skip
    assert (asking.inquiry.name, asking.response.name) == ("20250418-test.276", "20250418-test.277")


def test_our_validation_finds_nothing() -> None:
    asking, _ = _asking()
    for file in (asking.inquiry, asking.response):
        faults = [each for each in validate(file.content) if isinstance(each, Fault)]
        assert [(fault.code, fault.where) for fault in faults] == []


def test_a_stranger_reads_the_same_claims_and_statuses(tmp_path: Path) -> None:
    """x12sdk."""
    asking, claims = _asking()
    asked = _judged(asking.inquiry.content, tmp_path, "276")
    answered = _judged(asking.response.content, tmp_path, "277")
    numbers = [claim.control_number for claim in claims]
    assert [number for number, _ in asked] == numbers
    assert answered == list(zip(numbers, ["F1", "F2", "P1", "A4"], strict=True))


def _judged(content: bytes, folder: Path, kind: str) -> list[tuple[str, str]]:
    """Claim number (REF*EJ) and category of each claim, of subscribers and dependents."""
    path = folder / f"judged.{kind}"
    path.write_bytes(content)
    found = []
    with X12ModelReader(str(path)) as reader:
        for model in reader.models():
            for subscriber in model.loop_2000a[0].loop_2000b[0].loop_2000c[0].loop_2000d:
                loops = list(getattr(subscriber, "loop_2200d", None) or ())
                for dependent in getattr(subscriber, "loop_2000e", None) or ():
                    loops += dependent.loop_2200e
                found += [_claim(loop) for loop in loops]
    return found


def _claim(loop: Any) -> tuple[str, str]:
    numbers = {
        _text(each.reference_identification_qualifier): each.reference_identification for each in loop.ref_segment
    }
    status = getattr(loop, "stc_segment", None)
    return numbers["EJ"], _text(status[0].health_care_claim_status_1)[:2] if status else ""


def _text(value: Any) -> str:
    return str(getattr(value, "value", value))


def test_patience_differs_from_payer_to_payer_and_not_from_run_to_run() -> None:
    days = [_office(seed).patience_days for seed in range(60)]
    assert _office(3).patience_days == days[3]
    assert min(days) >= 20
    assert max(days) <= 45
    assert len(set(days)) > 10
