"""S133: Records go along where they are asked for every time.

What:
    An unlisted procedure, one with 22, 62 or 66, or one for which the contract wants records, has an attachment with a
    control number.

Why:
    The payer pends or denies the claim until it has them.

Source:
    837 guides, PWK; payer policies in the contract.

Fix:
    Send the report (275, portal, fax) and name it in PWK.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.codesets import UNLISTED
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BEFORE_SENDING, WARN, line_rule
from denialml.scrub.view import LineView


@line_rule(
    "S133", severity=WARN, layer=7, prevents=("16", "163", "252", "226"), remarks=("N706", "N29"), stages=BEFORE_SENDING
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    claim = line.claim
    marked = line.marks & {"22", "62", "66"}
    if not marked and line.code not in UNLISTED and line.code not in claim.contract.wants_records:
        return
    attachments = (*line.sent.attachments, *claim.sent.attachments)
    if not attachments:
        yield Problem("2300 PWK", "payers ask for records of this", min(marked, default=line.code))
    elif not any(each.control_number or each.transmission == "AA" for each in attachments):
        yield Problem("2300 PWK06", "the attachment has no number to find it by")
