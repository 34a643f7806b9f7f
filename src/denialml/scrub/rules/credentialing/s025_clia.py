"""S025: CLIA number and certificate for laboratory tests.

What:
    A test that needs a CLIA certificate is billed with a CLIA number, by claim or by line, that has its pattern; the
    practice's certificate covers it; a waived test under a waiver bears QW, but for the few that need no modifier.

Why:
    Without it payers reject the test as from an uncertified laboratory.

Source:
    42 CFR 493; CMS lists of tests subject to CLIA, waived and provider-performed tests.

Fix:
    Add the laboratory's CLIA number (REF*X4); add QW to waived tests, or send the test to a laboratory that may do it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from denialml.scrub.codesets import LABORATORY, CodeSet
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, line_rule
from denialml.scrub.view import LineView

_NUMBER: Final = re.compile(r"\d{2}D\d{7}")
# Waived from the first list of 1992, without QW (42 CFR 493.15).
_NO_MARK: Final = CodeSet("81002 81025 82270 82272 82962 83026 84830 85013 85651")
_COVERS: Final = {"waived": {"waived"}, "ppm": {"waived", "ppm"}, "full": {"waived", "ppm", "full"}}


@line_rule(
    "S025",
    tables=("clia",),
    severity=BLOCK,
    layer=5,
    prevents=("B23", "B7", "16"),
    remarks=("MA120", "M51"),
    codes=LABORATORY,
    institutional=False,
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    needs = context.tables.clia(line.code, line.day)
    if not needs or "90" in line.marks:
        return
    release = line.claim.release("clia")
    references = (*line.sent.references, *line.claim.sent.references)
    number = next((each.value for each in references if each.qualifier == "X4"), "")
    if not _NUMBER.fullmatch(number):
        yield Problem(
            "2300 REF*X4", "the test needs a CLIA number, two digits, D and seven digits", number, table=release
        )
    certificate = context.practice.certificate
    if certificate and needs not in _COVERS.get(certificate, ()):
        yield Problem(
            "2400 SV101-2", "the practice's certificate does not cover this test", certificate, needs, table=release
        )
    if needs == "waived" and certificate == "waived" and line.code not in _NO_MARK and "QW" not in line.marks:
        yield Problem("2400 SV101-3", "a waived test bears QW", expected="QW", table=release)
