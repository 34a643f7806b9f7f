"""Queues in a terminal: one block for each row, what it is worth first, then why and what to do."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from denialml.cli.screens import show, terminal
from denialml.money import dollars
from denialml.service.exceptions import Assignment, ExceptionReport, ExceptionRow
from denialml.service.queues import DenialRow, DenialsQueue, RiskQueue, RiskQueueRow

REASONS_SHOWN = 3


def show_risk(queue: RiskQueue, console: Console | None = None) -> None:
    """The pre-submission queue: claims to mend before they are sent."""
    out = console or terminal()
    if queue.advice:
        out.print(queue.advice)
    if not queue.rows:
        return
    out.print(
        f"{queue.total:,} of {queue.unsent:,} unsent claims, scored as of {queue.scored_as_of} by {queue.model}: "
        f"{dollars(queue.at_risk_cents)} at risk, {dollars(queue.preventable_cents)} of it preventable"
    )
    for row in queue.rows:
        out.print(_risk_block(row))


def show_denials(queue: DenialsQueue, console: Console | None = None) -> None:
    """The denials queue: what an hour of work is worth."""
    out = console or terminal()
    if queue.advice:
        out.print(queue.advice)
    if not queue.rows:
        return
    out.print(
        f"{queue.total:,} denied claims to work: {dollars(queue.expected_recovery_cents)} expected back for "
        f"{queue.work_minutes / 60:,.0f} hours; {queue.due_this_week:,} due within a week; "
        f"{queue.expired_total:,} past every deadline ({dollars(queue.expired_cents)} expected allowed)"
    )
    for row in queue.rows:
        out.print(_denial_block(row))


def show_exceptions(report: ExceptionReport, console: Console | None = None) -> None:
    """What waits for a person: money and messages that fit nothing."""
    out = console or terminal()
    if not report.rows:
        out.print("nothing waits")
        return
    show(report, out, hide=("rows",))
    for row in report.rows:
        out.print(_exception_block(row))
    out.print("Decide with `denialml exceptions resolve ITEM ACTION --by NAME --reason WHY`.", highlight=False)


def show_assignment(done: Assignment, console: Console | None = None) -> None:
    """What was made whose task, and what is next."""
    out = console or terminal()
    item = done.waits.item
    out.print(_exception_block(done.waits))
    out.print(f"This is {done.owner}'s task now (decision {done.decision}).", highlight=False)
    out.print(
        f"Next, {done.owner} decides: `denialml exceptions resolve {item} ACTION --by NAME --reason WHY`. "
        f"To take the task back: `denialml exceptions undo {done.decision} --by NAME --reason WHY`.",
        highlight=False,
    )


def _exception_block(row: ExceptionRow) -> RenderableType:
    head = Text.assemble(
        (f"item {row.item:<4}", "bold"),
        (f"{dollars(row.amount_cents):>12}", "bold red"),
        f"   {row.age_days} days   {row.kind.replace('_', ' ')}",
        (f"   {row.claim}", "cyan") if row.claim else "",
    )
    origin = ", ".join(part for part in (row.payer, row.file) if part)
    facts = [("from", origin), ("why", row.message), ("owner", row.owner), ("may be", ", ".join(row.actions))]
    return _block(head, facts)


def _risk_block(row: RiskQueueRow) -> RenderableType:
    head = Text.assemble(
        (f"{row.rank:>3}. ", "bold"),
        (f"{row.probability:.0%} risk", "bold red"),
        f"   {dollars(row.at_risk_cents)} at risk of {dollars(row.expected_allowed_cents)} expected"
        f"   {dollars(row.value_per_hour_cents)} an hour   ",
        (row.control_number, "cyan"),
        f"   {row.payer}   {row.procedures}   served {row.served_on}",
    )
    facts = [("why", reason) for reason in row.reasons[:REASONS_SHOWN]]
    return _block(head, [*facts, ("do", row.edit)])


def _denial_block(row: DenialRow) -> RenderableType:
    left = "no deadline known" if row.days_left is None else f"{row.days_left} days left"
    head = Text.assemble(
        (f"{row.rank:>3}. ", "bold"),
        (f"{dollars(row.value_per_hour_cents)} an hour", "bold green"),
        f"   {row.win_probability:.0%} of {dollars(row.expected_allowed_cents)} expected",
        f"   {row.minutes} minutes, {left}   ",
        (row.control_number, "cyan"),
        f"   {row.payer}   {row.procedures}",
    )
    return _block(head, [("denied", row.reasons), ("do", row.action), ("note", row.note)])


def _block(head: Text, facts: Iterable[tuple[str, str]]) -> RenderableType:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(style="dim", width=6, justify="right")
    grid.add_column(overflow="fold")
    for name, text in facts:
        if text:
            grid.add_row(name, text)
    block = Table.grid()
    block.add_row(head)
    block.add_row(Padding(grid, (0, 0, 0, 5)))
    return block
