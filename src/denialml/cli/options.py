"""Words that several commands share, and how a value is printed as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from denialml.errors import NotFoundError

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


def print_json(value: Any) -> None:
    """A report as JSON: cents stay integers, days become ISO dates."""
    from denialml.cli.screens import plain_value

    typer.echo(json.dumps(plain_value(value), indent=2))
