"""Rules of scrubbing as their users handle them: listed, tried on past claims, added, approved and retired.

A practice's own rule is one file of the home's ``rules`` folder. Approving and retiring write the day and the person at
the end of that file, which keeps its comments; nothing else is changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from denialml import x12
from denialml.claims import Claim, ClaimPayment
from denialml.denials import judge
from denialml.errors import BadInputError, Finding, NotFoundError, RefusedError
from denialml.ledger import normalised
from denialml.scrub import Override, standard
from denialml.scrub.dryrun import Answered, DryRun, dry_run
from denialml.scrub.history import Together, patient_of
from denialml.scrub.local import LocalRule, compiled, read_rule
from denialml.scrub.rule import ClaimRule, LineRule
from denialml.service.clock import now, today
from denialml.service.decisions import named, reasoned
from denialml.service.inputs import content_of
from denialml.service.newfile import new_file
from denialml.service.pastclaims import past_claims
from denialml.service.practice import existing_store
from denialml.service.scrub import RULE_FOLDER, bench_of, check_rule, local_rules
from denialml.settings import Settings

if TYPE_CHECKING:
    from denialml.store import Unit


@dataclass(frozen=True, slots=True)
class ListedRule:
    """A rule in a list. ``state`` is ``standard`` for those that come with denialml."""

    rule: str
    title: str
    group: str
    severity: str
    state: str


@dataclass(frozen=True, slots=True)
class RuleList:
    """Every rule, and what is wrong with those of the practice that cannot be used."""

    rules: tuple[ListedRule, ...]
    bad_rules: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule of the practice after it was added, approved or retired."""

    rule: str
    state: str
    path: Path


def list_rules(settings: Settings) -> RuleList:
    """The standard rules and the practice's own."""
    own = local_rules(settings)
    listed = [ListedRule(r.id, r.words.title, r.group, r.severity.value, "standard") for r in standard().rules]
    for each in own.rules:
        rule = compiled(each)
        listed.append(ListedRule(each.id, each.title, "local", rule.severity.value, each.state))
    return RuleList(tuple(listed), own.problems)


def try_rule(settings: Settings, rule: str, paths: Sequence[Path] = ()) -> DryRun:
    """Try a rule, named by its number or its file, on past claims, each with what was known when it was sent.

    The claims are those of the record, or of 837 files that 835 files among ``paths`` answer.

    Raises:
        NotFoundError: there is no such rule, or no file is given and the home holds no practice.
        BadInputError: the rule or a file cannot be read, or no claim is answered.
    """
    chosen = _rule_named(settings, rule)
    past = list(_answered(settings, paths)) if paths else _of_record(settings)
    if paths and not past:
        raise BadInputError("no claim of these files is answered by one of them: give both 837 and 835 files")
    return dry_run(chosen, past)


def _of_record(settings: Settings) -> Iterator[Answered]:
    bench = bench_of(settings)
    with existing_store(settings) as store:
        for past in past_claims(store, bench, date.min, today(settings)):
            cents = sum(each.denied_cents for each in past.verdict.denials)
            yield Answered(past.claim, past.context, cents)


def add_rule(settings: Settings, source: Path) -> RuleChange:
    """Take a rule's file into the home, as a draft until somebody approves it.

    Raises:
        BadInputError: the rule cannot be used; nothing is written.
        RefusedError: a rule of that number is there, or this one claims to be approved already.
    """
    text = content_of(source).decode("utf-8", errors="replace")
    rule = read_rule(text, source.name)
    if rule.state != "draft":
        raise RefusedError(f"{source.name}: a new rule is a draft; take approved_by and retired_on out")
    if any(each.id == rule.id for each in local_rules(settings).rules):
        raise RefusedError(f"{source.name}: there is a rule {rule.id} already; retire it, or give this one another id")
    path = settings.home / RULE_FOLDER / f"{rule.id}.yaml"
    with _told(settings, "rule:add", rule, rule.author), new_file(path) as stream:
        stream.write(text.encode())
    return RuleChange(rule.id, rule.state, path)


def approve_rule(settings: Settings, rule: str, person: str, on: date) -> RuleChange:
    """Put a draft or a proposal in force.

    Raises:
        NotFoundError: there is no such rule of the practice.
        RefusedError: it is neither.
        UsageError: nobody is named.
    """
    by = named(person)
    return _sign(settings, rule, ("draft", "proposed"), {"approved_by": by, "approved_on": on.isoformat()}, by)


def retire_rule(settings: Settings, rule: str, person: str, on: date) -> RuleChange:
    """Switch an approved rule off; its file stays, with the day and who did it.

    Raises:
        NotFoundError: there is no such rule of the practice.
        RefusedError: it is not in force.
        UsageError: nobody is named.
    """
    by = named(person)
    return _sign(settings, rule, ("approved",), {"retired_by": by, "retired_on": on.isoformat()}, by)


def override_finding(settings: Settings, control_number: str, override: Override, *, withdraw: bool = False) -> None:
    """Write down that somebody sends a claim in spite of a rule's finding, or takes that back.

    Raises:
        NotFoundError: there is no such rule.
        UsageError: the name or the reason is too long.
        RefusedError: there is nothing to take back.
    """
    from denialml.store.overrides import OVERRIDDEN, WITHDRAWN, add_override, overrides

    check_rule(settings, override.rule)
    override = replace(override, person=named(override.person), reason=reasoned(override.reason))
    number, action = normalised(control_number), WITHDRAWN if withdraw else OVERRIDDEN
    with _writing(settings) as unit:
        standing = overrides(unit.connection, [number], override.decided_on).get(number, ())
        if withdraw and not any((each.rule, each.line) == (override.rule, override.line) for each in standing):
            raise RefusedError(f"{override.rule} is not overridden on claim {number}, line {override.line}")
        at = now()
        add_override(unit, number, override, action, at)
        unit.audit(override.person, f"finding:{action}", f"rule/{override.rule}", {"line": override.line}, at)


def _sign(settings: Settings, rule: str, expected: tuple[str, ...], lines: dict[str, str], person: str) -> RuleChange:
    path, known = _own_rule(settings, rule)
    if known.state not in expected:
        raise RefusedError(f"{rule} is {known.state}, not {' or '.join(expected)}")
    text = path.read_text("utf-8").rstrip("\n")
    signed = "\n".join(
        [text, *(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in lines.items()), ""]
    )
    changed = read_rule(signed, path.name)  # read before it is written: a file that ends oddly is refused
    with _told(settings, f"rule:{changed.state}", changed, person):
        draft = path.with_suffix(".part")
        draft.write_text(signed, encoding="utf-8")
        draft.replace(path)
    return RuleChange(rule, changed.state, path)


@contextmanager
def _told(settings: Settings, action: str, rule: LocalRule, person: str) -> Iterator[None]:
    """Leave an audit event of what the block does to a rule; a block that fails leaves none."""
    with _writing(settings) as unit:
        unit.audit(person, action, f"rule/{rule.id}", {"version": rule.version, "then": rule.then}, now())
        yield


@contextmanager
def _writing(settings: Settings) -> Iterator[Unit]:
    """A unit of work on the home's store, which is made where there is none yet."""
    from denialml.store import open_store

    store = open_store(settings.url)
    try:
        with store.unit() as unit:
            yield unit
    finally:
        store.close()


def _own_rule(settings: Settings, rule: str) -> tuple[Path, LocalRule]:
    for path in sorted((settings.home / RULE_FOLDER).glob("*.yaml")):
        try:
            known = read_rule(path.read_text("utf-8", errors="replace"), path.name)
        except BadInputError:
            continue  # told by the list of rules; here another is looked for
        if known.id == rule:
            return path, known
    raise NotFoundError(f"the practice has no rule {rule}; `denialml rules list` shows those it has")


def _rule_named(settings: Settings, rule: str) -> ClaimRule | LineRule:
    """The rule of that number, or of the file of that name, whatever its state."""
    path = Path(rule)
    if path.suffix in {".yaml", ".yml"}:
        if not path.is_file():
            raise NotFoundError(f"{path}: no such file")
        return compiled(read_rule(content_of(path).decode("utf-8", errors="replace"), path.name))
    found = next((each for each in standard().rules if each.id == rule), None)
    return found or compiled(_own_rule(settings, rule)[1])


@dataclass(frozen=True, slots=True)
class _Sent:
    """A claim of a file with the day on which the file was sent."""

    claim: Claim
    sent_on: date


def _answered(settings: Settings, paths: Sequence[Path]) -> Iterator[Answered]:
    """The claims of files that files among them answer; each knows of its patient's claims that went before it."""
    sent, payments = _read(paths)
    denied: dict[str, int] = {}
    for payment in payments:
        number = payment.control_number
        if number in sent:
            denied[number] = denied.get(number, 0) + _denied_cents(payment, sent[number].sent_on)
    bench = bench_of(settings)
    of_patient: dict[tuple[object, ...], list[_Sent]] = {}
    for each in sent.values():
        of_patient.setdefault(patient_of(each.claim), []).append(each)
    for number, cents in denied.items():
        each = sent[number]
        earlier = (other.claim for other in of_patient[patient_of(each.claim)] if other.sent_on <= each.sent_on)
        yield Answered(each.claim, bench.context(Together.of(earlier), each.sent_on), cents)


def _read(paths: Sequence[Path]) -> tuple[dict[str, _Sent], list[ClaimPayment]]:
    """The claims of 837 files by number, and what the 835 files among them answer."""
    sent: dict[str, _Sent] = {}
    payments: list[ClaimPayment] = []
    day = date.max
    for path in paths:
        for event in x12.read(content_of(path)):
            if isinstance(event, x12.Transaction):
                day = event.created_on or day
            elif isinstance(event, x12.ClaimRead):
                sent[event.claim.control_number] = _Sent(event.claim, day)
            elif isinstance(event, x12.ClaimPaymentRead):
                payments.append(event.payment)
    return sent, payments


def _denied_cents(payment: ClaimPayment, on: date) -> int:
    """What was refused of the services that were paid nothing."""
    verdicts = judge(payment, payment.services, on)
    return sum(each.denial.denied_cents for each in verdicts if each.denied and each.denial)
