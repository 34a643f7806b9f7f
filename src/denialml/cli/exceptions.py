"""``denialml exceptions``: what waits for a person, and what people decide about it."""

from __future__ import annotations

from typing import Annotated

import typer

from denialml.cli.options import (
    DatabaseOption,
    HomeOption,
    JsonOption,
    PersonOption,
    ReasonOption,
    finish,
    finish_rows,
    print_json,
    settings_of,
)

exceptions_app = typer.Typer(help="What waits for a person: money and messages that fit nothing.", no_args_is_help=True)

ItemArgument = Annotated[int, typer.Argument(help="Its number in the queue.", show_default=False)]


@exceptions_app.command("list")
def exceptions_list(
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    kind: Annotated[str, typer.Option(help="Only those of this kind.")] = "",
    owner: Annotated[str, typer.Option(help="Only those of this person.")] = "",
    older_than: Annotated[int, typer.Option(min=0, help="Only those of at least so many days.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """List what waits: kind, age, money, owner, and what may be decided."""
    from denialml.service.exceptions import list_exceptions

    report = list_exceptions(settings_of(home, database_url), kind=kind, owner=owner, older_than=older_than)
    if as_json:
        print_json(report)
    else:
        from denialml.cli.queue_screens import show_exceptions

        show_exceptions(report)


@exceptions_app.command("assign")
def exceptions_assign(
    item: ItemArgument,
    owner: Annotated[str, typer.Option("--to", help="Whose task it is.", show_default=False)],
    person: PersonOption,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make it somebody's task."""
    from denialml.service.exceptions import assign

    done = assign(settings_of(home, database_url), item, owner=owner, person=person)
    if as_json:
        print_json(done)
    else:
        from denialml.cli.queue_screens import show_assignment

        show_assignment(done)


@exceptions_app.command("resolve")
def exceptions_resolve(
    item: ItemArgument,
    action: Annotated[str, typer.Argument(help="What is decided; the list names what may be.", show_default=False)],
    person: PersonOption,
    reason: ReasonOption,
    claim: Annotated[str, typer.Option(help="Our claim (place, apply).")] = "",
    version: Annotated[int, typer.Option(help="Which of its versions, from 1 (place); 0: as found.")] = 0,
    bears: Annotated[
        list[str] | None, typer.Option(help="GROUP-REASON=HOW: who bears an adjustment (classify).")
    ] = None,
    account: Annotated[str, typer.Option(help="The account of the books (book).")] = "",
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decide about it: place, classify, accept, apply, return, dismiss, book, supersede or release."""
    from denialml.service.exceptions import resolve

    said = dict(each.partition("=")[::2] for each in bears or [])
    done = resolve(
        settings_of(home, database_url),
        item,
        action,
        person=person,
        reason=reason,
        claim=claim,
        version=version,
        bears=said,
        account=account,
    )
    finish(done, as_json=as_json)


@exceptions_app.command("decisions")
def exceptions_decisions(
    home: HomeOption = None, database_url: DatabaseOption = None, as_json: JsonOption = False
) -> None:
    """List the decisions that stand."""
    from denialml.service.exceptions import list_decisions

    finish_rows(list_decisions(settings_of(home, database_url)), as_json=as_json, empty="no decision stands")


@exceptions_app.command("undo")
def exceptions_undo(
    decision: Annotated[int, typer.Argument(help="The decision's number.", show_default=False)],
    person: PersonOption,
    reason: ReasonOption,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a decision back: what it booked is corrected."""
    from denialml.service.exceptions import undo

    done = undo(settings_of(home, database_url), decision, person=person, reason=reason)
    finish(done, as_json=as_json)
