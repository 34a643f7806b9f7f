"""S039: Unlisted procedure is described.

What:
    A code for an unlisted or not otherwise classified service says in words what was done.

Why:
    The payer cannot price what it cannot tell.

Source:
    837 guides, SV101-7 usage; CMS list of not otherwise classified codes.

Fix:
    Describe the service in a few words, and attach the report.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.codesets import UNLISTED
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, line_rule
from denialml.scrub.view import LineView


@line_rule("S039", severity=BLOCK, layer=4, prevents=("189", "16"), remarks=("M51", "N350"), codes=UNLISTED)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    if not line.sent.procedure.description and not line.sent.notes:
        yield Problem("2400 SV101-7", "an unlisted procedure needs words for what was done", line.code)
