"""``denialml deposits``: money at the bank, and the remittances that it pays."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from denialml.cli.options import (
    DatabaseOption,
    DayOption,
    FilesArgument,
    HomeOption,
    JsonOption,
    PersonOption,
    ReasonOption,
    day_of,
    days_between,
    expand,
    finish,
    settings_of,
)

deposits_app = typer.Typer(help="Money at the bank, and the remittances that it pays.", no_args_is_help=True)

DepositArgument = Annotated[int, typer.Argument(help="The deposit's number.", show_default=False)]
_DAY = ["%Y-%m-%d"]


@deposits_app.command("import")
def deposits_import(
    files: FilesArgument,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    known_on: DayOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take bank files in (NACHA, BAI2, CSV), and match what came in with the remittances posted."""
    from denialml.cli.progress import stages
    from denialml.service.deposits import import_deposits

    paths = expand(files, ("*.ach", "*.nacha", "*.bai", "*.bai2", "*.csv", "*.txt"))
    with stages(quiet=as_json) as bars:
        report = import_deposits(
            settings_of(home, database_url),
            paths,
            known_on=day_of(known_on),
            progress=bars.stage("Taking in deposits", len(paths)),
        )
    finish(report, as_json=as_json)


@deposits_app.command("list")
def deposits_list(
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only what is not matched.")] = False,
    since: Annotated[datetime | None, typer.Option(formats=_DAY, help="Money of that day or later.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=_DAY, help="Money of that day or earlier.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show where deposits and the money of remittances stand."""
    from denialml.service.clock import today
    from denialml.service.deposits import view

    settings = settings_of(home, database_url)
    first, last = days_between(since, until)
    finish(view(settings, today=today(settings), waiting=waiting, since=first, until=last), as_json=as_json)


@deposits_app.command("match")
def deposits_match(
    deposit: DepositArgument,
    remittances: Annotated[list[int], typer.Argument(help="The remittances' numbers.", show_default=False)],
    person: PersonOption,
    reason: ReasonOption,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Match a deposit with remittances; refused when their amounts differ."""
    from denialml.service.clock import now, today
    from denialml.service.deposits import match

    settings = settings_of(home, database_url)
    done = match(settings, deposit, remittances, person=person, reason=reason, at=now(), known_on=today(settings))
    finish(done, as_json=as_json)


@deposits_app.command("unmatch")
def deposits_unmatch(
    deposit: DepositArgument,
    person: PersonOption,
    reason: ReasonOption,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Undo a deposit's match, by whomever it was made; from then on only a person matches it."""
    from denialml.service.clock import now, today
    from denialml.service.deposits import unmatch

    settings = settings_of(home, database_url)
    done = unmatch(settings, deposit, person=person, reason=reason, at=now(), known_on=today(settings))
    finish(done, as_json=as_json)
