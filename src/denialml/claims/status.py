"""Claim status: the question (X12 276), its answer (277), and the acknowledgement of claims (277CA).

Implementation guides 005010X212 (276, 277) and 005010X214 (277CA). Codes are kept as sent; money is integer cents. One
value is one claim status; what a payer or clearinghouse says of a whole batch or provider, with its totals, is a value
of its own whose ``level`` tells so. A rejection by a 277CA sends a claim back to draft and starts no appeal clock.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from denialml.claims.parts import DatedFact, Procedure, Reference
from denialml.claims.people import Party
from denialml.claims.value import Value

_REFUSING = frozenset({"U", "15"})


class StatusLevel(StrEnum):
    """What an answer is about: all that was sent, what one provider sent, or one claim."""

    BATCH = "batch"
    PROVIDER = "provider"
    CLAIM = "claim"


class StatusPerson(Value, frozen=True):
    """The subscriber or dependent whose claim is asked about. An answer tells neither ``birth`` nor ``sex``."""

    party: Party
    birth: date | None = None
    sex: str = ""

    def __repr__(self) -> str:
        return "StatusPerson(***)"


class StatusCode(Value, frozen=True):
    """One status (X12 composite C043).

    ``category`` is a claim status category code (``A1`` received, ``F2`` denied), ``status`` a claim status code,
    ``entity`` whom it is about (``85`` billing provider). ``code_list`` ``RX`` says that the status is NCPDP's.
    """

    category: str
    status: str = ""
    entity: str = ""
    code_list: str = ""


class StatusInformation(Value, frozen=True):
    """One status with its facts (X12 STC); up to three codes make one statement.

    ``action`` is ``WQ`` accept, ``U`` reject, ``15`` correct and send again (277CA). ``effective_on`` is the day of the
    status, ``adjudicated_on`` when the claim was finished, ``paid_on`` the day of the cheque or transfer numbered
    ``payment_number``. ``message`` is free text of the sender.
    """

    first: StatusCode
    second: StatusCode | None = None
    third: StatusCode | None = None
    effective_on: date | None = None
    action: str = ""
    charge_cents: int | None = None
    paid_cents: int | None = None
    adjudicated_on: date | None = None
    payment_method: str = ""
    paid_on: date | None = None
    payment_number: str = ""
    message: str = ""

    def __repr__(self) -> str:
        codes = ", ".join(f"{each.category}:{each.status}" for each in self.codes)
        return f"StatusInformation({codes}, ***)"

    @property
    def codes(self) -> tuple[StatusCode, ...]:
        """The codes that are there, the first one first."""
        return tuple(each for each in (self.first, self.second, self.third) if each is not None)


def _reference(references: tuple[Reference, ...], qualifier: str) -> str:
    return next((each.value for each in references if each.qualifier == qualifier), "")


class StatusLine(Value, frozen=True):
    """One service of a claim (X12 SVC and what follows it). An inquiry has neither ``paid_cents`` nor ``statuses``."""

    procedure: Procedure | None = None
    charge_cents: int | None = None
    paid_cents: int | None = None
    revenue_code: str = ""
    units: Decimal | None = None
    statuses: tuple[StatusInformation, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[DatedFact, ...] = ()

    @property
    def control_number(self) -> str:
        """The line's number with its provider (REF*FJ), or empty."""
        return _reference(self.references, "FJ")


class _ClaimNumbers(Value, frozen=True):
    """The numbers that a claim goes by (REF)."""

    references: tuple[Reference, ...] = ()

    @property
    def payer_control_number(self) -> str:
        """The payer's number of the claim (REF*1K), or empty."""
        return _reference(self.references, "1K")

    @property
    def clearinghouse_number(self) -> str:
        """The clearinghouse's number of the claim (REF*D9), or empty."""
        return _reference(self.references, "D9")

    @property
    def type_of_bill(self) -> str:
        """The institutional type of bill (REF*BLT), or empty."""
        return _reference(self.references, "BLT")

    @property
    def account_number(self) -> str:
        """The provider's number of the claim, CLM01 (REF*EJ), or empty."""
        return _reference(self.references, "EJ")


class ClaimStatusInquiry(_ClaimNumbers, frozen=True, kw_only=True):
    """A question after one claim (X12 276). The patient is the dependent, or the subscriber where there is none.

    ``reference`` (BHT03), ``sent_on`` and ``sent_at`` (HHMM) are those of the transaction. ``trace`` (TRN02) comes back
    in the answer. ``other_provider`` is the same provider under a second identifier. ``dates`` are those of service
    (``472``), ``lines`` the services asked about.
    """

    payer: Party
    receiver: Party
    provider: Party
    subscriber: StatusPerson
    trace: str = ""
    reference: str = ""
    sent_on: date | None = None
    sent_at: str = ""
    dependent: StatusPerson | None = None
    other_provider: Party | None = None
    charge_cents: int | None = None
    dates: tuple[DatedFact, ...] = ()
    lines: tuple[StatusLine, ...] = ()

    def __repr__(self) -> str:
        return "ClaimStatusInquiry(***)"


class ClaimStatusResponse(_ClaimNumbers, frozen=True, kw_only=True):
    """An answer to an inquiry (X12 277): of one claim, of one provider, or of all of it (see ``level``).

    ``reference`` (BHT03), ``sent_on`` and ``sent_at`` (HHMM) are those of the transaction. ``trace`` (TRN02) is the
    inquiry's own. The parties are as in :class:`ClaimStatusInquiry`; an answer has those that its level needs.
    """

    payer: Party
    receiver: Party
    trace: str = ""
    reference: str = ""
    sent_on: date | None = None
    sent_at: str = ""
    provider: Party | None = None
    other_provider: Party | None = None
    subscriber: StatusPerson | None = None
    dependent: StatusPerson | None = None
    statuses: tuple[StatusInformation, ...] = ()
    dates: tuple[DatedFact, ...] = ()
    lines: tuple[StatusLine, ...] = ()

    def __repr__(self) -> str:
        return f"ClaimStatusResponse({self.level}, {self.statuses}, ***)"

    @property
    def level(self) -> StatusLevel:
        """What it is about."""
        return _level(self.subscriber or self.dependent, self.provider)


class ClaimAcknowledgement(_ClaimNumbers, frozen=True, kw_only=True):
    """What a payer or clearinghouse says of claims before anybody adjudicates them (X12 277CA).

    Of one claim, of one provider's claims, or of all that was sent (see ``level``). ``source`` is the payer
    (``source_role`` ``PR``) or clearinghouse (``AY``); ``source_trace`` is its number of this acknowledgement.
    ``trace`` (TRN02) is CLM01 for a claim and BHT03 of the 837 for a batch. The totals, which no claim has, count the
    claims accepted and rejected (QTY ``90`` or ``QA``, ``AA`` or ``QC``) and their charges (AMT ``YU``, ``YY``).
    ``reference`` (BHT03), ``sent_on`` and ``sent_at`` (HHMM) are those of the transaction.
    """

    source: Party
    receiver: Party
    trace: str = ""
    reference: str = ""
    sent_on: date | None = None
    sent_at: str = ""
    source_role: str = "PR"
    source_trace: str = ""
    received_on: date | None = None
    processed_on: date | None = None
    provider: Party | None = None
    patient: Party | None = None
    statuses: tuple[StatusInformation, ...] = ()
    accepted_count: int | None = None
    rejected_count: int | None = None
    accepted_cents: int | None = None
    rejected_cents: int | None = None
    dates: tuple[DatedFact, ...] = ()
    lines: tuple[StatusLine, ...] = ()

    def __repr__(self) -> str:
        return f"ClaimAcknowledgement({self.level}, {self.statuses}, ***)"

    @property
    def level(self) -> StatusLevel:
        """What it is about."""
        return _level(self.patient, self.provider)

    @property
    def rejected(self) -> bool:
        """Whether any status, of the claim or a line, rejects it or asks for a correction."""
        of_lines = (status for line in self.lines for status in line.statuses)
        return any(status.action in _REFUSING for status in (*self.statuses, *of_lines))


def _level(patient: object, provider: object) -> StatusLevel:
    if patient is not None:
        return StatusLevel.CLAIM
    return StatusLevel.BATCH if provider is None else StatusLevel.PROVIDER
