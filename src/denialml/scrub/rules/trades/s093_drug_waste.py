"""S093: Waste of single-dose drugs.

What:
    A drug from a single-dose container bears JZ where none was thrown away, or stands with a second line of JW for what
    was; a JW line never stands alone; units are whole.

Why:
    Medicare denies single-dose drugs without one of the two, and takes rebates for waste.

Source:
    Infrastructure Investment and Jobs Act, section 90004; Medicare Claims Processing Manual, chapter 17, section 40.

Fix:
    Add JZ, or a JW line with the units discarded.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from denialml.scrub.codesets import DRUG
from denialml.scrub.context import Context
from denialml.scrub.dated import Dated, Since
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FEE_FOR_SERVICE, line_rule
from denialml.scrub.view import LineView

REQUIRED: Final = Dated(Since(date(2023, 7, 1), True, "CMS JW and JZ policy, JZ required from 2023-07-01"))


@line_rule(
    "S093",
    tables=("drug",),
    severity=BLOCK,
    layer=5,
    prevents=("153", "16"),
    remarks=("M53", "N822"),
    payers=FEE_FOR_SERVICE,
    codes=DRUG,
    parameters={"required": REQUIRED},
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    siblings = [each for each in line.claim.by_code[line.code] if each.day == line.day]
    if line.units != line.units.to_integral_value():
        yield Problem("2400 SV104", "units of a drug are whole", str(line.units))
    if "JW" in line.marks:
        if all("JW" in each.marks for each in siblings):
            yield Problem("2400 SV101-3", "waste stands without what was given", "JW")
        return
    drug = line.sent.drug
    row = context.tables.drug(drug.code, line.day) if drug else None
    if row is None or not row.single_dose or not REQUIRED.on(line.day):
        return
    if "JZ" not in line.marks and not any("JW" in each.marks for each in siblings):
        yield Problem(
            "2400 SV101-3",
            "whether any of a single dose was thrown away is missing",
            expected="JZ or a JW line",
            table=line.claim.release("drug"),
        )
