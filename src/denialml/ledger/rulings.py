"""What a person decides about an answer that waits. A ruling is one more fact: the books follow from it as from all.

To take it back is to take the fact back: what it had booked is corrected, and the answer waits again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from denialml.codes import Treatment
from denialml.ledger.accounts import ParkedKind


class Action(StrEnum):
    """What can be decided."""

    PLACE = "place"  # it answers this claim of ours, or this version of it
    CLASSIFY = "classify"  # who bears an adjustment
    ACCEPT = "accept"  # post it although it takes more off than is owed: a credit balance
    APPLY = "apply"  # only its money, on this claim of ours as a whole
    RETURN = "return"  # its money is not ours and goes back
    DISMISS = "dismiss"  # it pays nothing, and nothing is to be done
    BOOK = "book"  # a provider adjustment, or money that names no claim, belongs on this account
    SUPERSEDE = "supersede"  # the remittance counts in place of the one that is posted with its trace number
    RELEASE = "release"  # the remittance is posted although it does not balance: what it is off waits by itself


#: Decisions about a remittance as a whole.
WHOLE: Final = frozenset({Action.SUPERSEDE, Action.RELEASE})

_MONEY: Final = frozenset({Action.APPLY, Action.RETURN, Action.DISMISS})

#: What a decision may leave to another one that completes it: an answer is placed, then its adjustments classified.
COMPLETING: Final = frozenset({Action.CLASSIFY, Action.ACCEPT})

#: What may be decided of each kind of thing that waits.
ALLOWED: Final[Mapping[ParkedKind, frozenset[Action]]] = {
    ParkedKind.UNBALANCED_LINE: _MONEY,
    ParkedKind.UNBALANCED_CLAIM: _MONEY,
    ParkedKind.UNKNOWN_CODE: _MONEY,
    ParkedKind.UNCLASSIFIED_GROUP: _MONEY | {Action.CLASSIFY},
    ParkedKind.UNMATCHED_CLAIM: _MONEY | {Action.PLACE},
    ParkedKind.UNMATCHED_LINE: _MONEY | {Action.PLACE},
    ParkedKind.AMBIGUOUS: _MONEY | {Action.PLACE},
    ParkedKind.CHARGE_DIFFERS: _MONEY | {Action.PLACE},
    ParkedKind.NOT_SENT: _MONEY | {Action.PLACE},
    ParkedKind.SECONDARY_BEFORE_PRIMARY: _MONEY | {Action.ACCEPT},
    ParkedKind.UNEXPECTED_MONEY: _MONEY,
    ParkedKind.OVERPAYMENT: _MONEY | {Action.ACCEPT, Action.PLACE},
    ParkedKind.REVERSAL_WITHOUT_ORIGINAL: _MONEY,
    ParkedKind.PROVIDER_ADJUSTMENT_UNCLASSIFIED: frozenset({Action.BOOK}),
    ParkedKind.UNREADABLE_CLAIM: frozenset({Action.BOOK}),
    ParkedKind.UNREADABLE_TRANSACTION: frozenset({Action.BOOK}),
    ParkedKind.UNBALANCED_TRANSACTION: frozenset({Action.BOOK, Action.RELEASE}),
    ParkedKind.PAYMENT_DIFFERS: frozenset({Action.BOOK}),
    ParkedKind.TRACE_CONFLICT: frozenset({Action.DISMISS, Action.SUPERSEDE}),
}


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the decisions about an answer come to; ``action`` is the last one, but for a classification after others.

    ``account`` is the number of our claim (PLACE, APPLY) and ``version`` the key of one version of it, or empty;
    ``bears`` tells by group and reason what the books do with an adjustment (CLASSIFY).
    """

    action: Action
    account: str = ""
    version: str = ""
    bears: Mapping[tuple[str, str], Treatment] = field(default_factory=dict)
