"""Coding: what was done becomes the lines of a claim, with the slips of who codes, and the edits that undo them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from denialml.claims import EncounterCharge, Procedure
from denialml.simulator.data import Renewal, code_updates, document
from denialml.simulator.dice import Dice
from denialml.simulator.edits import Edit, EditKind
from denialml.simulator.medicine import Service
from denialml.simulator.staff import Coder

_CATEGORY = 3  # characters of a diagnosis code cut to its category
_WEEK = 7  # days


@dataclass(frozen=True, slots=True)
class Coded:
    """A visit as coded. ``taxonomy`` says whether that of who treated is told."""

    diagnoses: tuple[str, ...]
    charges: tuple[EncounterCharge, ...]
    taxonomy: bool
    edits: tuple[Edit, ...]


class Coding:
    """What coders do with a visit; who of them does it is told each time.

    Medicine knows services and diagnoses by their old codes; from the day of a code update on, the right code is the
    new one, and its charge is the old one's. Who has not noticed yet writes the old one.
    """

    def __init__(self, seed: int) -> None:
        self._dice = Dice(seed, "coding")
        self._half_life_weeks: float = document("office.yaml")["update_half_life_weeks"]
        self._diagnoses = {renewal.old: renewal for renewal in code_updates("diagnoses")}
        self._procedures = {renewal.old: renewal for renewal in code_updates("procedures")}

    def code(
        self, coder: Coder, diagnoses: list[str], services: Sequence[Service], charges: Mapping[str, int], day: date
    ) -> Coded:
        """A visit of that day as this person writes it down, at these charges (cents a unit by procedure)."""
        edits: list[Edit] = []
        lines = tuple(
            self._line(coder, number, service, charges, day, edits) for number, service in enumerate(services, 1)
        )
        written = self._diagnosed(coder, diagnoses, day, edits)
        return Coded(tuple(written), lines, not self._dice.chance(coder.omits_taxonomy), tuple(edits))

    def repeats(self, coder: Coder) -> bool:
        """Whether this claim will be sent a second time by mistake."""
        return self._dice.chance(coder.repeats)

    def between(self, low: int, high: int) -> int:
        """A number of days from ``low`` up to, not including, ``high``."""
        return low + self._dice.below(high - low)

    def _line(
        self, coder: Coder, number: int, service: Service, charges: Mapping[str, int], day: date, edits: list[Edit]
    ) -> EncounterCharge:
        right, code = self._in_force(coder, service.code, self._procedures, day)
        if code != right:
            edits.append(Edit(EditKind.PROCEDURE, number, right))
        modifiers = list(service.habitual)
        for modifier, slip in service.due:
            if self._dice.chance(getattr(coder, slip)):
                edits.append(Edit(EditKind.MODIFIER, number, modifier))
            else:
                modifiers.append(modifier)
        pointer = service.pointer
        if pointer != 1 and self._dice.chance(coder.misses_link):
            edits.append(Edit(EditKind.POINTER, number, place=pointer))
            pointer = 1
        return EncounterCharge(
            Procedure(code, tuple(modifiers)),
            charges[service.code] * service.units,
            Decimal(service.units),
            (pointer,),
        )

    def _diagnosed(self, coder: Coder, diagnoses: list[str], day: date, edits: list[Edit]) -> list[str]:
        """The diagnoses as coded; those that are not right can be put right."""
        codes = [self._in_force(coder, code, self._diagnoses, day) for code in diagnoses]
        written = self._cut(coder, [code for _, code in codes])
        for place, ((right, _), code) in enumerate(zip(codes, written, strict=True), start=1):
            if code != right:
                edits.append(Edit(EditKind.DIAGNOSIS, text=right, place=place))
        return written

    def _cut(self, coder: Coder, codes: list[str]) -> list[str]:
        """Now and then one code is cut to its category."""
        if not self._dice.chance(coder.cuts_diagnosis):
            return codes
        place = self._dice.below(len(codes))
        short = codes[place][:_CATEGORY]
        return codes if short in codes else [*codes[:place], short, *codes[place + 1 :]]

    def _in_force(self, coder: Coder, code: str, renewals: Mapping[str, Renewal], day: date) -> tuple[str, str]:
        """The code that is in force on a day, and the one that this person writes."""
        renewal = renewals.get(code)
        if renewal is None or day < renewal.first:
            return code, code
        weeks = (day - renewal.first).days / _WEEK
        late = self._dice.chance(coder.misses_update * 0.5 ** (weeks / self._half_life_weeks))
        return renewal.new, renewal.old if late else renewal.new
