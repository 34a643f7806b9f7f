"""Contracts, services and small code tables for the tests of what payers owe."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from denialml.codes import KINDS, Tables
from denialml.codes.packed import Packed, Packer
from denialml.codes.rows import FeeRow, Gpci, Place, Row
from denialml.codes.shapes import key_of
from denialml.contracts import Agreement, FeeSchedule, Service, Terms

ON = date(2026, 3, 2)
LOCALITY = "0510200"
_YEARS = (date(2010, 1, 1), date(2026, 12, 31))


def tables(content: Mapping[str, Mapping[str, Row]]) -> Tables:
    """Tables of some rows that speak of 2010 to 2026 as release ``R1``."""

    def packed(name: str) -> Packed[Any]:
        packer = Packer()
        for key, row in content[name].items():
            number = key_of(key)
            assert number is not None
            packer.add(number, row)
        return packer.packed(KINDS[name].row, name)

    opened = {name: (lambda name=name: packed(name)) for name in content}
    return Tables(opened, dict.fromkeys(content, _YEARS), dict.fromkeys(content, ((_YEARS[0], "R1"),)))


def fee_row(*, work: str = "0", practice: str = "0", facility: str | None = None, **values: Any) -> FeeRow:
    """A row of the fee schedule with values in units and, unless told, a conversion factor of one dollar."""
    hundredths = {
        "work": round(Decimal(work) * 100),
        "practice_nonfacility": round(Decimal(practice) * 100),
        "practice_facility": round(Decimal(facility if facility is not None else practice) * 100),
        "conversion_factor": 10_000,
    }
    return FeeRow(**{"status": "A", **hundredths, **values})


def medicare(gpci: Gpci | None = None, **rows: FeeRow) -> Tables:
    """Medicare's fee schedule of some rows by code and modifier (``c70450_26``), and places 11 and 22."""
    named = {name.removeprefix("c").replace("_", ""): row for name, row in rows.items()}
    places = {"11": Place(name="office", facility=False), "22": Place(name="hospital", facility=True)}
    index = gpci or Gpci(work=1000, practice=1000, malpractice=1000)
    return tables({"fee_schedule": named, "gpci": {LOCALITY: index}, "place": places})


def agreement(schedule: FeeSchedule | None = None, **terms: Any) -> Agreement:
    """A contract; in per cent of Medicare unless it names another price."""
    if schedule is not None:
        terms["schedule"] = schedule.name
    elif not terms.keys() & {"case_rates_cents", "charge_percent", "medicare_percent"}:
        terms["medicare_percent"] = Decimal(100)
    if "medicare_percent" in terms:
        terms.setdefault("locality", LOCALITY)
    return Agreement("PAYER1", date(2025, 1, 1), Terms(**terms), schedule)


def service(code: str, *modifiers: str, units: int | str = 1, charge: int = 10_000_000, **changes: Any) -> Service:
    """A service in the office on the usual day, dear enough for the charge not to matter."""
    return Service(code, modifiers, Decimal(units), charge, **{"served_on": ON, "place": "11", **changes})
