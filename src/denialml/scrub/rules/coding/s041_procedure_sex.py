"""S041: Procedure fits the patient's sex.

What:
    A procedure for one sex is not billed for the other without KX, which says that the practice means it.

Why:
    Payers' edits deny the conflict; KX (professional) or condition code 45 (institutional) lets it pass.

Source:
    CMS integrated outpatient code editor, sex edits; Medicare Claims Processing Manual, chapter 32, section 240.

Fix:
    Check the sex on file; where it is right and the procedure too, add KX or condition code 45.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import WARN, line_rule
from denialml.scrub.view import LineView


@line_rule("S041", tables=("procedure",), severity=WARN, layer=5, prevents=("7",))
def check(line: LineView, context: Context) -> Iterator[Problem]:
    row = line.procedure
    if row is None or not row.sex:
        return
    sent = line.claim.sent
    if (
        sent.treated_sex in {"F", "M"}
        and sent.treated_sex != row.sex
        and "KX" not in line.marks
        and "45" not in sent.condition_codes
    ):
        yield Problem(
            "2400 SV101-2",
            "the procedure is for the other sex",
            sent.treated_sex,
            row.sex,
            table=line.claim.release("procedure"),
        )
