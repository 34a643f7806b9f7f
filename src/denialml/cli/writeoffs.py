"""``denialml writeoffs``: amounts that are given up, each asked for by one person and approved by another."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from denialml.cli.options import HomeOption, JsonOption, print_json
from denialml.cli.patients import AmountArgument, DatabaseOption, PersonOption

if TYPE_CHECKING:
    from denialml.service.writeoffs import WriteOffRow
    from denialml.settings import Settings

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
    by: PersonOption,
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

    settings, cents = _settings(home, database_url), amount_from_text(amount)
    found = propose(settings, claim, line=line, owed_by=owed_by, cents=cents, reason=reason, person=by, note=note)
    _show(found, as_json=as_json)


@writeoffs_app.command("approve")
def writeoffs_approve(
    number: NumberArgument,
    by: PersonOption,
    note: NoteOption = "",
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Book a write-off; above the limit in the settings another person must do it than asked for it."""
    from denialml.service.writeoffs import approve

    _show(approve(_settings(home, database_url), number, person=by, note=note), as_json=as_json)


@writeoffs_app.command("reject")
def writeoffs_reject(
    number: NumberArgument,
    by: PersonOption,
    note: NoteOption,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Refuse a write-off: the amount stays owed."""
    from denialml.service.writeoffs import reject

    _show(reject(_settings(home, database_url), number, person=by, note=note), as_json=as_json)


@writeoffs_app.command("undo")
def writeoffs_undo(
    number: NumberArgument,
    by: PersonOption,
    note: NoteOption,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take an approved write-off back: the amount is owed again."""
    from denialml.service.writeoffs import undo

    _show(undo(_settings(home, database_url), number, person=by, note=note), as_json=as_json)


@writeoffs_app.command("list")
def writeoffs_list(
    every: Annotated[bool, typer.Option("--all", help="Those decided as well.")] = False,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List write-offs that wait to be decided."""
    from denialml.service.writeoffs import list_write_offs

    found = list_write_offs(_settings(home, database_url), every=every)
    if as_json:
        print_json(found)
    else:
        from denialml.cli.screens import print_rows

        print_rows([asdict(each) for each in found])


def _settings(home: Path | None, database_url: str | None) -> Settings:
    from denialml.settings import load

    return load(home, database_url)


def _show(row: WriteOffRow, *, as_json: bool) -> None:
    if as_json:
        print_json(row)
    else:
        from denialml.cli.screens import show

        show(row)
