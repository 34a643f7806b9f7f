"""Repairs of form, before the rules look: what has one right way to be written is written that way.

Spaces around text, lower case in codes, dots in diagnoses, dashes in identifiers. Never what was done, why, or for
whom: a repair changes how a value is written, not which value it is. Each change is kept as a :class:`Repair`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from denialml.claims import Claim, Contact, Diagnosis, Drug, Party, Reference, ServiceLine, replace
from denialml.ids import MBI
from denialml.scrub.finding import Repair
from denialml.scrub.practice import MEDICARE, payer_kind

_TELEPHONE_JUNK: Final = re.compile(r"[\s().-]+")
_DASHED_DRUG: Final = re.compile(r"(\d{4,5})-(\d{3,4})-(\d{1,2})")
_TELEPHONES: Final = frozenset({"TE", "FX", "CP", "HP", "WP"})
_CODE_JUNK: Final = str.maketrans("", "", " .")
_NUMBER_JUNK: Final = str.maketrans("", "", " -.")

Form = Callable[[str], str]


def repaired(claim: Claim) -> tuple[Claim, tuple[Repair, ...]]:
    """The claim in its proper form, and what was changed; the same claim and nothing where it was."""
    log: list[Repair] = []
    changes = _claim_changes(claim, log)
    return (replace(claim, **changes), tuple(log)) if changes else (claim, ())


def _claim_changes(claim: Claim, log: list[Repair]) -> dict[str, Any]:
    before: dict[str, tuple[Any, Any]] = {}
    for name, loop in _PARTIES:
        party = getattr(claim, name)
        if party is not None:
            before[name] = (party, _provider(party, loop, log))
    before["coverage"] = (claim.coverage, _coverage(claim, log))
    if claim.patient:
        before["patient"] = (claim.patient, _within(claim.patient, "party", "2010CA", log))
    before["diagnoses"] = (claim.diagnoses, _each(_diagnosis, claim.diagnoses, log))
    before["lines"] = (claim.lines, _each(_line, claim.lines, log))
    before["references"] = (claim.references, _references(claim.references, "2300", log))
    return {name: new for name, (old, new) in before.items() if new is not old}


_PARTIES: Final = (
    ("billing", "2010AA"),
    ("pay_to", "2010AB"),
    ("referring", "2310A"),
    ("rendering", "2310B"),
    ("facility", "2310C"),
    ("supervising", "2310D"),
)
_LINE_PARTIES: Final = (
    ("rendering", "2420A"),
    ("supervising", "2420D"),
    ("ordering", "2420E"),
    ("referring", "2420F"),
)


def _each(repair: Callable[[Any, list[Repair]], Any], values: tuple[Any, ...], log: list[Repair]) -> tuple[Any, ...]:
    """The values repaired; the same tuple where none changed, so that a clean claim costs no copy."""
    count = len(log)
    new = [repair(value, log) for value in values]
    return tuple(new) if len(log) > count else values


def _set(value: Any, forms: Mapping[str, tuple[str, Form]], place: str, log: list[Repair]) -> Any:
    """``value`` with each named field in its form; each change is logged."""
    changes: dict[str, Any] = {}
    for name, (kind, form) in forms.items():
        text = getattr(value, name)
        if text and (new := form(text)) != text:
            log.append(Repair(kind, f"{place} {name}", text, new))
            changes[name] = type(text)(new)
    return replace(value, **changes) if changes else value


def _within(value: Any, name: str, place: str, log: list[Repair]) -> Any:
    old = getattr(value, name)
    new = _party(old, place, log)
    return value if new is old else replace(value, **{name: new})


def _trim(text: str) -> str:
    if text[0] != " " and text[-1] != " " and "  " not in text:
        return text
    return " ".join(text.split())


def _code(text: str) -> str:
    return text if text.isalnum() and text.isascii() and text == text.upper() else text.translate(_CODE_JUNK).upper()


def _upper(text: str) -> str:
    return text.strip().upper()


def _digits(text: str) -> str:
    if text.isdigit():
        return text
    stripped = text.translate(_NUMBER_JUNK)
    return stripped if stripped.isdigit() else text


def _postal(text: str) -> str:
    stripped = text.translate(_NUMBER_JUNK)
    return stripped if stripped.isdigit() else text.strip()


def _beneficiary(text: str) -> str:
    """A Medicare number without its dashes, where that makes it one."""
    return MBI.compact(text) if MBI.is_valid(text) else _trim(text)


def _telephone(text: str) -> str:
    digits = _TELEPHONE_JUNK.sub("", text)
    return digits if len(digits) == 10 and digits.isdigit() else text


def _drug_code(text: str) -> str:
    """Eleven digits from a dashed code, its parts filled with zeros to 5, 4 and 2 (FDA and HIPAA forms)."""
    parts = _DASHED_DRUG.fullmatch(text.strip())
    return f"{parts[1]:0>5}{parts[2]:0>4}{parts[3]:0>2}" if parts else text.strip()


_NAMES: Final = dict.fromkeys(("name", "first", "middle", "suffix"), ("spaces", _trim))
_ADDRESS: Final = {
    **dict.fromkeys(("line1", "line2", "city"), ("spaces", _trim)),
    "state": ("upper case", _upper),
    "postal_code": ("postal code", _postal),
}
_NPI: Final = {"identifier": ("NPI digits", _digits), "taxonomy": ("upper case", _upper)}
_MEMBER: Final = {"identifier": ("spaces", _trim)}
_BENEFICIARY: Final = {"identifier": ("Medicare number", _beneficiary)}
_PROCEDURE: Final = {"code": ("procedure code", _code)}


def _provider(party: Party, place: str, log: list[Repair]) -> Party:
    """A provider, who returns on claim after claim: whoever is in form once is not looked at again."""
    return party if _is_in_form(party) else _party(party, place, log)


@lru_cache(maxsize=65_536)
def _is_in_form(party: Party) -> bool:
    return _party(party, "", []) is party


def _party(party: Party, place: str, log: list[Repair]) -> Party:
    new: Party = _set(party, _NAMES, place, log)
    new = _set(new, _NPI if new.id_qualifier == "XX" else _MEMBER, place, log)
    if new.address is not None:
        address = _set(new.address, _ADDRESS, place, log)
        if address is not new.address:
            new = replace(new, address=address)
    references = _references(new.references, place, log)
    if references is not new.references:
        new = replace(new, references=references)
    if new.contacts:
        contacts = _each(lambda each, log: _contact(each, place, log), new.contacts, log)
        new = new if contacts is new.contacts else replace(new, contacts=contacts)
    return new


def _references(references: tuple[Reference, ...], place: str, log: list[Repair]) -> tuple[Reference, ...]:
    if not references:
        return references
    return _each(lambda each, log: _set(each, _form_of(each), place, log), references, log)


def _form_of(reference: Reference) -> Mapping[str, tuple[str, Form]]:
    return _TAX_ID if reference.qualifier in {"EI", "SY", "TJ"} else _REFERENCE


_TAX_ID: Final = {"value": ("tax id digits", _digits)}
_REFERENCE: Final = {"value": ("spaces", _trim)}


def _contact(contact: Contact, place: str, log: list[Repair]) -> Contact:
    numbers = []
    for qualifier, number in contact.numbers:
        new = _telephone(number) if qualifier in _TELEPHONES else number
        if new != number:
            log.append(Repair("telephone digits", f"{place} PER", number, new))
        numbers.append((qualifier, new))
    return contact if tuple(numbers) == contact.numbers else replace(contact, numbers=tuple(numbers))


def _coverage(claim: Claim, log: list[Repair]) -> Any:
    coverage = _within(claim.coverage, "subscriber", "2010BA", log)
    day = claim.lines[0].service_from if claim.lines else None
    if day and payer_kind(coverage.filing_indicator, day) == MEDICARE:
        subscriber = _set(coverage.subscriber, _BENEFICIARY, "2010BA", log)
        coverage = coverage if subscriber is coverage.subscriber else replace(coverage, subscriber=subscriber)
    return coverage


def _diagnosis(diagnosis: Diagnosis, log: list[Repair]) -> Diagnosis:
    new: Diagnosis = _set(diagnosis, {"code": ("diagnosis code", _code)}, "2300 HI", log)
    return new


def _line(line: ServiceLine, log: list[Repair]) -> ServiceLine:
    place = f"line {line.number}"
    changes: dict[str, Any] = {}
    procedure = _set(line.procedure, _PROCEDURE, place, log)
    modifiers = tuple([_code(each) for each in procedure.modifiers]) if procedure.modifiers else ()
    if modifiers != procedure.modifiers:
        log.append(Repair("modifier", f"{place} modifiers", " ".join(procedure.modifiers), " ".join(modifiers)))
        procedure = replace(procedure, modifiers=modifiers)
    if procedure is not line.procedure:
        changes["procedure"] = procedure
    for name, loop in _LINE_PARTIES:
        party = getattr(line, name)
        if party is not None and (new := _provider(party, f"{place} {loop}", log)) is not party:
            changes[name] = new
    if line.drug is not None and (drug := _drug(line.drug, place, log)) is not line.drug:
        changes["drug"] = drug
    return replace(line, **changes) if changes else line


def _drug(drug: Drug, place: str, log: list[Repair]) -> Drug:
    new: Drug = _set(drug, {"code": ("drug code", _drug_code)}, place, log) if drug.qualifier == "N4" else drug
    return new
