"""``denialml eob``: explanations of benefits on paper, typed or read from documents."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from denialml.cli.options import DatabaseOption, HomeOption, JsonOption, day_of, finish, settings_of, the_file

eob_app = typer.Typer(help="Explanations of benefits on paper.", no_args_is_help=True)


@eob_app.command("enter")
def eob_enter(
    file: Annotated[Path, typer.Argument(help="YAML or CSV of one check, typed or drafted.", show_default=False)],
    person: Annotated[str, typer.Option("--by", help="Who answers for these values.", show_default=False)],
    document: Annotated[
        Path | None, typer.Option(help="The document that a draft was read from.", show_default=False)
    ] = None,
    received_on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day it came, if not today.", show_default=False),
    ] = None,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Post a check that came on paper, in a person's name; refuse what does not balance and say where."""
    from denialml.service import clock
    from denialml.service.eob import enter_file
    from denialml.service.posting import report_of

    settings = settings_of(home, database_url)
    posted = enter_file(
        settings,
        the_file(file),
        person=person,
        document=the_file(document) if document else None,
        received_on=day_of(received_on) or clock.today(settings),
        at=clock.now(),
    )
    finish(report_of((posted,)), as_json=as_json)


@eob_app.command("read")
def eob_read(
    file: Annotated[Path, typer.Argument(help="A PDF, or a picture (PNG, JPEG, TIFF) of a page.", show_default=False)],
    out: Annotated[Path, typer.Option(help="The draft to write, YAML.", show_default=False)],
    as_json: JsonOption = False,
) -> None:
    """Draft an entry from a document, with page, box and confidence of each value. Posts nothing."""
    from denialml.service.eob import read_file

    finish(read_file(the_file(file), out), as_json=as_json)
