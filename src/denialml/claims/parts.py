"""Small parts shared by claims and remittances. Qualifiers keep X12's codes, so that nothing read is lost."""

from __future__ import annotations

from datetime import date

from denialml.claims.value import Value


class Reference(Value, frozen=True):
    """An identifier (X12 REF): what it identifies (``G1`` prior authorisation, ``F8`` payer's number), its value.

    ``description`` is REF03, rarely sent.
    """

    qualifier: str
    value: str
    description: str = ""


class DatedFact(Value, frozen=True):
    """A date with a meaning (X12 DTP or DTM): ``431`` onset, ``439`` accident, ``435`` admission, ``050`` received.

    ``until`` is set when a range was sent. ``time`` is ``HHMM`` when the format carried one, else empty.
    """

    qualifier: str
    day: date
    until: date | None = None
    time: str = ""


class Amount(Value, frozen=True):
    """Supplemental money (X12 AMT), informational, in signed cents: ``F5`` patient paid, ``B6`` allowed."""

    qualifier: str
    cents: int


class Note(Value, frozen=True):
    """Free text (X12 NTE) with its purpose (``ADD``, ``DCP``, ...)."""

    purpose: str
    text: str

    def __repr__(self) -> str:
        return f"Note({self.purpose}, ***)"


class Diagnosis(Value, frozen=True):
    """A diagnosis code without dots: ``ABK``/``ABF`` ICD-10-CM (principal/other), ``BK``/``BF`` ICD-9-CM."""

    code: str
    qualifier: str = "ABF"


class Procedure(Value, frozen=True):
    """A procedure with its modifiers in the order sent (X12 composite C003). ``qualifier`` ``HC`` is HCPCS and CPT.

    ``description`` is free text of the sender (C003-07), never a code set's wording of ours.
    """

    code: str
    modifiers: tuple[str, ...] = ()
    qualifier: str = "HC"
    description: str = ""
