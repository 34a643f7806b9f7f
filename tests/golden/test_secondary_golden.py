"""A claim to a second payer, byte by byte: ``x12/secondary.837`` was looked over by hand, a segment a line."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import x12_cases as cases
from denialml import x12
from denialml.claims import Claim, Reference, Remark, replace
from denialml.submission import AnswerAsTold, secondary_claim
from posting_cases import co, our_claim, payment, pr, service
from second_covers import OF_SPOUSE

EXPECTED = Path(__file__).parent / "x12" / "secondary.837"


def _claim() -> Claim:
    first = replace(
        our_claim("0000000001Y", 10000, 5000),
        other_payers=(OF_SPOUSE,),
        references=(Reference("G1", "AUTH77"), Reference("EA", "CHART1")),
    )
    told = payment(
        service(10000, 6000, co("45", 2500), pr("2", 1000), co("45", 500), line_control_number="L1"),
        service(5000, 0, pr("1", 5000), line_control_number="L2", code="99214"),
        adjustments=(co("253", 120),),
        remarks=(Remark("MA01", "HE", "MOA"),),
    )
    told = replace(told, paid_cents=5880)
    made = secondary_claim(first, [AnswerAsTold(told, date(2026, 2, 1), (1, 2))])
    assert isinstance(made, Claim)
    return made


def _text() -> str:
    envelope = x12.Envelope("PRACTICE", "HOUSE", 7, datetime(2026, 2, 20, 9, 0), "P")
    return x12.write(cases.batch([_claim()], envelope)).decode().replace("~", "~\n")


def test_a_claim_to_a_second_payer_is_written_as_looked_over() -> None:
    assert _text() == EXPECTED.read_text(encoding="utf-8")


if __name__ == "__main__":
    EXPECTED.write_text(_text(), encoding="utf-8")
