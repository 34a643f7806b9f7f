"""The command line is of one piece: the same option means the same in every command, and no traceback is ever shown."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import typer

from denialml import cli
from denialml.cli.options import days_between, the_file
from denialml.errors import NotFoundError, UsageError

# What opens no store: files alone, the home's code tables, the rules that come with denialml.
STORELESS = {"simulate", "rules list", "eob read", "codes load", "codes list", "codes show"}


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    """Every command with its options."""
    for name, each in group.commands.items():
        if hasattr(each, "commands"):
            yield from commands(each, (*path, name))
        else:
            yield " ".join((*path, name)), {option for param in each.params for option in param.opts}


COMMANDS = dict(commands(typer.main.get_command(cli.app)))


def test_every_command_that_opens_the_store_takes_another_database() -> None:
    without = {name for name, options in COMMANDS.items() if "--database-url" not in options}
    assert {name for name in without if not name.startswith("x12 ")} == STORELESS


def test_a_person_is_named_with_by_and_nothing_else_is() -> None:
    assert not [name for name, options in COMMANDS.items() if "--person" in options]
    decided = {"exceptions assign", "deposits match", "eob enter", "ledger close", "patients pay", "rules approve"}
    assert {name for name, options in COMMANDS.items() if "--by" in options} >= decided
    assert "--by" not in COMMANDS["ledger aging"]


def ended(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception) -> tuple[Any, str]:
    """The exit code and the words of a run in which an error comes up."""

    def fail() -> None:
        raise error

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(SystemExit) as end:
        cli.main()
    return end.value.code, capsys.readouterr().err


def test_a_bug_tells_where_it_is_and_nothing_of_anybody(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = ended(monkeypatch, capsys, ValueError("PATIENT SMITH"))
    assert code == 1
    assert "ValueError > cli/__init__.py:" in said
    assert "SMITH" not in said
    assert "Traceback" not in said


def test_a_failing_disk_ends_as_storage_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = ended(monkeypatch, capsys, OSError(28, "No space left on device", "out.pdf"))
    assert (code, said) == (13, "denialml: out.pdf: No space left on device\n")


def test_one_file_is_a_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder: name a file"):
        the_file(tmp_path)
    with pytest.raises(NotFoundError, match="no such file"):
        the_file(tmp_path / "none")
    assert the_file(Path(sys.executable)) == Path(sys.executable)


def test_days_do_not_end_before_they_begin() -> None:
    june, july = datetime(2026, 6, 1), datetime(2026, 7, 1)
    assert days_between(june, june) == (june.date(), june.date())
    assert days_between(july, None) == (july.date(), None)
    with pytest.raises(UsageError, match="--since 2026-07-01 is after --until 2026-06-01"):
        days_between(july, june)
