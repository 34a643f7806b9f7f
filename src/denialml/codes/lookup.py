"""The lookup door: one row of a table for a code, as it stood on a day."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Protocol, TypeVar


@dataclass(frozen=True, slots=True)
class ReasonRule:
    """What one claim adjustment reason code (CARC) means to a practice.

    ``treatment`` is what the ledger does with it under its usual group (:class:`denialml.codes.Treatment`), and
    ``under_pr`` what it does under group ``PR`` where that differs from the general rule, else empty;
    ``route`` is the default next step for a denial, ``stage`` where in the practice its cause lies.
    ``reason_in_remark`` is true when only a remark code says why (16, 96, 252, A1).
    """

    code: str
    usual_group: str
    wording: str
    treatment: str
    under_pr: str
    category: str
    stage: str
    route: str
    preventable: bool
    appealable: bool
    reason_in_remark: bool
    uncertain: bool
    source: str
    effective: date


@dataclass(frozen=True, slots=True)
class RemarkRule:
    """What a remark code (RARC) says beyond the reason. ``always`` overrides any reason, else only vague ones."""

    code: str
    wording: str
    category: str
    stage: str
    route: str
    preventable: bool
    appealable: bool
    always: bool
    source: str
    effective: date


@dataclass(frozen=True, slots=True)
class ProviderAdjustmentRule:
    """Which ledger account a provider adjustment (PLB03-1) belongs to; ``suspense_remit`` when a person must say."""

    code: str
    name: str
    account: str
    usual_sign: str
    uncertain: bool
    source: str
    effective: date


@dataclass(frozen=True, slots=True)
class Deadline:
    """A time limit: ``count`` ``unit`` (days, months, years, year_end) from ``anchor`` (notice or service).

    ``receipt_days`` are added to a notice's date where the law presumes when it was received. ``uncertain`` marks the
    shortest usual term of contracts or states, which a practice replaces by its own.
    """

    payer_kind: str
    step: str
    count: int
    unit: str
    anchor: str
    receipt_days: int
    source: str
    uncertain: bool
    effective: date


@lru_cache(maxsize=4096)
def reason(code: str, on: date) -> ReasonRule | None:
    """The rule of a CARC as of a day; None when the table does not know it."""
    return _in_force(reasons().get(code, ()), on)


@lru_cache(maxsize=4096)
def remark(code: str, on: date) -> RemarkRule | None:
    """The rule of a RARC as of a day; None when it changes nothing."""
    return _in_force(_remarks().get(code, ()), on)


@lru_cache(maxsize=1024)
def provider_adjustment(code: str, on: date) -> ProviderAdjustmentRule | None:
    """The rule of a PLB reason as of a day; None when the table does not know it."""
    return _in_force(_provider_adjustments().get(code, ()), on)


@lru_cache(maxsize=1024)
def payer_kind(filing_indicator: str, on: date) -> str | None:
    """The kind of payer whose time limits apply, from the claim filing indicator (SBR09); None when it cannot tell."""
    row = _in_force(_payer_kinds().get(filing_indicator, ()), on)
    return row.payer_kind if row else None


@lru_cache(maxsize=4096)
def deadline(payer_kind: str, step: str, on: date) -> Deadline | None:
    """The time limit of a kind of payer for ``correct``, ``new_claim`` or ``appeal`` as of a day; None when unknown."""
    return _in_force(_deadlines().get((payer_kind, step), ()), on)


@lru_cache(maxsize=1)
def reasons() -> Mapping[str, tuple[ReasonRule, ...]]:
    """Every reason row by code, the newest first."""
    return _table("carc_routes.csv", _reason_row, lambda row: row.code)


@dataclass(frozen=True, slots=True)
class _PayerKind:
    filing_indicator: str
    payer_kind: str
    effective: date


@lru_cache(maxsize=1)
def _remarks() -> Mapping[str, tuple[RemarkRule, ...]]:
    return _table("rarc_routes.csv", _remark_row, lambda row: row.code)


@lru_cache(maxsize=1)
def _provider_adjustments() -> Mapping[str, tuple[ProviderAdjustmentRule, ...]]:
    return _table("plb.csv", _provider_adjustment_row, lambda row: row.code)


@lru_cache(maxsize=1)
def _payer_kinds() -> Mapping[str, tuple[_PayerKind, ...]]:
    return _table(
        "payer_kinds.csv",
        lambda r: _PayerKind(r["filing_indicator"], r["payer_kind"], date.fromisoformat(r["effective"])),
        lambda row: row.filing_indicator,
    )


@lru_cache(maxsize=1)
def _deadlines() -> Mapping[tuple[str, str], tuple[Deadline, ...]]:
    return _table("deadlines.csv", _deadline_row, lambda row: (row.payer_kind, row.step))


def _reason_row(row: Mapping[str, str]) -> ReasonRule:
    return ReasonRule(
        code=row["code"],
        usual_group=row["usual_group"],
        wording=row["wording"],
        treatment=row["treatment"],
        under_pr=row["under_pr"],
        category=row["category"],
        stage=row["stage"],
        route=row["route"],
        preventable=row["preventable"] == "y",
        appealable=row["appealable"] == "y",
        reason_in_remark=row["reason_in_remark"] == "y",
        uncertain=row["uncertain"] == "y",
        source=row["source"],
        effective=date.fromisoformat(row["effective"]),
    )


def _remark_row(row: Mapping[str, str]) -> RemarkRule:
    return RemarkRule(
        code=row["code"],
        wording=row["wording"],
        category=row["category"],
        stage=row["stage"],
        route=row["route"],
        preventable=row["preventable"] == "y",
        appealable=row["appealable"] == "y",
        always=row["always"] == "y",
        source=row["source"],
        effective=date.fromisoformat(row["effective"]),
    )


def _provider_adjustment_row(row: Mapping[str, str]) -> ProviderAdjustmentRule:
    return ProviderAdjustmentRule(
        code=row["code"],
        name=row["name"],
        account=row["account"],
        usual_sign=row["usual_sign"],
        uncertain=row["uncertain"] == "y",
        source=row["source"],
        effective=date.fromisoformat(row["effective"]),
    )


def _deadline_row(row: Mapping[str, str]) -> Deadline:
    return Deadline(
        payer_kind=row["payer_kind"],
        step=row["step"],
        count=int(row["count"]),
        unit=row["unit"],
        anchor=row["anchor"],
        receipt_days=int(row["receipt_days"]),
        source=row["source"],
        uncertain=row["uncertain"] == "y",
        effective=date.fromisoformat(row["effective"]),
    )


class _Dated(Protocol):
    @property
    def effective(self) -> date: ...


_Row = TypeVar("_Row", bound=_Dated)
_Key = TypeVar("_Key", bound=Hashable)


def _table(
    name: str, make: Callable[[Mapping[str, str]], _Row], key: Callable[[_Row], _Key]
) -> Mapping[_Key, tuple[_Row, ...]]:
    text = files("denialml.codes").joinpath("data", name).read_text(encoding="utf-8")
    table: dict[_Key, tuple[_Row, ...]] = {}
    for row in map(make, csv.DictReader(io.StringIO(text))):
        table[key(row)] = tuple(sorted((*table.get(key(row), ()), row), key=lambda r: r.effective, reverse=True))
    return table


def _in_force(rows: tuple[_Row, ...], on: date) -> _Row | None:
    return next((row for row in rows if row.effective <= on), None)
