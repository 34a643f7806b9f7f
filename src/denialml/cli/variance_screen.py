"""Underpayments in a terminal: one block for each case, what it is short of first, then how that is computed."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from denialml.money import dollars
from denialml.service.variance import VarianceCase


def show_cases(cases: Sequence[VarianceCase], top: int, out: Console) -> None:
    """The first cases of a list, each with its steps."""
    for each in cases[:top]:
        out.print(
            Text.assemble(
                (f"case {each.case}", "bold"),
                f" ({each.state})   ",
                (f"{dollars(each.short_cents)} short", "bold red"),
                f": {dollars(each.allowed_cents)} allowed of {dollars(each.expected_cents)}   ",
                (each.control_number, "cyan"),
                f" line {each.line}   {each.procedure}   {each.payer}   paid {each.paid_on}",
            )
        )
        for step in each.steps:
            out.print(f"       {step.words}  [{step.source}]", style="dim")
        if each.reason:
            out.print(f"       {each.person}: {each.reason}")
    short = sum(each.short_cents for each in cases)
    out.print(f"{min(top, len(cases)):,} of {len(cases):,} cases, {dollars(short)} short in all")
