"""The money of a whole history and of real remittances: each payment by ACH is matched, faults wait as they should."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bank_files import Money, nacha
from denialml.ledger import DepositState, RemittanceState
from denialml.service import deposits
from denialml.service.deposits import DepositsView, import_deposits
from denialml.service.posting import post_files
from denialml.service.simulation import SimulationConfig, SimulationReport, simulate
from denialml.settings import Settings
from deposit_cases import stand
from written_history import WrittenHistory, day_of

FAULTS = {"deposit-missing": 0.05, "deposit-late": 0.05, "deposit-amount": 0.05, "deposit-addenda": 0.2}


def taken_in(home: Settings, directory: Path) -> DepositsView:
    """Bank files first: their remittances follow."""
    money = import_deposits(home, sorted((directory / "bank").iterdir()))
    assert (money.unreadable_files, money.repeated, money.passed_over) == (0, 0, 0)
    post_files(home, sorted((directory / "remits").iterdir()))
    return deposits.view(home, today=date(2026, 7, 31))


def test_every_payment_of_a_history_is_matched(simulated: SimulationReport, settings: Settings) -> None:
    found = taken_in(settings, simulated.directory)
    last = max(day_of(path) for path in (simulated.directory / "bank").iterdir())
    assert {each.state for each in found.deposits} == {DepositState.MATCHED}
    for line in found.remittances:
        if line.amount_cents and line.paid_on <= last:
            assert line.state is RemittanceState.MATCHED
        else:  # pays nothing, or its money comes after the history's end
            assert line.state in {RemittanceState.NO_MONEY, RemittanceState.NO_DEPOSIT}
    assert found.unmatched_cents == 0
    assert stand(settings).balances["cash_bank"] == found.bank_cents


def test_what_goes_wrong_at_the_bank_waits_and_nothing_else(settings: Settings, tmp_path: Path) -> None:
    report = simulate(tmp_path / "history", SimulationConfig(claims=1_500, months=5, seed=12, faults=FAULTS))
    found = taken_in(settings, report.directory)
    traces = defaultdict(set)
    for fault in WrittenHistory(report.directory).truth("faults"):
        traces[fault["fault"]].add(fault["trace"])
    states = {each.trace: each for each in found.remittances}
    counts = Counter(states[trace].state for trace in traces["deposit-amount"])
    assert counts == {RemittanceState.AMOUNT_DIFFERS: len(traces["deposit-amount"])}
    assert {states[trace].state for trace in traces["deposit-missing"]} == {RemittanceState.NO_DEPOSIT}
    assert all(states[trace].late for trace in traces["deposit-missing"])
    last = max(day_of(path) for path in (report.directory / "bank").iterdir())
    rules = {each.deposit: each.rule for each in found.deposits}
    for trace in traces["deposit-addenda"]:
        if states[trace].paid_on <= last:
            assert (states[trace].state, rules[states[trace].deposit or 0]) == (RemittanceState.MATCHED, "amount")
    stand(settings)


@pytest.mark.samples
def test_money_for_every_real_remittance_is_matched(samples: Path, settings: Settings) -> None:
    """Where the payment puts into the books what it announces; checks wait for a person."""
    files = [path for path in sorted((samples / "x12").rglob("*")) if path.is_file() and _is_5010(path)]
    post_files(settings, files)
    before = deposits.view(settings, today=date(2026, 7, 31))
    for number, content in enumerate(_money_for(before)):
        path = settings.home / f"{number}.ach"
        path.write_bytes(content)
        assert not import_deposits(settings, [path]).unreadable_files
    after = deposits.view(settings, today=date(2026, 7, 31))
    states = Counter((each.method == "CHK", each.state) for each in after.remittances)
    assert states[False, RemittanceState.MATCHED] > 0
    for line in after.remittances:
        if line.method != "CHK" and line.amount_cents and line.state is not RemittanceState.NOT_IN_BOOKS:
            assert line.state is RemittanceState.MATCHED


def _is_5010(path: Path) -> bool:
    content = path.read_bytes()
    return b"ST*835" in content and b"005010X221" in content


def _money_for(found: DepositsView) -> Iterator[bytes]:
    for line in found.remittances:
        if line.amount_cents > 0:
            yield nacha(Money(line.amount_cents, line.trace, line.paid_on, originator=""))
