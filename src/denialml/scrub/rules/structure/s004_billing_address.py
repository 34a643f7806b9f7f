"""S004: Billing address is a street and has nine digits of postal code.

What:
    The billing provider's address is a street, not a post office or lock box, and its postal code has nine digits. A
    box belongs into the pay-to address.

Why:
    The billing address says where the practice is; clearinghouses refuse boxes and short postal codes there.

Source:
    837 guides, loop 2010AA N3 and N4; 2010AB for the pay-to address.

Fix:
    Put the street into the billing address and the box into the pay-to address; look the last four digits up with the
    postal service.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FROM_BOOKING, claim_rule
from denialml.scrub.view import ClaimView

_BOX: Final = re.compile(
    r"\b(p\.?\s*o\.?\s*(box|drawer)|post\s+office\s+box|lock\s*box|caller\s+box)\b|^\s*box\s+\d", re.IGNORECASE
)


@claim_rule("S004", severity=BLOCK, layer=2, prevents=("16",), remarks=("MA114", "N256"), stages=FROM_BOOKING)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    address = claim.sent.billing.address
    if address is None or not address.line1:
        yield Problem("2010AA N301", "the billing provider has no street address")
        return
    if _is_box(address.line1) or _is_box(address.line2):
        yield Problem("2010AA N301", "the billing address is a post office or lock box", address.line1)
    if not address.country and not (len(address.postal_code) == 9 and address.postal_code.isdigit()):
        yield Problem("2010AA N403", "the billing postal code needs nine digits", address.postal_code)


@lru_cache(maxsize=1024)
def _is_box(text: str) -> bool:
    return bool(_BOX.search(text))
