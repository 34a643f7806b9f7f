"""The contracts that a history leaves price what its payers price, and nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from denialml.claims import Procedure, replace
from denialml.codes import Tables
from denialml.contracts import Service, expected
from denialml.errors import BadInputError, RefusedError
from denialml.service.contracts import adopt, agreements_of
from denialml.settings import Settings
from denialml.simulator.contracts import write_contracts
from denialml.simulator.data import PAYER_KEYS, document
from denialml.simulator.payer import Payer
from denialml.simulator.policy import load_payers
from simulated_payer import claim

NO_TABLES = Tables({}, {}, {})


@pytest.fixture(scope="module")
def payers() -> list[Payer]:
    policies = load_payers(None)
    return [Payer(policies[key], 1) for key in PAYER_KEYS]


@pytest.fixture(scope="module")
def home(payers: list[Payer], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("contracts")
    write_contracts(folder / "made", payers)
    settings = Settings(home=folder / "home")
    adopt(settings, folder / "made")
    return settings


@pytest.mark.parametrize("modifiers", [(), ("25",), ("26",), ("50",), ("59", "RT")])
def test_a_contract_comes_to_the_payer_s_own_price(
    home: Settings, payers: list[Payer], modifiers: tuple[str, ...]
) -> None:
    agreements = agreements_of(home)
    (made,) = claim(1, "99213").lines
    for payer in payers:
        changes = [schedule.first for schedule in payer.fees.schedules[1:]]
        days = [date(2025, 1, 2), *changes, *(day - timedelta(days=1) for day in changes)]
        for day in days:
            for code in document("fees.yaml")["values"]:
                line = replace(made, procedure=Procedure(code, modifiers), units=Decimal(3), charge_cents=10**9)
                asked = Service(code, modifiers, line.units, line.charge_cents, day)
                found = expected(asked, (), agreements.on(payer.party.identifier, day), NO_TABLES)
                assert found.cents is not None, found.reason
                # A payer rounds each unit, a contract the line.
                assert abs(found.cents - payer.fees.fee(line, day)) <= 2


def test_contracts_that_are_there_are_not_replaced(home: Settings) -> None:
    with pytest.raises(RefusedError, match="has contracts already"):
        adopt(home, home.home)


def test_before_a_contract_nothing_holds(home: Settings, tmp_path: Path) -> None:
    agreements = agreements_of(home)
    assert agreements.on("EX805", date(1999, 12, 31)) is None
    assert agreements.on("NOBODY", date(2026, 1, 1)) is None
    assert agreements_of(Settings(home=tmp_path)).on("EX805", date(2026, 1, 1)) is None


def test_a_later_contract_without_prices_ends_the_earlier(tmp_path: Path) -> None:
    text = "contracts: {P: [{effective: 2025-01-01, pays: {charge_percent: 50}}, {effective: 2026-01-01}]}"
    (tmp_path / "practice.yaml").write_text(text, encoding="utf-8")
    agreements = agreements_of(Settings(home=tmp_path))
    assert agreements.on("P", date(2025, 12, 31)) is not None
    assert agreements.on("P", date(2026, 1, 1)) is None
    (tmp_path / "practice.yaml").write_text(text.replace("charge_percent: 50", "schedule: s.csv"), encoding="utf-8")
    with pytest.raises(BadInputError, match=r"s\.csv is not there"):
        agreements_of(Settings(home=tmp_path))
