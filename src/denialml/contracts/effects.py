"""What modifiers do to a price under Medicare's rules: ``data/modifiers.csv``, each row with its source."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files

from denialml.codes.rows import FeeRow


class Effect(StrEnum):
    """How a modifier bears on a price."""

    NONE = "none"
    COMPONENT = "component"  # has values of its own (26, TC, 53)
    BILATERAL = "bilateral"  # by the indicator BILAT SURG
    PART = "part"  # a part of global care, by the shares of the fee schedule
    CO_SURGEON = "co_surgeon"  # by the indicator CO-SURG
    ASSISTANT = "assistant"  # by the indicator ASST SURG
    FACTOR = "factor"
    BY_REPORT = "by_report"  # priced by hand


@dataclass(frozen=True, slots=True)
class ModifierRule:
    """The effect of a modifier from a day on; ``percent`` where it is one number."""

    effect: Effect
    percent: Decimal | None
    source: str
    effective: date


@cache
def modifier_rules() -> Mapping[str, ModifierRule]:
    """Every rule, by modifier."""
    text = files("denialml.contracts").joinpath("data", "modifiers.csv").read_text(encoding="utf-8")
    return {
        row["modifier"]: ModifierRule(
            Effect(row["effect"]),
            Decimal(row["percent"]) if row["percent"] else None,
            row["source"],
            date.fromisoformat(row["effective"]),
        )
        for row in csv.DictReader(io.StringIO(text))
    }


def percent_of(modifier: str, rule: ModifierRule, row: FeeRow) -> Decimal | None:
    """Percent of the fee under a modifier whose effect the fee schedule's indicators decide; None: by hand, or not."""
    if rule.effect is Effect.BILATERAL:
        return _BILATERAL.get(row.bilateral)
    if rule.effect is Effect.CO_SURGEON:
        return rule.percent if row.co_surgeon in {"1", "2"} else None
    if rule.effect is Effect.ASSISTANT:
        return rule.percent if row.assistant == "2" else None
    shares = {
        "54": row.preoperative + row.intraoperative,
        "55": row.postoperative,
        "56": row.preoperative,
        "78": row.intraoperative,
    }
    return Decimal(shares[modifier]) or None


# BILAT SURG: 0 the rule does not apply, 1 150 per cent, 2 the fee is for both sides already, 3 each side in full.
_BILATERAL: Mapping[str, Decimal] = {"0": Decimal(100), "1": Decimal(150), "2": Decimal(100), "3": Decimal(200)}
