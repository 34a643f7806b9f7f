"""A payer with a policy made for a test, and claims it can be asked about."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from denialml.claims import Claim, Procedure, Reference, replace
from denialml.simulator.decisions import Family
from denialml.simulator.payer import Payer
from denialml.simulator.policy import policy_from
from made_up_claims import RENDERING, made_claim

SERVED = date(2025, 3, 3)
RECEIVED = date(2025, 3, 10)
MEMBER = "MEMBER1"


def policy_data(*rules: dict[str, Any], error_rate: float = 0.0, **changes: Any) -> dict[str, Any]:
    """The content of a policy file with these rules, no random error and no patient share unless told."""
    data: dict[str, Any] = {
        "payer": {
            "identifier": "TP001",
            "name": "TEST PAYER",
            "kind": "commercial",
            "filing_indicator": "CI",
            "originator": "1234567890",
            "line1": "1 A ST",
            "city": "ALDER FALLS",
            "state": "IL",
            "postal_code": "61598",
            "telephone": "8005550100",
        },
        "member_shape": "digits-9",
        "group_numbers": False,
        "population": {
            "share": {"child": 1, "adult": 1, "senior": 1},
            "send": [0],
            "monthly_end": 0.0,
            "january_switch": 0.0,
            "gap": 0.0,
            "switches_to": {"test": 1},
            "other_insurance": 0.0,
            "asks_authorization": True,
        },
        "fees": [{"factor": 1.0, "visit_factor": 1.0}],
        "patient_share": {},
        "remits": {"median_days": 7, "spread": 0.5, "floor": 3, "weekdays": [1, 4]},
        "random_error": {"rate": error_rate, "reasons": {"16": 1}, "remarks": {"16": ["N382"]}},
        "review": review_data(),
        "rules": [
            {"name": f"rule-{place}", "cause": "data", "group": "CO", **rule} for place, rule in enumerate(rules)
        ],
    }
    return data | changes


def review_data() -> dict[str, Any]:
    """Terms of review under which everything has an even chance."""
    clocks = ("corrected", "reconsideration", "appeal", "second")
    return {
        "window": dict.fromkeys(clocks, 180),
        "lag": {"median_days": 30, "spread": 0.4},
        "half_life_days": dict.fromkeys(clocks, 90),
        "wins": {
            family.value: dict.fromkeys(("reconsideration", "appeal", "with_records", "second"), 0.5)
            for family in Family
        },
    }


def payer(*rules: dict[str, Any], seed: int = 1, **changes: Any) -> Payer:
    """A payer with these rules that knows one member and one provider."""
    made = Payer(policy_from("test", policy_data(*rules, **changes)), seed)
    made.enrol(MEMBER, date(2020, 1, 1), None, moved=False, other_from=None)
    made.enrol_provider(RENDERING.npi, date(2020, 1, 1))
    return made


def claim(serial: int = 1, *codes: str, member: str = MEMBER, references: tuple[Reference, ...] = ()) -> Claim:
    """A claim for that member with one line a code, 300 dollars and one unit each."""
    codes = codes or ("99213",)
    made = made_claim(serial, member=member, served_on=SERVED, lines=len(codes))
    lines = tuple(
        replace(
            line,
            procedure=Procedure(code),
            charge_cents=30_000,
            units=Decimal(1),
            diagnosis_pointers=(1,),
        )
        for line, code in zip(made.lines, codes, strict=True)
    )
    return replace(made, lines=lines, charge_cents=30_000 * len(lines), references=references)
