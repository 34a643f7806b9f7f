"""S064: New patient is new.

What:
    A visit of a new patient is billed only where nobody of the same group and specialty saw the patient face to face in
    the three years before.

Why:
    Payers pay the established visit, or deny the claim.

Source:
    CPT guidelines on new and established patients; Medicare Claims Processing Manual, chapter 12, section 30.6.7.

Fix:
    Bill the established patient's visit.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.codesets import FACE_TO_FACE, NEW_PATIENT
from denialml.scrub.context import Context
from denialml.scrub.facts import years_before
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, line_rule
from denialml.scrub.view import LineView


@line_rule("S064", severity=BLOCK, layer=5, prevents=("B16", "261"), remarks=("N113",), codes=NEW_PATIENT)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    claim = line.claim
    since = years_before(line.day, 3)
    for service in claim.services:
        if since < service.day < line.day and service.code in FACE_TO_FACE and claim.same_group(service):
            yield Problem("2400 SV101-2", "the group saw this patient within three years", service.day.isoformat())
            return
