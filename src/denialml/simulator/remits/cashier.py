"""Makes the payments (ST to SE) of one payer: head, trace, provider adjustments, balance, and what goes wrong there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from denialml.claims import (
    BankAccount,
    ClaimPayment,
    Contact,
    Party,
    ProviderAdjustment,
    Reference,
    Remittance,
    ServicePayment,
    replace,
)
from denialml.ids import npi_check_digit
from denialml.simulator.dice import Fates
from denialml.simulator.faults import Faults
from denialml.simulator.payer import Payer, next_weekday
from denialml.simulator.remits.dues import charge
from denialml.simulator.remits.sections import Due, Hit, Section
from denialml.x12 import RemittanceTransaction

_BANK: Final = "990000013"  # routing number of everyone's bank; none that begins with 99 is assigned


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as its file tells it, and the ``transfer`` that the banks are ordered to make."""

    transaction: RemittanceTransaction
    transfer: Remittance


class Cashier:
    """Pays: every payment has its own trace, and one that would be negative is carried to the next (PLB FB)."""

    def __init__(self, payer: Payer, payee: Party, faults: Faults, fates: Fates) -> None:
        self._payer = payer
        self._payee = payee
        self._faults = faults
        self._fates = fates
        self._paying = _paying(payer)
        self._told = 0
        self._last_trace = ""
        self._forwarded: Due | None = None

    def pay(self, day: date, section: Section) -> Payment:
        """The payment of a section; the section's hits are given their trace, and faults of its own are added."""
        self._told += 1
        trace = f"{self._payer.party.identifier[-3:]}{day:%y%m%d}{self._told:05d}"
        fault = self._faults.payment_faults.of(trace)
        fate = self._fates.uniform("payment", trace)
        if fault == "same-trace" and self._last_trace:
            section.hits.append(Hit(fault))
            trace = self._last_trace
        self._last_trace = trace
        if fault.startswith("plb-") and section.paid_cents > 0:
            charge(fault, section, trace, fate)
        remittance = self._head(day, trace, self._total(section, trace))
        transfer = remittance
        if fault == "wrong-payee":
            section.hits.append(Hit(fault, "", remittance.payment_cents))
            remittance = replace(remittance, payee=self._stranger(trace))
        transaction = RemittanceTransaction(
            remittance, section.payments, [self._adjustment(day, due) for due in section.dues]
        )
        if fault == "unbalanced":
            transaction, hit = _unbalanced(transaction, fate)
            section.hits.append(hit)
        section.hits[:] = [hit if hit.trace else replace(hit, trace=trace) for hit in section.hits]
        return Payment(transaction, transfer)

    def _total(self, section: Section, trace: str) -> int:
        """What is paid, never less than nothing: a debt goes forward, and comes in with the next money (PLB FB)."""
        if self._forwarded is not None and any(payment.paid_cents for payment in section.payments):
            section.dues.append(replace(self._forwarded, cents=-self._forwarded.cents))
            self._forwarded = None
        total = section.paid_cents - sum(due.cents for due in section.dues)
        if total < 0:
            self._forwarded = Due("FB", trace, total)
            section.dues.append(self._forwarded)
        return max(total, 0)

    def _head(self, day: date, trace: str, total: int) -> Remittance:
        originator = self._payer.originator
        return Remittance(
            control_number=f"{self._told:04d}",
            payment_cents=total,
            method="ACH" if total else "NON",
            paid_on=next_weekday(day + timedelta(days=1), range(5)),
            trace=trace,
            originator=originator,
            payer=self._paying,
            payee=self._payee,
            handling="I" if total else "H",
            produced_on=day,
            payment_format="CCP" if total else "",
            payer_account=_account(originator) if total else None,
            payee_account=_account(self._payee.tax_id) if total else None,
            originating_company=originator if total else "",
        )

    def _adjustment(self, day: date, due: Due) -> ProviderAdjustment:
        return ProviderAdjustment(self._payee.npi, date(day.year, 12, 31), due.reason, due.reference, due.cents)

    def _stranger(self, trace: str) -> Party:
        """Another practice, with a sound NPI and a tax id of its own."""
        nine = f"19{int(self._fates.uniform('stranger', trace) * 10_000_000):07d}"
        return replace(
            self._payee,
            name="ANOTHER PRACTICE",
            identifier=nine + npi_check_digit(nine),
            references=(Reference("TJ", f"98{nine[2:]}"),),
        )


def _account(number: str) -> BankAccount:
    return BankAccount("01", _BANK, "DA", number)


def _paying(payer: Payer) -> Party:
    """The payer as the head of a remittance names it (N103 is XV there), with its technical contact."""
    contact = Contact("BL", "EDI SUPPORT", (("TE", payer.data["payer"]["telephone"]),))
    return replace(payer.party, id_qualifier="XV", contacts=(contact,))


def _unbalanced(transaction: RemittanceTransaction, fate: float) -> tuple[RemittanceTransaction, Hit]:
    """A cent too much at one level: the first line, the first claim, or the whole payment."""
    remittance, payments = transaction.remittance, list(transaction.payments)
    first = payments[0]
    assert isinstance(first, ClaimPayment), "simulated payers write no headers of their own"
    if fate < 1 / 3 and first.services:
        payments[0] = replace(first, services=(_with_a_cent(first.services[0]), *first.services[1:]))
    elif fate < 2 / 3:
        payments[0] = replace(first, paid_cents=first.paid_cents + 1)
    else:
        remittance = replace(remittance, payment_cents=remittance.payment_cents + 1)
        return replace(transaction, remittance=remittance), Hit("unbalanced", "", 1)
    return replace(transaction, payments=payments), Hit("unbalanced", first.control_number, 1)


def _with_a_cent(service: ServicePayment) -> ServicePayment:
    return replace(service, paid_cents=service.paid_cents + 1)
