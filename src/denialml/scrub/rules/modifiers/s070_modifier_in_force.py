"""S070: Modifiers are in force.

What:
    Each modifier is two letters or digits, in force on the day of service, stands once on its line, and a line has no
    more than four.

Why:
    A line with a modifier that does not exist is denied or refused.

Source:
    CMS HCPCS modifiers (quarterly); CPT modifiers by number.

Fix:
    Correct or remove the modifier.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, line_rule
from denialml.scrub.view import LineView


@line_rule("S070", tables=("modifier",), severity=BLOCK, layer=5, prevents=("182", "4"), remarks=("N519",))
def check(line: LineView, context: Context) -> Iterator[Problem]:
    modifiers = line.modifiers
    if not modifiers:
        return
    if len(modifiers) > 4:
        yield Problem("2400 SV101-6", "a line has at most four modifiers", str(len(modifiers)), "4")
    if len(line.marks) < len(modifiers):
        yield Problem("2400 SV101-3", "a modifier stands twice on the line", " ".join(modifiers))
    release = line.claim.release("modifier")
    for modifier in modifiers:
        if release and not context.tables.modifier(modifier, line.day):
            yield Problem("2400 SV101-3", "the modifier is not in force on the day of service", modifier, table=release)
