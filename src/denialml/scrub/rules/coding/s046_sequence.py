"""S046: Diagnoses in the order the tabular list asks for.

What:
    A manifestation with a "code first" note follows one of the codes that the note names. Other codes with such a note,
    and those with a "use additional code" note, are only told: most of these notes hold where they apply.

Why:
    The sequence is part of the code set; payers may deny what is out of order.

Source:
    CDC ICD-10-CM tabular list, code first and use additional code notes; Official Guidelines, section I.A.13.

Fix:
    Add the missing code, or change the order.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.facts import in_spans
from denialml.scrub.finding import Problem
from denialml.scrub.rule import INFO, WARN, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S046", tables=("icd10",), severity=WARN, layer=5, prevents=("11",), remarks=("M64",))
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    codes = claim.diagnoses
    for place, (code, row) in enumerate(claim.conditions):
        if row is None:
            continue
        if row.code_first and not any(in_spans(each, row.code_first) for each in codes[:place]):
            yield Problem(
                f"2300 HI{place + 1:02d}-2",
                "the underlying condition does not come before it",
                code,
                " ".join(row.code_first),
                table=claim.release("icd10"),
                severity=None if row.never_first else INFO,
            )
        if row.use_additional and not any(in_spans(each, row.use_additional) for each in codes[place + 1 :]):
            yield Problem(
                f"2300 HI{place + 1:02d}-2",
                "the additional code does not follow",
                code,
                " ".join(row.use_additional),
                table=claim.release("icd10"),
                severity=INFO,
            )
