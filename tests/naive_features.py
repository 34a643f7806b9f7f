"""The oracle of features: one loop over all events for each value, in plain Python, with no window and no order.

It lives with the tests because no program should ever call it. It shares with the product what is declared (levels,
windows, families, constants) and nothing that computes: keys, content and counts are written here a second time.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from typing import Any

from denialml.features import FAMILIES, FEATURES, LEVELS, Feature, Level
from denialml.features.levels import (
    ALLOWED_MINIMUM_LINES,
    DEFAULT_ALLOWED_RATIO,
    DELAY_BANDS_DAYS,
    PRIOR_RATE,
)
from feature_histories import History, Row

Value = float | str | None


def text(row: Row, name: str) -> str:
    return row[name] or ""


def modifiers(row: Row) -> list[str]:
    return [code for code in text(row, "modifiers").split(":") if code]


def is_visit(row: Row) -> bool:
    code = text(row, "procedure")
    return len(code) == 5 and "99202" <= code <= "99499"


def is_procedure(row: Row) -> bool:
    code = text(row, "procedure")
    return len(code) == 5 and ("10004" <= code <= "69990" or "90281" <= code <= "99199")


def delay_days(row: Row) -> int:
    return int((row["known_on"] - row["served_on"]).days)


class NaiveFeatures:
    """Every feature of every line of a history."""

    def __init__(self, history: History) -> None:
        self.lines = history.lines
        self.by_id = {row["line_id"]: row for row in history.lines}
        self.first = [row for row in history.outcomes if row["first"]]

    def rows(self) -> dict[int, dict[str, Value]]:
        return {row["line_id"]: {f.name: self.value(f, row) for f in FEATURES} for row in self.lines}

    def value(self, feature: Feature, row: Row) -> Value:
        if not feature.level:
            return CONTENT[feature.name](self, row)
        level = LEVELS[feature.level]
        if feature.name == "expected_allowed_ratio":
            return self.allowed_ratio(row)
        if feature.name == "charge_to_usual":
            return self.charge_to_usual(row)
        if feature.statistic == "days_since":
            return self.days_since(level, feature.name.rpartition("_")[2], row)
        days = feature.window_days
        assert days is not None
        if feature.statistic == "rate":
            if feature.family:
                return self.denied(level, days, row, feature.family) / (self.seen(level, days, row) + level.prior_lines)
            return self.rate(level, days, row)
        if feature.statistic == "rate_change":
            return self.rate(level, days, row) - self.rate(level, 365, row)
        if feature.statistic == "denied":
            return self.denied(level, days, row, feature.family)
        if feature.statistic == "claims":
            return len({other["claim_id"] for _, other in self.events(level, row, days)})
        assert feature.statistic == "lines"
        return self.seen(level, days, row)

    # History, one event at a time.

    def events(self, level: Level, row: Row, days: int | None = None) -> list[tuple[Row, Row]]:
        """(event, its line) of a level within the last days before the line's own day: the day itself is not seen."""
        today: date = row["known_on"]
        key = self.key(level, row)
        if level.source == "outcomes":
            dated = [(one["received_on"], one, self.by_id[one["line_id"]]) for one in self.first]
        else:
            dated = [(one["known_on"], one, one) for one in self.lines]
        return [
            (event, other)
            for on, event, other in dated
            if on < today and (days is None or (today - on).days <= days) and self.key(level, other) == key
        ]

    def key(self, level: Level, row: Row) -> tuple[Any, ...]:
        return tuple(self.key_part(column, row) for column in level.keys)

    def key_part(self, column: str, row: Row) -> Any:
        if column == "companion":
            return self.companion(row)
        if column == "diagnosis_category":
            return text(row, "diagnosis")[:3]
        if column == "delay_band":
            return sum(delay_days(row) > end for end in DELAY_BANDS_DAYS)
        if column == "served_day":
            return row["served_on"]
        if column in {"units", "patient_id"}:
            return row[column]
        if column.startswith("has_"):
            return bool(row[column])
        return text(row, column)

    def seen(self, level: Level, days: int, row: Row) -> int:
        return len(self.events(level, row, days))

    def denied(self, level: Level, days: int, row: Row, family: str = "") -> int:
        return sum(self.counts(event, family or "denial") for event, _ in self.events(level, row, days))

    def counts(self, event: Row, kind: str) -> bool:
        if kind == "line":
            return True
        if kind == "payment":
            return not event["denied"]
        return event["denied"] and (kind == "denial" or event["reason"] in FAMILIES[kind])

    def rate(self, level: Level, days: int, row: Row) -> float:
        if days < 60:
            prior = self.rate(level, 365, row)
        else:
            prior = self.rate(LEVELS[level.parent], days, row) if level.parent else PRIOR_RATE
        return (self.denied(level, days, row) + level.prior_lines * prior) / (
            self.seen(level, days, row) + level.prior_lines
        )

    def days_since(self, level: Level, kind: str, row: Row) -> float | None:
        day = "received_on" if level.source == "outcomes" else "known_on"
        ago = [(row["known_on"] - event[day]).days for event, _ in self.events(level, row) if self.counts(event, kind)]
        return min(ago, default=None)

    def allowed_ratio(self, row: Row) -> float:
        for name in ("payer_procedure", "payer", "practice"):
            paid = [
                event
                for event, _ in self.events(LEVELS[name], row, 365)
                if not event["denied"] and event["allowed_cents"] is not None and event["charge_cents"] > 0
            ]
            if len(paid) >= ALLOWED_MINIMUM_LINES:
                return sum(one["allowed_cents"] for one in paid) / sum(one["charge_cents"] for one in paid)
        return DEFAULT_ALLOWED_RATIO

    def charge_to_usual(self, row: Row) -> float | None:
        def priced(one: Row) -> bool:
            return one["charge_cents"] > 0 and (one["units"] or 0) > 0

        others = [other for _, other in self.events(LEVELS["procedure_charge"], row, 365) if priced(other)]
        if not priced(row) or not others:
            return None
        usual = sum(one["charge_cents"] for one in others) / sum(one["units"] for one in others)
        return float(row["charge_cents"] / row["units"] / usual)

    # The claim itself.

    def beside(self, row: Row) -> list[Row]:
        return [o for o in self.lines if o["claim_id"] == row["claim_id"] and o["line_id"] != row["line_id"]]

    def companion(self, row: Row) -> str:
        dearest = max(
            self.beside(row), key=lambda o: (o["charge_cents"], text(o, "procedure"), o["line_id"]), default=None
        )
        return text(dearest, "procedure") if dearest else ""

    def procedures_beside(self, row: Row) -> int:
        return sum(map(is_procedure, self.beside(row)))

    def alike_beside(self, row: Row) -> list[Row]:
        return [o for o in self.beside(row) if text(o, "procedure") == text(row, "procedure")]


def _any_modifier(codes: str) -> Callable[[NaiveFeatures, Row], Value]:
    return lambda _, row: float(bool(set(modifiers(row)) & set(codes.split())))


def _share(part: float, whole: float | None) -> float | None:
    return part / whole if whole and whole > 0 else None


CONTENT: dict[str, Callable[[NaiveFeatures, Row], Value]] = {
    "line_charge_cents": lambda _, row: row["charge_cents"],
    "log_line_charge": lambda _, row: math.log1p(max(row["charge_cents"], 0)),
    "unit_charge_cents": lambda _, row: _share(row["charge_cents"], row["units"]),
    "units": lambda _, row: row["units"],
    "claim_charge_total_cents": lambda _, row: row["claim_charge_cents"],
    "charge_share_of_claim": lambda _, row: _share(row["charge_cents"], row["claim_charge_cents"]),
    "position_on_claim": lambda _, row: row["line_number"],
    "lines_on_claim": lambda _, row: row["line_count"],
    "payer_code": lambda _, row: text(row, "payer"),
    "procedure_code": lambda _, row: text(row, "procedure"),
    "claim_frequency": lambda _, row: text(row, "frequency"),
    "patient_age_years": lambda _, row: row["patient_age"],
    "sex": lambda _, row: text(row, "patient_sex"),
    "coverage_kind": lambda _, row: text(row, "filing_indicator"),
    "coverage_order": lambda _, row: text(row, "coverage_sequence"),
    "patient_is_dependent": lambda _, row: float(row["relationship"] != "18") if row["relationship"] else None,
    "has_prior_authorization_number": lambda _, row: float(bool(row["has_prior_authorization"])),
    "has_referral_number": lambda _, row: float(bool(row["has_referral"])),
    "has_referring_provider": lambda _, row: float(bool(row["has_referring"])),
    "place": lambda _, row: text(row, "place_of_service"),
    "specialty": lambda _, row: text(row, "taxonomy"),
    "rendering_is_billing": lambda _, row: (
        float(row["rendering_npi"] == row["billing_npi"]) if row["rendering_npi"] else None
    ),
    "days_service_to_ready": lambda _, row: delay_days(row),
    "service_weekday": lambda _, row: row["served_on"].isoweekday(),
    "service_day_of_year": lambda _, row: row["served_on"].timetuple().tm_yday,
    "diagnoses_on_claim": lambda _, row: row["diagnosis_count"],
    "diagnosis_chapter": lambda _, row: text(row, "diagnosis")[:1],
    "diagnosis_length": lambda _, row: len(text(row, "diagnosis")),
    "diagnosis_is_unspecified": lambda _, row: float(
        len(text(row, "diagnosis")) > 3 and text(row, "diagnosis").endswith("9")
    ),
    "diagnosis_is_principal": lambda _, row: float(text(row, "diagnosis") == text(row, "principal_diagnosis")),
    "modifiers_on_line": lambda _, row: len(modifiers(row)),
    "modifier_separate_visit": _any_modifier("25"),
    "modifier_distinct_service": _any_modifier("59 XE XP XS XU"),
    "modifier_component": _any_modifier("26 TC"),
    "modifier_side": _any_modifier("50 LT RT"),
    "modifier_telehealth": _any_modifier("93 95 FQ GQ GT"),
    "modifier_global_period": _any_modifier("24 57 58 78 79"),
    "modifier_notice": _any_modifier("GA GX GY GZ"),
    "modifier_repeat": _any_modifier("76 77 91"),
    "modifier_criteria_met": _any_modifier("KX"),
    "is_visit": lambda _, row: float(is_visit(row)),
    "procedures_beside": lambda naive, row: naive.procedures_beside(row),
    "visits_beside": lambda naive, row: sum(map(is_visit, naive.beside(row))),
    "visit_beside_procedure_without_25": lambda naive, row: float(
        is_visit(row) and naive.procedures_beside(row) > 0 and "25" not in modifiers(row)
    ),
    "procedure_beside_procedure_without_59": lambda naive, row: float(
        is_procedure(row)
        and naive.procedures_beside(row) > 0
        and not set(modifiers(row)) & {"59", "XE", "XP", "XS", "XU"}
    ),
    "same_procedure_beside": lambda naive, row: len(naive.alike_beside(row)),
    "same_procedure_above": lambda naive, row: sum(
        (o["line_number"], o["line_id"]) < (row["line_number"], row["line_id"]) for o in naive.alike_beside(row)
    ),
}
