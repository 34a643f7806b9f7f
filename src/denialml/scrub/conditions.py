"""Conditions of a practice's own rules: a field of the catalogue, a word, and a value, checked before they are used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from denialml.errors import BadInputError
from denialml.scrub.fields import FIELDS, Kind
from denialml.scrub.view import LineView

Test = Callable[[Any, Any], bool]

# What may be asked of each kind of field. A field without a value (an unknown age) answers no question with yes.
WORDS: Final[Mapping[Kind, Mapping[str, Test]]] = {
    Kind.TEXT: {
        "is": lambda seen, value: seen in value,
        "is_not": lambda seen, value: seen not in value,
        "begins_with": lambda seen, value: seen.startswith(value),
        "is_present": lambda seen, value: bool(seen) is value,
    },
    Kind.NUMBER: {
        "at_least": lambda seen, value: seen >= value,
        "at_most": lambda seen, value: seen <= value,
    },
    Kind.DAY: {
        "from": lambda seen, value: seen >= value,
        "until": lambda seen, value: seen <= value,
    },
    Kind.LIST: {
        "has_any": lambda seen, value: any(each in value for each in seen),
        "has_all": lambda seen, value: set(value) <= set(seen),
        "has_none": lambda seen, value: not any(each in value for each in seen),
        "any_begins_with": lambda seen, value: any(each.startswith(value) for each in seen),
    },
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: ``field`` of the catalogue, one of the ``WORDS`` of its kind, and the value it is held to."""

    field: str
    word: str
    value: Any

    @property
    def is_of_line(self) -> bool:
        """Whether it is asked of a line."""
        return self.field.startswith("line.")

    def holds(self, line: LineView) -> bool:
        """Whether it holds for a line, or for the line's claim."""
        return self.holds_of(line if self.is_of_line else line.claim)

    def holds_of(self, target: Any) -> bool:
        """Whether it holds for what its field is read from."""
        field = FIELDS[self.field]
        seen = field.of(target)
        return seen is not None and WORDS[field.kind][self.word](seen, self.value)


def condition(described: Mapping[str, Any], where: str) -> Condition:
    """A condition from ``{field: line.code, is: ["20610", "20611"]}``.

    Raises:
        BadInputError: no such field, a word that its kind does not have, or a value of another kind.
    """
    name = described.get("field")
    if not isinstance(name, str) or name not in FIELDS:
        raise BadInputError(f"{where}: there is no field {name!r}; the fields are {', '.join(FIELDS)}")
    kind = FIELDS[name].kind
    words = [each for each in described if each != "field"]
    if len(words) != 1 or words[0] not in WORDS[kind]:
        raise BadInputError(f"{where}: {name} is a {kind.value}: use one of {', '.join(WORDS[kind])}, not {words}")
    return Condition(name, words[0], _value(kind, words[0], described[words[0]], f"{where}, {name} {words[0]}"))


def _value(kind: Kind, word: str, value: Any, where: str) -> Any:
    if word == "is_present":
        return _of_type(value, bool, "true or false", where)
    if kind is Kind.NUMBER:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadInputError(f"{where}: a number is expected, not {value!r}")
        return Decimal(str(value))
    if kind is Kind.DAY:
        return _of_type(value, date, "a day such as 2025-01-31", where)
    texts = value if isinstance(value, list) else [value]
    if not texts or not all(isinstance(each, str) and each for each in texts):
        raise BadInputError(f'{where}: text is expected, codes in quotes ("99213"), not {value!r}')
    return tuple(texts)


def _of_type(value: Any, kind: type, words: str, where: str) -> Any:
    if not isinstance(value, kind):
        raise BadInputError(f"{where}: {words} is expected, not {value!r}")
    return value
