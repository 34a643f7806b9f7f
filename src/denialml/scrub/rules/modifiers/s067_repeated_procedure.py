"""S067: Repeated procedure says so.

What:
    A procedure on a second line of one day bears 76 or 77, or a modifier that tells the two apart.

Why:
    The second line is denied as a duplicate.

Source:
    HCPCS and CPT modifiers 76 and 77; Medicare Claims Processing Manual, chapter 23.

Fix:
    Add 76 (same physician) or 77 (another), or the side, digit or site.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.codesets import ANATOMIC, ANESTHESIA, ASSISTANT, DISTINCT, DRUG, LABORATORY, SUPPLIES, VISIT
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import WARN, claim_rule
from denialml.scrub.view import ClaimView

_TOLD_APART: Final = (
    ANATOMIC
    | DISTINCT
    | {"76", "77", "91", "50", "26", "TC", "58", "78", "79", "JW", "GP", "GO", "GN", "25", "27"}
    | ASSISTANT
)
_COUNTED: Final = DRUG | SUPPLIES | LABORATORY | ANESTHESIA | VISIT


@claim_rule("S067", severity=WARN, layer=5, prevents=("18",), remarks=("M80",))
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    if len(claim.by_code) == len(claim.lines):
        return
    for code, lines in claim.by_code.items():
        if len(lines) < 2 or not code or code in _COUNTED:
            continue
        seen: set[tuple[object, ...]] = set()
        for line in lines:
            told = frozenset(line.marks & _TOLD_APART)
            key = (line.day, line.npi, told)
            if key in seen and not told & {"76", "77"}:
                yield Problem(
                    "2400 SV101-3", "the procedure stands on a second line of that day", code, "76 or 77", line.number
                )
            seen.add(key)
