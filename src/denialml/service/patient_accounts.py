"""Patients' accounts as the books have them: shares with their holds, credit, and the claims as they were sent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from denialml.claims import Claim
from denialml.errors import BadInputError, NotFoundError
from denialml.ledger.patients import Balance, Hold, Move, Share, balance, settle
from denialml.store import Connection
from denialml.store import patients as rows
from denialml.store.originals import claims_by_id
from denialml.store.patients import EVERYTHING, Knowledge, Patient

KEY_SHOWN = 12  # digits of a patient's key that people work with


@dataclass(frozen=True, slots=True)
class PatientAccount:
    """One patient's shares and credit. ``claims`` are those with an open share, as sent, by claim id."""

    patient_id: int
    shares: tuple[Share, ...]
    credit_cents: int
    claims: dict[int, Claim]

    @property
    def balance(self) -> Balance:
        """What the patient owes."""
        return balance(self.shares, self.credit_cents)

    def settled(self, first: Collection[int] = (), take_first: Collection[int] = ()) -> tuple[Move, ...]:
        """How the credit is put to shares (:func:`denialml.ledger.patients.settle`)."""
        return settle(self.shares, self.credit_cents, first=first, take_first=take_first)


def find_patient(connection: Connection, word: str) -> Patient:
    """The patient of a claim of ours, or of a key or its first digits.

    Raises:
        NotFoundError: there is none.
        BadInputError: there are several.
    """
    found = rows.patients_named(connection, word)
    if not found:
        raise NotFoundError(
            f"{word} is no control number of a claim to a first payer, and no patient's key (its first eight digits "
            "or more); `denialml patients list` shows keys"
        )
    if len(found) > 1:
        keys = ", ".join(sorted(each.key[:KEY_SHOWN] for each in found))
        raise BadInputError(f"{word} names {len(found)} patients; name one of them by key: {keys}")
    return found[0]


def account(connection: Connection, patient_id: int) -> PatientAccount:
    """One patient's account as it stands."""
    return accounts(connection, patient_id=patient_id).get(patient_id) or PatientAccount(patient_id, (), 0, {})


def accounts(
    connection: Connection, known: Knowledge = EVERYTHING, *, patient_id: int | None = None
) -> dict[int, PatientAccount]:
    """The accounts of one patient, or of all that have or had a share or credit, by patient id."""
    shares = rows.shares(connection, patient_id, known)
    credit = rows.credit_of(connection, patient_id, known)
    open_claims = [
        each.claim_id for every in shares.values() for each in every if each.owed_cents or each.applied_cents
    ]
    claims = claims_by_id(connection, open_claims)
    holds = _holds(connection, claims, known)
    found = {}
    for owner in sorted(shares.keys() | credit.keys()):
        own = tuple(replace(each, hold=holds.get(each.claim_id)) for each in shares.get(owner, ()))
        theirs = {each.claim_id: claims[each.claim_id] for each in own if each.claim_id in claims}
        found[owner] = PatientAccount(owner, own, credit.get(owner, 0), theirs)
    return found


def _holds(connection: Connection, claims: dict[int, Claim], known: Knowledge) -> dict[int, Hold]:
    """Holds by the books, and for those whose claim names a later payer that nobody asked yet."""
    found = rows.holds(connection, claims, known)
    named = {each for each, claim in claims.items() if _names_later_payer(claim)} - found.settled
    return {**dict.fromkeys(named, Hold.NEXT_PAYER), **found.by_claim}


def _names_later_payer(claim: Claim) -> bool:
    return any(other.sequence > claim.coverage.sequence for other in claim.other_payers)
