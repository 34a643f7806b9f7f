"""An X12 file with made-up people: the same segments, codes and money, other names, numbers and days.

What stands where is data: ``guides/identity.yaml``. With the same key the same person, provider or claim has the same
stand-in in every file, so that a claim and its payment still meet. A person's days all move by the same number of
weeks; days of no person (the file, the payment) move less far, so that no order between them turns around.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from importlib.resources import files
from typing import Any, BinaryIO, Final

import yaml

from denialml.x12.guide import Element, dictionary
from denialml.x12.madeup import MadeUp
from denialml.x12.source import Source
from denialml.x12.tokens import Delimiters, Token, tokens

_MOST_HELD = 100  # segments of a level before the person's name; no guide has twenty
_NOBODY: Final = frozenset({"ISA", "GS", "ST", "SE", "GE", "IEA", "PLB", "TS3", "CLP"})
_PERSONAL_LEVELS: Final = frozenset({"22", "PT"})
_BY_TYPE: Final = {"AN": "id", "DT": "date"}


def anonymise(source: Source, out: BinaryIO, *, key: bytes) -> int:
    """Write the file with made-up people; returns how many segments it has. Memory does not grow with the file.

    Raises:
        RefusedError: the key is too short to keep anything secret.
        X12Error: as :func:`denialml.x12.tokens.batches`; what was written until then is no whole file.
        BadInputError: the file cannot be opened.
    """
    people = _People(MadeUp(key))
    count = 0
    for token in tokens(source):
        count += bool(token.text)
        out.writelines(people.take(token))
    out.writelines(people.flush())
    return count


class _People:
    """Knows whose segments these are. Those of a level before the person's name wait for it."""

    def __init__(self, made: MadeUp) -> None:
        self._masks = _Masks(made)
        self._person = ""
        self._claims = False  # in an 835, where each claim names its patient
        self._waiting = False
        self._held: list[Token] = []

    def take(self, token: Token) -> Iterator[bytes]:
        """The segments that can be written now."""
        e = token.text.split(token.delimiters.element)
        name = e[0]
        if name == "HL" or name in _NOBODY:
            yield from self.flush()
            personal = name == "HL" and e[3:4] and e[3] in _PERSONAL_LEVELS
            if name != "HL" or (e[3:4] and e[3] != "23"):
                self._person = ""
            self._waiting, self._claims = bool(personal), name == "CLP"
        named = name == "NM1" and e[1:2] in (["IL"], ["QC"])
        if named and (self._waiting or (self._claims and not self._person.startswith("#"))):
            self._person = "#" + e[9] if e[9:10] and e[9] else "/".join(e[3:5]).upper()
            yield from self.flush()
        if self._waiting and len(self._held) < _MOST_HELD:
            self._held.append(token)
        else:
            yield from self.flush()
            yield self._masks.masked(token, self._person)

    def flush(self) -> Iterator[bytes]:
        """The segments that waited."""
        held, self._held, self._waiting = self._held, [], False
        for token in held:
            yield self._masks.masked(token, self._person)


class _Masks:
    """Replaces the elements of one segment."""

    def __init__(self, made: MadeUp) -> None:
        self._made = made
        self._makers: dict[str, Callable[[str], str]] = {
            "keep": str,
            "id": made.identifier,
            "last": partial(made.word, "last"),
            "given": partial(made.word, "given"),
            "org": lambda text: made.word("org", text) + " GROUP",
            "street": lambda text: f"{1 + made.number('house', text, 999)} {made.word('street', text)} STREET",
            "city": partial(made.word, "city"),
            "text": lambda _: "TEXT REMOVED",
            "phone": made.phone,
            "mail": lambda text: made.word("mail", text) + "@EXAMPLE.INVALID",
            "web": lambda text: made.word("web", text) + ".INVALID",
        }

    def masked(self, token: Token, person: str) -> bytes:
        """The bytes of a segment, with what identifies somebody replaced."""
        if not token.text:
            return token.data
        weeks = self._made.weeks(person)
        elements = token.text.split(token.delimiters.element)
        text = token.delimiters.element.join(
            [elements[0], *(self._element(elements, at, token.delimiters, weeks) for at in range(1, len(elements)))]
        )
        content = token.content
        encoded = text.encode("utf-8" if content == token.text.encode() else "latin-1")
        return token.data[: token.lead] + encoded + token.data[token.lead + len(content) :]

    def _element(self, elements: list[str], at: int, marks: Delimiters, weeks: int) -> str:
        rule = _rule(elements[0], at)
        if rule == "keep" or not elements[at]:
            return elements[at]
        if isinstance(rule, Mapping) and "by" in rule:
            code = elements[rule["by"]] if rule["by"] < len(elements) else ""
            rule = rule.get(code, rule["else"])
        parts = rule.get("parts", {}) if isinstance(rule, Mapping) else None
        repeats = elements[at].split(marks.repetition) if marks.repetition else [elements[at]]
        masked = [
            marks.component.join(
                self._value("keep" if rule == "keep" else rule if parts is None else parts.get(place, "keep"),
                            text, marks, weeks)
                for place, text in enumerate(repeat.split(marks.component), 1)
            )
            for repeat in repeats
        ]  # fmt: skip
        return (marks.repetition or "").join(masked)

    def _value(self, kind: str, text: str, marks: Delimiters, weeks: int) -> str:
        if kind == "unknown":
            kind = "keep" if len(text) <= 2 else "date" if len(text) == 8 else "id"
        if not text.strip():
            return text
        made = self._made.shifted(text, weeks) if kind == "date" else self._makers[kind](text)
        return self._made.word("plain", text) if kind == "mail" and _has(made, marks) else made


def _has(text: str, marks: Delimiters) -> bool:
    return any(mark in text for mark in (marks.element, marks.component, marks.repetition, marks.terminator) if mark)


@cache
def _rules() -> Mapping[str, Mapping[Any, Any]]:
    text = files("denialml.x12").joinpath("guides", "identity.yaml").read_text("utf-8")
    rules: Mapping[str, Mapping[Any, Any]] = yaml.safe_load(text)
    return rules


@cache
def _known(name: str, at: int) -> Any:
    """The rule of an element of a segment in the dictionary."""
    rules = _rules().get(name, {})
    if at in rules or "all" in rules:
        return rules.get(at, rules.get("all"))
    entry = dictionary().get(name)
    element = entry.elements.get(at) if entry else None
    return _by_type(element) if element else "unknown"


def _by_type(element: Element) -> Any:
    if not element.parts:
        return _BY_TYPE.get(element.kind, "keep")
    return {"parts": {number: _by_type(part) for number, part in element.parts.items()}}


def _rule(name: str, at: int) -> Any:
    """What becomes of an element: a kind, or a mapping as in the data."""
    return _known(name, at) if name in dictionary() or name in _rules() else "unknown"
