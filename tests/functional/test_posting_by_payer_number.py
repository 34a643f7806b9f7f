"""An answer under a number that is none of ours is placed by the payer's number, whatever order files came in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from denialml.claims import replace
from denialml.settings import Settings
from fault_story import FIRST, claim, claims, paid, state
from posting_cases import as_read, remit_file, take_in

EARLY = date(2026, 1, 5)  # before either version was sent, so that it cannot be told which of them was answered


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 1, 3, 2), (2, 3, 0, 1)])
def test_an_answer_that_fits_two_versions_tells_the_payers_number(
    database_url: str, tmp_path: Path, order: tuple[int, ...]
) -> None:
    """It waits for a person, but names a claim of ours all the same."""
    head = {"paid_on": EARLY, "produced_on": EARLY, "payer": FIRST}
    named = replace(paid("C1", 7000), payer_control_number="ICN1")
    lost = replace(paid("ELSE"), payer_control_number="ICN1")
    files = [
        claims(tmp_path / "1.837", 14, claim("C1", frequency="7")),
        claims(tmp_path / "2.837", 19, claim("C1")),
        remit_file(tmp_path / "3.835", as_read(named, trace="T3", **head), control=3),
        remit_file(tmp_path / "4.835", as_read(lost, trace="T4", **head), control=4),
    ]
    home = Settings(home=tmp_path, database_url=database_url)
    for place in order:
        take_in(home, files[place])
    assert state(home).parked == {"ambiguous": 2}
