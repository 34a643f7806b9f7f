"""What the rules of scrubbing find of what could have been prevented, where the truth is known.

A simulated practice is taken in day by day, once with the built-in payers and once with payers that neither rules nor
models were made for; each claim is scrubbed with what was known on the day it was sent. The truth tells what the payer
would have done had every legitimate edit been made. *Preventable* is a claim that was denied somewhere and would not
have been there; *worth a look* one of which the edits would have lowered the chance of a denial by five points and
more. One JSON line: the part of preventable claims that rules hold or speak of (recall, in dollars too), the part of
held claims that were not worth a look (false holds), by rule; the floor holds as many claims at random.

The rules are then measured once more on the claims sent in the last third of the history alone: as they are
(``later``), and with all proposals approved that ``denialml rules propose`` makes of what was known before that
(``later_with_proposals``).

``--claims N`` and ``--payers DIR`` (the other payers) change the practices.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from denialml.errors import Severity
from denialml.scrub import ScrubFinding, standard
from denialml.service.arrivals import Arrived
from denialml.service.charges import import_charges
from denialml.service.pastclaims import PastClaim, past_claims
from denialml.service.posting import post_files
from denialml.service.practice import existing_store
from denialml.service.proposals import propose_rules
from denialml.service.rules import approve_rule
from denialml.service.scrub import PRACTICE_FILE, bench_of
from denialml.service.simulation import SimulationConfig, simulate
from denialml.settings import Settings

HELD_OUT = Path(__file__).parents[1] / "tests" / "decks" / "heldout"
ONE_DAY = timedelta(days=1)
WORTH = 0.05  # drop in the chance of any denial from which on a claim is worth a look


@dataclass(slots=True)
class Truth:
    """What all of a claim's open edits together would have done."""

    before: float = 1.0  # chance that no line is denied
    after: float = 1.0
    prevented: bool = False

    @property
    def drop(self) -> float:
        """By how much the chance of any denial falls."""
        return self.after - self.before


def truths(history: Path) -> dict[str, Truth]:
    """By control number, of the claims with open edits."""
    found: defaultdict[str, Truth] = defaultdict(Truth)
    for row in pq.read_table(history / "truth" / "edits.parquet").to_pylist():
        if row["kind"] == "all" and not row["fixed_before_sending"]:
            each = found[row["control_number"]]
            each.before *= 1 - row["probability"]
            each.after *= 1 - row["probability_after"]
            each.prevented |= row["denied_before"] and not row["denied_after"]
    return found


@dataclass(slots=True)
class Rule:
    """What one rule found: claims, those that could have been prevented, and those worth a look."""

    claims: int = 0
    preventable: int = 0
    worth: int = 0


@dataclass(slots=True)
class Count:
    """Counts while claims pass by."""

    truths: dict[str, Truth]
    claims: int = 0
    preventable: int = 0
    preventable_cents: int = 0
    held: int = 0
    held_preventable: int = 0
    held_cents: int = 0
    found_preventable: int = 0
    worth: int = 0
    held_worth: int = 0
    held_denied: int = 0
    rules: defaultdict[str, Rule] = field(default_factory=lambda: defaultdict(Rule))

    def add(self, past: PastClaim, findings: Iterable[ScrubFinding]) -> None:
        """Count a claim with its findings."""
        truth = self.truths.get(past.verdict.control_number) or Truth()
        looked = [each for each in findings if each.severity is not Severity.INFO]
        held = any(each.severity is Severity.ERROR for each in looked)
        cents = sum(each.denied_cents for each in past.verdict.denials)
        prevented, worth = truth.prevented and cents > 0, truth.drop >= WORTH
        self.claims += 1
        self.preventable += prevented
        self.preventable_cents += cents if prevented else 0
        self.held += held
        self.held_preventable += held and prevented
        self.held_cents += cents if held and prevented else 0
        self.found_preventable += bool(looked) and prevented
        self.worth += worth
        self.held_worth += held and worth
        self.held_denied += held and cents > 0
        for code in {each.code for each in looked}:
            rule = self.rules[code]
            rule.claims += 1
            rule.preventable += prevented
            rule.worth += worth

    def told(self) -> dict[str, Any]:
        """What it came to; of each rule the claims found, those preventable, those worth a look."""
        at_random = self.held / self.claims
        return {
            "claims": self.claims,
            "preventable": self.preventable,
            "preventable_dollars": self.preventable_cents // 100,
            "recall_held": round(self.held_preventable / self.preventable, 3),
            "recall_held_dollars": round(self.held_cents / self.preventable_cents, 3),
            "recall_found": round(self.found_preventable / self.preventable, 3),
            "floor_recall_of_as_many_at_random": round(at_random, 3),
            "held": self.held,
            "false_holds": round(1 - self.held_worth / self.held, 3),
            "floor_false_holds_at_random": round(1 - self.worth / self.claims, 3),
            "held_and_denied": round(self.held_denied / self.held, 3),
            "rules": {
                code: [rule.claims, rule.preventable, rule.worth]
                for code, rule in sorted(self.rules.items(), key=lambda item: -item[1].preventable)
            },
        }


def take_in(settings: Settings, history: Path) -> None:
    """Take the history's files in, day by day."""
    sent, remits = (tuple(sorted((history / name).iterdir())) for name in ("sent", "remits"))
    for day in Arrived("", sent=sent, remits=remits).by_day():
        post_files(settings, day.remits)
        import_charges(settings, day.sent, sent=True)


def measured(folder: Path, config: SimulationConfig) -> dict[str, Any]:
    """Simulate, take in, scrub, and lay beside the truth."""
    history = folder / "history"
    simulate(history, config)
    settings = Settings(home=folder / "home", demo=True, today=config.as_of)
    take_in(settings, history)
    known = truths(history)
    with existing_store(settings) as store:
        days = sorted(past.verdict.sent_on for past in past_claims(store, bench_of(settings), date.min, config.as_of))
    cut = days[len(days) * 2 // 3]
    told = counted(settings, known, date.min, config.as_of).told()
    told["later"] = counted(settings, known, cut + ONE_DAY, config.as_of).told()
    proposed = approve_all(settings, cut)
    later = counted(settings, known, cut + ONE_DAY, config.as_of).told()
    return told | {"later_with_proposals": later, "proposals": proposed, "cut": cut.isoformat()}


def counted(settings: Settings, known: dict[str, Truth], since: date, until: date) -> Count:
    """Scrub the claims sent from one day to another, and count them."""
    bench, count = bench_of(settings), Count(known)
    with existing_store(settings) as store:
        for past in past_claims(store, bench, since, until):
            count.add(past, bench.rules.run(past.claim, past.context).findings)
    return count


def approve_all(settings: Settings, until: date) -> list[list[Any]]:
    """Approve whatever is proposed of what was known on a day; each rule with lines held and denied when checked."""
    proposed = propose_rules(settings, until=until)
    for each in proposed.rules:
        if each.place == "rule":
            approve_rule(settings, each.rule, "benchmark", until)
    if proposed.practice is not None:
        proposed.practice.replace(settings.home / PRACTICE_FILE)
    return [[each.place, each.rule, each.checked_held, each.checked_denied] for each in proposed.rules]


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--claims", type=int, default=10_000)
    arguments.add_argument("--payers", type=Path, default=HELD_OUT)
    asked = arguments.parse_args()
    told: dict[str, Any] = {"benchmark": "edit_recall", "rules": len(standard().rules)}
    for name, payers in (("built_in_payers", None), ("other_payers", asked.payers)):
        with tempfile.TemporaryDirectory() as folder:
            told[name] = measured(Path(folder), SimulationConfig(claims=asked.claims, payers=payers))
    print(json.dumps(told))


if __name__ == "__main__":
    main()
