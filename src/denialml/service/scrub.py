"""Scrubbing claims of 837 files, with the practice's contracts and its own rules from the home folder.

A home may hold ``practice.yaml`` (contracts, enrolments, fees) and ``rules/*.yaml`` (rules of one's own).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec

from denialml import x12
from denialml.claims import Claim
from denialml.errors import BadInputError, Finding, NotFoundError
from denialml.ledger import normalised
from denialml.scrub import Context, Override, Report, RuleSet, ScrubFinding, standard
from denialml.scrub.history import Beside, History, Together
from denialml.scrub.local import LocalRules, read_rules
from denialml.scrub.national import BEHIND, National
from denialml.scrub.practice import MEDICAID, Practice, payer_kind, read_practice
from denialml.scrub.tables import editions
from denialml.service import codes
from denialml.service.inputs import content_of, events_of, findings_of
from denialml.service.practice import existing_store
from denialml.settings import Settings

Say = Callable[[str], None]  # takes one line of text
RULE_FOLDER = "rules"
PRACTICE_FILE = "practice.yaml"


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often a rule found fault: with how many claims, and what those charge."""

    rule: str
    title: str
    severity: str
    claims: int
    charge_cents: int


@dataclass(frozen=True, slots=True)
class ScrubbedFile:
    """One file of claims, or why it could not be read."""

    path: Path
    claims: int = 0
    held: int = 0
    findings: tuple[Finding, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class SilentTable:
    """A table that rules looked for and did not find on some days of service: which, of how many claims, whose rules.

    ``load`` are the user's tables (``denialml codes list``) of which any would do; none where no file is read for it.
    """

    table: str
    load: tuple[str, ...]
    claims: int
    first_day: date
    last_day: date
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScrubReport:
    """What scrubbing some files came to.

    ``overridden`` are claims with a finding that a person has overridden. ``bad_rules`` are rules of the practice that
    could not be used, ``silent`` the tables that were missing.
    """

    claims: int
    held: int
    overridden: int
    repaired: int
    unreadable_files: int
    rules: tuple[RuleCount, ...]
    bad_rules: tuple[Finding, ...]
    silent: tuple[SilentTable, ...]
    files: tuple[ScrubbedFile, ...]


def scrub_files(
    settings: Settings, paths: Sequence[Path], *, as_of: date, say: Say | None = None, as_json: bool = False
) -> ScrubReport:
    """Scrub every claim of some 837 files as if it were sent on a day.

    With ``say``, each finding is said as one line, of text or JSON. JSON holds the values seen, which may be a
    patient's; text does not.

    Raises:
        BadInputError: the practice's file in the home cannot be used.
    """
    bench = bench_of(settings)
    tally = _Tally(bench)
    with _record(settings) as record:
        scene = _Scene(bench, record, as_of, tally)
        files = [_scrub_file(path, scene, _teller(say, path, as_json=as_json)) for path in paths]
    return ScrubReport(
        claims=sum(file.claims for file in files),
        held=sum(file.held for file in files),
        overridden=tally.overridden,
        repaired=tally.repaired,
        unreadable_files=sum(bool(file.error) for file in files),
        rules=tally.counts(),
        bad_rules=bench.bad_rules,
        silent=tally.silent(),
        files=tuple(files),
    )


@dataclass(frozen=True, slots=True)
class Bench:
    """What every claim of a home is scrubbed with. ``bad_rules`` are rules of the practice that could not be used."""

    rules: RuleSet
    national: National
    practice: Practice
    bad_rules: tuple[Finding, ...]

    def context(self, history: History, as_of: date) -> Context:
        """The context of claims that would be sent on a day, with what is known of their patients."""
        return Context(self.national, history, self.practice, as_of)


def bench_of(settings: Settings) -> Bench:
    """The home's code tables, its contracts, and all rules in force: the standard ones and its own.

    Raises:
        BadInputError: the practice's file in the home cannot be used.
    """
    own, practice = local_rules(settings), practice_of(settings)
    national = National(codes.tables(settings), practice.medicare_contractors)
    return Bench(RuleSet([*standard().rules, *own.ready()]), national, practice, own.problems)


def check_rule(settings: Settings, rule: str) -> None:
    """Let the number of a rule pass, of a standard one or the practice's own in whatever state.

    Raises:
        NotFoundError: there is no such rule.
    """
    if rule not in {each.id for each in (*standard().rules, *local_rules(settings).rules)}:
        raise NotFoundError(f"there is no rule {rule}; `denialml rules list` shows them")


def local_rules(settings: Settings) -> LocalRules:
    """The practice's own rules, from the home's folder of them."""
    paths = sorted((settings.home / RULE_FOLDER).glob("*.yaml"))
    return read_rules({path.name: path.read_text("utf-8", errors="replace") for path in paths})


def practice_of(settings: Settings) -> Practice:
    """The practice's contracts, enrolments and fees, from the home's file; an empty practice where there is none.

    Raises:
        BadInputError: the file cannot be used.
    """
    path = settings.home / PRACTICE_FILE
    return read_practice(path.read_text("utf-8", errors="replace"), str(path)) if path.is_file() else Practice()


def claims_of(path: Path) -> tuple[list[Claim], tuple[Finding, ...]]:
    """The claims of an 837 file, and findings about the file.

    Raises:
        BadInputError: it cannot be read, or holds no claims.
    """
    events = events_of(content_of(path), "837")
    return [event.claim for event in events if isinstance(event, x12.ClaimRead)], findings_of(events, "837")


Known = tuple[History, Mapping[str, Sequence[Override]]]
Record = Callable[[Sequence[Claim], date], Known]
"""What was known before a day of the patients of some claims, and the overrides of their findings by number."""


@contextmanager
def _record(settings: Settings) -> Iterator[Record | None]:
    """The practice's record; none where the home holds no practice yet."""
    from denialml.store.overrides import overrides
    from denialml.store.past import past

    with ExitStack() as stack:
        try:
            store = stack.enter_context(existing_store(settings))
        except NotFoundError:
            yield None
            return
        connection = stack.enter_context(store.reading())
        yield lambda claims, day: (
            past(connection, claims, day),
            overrides(connection, (each.control_number for each in claims), day),
        )


@dataclass(frozen=True, slots=True)
class _Scene:
    """What every file is scrubbed with."""

    bench: Bench
    record: Record | None
    as_of: date
    tally: _Tally

    def context(self, claims: Sequence[Claim]) -> tuple[Context, Mapping[str, Sequence[Override]]]:
        """The context of claims that are scrubbed together, and the overrides of their findings."""
        together = Together.of(claims)
        if self.record is None:
            return self.bench.context(together, self.as_of), {}
        known, overridden = self.record(claims, self.as_of)
        return self.bench.context(Beside(known, together), self.as_of), overridden


class _Tally:
    """Counts by rule, while files are scrubbed."""

    def __init__(self, bench: Bench) -> None:
        self.repaired = 0
        self.overridden = 0
        self._rules = {rule.id: rule for rule in bench.rules.rules}
        self._claims: Counter[str] = Counter()
        self._cents: defaultdict[str, int] = defaultdict(int)
        self._national = bench.national
        self._days: Counter[tuple[date, bool, bool]] = Counter()

    def add(self, report: Report) -> None:
        self.repaired += bool(report.repairs)
        self.overridden += any(each.override is not None for each in report.findings)
        if report.claim.lines:
            first = min(line.service_from for line in report.claim.lines)
            medicaid = payer_kind(report.claim.coverage.filing_indicator, first) == MEDICAID
            self._days[first, report.claim.institutional is not None, medicaid] += 1
        for code in {each.code for each in report.findings}:
            self._claims[code] += 1
            self._cents[code] += report.claim.charge_cents

    def counts(self) -> tuple[RuleCount, ...]:
        return tuple(
            RuleCount(code, rule.words.title, rule.severity.value, count, self._cents[code])
            for code, count in self._claims.most_common()
            for rule in [self._rules[code]]
        )

    def silent(self) -> tuple[SilentTable, ...]:
        """The tables that say nothing about some of the claims' days, those of most rules first."""
        rules: defaultdict[str, list[str]] = defaultdict(list)
        for rule in self._rules.values():
            for table in rule.tables:
                rules[table].append(rule.id)
        found = [self._missed(table, tuple(numbers)) for table, numbers in rules.items()]
        return tuple(sorted(filter(None, found), key=lambda each: (-len(each.rules), each.table)))

    def _speaks(self, table: str, day: date, hospital: bool, medicaid: bool) -> bool:
        names = editions(table, hospital=hospital, medicaid=medicaid)
        return any(self._national.release(name, day) for name in names)

    def _missed(self, table: str, rules: tuple[str, ...]) -> SilentTable | None:
        missed = [(key[0], claims) for key, claims in self._days.items() if not self._speaks(table, *key)]
        if not missed:
            return None
        days = [day for day, _ in missed]
        return SilentTable(table, BEHIND[table], sum(n for _, n in missed), min(days), max(days), rules)


Tell = Callable[[Claim, ScrubFinding], None]


def _scrub_file(path: Path, scene: _Scene, tell: Tell | None) -> ScrubbedFile:
    try:
        claims, findings = claims_of(path)
    except BadInputError as problem:
        return ScrubbedFile(path, error=str(problem))
    context, overridden = scene.context(claims)
    held = 0
    for claim in claims:
        report = scene.bench.rules.run(claim, context, overridden.get(normalised(claim.control_number), ()))
        scene.tally.add(report)
        held += report.is_held
        if tell is not None:
            for finding in report.findings:
                tell(claim, finding)
    return ScrubbedFile(path, len(claims), held, findings)


def _teller(say: Say | None, path: Path, *, as_json: bool) -> Tell | None:
    if say is None:
        return None

    def tell(claim: Claim, finding: ScrubFinding) -> None:
        if as_json:
            row = {"file": path.name, "claim": claim.control_number, **msgspec.to_builtins(finding)}
            told = {key: value for key, value in row.items() if value not in ("", None, [])}
            say(msgspec.json.encode(told).decode())
        else:
            place = f"{path.name}: claim {claim.control_number}, {finding.where}"
            by = f" (overridden by {finding.override.person})" if finding.override else ""
            say(f"{place}: {finding.severity.value} {finding.code}{by}: {finding.message}. {finding.fix}")

    return tell
