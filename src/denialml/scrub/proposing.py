"""Looking in the past for what tells a payer's denials of one kind from what it paid: rules to propose.

A plain search that can be explained. Each *kind* of denial names the adjustment reasons it stands for, what legitimate
edit mends it, and which conditions may tell it: no authorisation on a procedure, no referring provider, a modifier that
paid lines bear and denied ones lack. A candidate is kept where it has enough denials, precision and lift among answers
known up to a day, and again among claims sent after that day, which had no part in finding it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from denialml.scrub.conditions import Condition, condition
from denialml.scrub.view import LineView

Described = dict[str, Any]  # a condition, as a rule's file writes it
_TWICE: Final = 2  # denials of a procedure that joins a list
_MOST: Final = 25  # diagnoses tried with one procedure


@dataclass(frozen=True, slots=True)
class Example:
    """A line as it was sent and first answered. ``reason`` and ``remarks`` are of its denial, empty where it was paid.

    ``missed`` tells that no finding met the denial.
    """

    line: LineView
    sent_on: date
    answered_on: date
    reason: str = ""
    remarks: str = ""
    denied_cents: int = 0
    missed: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """What a candidate would have done with some lines: ``held``, of which ``denied`` for its reasons, and their cents.

    ``lift`` is how much oftener that is than among all of the payer's lines.
    """

    held: int
    denied: int
    denied_cents: int
    lift: float

    @property
    def precision(self) -> float:
        """The part of held lines that were denied."""
        return self.denied / self.held if self.held else 0.0


@dataclass(frozen=True, slots=True)
class Bar:
    """What a candidate must reach: denials to learn from and to be checked by, precision and lift in both parts."""

    denials: int = 4
    checked: int = 2
    precision: float = 0.3
    lift: float = 3.0

    def passes(self, measure: Measure, denials: int) -> bool:
        """Whether a measure reaches it."""
        enough = measure.denied >= denials
        return enough and measure.precision >= self.precision and measure.lift >= self.lift


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule to propose, as its conditions, and the contract's field and value where those say it better."""

    payer_id: str
    kind: Kind
    when: tuple[Described, ...]
    label: str
    learnt: Measure
    checked: Measure
    effective: date
    contract: Mapping[str, Any] = field(default_factory=dict)


Candidates = Callable[[Sequence[Example], "Kind"], Iterator[tuple[str, tuple[Described, ...]]]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of denial and its legitimate edit. ``reasons`` with one of ``remarks``, or with any where those are empty.

    ``contract`` is the contract's field that says it; empty where only a rule can.
    """

    name: str
    reasons: frozenset[str]
    title: str
    fix: str
    candidates: Candidates
    remarks: frozenset[str] = frozenset()
    contract: str = ""

    @property
    def lists(self) -> bool:
        """Whether it becomes a list of procedures in the contract."""
        return self.contract in {"authorized_codes", "wants_records"}

    def is_of(self, each: Example) -> bool:
        """Whether a line was denied for this."""
        if each.reason not in self.reasons:
            return False
        return not self.remarks or bool(self.remarks & set(each.remarks.split()))


def _by_code(*more: Described) -> Candidates:
    """A procedure, and conditions beside it."""

    def found(denied: Sequence[Example], _kind: Kind) -> Iterator[tuple[str, tuple[Described, ...]]]:
        for code in sorted({each.line.code for each in denied}):
            yield code, ({"field": "line.code", "is": code}, *more)

    return found


def _always(*conditions: Described) -> Candidates:
    """The same conditions for all of a payer's lines."""

    def found(_denied: Sequence[Example], _kind: Kind) -> Iterator[tuple[str, tuple[Described, ...]]]:
        yield "ALL", conditions

    return found


_LIMITS: Final = (30, 45, 60, 90, 95, 120, 180, 270, 365)  # days of filing limits that payers use


def _late(denied: Sequence[Example], _kind: Kind) -> Iterator[tuple[str, tuple[Described, ...]]]:
    for limit in _LIMITS:
        if any(_days(each) > limit for each in denied):
            yield str(limit), ({"field": "days_since_service", "at_least": limit + 1},)


def _days(each: Example) -> int:
    return (each.line.claim.context.as_of - each.line.claim.day).days


_TELLING: Final = (
    "24", "25", "26", "33", "50", "57", "58", "59", "78", "79", "93", "95", "AI", "EP", "GN", "GO", "GP", "GT", "JW",
    "JZ", "LT", "QW", "RT", "TC", "XE", "XP", "XS", "XU",
)  # modifiers that tell payers what the record says; not those that give a service away (GY, GZ)  # fmt: skip


def _without_modifier(denied: Sequence[Example], _kind: Kind) -> Iterator[tuple[str, tuple[Described, ...]]]:
    for code in sorted({each.line.code for each in denied}):
        for mark in _TELLING:
            if not any(mark in each.line.modifiers for each in denied if each.line.code == code):
                missing = {"field": "line.modifiers", "has_none": [mark]}
                yield f"{code}-{mark}", ({"field": "line.code", "is": code}, missing)


def _with_diagnosis(denied: Sequence[Example], _kind: Kind) -> Iterator[tuple[str, tuple[Described, ...]]]:
    by_code: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for each in denied:
        by_code[each.line.code].update(set(each.line.diagnoses))
    for code, seen in sorted(by_code.items()):
        often = sorted(diagnosis for diagnosis, count in seen.items() if count > 1)[:_MOST]
        for diagnosis in often:
            named = {"field": "line.diagnoses", "has_any": [diagnosis]}
            yield f"{code}-{diagnosis}", ({"field": "line.code", "is": code}, named)


def _at_place(denied: Sequence[Example], _kind: Kind) -> Iterator[tuple[str, tuple[Described, ...]]]:
    for code, place in sorted({(each.line.code, each.line.place) for each in denied}):
        yield f"{code}-{place}", ({"field": "line.code", "is": code}, {"field": "line.place", "is": place})


def _by_provider(denied: Sequence[Example], _kind: Kind) -> Iterator[tuple[str, tuple[Described, ...]]]:
    for npi in sorted({each.line.npi for each in denied if each.line.npi}):
        yield npi, ({"field": "line.rendering_npi", "is": npi},)


KINDS: Final = (
    Kind(
        "AUTH", frozenset({"197", "198", "15"}), "authorisation is wanted for this",
        "Ask for authorisation before the service, or a retroactive one at once, and name its number (REF*G1).",
        _by_code({"field": "authorization", "is_present": False}), contract="authorized_codes",
    ),
    Kind(
        "RECORDS", frozenset({"252", "226", "163"}), "records are asked for with this",
        "Send the report along (275, portal, fax) and name it (PWK).",
        _by_code({"field": "attachments", "at_most": 0}), contract="wants_records",
    ),
    Kind(
        "FILING", frozenset({"29"}), "the payer's filing limit has passed or is near",
        "Send within the limit; later, with proof that it was filed in time or why it could not be.",
        _late, contract="filing_days",
    ),
    Kind(
        "REFERRAL", frozenset({"16", "183", "288"}), "the referring provider is not named",
        "Name who referred the patient, with the NPI, as the record has it.",
        _always({"field": "referring_npi", "is_present": False}), frozenset({"N285", "N286"}), "wants_referral",
    ),
    Kind(
        "REFERRER", frozenset({"16", "183", "288"}), "the referring provider is not named",
        "Name who referred the patient, with the NPI, as the record has it.",
        _by_code({"field": "referring_npi", "is_present": False}), frozenset({"N285", "N286"}),
    ),
    Kind(
        "TAXONOMY", frozenset({"16"}), "the rendering provider's taxonomy is not named",
        "Name the taxonomy under which the provider is enrolled with the payer (PRV*PE).",
        _always({"field": "taxonomy", "is_present": False}), frozenset({"N288"}),
    ),
    Kind(
        "DRUG", frozenset({"16", "211"}), "the national drug code is missing",
        "Add the drug's NDC with its quantity, from the package that was given.",
        _always({"field": "line.code", "begins_with": "J"}, {"field": "line.drug_code", "is_present": False}),
        frozenset({"M119"}), "wants_drug_codes",
    ),
    Kind(
        "MODIFIER", frozenset({"4", "97", "236"}), "a modifier that the payer's paid lines bear is missing",
        "Look at the record: where it supports the modifier, add it; where it does not, mend the code.",
        _without_modifier,
    ),
    Kind(
        "DIAGNOSIS", frozenset({"11", "50", "167"}), "the diagnosis does not support the procedure for this payer",
        "Code what the record says most exactly, point the line to it, and send the notes or a signed notice (GA).",
        _with_diagnosis,
    ),
    Kind(
        "PLACE", frozenset({"5", "58"}), "the payer does not take this procedure at this place of service",
        "Check where the patient was seen, and correct place and facility to what the record says.",
        _at_place,
    ),
    Kind(
        "ENROLMENT", frozenset({"B7"}), "the payer does not know the rendering provider as enrolled",
        "Complete the enrolment with the payer and hold the claim until it is confirmed, within the filing limit.",
        _by_provider,
    ),
)  # fmt: skip


def proposals(examples: Iterable[Example], cut: date, bar: Bar) -> list[Proposal]:
    """What the past up to ``cut`` proposes and the past after it supports, the most dollars after it first.

    ``examples`` are answered by the day of asking. Learnt is from those answered up to ``cut``, checked on those sent
    after it.
    """
    by_payer: defaultdict[str, list[Example]] = defaultdict(list)
    for each in examples:
        by_payer[each.line.claim.sent.payer_id].append(each)
    found: list[Proposal] = []
    for payer_id, of_payer in sorted(by_payer.items()):
        before = [each for each in of_payer if each.answered_on <= cut]
        after = [each for each in of_payer if each.sent_on > cut]
        for kind in KINDS:
            found += _of_kind(payer_id, kind, before, after, bar)
    return sorted(found, key=lambda each: (-each.checked.denied_cents, each.payer_id, each.kind.name, each.label))


def _of_kind(
    payer_id: str, kind: Kind, before: Sequence[Example], after: Sequence[Example], bar: Bar
) -> Iterator[Proposal]:
    denied = [each for each in before if each.missed and kind.is_of(each)]
    if len(denied) < bar.denials:
        return
    kept: list[Proposal] = []
    candidates = list(kind.candidates(denied, kind))
    for label, when in _listed(kind, candidates, before, bar) if kind.lists else candidates:
        conditions = _conditions(when)
        learnt = _measured(kind, conditions, before)
        if not bar.passes(learnt, bar.denials):
            continue
        checked = _measured(kind, conditions, after)
        if bar.passes(checked, bar.checked):
            first = min(each.line.day for each in before if kind.is_of(each) and _holds(conditions, each))
            row = _contract(kind, label)
            kept.append(Proposal(payer_id, kind, when, label, learnt, checked, first, row))
    yield from _best(kind, kept)


def _listed(
    kind: Kind, candidates: Iterable[tuple[str, tuple[Described, ...]]], before: Sequence[Example], bar: Bar
) -> Iterator[tuple[str, tuple[Described, ...]]]:
    """The procedures of a contract's list as one candidate: each is rare, and a list stands or falls together."""
    codes, more = [], tuple[Described, ...]()
    for code, (_, *others) in candidates:
        more = tuple(others)
        alone = ({"field": "line.code", "is": code}, *more)
        if bar.passes(_measured(kind, _conditions(alone), before), _TWICE):
            codes.append(code)
    if codes:
        yield " ".join(codes), ({"field": "line.code", "is": codes}, *more)


def _best(kind: Kind, kept: list[Proposal]) -> list[Proposal]:
    """Of filing limits and of a procedure's modifiers the one that tells denials best; of other kinds all."""
    groups: defaultdict[str, list[Proposal]] = defaultdict(list)
    for each in kept:
        alike = {"FILING": "", "MODIFIER": each.label.split("-")[0]}
        groups[alike.get(kind.name, each.label)].append(each)
    return [max(group, key=_goodness) for group in groups.values()]


def _goodness(of: Proposal) -> tuple[float, int, int]:
    """Of filing limits that tell the same denials the longest, which holds least."""
    return of.learnt.precision, of.learnt.denied, int(of.label) if of.kind.name == "FILING" else 0


def _contract(kind: Kind, label: str) -> Mapping[str, Any]:
    if not kind.contract:
        return {}
    if kind.name == "FILING":
        return {kind.contract: int(label)}
    return {kind.contract: True if label == "ALL" else label.split()}


def _conditions(when: Iterable[Described]) -> tuple[Condition, ...]:
    return tuple(condition(each, "proposal") for each in when)


def _holds(conditions: Iterable[Condition], each: Example) -> bool:
    return all(one.holds(each.line) for one in conditions)


def _measured(kind: Kind, conditions: Sequence[Condition], examples: Sequence[Example]) -> Measure:
    held = [each for each in examples if _holds(conditions, each)]
    denied = [each for each in held if kind.is_of(each)]
    share = sum(map(kind.is_of, examples)) / len(examples) if examples else 0.0
    lift = len(denied) / len(held) / share if held and share else 0.0
    return Measure(len(held), len(denied), sum(each.denied_cents for each in denied), lift)
