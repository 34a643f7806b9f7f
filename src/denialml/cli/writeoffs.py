"""``denialml writeoffs``: amounts that are given up, each asked for by one person and approved by another."""

from __future__ import annotations

from typing import Annotated

import typer

from denialml.cli.options import DatabaseOption, HomeOption, JsonOption, PersonOption, finish, finish_rows, settings_of
from denialml.cli.patients import AmountArgument

writeoffs_app = typer.Typer(help="Amounts given up, with approval.", no_args_is_help=True)

NumberArgument = Annotated[int, typer.Argument(help="The write-off's number.", show_default=False)]
NoteOption = Annotated[str, typer.Option("--note", help="What a later reader should know.")]


@writeoffs_app.command("propose")
def writeoffs_propose(
    claim: Annotated[str, typer.Argument(help="The claim's control number.", show_default=False)],
    amount: AmountArgument,
    owed_by: Annotated[str, typer.Option("--owed-by", help="patient or insurer.", show_default=False)],
    reason: Annotated[
        str,
        typer.Option(
            "--reason",
            help="small_balance or administrative; of a patient bad_debt or charity; of an insurer timely_filing or "
            "not_recoverable.",
            show_default=False,
        ),
    ],
    person: PersonOption,
    line: Annotated[
        int | None, typer.Option("--line", help="The line's number; 0 for the claim as a whole.", show_default=False)
    ] = None,
    note: NoteOption = "",
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask that an amount be given up; nothing is booked yet."""
    from denialml.service.patients import amount_from_text
    from denialml.service.writeoffs import propose

    settings, cents = settings_of(home, database_url), amount_from_text(amount)
    found = propose(settings, claim, line=line, owed_by=owed_by, cents=cents, reason=reason, person=person, note=note)
    finish(found, as_json=as_json)


@writeoffs_app.command("approve")
def writeoffs_approve(
    number: NumberArgument,
    person: PersonOption,
    note: NoteOption = "",
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Book a write-off; above the limit in the settings another person must do it than asked for it."""
    from denialml.service.writeoffs import approve

    finish(approve(settings_of(home, database_url), number, person=person, note=note), as_json=as_json)


@writeoffs_app.command("reject")
def writeoffs_reject(
    number: NumberArgument,
    person: PersonOption,
    note: NoteOption,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Refuse a write-off: the amount stays owed."""
    from denialml.service.writeoffs import reject

    finish(reject(settings_of(home, database_url), number, person=person, note=note), as_json=as_json)


@writeoffs_app.command("undo")
def writeoffs_undo(
    number: NumberArgument,
    person: PersonOption,
    note: NoteOption,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take an approved write-off back: the amount is owed again."""
    from denialml.service.writeoffs import undo

    finish(undo(settings_of(home, database_url), number, person=person, note=note), as_json=as_json)


@writeoffs_app.command("list")
def writeoffs_list(
    every: Annotated[bool, typer.Option("--all", help="Those decided as well.")] = False,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List write-offs that wait to be decided."""
    from denialml.service.writeoffs import list_write_offs

    rows = list_write_offs(settings_of(home, database_url), every=every)
    empty = "no write-off was asked for" if every else "no write-off waits to be decided"
    finish_rows(rows, as_json=as_json, empty=empty)
