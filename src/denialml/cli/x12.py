"""``denialml x12``: looking at X12 files, checking, answering and comparing them, without storing anything."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from denialml.cli.options import FilesArgument, JsonOption, expand, print_json, the_file
from denialml.errors import BadInputError

x12_app = typer.Typer(help="X12 files, without storing anything.", no_args_is_help=True)

EveryOption = Annotated[bool, typer.Option("--findings", help="List every finding, not one of each kind.")]
_ANY = ("*",)
_HERE = Path()


@x12_app.command("read")
def x12_read(
    files: FilesArgument,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print every value read, one JSON object a line. People are shown in clear.")
    ] = False,
    every: EveryOption = False,
) -> None:
    """Read X12 files whole and say what is in them, or where and why reading stopped."""
    from denialml.cli.screens import finding_lines, print_rows
    from denialml.service.x12files import read_file

    outcomes = [read_file(path, typer.echo if as_json else None) for path in expand(files, _ANY)]
    if not as_json:
        print_rows([outcome.row() for outcome in outcomes])
        for outcome in outcomes:
            for line in finding_lines(outcome.path.name, outcome.findings, every=every):
                typer.echo(line)
    _end(whole=all(outcome.whole for outcome in outcomes))


@x12_app.command("validate")
def x12_validate(
    files: FilesArgument,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line: faults, then files.")] = False,
    snip: Annotated[int, typer.Option(min=1, max=4, help="Highest WEDI SNIP type to check.")] = 4,
    every: EveryOption = False,
) -> None:
    """Check X12 files against the implementation guides: WEDI SNIP types 1 to 4."""
    from denialml.cli.screens import print_rows
    from denialml.service.x12files import check_file

    paths = expand(files, _ANY)
    checks = [check_file(path, typer.echo, highest=snip, as_json=as_json, every=every) for path in paths]
    if not as_json:
        print_rows([check.row() for check in checks])
    _end(whole=all(check.sound for check in checks))


@x12_app.command("ack")
def x12_ack(
    files: FilesArgument,
    out: Annotated[Path, typer.Option("--out", help="Folder the answers are written to.")] = _HERE,
    control_number: Annotated[
        int, typer.Option(min=1, max=999_999_999, help="Control number of the first answer; the next ones count on.")
    ] = 1,
    as_json: JsonOption = False,
) -> None:
    """Answer X12 files as their receiver: a 999 for each group, a TA1 where the envelope needs one."""
    from denialml.cli.screens import print_rows
    from denialml.service.clock import now
    from denialml.service.x12answers import answer_files

    answers = list(answer_files(expand(files, _ANY), out, control_number=control_number, created_at=now()))
    if as_json:
        print_json(answers)
    else:
        print_rows([answer.row() for answer in answers])
    _end(whole=all(answer.accepted for answer in answers))


@x12_app.command("stats")
def x12_stats(files: FilesArgument, as_json: JsonOption = False) -> None:
    """Count what is in X12 files: transactions, loops, segments, claims, money and adjustments."""
    from denialml.cli.screens import print_rows
    from denialml.service.x12files import count_file

    paths = expand(files, _ANY)
    counts = [count_file(path) for path in paths]
    if as_json:
        print_json([{"file": path.name, "counts": rows} for path, rows in zip(paths, counts, strict=True)])
    else:
        for path, rows in zip(paths, counts, strict=True):
            typer.echo(path.name)
            print_rows(rows)
    _end(whole=all(row["what"] != "stopped" for rows in counts for row in rows))


@x12_app.command("diff")
def x12_diff(
    first: Annotated[Path, typer.Argument(help="One file.")],
    second: Annotated[Path, typer.Argument(help="The other file.")],
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Print claim numbers and values too, which may identify people.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Compare two X12 files claim by claim, whatever their delimiters."""
    from denialml.service.x12files import compare_files

    count = compare_files(the_file(first), the_file(second), typer.echo, show_values=show_values, as_json=as_json)
    typer.echo(f"{count or 'no'} differences", err=True)


@x12_app.command("anonymise")
def x12_anonymise(
    files: FilesArgument,
    out: Annotated[Path, typer.Option("--out", help="Folder the made-up files are written to.", show_default=False)],
    key: Annotated[
        str, typer.Option(envvar="DENIALML_ANONYMISE_KEY", help="Secret of at least 8 characters.", show_default=False)
    ],
    as_json: JsonOption = False,
) -> None:
    """Write X12 files anew with made-up people: same structure, and the same people in every file of one key."""
    from denialml.cli.screens import print_rows
    from denialml.service.x12files import anonymise_file

    done = [anonymise_file(path, out, key.encode()) for path in expand(files, _ANY)]
    if as_json:
        print_json(done)
    else:
        print_rows(done)


def _end(*, whole: bool) -> None:
    """End with the exit code for bad input unless everything was whole."""
    if not whole:
        raise typer.Exit(BadInputError.exit_code)
