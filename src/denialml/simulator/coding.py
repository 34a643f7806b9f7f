"""Coding: what was done becomes the lines of a claim, with the slips of who codes, and the edits that undo them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from denialml.claims import EncounterCharge, Procedure
from denialml.simulator.dice import Dice
from denialml.simulator.edits import Edit, EditKind
from denialml.simulator.medicine import Service
from denialml.simulator.staff import Coder

_CATEGORY = 3  # characters of a diagnosis code cut to its category


@dataclass(frozen=True, slots=True)
class Coded:
    """A visit as coded. ``taxonomy`` says whether that of who treated is told."""

    diagnoses: tuple[str, ...]
    charges: tuple[EncounterCharge, ...]
    taxonomy: bool
    edits: tuple[Edit, ...]


class Coding:
    """What coders do with a visit; who of them does it is told each time."""

    def __init__(self, seed: int) -> None:
        self._dice = Dice(seed, "coding")

    def code(
        self, coder: Coder, diagnoses: list[str], services: Sequence[Service], charges: Mapping[str, int]
    ) -> Coded:
        """The visit as this person writes it down, at these charges (cents a unit by procedure)."""
        edits: list[Edit] = []
        lines = tuple(self._line(coder, number, service, charges, edits) for number, service in enumerate(services, 1))
        written = self._cut(coder, diagnoses, edits)
        return Coded(tuple(written), lines, not self._dice.chance(coder.omits_taxonomy), tuple(edits))

    def repeats(self, coder: Coder) -> bool:
        """Whether this claim will be sent a second time by mistake."""
        return self._dice.chance(coder.repeats)

    def between(self, low: int, high: int) -> int:
        """A number of days from ``low`` up to, not including, ``high``."""
        return low + self._dice.below(high - low)

    def _line(
        self, coder: Coder, number: int, service: Service, charges: Mapping[str, int], edits: list[Edit]
    ) -> EncounterCharge:
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
            Procedure(service.code, tuple(modifiers)),
            charges[service.code] * service.units,
            Decimal(service.units),
            (pointer,),
        )

    def _cut(self, coder: Coder, diagnoses: list[str], edits: list[Edit]) -> list[str]:
        """The diagnoses as coded: now and then one is cut to its category."""
        if not self._dice.chance(coder.cuts_diagnosis):
            return diagnoses
        place = self._dice.below(len(diagnoses))
        full = diagnoses[place]
        short = full[:_CATEGORY]
        if short in diagnoses:
            return diagnoses
        edits.append(Edit(EditKind.DIAGNOSIS, text=full, place=place + 1))
        return [*diagnoses[:place], short, *diagnoses[place + 1 :]]
