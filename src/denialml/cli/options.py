"""Words that several commands share, and how a value is printed as JSON."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from denialml.errors import BadInputError, NotFoundError, UsageError

if TYPE_CHECKING:
    from denialml.settings import Settings

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
HomeOption = Annotated[
    Path | None,
    typer.Option("--home", envvar="DENIALML_HOME", help="Folder of this practice's data.", show_default=False),
]
DatabaseOption = Annotated[
    str | None,
    typer.Option("--database-url", envvar="DENIALML_DATABASE_URL", help="Another database.", show_default=False),
]
DayOption = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of knowledge instead of today.", show_default=False)
]
PersonOption = Annotated[str, typer.Option("--by", help="Who does it.", show_default=False)]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why.", show_default=False)]
FilesArgument = Annotated[list[Path], typer.Argument(help="Files, or folders of files.", show_default=False)]


def expand(paths: Sequence[Path], patterns: tuple[str, ...]) -> list[Path]:
    """The files named, and those of a folder named that match a pattern, by name.

    Raises:
        NotFoundError: a path does not exist, or a folder holds no such file.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.is_file() and any(p.match(x) for x in patterns))
            if not inside:
                raise NotFoundError(f"{path}: no file there matches {' or '.join(patterns)}")
            files.extend(inside)
        elif path.exists():
            files.append(path)
        else:
            raise NotFoundError(f"{path}: no such file")
    return files


def the_file(path: Path) -> Path:
    """A file that is named on its own.

    Raises:
        NotFoundError: it does not exist.
        UsageError: it is a folder.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a folder: name a file")
    if not path.exists():
        raise NotFoundError(f"{path}: no such file")
    return path


def days_between(since: datetime | None, until: datetime | None) -> tuple[date | None, date | None]:
    """The first and the last day that options name, if any.

    Raises:
        UsageError: they end before they begin.
    """
    first, last = day_of(since), day_of(until)
    if first and last and first > last:
        raise UsageError(f"--since {first} is after --until {last}")
    return first, last


def print_json(value: Any) -> None:
    """A report as JSON: cents stay integers, days become ISO dates."""
    from denialml.cli.screens import plain_value

    typer.echo(json.dumps(plain_value(value), indent=2))


def settings_of(home: Path | None, database_url: str | None) -> Settings:
    """The settings in force."""
    from denialml.settings import load

    return load(home, database_url)


def day_of(moment: datetime | None) -> date | None:
    """The day that an option names, if any."""
    return moment.date() if moment else None


def finish(report: Any, *, as_json: bool, hide: Collection[str] = ()) -> None:
    """Print a report; end with exit code 10 when it says that some of the input could not be read.

    ``hide`` names its fields that JSON tells and a table does not.
    """
    if as_json:
        print_json(report)
    else:
        from denialml.cli import screens

        if hasattr(report, "files"):
            screens.show_files(report)
        else:
            screens.show(report, hide=hide)
    if getattr(report, "unreadable_files", 0):
        raise typer.Exit(BadInputError.exit_code)


def finish_rows(rows: Sequence[Any], *, as_json: bool, empty: str = "") -> None:
    """Print rows, which are dataclasses, as a table; ``empty`` instead of a table that would have none."""
    if as_json:
        print_json(rows)
    elif empty and not rows:
        typer.echo(empty)
    else:
        from denialml.cli.screens import print_rows

        print_rows([asdict(row) for row in rows])
