"""The kinds of messages that are written: under which group and version, and how many of them share a transaction set.

A module that writes a kind has a function ``write_set(writer, control_number, messages, envelope)``, which adds the
segments from ST to SE, and one entry in the table here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from denialml.claims import (
    ClaimAcknowledgement,
    ClaimStatusInquiry,
    ClaimStatusResponse,
    EligibilityInquiry,
    EligibilityResponse,
    FunctionalAcknowledgement,
    InterchangeAcknowledgement,
    Value,
)
from denialml.errors import RefusedError
from denialml.x12 import acknowledgements, eligibilityparts, writeeligibility, writestatus
from denialml.x12.segments import SegmentWriter
from denialml.x12.statusparts import ACKNOWLEDGEMENT_VERSION, STATUS_VERSION

if TYPE_CHECKING:
    from denialml.x12.writing import Envelope

_WriteSet = Callable[[SegmentWriter, str, Sequence[Any], "Envelope"], None]


class MessageKind(NamedTuple):
    """How one kind of message is written.

    ``group`` is GS01; empty for what stands in the interchange without a functional group (TA1), whose ``write_set``
    gets an empty control number. ``version`` is GS08 and ST03. ``most`` is how many messages one transaction set holds;
    those that follow each other share one only if they agree in what ``head`` returns, which is what its BHT says.
    """

    group: str
    version: str
    write_set: _WriteSet
    head: Callable[[Any], object] = type
    most: int = 5000

    def sets(self, messages: Sequence[Value]) -> Iterator[Sequence[Value]]:
        """The messages cut into transaction sets."""
        for _, run in groupby(messages, self.head):
            alike = list(run)
            yield from (alike[start : start + self.most] for start in range(0, len(alike), self.most))


KINDS: Final[Mapping[type[Value], MessageKind]] = MappingProxyType(
    {
        FunctionalAcknowledgement: MessageKind("FA", acknowledgements.VERSION, acknowledgements.write_set, most=1),
        InterchangeAcknowledgement: MessageKind("", "", acknowledgements.write_ta1),
        ClaimStatusInquiry: MessageKind("HR", STATUS_VERSION, writestatus.write_inquiries, writestatus.head_of),
        ClaimStatusResponse: MessageKind("HN", STATUS_VERSION, writestatus.write_responses, writestatus.head_of),
        EligibilityInquiry: MessageKind(
            "HS",
            eligibilityparts.VERSION,
            writeeligibility.write_inquiries,
            writeeligibility.head_of,
            most=writeeligibility.MOST_PATIENTS,
        ),
        EligibilityResponse: MessageKind(
            "HB",
            eligibilityparts.VERSION,
            writeeligibility.write_responses,
            writeeligibility.head_of,
            most=writeeligibility.MOST_PATIENTS,
        ),
        # The answer to a batch and those to its claims are not parted.
        ClaimAcknowledgement: MessageKind(
            "HN", ACKNOWLEDGEMENT_VERSION, writestatus.write_acknowledgements, writestatus.head_of, most=sys.maxsize
        ),
    }
)


def kind_of(messages: Sequence[Value]) -> MessageKind:
    """The kind that all the messages of a batch are of.

    Raises:
        RefusedError: there is none, they are of several kinds, or nobody writes them.
    """
    if not messages:
        raise RefusedError("a batch without a message is not written")
    first = type(messages[0])
    if any(type(message) is not first for message in messages):
        raise RefusedError("a batch holds messages of one kind; write one batch for each")
    if first not in KINDS:
        raise RefusedError(f"{first.__name__} is no message that is written")
    return KINDS[first]
