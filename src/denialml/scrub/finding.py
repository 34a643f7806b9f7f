"""What scrubbing says of a claim: findings, repairs of its form, and the overrides that people put on findings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from denialml.errors import Finding, Severity, UsageError


class Problem(NamedTuple):
    """What a rule yields: the engine adds all that the rule itself declares and makes it a :class:`ScrubFinding`.

    ``where`` is an X12 place (``2010AA NM109``), ``message`` says what is wrong without any patient's values.
    ``seen`` and ``expected`` may hold such values. ``line`` is the number of the service line, 0 for the claim; rules
    that look at one line may leave it out. ``table`` is the publisher's release that the rule looked into. ``reasons``
    narrows the adjustment reasons that the rule prevents to those likely here; ``severity`` is for a case that weighs
    less than the rule declares; ``route`` names the queue that a practice's rule sends the claim to.
    """

    where: str
    message: str
    seen: str = ""
    expected: str = ""
    line: int = 0
    table: str = ""
    reasons: tuple[str, ...] = ()
    severity: Severity | None = None
    route: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """A person's decision to send a claim in spite of a finding: who, why, when. ``line`` is 0 for the claim.

    Raises:
        UsageError: it lacks its reason or its person.
    """

    rule: str
    reason: str
    person: str
    decided_on: date
    line: int = 0

    def __post_init__(self) -> None:
        for name in ("reason", "person"):
            if not getattr(self, name).strip():
                raise UsageError(f"override of {self.rule}: its {name} is missing; an override says who and why")


@dataclass(frozen=True, slots=True, repr=False)
class ScrubFinding(Finding):
    """A finding of a rule: ``code`` is the rule's number, and a severity of ``error`` holds the claim.

    ``seen`` and ``expected`` may be a patient's values, so ``repr`` hides them. ``table`` is the release of the table
    the finding rests on, ``reasons`` and ``remarks`` are the CARC and RARC that a payer would likely answer with,
    ``route`` the queue that a practice's rule sends the claim to.
    """

    line: int = 0
    seen: str = ""
    expected: str = ""
    source: str = ""
    table: str = ""
    fix: str = ""
    reasons: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    route: str = ""
    override: Override | None = None

    def __repr__(self) -> str:
        return f"ScrubFinding({self.code}, {self.severity.value}, {self.where})"


@dataclass(frozen=True, slots=True, repr=False)
class Repair:
    """One change of form made before the rules looked: what kind, where, the text before and after."""

    kind: str
    where: str
    before: str
    after: str

    def __repr__(self) -> str:
        return f"Repair({self.kind}, {self.where}, ***)"
