"""Which reader takes which transaction set: by ST01 and the version that GS08 or ST03 names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final, Protocol

from denialml.x12 import eligibility, eligibilityparts, status
from denialml.x12.acknowledgements import AcknowledgementBody
from denialml.x12.claimloops import INSTITUTIONAL
from denialml.x12.events import Event
from denialml.x12.groups import Group
from denialml.x12.read835 import RemittanceBody
from denialml.x12.read837 import ClaimBody
from denialml.x12.statusparts import ACKNOWLEDGEMENT_VERSION, STATUS_VERSION

_PROFESSIONAL = "005010X222"
_INSTITUTIONAL = "005010X223"
_REMITTANCE = "005010X221"
_UNNAMED_REMITTANCE: Final = frozenset({"005010", "5010", "005010X221"})


class Body(Protocol):
    """Reads the groups of one transaction set; a segment named in ``marks`` begins a new group."""

    @property
    def marks(self) -> frozenset[str]:
        """Names of the segments that begin a group."""

    claims: int
    refused: int
    head_refused: bool

    def take(self, group: Group) -> Iterable[Event]:
        """The events of one group; the first is of ST."""


# Messages: ST01 and what the version begins with, to what makes their reader. Each is a body of its own transaction.
_MESSAGES: Final[Mapping[tuple[str, str], Callable[[], Body]]] = MappingProxyType(
    {
        ("999", "005010"): AcknowledgementBody,  # one guide only, and some senders do not name it
        ("270", eligibilityparts.STEM): eligibility.inquiry_body,
        ("271", eligibilityparts.STEM): eligibility.response_body,
        ("276", STATUS_VERSION): status.inquiry_body,
        ("277", STATUS_VERSION): status.response_body,
        ("277", ACKNOWLEDGEMENT_VERSION): status.acknowledgement_body,
    }
)

# Names of the segments that begin a group in any transaction.
GROUP_MARKS: Final = ClaimBody.marks.union(RemittanceBody.marks, *(make().marks for make in _MESSAGES.values()))


def body_of(set_id: str, version: str, control_number: str) -> Body | None:
    """The reader of a kind of transaction set, or none."""
    if set_id == "837" and version.startswith(_PROFESSIONAL):
        return ClaimBody()
    if set_id == "837" and version.startswith(_INSTITUTIONAL):
        return ClaimBody(INSTITUTIONAL)
    if set_id == "835" and (version.startswith(_REMITTANCE) or version in _UNNAMED_REMITTANCE):
        return RemittanceBody(control_number)
    make = next(
        (make for (name, begin), make in _MESSAGES.items() if name == set_id and version.startswith(begin)), None
    )
    return make() if make else None
