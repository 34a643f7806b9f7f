"""S094: Telehealth service and its modifier.

What:
    A service by telehealth (place 02 or 10, or one of the telehealth modifiers) is on Medicare's list on that day, and
    bears the modifier that the payer's contract wants.

Why:
    What is not on the list, or lacks the payer's modifier, is denied.

Source:
    CMS list of telehealth services (yearly); payers' telehealth policies in the contract.

Fix:
    Bill a service of the list, with the payer's modifier; 93 where there was no picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.practice import MEDICARE
from denialml.scrub.rule import BLOCK, line_rule
from denialml.scrub.view import LineView

_REMOTE: Final = frozenset({"95", "GT", "93", "GQ"})


@line_rule(
    "S094",
    tables=("telehealth",),
    severity=BLOCK,
    layer=5,
    prevents=("4", "96"),
    remarks=("M77", "N519"),
    institutional=False,
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    claim, remote = line.claim, line.marks & _REMOTE
    if line.place not in {"02", "10"} and not remote:
        return
    release = claim.release("telehealth")
    if claim.kind == MEDICARE and release and not context.tables.telehealth(line.code, line.day):
        yield Problem("2400 SV101-2", "Medicare does not pay this by telehealth", line.code, table=release)
    wanted = claim.contract.telehealth_modifier
    if wanted and wanted not in line.marks and "93" not in line.marks:
        yield Problem("2400 SV101-3", "the payer wants another telehealth modifier", " ".join(sorted(remote)), wanted)
