"""A corrected claim (frequency 7) or a void one (8): it names the payer's own number of the claim that it replaces."""

from __future__ import annotations

from typing import Final

from denialml.claims import Claim, Reference, replace
from denialml.errors import RefusedError
from denialml.money import dollars

REPLACEMENT: Final = "7"
VOID: Final = "8"
_PAYERS_NUMBER: Final = "F8"


def replacement(sent: Claim, frequency: str, payer_number: str, content: Claim | None = None) -> Claim:
    """The claim that takes the place of the one sent last.

    Args:
        sent: The version sent last.
        frequency: ``7`` or ``8``.
        payer_number: The payer's number of the claim (CLP07).
        content: What a corrected claim says; else what was sent.

    Raises:
        RefusedError: the content is not of the same claim: another number or payer; or its lines differ from its
            charge.
    """
    claim = sent if content is None else content
    if claim.control_number.strip().upper() != sent.control_number.strip().upper():
        raise RefusedError(f"the corrected content is of another claim number (CLM01) than {sent.control_number}")
    if (claim.payer_id, claim.coverage.sequence) != (sent.payer_id, sent.coverage.sequence):
        raise RefusedError("the corrected content goes to another payer (2010BB NM109, SBR01): void, and send anew")
    gap = claim.charge_cents - sum(line.charge_cents for line in claim.lines)
    if gap:
        raise RefusedError(f"the claim's charge (CLM02) differs from the sum of its lines by {dollars(gap)}")
    others = tuple(each for each in claim.references if each.qualifier != _PAYERS_NUMBER)
    return replace(claim, frequency=frequency, references=(*others, Reference(_PAYERS_NUMBER, payer_number)))
