"""Why a claim is not made."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class HeldReason(StrEnum):
    """The closed list of reasons."""

    NOT_SENT = "not_sent"  # to the first payer
    VOIDED = "voided"
    NOT_ANSWERED = "not_answered"
    ANSWER_PARKED = "answer_parked"  # a person has to settle it first
    PASSED_ON = "passed_on"  # by the payer itself: a claim of ours would be a duplicate
    NEXT_ANSWERED = "next_answered"  # the next payer has the claim, and answered it
    NEXT_SENT = "next_sent"  # a claim to the next payer is in the record
    NOTHING_LEFT = "nothing_left"  # no share of the patient is open
    NO_SECOND_COVER = "no_second_cover"
    UNCLEAR_COVER = "unclear_cover"  # what the claim says of the second cover is not enough to bill it
    OUT_OF_BALANCE = "out_of_balance"  # the answer does not add up to the claim, line by line
    NOT_WRITABLE = "not_writable"  # the guide has no room for it
    MADE_ALREADY = "made_already"


@dataclass(frozen=True, slots=True)
class Held:
    """Nothing is made, why, and what to do. ``message`` holds nothing of a patient."""

    reason: HeldReason
    message: str
