"""Questions after claims that nobody answered: the office's 276, the payer's 277, and what the office reads in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol

from denialml.claims import (
    Claim,
    ClaimStatusInquiry,
    ClaimStatusResponse,
    DatedFact,
    Party,
    Reference,
    StatusCode,
    StatusInformation,
    StatusPerson,
    replace,
)
from denialml.simulator.decisions import Decision
from denialml.simulator.dice import Fates
from denialml.simulator.wire import Channel, WireFile

_NOT_FOUND: Final = StatusCode("A4", "35")
_IN_PROCESS: Final = StatusCode("P1", "20")
_AWAITING_PAYMENT: Final = StatusCode("P1", "3")
_NOTHING_DUE: Final = StatusCode("F0", "1")  # the remittance tells the rest
_PAID: Final = StatusCode("F1", "65")
_DENIED: Final = StatusCode("F2", "1")
_DECIDED_BEFORE: Final = timedelta(days=3)  # of the pay day, a payer says that it has decided, not what
_ASKED_AT: Final = time(11, 0)
_ANSWERED_AT: Final = time(11, 40)


class StatusPayer(Protocol):
    """A payer, as far as asking after claims goes."""

    key: str

    @property
    def party(self) -> Party:
        """Who it is, as claims name it."""
        ...


class ClaimState(StrEnum):
    """What a 277 says of a claim."""

    NOT_FOUND = "not found"  # to be sent again
    PENDING = "pending"
    PAID = "paid"
    DENIED = "denied"
    NOTHING_DUE = "nothing due"  # finished without payment or denial: all of it is the patient's


_STATES: Final = {
    "A4": ClaimState.NOT_FOUND, "P1": ClaimState.PENDING, "F0": ClaimState.NOTHING_DUE, "F1": ClaimState.PAID,
    "F2": ClaimState.DENIED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """What the office reads of one claim. ``payer_number`` is empty and ``paid_cents`` 0 where nothing is told."""

    control_number: str
    state: ClaimState
    payer_number: str = ""
    paid_cents: int = 0


@dataclass(frozen=True, slots=True)
class StatusAsking:
    """A 276, its 277, and the answers read in it, in the order of the claims."""

    inquiry: WireFile
    response: WireFile
    answers: tuple[StatusAnswer, ...]


class StatusOffice:
    """Between a practice and one payer. ``data`` is the part ``claim_status`` of ``clearinghouse.yaml``.

    ``patience_days`` is how long the office waits for this payer's answer before it asks.
    """

    def __init__(self, submitter: Party, payer: StatusPayer, seed: int, data: Mapping[str, Any]) -> None:
        self.key = payer.key
        self._payer = Party(payer.party.name, id_qualifier="PI", identifier=payer.party.identifier)
        self._receiver = Party(submitter.name, id_qualifier="46", identifier=submitter.identifier)
        self._out = Channel(submitter.identifier, payer.party.identifier, _ASKED_AT)
        self._back = Channel(payer.party.identifier, submitter.identifier, _ANSWERED_AT)
        least, most = data["asked_after"]
        self.patience_days: int = least + int(Fates(seed, "claim status").uniform(payer.key) * (most - least + 1))
        self._asked = 0

    def ask(self, claims: Sequence[Claim], day: date, knows: Callable[[str], Decision | None]) -> StatusAsking:
        """Ask after claims in one file and read the answer; ``claims`` is not empty.

        ``knows`` is the payer's memory: its decision on the claim of a control number, None if it never got the claim.
        """
        stamp = self._out.stamp(day)
        inquiry = self._out.send([self._inquiry(claim, stamp) for claim in claims], day)
        stamp = self._back.stamp(day)
        answers = [self._response(asked, stamp, knows) for asked in inquiry.messages]
        response = self._back.send(answers, day)
        return StatusAsking(
            WireFile.of("status", day, self.key, "276", inquiry.content),
            WireFile.of("status", day, self.key, "277", response.content),
            tuple(_read(message) for message in response.messages),
        )

    def _inquiry(self, claim: Claim, stamp: tuple[str, date, str]) -> ClaimStatusInquiry:
        self._asked += 1
        coverage, patient = claim.coverage, claim.patient
        holder = coverage.subscriber
        named = Party(holder.name, holder.first, is_person=True, id_qualifier="MI", identifier=holder.identifier)
        dependent = None
        if patient is not None:
            person = Party(patient.party.name, patient.party.first, is_person=True)
            dependent = StatusPerson(person, patient.birth, patient.sex)
        first = min(line.service_from for line in claim.lines)
        last = max(line.service_to or line.service_from for line in claim.lines)
        reference, sent_on, sent_at = stamp
        return ClaimStatusInquiry(
            payer=self._payer, receiver=self._receiver,
            provider=Party(claim.billing.name, id_qualifier="XX", identifier=claim.billing.npi),
            subscriber=StatusPerson(named, coverage.subscriber_birth, coverage.subscriber_sex), dependent=dependent,
            trace=f"S{self._asked:09d}", charge_cents=claim.charge_cents,
            dates=(DatedFact("472", first, last if last != first else None),),
            references=(Reference("EJ", claim.control_number),),
            reference=reference, sent_on=sent_on, sent_at=sent_at,
        )  # fmt: skip

    # The payer's side

    def _response(
        self, asked: Any, stamp: tuple[str, date, str], knows: Callable[[str], Decision | None]
    ) -> ClaimStatusResponse:
        decision = knows(asked.account_number)
        reference, sent_on, sent_at = stamp
        numbers = (Reference("1K", decision.number),) if decision else ()
        dependent = asked.dependent
        return ClaimStatusResponse(
            payer=asked.payer, receiver=asked.receiver, provider=asked.provider,
            subscriber=StatusPerson(asked.subscriber.party),
            dependent=StatusPerson(dependent.party) if dependent else None,
            trace=asked.trace, statuses=(_status(decision, asked.charge_cents, sent_on),),
            references=(*numbers, *asked.references), dates=asked.dates,
            reference=reference, sent_on=sent_on, sent_at=sent_at,
        )  # fmt: skip


def _status(decision: Decision | None, charge_cents: int, day: date) -> StatusInformation:
    """What the payer says on that day: nothing of a decision before its pay day but that it is made."""
    if decision is None:
        return StatusInformation(_NOT_FOUND, effective_on=day, charge_cents=charge_cents)
    if day < decision.pays_on:
        code = _AWAITING_PAYMENT if decision.pays_on - day <= _DECIDED_BEFORE else _IN_PROCESS
        return StatusInformation(code, effective_on=day, charge_cents=charge_cents)
    paid = sum(line.price.paid_cents for line in decision.lines if line.price)
    denied = len(decision.denied) == len(decision.lines)
    said = StatusInformation(
        _PAID if paid else _DENIED if denied else _NOTHING_DUE,
        effective_on=decision.pays_on, charge_cents=charge_cents, paid_cents=paid, adjudicated_on=decision.pays_on,
    )  # fmt: skip
    return replace(said, paid_on=decision.pays_on) if paid else said


# The office's side


def _read(response: Any) -> StatusAnswer:
    status = response.statuses[0]
    return StatusAnswer(
        response.account_number, _STATES[status.first.category], response.payer_control_number, status.paid_cents or 0
    )
