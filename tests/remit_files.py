"""The remittance office of a test's payer, its files day by day, and what they say."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from denialml import x12
from denialml.claims import ClaimPayment, Party, ProviderAdjustment, Reference, Remittance
from denialml.simulator.decisions import Decision
from denialml.simulator.faults import Faults
from denialml.simulator.remits import Remit, RemitOffice
from made_up_claims import BILLING
from simulated_payer import RECEIVED, payer

PAYEE = Party(
    name="GROUP",
    id_qualifier="XX",
    identifier=BILLING.identifier,
    address=BILLING.address,
    references=(Reference("TJ", "123456789"),),
)
WEEK = timedelta(days=7)
NEVER = {"reversal-correction": 0.0, "takeback": 0.0, "takeback-plb": 0.0, "misdirected": 0.0}

Told = tuple[date, Remittance, list[ClaimPayment], list[ProviderAdjustment]]


def office(faults: Faults | None = None, seed: int = 1, **terms: object) -> RemitOffice:
    remits = {"median_days": 7, "spread": 0.5, "floor": 3, "weekdays": [1, 4], **terms}
    return RemitOffice(payer(remits=remits), PAYEE, "RECEIVER", seed, faults or Faults({}, seed))


def issued(desk: RemitOffice, decisions: Iterable[Decision], days: int = 330) -> list[tuple[date, Remit]]:
    """Every file that comes within so many days, with its day."""
    for decision in decisions:
        desk.keep(decision)
    calendar = [RECEIVED + timedelta(days=number) for number in range(days)]
    return [(day, remit) for day in calendar for remit in desk.issue(day)]


def read(files: Iterable[tuple[date, Remit]]) -> list[Told]:
    """The payments of the files, read from their bytes."""
    told: list[Told] = []
    for day, remit in files:
        for event in x12.read(remit.content):
            if isinstance(event, x12.RemittanceRead):
                told.append((day, event.remittance, [], []))
            elif isinstance(event, x12.ClaimPaymentRead):
                told[-1][2].append(event.payment)
            elif isinstance(event, x12.ProviderAdjustmentRead):
                told[-1][3].append(event.adjustment)
    return told
