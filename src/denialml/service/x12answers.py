"""Answering X12 files: a TA1 and the 999s that a receiver owes their sender."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from denialml import x12
from denialml.claims import FunctionalAcknowledgement, InterchangeAcknowledgement
from denialml.service.newfile import new_file
from denialml.x12.acknowledge import acknowledge
from denialml.x12.events import MessageRead, X12Error

SUFFIX = ".999"


@dataclass(frozen=True, slots=True)
class AnsweredFile:
    """The answer to one file: where it stands, and what it says. ``error`` is set when nobody could be answered.

    ``interchanges`` is how many control numbers the answer took.
    """

    path: Path
    answer: Path | None
    groups: int = 0
    sets_received: int = 0
    sets_accepted: int = 0
    interchange: str = ""
    interchanges: int = 0
    error: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the sender is told that everything was accepted."""
        return not self.error and self.sets_accepted == self.sets_received and "R" not in self.interchange

    def row(self) -> dict[str, str | int]:
        """The answer as one row of a table."""
        return {
            "file": self.path.name,
            "answer": self.answer.name if self.answer else "",
            "groups": self.groups,
            "sets_received": self.sets_received,
            "sets_accepted": self.sets_accepted,
            "TA1": self.interchange,
            "error": self.error,
        }


def answer_files(
    paths: Iterable[Path], folder: Path, *, control_number: int, created_at: datetime
) -> Iterator[AnsweredFile]:
    """Answer one file after the other; control numbers count on from one to the next."""
    for path in paths:
        answered = answer_file(path, folder, control_number=control_number, created_at=created_at)
        control_number += answered.interchanges
        yield answered


def answer_file(path: Path, folder: Path, *, control_number: int, created_at: datetime) -> AnsweredFile:
    """Check a file and write its answer, ``<name>.999``, to a folder; the answer appears there whole or not at all.

    Raises:
        RefusedError: such an answer is there already.
        BadInputError: the folder cannot be written to.
    """
    answer = folder / (path.name + SUFFIX)
    try:
        with new_file(answer) as stream:
            stream.writelines(acknowledge(path, control_number=control_number, created_at=created_at))
    except X12Error as problem:
        return AnsweredFile(path, None, error=f"{problem.code}: {problem}")
    return _said(path, answer) if answer.exists() else AnsweredFile(path, None)


def _said(path: Path, answer: Path) -> AnsweredFile:
    """What an answer says, as its receiver will read it."""
    groups = received = accepted = 0
    codes = []
    for event in x12.read(answer):
        match event:
            case MessageRead(message=FunctionalAcknowledgement() as group):
                groups += 1
                received += group.received
                accepted += group.accepted_sets
            case MessageRead(message=InterchangeAcknowledgement() as whole):
                codes.append(f"{whole.status} {whole.note}")
            case _:
                pass
    interchanges = answer.read_bytes().count(b"ISA*00*")
    return AnsweredFile(path, answer, groups, received, accepted, ", ".join(codes), interchanges)
