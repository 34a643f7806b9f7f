"""The segments of 276, 277 (005010X212) and 277CA (005010X214) as values, for reading and for writing."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, NamedTuple

from denialml.claims import Reference, StatusCode, StatusInformation, StatusLine
from denialml.x12.segments import SegmentWriter
from denialml.x12.shapes import DAY, MONEY, NUMBER, PROCEDURE, Kind, Shape
from denialml.x12.tokens import Delimiters


class Head(NamedTuple):
    """The codes of a transaction's BHT: BHT01, BHT02 and BHT06."""

    structure: str
    purpose: str
    kind: str


STATUS_VERSION: Final = "005010X212"
ACKNOWLEDGEMENT_VERSION: Final = "005010X214"

_PARTS_OF_A_CODE: Final = 4


def _code(text: str, delimiters: Delimiters) -> tuple[StatusCode, bool]:
    parts = text.split(delimiters.component)
    return StatusCode(*parts[:_PARTS_OF_A_CODE]), not any(parts[_PARTS_OF_A_CODE:])


def _code_text(value: StatusCode, writer: SegmentWriter, place: str) -> str:
    return writer.composite(place, value.category, value.status, value.entity, value.code_list)


_CODE: Final = Kind(_code, _code_text)

# How segments are values, for reading and for writing.
STATUS: Final = Shape(
    StatusInformation,
    "STC",
    {
        1: ("first", _CODE), 2: ("effective_on", DAY), 3: "action", 4: ("charge_cents", MONEY),
        5: ("paid_cents", MONEY), 6: ("adjudicated_on", DAY), 7: "payment_method", 8: ("paid_on", DAY),
        9: "payment_number", 10: ("second", _CODE), 11: ("third", _CODE), 12: "message",
    },
)  # fmt: skip
LINE: Final = Shape(
    StatusLine,
    "SVC",
    {
        1: ("procedure", PROCEDURE), 2: ("charge_cents", MONEY), 3: ("paid_cents", MONEY), 4: "revenue_code",
        7: ("units", NUMBER),
    },
)  # fmt: skip
REFERENCE: Final = Shape(Reference, "REF", {1: "qualifier", 2: "value", 3: "description"})


# Money and counts by segment and qualifier, each a field of the message.
CHARGE: Final = MappingProxyType({("AMT", "T3"): "charge_cents"})
_CHARGES: Final = {("AMT", "YU"): "accepted_cents", ("AMT", "YY"): "rejected_cents"}
BATCH_TOTALS: Final = MappingProxyType({("QTY", "90"): "accepted_count", ("QTY", "AA"): "rejected_count"} | _CHARGES)
PROVIDER_TOTALS: Final = MappingProxyType({("QTY", "QA"): "accepted_count", ("QTY", "QC"): "rejected_count"} | _CHARGES)


INQUIRY_HEAD: Final = Head("0010", "13", "")
RESPONSE_HEAD: Final = Head("0010", "08", "DG")
ACKNOWLEDGEMENT_HEAD: Final = Head("0085", "08", "TH")
