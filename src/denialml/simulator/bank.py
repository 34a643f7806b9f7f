"""The practice's bank: the payers' payments of a day as a NACHA file of CCD+ entries.

Records of 94 characters as the ACH rules have them: file header (1), a batch for each payer (5 to 8) with an entry (6)
and, where the payer tells it, an addenda record (7) that holds the TRN segment of the 835, file control (9), and nines
up to a block of ten. The addenda's trace and originator are those of TRN02 and TRN03, by which a deposit finds its
remittance (45 CFR 162.1602, the CORE rule 370 on reassociation).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import Final

from denialml.claims import Remittance
from denialml.simulator.wire import WireFile

_CREDITS_ONLY: Final = "220"  # service class of a batch
_CHECKING_CREDIT: Final = "22"  # transaction code of an entry
_DESCRIPTION: Final = "HCCLAIMPMT"  # what a health care payment is called in a batch header, by the ACH rules
_BLOCK: Final = 10  # records
_AT: Final = time(6, 0)


@dataclass(frozen=True, slots=True)
class Deposit:
    """A payment that reaches the practice's account on ``settles_on``.

    ``company`` and ``company_id`` (BPR10) are the payer's, ``trace`` and ``originator`` those of its
    remittance (TRN02, TRN03), ``routing`` and ``account`` the practice's, ``origin`` the routing number of the payer's
    bank. Without ``told`` the addenda are missing.
    """

    settles_on: date
    cents: int
    company: str
    company_id: str
    trace: str
    originator: str
    routing: str
    account: str
    origin: str
    told: bool = True

    @classmethod
    def of(cls, remittance: Remittance) -> Deposit | None:
        """The payment that a remittance announces, or None when it is no transfer of money."""
        account = remittance.payee_account
        if not remittance.payment_cents or account is None or remittance.paid_on is None:
            return None
        return cls(
            settles_on=remittance.paid_on,
            cents=remittance.payment_cents,
            company=remittance.payer.name,
            company_id=remittance.originating_company or remittance.originator,
            trace=remittance.trace,
            originator=remittance.originator,
            routing=account.bank,
            account=account.account,
            origin=remittance.payer_account.bank if remittance.payer_account else account.bank,
        )


class DepositFault(StrEnum):
    """What may go wrong between a remittance and its deposit."""

    MISSING = "deposit-missing"
    LATE = "deposit-late"
    AMOUNT = "deposit-amount"  # a cent less than told
    ADDENDA = "deposit-addenda"  # nothing tells which remittance it belongs to


def faulty(deposit: Deposit, fault: DepositFault, late_days: int = 5) -> Deposit | None:
    """The deposit as it arrives under a fault; None when it never does. Late ones skip weekends."""
    match fault:
        case DepositFault.MISSING:
            return None
        case DepositFault.LATE:
            day = deposit.settles_on + timedelta(days=late_days)
            return replace(deposit, settles_on=day + timedelta(days=max(0, day.weekday() - 4) and 7 - day.weekday()))
        case DepositFault.AMOUNT:
            return replace(deposit, cents=deposit.cents - 1)
        case DepositFault.ADDENDA:
            return replace(deposit, told=False)


class Bank:
    """The bank of one practice: keeps deposits until their day. ``receiver`` is the name on the account."""

    def __init__(self, name: str, receiver: str, receiver_id: str) -> None:
        self._name = name
        self._receiver = receiver
        self._receiver_id = receiver_id
        self._deposits: dict[date, list[Deposit]] = {}
        self._entries = 0

    def keep(self, deposit: Deposit) -> None:
        """Take notice of a payment on its way."""
        self._deposits.setdefault(deposit.settles_on, []).append(deposit)

    def issue(self, day: date) -> WireFile | None:
        """The file of a day, or None on a day without a deposit. Deposits of one payer share a batch."""
        deposits = sorted(self._deposits.pop(day, []), key=attrgetter("company_id"))
        if not deposits:
            return None
        records = [self._header(deposits[0].routing, day)]
        batches = [list(run) for _, run in groupby(deposits, key=attrgetter("company_id"))]
        for number, batch in enumerate(batches, 1):
            records += self._batch(number, batch, day)
        content = "".join(record + "\n" for record in _closed(records, deposits, len(batches)))
        return WireFile("bank", f"{day:%Y%m%d}.ach", content.encode("ascii", "replace"))

    def _header(self, routing: str, day: date) -> str:
        name = f"{self._name:<23.23}"
        return f"101 {routing:>9} {routing:>9}{day:%y%m%d}{_AT:%H%M}A094101{name}{name}{'':8}"

    def _batch(self, number: int, deposits: Sequence[Deposit], day: date) -> list[str]:
        """Header, entries with their addenda, and control of one payer's payments."""
        first = deposits[0]
        bank = first.origin[:8]
        header = (
            f"5{_CREDITS_ONLY}{first.company:<16.16}{'':20}{first.company_id:>10}CCD{_DESCRIPTION}{day:%y%m%d}"
            f"{day:%y%m%d}{day:%j}1{bank}{number:07d}"
        )
        entries = [record for deposit in deposits for record in self._entry(deposit)]
        control = f"8{_CREDITS_ONLY}{_totals(entries, deposits, 6)}{first.company_id:>10}{'':25}{bank}{number:07d}"
        return [header, *entries, control]

    def _entry(self, deposit: Deposit) -> list[str]:
        """The entry of a payment, and its addenda where they are there."""
        self._entries = self._entries % 9_999_999 + 1
        entry = (
            f"6{_CHECKING_CREDIT}{deposit.routing}{deposit.account:<17.17}{deposit.cents:010d}"
            f"{self._receiver_id:<15.15}{self._receiver:<22.22}  {int(deposit.told)}"
            f"{deposit.origin[:8]}{self._entries:07d}"
        )
        if not deposit.told:
            return [entry]
        segment = f"TRN*1*{deposit.trace}*{deposit.originator}~"
        return [entry, f"705{segment:<80}0001{self._entries:07d}"]


def _closed(records: list[str], deposits: Sequence[Deposit], batches: int) -> list[str]:
    """All records of a file: its control after them, and nines up to a whole block."""
    inner = [record for record in records if record[0] in "67"]
    blocks = -(-(len(records) + 1) // _BLOCK)
    control = f"9{batches:06d}{blocks:06d}{_totals(inner, deposits, 8)}{'':39}"
    return [*records, control, *["9" * 94] * (blocks * _BLOCK - len(records) - 1)]


def _totals(entries: Iterable[str], deposits: Iterable[Deposit], width: int) -> str:
    """Count of entries and addenda, hash of the receiving banks (its last ten digits), debits, credits in cents."""
    deposits = tuple(deposits)
    hashed = sum(int(deposit.routing[:8]) for deposit in deposits) % 10**10
    credits_ = sum(deposit.cents for deposit in deposits)
    return f"{sum(1 for _ in entries):0{width}d}{hashed:010d}{0:012d}{credits_:012d}"
