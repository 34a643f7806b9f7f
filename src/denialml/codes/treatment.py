"""What the books do with one adjustment: a function of its group and reason, never of the group alone.

Groups (835 guide, CAS01): ``CO`` the provider bears it, ``PR`` the patient or the next payer does, ``OA`` neither,
``PI`` the payer took it without a contract. ``CR`` left the guide with version 5010 and is not known here.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final

from denialml.codes.lookup import reason

GROUPS: Final = frozenset({"CO", "OA", "PI", "PR"})

_REASON_SHAPE: Final = re.compile(r"[1-9]\d{0,2}|[A-Z]\d{1,2}")


class Treatment(StrEnum):
    """Where an adjustment's amount goes."""

    __hash__ = str.__hash__  # an enumeration's own is slow, and these are looked up for every adjustment

    CONTRACTUAL = "contractual"  # written off by contract or law
    SEQUESTRATION = "sequestration"  # the federal cut of Medicare payments: written off, shown apart
    WITHHOLD = "withhold"  # owed to us later
    PATIENT = "patient"  # the patient's share, or the next payer's
    INFORMATION = "information"  # explains, moves nothing: what is owed stays owed
    PENDING = "pending"  # the payer has not decided
    DENIABLE = "deniable"  # a refusal to pay: tags the line, what is owed stays owed
    UNCLASSIFIED = "unclassified"  # a person must say
    UNKNOWN = "unknown"  # no such group, or not the shape of a reason code


@lru_cache(maxsize=4096)
def treatment(group: str, code: str, on: date) -> Treatment:
    """What the books do with an adjustment of this group and reason (CARC) on a day.

    A reason that the table does not know is a refusal: tagging it moves no money. Under ``CO`` nothing is ever the
    patient's; under ``PR`` what would be written off is the patient's, except the federal cut, which may never be;
    under ``PI`` there is no contract by which to write off, and ``OA`` names no debtor, so a person must say.
    """
    if not _REASON_SHAPE.fullmatch(code) or group not in GROUPS | {"CR"}:
        return Treatment.UNKNOWN
    rule = reason(code, on)
    usual = Treatment(rule.treatment) if rule else Treatment.DENIABLE
    if group == "PR" and rule and rule.under_pr:
        return Treatment(rule.under_pr)
    return _BY_GROUP[group].get(usual, usual)


_BY_GROUP: Final[dict[str, dict[Treatment, Treatment]]] = {
    "CO": {Treatment.PATIENT: Treatment.CONTRACTUAL},
    "PR": {
        Treatment.CONTRACTUAL: Treatment.PATIENT,
        Treatment.WITHHOLD: Treatment.UNCLASSIFIED,
        Treatment.SEQUESTRATION: Treatment.UNCLASSIFIED,
    },
    "OA": {Treatment.PATIENT: Treatment.UNCLASSIFIED},
    "PI": {
        Treatment.CONTRACTUAL: Treatment.UNCLASSIFIED,
        Treatment.SEQUESTRATION: Treatment.UNCLASSIFIED,
        Treatment.WITHHOLD: Treatment.UNCLASSIFIED,
        Treatment.PATIENT: Treatment.UNCLASSIFIED,
    },
    "CR": dict.fromkeys(Treatment, Treatment.UNCLASSIFIED),
}
