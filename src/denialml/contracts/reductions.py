"""Several procedures on a day: the reductions behind Medicare's multiple procedure indicator (MULT PROC).

- ``2``, ``3`` surgery: the dearest in full, the next ones in part. Endoscopies of one family (``3``) count as one: the
  dearest in full, of the others what they exceed the family's base (Medicare Claims Processing Manual 12, 40.6).
- ``4`` diagnostic imaging: technical component from the second on 50%, professional 95% (since 2017, CMS CR 9647).
- ``5`` therapy: practice expense of every unit but one 50% (since April 2013, CMS CR 8206).
- ``6`` heart and vessels, ``7`` eyes: technical component of tests from the second on 75% and 80% (CMS CR 7848).

Each unit is ranked by itself. Lines priced by case rate or by charge take no part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from denialml.contracts.pricing import CannotTellError, PriceList, Service, Step, UnitPrice
from denialml.money import dollars

_SURGERY: Final = frozenset({"2", "3"})
_IMAGING_FAMILY: Final = "88"
_MOST_UNITS: Final = 9_999  # what a line of a claim form can say; each unit is ranked by itself
_PRACTICE: Final = "practice expense"
_NAMES: Final = {"TC": "technical component", "26": "professional component", _PRACTICE: _PRACTICE}


@dataclass(frozen=True, slots=True)
class _Cut:
    """What is paid of parts of all but the dearest unit, in percent, from a day on."""

    parts: Mapping[str, int]
    since: date
    source: str


_CUTS: Final[Mapping[str, _Cut]] = {
    "4": _Cut({"TC": 50, "26": 95}, date(2017, 1, 1), "CMS CR 9647"),
    "5": _Cut({_PRACTICE: 50}, date(2013, 4, 1), "CMS CR 8206"),
    "6": _Cut({"TC": 75}, date(2013, 1, 1), "CMS CR 7848"),
    "7": _Cut({"TC": 80}, date(2013, 1, 1), "CMS CR 7848"),
}


@dataclass(frozen=True, slots=True)
class Priced:
    """A service with its unit price and the factor of its modifiers."""

    service: Service
    price: UnitPrice
    factor: Fraction

    @property
    def unit_cents(self) -> Fraction:
        """Cents of one unit, modifiers included, before any reduction."""
        return self.price.cents * self.factor

    @property
    def count(self) -> int:
        """Whole units.

        Raises:
            CannotTellError: there are parts of a unit, or too many to be ranked.
        """
        units = self.service.units
        if units != int(units) or units > _MOST_UNITS:
            raise CannotTellError(f"line {self.service.number} has {units} units, and units are ranked one by one")
        return int(units)


def reduced(own: Priced, others: Sequence[Priced], prices: PriceList) -> tuple[Fraction, Step | None]:
    """Cents of all units of a line beside the others of its day, and the step where anything was reduced.

    Raises:
        CannotTellError: a value that the rule needs is missing, or the rule leaves it to a person.
    """
    full = own.unit_cents * Fraction(own.service.units)
    if not prices.terms.multiple_procedures or (not others and own.service.units <= 1):
        return full, None
    kind = _kind(own, prices)
    if kind == "":
        return full, None
    beside = [each for each in others if _kind(each, prices) == kind]
    if kind == "surgery":
        amount, source = _surgery(own, beside, prices), "Medicare manual, chapter 12, 40.6"
    elif kind in _CUTS:
        amount, source = full - _cut(own, beside, prices, _CUTS[kind]), _CUTS[kind].source
    else:
        raise CannotTellError(f"multiple procedure indicator {kind} is priced by hand")
    if amount == full:
        return full, None
    words = f"with {len(beside)} other lines under the multiple procedure rule {dollars(round(full - amount))} less"
    return amount, Step(words, f"{source}; {prices.release('fee_schedule', own.service.served_on)}")


def _kind(priced: Priced, prices: PriceList) -> str:
    """Which rule a line falls under: ``surgery``, the indicator of another, or empty."""
    row = prices.indicators(priced.service.code, priced.price.modifier, priced.service.served_on)
    if row is None or row.multiple not in prices.terms.multiple_procedures:
        return ""
    if row.multiple == "4" and row.imaging_family != _IMAGING_FAMILY:
        return ""
    return "surgery" if row.multiple in _SURGERY else row.multiple


@dataclass(frozen=True, slots=True)
class _Ranked:
    """What ranks as one procedure: its cents, and how much of them is of our own line."""

    cents: Fraction
    number: int
    own_cents: Fraction


def _surgery(own: Priced, beside: Sequence[Priced], prices: PriceList) -> Fraction:
    percents = prices.terms.surgery_percents
    ranked = sorted(_procedures(own, beside, prices), key=lambda each: (-each.cents, each.number))
    total = Fraction(0)
    for place, each in enumerate(ranked):
        if not each.own_cents:
            continue
        if place >= len(percents):
            raise CannotTellError(f"procedures after the first {len(percents)} of a day are priced by hand")
        total += each.own_cents * Fraction(percents[place]) / 100
    return total


def _procedures(own: Priced, beside: Sequence[Priced], prices: PriceList) -> Iterator[_Ranked]:
    families: defaultdict[str, list[Priced]] = defaultdict(list)
    bases = {each.service.number: _base(each, prices) for each in (own, *beside)}
    for each in (own, *beside):
        is_base = each.service.code in bases.values()
        families[each.service.code if is_base else bases[each.service.number]].append(each)
    for base, members in families.items():
        units = [each for each in members for _ in range(each.count)]
        if not base or len(units) == 1:
            for each in units:
                mine = each.unit_cents if each is own else Fraction(0)
                yield _Ranked(each.unit_cents, each.service.number, mine)
        else:
            yield _together(own, units, base, prices)


def _base(priced: Priced, prices: PriceList) -> str:
    """The base of the endoscopic family that a line is of, empty for none."""
    row = prices.indicators(priced.service.code, priced.price.modifier, priced.service.served_on)
    return row.endoscopic_base if row is not None and row.multiple == "3" else ""


def _together(own: Priced, units: list[Priced], base: str, prices: PriceList) -> _Ranked:
    """Endoscopies of one family as one procedure."""
    units.sort(key=lambda each: (-each.unit_cents, each.service.number))
    floor = prices.unit(own.service, base, ())
    if floor is None:
        raise CannotTellError(f"the base {base} of an endoscopic family has no price")
    paid = [units[0].unit_cents] + [max(Fraction(0), (e.price.cents - floor.cents) * e.factor) for e in units[1:]]
    mine = sum((cents for each, cents in zip(units, paid, strict=True) if each is own), Fraction(0))
    return _Ranked(sum(paid, Fraction(0)), units[0].service.number, mine)


def _cut(own: Priced, beside: Sequence[Priced], prices: PriceList, cut: _Cut) -> Fraction:
    """How many cents a line loses because parts of all units but the dearest are cut."""
    if own.service.served_on < cut.since:
        raise CannotTellError(f"the reduction as it was before {cut.since} is not known here")
    lost = Fraction(0)
    for part, percent in cut.parts.items():
        mine = _part(own, part, prices)
        rivals = [(_part(each, part, prices), -each.service.number) for each in beside]
        in_full = 0 if any(rival > (mine, -own.service.number) for rival in rivals) else 1
        lost += mine * max(0, own.count - in_full) * (100 - percent) / 100
    return lost


def _part(priced: Priced, part: str, prices: PriceList) -> Fraction:
    """Cents in one unit of a line that are of a part."""
    if part == _PRACTICE:
        if priced.price.practice is None:
            raise CannotTellError("how much of a fee is practice expense is not known under a schedule of fees")
        return priced.price.practice * priced.factor
    if priced.price.modifier in _NAMES:
        return priced.unit_cents if priced.price.modifier == part else Fraction(0)
    component = prices.unit(priced.service, "", (part,))
    if component is None or component.modifier != part:
        raise CannotTellError(f"the {_NAMES[part]} of {priced.service.code} has no price of its own")
    return component.cents * priced.factor
