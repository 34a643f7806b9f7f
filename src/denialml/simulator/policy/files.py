"""Payers' files, read and checked: every problem of every file is told, with its line and what to do about it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from denialml.errors import BadInputError
from denialml.simulator import data as built_in
from denialml.simulator.policy.fields import FILE
from denialml.simulator.policy.kinds import PROCEDURES, Problem
from denialml.simulator.policy.kinds import Path as Place
from denialml.simulator.policy.rules import Policy, intake_rule_from, rule_from
from denialml.simulator.policy.when import names_in, when_problems

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is ten times as fast, the same safe subset


def load_payers(directory: Path | None = None) -> dict[str, Policy]:
    """The policies of every ``*.yaml`` of a folder, sorted by key, which is the file's name; without one, our own.

    Raises:
        BadInputError: there is no file, or some file is wrong; the message lists every problem as ``FILE:LINE: what``.
    """
    if directory is None:
        return dict(_built_in())
    paths = sorted(directory.glob("*.yaml"))
    if not paths:
        raise BadInputError(f"{directory}: no payer files (*.yaml): name a folder that holds one file a payer")
    return _loaded({path.stem: path.read_bytes() for path in paths})


def policy_from(key: str, data: Mapping[str, Any]) -> Policy:
    """A policy from the content of its file.

    Raises:
        BadInputError: the content is wrong; the message lists every problem.
    """
    problems = [f"{key}: {_where(problem, data)}{problem.message}" for problem in _problems(data)]
    _refuse(problems)
    lists: Mapping[str, list[str]] = data.get("lists", {})
    return Policy(
        key=key,
        data=data,
        rules=tuple(rule_from(entry, lists) for entry in data["rules"]),
        intake=tuple(intake_rule_from(entry) for entry in data.get("intake", ())),
    )


@cache
def _built_in() -> dict[str, Policy]:
    folder = files(built_in.__name__) / "payers"
    return _loaded({key: (folder / f"{key}.yaml").read_bytes() for key in built_in.PAYER_KEYS})


def _refuse(problems: Sequence[str]) -> None:
    if problems:
        raise BadInputError("\n".join(problems))


def _loaded(contents: Mapping[str, bytes]) -> dict[str, Policy]:
    read = {key: _Source(f"{key}.yaml", content) for key, content in contents.items()}
    _refuse([told for source in read.values() for told in source.told(_problems(source.data))])
    _refuse([told for key, source in read.items() for told in source.told(_between(key, source, read))])
    return {key: policy_from(key, source.data) for key, source in read.items()}


class _Source:
    """One file: its data, and the line on which each of its values begins."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self.data: Any = None
        self.lines: dict[Place, int] = {}
        self._unreadable: list[Problem] = []
        try:
            self.data = yaml.load(content, Loader=_LOADER)  # noqa: S506 - both loaders are the safe ones
            self._walk(yaml.compose(content, Loader=_LOADER), ())
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            self.lines[("yaml",)] = line
            self._unreadable.append(Problem(("yaml",), f"this is not YAML ({error.problem}): put the line right"))
        except yaml.YAMLError:
            self._unreadable.append(Problem((), "this is not text in UTF-8: save the file as that"))

    def told(self, problems: Iterator[Problem]) -> Iterator[str]:
        """Each problem with the file and line at which it stands."""
        for problem in self._unreadable or problems:
            place = problem.path
            while place not in self.lines and place:
                place = place[:-1]
            yield f"{self.name}:{self.lines.get(place, 1)}: {_where(problem, self.data)}{problem.message}"

    def _walk(self, node: yaml.Node | None, path: Place) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                inner = (*path, key.value)
                if inner in self.lines:
                    self.lines[(*inner, "twice")] = key.start_mark.line + 1
                    self._unreadable.append(Problem((*inner, "twice"), f"`{key.value}` stands twice: leave one"))
                    continue
                self.lines[inner] = key.start_mark.line + 1
                self._walk(value, inner)
        elif isinstance(node, yaml.SequenceNode):
            for place, item in enumerate(node.value):
                self.lines[(*path, place)] = item.start_mark.line + 1
                self._walk(item, (*path, place))


def _where(problem: Problem, data: Any) -> str:
    """``rule NAME: `` inside a rule, the names of the tables elsewhere."""
    path = problem.path
    if len(path) >= 2 and path[0] in {"rules", "intake"} and isinstance(path[1], int):
        entry = data[path[0]][path[1]]
        name = entry.get("name", "?") if isinstance(entry, dict) else "?"
        return f"{'rule' if path[0] == 'rules' else 'intake rule'} {name}: "
    names = [str(step) for step in path if step not in {"yaml", "twice"}]
    return f"{'.'.join(names)}: " if names else ""


def _problems(data: Any) -> Iterator[Problem]:
    """What is wrong with one file by itself: its shape first, and where that holds, what its rules say."""
    shape = list(FILE.problems(data, (), "the file"))
    yield from shape
    if not isinstance(data, dict):
        return
    spoilt = {problem.path[:2] for problem in shape}
    for section in ("rules", "intake"):
        entries = data.get(section, ())
        if not isinstance(entries, list):
            continue
        for place, entry in enumerate(entries):
            if isinstance(entry, dict) and isinstance(entry.get("when"), dict):
                yield from _rule_problems(entry, data.get("lists"), (section, place))
        sound = [(n, e) for n, e in enumerate(entries) if (section, n) not in spoilt]
        yield from _overlaps(sound, section)
    if not shape:
        yield from _schedules(data["fees"])
        yield from _variance(data.get("variance"))


def _rule_problems(entry: Mapping[str, Any], lists: Any, path: Place) -> Iterator[Problem]:
    when = dict(entry["when"])
    of_line = path[0] == "rules" and entry.get("scope") != "claim"
    procedures = when.pop("procedures", None)
    here = (*path, "when")
    if when or procedures is None:
        yield from when_problems(when, of_line=of_line, path=here)
    if procedures is not None:
        yield from PROCEDURES.problems(procedures, (*here, "procedures"), "`procedures`")
        if not of_line:
            yield Problem(
                (*here, "procedures"), "`procedures` are those of lines, the rule is of whole claims: drop one"
            )
        if isinstance(procedures, str) and procedures not in (lists or {}):
            yield Problem((*here, "procedures"), f"no list `{procedures}`: define it under `lists`")
    elif "services_over" in _names(when):
        yield Problem(here, "`services_over` counts the procedures that the rule names: add `procedures`")
    first, last = entry.get("from"), entry.get("until")
    if isinstance(first, date) and isinstance(last, date) and first > last:
        yield Problem((*path, "until"), "`until` lies before `from`: put the dates right")


def _names(when: Mapping[str, Any]) -> set[str]:
    """Names of conditions as far as a ``when`` that may be misshapen can be walked."""
    try:
        return set(names_in(when))
    except (AttributeError, TypeError):
        return set(when)


def _overlaps(entries: Sequence[tuple[int, Mapping[str, Any]]], section: str) -> Iterator[Problem]:
    by_name: dict[str, list[tuple[date, date, int]]] = {}
    for place, entry in entries:
        span = (entry.get("from", date.min), entry.get("until", date.max), place)
        by_name.setdefault(entry["name"], []).append(span)
    for spans in by_name.values():
        spans.sort()
        for (_, ends, _), (begins, _, place) in itertools.pairwise(spans):
            if begins <= ends:
                message = "this version begins before the one before it ends: set `until` there to the day before"
                yield Problem((section, place), message)


def _schedules(schedules: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    if not schedules:
        yield Problem(("fees",), "there is no fee schedule: add one with `factor` and `visit_factor`")
    for place, schedule in enumerate(schedules):
        if place == 0 and "from" in schedule:
            yield Problem(("fees", 0, "from"), "the first schedule holds from ever: leave out `from`")
        elif place > 0 and schedule.get("from", date.min) <= schedules[place - 1].get("from", date.min):
            yield Problem(("fees", place), "a later schedule needs a later day: give it `from` and sort by it")


def _variance(variance: Mapping[str, Any] | None) -> Iterator[Problem]:
    if variance and variance["low"] > variance["high"]:
        yield Problem(("variance", "low"), "`low` is above `high`: exchange them")


def _between(key: str, source: _Source, read: Mapping[str, _Source]) -> Iterator[Problem]:
    """What is wrong with one file beside the others."""
    identifier = source.data["payer"]["identifier"]
    others = [other for other in read if other < key and read[other].data["payer"]["identifier"] == identifier]
    if others:
        yield Problem(("payer", "identifier"), f"{identifier} is that of {others[0]}.yaml too: give it one of its own")
    population = source.data["population"]
    for other in population["switches_to"]:
        if other not in read:
            message = f"no payer `{other}`: known are {', '.join(read)}"
            yield Problem(("population", "switches_to", other), message)
    sister = population.get("sister")
    if sister is not None and sister not in read:
        yield Problem(("population", "sister"), f"no payer `{sister}`: known are {', '.join(read)}")
