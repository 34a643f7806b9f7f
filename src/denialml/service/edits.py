"""How good the rules of scrubbing are, measured on the practice's own past: recall and precision, by rule, in dollars.

Every original claim of the record is scrubbed with what was known on the day it was sent, and laid beside how its payer
first answered it. A finding *meets* a denial when it names the denial's adjustment reason, on the same line or on the
claim as a whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from denialml.errors import Severity
from denialml.scrub import Report, RuleSet, ScrubFinding
from denialml.service.clock import today
from denialml.service.pastclaims import PastClaim, RefusedClaim, past_claims, refused_claims
from denialml.service.practice import existing_store
from denialml.service.scrub import bench_of
from denialml.settings import Settings
from denialml.store.missingedits import Gap
from denialml.store.verdicts import Denied


@dataclass(frozen=True, slots=True)
class RuleWorth:
    """What one rule was worth. Of ``claims`` it finds fault with, ``met`` were denied for a reason that it names.

    ``met_share`` is its precision, ``met_cents`` what was denied there. ``paid_claims`` had no denial at all, and
    ``paid_charge_cents`` is what those charge: for a rule that holds claims, the price of asking. On ``overridden``
    claims somebody sent it in spite of the rule; ``overridden_paid`` of those were right.
    """

    rule: str
    title: str
    severity: str
    claims: int
    met: int
    met_share: float
    met_cents: int
    paid_claims: int
    paid_charge_cents: int
    overridden: int
    overridden_paid: int


@dataclass(frozen=True, slots=True)
class MissingEdit:
    """Preventable denials that no finding met, or refusals of claims that nothing held: a rule that is not there yet.

    ``reason`` is a refusal's answer and codes (``277CA A7:562``). ``example`` is the newest claim.
    """

    payer: str
    reason: str
    remarks: str
    procedure: str
    denials: int
    denied_cents: int
    last_answer: date
    example: str


@dataclass(frozen=True, slots=True)
class EditReport:
    """What the rules would have done with the past, from ``since`` to ``until``.

    ``preventable`` are denials of a kind that a practice can prevent; ``held_share`` of them would have been met by a
    finding that holds the claim, ``found_share`` by any. ``refused`` claims came back before adjudication (277CA, 999
    or TA1); ``refused_held_share`` of them would have been held. ``held_paid_share`` is the part of held claims that
    the payer paid without any denial.
    """

    since: date
    until: date
    claims: int
    denied_claims: int
    preventable: int
    preventable_cents: int
    held_share: float | None
    held_cents: int
    found_share: float | None
    found_cents: int
    refused: int
    refused_held_share: float | None
    held_claims: int
    held_paid: int
    held_paid_share: float | None
    rules: tuple[RuleWorth, ...]
    missing: tuple[MissingEdit, ...]


def edit_report(
    settings: Settings,
    *,
    since: date = date.min,
    until: date | None = None,
    missing: int = 20,
    progress: Callable[[str], None] | None = None,
) -> EditReport:
    """Measure every rule on the claims sent from one day to another (today); ``missing`` missing edits are told.

    ``progress`` is called with each claim's number.

    Raises:
        NotFoundError: the home holds no practice.
        BadInputError: the practice's file in the home cannot be used.
    """
    last = until or today(settings)
    return counted(settings, since, last, progress).report(since, last, missing)


def counted(settings: Settings, since: date, last: date, progress: Callable[[str], None] | None = None) -> Count:
    """The counts behind :func:`edit_report`."""
    bench = bench_of(settings)
    count = Count(bench.rules)
    with existing_store(settings) as store:
        for past in past_claims(store, bench, since, last):
            count.add(past, bench.rules.run(past.claim, past.context))
            if progress is not None:
                progress(past.verdict.control_number)
        for refused in refused_claims(store, bench, since, last):
            count.add_refused(refused, bench.rules.run(refused.claim, refused.context))
    return count


def meets(finding: ScrubFinding, denial: Denied) -> bool:
    """Whether a finding names a denial's reason, on its line or on the whole claim."""
    return denial.reason in finding.reasons and finding.line in {0, denial.line}


@dataclass(slots=True)
class _Worth:
    """The counts of one rule."""

    claims: int = 0
    met: int = 0
    met_cents: int = 0
    paid_claims: int = 0
    paid_charge_cents: int = 0
    overridden: int = 0
    overridden_paid: int = 0

    def add(self, past: PastClaim, findings: Iterable[ScrubFinding]) -> None:
        denials = past.verdict.denials
        cents = sum(each.denied_cents for each in denials if any(meets(finding, each) for finding in findings))
        met = any(meets(finding, each) for finding in findings for each in denials)
        self.claims += 1
        self.met += met
        self.met_cents += cents
        if not denials:
            self.paid_claims += 1
            self.paid_charge_cents += past.claim.charge_cents


@dataclass(slots=True)
class Missed:
    """Denials that nothing met, of one payer, reason and procedure."""

    payer: str = ""
    denials: int = 0
    cents: int = 0
    last: date = date.min
    example: str = ""

    def add(self, payer: str, cents: int, day: date, control_number: str) -> None:
        """One more, answered on a day; the newest is the example."""
        self.payer = payer
        self.denials += 1
        self.cents += cents
        if day >= self.last:
            self.last, self.example = day, control_number


@dataclass(slots=True)
class _Caught:
    """Preventable denials, and those that findings met."""

    all: int = 0
    all_cents: int = 0
    held: int = 0
    held_cents: int = 0
    found: int = 0
    found_cents: int = 0


@dataclass(slots=True)
class Count:
    """Counts while claims pass by."""

    rules: RuleSet
    claims: int = 0
    denied: int = 0
    held: int = 0
    held_paid: int = 0
    caught: _Caught = field(default_factory=_Caught)
    worth: defaultdict[str, _Worth] = field(default_factory=lambda: defaultdict(_Worth))
    refused: int = 0
    refused_held: int = 0
    gaps: defaultdict[Gap, Missed] = field(default_factory=lambda: defaultdict(Missed))

    def add(self, past: PastClaim, report: Report) -> None:
        """Count a claim with what scrubbing said of it."""
        denials = past.verdict.denials
        self.claims += 1
        self.denied += bool(denials)
        self.held += report.is_held
        self.held_paid += report.is_held and not denials
        by_rule: dict[str, list[ScrubFinding]] = {}
        for finding in report.findings:
            by_rule.setdefault(finding.code, []).append(finding)
        for rule, findings in by_rule.items():
            self.worth[rule].add(past, findings)
        for rule in {each.rule for each in past.overrides} & by_rule.keys():
            self.worth[rule].overridden += 1
            self.worth[rule].overridden_paid += not denials
        for denial in denials:
            if denial.preventable:
                self._add_preventable(past, denial, report.findings)

    def _add_preventable(self, past: PastClaim, denial: Denied, findings: Sequence[ScrubFinding]) -> None:
        caught, cents = self.caught, denial.denied_cents
        caught.all += 1
        caught.all_cents += cents
        meeting = [each for each in findings if meets(each, denial)]
        if any(each.severity is Severity.ERROR for each in meeting):
            caught.held += 1
            caught.held_cents += cents
        if meeting:
            caught.found += 1
            caught.found_cents += cents
            return
        gap = self.gaps[Gap(past.verdict.payer_id, denial.reason, denial.remarks, denial.procedure)]
        gap.add(past.verdict.payer_name, cents, past.verdict.answered_on, past.verdict.control_number)

    def add_refused(self, refused: RefusedClaim, report: Report) -> None:
        """Count a refused claim. Refusals name no adjustment reason: whatever holds the claim meets it."""
        refusal = refused.refusal
        self.refused += 1
        if report.is_held:
            self.refused_held += 1
            return
        gap = self.gaps[Gap(refusal.payer_id, f"{refusal.kind} {refusal.codes}", "", "")]
        gap.add(refusal.payer_name, refusal.charge_cents, refusal.refused_on, refusal.control_number)

    def report(self, since: date, until: date, missing: int) -> EditReport:
        """What it came to; the dearest missing edits first."""
        caught = self.caught
        return EditReport(
            since=since,
            until=until,
            claims=self.claims,
            denied_claims=self.denied,
            preventable=caught.all,
            preventable_cents=caught.all_cents,
            held_share=_share(caught.held, caught.all),
            held_cents=caught.held_cents,
            found_share=_share(caught.found, caught.all),
            found_cents=caught.found_cents,
            refused=self.refused,
            refused_held_share=_share(self.refused_held, self.refused),
            held_claims=self.held,
            held_paid=self.held_paid,
            held_paid_share=_share(self.held_paid, self.held),
            rules=self._rules(),
            missing=self._missing(missing),
        )

    def _rules(self) -> tuple[RuleWorth, ...]:
        known = {rule.id: rule for rule in self.rules.rules}
        rows = [
            RuleWorth(
                rule, known[rule].words.title, known[rule].severity.value, worth.claims, worth.met,
                worth.met / worth.claims, worth.met_cents, worth.paid_claims, worth.paid_charge_cents,
                worth.overridden, worth.overridden_paid,
            )
            for rule, worth in self.worth.items()
        ]  # fmt: skip
        return tuple(sorted(rows, key=lambda row: (-row.met_cents, -row.claims, row.rule)))

    def _missing(self, most: int) -> tuple[MissingEdit, ...]:
        dearest = sorted(self.gaps.items(), key=lambda item: (-item[1].cents, item[0]))[:most]
        return tuple(
            MissingEdit(
                each.payer, gap.reason, gap.remarks, gap.procedure, each.denials, each.cents, each.last, each.example
            )
            for gap, each in dearest
        )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
