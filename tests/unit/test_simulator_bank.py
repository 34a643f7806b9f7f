"""The bank's file: totals that tie, an independent reader that agrees, and what goes wrong when asked to."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

import x12_cases as cases
from denialml.claims import BankAccount, Party, Remittance, replace
from denialml.simulator.bank import Bank, Deposit, DepositFault, faulty

DAY = date(2025, 3, 14)
ACCOUNT = BankAccount("01", "990000013", "DA", "841935027")
PAYER_ACCOUNT = BankAccount("01", "991000012", "DA", "1")


def _remittance(number: int, cents: int = 10_050, originator: str = "1340502502", **changes: Any) -> Remittance:
    plain = cases.remittance(
        payment_cents=cents, paid_on=DAY, trace=f"502250314{number:05d}", originator=originator,
        payer=Party("NORTHFIELD HEALTH", id_qualifier="XV", identifier="CI502"), payee_account=ACCOUNT,
        payer_account=PAYER_ACCOUNT, originating_company=originator,
    )  # fmt: skip
    return replace(plain, **changes)


def _deposit(number: int, cents: int = 10_050, originator: str = "1340502502") -> Deposit:
    deposit = Deposit.of(_remittance(number, cents, originator))
    assert deposit is not None
    return deposit


def _bank() -> Bank:
    return Bank("PRACTICE BANK", "CROSSING RIVERS MEDICAL GROUP", "841935027")


def _records(*deposits: Deposit, day: date = DAY) -> list[str]:
    bank = _bank()
    for deposit in deposits:
        bank.keep(deposit)
    file = bank.issue(day)
    assert file is not None
    return file.content.decode().splitlines()


DEPOSITS = [_deposit(1), _deposit(2, 250_001, "1350401401"), _deposit(3, 1), _deposit(4, 999)]


def test_records_have_their_shape_and_order() -> None:
    records = _records(*DEPOSITS)
    assert {len(record) for record in records} == {94}
    assert len(records) % 10 == 0
    assert "".join(record[0] for record in records) == "156767678" + "5678" + "9" + "999999"


def test_totals_tie() -> None:
    records = _records(*DEPOSITS)
    entries = [record for record in records if record[0] == "6"]
    batches = [record for record in records if record[0] == "8"]
    control = next(record for record in records if record[0] == "9")
    cents = [int(record[29:39]) for record in entries]
    assert sorted(cents) == sorted(deposit.cents for deposit in DEPOSITS)
    assert sum(int(record[32:44]) for record in batches) == int(control[43:55]) == sum(cents)
    assert sum(int(record[10:20]) for record in batches) == int(control[21:31]) == len(entries) * 99_000_001
    assert sum(int(record[4:10]) for record in batches) == int(control[13:21]) == 2 * len(entries)
    assert (int(control[1:7]), int(control[7:13])) == (2, len(records) // 10)


def test_each_addenda_tells_the_remittance_of_its_entry() -> None:
    records = _records(*DEPOSITS)
    found = {}
    for entry, addenda in pairwise(records):
        if entry[0] == "6":
            assert addenda[:3] == "705"
            assert entry[87:94] == addenda[87:94]
            found[addenda[3:83].rstrip()] = int(entry[29:39])
    assert found == {f"TRN*1*{each.trace}*{each.originator}~": each.cents for each in DEPOSITS}


def test_an_independent_library_reads_the_file_and_counts_the_same() -> None:
    """carta-ach reads the entries, and what it writes of them has the same totals.

    It takes one company and one bank for all of a file, so that of a batch's control the part before those is compared.
    """
    parser = pytest.importorskip("ach.parser", reason="the judge, carta-ach, is not installed")
    builder = pytest.importorskip("ach.builder", reason="the judge, carta-ach, is not installed")
    records = _records(*DEPOSITS)
    read = parser.Parser("\n".join(records)).as_dict()
    facts = {}
    judged = builder.AchFile("A", _SETTINGS)
    for batch in read["batches"]:
        entries = [_entry(entry) for entry in batch["entries"]]
        judged.add_batch("CCD", entries, eff_ent_date=datetime(2025, 3, 14), company_id="1340502502")
        for entry in entries:
            facts[entry["addenda"][0]["payment_related_info"]] = round(float(entry["amount"]) * 100)
    assert facts == {f"TRN*1*{each.trace}*{each.originator}~": each.cents for each in DEPOSITS}
    theirs = judged.render_to_string().splitlines()
    assert len(theirs) == len(records)
    for ours, other in zip(records, theirs, strict=True):
        if ours[0] in "89":
            assert ours[:44] == other[:44]
    assert next(each for each in records if each[0] == "9") == next(each for each in theirs if each[0] == "9")


_SETTINGS = {
    "immediate_dest": "990000013", "immediate_org": "990000013", "immediate_dest_name": "BANK",
    "immediate_org_name": "BANK", "company_id": "1340502502",
}  # fmt: skip


def _entry(read: dict[str, Any]) -> dict[str, Any]:
    """An entry as carta-ach read it, in the shape in which it writes one."""
    detail = read["entry_detail"]
    return {
        "type": detail["transaction_code"], "routing_number": detail["recv_dfi_id"] + detail["check_digit"],
        "account_number": detail["dfi_acnt_num"].strip(), "amount": str(int(detail["amount"]) / 100),
        "name": detail["ind_name"].strip(),
        "addenda": [{"payment_related_info": each["pmt_rel_info"].strip()} for each in read["addenda"]],
    }  # fmt: skip


def test_deposits_wait_for_their_day() -> None:
    bank = _bank()
    bank.keep(_deposit(1))
    assert bank.issue(DAY - timedelta(days=1)) is None
    file = bank.issue(DAY)
    assert file is not None
    assert (file.folder, file.name) == ("bank", "20250314.ach")
    assert bank.issue(DAY) is None


def test_entries_are_numbered_on_from_day_to_day() -> None:
    bank = _bank()
    numbers = []
    for days in range(3):
        bank.keep(replace(_deposit(days), settles_on=DAY + timedelta(days=days)))
        file = bank.issue(DAY + timedelta(days=days))
        assert file is not None
        numbers += [record[79:94] for record in file.content.decode().splitlines() if record[0] == "6"]
    assert numbers == ["991000010000001", "991000010000002", "991000010000003"]


def test_a_remittance_without_money_makes_no_deposit() -> None:
    assert Deposit.of(_remittance(1, 0, method="NON")) is None
    assert Deposit.of(_remittance(1, payee_account=None)) is None


def test_faults() -> None:
    deposit = _deposit(1)
    assert faulty(deposit, DepositFault.MISSING) is None
    late = faulty(deposit, DepositFault.LATE, 8)
    assert late is not None
    assert late.settles_on == date(2025, 3, 24)  # the 22nd is a Saturday
    short = faulty(deposit, DepositFault.AMOUNT)
    assert short == replace(deposit, cents=10_049)
    silent = faulty(deposit, DepositFault.ADDENDA)
    assert silent is not None
    records = _records(silent)
    assert [record[0] for record in records[:5]] == ["1", "5", "6", "8", "9"]
    assert records[2][78] == "0"
    assert int(records[3][4:10]) == 1
