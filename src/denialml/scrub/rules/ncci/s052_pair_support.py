"""S052: Pair opened by a modifier: is it in the record?.

What:
    A pair of indicator 1 that a modifier opens is named, so that somebody can see that the record supports it; 59 and
    its subsets in particular.

Why:
    Payers review modifier 59 above all; what the record does not show is taken back.

Source:
    NCCI Policy Manual, chapter I, section E; CMS modifier 59 article.

Fix:
    Make sure the note shows a separate session, site, structure or practitioner; prefer XE, XS, XP or XU to 59.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.codesets import DISTINCT
from denialml.scrub.context import Context
from denialml.scrub.facts import opened
from denialml.scrub.finding import Problem
from denialml.scrub.rule import FEDERAL, INFO, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S052", tables=("ptp",), severity=INFO, layer=5, prevents=("97", "150"), remarks=("N706",), payers=FEDERAL)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    for pair in claim.pairs:
        if (
            pair.edit.indicator == "1"
            and opened(pair)
            and DISTINCT & {*pair.column1.modifiers, *pair.column2.modifiers}
        ):
            yield Problem(
                "2400 SV101-3",
                "a modifier opens a bundled pair: the record must show why",
                pair.column2.code,
                line=pair.line.number,
                table=claim.release("ptp"),
            )
