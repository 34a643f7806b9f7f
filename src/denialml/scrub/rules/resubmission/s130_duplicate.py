"""S130: Duplicate of an earlier claim or line.

What:
    No line repeats a service of an open or paid claim: same day, procedure, modifiers, units, provider and payer. The
    same but for modifiers or units is a warning, unless a modifier says that it was repeated.

Why:
    Duplicates are denied, and many of them draw an audit.

Source:
    Medicare Claims Processing Manual, chapter 1, section 120; the practice's record.

Fix:
    Wait for the first claim's answer, or send a replacement (frequency 7) of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.codesets import ANATOMIC, DISTINCT
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.history import ClaimState
from denialml.scrub.rule import BEFORE_SENDING, BLOCK, WARN, line_rule
from denialml.scrub.view import LineView

_REPEATED: Final = ANATOMIC | DISTINCT | {"76", "77", "91", "25", "27"}


@line_rule("S130", severity=BLOCK, layer=7, prevents=("18", "B13"), remarks=("M80", "N522"), stages=BEFORE_SENDING)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    claim = line.claim
    if claim.sent.frequency != "1":
        return
    for service in claim.services:
        if service.day != line.day or service.code != line.code or service.npi != line.npi or not line.code:
            continue
        if service.payer_id != claim.sent.payer_id or service.state not in {ClaimState.OPEN, ClaimState.PAID}:
            continue
        if sorted(service.modifiers) == sorted(line.modifiers) and service.units == line.units:
            yield Problem(
                "2400 SV1", "an earlier claim holds this service, and is open or paid", service.control_number
            )
        elif line.marks.isdisjoint(_REPEATED):
            yield Problem(
                "2400 SV1", "an earlier claim holds nearly this service", service.control_number, severity=WARN
            )
        else:
            continue
        return
