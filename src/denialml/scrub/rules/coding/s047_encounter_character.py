"""S047: Seventh character fits the encounter.

What:
    An injury coded as a first encounter is not billed with a visit that the global period of its surgery covers
    (modifier 24 apart), and a sequela has the condition it left coded before it.

Why:
    Payers compare the phase of treatment with what was done.

Source:
    ICD-10-CM Official Guidelines, sections I.B.10 and I.C.19.a.

Fix:
    Code D for care during healing; code the sequela's condition first.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import WARN, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S047", severity=WARN, layer=5, prevents=("11",), remarks=("M76",))
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    injuries = [code for code in claim.diagnoses if len(code) == 7 and code[0] in "ST"]
    if not injuries:
        return
    if "99024" in claim.codes and any(code[6] in "AB" for code in injuries):
        yield Problem(
            "2300 HI", "care after surgery is billed, and the injury is coded as actively treated", injuries[0], "D"
        )
    if claim.diagnoses[0][6:] == "S":
        yield Problem("2300 HI01-2", "what the injury left comes before the injury's own code", claim.diagnoses[0])
