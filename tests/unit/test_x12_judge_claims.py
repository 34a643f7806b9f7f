"""An independent judge for the rarer parts of the 837: pyx12's maps of the professional and institutional guides.

Where the judge would be wrong, the case avoids it and says why:

- a line's certificate for equipment (PWK*CT with PWK02 AB, AD, AF, AG or NS) is held against the codes of the other PWK
  of the line, because both may begin with CT and pyx12 tells them apart by PWK01 alone.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import x12_cases as cases
import x12_claim_cases as made
from denialml import x12
from denialml.claims import Claim, replace
from denialml.errors import RefusedError
from pyx12_judge import verdict

PROFESSIONAL = (made.secondary, made.tertiary, made.accident, made.equipment)
INSTITUTIONAL = (made.hospital, made.hospital_secondary)


@pytest.mark.parametrize("make", [*PROFESSIONAL, *INSTITUTIONAL])
def test_each_passes_and_reads_back_equal(make: type[Claim], tmp_path: Path) -> None:
    claim = make()
    content = x12.write(cases.batch([claim]))
    events = list(x12.read(content))
    assert [read.claim for read in cases.only(events, x12.ClaimRead)] == [claim]
    assert cases.findings(events) == []
    judged = content.replace(b"PWK*CT*AF~", b"PWK*CT*EL~")  # see above
    assert verdict(judged, tmp_path) == (True, [])


def test_an_institutional_file_names_its_guide() -> None:
    content = x12.write(cases.batch([made.hospital()])).decode()
    assert content.count("005010X223A2") == 2
    assert made.hospital().type_of_bill == "0111"


def test_a_batch_of_both_kinds_is_refused() -> None:
    with pytest.raises(RefusedError, match="not both"):
        x12.write(cases.batch([cases.claim(), made.hospital()]))


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (replace(made.accident(), institutional=made.hospital().institutional), "CR1"),
        (cases.claim(referring=made.person("X", taxonomy="207R00000X")), "PRV"),
        (cases.claim(lines=(replace(cases.line(), revenue_code="0450"),)), "revenue code"),
        (cases.claim(other_payers=(made.PAID,) * 11), "at most 10 other payers"),
        (cases.claim(attachments=(made.accident().attachments[0],) * 11), "PWK"),
        (cases.claim(anaesthesia_procedures=("1", "2", "3")), "HI"),
        (made.hospital(dates=()), "statement period"),
    ],
)
def test_what_a_guide_has_no_room_for_is_refused(claim: Claim, words: str) -> None:
    with pytest.raises(RefusedError, match=words):
        x12.write(cases.batch([claim]))
