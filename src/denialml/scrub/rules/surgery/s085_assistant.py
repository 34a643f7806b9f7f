"""S085: Assistant at surgery is payable.

What:
    A line with 80, 81, 82 or AS is for a procedure that the fee schedule pays an assistant for (2); where it asks for
    documentation (0), an attachment or note goes along; where it never pays (1), the line is not sent.

Why:
    Most procedures need no assistant in the payer's eyes.

Source:
    CMS physician fee schedule, assistant at surgery indicator; Medicare Claims Processing Manual, chapter 12, section
    20.4.3.

Fix:
    Attach the operative note, or do not bill the assistant.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.codesets import ASSISTANT
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FEDERAL, line_rule
from denialml.scrub.view import LineView


@line_rule(
    "S085",
    tables=("fee",),
    severity=BLOCK,
    layer=5,
    prevents=("54",),
    remarks=("N519",),
    payers=FEDERAL,
    marks=ASSISTANT,
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    fee = line.fee
    if fee is None:
        return
    table = line.claim.release("fee")
    if fee.assistant in {"1", "9"}:
        yield Problem("2400 SV101-3", "no assistant is paid for this procedure", fee.assistant, table=table)
    elif fee.assistant == "0" and not (line.sent.attachments or line.claim.sent.attachments or line.sent.notes):
        yield Problem("2300 PWK", "an assistant is paid here only with documentation", fee.assistant, table=table)
