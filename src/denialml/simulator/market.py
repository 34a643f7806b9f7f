"""The market of insurance: which payers people of an age have, from when on, and where they go when a plan ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol

from denialml.errors import BadInputError
from denialml.simulator.dice import Weighted

AGE_GROUPS = ("child", "adult", "senior")
_MEDICARE = frozenset({"MB"})


class _Described(Protocol):
    @property
    def data(self) -> Mapping[str, Any]: ...


class Market:
    """What the ``population`` of every payer file says, ready to be drawn from.

    Raises:
        BadInputError: no payer insures an age group from the beginning.
    """

    def __init__(self, payers: Mapping[str, _Described]) -> None:
        self._payers = payers
        self._blocks: dict[str, Mapping[str, Any]] = {key: payer.data["population"] for key, payer in payers.items()}
        self.joins: dict[str, date] = {key: block.get("joins", date.min) for key, block in self._blocks.items()}
        self.switches = {key: Weighted.of(block["switches_to"]) for key, block in self._blocks.items()}
        self._known: dict[tuple[str, int, str], Weighted[str] | None] = {}
        self._join_days = sorted(self.joins.values())
        for group in AGE_GROUPS:
            if self._drawn(group, date.min, "") is None:
                raise BadInputError(
                    f"payer files: nobody insures the age group {group} from the beginning; give a payer without "
                    f"`joins` a positive `population: share: {group}:`"
                )

    def of(self, key: str) -> Mapping[str, Any]:
        """What the file of that payer says of who is insured there."""
        return self._blocks[key]

    def shares(self, group: str, day: date) -> Weighted[str]:
        """The payers of an age group, of those that insure anybody on that day, by their share."""
        drawn = self._drawn(group, day, "")
        assert drawn is not None, "every group has a payer from the beginning"
        return drawn

    def group_plans(self, group: str, day: date, beside: str) -> Weighted[str] | None:
        """The plans through a group that somebody insured at ``beside`` may have besides; None where there is none."""
        return self._drawn("child" if group == "child" else "adult", day, beside)

    def takes_second(self, key: str, group: str) -> bool:
        """Whether a second plan may pay after this one: original Medicare for the old, a group's plan for others."""
        data = self._payers[key].data
        if group == "senior":
            return data["payer"]["filing_indicator"] in _MEDICARE
        return bool(data["group_numbers"])

    def _drawn(self, group: str, day: date, beside: str) -> Weighted[str] | None:
        """Payers by share, remembered: those that have joined by the day, group plans only where beside another."""
        joined = sum(first <= day for first in self._join_days)
        known = (group, joined, beside)
        if known not in self._known:
            weights = {
                key: block["share"][group]
                for key, block in self._blocks.items()
                if block["share"][group]
                and self.joins[key] <= day
                and (not beside or (key != beside and self._payers[key].data["group_numbers"]))
            }
            self._known[known] = Weighted.of(weights) if weights else None
        return self._known[known]
