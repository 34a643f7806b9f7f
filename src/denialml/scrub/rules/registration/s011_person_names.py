"""S011: Names of persons.

What:
    The subscriber's and patient's names hold letters, spaces, hyphens, apostrophes and periods only, are not a stand-in
    such as UNKNOWN, keep the suffix in its own field, and agree with what the payer answered to the eligibility
    request.

Why:
    Payers match name, birth date and number; a digit or a suffix in the last name breaks the match.

Source:
    837 guides, NM103 to NM107; CAQH CORE name normalisation.

Fix:
    Write the name as on the card, with the suffix in its own field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from denialml.claims import Party
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import FROM_BOOKING, WARN, claim_rule
from denialml.scrub.view import ClaimView

_NAME: Final = re.compile(r"[^\W\d_]([^\W\d_]|[ '.-])*")
_STAND_INS: Final = frozenset({"UNKNOWN", "UNK", "TEST", "NONE", "NA", "N/A", "DOE JANE DOE"})
_SUFFIX: Final = re.compile(r"[ ,]+(JR|SR|II|III|IV)\.?$", re.IGNORECASE)


@claim_rule("S011", severity=WARN, layer=4, prevents=("140", "31"), remarks=("MA36",), stages=FROM_BOOKING)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    sent = claim.sent
    yield from _of("2010BA", sent.coverage.subscriber)
    if sent.patient:
        yield from _of("2010CA", sent.patient.party)
    cover, treated = claim.cover, sent.treated
    if cover and cover.last_name and _letters(cover.last_name) != _letters(treated.name):
        yield Problem(
            "2010BA NM103", "the payer knows the patient under another last name", treated.name, cover.last_name
        )


def _of(loop: str, party: Party) -> Iterator[Problem]:
    for element, text in (("NM103", party.name), ("NM104", party.first)):
        if text and not _NAME.fullmatch(text):
            yield Problem(f"{loop} {element}", "a name holds letters, spaces, hyphens and apostrophes", text)
        elif text.upper() in _STAND_INS:
            yield Problem(f"{loop} {element}", "this stands in for a name", text)
    if _SUFFIX.search(party.name):
        yield Problem(f"{loop} NM107", "the suffix belongs into its own field", party.name)


def _letters(name: str) -> str:
    """A name for comparison (CORE normalisation): upper case letters alone, without a suffix."""
    return "".join(filter(str.isalpha, _SUFFIX.sub("", name).upper()))
