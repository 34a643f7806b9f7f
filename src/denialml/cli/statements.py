"""``denialml statements``: what patients owe, on paper."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from denialml.cli.options import DatabaseOption, HomeOption, JsonOption, PersonOption, day_of, finish, settings_of

statements_app = typer.Typer(help="Statements to patients.", no_args_is_help=True)


@statements_app.callback()
def _statements() -> None:
    """Statements to patients."""


@statements_app.command("make")
def statements_make(
    out: Annotated[Path, typer.Option("--out", help="Folder for the PDFs and their list.", show_default=False)],
    person: PersonOption,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of knowledge, if not today.", show_default=False)
    ] = None,
    at_least: Annotated[str, typer.Option("--at-least", help="Dollars; less is not asked for.")] = "0.01",
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a statement for each patient who owes something, and keep that it was sent."""
    from denialml.cli.progress import stages
    from denialml.service.clock import today
    from denialml.service.patients import amount_from_text
    from denialml.service.statements import make_statements

    settings = settings_of(home, database_url)
    with stages(quiet=as_json) as bars:
        report = make_statements(
            settings,
            out,
            as_of=day_of(as_of) or today(settings),
            person=person,
            at_least_cents=amount_from_text(at_least),
            progress=bars.stage("Writing statements"),
        )
        bars.done()
    finish(report, as_json=as_json, hide=("rows",))
