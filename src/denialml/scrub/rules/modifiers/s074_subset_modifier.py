"""S074: 59 and its subsets.

What:
    No line bears 59 together with XE, XS, XP or XU, and 59 is not used where the contract wants a subset.

Why:
    Payers that know the subsets deny or review 59.

Source:
    CMS, modifiers X{EPSU} for 59; NCCI Policy Manual, chapter I, section E.

Fix:
    Use the subset that the record supports, alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import WARN, line_rule
from denialml.scrub.view import LineView

_SUBSETS: Final = frozenset({"XE", "XS", "XP", "XU"})


@line_rule("S074", severity=WARN, layer=7, prevents=("4", "97"), remarks=("N519",), marks=frozenset({"59"}))
def check(line: LineView, context: Context) -> Iterator[Problem]:
    both = line.marks & _SUBSETS
    if both:
        yield Problem("2400 SV101-3", "59 stands beside its own subset", " ".join(sorted(both | {"59"})), min(both))
    elif line.claim.contract.wants_subset_modifiers:
        yield Problem("2400 SV101-3", "the payer wants XE, XS, XP or XU in place of 59", "59")
