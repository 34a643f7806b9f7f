"""The next step for a denial, and where in the practice its cause lies: by reason, then group and remark override."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from denialml import codes
from denialml.codes import ReasonRule, RemarkRule

_TO_PATIENT: Final = "verify_notice_then_bill_patient"
_NEVER_PATIENT: Final = "correct_or_appeal_never_patient"


@dataclass(frozen=True, slots=True)
class Route:
    """What to do about a denial. ``source`` names the table rows it comes from (``CARC 16, RARC MA130``)."""

    route: str
    category: str
    stage: str
    preventable: bool
    appealable: bool
    source: str


@lru_cache(maxsize=4096)
def route(group: str, carc: str, remarks: tuple[str, ...], on: date) -> Route:
    """The route of a denial by group, reason and remarks, as the tables stood on a day.

    A remark that calls the claim unprocessable (MA130) leads to a new claim without appeal, whatever the reason.
    Where the reason only points to its remark (16, 96, 252, A1), the first remark the table knows speaks. Group ``PR``
    on a reason that is usually the provider's loss leads to the patient, when a notice was signed; group ``CO`` never
    does.
    """
    rule = codes.reason(carc, on)
    base = _base(carc, rule)
    found = [row for row in (codes.remark(code, on) for code in remarks) if row]
    specific = next((row for row in found if not row.always), None)
    if specific and (rule is None or rule.reason_in_remark):
        base = _by_remark(base, specific)
    base = _by_group(base, group, rule)
    override = next((row for row in found if row.always), None)
    return _by_remark(base, override) if override else base


def _base(carc: str, rule: ReasonRule | None) -> Route:
    if rule is None:
        return Route(
            "manual_review",
            "unknown",
            "unknown",
            preventable=False,
            appealable=True,
            source=f"CARC {carc} not in table",
        )
    return Route(rule.route, rule.category, rule.stage, rule.preventable, rule.appealable, f"CARC {carc}")


def _by_remark(base: Route, row: RemarkRule) -> Route:
    return Route(
        route=row.route,
        category=row.category or base.category,
        stage=row.stage or base.stage,
        preventable=row.preventable,
        appealable=row.appealable,
        source=f"{base.source}, RARC {row.code}",
    )


def _by_group(base: Route, group: str, rule: ReasonRule | None) -> Route:
    if group == "PR" and rule and rule.usual_group != "PR":
        return _sent(base, _TO_PATIENT, group)
    if group == "CO" and ("patient" in base.route or base.route == "read_rarc_then_bill_or_appeal"):
        return _sent(base, _NEVER_PATIENT, group)
    return base


def _sent(base: Route, to: str, group: str) -> Route:
    return Route(to, base.category, base.stage, base.preventable, base.appealable, f"{base.source}, group {group}")
