"""What a reader yields, in file order. Each event knows where in the file it stands."""

from __future__ import annotations

from datetime import date

from denialml.claims import Claim, ClaimGroup, ClaimPayment, ProviderAdjustment, Remittance
from denialml.claims.value import Value
from denialml.errors import BadInputError, Finding


class X12Error(BadInputError):
    """The bytes cannot be read on as X12. ``code`` is stable; the position is the segment it was noticed at.

    ``segment_number`` counts from 1 in the file, ``byte_offset`` from 0. The message quotes segment names, never data.
    """

    def __init__(self, code: str, message: str, *, segment_number: int, byte_offset: int) -> None:
        super().__init__(f"{message} (segment {segment_number}, byte {byte_offset})")
        self.code = code
        self.segment_number = segment_number
        self.byte_offset = byte_offset


class Span(Value, frozen=True):
    """Where something stands: its first segment (from 1 in the file) and its bytes from ``start`` up to ``end``."""

    segment: int
    start: int
    end: int


def printable(name: str) -> str:
    """A segment's name for a message; what is no name may be data and is not quoted."""
    return name if len(name) <= 3 and name.isascii() and name.isalnum() else "(no segment name)"


class Segment(Value, frozen=True):
    """A segment as read: its name and its elements without the name, separators taken off, text unchanged."""

    name: str
    elements: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Segment({printable(self.name)}, {len(self.elements)} elements)"


class Transaction(Value, frozen=True):
    """The start of one transaction set (ST), with what its envelopes say.

    ``version`` is the implementation reference (GS08, or ST03 when given): ``005010X222A1``. ``usage`` is ISA15,
    ``T`` test or ``P`` production. ``created_on`` is GS04.
    """

    set_id: str
    version: str
    control_number: str
    group_control_number: str
    interchange_control_number: str
    sender_id: str
    receiver_id: str
    usage: str
    created_on: date | None
    span: Span


class TransactionEnd(Value, frozen=True):
    """The end of a transaction set (SE): how many claims or claim payments it held, and how many were refused.

    ``refused`` counts claims only, not a refused head or PLB. ``complete`` is false when the SE is missing, disagrees
    with the segments read, or the head of the transaction was refused: what was read stands, but not all of it is here.
    """

    claims: int
    refused: int
    span: Span
    complete: bool = True


class ClaimRead(Value, frozen=True):
    """A claim of an 837P. ``unmodelled`` are those of its segments that ``Claim`` has no place for."""

    claim: Claim
    span: Span
    unmodelled: tuple[Segment, ...] = ()


class RemittanceRead(Value, frozen=True):
    """The head of an 835 transaction, before its claims."""

    remittance: Remittance
    span: Span
    unmodelled: tuple[Segment, ...] = ()


class ClaimGroupRead(Value, frozen=True):
    """The header of the claim payments that follow it in an 835, up to the next one (LX)."""

    group: ClaimGroup
    span: Span
    unmodelled: tuple[Segment, ...] = ()


class ClaimPaymentRead(Value, frozen=True):
    """A claim payment of an 835, in file order after its :class:`RemittanceRead`."""

    payment: ClaimPayment
    span: Span
    unmodelled: tuple[Segment, ...] = ()


class ProviderAdjustmentRead(Value, frozen=True):
    """One pair of a PLB segment, after the claims of its transaction."""

    adjustment: ProviderAdjustment
    span: Span


class MessageRead(Value, frozen=True):
    """A message of the small transactions (eligibility, claim status, acknowledgements), one of the vocabulary."""

    message: Value
    span: Span
    unmodelled: tuple[Segment, ...] = ()


class Refused(Value, frozen=True):
    """A claim or claim payment that could not be made from its segments: why, and all of its segments.

    Reading goes on with the next one. ``control_number`` is CLM01 or CLP01 where it could be read.
    """

    control_number: str
    finding: Finding
    segments: tuple[Segment, ...]
    span: Span


class Noticed(Value, frozen=True):
    """A finding about the file that stopped nothing."""

    finding: Finding
    span: Span


Event = (
    Transaction
    | TransactionEnd
    | ClaimRead
    | RemittanceRead
    | ClaimGroupRead
    | ClaimPaymentRead
    | ProviderAdjustmentRead
    | MessageRead
    | Refused
    | Noticed
)
