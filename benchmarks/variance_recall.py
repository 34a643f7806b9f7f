"""What of the money that payers allowed too little is found, where the truth is known.

A simulated practice is taken in day by day with its contracts, once with the built-in payers and once with payers that
nothing was made for. A line that the truth says was allowed less than its contract, by more than the tolerance, is
*short*; one with a case is *found*. Recall and false alarms are in lines and in dollars. Cases of which the truth of
lines does not speak are counted apart: payments that a fault of the simulation altered (downcoded, bundled, repriced),
and lines that were denied first and paid after an appeal. The floor is what a practice without contracts can do: call
short what is allowed less than the median of the same payer, procedure and modifiers. One JSON line.

``--claims N`` and ``--payers DIR`` (the other payers) change the practices.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow.parquet as pq

from denialml.contracts import Terms, Variance, compared
from denialml.service.arrivals import Arrived
from denialml.service.charges import import_charges
from denialml.service.contracts import adopt
from denialml.service.posting import post_files
from denialml.service.practice import existing_store
from denialml.service.simulation import SimulationConfig, simulate
from denialml.service.variance import variance_cases, variance_report
from denialml.settings import Settings
from denialml.store.variance import paid_claims

HELD_OUT = Path(__file__).parents[1] / "tests" / "decks" / "heldout"


@dataclass(frozen=True, slots=True)
class Truth:
    """What the contract and the payer's first decision allow of a line, in cents."""

    contract_cents: int
    allowed_cents: int

    @property
    def is_short(self) -> bool:
        """Whether it is underpaid beyond the usual tolerance."""
        return compared(self.contract_cents, self.allowed_cents, _TOLERANCE) is Variance.UNDER


Line = tuple[str, int]  # control number, line number

_TOLERANCE = Terms(charge_percent=Decimal(100))


def truths(history: Path) -> dict[Line, list[Truth]]:
    """Every decision that covered a line."""
    found: dict[Line, list[Truth]] = {}
    for row in pq.read_table(history / "truth" / "lines.parquet").to_pylist():
        if row["denied"] is False:
            truth = Truth(row["contract_cents"], row["allowed_cents"])
            found.setdefault((row["control_number"], row["line_number"]), []).append(truth)
    return found


def altered(history: Path) -> set[str]:
    """Claims that a fault touched."""
    return {row["control_number"] for row in pq.read_table(history / "truth" / "faults.parquet").to_pylist()} - {""}


def take_in(settings: Settings, history: Path) -> None:
    """Take the history's files in, day by day, and its contracts."""
    sent, remits = (tuple(sorted((history / name).iterdir())) for name in ("sent", "remits"))
    for day in Arrived("", sent=sent, remits=remits).by_day():
        post_files(settings, day.remits)
        import_charges(settings, day.sent, sent=True)
    adopt(settings, history / "truth" / "contracts")


def measured(folder: Path, config: SimulationConfig) -> dict[str, Any]:
    """Simulate, take in, compare, and lay beside the truth."""
    history = folder / "history"
    simulate(history, config)
    settings = Settings(home=folder / "home", demo=True, today=config.as_of)
    take_in(settings, history)
    started = time.perf_counter()
    report = variance_report(settings)
    seconds = time.perf_counter() - started
    cases = {(each.control_number, each.line): each.short_cents for each in variance_cases(settings)}
    truth, touched = truths(history), altered(history)
    return {
        "paid_lines": report.lines,
        "untold_lines": report.untold_lines,
        "equal_lines": report.equal_lines,
        "over_lines": report.over_lines,
        "lines_per_second": round((report.lines + report.untold_lines) / seconds),
        **judged(cases, truth, touched),
        "floor_by_history": judged(by_history(settings, config.as_of), truth, touched),
    }


def by_history(settings: Settings, as_of: date) -> dict[Line, int]:
    """Cents by which lines fall short of the median allowed for a unit of the same payer, procedure and modifiers."""
    groups: defaultdict[tuple[str, str, tuple[str, ...]], list[tuple[Line, int, int]]] = defaultdict(list)
    with existing_store(settings) as store, store.reading() as connection:
        for claim in paid_claims(connection, as_of):
            for line in claim.lines:
                if line.allowed_cents is not None:
                    paid = (claim.control_number, line.number), int(line.units), line.allowed_cents
                    groups[claim.payer_id, line.procedure, line.modifiers].append(paid)
    found = {}
    for paid_lines in groups.values():
        usual = median(cents / units for _, units, cents in paid_lines)
        for line, units, cents in paid_lines:
            if compared(round(usual * units), cents, _TOLERANCE) is Variance.UNDER:
                found[line] = round(usual * units) - cents
    return found


def judged(cases: dict[Line, int], truth: dict[Line, list[Truth]], touched: set[str]) -> dict[str, Any]:
    """Cents short by line beside the truth; cents become whole dollars."""
    found = {line: cents for line, cents in cases.items() if line[0] not in touched and line in truth}
    clean = {line: decisions for line, decisions in truth.items() if line[0] not in touched}
    short = {
        line: max(each.contract_cents - each.allowed_cents for each in decisions if each.is_short)
        for line, decisions in clean.items()
        if any(each.is_short for each in decisions)
    }
    hit = [cents for line, cents in short.items() if line in found]
    false = [cents for line, cents in found.items() if line not in short]
    return {
        "short_lines": len(short),
        "short_dollars": sum(short.values()) // 100,
        "recall": round(len(hit) / len(short), 4),
        "recall_dollars": round(sum(hit) / sum(short.values()), 4),
        "cases": len(found),
        "false_alarms": len(false),
        "false_alarm_dollars": sum(false) // 100,
        "false_alarm_dollar_share": round(sum(false) / sum(found.values()), 4),
        "cases_of_altered_payments": sum(line[0] in touched for line in cases),
        "cases_of_won_denials": sum(line[0] not in touched and line not in truth for line in cases),
    }


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--claims", type=int, default=10_000)
    arguments.add_argument("--payers", type=Path, default=HELD_OUT)
    asked = arguments.parse_args()
    told: dict[str, Any] = {"benchmark": "variance_recall"}
    for name, payers in (("built_in_payers", None), ("other_payers", asked.payers)):
        with tempfile.TemporaryDirectory() as folder:
            told[name] = measured(Path(folder), SimulationConfig(claims=asked.claims, payers=payers))
    print(json.dumps(told))


if __name__ == "__main__":
    main()
