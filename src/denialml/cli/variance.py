"""``denialml variance``: what payers allowed beside what their contracts say."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated

import typer

from denialml.cli.options import (
    DatabaseOption,
    DayOption,
    HomeOption,
    JsonOption,
    PersonOption,
    day_of,
    days_between,
    finish,
    print_json,
    settings_of,
)

variance_app = typer.Typer(help="Payments that are not as the contract says.", no_args_is_help=True)

CaseArgument = Annotated[int, typer.Argument(help="The case's number.", show_default=False)]
PayerOption = Annotated[str, typer.Option(help="Only this payer's, by its identifier.")]


@variance_app.command("report")
def variance_report(
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    payer: PayerOption = "",
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Decided from that day on.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Decided up to that day.")] = None,
    as_of: DayOption = None,
    top: Annotated[int, typer.Option(help="How many procedures to show, the most underpaid first.", min=1)] = 20,
    as_json: JsonOption = False,
) -> None:
    """Lay every paid line beside its contract: by payer and procedure, and what cannot be told."""
    from denialml.cli.progress import stages
    from denialml.service.variance import variance_report as report_of

    first, last = days_between(since, until)
    with stages(quiet=as_json) as bars:
        report = report_of(
            settings_of(home, database_url),
            payer=payer,
            since=first,
            until=last,
            as_of=day_of(as_of),
            progress=bars.stage("Pricing paid claims"),
        )
        bars.done()
    finish(report if as_json else replace(report, procedures=report.procedures[:top]), as_json=as_json)


@variance_app.command("list")
def variance_list(
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    payer: PayerOption = "",
    every: Annotated[bool, typer.Option("--all", help="Also those that are not open any more.")] = False,
    as_of: DayOption = None,
    top: Annotated[int, typer.Option(help="How many to show, the dearest first.", min=1)] = 20,
    as_json: JsonOption = False,
) -> None:
    """Open a case for each underpayment, and list them with the steps of the computation."""
    from denialml.cli.progress import stages
    from denialml.cli.screens import terminal
    from denialml.cli.variance_screen import show_cases
    from denialml.service.variance import variance_cases

    with stages(quiet=as_json) as bars:
        found = variance_cases(
            settings_of(home, database_url),
            payer=payer,
            every=every,
            as_of=day_of(as_of),
            progress=bars.stage("Pricing paid claims"),
        )
        bars.done()
    if as_json:
        print_json(found)
    else:
        show_cases(found, top, terminal())


@variance_app.command("close")
def variance_close(
    case: CaseArgument,
    person: PersonOption,
    reason: Annotated[str, typer.Option(help="Why nothing more is to be done.", show_default=False)],
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Close a case."""
    from denialml.service.variance import close_variance

    close_variance(settings_of(home, database_url), case, person=person, reason=reason)
    _tell(case, "closed", as_json=as_json)


@variance_app.command("reopen")
def variance_reopen(
    case: CaseArgument,
    person: PersonOption,
    reason: Annotated[str, typer.Option(help="Why it is opened again.", show_default=False)],
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open a closed case again."""
    from denialml.service.variance import reopen_variance

    reopen_variance(settings_of(home, database_url), case, person=person, reason=reason)
    _tell(case, "open", as_json=as_json)


def _tell(case: int, state: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"case": case, "state": state})
    else:
        typer.echo(f"variance case {case} is {state}")
