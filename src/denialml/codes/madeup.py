"""Small tables for a demo, so that everything runs before a publisher's file is loaded.

Made up for the practice of the simulation: they have the shape of the real ones and hold for no one. The diagnosis
codes are a part of ICD-10-CM, which is in the public domain. A home that is no demo never sees them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache, partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from denialml.codes.kinds import KINDS
from denialml.codes.packed import Packed, Packer
from denialml.codes.shapes import key_of
from denialml.codes.tables import Tables


def made_up() -> Tables:
    """The lookup door on the made-up tables. They speak of every day."""
    opened: dict[str, Callable[[], Packed[Any]]] = {}
    for entry in files("denialml.codes").joinpath("data", "made_up").iterdir():
        name = entry.name.removesuffix(".csv")
        opened[name] = partial(_packed, name)
    return Tables(opened, dict.fromkeys(opened, (date.min, date.max)), dict.fromkeys(opened, ((date.min, "made up"),)))


@cache
def _packed(table: str) -> Packed[Any]:
    from denialml.codes.publishers import Document, plain

    entry: Traversable = files("denialml.codes").joinpath("data", "made_up", f"{table}.csv")
    packer = Packer()
    for _, key, row in plain.read(KINDS[table], Document(entry.name, lambda: entry.open("rb"))):
        number = key_of(key)
        assert number is not None, f"{table}: {key}"
        packer.add(number, row)
    return packer.packed(KINDS[table].row, table)
