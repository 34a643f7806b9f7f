"""The demo's last screen: what happened, how good the model is, and the top of both queues."""

from __future__ import annotations

from collections import Counter

from rich import box
from rich.console import Console
from rich.rule import Rule
from rich.table import Table

from denialml.cli.queue_screens import show_denials, show_risk
from denialml.cli.screens import terminal
from denialml.money import dollars
from denialml.service.demo import DemoReport
from denialml.service.deposits import DepositsView


def show_demo(report: DemoReport, console: Console | None = None) -> None:
    """Print one screen of what the demo did."""
    out = console or terminal()
    out.print(Rule("What happened", align="left"))
    out.print(_counts(report))
    out.print(Rule("How good the model is, on claims later than any it learnt from", align="left"))
    out.print(_quality(report))
    out.print(Rule("The riskiest unsent claims", align="left"))
    show_risk(report.riskiest, out)
    out.print(Rule("The best denials to work", align="left"))
    show_denials(report.best_denials, out)
    out.print(Rule(style="dim"))
    out.print(f"{report.seconds:.0f} seconds in all; everything is under {report.home}")


def _counts(report: DemoReport) -> Table:
    sent, posted, simulated = report.sent, report.posted, report.simulated
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim")
    table.add_column()
    table.add_row("claims sent", f"{sent.claims:,} claims, {sent.lines:,} lines, {dollars(sent.charge_cents)} billed")
    table.add_row("unsent claims", f"{report.drafts.claims:,} claims, {dollars(report.drafts.charge_cents)}")
    table.add_row("files", f"{simulated.sent_files + simulated.draft_files:,} 837P, {simulated.remit_files:,} 835")
    table.add_row(
        "posted", f"{posted.posted_claims:,} claim payments in {posted.remittances:,} remittances, "
        f"{dollars(posted.posted_cents)} paid"
    )  # fmt: skip
    parked = ", ".join(f"{count:,} {kind.replace('_', ' ')}" for kind, count in sorted(posted.parked_kinds.items()))
    kinds = f" ({parked})" if parked else ""
    table.add_row("parked", f"{posted.parked_claims:,} claim payments, {dollars(posted.parked_cents)}{kinds}")
    table.add_row("at the bank", _at_the_bank(report.money))
    table.add_row("denied", f"{posted.denial_cases:,} lines, each with its case, reason, route and clocks")
    return table


def _at_the_bank(money: DepositsView) -> str:
    """What came in, and what waits on either side with its reason."""
    matched = next((each.count for each in money.deposit_states if each.state == "matched"), 0)
    states = [each.state for each in money.deposits] + [each.state for each in money.remittances]
    kinds = Counter(state.replace("_", " ") for state in states)
    waiting = ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items()))
    return (
        f"{matched:,} deposits matched, {dollars(money.matched_cents)}; waiting: "
        f"{dollars(money.unmatched_cents)} without remittance, {dollars(money.awaited_cents)} announced"
        f"{f' ({waiting})' if waiting else ''}"
    )


def _quality(report: DemoReport) -> Table:
    backtest = report.backtest
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("")
    for name in ("AUC", "average precision", "Brier", "ECE", f"precision at {backtest.capacity_a_day} claims a day"):
        table.add_column(name, justify="right")
    for row in backtest.lines:
        figures = (row.auc, row.average_precision, row.brier, row.ece, row.precision)
        table.add_row(row.contender, *("" if value is None else f"{value:.3f}" for value in figures))
    return table
