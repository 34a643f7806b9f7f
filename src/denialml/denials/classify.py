"""What one adjustment means for a line: a function of group, reason, remarks, what was paid and the claim's status."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from enum import StrEnum
from typing import Final

from denialml import codes
from denialml.codes import Treatment

UNPROCESSABLE: Final = "MA130"

# CLP02: 22 reverses an earlier answer, 23 sends the claim elsewhere, 25 only prices it. None of them decides it.
NEVER_FINAL: Final = frozenset({"22", "23", "25"})


class Outcome(StrEnum):
    """What an adjustment says about a line."""

    __hash__ = str.__hash__  # an enumeration's own is slow, and these are looked up for every adjustment

    CONTRACTUAL = "contractual"
    PATIENT_SHARE = "patient share"
    INFORMATION = "information"
    PENDING = "pending"
    DENIAL = "denial"  # nothing of the line was paid
    PARTIAL_DENIAL = "partial denial"  # the rest of the line was paid
    UNCLASSIFIED = "unclassified"


_PLAIN: Final = {
    Treatment.CONTRACTUAL: Outcome.CONTRACTUAL,
    Treatment.SEQUESTRATION: Outcome.CONTRACTUAL,
    Treatment.WITHHOLD: Outcome.CONTRACTUAL,
    Treatment.PATIENT: Outcome.PATIENT_SHARE,
    Treatment.INFORMATION: Outcome.INFORMATION,
    Treatment.PENDING: Outcome.PENDING,
    Treatment.UNCLASSIFIED: Outcome.UNCLASSIFIED,
    Treatment.UNKNOWN: Outcome.UNCLASSIFIED,
}


def classify(
    group: str, carc: str, remarks: Collection[str], paid_cents: int, status: str, amount_cents: int, on: date
) -> Outcome:
    """What an adjustment of this group and reason means.

    Args:
        group: CAS01.
        carc: The reason.
        remarks: Remark codes (RARC) of the line and its claim. A claim that the payer calls unprocessable (MA130) is
            refused whatever the reason is called, unless the reason is the patient's share or a contract's.
        paid_cents: What the payer paid on the line (on the claim, for an adjustment of the claim level).
        status: CLP02; under 22, 23 and 25 nothing is decided.
        amount_cents: The adjustment's amount; without money nothing is refused.
        on: The day of the remittance, by which the code tables are read.
    """
    if status in NEVER_FINAL:
        return Outcome.INFORMATION
    treatment = codes.treatment(group, carc, on)
    refused = treatment is Treatment.DENIABLE or (
        treatment is Treatment.INFORMATION and UNPROCESSABLE in remarks and paid_cents == 0
    )
    if not refused:
        return _PLAIN[treatment]
    if amount_cents == 0:
        return Outcome.INFORMATION
    return Outcome.DENIAL if paid_cents == 0 else Outcome.PARTIAL_DENIAL
