"""S005: Rendering provider named when it must be, and only then.

What:
    A group names who rendered the service; a person who bills for oneself does not name oneself again.

Why:
    Without a rendering provider a payer cannot tell whom to credit; a needless repeat is refused by some front ends.

Source:
    837P guide, loop 2310B usage.

Fix:
    Name the person who gave the service, or leave the loop out where that is the billing provider.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import WARN, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S005", severity=WARN, layer=4, prevents=("16",), remarks=("N290",), institutional=False)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    billing, rendering = claim.sent.billing, claim.sent.rendering
    if billing.is_person and rendering is not None and rendering.npi == billing.npi:
        yield Problem("2310B", "the rendering provider repeats the billing provider: leave it out")
    if not billing.is_person and rendering is None and any(not line.sent.rendering for line in claim.lines):
        yield Problem("2310B", "a group bills, and nobody is named who rendered the service")
