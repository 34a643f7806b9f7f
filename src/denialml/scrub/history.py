"""What the practice knew of a patient and a claim when it scrubs: the lookups that rules need of the record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from denialml.claims import Claim


class ClaimState(StrEnum):
    """How far an earlier claim came."""

    OPEN = "open"  # sent, not answered
    REJECTED = "rejected"  # refused before adjudication: the payer holds no such claim
    PAID = "paid"
    DENIED = "denied"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Service:
    """A service given to the patient before, or on another claim of the same day."""

    day: date
    code: str
    modifiers: tuple[str, ...] = ()
    units: Decimal = Decimal(1)
    npi: str = ""
    tax_id: str = ""
    taxonomy: str = ""
    payer_id: str = ""
    control_number: str = ""
    state: ClaimState = ClaimState.PAID
    charge_cents: int = 0


@dataclass(frozen=True, slots=True)
class SentClaim:
    """The last known state of a claim we sent: its payer's number, and the days it went out and was answered."""

    control_number: str
    payer_id: str
    state: ClaimState
    payer_control_number: str = ""
    sent_on: date | None = None
    answered_on: date | None = None


@dataclass(frozen=True, slots=True)
class Cover:
    """What a payer answered about the patient's cover on a day (271), as far as rules use it.

    ``active`` is None where the payer could not say. ``other_payer_id`` is who covers instead or first. ``remaining``
    maps service types to visits left. ``next_dates`` maps procedures to the first day that the payer would pay again.
    """

    checked_on: date
    active: bool | None
    begin: date | None = None
    end: date | None = None
    in_network: bool | None = None
    other_payer_id: str = ""
    other_payer_first: bool = False
    hospice: bool = False
    skilled_nursing_stay: bool = False
    home_health_episode: bool = False
    qualified_beneficiary: bool = False
    in_grace_period: bool = False
    last_name: str = ""
    first_name: str = ""
    visits_left: int | None = None
    next_dates: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Authorization:
    """An authorisation that a payer gave: what, when, for whom, and the units left of it."""

    number: str
    payer_id: str
    codes: frozenset[str]
    first_day: date
    last_day: date
    units_left: Decimal
    npi: str = ""
    approved: bool = True


class History(Protocol):
    """The record of a practice, as known on the day of scrubbing. The patient is the one of the claim."""

    def services(self, claim: Claim) -> Sequence[Service]:
        """Services of the patient on other claims, void ones left out, in no order."""

    def sent(self, control_number: str) -> SentClaim | None:
        """The claim we sent under a control number."""

    def cover(self, claim: Claim, on: date) -> Cover | None:
        """The newest answer of the claim's payer about the patient's cover on a day."""

    def authorization(self, number: str, payer_id: str) -> Authorization | None:
        """The authorisation of that number."""

    def has_notice(self, claim: Claim, code: str, on: date) -> bool:
        """Whether the patient signed an advance beneficiary notice for a procedure before that day's service."""

    def died_on(self, claim: Claim) -> date | None:
        """The patient's day of death, where the record has it."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A history held in memory, of one patient: what a file of claims without a store, or a case of a rule, knows."""

    earlier: tuple[Service, ...] = ()
    sent_claims: Mapping[str, SentClaim] = field(default_factory=dict)
    known_cover: Cover | None = None
    authorizations: Mapping[str, Authorization] = field(default_factory=dict)
    notices: frozenset[str] = frozenset()
    death: date | None = None

    def services(self, claim: Claim) -> Sequence[Service]:
        """See :meth:`History.services`."""
        return [each for each in self.earlier if each.control_number != claim.control_number]

    def sent(self, control_number: str) -> SentClaim | None:
        """See :meth:`History.sent`."""
        return self.sent_claims.get(control_number)

    def cover(self, claim: Claim, on: date) -> Cover | None:  # noqa: ARG002  # one patient, one answer
        """See :meth:`History.cover`."""
        return self.known_cover

    def authorization(self, number: str, payer_id: str) -> Authorization | None:
        """See :meth:`History.authorization`."""
        found = self.authorizations.get(number)
        return found if found and found.payer_id == payer_id else None

    def has_notice(self, claim: Claim, code: str, on: date) -> bool:  # noqa: ARG002  # one patient
        """See :meth:`History.has_notice`."""
        return code in self.notices

    def died_on(self, claim: Claim) -> date | None:  # noqa: ARG002  # one patient
        """See :meth:`History.died_on`."""
        return self.death


class Unrecorded:
    """The answers of a history that holds none of these."""

    __slots__ = ()

    def sent(self, control_number: str) -> SentClaim | None:  # noqa: ARG002
        """See :meth:`History.sent`."""
        return None

    def cover(self, claim: Claim, on: date) -> Cover | None:  # noqa: ARG002
        """See :meth:`History.cover`."""
        return None

    def authorization(self, number: str, payer_id: str) -> Authorization | None:  # noqa: ARG002
        """See :meth:`History.authorization`."""
        return None

    def has_notice(self, claim: Claim, code: str, on: date) -> bool:  # noqa: ARG002
        """See :meth:`History.has_notice`."""
        return False

    def died_on(self, claim: Claim) -> date | None:  # noqa: ARG002
        """See :meth:`History.died_on`."""
        return None


@dataclass(frozen=True, slots=True)
class Together(Unrecorded):
    """A history of nothing but the claims that are scrubbed together, such as those of one file.

    A patient is one member number, first name and birth date; every claim counts as sent and not answered.
    """

    by_patient: Mapping[tuple[object, ...], tuple[Service, ...]]

    @classmethod
    def of(cls, claims: Iterable[Claim]) -> Together:
        """The history of some claims."""
        found: dict[tuple[object, ...], list[Service]] = {}
        for claim in claims:
            if claim.frequency != "8":
                found.setdefault(patient_of(claim), []).extend(_services(claim))
        return cls({patient: tuple(services) for patient, services in found.items()})

    def services(self, claim: Claim) -> Sequence[Service]:
        """See :meth:`History.services`."""
        known = self.by_patient.get(patient_of(claim), ())
        return [each for each in known if each.control_number != claim.control_number]


@dataclass(frozen=True, slots=True)
class Beside:
    """A record, and beside it the claims that are scrubbed together with this one, as far as it does not hold them."""

    record: History
    together: Together

    def services(self, claim: Claim) -> Sequence[Service]:
        """See :meth:`History.services`."""
        known, beside = self.record.services(claim), self.together.services(claim)
        if not known or not beside:
            return known or beside
        numbers = {each.control_number for each in known}
        return [*known, *(each for each in beside if each.control_number not in numbers)]

    def sent(self, control_number: str) -> SentClaim | None:
        """See :meth:`History.sent`."""
        return self.record.sent(control_number)

    def cover(self, claim: Claim, on: date) -> Cover | None:
        """See :meth:`History.cover`."""
        return self.record.cover(claim, on)

    def authorization(self, number: str, payer_id: str) -> Authorization | None:
        """See :meth:`History.authorization`."""
        return self.record.authorization(number, payer_id)

    def has_notice(self, claim: Claim, code: str, on: date) -> bool:
        """See :meth:`History.has_notice`."""
        return self.record.has_notice(claim, code, on)

    def died_on(self, claim: Claim) -> date | None:
        """See :meth:`History.died_on`."""
        return self.record.died_on(claim)


def patient_of(claim: Claim) -> tuple[object, ...]:
    """What tells patients apart where there is no record: member number, first name and birth date."""
    return (str(claim.coverage.member_id), claim.treated.first.upper(), claim.treated_birth)


def _services(claim: Claim) -> Iterator[Service]:
    for line in claim.lines:
        provider = line.rendering or claim.rendering or claim.billing
        yield Service(
            day=line.service_from,
            code=line.procedure.code,
            modifiers=line.procedure.modifiers,
            units=line.units,
            npi=provider.npi,
            tax_id=claim.billing.tax_id,
            taxonomy=provider.taxonomy,
            payer_id=claim.payer_id,
            control_number=claim.control_number,
            state=ClaimState.OPEN,
            charge_cents=line.charge_cents,
        )
