"""S080: Laboratory panel billed in parts.

What:
    Not all components of an organ or disease panel are billed apart on one day.

Why:
    Payers pay the panel and deny the parts, or ask for the money back.

Source:
    NCCI Policy Manual, chapter X; NCCI pairs of July 2024; Medicare Claims Processing Manual, chapter 16, section 90.2.

Fix:
    Bill the panel in place of its components.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.codesets import CodeSet
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import WARN, claim_rule
from denialml.scrub.view import ClaimView

# Panel: its components (codes alone), as in the NCCI pairs of July 2024, where each is column 2 of its panel, and in a
# Medicaid programme's table of panels. Panels that take one of several blood counts (80050, 80055, 80081) are left out.
_PANELS: Final = {
    "80047": frozenset({"82330", "82374", "82435", "82565", "82947", "84132", "84295", "84520"}),
    "80048": frozenset({"82310", "82374", "82435", "82565", "82947", "84132", "84295", "84520"}),
    "80051": frozenset({"82374", "82435", "84132", "84295"}),
    "80053": frozenset(
        {
            *("82040", "82247", "82310", "82374", "82435", "82565", "82947"),
            *("84075", "84132", "84155", "84295", "84450", "84460", "84520"),
        }
    ),
    "80061": frozenset({"82465", "83718", "84478"}),
    "80069": frozenset({"82040", "82310", "82374", "82435", "82565", "82947", "84100", "84132", "84295", "84520"}),
    "80074": frozenset({"86705", "86709", "86803", "87340"}),
    "80076": frozenset({"82040", "82247", "82248", "84075", "84155", "84450", "84460"}),
}
_COMPONENTS: Final = CodeSet(" ".join(sorted(frozenset().union(*_PANELS.values()))))


@claim_rule("S080", severity=WARN, layer=5, prevents=("97",), remarks=("M15",), codes=_COMPONENTS)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    whole = [panel for panel, parts in _PANELS.items() if parts <= claim.codes]
    for panel in whole:
        if not any(_PANELS[panel] < _PANELS[other] for other in whole):
            yield Problem("2400 SV101-2", "all components of a panel are billed apart", expected=panel)
