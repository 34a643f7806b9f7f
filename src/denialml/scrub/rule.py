"""What a rule is: a pure function with its words, its weight, and what it looks at.

A rule stands in one module of ``scrub/rules``. The module's docstring holds its title and the sections What, Why,
Source and Fix; the decorator :func:`claim_rule` or :func:`line_rule` declares the rest.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypedDict, Unpack

from denialml.errors import Severity
from denialml.scrub.codesets import CodeSet
from denialml.scrub.context import Context, Stage
from denialml.scrub.dated import Dated
from denialml.scrub.finding import Problem
from denialml.scrub.practice import MEDICAID, MEDICARE, MEDICARE_ADVANTAGE
from denialml.scrub.view import ClaimView, LineView

BLOCK: Final = Severity.ERROR  # holds the claim
WARN: Final = Severity.WARNING  # shown to whoever sends it
INFO: Final = Severity.INFO  # kept with it

# Kinds of payer a rule holds for; None is all. A contract may add a payer to a rule or take it out.
FEE_FOR_SERVICE: Final = frozenset({MEDICARE})
ANY_MEDICARE: Final = frozenset({MEDICARE, MEDICARE_ADVANTAGE})
FEDERAL: Final = frozenset({MEDICARE, MEDICARE_ADVANTAGE, MEDICAID})

ALWAYS: Final = frozenset({Stage.CODED, Stage.READY, Stage.REJECTED, Stage.DENIED})
BEFORE_SENDING: Final = frozenset({Stage.READY, Stage.REJECTED, Stage.DENIED})
FROM_BOOKING: Final = frozenset(Stage)

ClaimCheck = Callable[[ClaimView, Context], Iterator[Problem]]
LineCheck = Callable[[LineView, Context], Iterator[Problem]]

_SECTIONS: Final = ("What", "Why", "Source", "Fix")
_HEADING: Final = re.compile(rf"^({'|'.join(_SECTIONS)}):$", re.MULTILINE)


class Words(NamedTuple):
    """A rule in words, as its docstring says them."""

    title: str
    what: str
    why: str
    source: str
    fix: str


class Declaration(TypedDict, total=False):
    """What a rule declares; see :class:`Rule`."""

    severity: Severity
    layer: int
    prevents: tuple[str, ...]
    remarks: tuple[str, ...]
    payers: frozenset[str] | None
    stages: frozenset[Stage]
    codes: CodeSet | None
    marks: frozenset[str] | None
    institutional: bool | None
    tables: tuple[str, ...]
    parameters: Mapping[str, Dated[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of scrubbing.

    ``layer`` is its WEDI SNIP type (1 syntax to 7 payer's own), ``prevents`` and ``remarks`` the CARC and RARC that a
    payer answers with where the rule is broken, ``payers`` the kinds of payer it holds for (None is all). A rule with
    ``codes`` is asked only about lines, or claims with lines, of these procedures; one with ``marks`` only where one
    of these modifiers stands. ``institutional`` limits it to claims of institutions, or to those of professionals.
    ``tables`` are the national tables (:data:`denialml.scrub.tables.TABLES`) it looks into: without them it is silent,
    or says less.
    ``parameters`` are its numbers with the days they hold from.
    """

    id: str
    group: str
    words: Words
    severity: Severity
    layer: int
    prevents: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    payers: frozenset[str] | None = None
    stages: frozenset[Stage] = ALWAYS
    codes: CodeSet | None = None
    marks: frozenset[str] | None = None
    institutional: bool | None = None
    tables: tuple[str, ...] = ()
    parameters: Mapping[str, Dated[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRule(Rule):
    """A rule that looks at a claim as a whole."""

    check: ClaimCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRule(Rule):
    """A rule that looks at one line at a time."""

    check: LineCheck


def claim_rule(number: str, **declared: Unpack[Declaration]) -> Callable[[ClaimCheck], ClaimRule]:
    """Declare the function below it a rule on claims, in the words of its module's docstring."""
    return lambda check: ClaimRule(id=number, **_origin(check), **declared, check=check)


def line_rule(number: str, **declared: Unpack[Declaration]) -> Callable[[LineCheck], LineRule]:
    """Declare the function below it a rule on lines, in the words of its module's docstring."""
    return lambda check: LineRule(id=number, **_origin(check), **declared, check=check)


def _origin(check: Callable[..., object]) -> dict[str, Any]:
    group = check.__module__.split(".")[-2]
    return {"group": group, "words": words(sys.modules[check.__module__].__doc__ or "")}


def words(docstring: str) -> Words:
    """A docstring's title and sections, each as one paragraph.

    Raises:
        AssertionError: a section is missing, empty or out of order: the rule is not finished.
    """
    title, *rest = _HEADING.split(docstring)
    names, texts = tuple(rest[::2]), [" ".join(text.split()) for text in rest[1::2]]
    assert names == _SECTIONS, f"a rule's docstring has the sections {_SECTIONS}, not {names}"
    assert all(texts), f"every section of a rule's docstring says something: {title.strip()}"
    return Words(title.strip().partition(": ")[2].rstrip("."), *texts)
