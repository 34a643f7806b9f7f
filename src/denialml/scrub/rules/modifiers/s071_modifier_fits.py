"""S071: Modifiers fit the kind of procedure.

What:
    24, 25 and 57 stand on no operation, image, test or anaesthesia; the modifiers of surgery on no visit; those of
    anaesthesia on anaesthesia alone; 90 on laboratory tests alone.

Why:
    Payers deny a procedure with a modifier that cannot belong to it.

Source:
    CPT and HCPCS definitions of the modifiers; Medicare Claims Processing Manual, chapters 12 and 23.

Fix:
    Move the modifier to the line it was meant for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.codesets import ANESTHESIA, ANESTHESIA_ROLES, ASSISTANT, LABORATORY, RADIOLOGY, SURGERY, VISIT
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, line_rule
from denialml.scrub.view import LineView

_VISIT_MARKS: Final = frozenset({"24", "25", "57"})
_SURGERY_MARKS: Final = frozenset({"50", "51", "54", "55", "56", "58", "62", "66", "78", "79"}) | ASSISTANT
_PROCEDURES: Final = SURGERY | RADIOLOGY | LABORATORY | ANESTHESIA
_WATCHED: Final = _VISIT_MARKS | _SURGERY_MARKS | ANESTHESIA_ROLES | {"90"}


@line_rule("S071", severity=BLOCK, layer=5, prevents=("4",), remarks=("N519", "M20"), marks=_WATCHED)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    code, marks = line.code, line.marks
    wrong: set[str] = set()
    if code in _PROCEDURES:
        wrong |= marks & _VISIT_MARKS
    if code in VISIT:
        wrong |= marks & _SURGERY_MARKS
    if code not in ANESTHESIA:
        wrong |= marks & ANESTHESIA_ROLES
    if code not in LABORATORY:
        wrong |= marks & {"90"}
    for mark in sorted(wrong):
        yield Problem("2400 SV101-3", "the modifier does not belong to this kind of procedure", f"{code} {mark}")
