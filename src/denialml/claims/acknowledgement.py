"""What a receiver says of a file before anybody adjudicates it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from denialml.claims.value import Value


class AcknowledgementKind(StrEnum):
    """Which answer it is: of the interchange, of the transaction set, or of each claim."""

    INTERCHANGE = "TA1"
    IMPLEMENTATION = "999"
    CLAIM = "277CA"


class Acknowledgement(Value, frozen=True):
    """An acceptance or rejection of something we sent.

    ``control_number`` names what it answers: ISA13 for a TA1, ST02 for a 999, CLM01 for a 277CA. ``code`` is the
    answer's own (``A``, ``R``, ``A1:19``). A rejection sends a claim back to draft and starts no appeal clock.
    """

    kind: AcknowledgementKind
    control_number: str
    accepted: bool
    code: str
    received_on: date
