"""What a practice's own rules may ask of a claim: a catalogue of fields, each with its kind and its meaning.

A field whose name begins with ``line.`` is asked of each line. Texts are compared as sent, money is in cents.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from denialml.claims import Party
from denialml.scrub.view import ClaimView, LineView


class Kind(StrEnum):
    """What a field holds, which decides what may be asked of it."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the catalogue. ``of`` reads it from a claim, or from a line where its name says so."""

    kind: Kind
    meaning: str
    of: Callable[[Any], Any]


def _claim(kind: Kind, meaning: str, of: Callable[[ClaimView], Any]) -> Field:
    return Field(kind, meaning, of)


def _line(kind: Kind, meaning: str, of: Callable[[LineView], Any]) -> Field:
    return Field(kind, meaning, of)


_NOBODY: Final = Party()


def _attachments(claim: ClaimView) -> list[Any]:
    return [*claim.sent.attachments, *(each for line in claim.sent.lines for each in line.attachments)]


FIELDS: Final[Mapping[str, Field]] = {
    "payer": _claim(Kind.TEXT, "the payer's number", lambda c: c.sent.payer_id),
    "payer_kind": _claim(Kind.TEXT, "its kind: medicare_ffs, medicaid, commercial, ...", lambda c: c.kind),
    "filing_indicator": _claim(Kind.TEXT, "claim filing indicator", lambda c: c.sent.coverage.filing_indicator),
    "plan": _claim(Kind.TEXT, "the plan's name", lambda c: c.sent.coverage.group_name),
    "group_number": _claim(Kind.TEXT, "the plan's group number", lambda c: c.sent.coverage.group_number),
    "payer_order": _claim(Kind.TEXT, "P first, S second, T third payer", lambda c: c.sent.coverage.sequence),
    "frequency": _claim(Kind.TEXT, "1 original, 7 replacement, 8 void", lambda c: c.sent.frequency),
    "place": _claim(Kind.TEXT, "the claim's place of service", lambda c: c.sent.place_of_service),
    "billing_npi": _claim(Kind.TEXT, "NPI of who bills", lambda c: c.sent.billing.npi),
    "rendering_npi": _claim(Kind.TEXT, "NPI of who rendered", lambda c: c.provider.npi),
    "taxonomy": _claim(Kind.TEXT, "taxonomy code of who rendered", lambda c: c.provider.taxonomy),
    "referring_npi": _claim(
        Kind.TEXT, "NPI of who referred", lambda c: c.sent.referring.npi if c.sent.referring else ""
    ),
    "authorization": _claim(Kind.TEXT, "number of the authorisation", lambda c: c.sent.reference("G1")),
    "referral": _claim(Kind.TEXT, "number of the referral", lambda c: c.sent.reference("9F")),
    "patient_sex": _claim(Kind.TEXT, "F, M or U", lambda c: c.sent.treated_sex),
    "patient_age": _claim(Kind.NUMBER, "full years on the first day of service", lambda c: c.age(c.day)),
    "charge_cents": _claim(Kind.NUMBER, "the claim's charge in cents", lambda c: c.sent.charge_cents),
    "line_count": _claim(Kind.NUMBER, "number of lines", lambda c: len(c.lines)),
    "attachments": _claim(
        Kind.NUMBER, "number of attachments named, of claim and lines", lambda c: len(_attachments(c))
    ),
    "days_since_service": _claim(Kind.NUMBER, "days from service to sending", lambda c: (c.context.as_of - c.day).days),
    "service_day": _claim(Kind.DAY, "first day of service", lambda c: c.day),
    "diagnoses": _claim(Kind.LIST, "diagnosis codes without dots", lambda c: c.diagnoses),
    "procedures": _claim(Kind.LIST, "procedure codes of all lines", lambda c: c.codes),
    "modifiers": _claim(Kind.LIST, "modifiers of all lines", lambda c: c.marks),
    "line.code": _line(Kind.TEXT, "the line's procedure", lambda x: x.code),
    "line.place": _line(Kind.TEXT, "its place of service, or the claim's", lambda x: x.place),
    "line.revenue_code": _line(Kind.TEXT, "its revenue code", lambda x: x.sent.revenue_code),
    "line.rendering_npi": _line(Kind.TEXT, "NPI of who rendered it", lambda x: x.npi),
    "line.drug_code": _line(Kind.TEXT, "its national drug code", lambda x: x.sent.drug.code if x.sent.drug else ""),
    "line.units": _line(Kind.NUMBER, "its units", lambda x: x.units),
    "line.charge_cents": _line(Kind.NUMBER, "its charge in cents", lambda x: x.sent.charge_cents),
    "line.day": _line(Kind.DAY, "its first day", lambda x: x.day),
    "line.modifiers": _line(Kind.LIST, "its modifiers", lambda x: x.modifiers),
    "line.diagnoses": _line(Kind.LIST, "the diagnoses it points to", lambda x: x.diagnoses),
}
