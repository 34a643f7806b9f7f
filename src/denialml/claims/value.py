"""What every word of the vocabulary is: an immutable value, equal by content.

``msgspec.Struct`` does in C what a frozen dataclass does in Python: made twenty times faster and compared four times
faster (measured on 20 fields), which is what reading and writing 30,000 claims a second needs.
"""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

import msgspec

_V = TypeVar("_V")


class Value(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Base of the vocabulary. A subclass that may hold a person's facts masks its ``repr``."""


def replace(value: _V, /, **changes: Any) -> _V:
    """The same value, of the vocabulary or another frozen dataclass, but for the fields named.

    Raises:
        TypeError: there is no such field.
    """
    if isinstance(value, Value):
        return msgspec.structs.replace(value, **changes)
    return dataclasses.replace(value, **changes)  # type: ignore[type-var]  # as copy.replace of Python 3.13 does


def field_names(kind: type[Any]) -> tuple[str, ...]:
    """The fields of a kind of value, in their order."""
    names: tuple[str, ...] = kind.__struct_fields__
    return names
