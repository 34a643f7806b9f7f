"""Denials as an office works them, and what can be done about each.

A denial is the lines of one decision that one rule denied. The claim put right is made here too: what the practice
could truly find out, never more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from denialml.claims import Claim, replace
from denialml.simulator.appeals import Appeal, Evidence, Level
from denialml.simulator.decisions import Decision, Family, LineDecision, Verdict
from denialml.simulator.edits import Edit, EditKind, applied, apply

_REBILLED = frozenset({EditKind.ELIGIBILITY, EditKind.OTHER_PAYER})


class Action(StrEnum):
    """What can be done about a denial. The values are the keys of payers' ``review`` blocks."""

    CORRECTED = "corrected"  # the claim once more, put right: a replacement, or to the payer who truly insures
    RECONSIDERATION = "reconsideration"
    APPEAL = "appeal"
    WITH_RECORDS = "with_records"  # an appeal with the record beside it
    SECOND = "second"  # the second level, after a first was lost


@dataclass(frozen=True, slots=True)
class Denial:
    """Lines of one decision that one rule denied, told on ``told_on``.

    ``number`` is unique in a practice; ``edits`` are the legitimate edits still open that bear on its lines.
    """

    number: str
    payer: str
    decision: Decision = field(repr=False)
    lines: tuple[LineDecision, ...] = field(repr=False)
    told_on: date
    edits: tuple[Edit, ...] = field(default=(), repr=False)
    documented: bool = True

    @property
    def control_number(self) -> str:
        """The claim's number (CLM01)."""
        return self.decision.claim.control_number

    @property
    def line_numbers(self) -> tuple[int, ...]:
        """The numbers of its lines."""
        return tuple(line.line.number for line in self.lines)

    @property
    def verdict(self) -> Verdict:
        """Why it was denied: what is told, and what is truly behind it."""
        verdict = self.lines[0].verdict
        assert verdict is not None, "a denial is made of denied lines"
        return verdict

    @property
    def cents(self) -> int:
        """What the payer would pay if it covered all of its lines."""
        return sum(line.payable_cents for line in self.lines)

    @property
    def charge_cents(self) -> int:
        """What was charged for its lines: the dollars that the office sees."""
        return sum(line.line.charge_cents for line in self.lines)


def denials_of(
    decision: Decision, payer: str, told_on: date, edits: Iterable[Edit], *, documented: bool
) -> list[Denial]:
    """The denials of a decision, by its first lines; lines of one rule, family and told reason are one."""
    groups: dict[tuple[str, Family, str], list[LineDecision]] = {}
    for line in decision.lines:
        if line.verdict is not None:
            groups.setdefault((line.verdict.rule, line.verdict.family, line.verdict.reason), []).append(line)
    made = []
    for place, lines in enumerate(groups.values(), start=1):
        numbers = {0, *(line.line.number for line in lines)}
        made.append(
            Denial(
                number=f"{payer}-{decision.number}-{place}",
                payer=payer,
                decision=decision,
                lines=tuple(lines),
                told_on=told_on,
                edits=tuple(edit for edit in edits if edit.line in numbers),
                documented=documented,
            )
        )
    return made


@dataclass(frozen=True, slots=True)
class Correction:
    """A claim put right by ``edits``, and the payer to whom it goes. ``rebilled``: another one than denied it."""

    claim: Claim = field(repr=False)
    payer: str
    edits: tuple[Edit, ...] = field(repr=False)
    rebilled: bool


def correction_of(denial: Denial) -> Correction | None:
    """The claim with every edit that bears on the denial, or None where none does.

    To the payer that denied it goes as a replacement (frequency 7, REF*F8 with the payer's number) under the same
    control number; to another payer as an original.
    """
    edits = tuple(edit for edit in denial.edits if edit.kind is not EditKind.FREQUENCY or edit.text)
    if not edits:
        return None
    claim = applied(edits, denial.decision.claim)
    payer = next((edit.payer for edit in edits if edit.kind in _REBILLED and edit.payer), denial.payer)
    if payer != denial.payer:
        references = tuple(reference for reference in claim.references if reference.qualifier != "F8")
        return Correction(replace(claim, frequency="1", references=references), payer, edits, rebilled=True)
    if all(edit.kind is not EditKind.FREQUENCY for edit in edits):
        claim = apply(Edit(EditKind.FREQUENCY, text=denial.decision.number), claim)
    return Correction(claim, payer, edits, rebilled=False)


def appeal_of(denial: Denial, action: Action, filed_on: date) -> Appeal:
    """A review of a denial as it is filed: what was told, what is asked for, and what goes along."""
    evidence = [Evidence.LETTER]
    if action is Action.WITH_RECORDS or (action is Action.SECOND and denial.documented):
        evidence.append(Evidence.RECORDS)
    if any(edit.kind is EditKind.AUTHORIZATION for edit in denial.edits):
        evidence.append(Evidence.AUTHORIZATION)
    level = Level.APPEAL if action is Action.WITH_RECORDS else Level(action)
    return Appeal(
        number=f"{denial.number}-{2 if level is Level.SECOND else 1}",
        level=level,
        payer_claim_number=denial.decision.number,
        control_number=denial.control_number,
        lines=denial.line_numbers,
        reason=denial.verdict.reason,
        remarks=denial.verdict.remarks,
        evidence=tuple(evidence),
        amount_cents=denial.charge_cents,
        told_on=denial.told_on,
        filed_on=filed_on,
    )


DENIAL_COLUMNS = (
    "denial", "control_number", "payer", "lines", "told_on", "reason", "family", "rule", "cents", "charge_cents",
    "documented", "edits",
)  # fmt: skip


def denial_row(denial: Denial) -> tuple[Any, ...]:
    """A denial as a row of :data:`DENIAL_COLUMNS`; lists are texts separated by spaces and by semicolons."""
    verdict = denial.verdict
    return (
        denial.number,
        denial.control_number,
        denial.decision.claim.payer_id,
        " ".join(map(str, denial.line_numbers)),
        denial.told_on,
        verdict.reason,
        verdict.family.value,
        verdict.rule,
        denial.cents,
        denial.charge_cents,
        denial.documented,
        ";".join(edit.kind.value for edit in denial.edits),
    )
