"""S091: Split or shared visit.

What:
    FS, a visit shared by a physician and another practitioner, stands only on visits in a facility.

Why:
    Medicare knows no shared visits in an office.

Source:
    42 CFR 415.140; Medicare Claims Processing Manual, chapter 12, section 30.6.18.

Fix:
    Take FS off; in the office, the rules of incident-to services hold.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.codesets import VISIT
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import ANY_MEDICARE, INFO, line_rule
from denialml.scrub.view import LineView


@line_rule(
    "S091",
    severity=INFO,
    layer=7,
    prevents=("150", "4"),
    remarks=("N706",),
    payers=ANY_MEDICARE,
    marks=frozenset({"FS"}),
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    if line.code not in VISIT or line.place in {"11", "12", "10"}:
        yield Problem("2400 SV101-3", "a shared visit is one in a facility", f"{line.code} in {line.place}")
