"""Segments of 270 and 271 (implementation guide 005010X279A1) that are values, for reading and writing."""

from __future__ import annotations

from typing import Final

from denialml.claims import (
    Amount,
    Benefit,
    BenefitDelivery,
    Circumstance,
    EligibilityQuestion,
    InsuredRelation,
    ProviderRole,
    Reference,
    Rejection,
    Trace,
)
from denialml.x12.shapes import MONEY, NUMBER, PROCEDURE, REPEATED, Kind, Shape
from denialml.x12.tokens import Delimiters
from denialml.x12.values import BadValueError, number

VERSION: Final = "005010X279A1"
STEM: Final = "005010X279"  # what the versions of this guide begin with

# Codes of levels (HL03).
SOURCE: Final = "20"
RECEIVER: Final = "21"
SUBSCRIBER: Final = "22"
DEPENDENT: Final = "23"

STRUCTURE: Final = "0022"  # BHT01
RELATED: Final = "2120"  # LS01 and LE01
MOST_DIAGNOSES: Final = 8  # composites of HI


def _whole_number(text: str, _: Delimiters) -> tuple[int, bool]:
    value = number(text)
    if value != value.to_integral_value():
        raise BadValueError("bad-number", "not a whole number", text)
    return int(value), True


def _pointers(text: str, delimiters: Delimiters) -> tuple[tuple[int, ...], bool]:
    parts = text.split(delimiters.component)
    return tuple(_whole_number(part, delimiters)[0] for part in parts if part), all(parts)


COUNT: Final = Kind(_whole_number, lambda value, _, __: str(value))
POINTERS: Final = Kind(_pointers, lambda value, writer, place: writer.composite(place, *map(str, value)))

# How segments are values, for reading and for writing.
TRACE: Final = Shape(Trace, "TRN", {1: "kind", 2: "number", 3: "originator", 4: "supplement"})
REJECTION: Final = Shape(Rejection, "AAA", {1: "valid", 3: "reason", 4: "follow_up"})
PROVIDER: Final = Shape(ProviderRole, "PRV", {1: "role", 2: "qualifier", 3: "identifier"})
RELATION: Final = Shape(
    InsuredRelation,
    "INS",
    {1: "subscriber", 2: "relationship", 3: "maintenance", 4: "maintenance_reason", 17: ("birth_order", COUNT)},
)
REFERENCE: Final = Shape(Reference, "REF", {1: "qualifier", 2: "value", 3: "description"})
AMOUNT: Final = Shape(Amount, "AMT", {1: "qualifier", 2: ("cents", MONEY)})
CIRCUMSTANCE: Final = Shape(Circumstance, "III", {1: "code_list", 2: "code", 3: "category", 4: "text"})
QUESTION: Final = Shape(
    EligibilityQuestion,
    "EQ",
    {
        1: ("service_types", REPEATED), 2: ("procedure", PROCEDURE), 3: "coverage_level",
        5: ("diagnosis_pointers", POINTERS),
    },
)  # fmt: skip
DELIVERY: Final = Shape(
    BenefitDelivery,
    "HSD",
    {
        1: "quantity_qualifier", 2: ("quantity", NUMBER), 3: "unit", 4: ("every", NUMBER), 5: "period",
        6: ("periods", NUMBER), 7: "days", 8: "hours",
    },
)  # fmt: skip
BENEFIT: Final = Shape(
    Benefit,
    "EB",
    {
        1: "code", 2: "coverage_level", 3: ("service_types", REPEATED), 4: "insurance_type", 5: "plan", 6: "period",
        7: ("amount_cents", MONEY), 8: ("share", NUMBER), 9: "quantity_qualifier", 10: ("quantity", NUMBER),
        11: "authorization", 12: "in_network", 13: ("procedure", PROCEDURE), 14: ("diagnosis_pointers", POINTERS),
    },
)  # fmt: skip
