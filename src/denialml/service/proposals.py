"""Rules and contract rows proposed from the practice's own past, for a person to approve."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

from denialml.errors import BadInputError
from denialml.scrub.local import read_rule
from denialml.scrub.practice import read_practice
from denialml.scrub.proposing import Bar, Example, Measure, Proposal, proposals
from denialml.scrub.view import ClaimView
from denialml.service.audit import note
from denialml.service.clock import today
from denialml.service.edits import meets
from denialml.service.newfile import new_file
from denialml.service.pastclaims import past_claims
from denialml.service.practice import existing_store
from denialml.service.scrub import PRACTICE_FILE, RULE_FOLDER, bench_of, local_rules
from denialml.settings import Settings

AUTHOR: Final = "proposed"
PROPOSED_PRACTICE: Final = "practice.proposed.yaml"
_LEARNT: Final = 2 / 3  # of the answers are learnt from; what was sent later checks it
_HOLDS: Final = 0.5  # precision from which on a rule holds claims; below, it warns


@dataclass(frozen=True, slots=True)
class ProposedRule:
    """A proposal and its figures: of ``held`` lines, ``denied`` for its reasons, and their cents.

    ``rule`` is its number, or the contract's field where ``place`` is ``contract``. ``learnt_…`` are of the past it was
    found in, ``checked_…`` of the later past it was checked on. ``written`` is false where there
    is a rule of that number already.
    """

    rule: str
    place: str
    payer: str
    title: str
    learnt_held: int
    learnt_denied: int
    learnt_denied_cents: int
    learnt_lift: float
    checked_held: int
    checked_denied: int
    checked_denied_cents: int
    checked_lift: float
    written: bool


@dataclass(frozen=True, slots=True)
class Proposed:
    """What was proposed. Answers up to ``cut`` were learnt from; claims sent from then to ``until`` checked it."""

    cut: date | None
    until: date
    lines: int
    rules: tuple[ProposedRule, ...]
    practice: Path | None


def propose_rules(
    settings: Settings,
    *,
    until: date | None = None,
    bar: Bar | None = None,
    progress: Callable[[str], None] | None = None,
) -> Proposed:
    """Look for rules in what was answered up to a day (today), and write those that hold good as proposals.

    A rule is written to the home's rules, where it does nothing until somebody approves it. Contract rows are written
    as a practice's file of their own, with the one in use and the new rows, for a person to put in its place.

    Raises:
        NotFoundError: the home holds no practice.
        BadInputError: the practice's file in the home cannot be used.
    """
    day = until or today(settings)
    names: dict[str, str] = {}
    examples = list(_examples(settings, day, names, progress))
    known = sorted(each.answered_on for each in examples)
    if not known:
        return Proposed(None, day, 0, (), None)
    cut = known[int(len(known) * _LEARNT)]
    found = proposals(examples, cut, bar or Bar())
    rules = [each for each in found if not each.contract]
    rows = [each for each in found if each.contract]
    there = {each.id for each in local_rules(settings).rules}
    told = [_told(each, names, written=_rule_id(each) not in there) for each in rules]
    told += [_told(each, names, written=True) for each in rows]
    for each in rules:
        if _rule_id(each) not in there:
            _write_rule(settings, each, names[each.payer_id], cut)
    practice = _write_practice(settings, rows, day) if rows else None
    with existing_store(settings) as store, store.unit() as unit:
        note(unit, "rules:propose", "rules", rules=len(rules), contract_rows=len(rows))
    return Proposed(cut, day, len(examples), tuple(told), practice)


def _examples(
    settings: Settings, until: date, names: dict[str, str], progress: Callable[[str], None] | None
) -> Iterator[Example]:
    """Every line that was sent and answered up to a day; fills in the names of payers by their numbers."""
    bench = bench_of(settings)
    with existing_store(settings) as store:
        for past in past_claims(store, bench, date.min, until):
            verdict = past.verdict
            if progress is not None:
                progress(verdict.control_number)
            if verdict.answered_on > until:
                continue
            names[past.claim.payer_id] = verdict.payer_name
            findings = bench.rules.run(past.claim, past.context).findings if verdict.denials else ()
            denials = {each.line: each for each in verdict.denials}
            for line in ClaimView(past.claim, past.context).lines:
                denial = denials.get(line.number)
                if denial is None:
                    yield Example(line, verdict.sent_on, verdict.answered_on)
                    continue
                missed = not any(meets(each, denial) for each in findings)
                yield Example(
                    line,
                    verdict.sent_on,
                    verdict.answered_on,
                    denial.reason,
                    denial.remarks,
                    denial.denied_cents,
                    missed,
                )


def _rule_id(of: Proposal) -> str:
    return re.sub(r"[^A-Za-z0-9-]", "", f"L-{of.payer_id}-{of.kind.name}-{of.label}")


def _title(of: Proposal, payer: str) -> str:
    subject = "" if of.label == "ALL" else f" {of.label}"
    return f"{payer}{subject}: {of.kind.title}"


def _write_rule(settings: Settings, of: Proposal, payer: str, cut: date) -> None:
    described = {
        "id": _rule_id(of),
        "title": _title(of, payer),
        "why": f"Up to {cut}: {_words(of.learnt)}. Sent after that: {_words(of.checked)}.",
        "author": AUTHOR,
        "when": [{"field": "payer", "is": of.payer_id}, *of.when],
        "then": "hold" if of.checked.precision >= _HOLDS else "warn",
        "say": of.kind.title,
        "fix": of.kind.fix,
        "effective": of.effective,
        "prevents": sorted(of.kind.reasons),
        "measured": {"learnt": _figures(of.learnt), "checked": _figures(of.checked)},
    }
    text = yaml.safe_dump(described, sort_keys=False, allow_unicode=True, width=110)
    read_rule(text, _rule_id(of))  # read before it is written
    with new_file(settings.home / RULE_FOLDER / f"{_rule_id(of)}.yaml") as stream:
        stream.write(text.encode())


def _words(measure: Measure) -> str:
    dollars = measure.denied_cents // 100
    return f"of {measure.held} such lines {measure.denied} were denied for this (${dollars:,}, lift {measure.lift:.1f})"


def _figures(measure: Measure) -> dict[str, int | float]:
    return {**asdict(measure), "lift": round(measure.lift, 2)}


def _write_practice(settings: Settings, rows: Sequence[Proposal], day: date) -> Path:
    """The practice's file with a new row for each payer, beside the one in use; one of before is replaced.

    A new row repeats what the payer's newest one says, for the newest alone holds.
    """
    used = settings.home / PRACTICE_FILE
    described: dict[str, Any] = (yaml.safe_load(used.read_text("utf-8")) or {}) if used.is_file() else {}
    contracts = described.setdefault("contracts", {})
    for payer_id in dict.fromkeys(each.payer_id for each in rows):
        mine = [each for each in rows if each.payer_id == payer_id]
        of_payer = contracts.setdefault(payer_id, [])
        newest = dict(of_payer[-1]) if of_payer else {}
        begins = max(min(each.effective for each in mine), newest.get("effective", date.min))
        row = _merged(newest, mine) | {"effective": begins}
        if newest.get("effective") == begins:
            of_payer.pop()
        of_payer.append(row)
    text = f"# Proposed on {day}: look it over, then put it in the place of {PRACTICE_FILE}.\n"
    text += "".join(f"# {_title(each, each.payer_id)}: {_words(each.checked)}.\n" for each in rows)
    text += yaml.safe_dump(described, sort_keys=False, allow_unicode=True)
    read_practice(text, PROPOSED_PRACTICE)
    path = settings.home / PROPOSED_PRACTICE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise BadInputError(f"{path}: cannot be written: {problem.strerror}") from problem
    return path


def _merged(row: dict[str, Any], proposed: Sequence[Proposal]) -> dict[str, Any]:
    """A contract's row with what is proposed; lists grow, other values are replaced."""
    for each in proposed:
        for name, value in each.contract.items():
            known = row.get(name, [])
            row[name] = sorted({*known, *value}) if isinstance(value, list) else value
    return row


def _told(of: Proposal, names: dict[str, str], *, written: bool) -> ProposedRule:
    named = next(iter(of.contract), _rule_id(of))
    return ProposedRule(
        named, "contract" if of.contract else "rule", names[of.payer_id], _title(of, names[of.payer_id]),
        of.learnt.held, of.learnt.denied, of.learnt.denied_cents, of.learnt.lift,
        of.checked.held, of.checked.denied, of.checked.denied_cents, of.checked.lift, written,
    )  # fmt: skip
