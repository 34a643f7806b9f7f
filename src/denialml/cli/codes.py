"""``denialml codes``: code tables from publishers' own files."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from denialml.cli.options import FilesArgument, HomeOption, JsonOption, expand, print_json

if TYPE_CHECKING:
    from denialml.settings import Settings

codes_app = typer.Typer(help="Code tables: ICD-10-CM, HCPCS, NCCI, fee schedule, coverage.", no_args_is_help=True)

_ANY = ("*.zip", "*.txt", "*.csv", "*.xlsx", "*.xml", "*.gz")


@codes_app.command("load")
def codes_load(
    files: FilesArgument,
    home: HomeOption = None,
    effective: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="First day the files stand, where they do not say.", show_default=False
        ),
    ] = None,
    release: Annotated[
        str | None, typer.Option(help="Name of their release; the first day unless given.", show_default=False)
    ] = None,
    examples: Annotated[int, typer.Option(min=0, help="Codes to show of each kind of change.")] = 5,
    as_json: JsonOption = False,
) -> None:
    """Read publishers' files as they were published; show what changed since the release before."""
    from denialml.service.codes import load_files

    report = load_files(
        _settings(home), expand(files, _ANY), release=release, effective=_day(effective), examples=examples
    )
    _print(report, as_json=as_json)


@codes_app.command("list")
def codes_list(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the tables that are loaded: releases, rows, and the days they speak of."""
    from denialml.cli.screens import plain_value, print_rows
    from denialml.service.codes import loaded_releases

    releases = loaded_releases(_settings(home))
    if as_json:
        print_json(releases)
    elif releases:
        print_rows([plain_value(each) for each in releases])
    else:
        typer.echo("no code table is loaded; `denialml codes load FILE...` reads publishers' files")


@codes_app.command("show")
def codes_show(
    table: Annotated[str, typer.Argument(help="A table, as `codes list` names it.")],
    code: Annotated[str, typer.Argument(help="A code, or the codes of a pair: 11042-97597.")],
    home: HomeOption = None,
    on: Annotated[
        datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="Date of service.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a table says of a code on a day, and all its intervals."""
    from denialml.cli.screens import plain_value, print_rows
    from denialml.service.codes import show_code

    shown = show_code(_settings(home), table, code, _day(on))
    if as_json:
        print_json(shown)
        return
    known = "in force" if shown.in_force else "not in force"
    stale = "" if shown.covered else " (no release that is loaded speaks of that day)"
    typer.echo(f"{shown.table} {shown.code} on {shown.on}: {known}{stale}")
    print_rows([plain_value(row) for row in shown.history])


def _settings(home: Path | None) -> Settings:
    from denialml.settings import load

    return load(home)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _print(report: Any, *, as_json: bool) -> None:
    if as_json:
        print_json(report)
    else:
        from denialml.cli.screens import show

        show(report)
