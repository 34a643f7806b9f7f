"""S075: Digit, eyelid or vessel named.

What:
    A procedure on a finger, toe, eyelid or coronary vessel names which.

Why:
    A second one of the day looks like a duplicate, and payers that want the site deny the line.

Source:
    HCPCS modifiers E1-E4, FA-F9, TA-T9, LC, LD, LM, RC and RI; contractors' articles.

Fix:
    Add the modifier of the digit, lid or vessel.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.codesets import DIGITS, EYELIDS, VESSELS, CodeSet
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import WARN, line_rule
from denialml.scrub.view import LineView

_SITES: Final = (
    (CodeSet("26010 26011 26055 26418 26720-26785 26951 26952"), DIGITS, "FA-F9"),
    (CodeSet("28010 28011 28230-28234 28270-28286 28510-28525 28820 28825"), DIGITS, "TA-T9"),
    (CodeSet("11730 11732 11750"), DIGITS, "FA-F9 or TA-T9"),
    (CodeSet("67700-67715 67800-67850 67914-67924"), EYELIDS, "E1-E4"),
    (CodeSet("92920 92924 92928 92933 92937 92941 92943"), VESSELS, "LC LD LM RC RI"),
)
_ALL: Final = CodeSet(" ".join(codes.text for codes, _, _ in _SITES))


@line_rule("S075", severity=WARN, layer=5, prevents=("4",), remarks=("N519", "N822"), codes=_ALL)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    for codes, sites, words in _SITES:
        if line.code in codes and line.marks.isdisjoint(sites):
            yield Problem("2400 SV101-3", "the modifier of the site is missing", line.code, words)
