"""How much of made-up explanations of benefits is read rightly, by layout: PDFs with text, and scans of the same.

    python benchmarks/eob_reading.py [--papers 20] [--scans 5]

Prints one JSON line. For each layout: values that the paper holds; the share read rightly; how many of the others do
not bear a mark themselves; and how many a person is not led to at all, since nothing of their line or claim is marked
either. The papers are made up and printed by tests/eob_papers.py; layouts of real payers will be read less well.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from denialml.eob import Sheet, documents, draft, looked_over
from denialml.eob.entry import places_of
from eob_papers import LAYOUTS, Paper, made_up, read_values, scanned

CLAIMS = 4


@dataclass
class Measured:
    """Counts over the papers of a layout."""

    values: int = 0
    right: int = 0
    not_marked: int = 0
    not_led_to: int = 0
    pages: int = 0
    seconds: float = 0.0

    def add(self, paper: Paper, sheet: Sheet, leave_out: str) -> None:
        """Compare a paper's truth with what was read."""
        read, marked = read_values(sheet), marks(sheet)
        for place, value in paper.values().items():
            if leave_out and place.endswith(leave_out):
                continue
            self.values += 1
            if read.get(place) == value:
                self.right += 1
            else:
                self.not_marked += place not in marked
                self.not_led_to += not any(place == mark or place.startswith(f"{mark}.") for mark in marked)

    def report(self) -> dict[str, float]:
        """As it is printed."""
        return {
            "values": self.values,
            "right": round(self.right / self.values, 4),
            "wrong_not_marked": self.not_marked,
            "wrong_not_led_to": self.not_led_to,
            "seconds_a_page": round(self.seconds / self.pages, 2),
        }


def marks(sheet: Sheet) -> set[str]:
    """Places to which a mark or a finding leads: the value itself, and all of a line or claim in which one is."""
    wheres = [(where, name) for where, fields in places_of(sheet) for name, cell in fields.items() if cell.doubt]
    wheres += [(finding.where, finding.message.split()[0]) for finding in looked_over(sheet)]
    found = set()
    for where, name in wheres:
        numbers = [str(int(part) - 1) for part in where.replace(",", "").split() if part.isdigit()]
        found |= {".".join(numbers), ".".join([*numbers, name])} - {""}
    return found


def measured(layout: str, papers: int, made: Callable[[bytes, int], bytes]) -> dict[str, float]:
    """Read so many papers of a layout."""
    counts = Measured()
    for seed in range(1, papers + 1):
        paper = made_up(seed, CLAIMS)
        content = made(LAYOUTS[layout](paper), seed)
        started = time.perf_counter()
        pages = documents.read_pages(content)
        sheet = draft(pages)
        counts.seconds += time.perf_counter() - started
        counts.pages += len(pages)
        counts.add(paper, sheet, ".allowed" if layout == "blocks" else "")  # which prints none
    return counts.report()


def main() -> None:
    """Measure all layouts and print the line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=20)
    parser.add_argument("--scans", type=int, default=5)
    chosen = parser.parse_args()
    print(
        json.dumps(
            {
                "benchmark": "eob_reading",
                "text": {layout: measured(layout, chosen.papers, lambda content, _: content) for layout in LAYOUTS},
                "scan": {layout: measured(layout, chosen.scans, scanned) for layout in LAYOUTS},
            }
        )
    )


if __name__ == "__main__":
    main()
