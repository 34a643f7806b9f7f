"""Whatever order the same files come in, the books end the same; what waits is freed by what it waits for."""

from __future__ import annotations

from datetime import date, datetime
from itertools import permutations
from pathlib import Path

import pytest

from denialml.claims import Party, replace
from denialml.settings import Settings
from fault_story import FIRST, SECOND, state
from posting_cases import (
    NUMBER,
    PERSON,
    as_read,
    claims_file,
    co,
    our_claim,
    payment,
    pr,
    remit_file,
    reversal,
    service,
    take_in,
)

PAID = payment(service(10000, 6000, co("45", 3000), pr("2", 1000), line_control_number="L1"))
MORE = payment(service(10000, 7000, co("45", 3000), line_control_number="L1"))
DENIED = payment(service(10000, 0, co("16", 10000), line_control_number="L1"), status="4")
OF_SECOND = payment(
    service(10000, 800, replace(co("23", 9000), group="OA"), pr("2", 200), line_control_number="L1"), status="2"
)


def _claims(path: Path, name: str, day: int, **changes: object) -> Path:
    charge = changes.pop("charge", 10000)
    number = changes.pop("number", NUMBER)
    claim = our_claim(str(number), int(str(charge)), **changes)
    return claims_file(path / f"{name}.837", claim, control=day, created=datetime(2026, 1, day))


def _to_second(path: Path, day: int) -> Path:
    claim = our_claim(NUMBER, 10000)
    claim = replace(claim, coverage=replace(claim.coverage, sequence="S", payer=SECOND))
    return claims_file(path / "second.837", claim, control=day, created=datetime(2026, 1, day))


def _remit(path: Path, name: str, day: int, *answers: object, payer: Party = FIRST) -> Path:
    source = as_read(*answers, trace=name, paid_on=date(2026, 2, day), produced_on=date(2026, 2, day), payer=payer)  # type: ignore[arg-type]  # claim payments
    return remit_file(path / f"{name}.835", source, control=day, created=datetime(2026, 2, day))


def _stories(path: Path) -> dict[str, tuple[list[Path], dict[str, int], dict[str, int]]]:
    """Files, and the balances and parked kinds they end in."""
    paid = {"cash_clearing": 6000, "adj_contractual": 3000, "ar_patient": 1000, "revenue_charges": -10000}
    return {
        "replaced and taken back": (
            [
                _claims(path, "first", 5),
                _remit(path, "A", 1, PAID),
                _claims(path, "again", 20, frequency="7"),
                _remit(path, "B", 9, reversal(PAID), replace(MORE, frequency="7")),
            ],
            {"cash_clearing": 7000, "adj_contractual": 3000, "revenue_charges": -10000},
            {},
        ),
        "taken back and paid again by other files": (
            [
                _claims(path, "only", 5),
                _remit(path, "C", 1, PAID),
                _remit(path, "D", 9, reversal(PAID)),
                _remit(path, "E", 12, MORE),
            ],
            {"cash_clearing": 7000, "adj_contractual": 3000, "revenue_charges": -10000},
            {},
        ),
        "two payers": (
            [
                _claims(path, "primary", 5),
                _remit(path, "F", 1, PAID),
                _to_second(path, 6),
                _remit(path, "G", 9, OF_SECOND, payer=SECOND),
            ],
            {"cash_clearing": 6800, "adj_contractual": 3000, "ar_patient": 200, "revenue_charges": -10000},
            {},
        ),
        "paid twice": (
            [_claims(path, "once", 5), _remit(path, "H", 1, PAID), _remit(path, "I", 9, MORE)],
            {**paid, "cash_clearing": 13000, "suspense_remit": -7000},
            {"overpayment": 1},
        ),
        "told by the payer's number": (
            [
                _claims(path, "mangled", 5),
                _remit(path, "J", 1, DENIED),
                _remit(path, "K", 9, replace(PAID, control_number="MANGLED")),
            ],
            paid,
            {},
        ),
        "told by the member, until another claim fits as well": (
            [
                _claims(path, "one", 5),
                _claims(path, "other", 6, number="0000000002W"),
                _remit(path, "L", 9, replace(PAID, control_number="LOST", payer_control_number="", patient=PERSON)),
            ],
            {"ar_insurer": 20000, "cash_clearing": 6000, "revenue_charges": -20000, "suspense_remit": -6000},
            {"ambiguous": 1},
        ),
    }


NAMES = (
    "replaced and taken back",
    "taken back and paid again by other files",
    "two payers",
    "paid twice",
    "told by the payer's number",
    "told by the member, until another claim fits as well",
)


@pytest.mark.parametrize("name", NAMES)
def test_any_order_of_files_ends_in_the_same_books(name: str, tmp_path: Path) -> None:
    files, balances, parked = _stories(tmp_path)[name]
    seen = []
    for turn, order in enumerate(permutations(files)):
        home = Settings(home=tmp_path / str(turn))
        for file in order:
            take_in(home, file)
        seen.append(state(home))
    assert (seen[0].balances, seen[0].parked) == (balances, parked)
    assert all(each == seen[0] for each in seen)


@pytest.mark.parametrize("name", NAMES)
def test_the_reverse_order_on_both_databases(name: str, tmp_path: Path, database_url: str) -> None:
    files, balances, parked = _stories(tmp_path)[name]
    home = Settings(home=tmp_path, database_url=database_url)
    for file in reversed(files):
        take_in(home, file)
    found = state(home)
    assert (found.balances, found.parked) == (balances, parked)
