"""The edits of a clearinghouse: claims that it sends back before any payer sees them, read from its data file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from denialml.claims import Claim, StatusCode
from denialml.errors import BadInputError
from denialml.simulator.policy import PolicyChange

_CATEGORIES: Final = frozenset({"A3", "A6", "A7", "A8"})
_BENEFICIARY_SHAPE: Final = r"[1-9][A-Z][A-Z0-9]\d[A-Z][A-Z0-9]\d[A-Z]{2}\d{2}"  # Medicare's, as CMS publishes it


@dataclass(frozen=True, slots=True)
class PayerProfile:
    """What the clearinghouse knows of a payer: its key, the shape of its member numbers, whether it has groups.

    ``complete`` are the diagnosis categories of three characters that are codes by themselves.
    """

    key: str
    member_number: re.Pattern[str]
    has_groups: bool
    complete: frozenset[str]

    @classmethod
    def of(cls, key: str, data: Mapping[str, Any], complete: frozenset[str]) -> PayerProfile:
        """The profile of a payer by its policy data."""
        return cls(key, re.compile(_pattern(str(data["member_shape"]))), bool(data["group_numbers"]), complete)


Check = Callable[[Claim, date, PayerProfile], bool]


@dataclass(frozen=True, slots=True)
class ClaimEdit:
    """One edit: it refuses a claim with ``status`` when ``check`` finds what it looks for.

    It holds for files received from ``first`` to ``last`` (both inclusive), of the ``payers`` named, or of all.
    """

    name: str
    check: Check
    status: StatusCode
    payers: frozenset[str]
    first: date
    last: date
    source: Mapping[str, Any]

    def refuses(self, claim: Claim, day: date, payer: PayerProfile) -> bool:
        """Whether a claim received on that day is sent back."""
        if not self.first <= day <= self.last or (self.payers and payer.key not in self.payers):
            return False
        return self.check(claim, day, payer)


def clearinghouse_edits(data: Mapping[str, Any]) -> tuple[ClaimEdit, ...]:
    """The edits of a clearinghouse's data, in their order.

    Raises:
        BadInputError: an edit names a check or a status category that does not exist.
    """
    return tuple(_edit(entry) for entry in data["edits"])


def edit_changes(data: Mapping[str, Any], first: date, last: date) -> list[PolicyChange]:
    """The edits that begin or end between two days (both inclusive), for the list of what changed in a history."""
    who = data["identity"]["identifier"]
    changes = []
    for edit in clearinghouse_edits(data):
        told = {"check": edit.source["check"], "status": edit.source["status"]}
        if first <= edit.first <= last:
            changes.append(PolicyChange(who, edit.first, edit.name, None, told))
        if first <= edit.last < last:
            changes.append(PolicyChange(who, edit.last + timedelta(days=1), edit.name, told, None))
    return changes


def _edit(entry: Mapping[str, Any]) -> ClaimEdit:
    check = _CHECKS.get(entry["check"])
    category, status, entity = entry["status"]
    if check is None:
        raise BadInputError(f"clearinghouse edit {entry['name']}: no check {entry['check']}; use {', '.join(_CHECKS)}")
    if category not in _CATEGORIES:
        wanted = ", ".join(sorted(_CATEGORIES))
        raise BadInputError(f"clearinghouse edit {entry['name']}: {category} refuses no claim; use {wanted}")
    return ClaimEdit(
        name=entry["name"],
        check=check,
        status=StatusCode(category, status, entity),
        payers=frozenset(entry.get("payers", ())),
        first=entry.get("from", date.min),
        last=entry.get("until", date.max),
        source=entry,
    )


def _pattern(shape: str) -> str:
    """The regular expression of a payer's member numbers: ``mbi``, or letters and digits by count."""
    if shape == "mbi":
        return _BENEFICIARY_SHAPE
    words = shape.split("-")
    kinds = {"letter": "[A-Z]", "letters": "[A-Z]", "digits": r"\d"}
    return "".join(f"{kinds[kind]}{{{count}}}" for kind, count in zip(words[::2], words[1::2], strict=True))


# What is looked for


def _member_number_shape(claim: Claim, _day: date, payer: PayerProfile) -> bool:
    return payer.member_number.fullmatch(claim.coverage.member_id) is None


def _group_number_missing(claim: Claim, _day: date, payer: PayerProfile) -> bool:
    return payer.has_groups and not claim.coverage.group_number


def _diagnosis_cut(claim: Claim, _day: date, payer: PayerProfile) -> bool:
    return any(len(each.code) == 3 and each.code not in payer.complete for each in claim.diagnoses)


def _served_after_receipt(claim: Claim, day: date, _payer: PayerProfile) -> bool:
    return any(line.service_from > day for line in claim.lines)


def _born_after_service(claim: Claim, _day: date, _payer: PayerProfile) -> bool:
    birth = claim.treated_birth
    return birth is not None and any(line.service_from < birth for line in claim.lines)


def _billing_postal_code(claim: Claim, _day: date, _payer: PayerProfile) -> bool:
    address = claim.billing.address
    return address is None or not (len(address.postal_code) == 9 and address.postal_code.isdigit())


def _taxonomy_missing(claim: Claim, _day: date, _payer: PayerProfile) -> bool:
    return not (claim.rendering or claim.billing).taxonomy


_CHECKS: Final[Mapping[str, Check]] = {
    "member-number-shape": _member_number_shape,
    "group-number-missing": _group_number_missing,
    "diagnosis-cut": _diagnosis_cut,
    "served-after-receipt": _served_after_receipt,
    "born-after-service": _born_after_service,
    "billing-postal-code": _billing_postal_code,  # the 837 guides want nine digits of a billing provider
    "taxonomy-missing": _taxonomy_missing,
}
