"""The tables of ``truth/``: every column with its type and meaning, and the page that tells them.

``python -m denialml.simulator.truth_tables docs/reference/truth-files.md`` writes the page; a test fails when it is
stale.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Kind(StrEnum):
    """What a column holds, as the page tells it."""

    TEXT = "text"
    WHOLE = "whole number"
    REAL = "number"
    DAY = "day"
    FLAG = "yes or no"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: ``about`` says what it is, with its unit and when it is null."""

    name: str
    kind: Kind
    about: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table, one Parquet file of the same name. ``about`` says what a row is."""

    name: str
    about: str
    columns: tuple[Column, ...]


_CONTROL = Column("control_number", Kind.TEXT, "our claim, CLM01")
_LINE = Column("line_number", Kind.WHOLE, "the service line, LX01")

LINES = Table(
    "lines",
    "A service line of a claim that a payer was sent, or would have been: in the order in which claims were sent. "
    "What a won appeal or a payment taken back changes later is in the remittances, not here.",
    (
        _CONTROL,
        _LINE,
        Column("payer", Kind.TEXT, "identifier of the payer that decides, NM109 of loop 2010BB"),
        Column("procedure", Kind.TEXT, "procedure code"),
        Column("known_on", Kind.DAY, "the day on which the claim was ready and sent"),
        Column("served_on", Kind.DAY, "day of service"),
        Column("true_probability", Kind.REAL, "probability of denial, fixed before the payer's dice are thrown"),
        Column("true_reason", Kind.TEXT, "reason (CARC) of the most probable rule that the line meets, else empty"),
        Column("denied", Kind.FLAG, "whether it was denied; null for drafts and where no answer has come by the end"),
        Column("draft", Kind.FLAG, "whether the claim was ready and not sent yet at the end"),
        Column(
            "version",
            Kind.WHOLE,
            "1 for the claim as first sent to a payer (first or second), 2 and more for what took its place",
        ),
        Column("true_family", Kind.TEXT, "cause of the most probable rule that the line meets, else empty"),
        Column("edited_before", Kind.FLAG, "whether the claim was put right before it was sent, as somebody chose"),
        Column("pays_on", Kind.DAY, "the day on which the payer answers, or would have answered"),
        Column("contract_cents", Kind.WHOLE, "what the contract allows for the line; null where the payer denies it"),
        Column("allowed_cents", Kind.WHOLE, "what the payer allows for it, which may be less; null where it denies it"),
    ),
)

CAUSES = Table(
    "causes",
    "A cause of a line's denial. A line that meets no rule is not here: all of its probability is the payer's error.",
    (
        _CONTROL,
        _LINE,
        Column("version", Kind.WHOLE, "as in `lines`"),
        Column("rule", Kind.TEXT, "the payer's rule; empty for the payer's own error"),
        Column("family", Kind.TEXT, "the true cause, whatever reason the payer tells"),
        Column("reason", Kind.TEXT, "reason (CARC) that the rule tells"),
        Column("probability", Kind.REAL, "probability that this cause alone denies the line"),
        Column("share", Kind.REAL, "its part of the hazard log(1 - p); the shares of a line add up to 1"),
    ),
)

EDITS = Table(
    "edits",
    "A line of a claim under one legitimate edit, or under all of the claim's edits together (kind `all`), judged on "
    "the day of sending with the same dice as the claim itself. Of a claim that was refused first, what the refusal "
    "named is put right in both.",
    (
        _CONTROL,
        Column("kind", Kind.TEXT, "what is put right, or `all`"),
        Column("edit_line", Kind.WHOLE, "the line that the edit is for; 0 for the claim as a whole"),
        _LINE,
        Column("payer", Kind.TEXT, "key of the payer that gets the edited claim"),
        Column("probability", Kind.REAL, "probability of denial without the edit"),
        Column("probability_after", Kind.REAL, "probability of denial with it"),
        Column("denied_before", Kind.FLAG, "what the payer decides without the edit"),
        Column("denied_after", Kind.FLAG, "what the payer decides with it"),
        Column("fixed_before_sending", Kind.FLAG, "whether somebody made the edit before the claim was sent"),
        Column("minutes", Kind.WHOLE, "minutes that the edit takes"),
    ),
)

DENIALS = Table(
    "denials",
    "The denied lines of one claim with the same rule behind them.",
    (
        Column("denial", Kind.TEXT, "its number, unique in the practice"),
        _CONTROL,
        Column("payer", Kind.TEXT, "identifier of the payer"),
        Column("lines", Kind.TEXT, "numbers of its lines, parted by spaces"),
        Column("told_on", Kind.DAY, "the day on which the remittance came"),
        Column("reason", Kind.TEXT, "reason (CARC) that was told"),
        Column("family", Kind.TEXT, "the true cause"),
        Column("rule", Kind.TEXT, "the payer's rule; empty for the payer's own error"),
        Column("cents", Kind.WHOLE, "what the payer would pay if it covered the lines"),
        Column("charge_cents", Kind.WHOLE, "what was charged for the lines"),
        Column("documented", Kind.FLAG, "whether the record supports what is billed"),
        Column("edits", Kind.TEXT, "kinds of the legitimate edits that bear on it, parted by `;`"),
    ),
)

ACTIONS = Table(
    "actions",
    "What would come of one action on one denial. Worked at an age of at most `wins_through` days it wins, later it "
    "does not: the die is the same at every age. Ages of a second level run from the notice of the lost first one.",
    (
        Column("denial", Kind.TEXT, "number of the denial"),
        Column("action", Kind.TEXT, "the action"),
        Column("probability_at_0", Kind.REAL, "probability of winning on the day of notice"),
        Column("half_life_days", Kind.REAL, "days in which that probability halves"),
        Column("window_days", Kind.WHOLE, "days from notice in which the payer takes it"),
        Column("die", Kind.REAL, "the die, from 0 up to 1; it wins where the probability at its age is larger"),
        Column("wins_through", Kind.WHOLE, "the last age in days at which it wins; -1 for never"),
        Column("minutes", Kind.WHOLE, "minutes of work"),
        Column("lag_days", Kind.WHOLE, "days until the answer"),
        Column("cents", Kind.WHOLE, "what is recovered if it wins"),
        Column("won_lines", Kind.TEXT, "numbers of the lines that are then covered, parted by spaces"),
    ),
)

CHOICES = Table(
    "choices",
    "A person's choice: to put a claim right before sending, or to work a denial, with its probability.",
    (
        _CONTROL,
        Column("day", Kind.DAY, "the day of the choice"),
        Column("kind", Kind.TEXT, "at which table it was made"),
        Column("person", Kind.TEXT, "who chose"),
        Column("rule", Kind.TEXT, "the office's rule behind it"),
        Column("propensity", Kind.REAL, "probability of this choice given what the office saw"),
        Column("random", Kind.FLAG, "whether a coin chose and not the rule"),
        Column("action", Kind.TEXT, "what was chosen"),
    ),
)

FAULTS = Table(
    "faults",
    "A fault that was put into a file.",
    (
        Column("fault", Kind.TEXT, "its name"),
        Column("day", Kind.DAY, "the day of the file"),
        Column("file", Kind.TEXT, "the file, below the history's folder"),
        Column("control_number", Kind.TEXT, "the claim it touches, else empty"),
        Column("trace", Kind.TEXT, "trace number (TRN02) of the remittance it touches, else empty"),
        Column("cents", Kind.WHOLE, "the money it moves, 0 for none"),
    ),
)

TABLES = (LINES, CAUSES, EDITS, DENIALS, ACTIONS, CHOICES, FAULTS)


def render() -> str:
    """The page of the truth files, in Markdown."""
    return "\n".join(_page())


def _page() -> Iterator[str]:
    yield "# Truth files\n"
    yield "Written from `src/denialml/simulator/truth_tables.py` by `python -m denialml.simulator.truth_tables"
    yield "docs/reference/truth-files.md`; a test fails when it is stale.\n"
    yield "What only a simulation knows lies in `truth/`, beside the X12 files and never in them. Money is in cents."
    yield "`changes.json` lists what changed and when; `bounds.json` tells how well anybody could do (see"
    yield "[simulate](../how-to/simulate.md)).\n"
    for table in TABLES:
        yield f"## {table.name}.parquet\n"
        yield f"{table.about}\n"
        yield "| Column | Type | What |"
        yield "|---|---|---|"
        for column in table.columns:
            yield f"| `{column.name}` | {column.kind} | {column.about} |"
        yield ""


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render(), encoding="utf-8")
