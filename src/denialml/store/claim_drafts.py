"""Claims made from a payer's answer: what the record says of the accounts they come from, and which were made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, and_, func, select

from denialml.ledger import Account, TransactionKind
from denialml.ledger.answers import REVERSAL
from denialml.store import schema
from denialml.store.answers import standing
from denialml.store.lookup import rows_with
from denialml.store.remittances import is_posted
from denialml.store.units import Unit

_CLAIM: Final = schema.claim
_SUBMISSION: Final = schema.submission
_PAYMENT: Final = schema.claim_payment
_REMITTANCE: Final = schema.remittance
_ENTRY: Final = schema.ledger_entry
_TRANSACTION: Final = schema.ledger_transaction
_ORIGINAL: Final = schema.ledger_transaction.alias("original")
_ANSWERED: Final = schema.claim_payment.alias("answered")
_FIRST_NUMBER: Final = "interchange"

_VERSIONS: Final = (
    select(
        _CLAIM.c.id,
        _CLAIM.c.control_number,
        _CLAIM.c.frequency,
        _CLAIM.c.coverage_sequence,
        _CLAIM.c.charge_cents,
        _SUBMISSION.c.sent_on,
    )
    .outerjoin(_SUBMISSION, _SUBMISSION.c.claim_id == _CLAIM.c.id)
    .order_by(_CLAIM.c.id)
)
_ANSWERS: Final = (
    select(
        _PAYMENT.c.id,
        _PAYMENT.c.account,
        _PAYMENT.c.claim_id,
        _PAYMENT.c.sequence,
        _PAYMENT.c.status,
        _PAYMENT.c.charge_cents,
        _PAYMENT.c.paid_cents,
        _PAYMENT.c.payer_claim_number,
        _PAYMENT.c.disposition,
        _PAYMENT.c.event_key,
        _PAYMENT.c.adjudicated_on,
        _REMITTANCE.c.noticed_on,
        _TRANSACTION.c.id.label("transaction_id"),
        _ANSWERED.c.event_key.label("reverses_key"),
    )
    .join_from(_PAYMENT, _REMITTANCE, _PAYMENT.c.remittance_id == _REMITTANCE.c.id)
    .outerjoin(
        _TRANSACTION,
        and_(
            _TRANSACTION.c.claim_payment_id == _PAYMENT.c.id,
            _TRANSACTION.c.kind.in_((TransactionKind.PAYMENT, TransactionKind.REVERSAL)),
        ),
    )
    .outerjoin(_ORIGINAL, _ORIGINAL.c.id == _TRANSACTION.c.reverses_id)
    .outerjoin(_ANSWERED, _ANSWERED.c.id == _ORIGINAL.c.claim_payment_id)
    .where(standing(), is_posted())
    .order_by(_PAYMENT.c.adjudicated_on, _PAYMENT.c.known_on, _PAYMENT.c.id)
)
_LINES: Final = (
    select(schema.service_payment.c.claim_payment_id, schema.service_line.c.number)
    .join_from(
        schema.service_payment, schema.service_line, schema.service_payment.c.line_id == schema.service_line.c.id
    )
    .where(~schema.service_payment.c.derived)
    .order_by(schema.service_payment.c.claim_payment_id, schema.service_payment.c.ordinal)
)
_BALANCES: Final = (
    select(_CLAIM.c.control_number, _ENTRY.c.account, func.sum(_ENTRY.c.amount_cents).label("cents"))
    .join_from(_ENTRY, _TRANSACTION, _ENTRY.c.transaction_id == _TRANSACTION.c.id)
    .outerjoin(schema.service_line, _ENTRY.c.line_id == schema.service_line.c.id)
    .join(_CLAIM, _CLAIM.c.id == func.coalesce(schema.service_line.c.claim_id, _TRANSACTION.c.claim_id))
    .where(_ENTRY.c.account.in_((Account.AR_PATIENT, Account.AR_INSURER)))
    .group_by(_CLAIM.c.control_number, _ENTRY.c.account)
)
_OWING: Final = (
    _BALANCES.where(_ENTRY.c.account == Account.AR_PATIENT)
    .having(func.sum(_ENTRY.c.amount_cents) > 0)
    .order_by(_CLAIM.c.control_number)
)
_REFUSALS: Final = select(
    schema.acknowledgement.c.claim_id, schema.acknowledgement.c.rejected, schema.acknowledgement.c.known_on
).order_by(schema.acknowledgement.c.known_on, schema.acknowledgement.c.id)
_DRAFT: Final = schema.claim_draft
_MADE: Final = select(_DRAFT.c.key, _DRAFT.c.file_name, _DRAFT.c.known_on)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a claim; ``refused`` when the last 277CA about it refused it."""

    claim_id: int
    frequency: str
    sequence: str
    charge_cents: int
    sent_on: date | None
    refused: bool


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """An answer that stands in the record, posted, parked or noted; ``reversed`` when the payer took it back.

    ``lines`` are the numbers of our lines that its services answer, in their order.
    """

    id: int
    claim_id: int | None
    sequence: str
    status: str
    payer_claim_number: str
    disposition: str
    key: str
    noticed_on: date
    reversed: bool
    lines: tuple[int, ...]

    @property
    def is_reversal(self) -> bool:
        """Whether it takes another answer back."""
        return self.status == REVERSAL


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """All versions of a claim in the order taken in, all answers in the payers' order, what is owed by whom."""

    control_number: str
    versions: tuple[Version, ...]
    answers: tuple[RecordedAnswer, ...]
    patient_cents: int
    insurer_cents: int

    def last_sent(self, sequence: str) -> Version | None:
        """The version sent last to the first payer (``P``) or a later one."""
        sent = [(each.sent_on, each.claim_id, each) for each in self.versions if each.sequence == sequence]
        return max(((day, identity, each) for day, identity, each in sent if day), default=(None, 0, None))[2]

    def standing_answers(self, sequence: str) -> tuple[RecordedAnswer, ...]:
        """Posted answers of that payer that it did not take back, in order."""
        return tuple(
            each
            for each in self.answers
            if each.disposition == "posted" and each.sequence == sequence and not each.reversed and not each.is_reversal
        )


@dataclass(frozen=True, slots=True)
class Made:
    """A draft that was made before."""

    file_name: str
    on: date


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft to keep: see the table ``claim_draft``."""

    key: str
    purpose: str
    claim_id: int
    payer_identifier: str
    charge_cents: int


def owing_patients(connection: Connection) -> list[str]:
    """Numbers of all claims of which the patient owes a share, in order."""
    return [row.control_number for row in connection.execute(_OWING)]


def account_records(connection: Connection, control_numbers: Iterable[str]) -> dict[str, AccountRecord]:
    """The record of each claim number (in capitals) of which there is a claim."""
    wanted = set(control_numbers)
    versions = _versions(connection, wanted)
    answers = _answers(connection, wanted)
    owed = {
        (row.control_number, row.account): int(row.cents)
        for row in rows_with(connection, _BALANCES, _CLAIM.c.control_number, wanted)
    }
    return {
        number: AccountRecord(
            control_number=number,
            versions=tuple(of),
            answers=tuple(answers[number]),
            patient_cents=owed.get((number, Account.AR_PATIENT), 0),
            insurer_cents=owed.get((number, Account.AR_INSURER), 0),
        )
        for number, of in versions.items()
    }


def _versions(connection: Connection, numbers: Iterable[str]) -> dict[str, list[Version]]:
    rows = list(rows_with(connection, _VERSIONS, _CLAIM.c.control_number, numbers))
    told = rows_with(connection, _REFUSALS, schema.acknowledgement.c.claim_id, [row.id for row in rows])
    refused = {row.claim_id: row.rejected for row in told}
    found: dict[str, list[Version]] = defaultdict(list)
    for row in rows:
        version = Version(
            claim_id=row.id,
            frequency=row.frequency,
            sequence=row.coverage_sequence,
            charge_cents=row.charge_cents,
            sent_on=row.sent_on,
            refused=bool(refused.get(row.id, False)),
        )
        found[row.control_number].append(version)
    return found


def _answers(connection: Connection, accounts: Iterable[str]) -> dict[str, list[RecordedAnswer]]:
    rows = list(rows_with(connection, _ANSWERS, _PAYMENT.c.account, accounts))
    lines: dict[int, list[int]] = defaultdict(list)
    for claim_payment_id, number in rows_with(
        connection, _LINES, schema.service_payment.c.claim_payment_id, [row.id for row in rows]
    ):
        lines[claim_payment_id].append(number)
    taken_back = _taken_back(rows)
    found: dict[str, list[RecordedAnswer]] = defaultdict(list)
    for row in rows:
        answer = RecordedAnswer(
            id=row.id,
            claim_id=row.claim_id,
            sequence=row.sequence,
            status=row.status,
            payer_claim_number=row.payer_claim_number,
            disposition=row.disposition,
            key=row.event_key,
            noticed_on=row.noticed_on,
            reversed=row.event_key in taken_back,
            lines=tuple(lines[row.id]),
        )
        found[row.account].append(answer)
    return found


def _taken_back(rows: Sequence[Any]) -> set[str]:
    """Keys of answers that a posted reversal took back. One that moved nothing is told by its amounts."""
    posted = [row for row in rows if row.disposition == "posted"]
    reversals = [row for row in posted if row.status == REVERSAL]
    found = {row.reverses_key for row in reversals if row.reverses_key is not None}
    for reversal in reversals:
        if reversal.reverses_key is None:
            same = [row.event_key for row in posted if row.event_key not in found and _mirrors(reversal, row)]
            found |= set(same[-1:])
    return found


def _mirrors(reversal: Any, row: Any) -> bool:
    return (
        row.transaction_id is None
        and (row.account, row.claim_id) == (reversal.account, reversal.claim_id)
        and (row.charge_cents, row.paid_cents) == (-reversal.charge_cents, -reversal.paid_cents)
        and row.status != REVERSAL
    )


def made_before(connection: Connection, keys: Iterable[str]) -> dict[str, Made]:
    """Those of the keys under which a draft was made."""
    rows = rows_with(connection, _MADE, _DRAFT.c.key, keys)
    return {row.key: Made(row.file_name, row.known_on) for row in rows}


def next_interchange(unit: Unit) -> int:
    """The control number (ISA13) of the next file that we write."""
    return unit.allocate(_FIRST_NUMBER, 1)


def keep_drafts(
    unit: Unit, drafts: Sequence[DraftRow], control_number: int, file: Mapping[str, str], known_on: date
) -> None:
    """Write down drafts that stand in one file, of that ``file_name`` and ``file_sha256``.

    Raises:
        StorageError: one was made before.
    """
    first = unit.allocate(_DRAFT.name, len(drafts))
    unit.insert(
        _DRAFT,
        [
            {
                "id": first + place,
                "key": draft.key,
                "purpose": draft.purpose,
                "claim_id": draft.claim_id,
                "payer_identifier": draft.payer_identifier,
                "charge_cents": draft.charge_cents,
                "control_number": control_number,
                "known_on": known_on,
                **file,
            }
            for place, draft in enumerate(drafts)
        ],
    )
