"""The transaction sets of the 837 files kept, by their control numbers: what TA1 and 999 answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, select

from denialml.store.schema import claim_set, file
from denialml.store.units import Unit
from denialml.x12.events import Transaction

_ONE_DAY: Final = timedelta(days=1)  # an interchange and its group may be stamped on both sides of midnight


@dataclass(frozen=True, slots=True)
class ClaimSet:
    """A transaction set of claims: its file, the byte at which it begins there, and ST02."""

    file_id: int
    file_start: int
    control_number: str


def save_sets(unit: Unit, file_id: int, sets: Iterable[Transaction]) -> None:
    """Keep the control numbers of a file's transaction sets, once."""
    if unit.connection.execute(select(claim_set.c.id).where(claim_set.c.file_id == file_id)).first():
        return
    told = list(sets)
    first = unit.allocate("claim_set", len(told))
    unit.insert(claim_set, [{"id": first + n, "file_id": file_id, **_row(each)} for n, each in enumerate(told)])


def _row(told: Transaction) -> dict[str, object]:
    return {
        "file_start": told.span.start,
        "sender": told.sender_id,
        "interchange_number": _plain(told.interchange_control_number),
        "group_number": _plain(told.group_control_number),
        "control_number": _plain(told.control_number),
        "created_on": told.created_on,
    }


def sets_of_interchange(connection: Connection, number: str, written_on: date, until: date) -> list[ClaimSet]:
    """The sets of the interchange of a number (ISA13) and day, of files known by a day; none where two senders fit."""
    near = claim_set.c.created_on.between(written_on - _ONE_DAY, written_on + _ONE_DAY)
    return _newest(connection, until, claim_set.c.interchange_number == _plain(number), near)


def sets_of_group(connection: Connection, number: str, sender: str, until: date) -> list[ClaimSet]:
    """The sets of a sender's newest group of a number (GS06), of files known by a day."""
    return _newest(connection, until, claim_set.c.group_number == _plain(number), claim_set.c.sender == sender)


def is_number(one: str, other: str) -> bool:
    """Whether two control numbers are one, however many zeros stand before them."""
    return _plain(one) == _plain(other)


def _newest(connection: Connection, until: date, *which: ColumnElement[bool]) -> list[ClaimSet]:
    rows = connection.execute(
        select(claim_set, file.c.known_on)
        .join(file, claim_set.c.file_id == file.c.id)
        .where(file.c.known_on <= until, *which)
        .order_by(file.c.known_on.desc(), claim_set.c.file_id.desc(), claim_set.c.file_start)
    ).all()
    if len({row.sender for row in rows}) > 1:
        return []
    newest = rows[0] if rows else None
    return [
        ClaimSet(row.file_id, row.file_start, row.control_number)
        for row in rows
        if newest and (row.file_id, row.interchange_number) == (newest.file_id, newest.interchange_number)
    ]


def _plain(number: str) -> str:
    return number.strip().lstrip("0") or "0"
