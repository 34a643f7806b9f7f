"""``denialml ledger``: the books as a manager reads them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from denialml.cli.options import (
    DatabaseOption,
    HomeOption,
    JsonOption,
    PersonOption,
    ReasonOption,
    day_of,
    days_between,
    finish,
    settings_of,
)
from denialml.errors import StorageError, UsageError

if TYPE_CHECKING:
    from denialml.settings import Settings

ledger_app = typer.Typer(
    help="The books: balances, receivables by age, periods, and their checks.", no_args_is_help=True
)

_DAY = ["%Y-%m-%d"]
AsOfOption = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=_DAY, help="By what was booked through that day.", show_default=False),
]
FromOption = Annotated[str, typer.Option("--from", help="Age from the day of service, or sent.")]


@ledger_app.command("trial")
def ledger_trial(
    home: HomeOption = None, database_url: DatabaseOption = None, as_of: AsOfOption = None, as_json: JsonOption = False
) -> None:
    """Trial balance: debits, credits and balance of every account; exit 13 when they are not equal."""
    from denialml.money import dollars
    from denialml.service.ledger import trial_balance

    settings = settings_of(home, database_url)
    report = trial_balance(settings, _as_of(settings, as_of))
    finish(report, as_json=as_json)
    if report.difference_cents:
        _alarm(f"THE BOOKS ARE OUT OF BALANCE by {dollars(report.difference_cents)}")


@ledger_app.command("aging")
def ledger_aging(
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_of: AsOfOption = None,
    group_by: Annotated[str, typer.Option(help="payer, patient or provider.")] = "payer",
    counted_from: FromOption = "service",
    top: Annotated[int, typer.Option(help="Groups to show of each account, the largest first.", min=1)] = 50,
    as_json: JsonOption = False,
) -> None:
    """Open receivables by age, credits apart; they tie to the trial balance, else exit 13."""
    from denialml.ledger import CountFrom, GroupBy
    from denialml.money import dollars
    from denialml.service.ledger import aging

    settings = settings_of(home, database_url)
    report = aging(
        settings,
        _as_of(settings, as_of),
        by=_one_of(GroupBy, group_by),
        counted_from=_one_of(CountFrom, counted_from),
        top=top,
    )
    finish(report, as_json=as_json)
    if report.difference_cents:
        _alarm(f"RECEIVABLES DIFFER FROM THE TRIAL BALANCE by {dollars(report.difference_cents)}")


@ledger_app.command("drill")
def ledger_drill(
    account: Annotated[
        str, typer.Argument(help="An account, as the trial balance names it; without one, that is shown.")
    ] = "",
    payer: Annotated[str, typer.Option(help="Only claims of this payer, as aging names it.")] = "",
    bucket: Annotated[str, typer.Option(help="Only claims in this bucket: 0-30, 31-60, ... over-120.")] = "",
    day: Annotated[
        datetime | None, typer.Option(formats=_DAY, help="What was booked on that day.", show_default=False)
    ] = None,
    claim: Annotated[str, typer.Option(help="What was booked on this claim.")] = "",
    transaction: Annotated[int, typer.Option(help="This transaction, with its X12 segments.", min=0)] = 0,
    person: Annotated[str, typer.Option("--by", help="Who looks; needed to see segments.")] = "",
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_of: AsOfOption = None,
    counted_from: FromOption = "service",
    top: Annotated[int, typer.Option(help="Claims to show, the largest first.", min=1)] = 50,
    as_json: JsonOption = False,
) -> None:
    """Follow a total down: account, claims or days, transactions, entries, and the segments that they came from."""
    from denialml.ledger import CountFrom
    from denialml.service import ledger_drill as drill
    from denialml.service.clock import now
    from denialml.service.ledger import trial_balance

    settings = settings_of(home, database_url)
    through = _as_of(settings, as_of)
    report: Any
    if transaction:
        report = drill.drill_transaction(settings, transaction, person=person, at=now())
        if not as_json:
            _show_transaction(report)
            return
    elif claim:
        report = drill.drill_claim(settings, claim, through, account=account)
    elif day:
        report = drill.drill_day(settings, account, day.date())
    elif not account:
        report = trial_balance(settings, through)
    else:
        since = _one_of(CountFrom, counted_from)
        report = drill.drill_account(
            settings, account, through, payer=payer, bucket=bucket, counted_from=since, top=top
        )
    finish(report, as_json=as_json)


@ledger_app.command("close")
def ledger_close(
    through: Annotated[datetime, typer.Option(formats=_DAY, help="Last day of the period.", show_default=False)],
    person: PersonOption,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Close the books through a day: what comes later for these days is booked on the first open one."""
    from denialml.service.clock import now, today
    from denialml.service.ledger_periods import close_period

    settings = settings_of(home, database_url)
    report = close_period(settings, through.date(), person=person, today=today(settings), at=now())
    finish(report, as_json=as_json)


@ledger_app.command("reopen")
def ledger_reopen(
    person: PersonOption,
    reason: ReasonOption,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open the last closed period again."""
    from denialml.service.clock import now, today
    from denialml.service.ledger_periods import reopen_period

    settings = settings_of(home, database_url)
    report = reopen_period(settings, person=person, reason=reason, today=today(settings), at=now())
    finish(report, as_json=as_json)


@ledger_app.command("periods")
def ledger_periods(
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    verify: Annotated[bool, typer.Option("--verify", help="Recompute closed periods and compare.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List closed periods; with --verify, exit 13 when one is not as it was closed."""
    from denialml.service.ledger_periods import list_periods

    report = list_periods(settings_of(home, database_url), verify=verify)
    finish(report, as_json=as_json)
    if report.problems:
        _alarm("A CLOSED PERIOD WAS CHANGED")


@ledger_app.command("autopost")
def ledger_autopost(
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    since: Annotated[datetime | None, typer.Option(formats=_DAY, help="What came on that day or later.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=_DAY, help="What came on that day or earlier.")] = None,
    as_json: JsonOption = False,
) -> None:
    """How much was posted without a person, by payer and month, and why not the rest."""
    from denialml.service.autopost import autopost

    finish(autopost(settings_of(home, database_url), *days_between(since, until)), as_json=as_json)


@ledger_app.command("verify")
def ledger_verify(
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make the sums anew from the entries first.")] = False,
    top: Annotated[int, typer.Option(help="Breaches to show of each law.", min=1)] = 20,
    as_json: JsonOption = False,
) -> None:
    """Check every law of the books; exit 13 when one is broken."""
    from denialml.service.ledger_verify import verify

    report = verify(settings_of(home, database_url), top=top, rebuild=rebuild)
    finish(report, as_json=as_json)
    if report.breaches:
        _alarm(f"THE BOOKS BREAK THEIR OWN LAWS: {report.breaches:,} times")


def _show_transaction(report: Any) -> None:
    """With its segments one below the other."""
    from denialml.cli.screens import show

    show(report, hide=("segments",))
    for segment in report.segments:
        typer.echo(segment)


def _as_of(settings: Settings, moment: datetime | None) -> date:
    from denialml.service.clock import today

    return day_of(moment) or today(settings)


def _one_of(kind: Any, word: str) -> Any:
    if word not in set(kind):
        raise UsageError(f"{word} is none of {', '.join(kind)}")
    return kind(word)


def _alarm(message: str) -> None:
    """Say it loudly and end as a failure of storage does."""
    typer.secho(f"denialml: {message}", err=True, fg=typer.colors.RED, bold=True)
    raise typer.Exit(StorageError.exit_code)
