"""S018: Characters and lengths that X12 can carry.

What:
    Texts of the claim hold printable characters of X12's basic and extended sets and none of the usual delimiters, and
    fit their elements.

Why:
    A delimiter inside a name breaks the segment, and the whole file is refused.

Source:
    X12.6 character sets; 837 guides, appendix B, lengths of NM103, N301, REF02 and NTE02.

Fix:
    Take the character out or shorten the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from denialml.claims import Claim
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BEFORE_SENDING, BLOCK, claim_rule
from denialml.scrub.view import ClaimView

_ALLOWED: Final = re.compile(r"[A-Za-z0-9 !\"&'()+,\-./;?=%@\[\]_{}\\|<>#$À-ÖØ-öø-ÿ]*")
_NAME, _ADDRESS, _REFERENCE, _NOTE = 60, 55, 50, 80


@claim_rule("S018", severity=BLOCK, layer=1, stages=BEFORE_SENDING)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    for loop, element, text, longest in _texts(claim.sent):
        if len(text) > longest:
            yield Problem(f"{loop} {element}", f"the text is longer than {longest} characters", text)
        if not _ALLOWED.fullmatch(text):
            yield Problem(f"{loop} {element}", "the text holds a character that X12 cannot carry, or a delimiter", text)


def _texts(sent: Claim) -> Iterator[tuple[str, str, str, int]]:
    for loop, party in (("2010AA", sent.billing), ("2010BA", sent.coverage.subscriber), ("2310B", sent.rendering)):
        if party is not None:
            yield loop, "NM103", party.name, _NAME
            yield loop, "NM104", party.first, 35
            if party.address is not None:
                yield loop, "N301", party.address.line1, _ADDRESS
                yield loop, "N302", party.address.line2, _ADDRESS
    for reference in sent.references:
        yield "2300", f"REF*{reference.qualifier}", reference.value, _REFERENCE
    for note in sent.notes:
        yield "2300", "NTE02", note.text, _NOTE
    for line in sent.lines:
        for note in line.notes:
            yield "2400", f"NTE02 of line {line.number}", note.text, _NOTE
