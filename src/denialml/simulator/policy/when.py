"""The ``when`` of a rule: conditions of the catalogue that must all hold, nested or not; made, named and checked.

``any`` (a list), ``all`` (a list) and ``not`` (one) hold further mappings of conditions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from denialml.simulator.policy.conditions import CONDITIONS
from denialml.simulator.policy.facts import Condition
from denialml.simulator.policy.kinds import Path, Problem

_NESTING = ("any", "all", "not")


def conditions_from(when: Mapping[str, Any]) -> tuple[Condition, ...]:
    """The conditions of a checked ``when``, those of nested mappings folded into one each."""
    return tuple(_condition(name, value) for name, value in when.items())


def _condition(name: str, value: Any) -> Condition:
    if name == "not":
        inner = _both(conditions_from(value))
        return lambda claim, line: not inner(claim, line)
    if name == "all":
        return _both(tuple(_both(conditions_from(each)) for each in value))
    if name == "any":
        alternatives = tuple(_both(conditions_from(each)) for each in value)
        return lambda claim, line: any(holds(claim, line) for holds in alternatives)
    return CONDITIONS[name].make(value)


def _both(conditions: tuple[Condition, ...]) -> Condition:
    return lambda claim, line: all(holds(claim, line) for holds in conditions)


def names_in(when: Mapping[str, Any]) -> Iterator[str]:
    """The names of all conditions of a ``when``, nested ones too."""
    for name, value in when.items():
        for inner in _nested(name, value):
            yield from names_in(inner)
        if name not in _NESTING:
            yield name


def _nested(name: str, value: Any) -> Sequence[Mapping[str, Any]]:
    if name == "not":
        return [value]
    return value if name in _NESTING else []


def when_problems(when: Any, *, of_line: bool, path: Path) -> Iterator[Problem]:
    """What is wrong with the conditions of a rule; ``procedures`` is the rule's business."""
    if not isinstance(when, dict) or not when:
        yield Problem(path, "conditions are missing: write `when: {condition: value}`")
        return
    for name, value in when.items():
        yield from _condition_problems(name, value, of_line=of_line, path=(*path, name))


def _condition_problems(name: str, value: Any, *, of_line: bool, path: Path) -> Iterator[Problem]:
    if name == "not":
        yield from when_problems(value, of_line=of_line, path=path)
    elif name in _NESTING:
        if not isinstance(value, list) or not value:
            yield Problem(path, f"`{name}` holds no list: write `{name}: [{{condition: value}}, ...]`")
            return
        for place, each in enumerate(value):
            yield from when_problems(each, of_line=of_line, path=(*path, place))
    elif name not in CONDITIONS:
        yield Problem(path, f"unknown condition `{name}`: take one of docs/reference/payer-files.md")
    elif CONDITIONS[name].of_line and not of_line:
        yield Problem(path, f"`{name}` looks at a line, the rule at a whole claim: leave out `scope: claim`")
    else:
        yield from CONDITIONS[name].value.problems(value, path, f"condition `{name}`")
