"""Legitimate edits: what would make a claim say what is true, as the practice could find out before it sends it.

The world keeps, for every claim, the edits that would put it right. They are never invented to please a payer: each
restores what was done, who insures, what was authorised or what the record holds. A claim without edits is right as it
stands, and may be denied all the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from denialml.claims import Attachment, Claim, Coverage, Diagnosis, Party, Patient, Reference, ServiceLine, replace


class EditKind(StrEnum):
    """What an edit puts right."""

    MODIFIER = "modifier"  # ``text`` is a modifier that the line should have
    POINTER = "pointer"  # ``place`` is the diagnosis that the line was really for
    PROCEDURE = "procedure"  # ``text`` is the code in force on the day, in place of the line's old one
    DIAGNOSIS = "diagnosis"  # ``text`` is the right code, complete and in force, in place of the one at ``place``
    AUTHORIZATION = "authorization"  # ``text`` is the number that the payer gave
    REFERRAL = "referral"  # ``text`` is the number of the referral
    REFERRER = "referrer"  # ``party`` is who sent the patient
    TAXONOMY = "taxonomy"  # ``text`` is the taxonomy code of who treated
    MEMBER = "member"  # ``coverage`` is the same cover with the right member or group number
    ELIGIBILITY = "eligibility"  # ``coverage`` of another payer, ``payer`` its key, insures on that day
    OTHER_PAYER = "other payer first"  # ``coverage`` of the payer, ``payer`` its key, who pays before this one
    FREQUENCY = "frequency"  # sent before: a replacement (7) of the payer's claim ``text``, no second original
    RECORDS = "records"  # the record supports the service and can go along


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit. ``line`` is the number of the service line it is for, 0 for the claim as a whole."""

    kind: EditKind
    line: int = 0
    text: str = ""
    place: int = 0
    party: Party | None = None
    coverage: Coverage | None = None
    patient: Patient | None = None
    payer: str = ""


def apply(edit: Edit, claim: Claim) -> Claim:
    """The claim as it is after the edit; everything that the edit does not speak of stays."""
    match edit.kind:
        case EditKind.MODIFIER | EditKind.POINTER | EditKind.PROCEDURE:
            return replace(claim, lines=tuple(_line(edit, line) for line in claim.lines))
        case EditKind.DIAGNOSIS:
            return replace(claim, diagnoses=_completed(edit, claim.diagnoses))
        case EditKind.AUTHORIZATION:
            return replace(claim, references=_with_reference(claim, "G1", edit.text))
        case EditKind.REFERRAL:
            return replace(claim, references=_with_reference(claim, "9F", edit.text))
        case EditKind.REFERRER:
            return replace(claim, referring=edit.party)
        case EditKind.TAXONOMY:
            rendering = claim.rendering or claim.billing
            return replace(claim, rendering=replace(rendering, taxonomy=edit.text))
        case EditKind.MEMBER | EditKind.ELIGIBILITY | EditKind.OTHER_PAYER:
            assert edit.coverage is not None, "an edit of cover names the cover"
            return replace(claim, coverage=edit.coverage, patient=edit.patient)
        case EditKind.FREQUENCY:
            return replace(claim, frequency="7", references=_with_reference(claim, "F8", edit.text))
        case EditKind.RECORDS:
            return replace(claim, attachments=(Attachment("M1", "EL", f"A{claim.control_number}", "AC"),))


def applied(edits: Iterable[Edit], claim: Claim) -> Claim:
    """The claim after all of the edits, in their order."""
    for edit in edits:
        claim = apply(edit, claim)
    return claim


def _line(edit: Edit, line: ServiceLine) -> ServiceLine:
    if line.number != edit.line:
        return line
    if edit.kind is EditKind.POINTER:
        return replace(line, diagnosis_pointers=(edit.place,))
    procedure = line.procedure
    if edit.kind is EditKind.PROCEDURE:
        return replace(line, procedure=replace(procedure, code=edit.text))
    if edit.text in procedure.modifiers:
        return line
    return replace(line, procedure=replace(procedure, modifiers=(*procedure.modifiers, edit.text)))


def _completed(edit: Edit, diagnoses: tuple[Diagnosis, ...]) -> tuple[Diagnosis, ...]:
    place = edit.place - 1
    return (*diagnoses[:place], replace(diagnoses[place], code=edit.text), *diagnoses[edit.place :])


def _with_reference(claim: Claim, qualifier: str, value: str) -> tuple[Reference, ...]:
    others = tuple(each for each in claim.references if each.qualifier != qualifier)
    return (*others, Reference(qualifier, value))
