"""S112: Service that the plan excludes.

What:
    A service that Medicare excludes (status N) or that the contract lists as excluded is named, unless GY says so
    already.

Why:
    It is denied, and the patient should have agreed to pay before.

Source:
    CMS physician fee schedule, status N; Social Security Act, section 1862; plan documents in the contract.

Fix:
    Tell the patient, get consent, and bill the patient; add GY to be denied for a second payer.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.practice import MEDICARE
from denialml.scrub.rule import WARN, line_rule
from denialml.scrub.view import LineView


@line_rule("S112", tables=("fee",), severity=WARN, layer=7, prevents=("96", "204", "49"), remarks=("N425", "N130"))
def check(line: LineView, context: Context) -> Iterator[Problem]:
    claim = line.claim
    if "GY" in line.marks:
        return
    fee = line.fee if claim.kind == MEDICARE else None
    if (fee is not None and fee.status == "N") or line.code in claim.contract.excluded_services:
        yield Problem("2400 SV101-2", "the plan excludes this service", line.code)
