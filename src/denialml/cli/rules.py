"""``denialml rules``: the rules of scrubbing, and those of the practice itself."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from denialml.cli.options import (
    DatabaseOption,
    HomeOption,
    JsonOption,
    PersonOption,
    day_of,
    days_between,
    expand,
    finish,
    print_json,
    settings_of,
    the_file,
)

rules_app = typer.Typer(help="Rules that claims are scrubbed by.", no_args_is_help=True)

RuleArgument = Annotated[str, typer.Argument(help="The rule's number.", show_default=False)]
TaskArgument = Annotated[int, typer.Argument(help="The task's number.", show_default=False)]


@rules_app.command("list")
def rules_list(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List every rule, and what is wrong with those of the practice that cannot be used."""
    from denialml.service.rules import list_rules

    listed = list_rules(settings_of(home, None))
    finish(listed, as_json=as_json)


@rules_app.command("test")
def rules_test(
    rule: Annotated[str, typer.Argument(help="A rule's number, or the file of a new one.", show_default=False)],
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="837 files, with the 835 files that answer them; else the record.", show_default=False),
    ] = None,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try a rule on past claims: how many it would have held, and how many of those were denied."""
    from denialml.service.rules import try_rule

    tried = try_rule(settings_of(home, database_url), rule, expand(files, ("*",)) if files else ())
    finish(tried, as_json=as_json)


@rules_app.command("measure")
def rules_measure(
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Claims sent from that day on.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Claims sent up to that day.")] = None,
    missing: Annotated[int, typer.Option(help="Missing edits to show, the dearest first.", min=0)] = 20,
    as_json: JsonOption = False,
) -> None:
    """Measure every rule on the practice's own past: what it would have caught, and held for nothing."""
    from denialml.cli.progress import stages
    from denialml.service.edits import edit_report

    first, last = days_between(since, until)
    with stages(quiet=as_json) as bars:
        report = edit_report(
            settings_of(home, database_url),
            since=first or date.min,
            until=last,
            missing=missing,
            progress=bars.stage("Scrubbing past claims"),
        )
        bars.done()
    finish(report, as_json=as_json)


@rules_app.command("override")
def rules_override(
    claim: Annotated[str, typer.Argument(help="The claim's control number.", show_default=False)],
    rule: RuleArgument,
    person: PersonOption,
    reason: Annotated[str, typer.Option(help="Why it goes all the same.", show_default=False)],
    line: Annotated[int, typer.Option(help="The service line; 0 for the claim as a whole.", min=0)] = 0,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take an override back.")] = False,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
) -> None:
    """Send a claim in spite of a finding: it no longer holds the claim."""
    from denialml.scrub import Override
    from denialml.service.clock import today
    from denialml.service.rules import override_finding

    settings = settings_of(home, database_url)
    decided = Override(rule, reason, person, today(settings), line)
    override_finding(settings, claim, decided, withdraw=withdraw)
    typer.echo(f"{rule} is {'no longer ' if withdraw else ''}overridden on claim {claim}, line {line}")


@rules_app.command("missing")
def rules_missing(
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    every: Annotated[bool, typer.Option("--all", help="Also those closed, and those that rules meet now.")] = False,
    top: Annotated[int, typer.Option(help="How many to show, the dearest first.", min=1)] = 20,
    as_json: JsonOption = False,
) -> None:
    """Open a task for each kind of preventable denial that no rule finds, and list them."""
    from denialml.cli.progress import stages
    from denialml.cli.screens import print_rows, terminal
    from denialml.service.missingedits import missing_edits

    with stages(quiet=as_json) as bars:
        found = missing_edits(
            settings_of(home, database_url), every=every, progress=bars.stage("Scrubbing past claims")
        )
        bars.done()
    if as_json:
        print_json(found)
        return
    print_rows([{field.name: getattr(each, field.name) for field in fields(each)} for each in found[:top]])
    terminal().print(f"{min(top, len(found)):,} of {len(found):,} missing edits")


@rules_app.command("propose")
def rules_propose(
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Learn from what was known by that day.")
    ] = None,
    min_denials: Annotated[int, typer.Option(help="Denials that a proposal must have been learnt from.", min=2)] = 4,
    as_json: JsonOption = False,
) -> None:
    """Propose rules and contract rows from denials that no rule finds, each checked on a later part of the past."""
    from denialml.cli.progress import stages
    from denialml.scrub.proposing import Bar
    from denialml.service.proposals import propose_rules

    with stages(quiet=as_json) as bars:
        proposed = propose_rules(
            settings_of(home, database_url),
            until=day_of(until),
            bar=Bar(denials=min_denials),
            progress=bars.stage("Scrubbing past claims"),
        )
        bars.done()
    finish(proposed, as_json=as_json)


@rules_app.command("close")
def rules_close(
    task: TaskArgument,
    person: PersonOption,
    rule: Annotated[str, typer.Option(help="The rule that answers it.")] = "",
    reason: Annotated[str, typer.Option(help="Why no rule should.")] = "",
    home: HomeOption = None,
    database_url: DatabaseOption = None,
) -> None:
    """Close a missing edit: a rule answers it, or none should."""
    from denialml.service.missingedits import close_missing_edit

    close_missing_edit(settings_of(home, database_url), task, person=person, rule=rule, reason=reason)
    typer.echo(f"missing edit {task} is closed")


@rules_app.command("reopen")
def rules_reopen(
    task: TaskArgument,
    person: PersonOption,
    reason: Annotated[str, typer.Option(help="Why it is opened again.", show_default=False)],
    home: HomeOption = None,
    database_url: DatabaseOption = None,
) -> None:
    """Open a closed missing edit again."""
    from denialml.service.missingedits import reopen_missing_edit

    reopen_missing_edit(settings_of(home, database_url), task, person=person, reason=reason)
    typer.echo(f"missing edit {task} is open")


@rules_app.command("add")
def rules_add(
    file: Annotated[Path, typer.Argument(help="The rule's YAML file.", show_default=False)],
    home: HomeOption = None,
    database_url: DatabaseOption = None,
) -> None:
    """Take a rule of one's own in, as a draft."""
    from denialml.service.rules import add_rule

    change = add_rule(settings_of(home, database_url), the_file(file))
    typer.echo(f"{change.rule} is a {change.state} in {change.path}")


@rules_app.command("approve")
def rules_approve(
    rule: RuleArgument, person: PersonOption, home: HomeOption = None, database_url: DatabaseOption = None
) -> None:
    """Put a draft or a proposal in force."""
    from denialml.service.clock import today
    from denialml.service.rules import approve_rule

    settings = settings_of(home, database_url)
    typer.echo(f"{rule} is {approve_rule(settings, rule, person, today(settings)).state}")


@rules_app.command("retire")
def rules_retire(
    rule: RuleArgument, person: PersonOption, home: HomeOption = None, database_url: DatabaseOption = None
) -> None:
    """Switch an approved rule off."""
    from denialml.service.clock import today
    from denialml.service.rules import retire_rule

    settings = settings_of(home, database_url)
    typer.echo(f"{rule} is {retire_rule(settings, rule, person, today(settings)).state}")
