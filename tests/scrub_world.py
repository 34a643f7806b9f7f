"""A small world to scrub in: made-up claims written in a line of text, a few rows of each table, a short history.

``tests/scrub/cases`` describes each case over a base claim; here is what its words mean. A line is
``99213-25 x2 $80 @11 dx1,2 on 2025-03-03``: code and modifiers, then units, charge, place, pointers and day, each as
needed. ``set`` changes any field by its path: ``lines.0.ordering.identifier: "1500000017"``.
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import yaml

from denialml.claims import (
    Address,
    Claim,
    Coverage,
    DatedFact,
    Diagnosis,
    InstitutionalDetail,
    Party,
    Patient,
    Procedure,
    Reference,
    ServiceLine,
    replace,
)
from denialml.scrub import Context, Stage, tables
from denialml.scrub.history import Remembered, Service
from denialml.scrub.practice import Practice

FOLDER = Path(__file__).parent / "scrub"
SERVED = date(2025, 3, 3)
SENT = date(2025, 3, 10)
GROUP, DOCTOR, FACILITY = "1234567893", "1245319599", "1500000017"
_LINE = re.compile(
    r"(?P<code>\w*)(?P<mods>(-\w+)*)( x(?P<units>[\d.-]+))?( \$(?P<charge>[\d.-]+))?( @(?P<place>\d\d))?"
    r"( dx(?P<dx>[\d,]+))?( on (?P<day>\S+))?( to (?P<to>\S+))?( rev(?P<rev>\d{4}))?"
)
_ROWS: dict[str, type[Any]] = {
    "icd10": tables.Icd10Row,
    "procedure": tables.ProcedureRow,
    "addon": tables.AddOnRow,
    "fee": tables.FeeRow,
    "provider": tables.ProviderRow,
    "drug": tables.DrugRow,
    "revenue": tables.RevenueRow,
}
_SAME = {"ordering": "provider", "opted_out": "provider", "ptp_hospital": "ptp hospital", "mue_hospital": "mue"}
_KEYS = {"provider": "npi", "drug": "ndc"}


@dataclass(frozen=True)
class Rows:
    """Tables of a few rows: ``of[table][key]`` is a list of (first day, last day, row), the last fitting one holds.

    ``asked`` are the tables that were looked into.
    """

    of: dict[str, dict[str, list[tuple[date, date, Any]]]]
    asked: set[str] = field(default_factory=set)

    def _row(self, table: str, key: str, on: date) -> Any:
        self.asked.add(table.replace(" ", "_"))
        for first, last, row in self.of.get(table, {}).get(key, ()):
            if first <= on <= last:
                return row
        return None

    def release(self, table: str, on: date) -> str:  # noqa: ARG002
        of = _SAME.get(table, table)
        return f"{table} made up" if self.of.get(of) else ""

    def icd10(self, code: str, on: date) -> Any:
        return self._row("icd10", code, on)

    def procedure(self, code: str, on: date) -> Any:
        return self._row("procedure", code, on)

    def ptp(self, column1: str, column2: str, on: date, *, hospital: bool, medicaid: bool) -> Any:  # noqa: ARG002
        return self._row("ptp hospital" if hospital else "ptp", f"{column1} {column2}", on)

    def mue(self, code: str, on: date, *, hospital: bool, medicaid: bool) -> Any:  # noqa: ARG002
        return self._row("mue", code, on)

    def addon(self, code: str, on: date) -> Any:
        return self._row("addon", code, on)

    def fee_schedule(self, code: str, modifier: str, on: date) -> Any:
        return self._row("fee", f"{code}-{modifier}" if modifier else code, on)

    def modifier(self, code: str, on: date) -> bool:
        return bool(self._row("modifier", code, on))

    def place(self, code: str, on: date) -> bool:
        return bool(self._row("place", code, on))

    def taxonomy(self, code: str, on: date) -> bool:
        return bool(self._row("taxonomy", code, on))

    def provider(self, npi: str, on: date) -> Any:  # noqa: ARG002
        return self._row("provider", npi, SENT)

    def excluded(self, npi: str, on: date) -> bool:
        return bool(self._row("excluded", npi, on))

    def coverage(self, procedure: str, diagnoses: Sequence[str], on: date) -> Any:
        asked = frozenset(diagnoses)
        return [
            dataclasses.replace(each, covered=each.covered & asked, refused=each.refused & asked)
            for each in self._row("coverage", procedure, on) or ()
        ]

    def clia(self, code: str, on: date) -> str:
        return self._row("clia", code, on) or ""

    def telehealth(self, code: str, on: date) -> bool:
        return bool(self._row("telehealth", code, on))

    def drug(self, ndc: str, on: date) -> Any:
        return self._row("drug", ndc, on)

    def revenue(self, code: str, on: date) -> Any:
        return self._row("revenue", code, on)


def rows(described: dict[str, Any], changes: dict[str, Any] | None = None) -> Rows:
    """Tables as YAML describes them, with a case's changes; a table that the case sets to null is not loaded."""
    merged = dict(described)
    for table, content in (changes or {}).items():
        merged[table] = {**_mapping(merged.get(table) or {}), **_mapping(content)} if content is not None else {}
    return Rows(
        {
            table: {str(key): [_dated(table, str(key), value)] for key, value in _mapping(content).items()}
            for table, content in merged.items()
        }
    )


def _mapping(content: Any) -> dict[str, Any]:
    if isinstance(content, dict):
        return {str(key): value for key, value in content.items()}
    return {str(key): True for key in (content.split() if isinstance(content, str) else content)}


def _dated(table: str, key: str, value: Any) -> tuple[date, date, Any]:
    value = dict(value) if isinstance(value, dict) else value
    first = value.pop("from", date.min) if isinstance(value, dict) else date.min
    last = value.pop("to", date.max) if isinstance(value, dict) else date.max
    return first, last, _row_value(table, key, {} if value is None else value)


def _row_value(table: str, key: str, value: Any) -> Any:
    if table in _ROWS:
        fields = {} if value is True else value
        return msgspec.convert({_KEYS.get(table, "code"): key.partition("-")[0], **fields}, _ROWS[table])
    if table.startswith("ptp"):
        return tables.PairEdit(*key.split(), value["indicator"] if isinstance(value, dict) else str(value))
    if table == "mue":
        return tables.UnitLimit(key, value[0], str(value[1]))
    if table == "coverage":
        return msgspec.convert(value, list[tables.CoveragePolicy])
    return value or True


def _party(name: str, npi: str, **more: Any) -> Party:
    return Party(name=name, id_qualifier="XX", identifier=npi, **more)


def _base(payer: str) -> Claim:
    address = Address("1 Main Street", "", "Springfield", "IL", "627011234")
    indicator, member = {"medicare": ("MB", "1EG4TE5MK73"), "hospital": ("MA", "1EG4TE5MK73")}.get(payer, ("CI", "M10"))
    subscriber = Party(
        name="Sample", first="Terry", is_person=True, id_qualifier="MI", identifier=member, address=address
    )
    claim = Claim(
        control_number="00000000011",
        charge_cents=10_000,
        place_of_service="11",
        billing=_party(
            "Example Medical Group", GROUP, taxonomy="207R00000X", address=address,
            references=(Reference("EI", "123456789"),),
        ),
        coverage=Coverage(
            payer=Party(name="Payer", id_qualifier="PI", identifier="P1"),
            subscriber=subscriber,
            filing_indicator=indicator,
            subscriber_birth=date(1950, 5, 1),
            subscriber_sex="F",
        ),
        lines=(),
        rendering=_party("Quill", DOCTOR, first="Ada", is_person=True, taxonomy="207R00000X"),
    )  # fmt: skip
    if payer == "hospital":
        claim = replace(
            claim,
            place_of_service="13",
            facility_qualifier="A",
            rendering=None,
            dates=(DatedFact("434", SERVED, SERVED),),
            institutional=InstitutionalDetail(
                admission_type="3", admission_source="1", patient_status="01", attending=claim.rendering
            ),
        )
    return claim


def line(number: int, text: str, *, hospital: bool = False) -> ServiceLine:
    """A service line from its line of text."""
    match = _LINE.fullmatch(text)
    assert match, f"not a line: {text}"
    day = date.fromisoformat(match["day"]) if match["day"] else SERVED
    return ServiceLine(
        number=number,
        procedure=Procedure(match["code"], tuple(filter(None, match["mods"].split("-")))),
        charge_cents=round(Decimal(match["charge"] or 100) * 100),
        units=Decimal(match["units"] or 1),
        service_from=day,
        service_to=date.fromisoformat(match["to"]) if match["to"] else day,
        place_of_service=match["place"] or "",
        diagnosis_pointers=() if hospital else tuple(int(each) for each in (match["dx"] or "1").split(",")),
        revenue_code=match["rev"] or ("0510" if hospital else ""),
    )


def claim_of(case: dict[str, Any]) -> Claim:
    """The claim that a case describes."""
    payer = case.get("payer", "medicare")
    claim = _base(payer)
    hospital = payer == "hospital"
    lines = tuple(line(n, text, hospital=hospital) for n, text in enumerate(case.get("lines", ["99213"]), 1))
    codes = str(case.get("diagnoses", "I10 E119")).split()
    claim = replace(
        claim,
        lines=lines,
        charge_cents=sum(each.charge_cents for each in lines),
        place_of_service=case.get("place", claim.place_of_service),
        diagnoses=tuple(Diagnosis(code, "ABK" if n == 0 else "ABF") for n, code in enumerate(codes)),
    )
    for path, value in case.get("set", {}).items():
        claim = _with(claim, path.split("."), value)
    return claim


def _with(value: Any, path: list[str], new: Any) -> Any:
    name, rest = path[0], path[1:]
    if isinstance(value, tuple):
        at = int(name)
        return (*value[:at], _with(value[at], rest, new), *value[at + 1 :])
    hint = typing.get_type_hints(type(value))[name]
    if not rest:
        return replace(value, **{name: msgspec.convert(new, hint, strict=False)})
    inner = getattr(value, name)
    return replace(value, **{name: _with(_empty(hint) if inner is None else inner, rest, new)})


def _plain(hint: Any) -> Any:
    """The kind of value itself, of a field that may be None."""
    if isinstance(hint, types.UnionType):
        return next(each for each in typing.get_args(hint) if each is not types.NoneType)
    return hint


def _empty(hint: Any) -> Any:
    kind = _plain(hint)
    return Patient(Party()) if kind is Patient else kind()


def _service(described: Any) -> Service:
    """``2025-02-01 20610-RT x2``, given by the group's doctor to the same payer; or a mapping with more of it."""
    more = dict(described) if isinstance(described, dict) else {"is": described}
    day, _, rest = more.pop("is").partition(" ")
    given = line(1, rest)
    known = {
        "npi": DOCTOR,
        "tax_id": "123456789",
        "taxonomy": "207R00000X",
        "payer_id": "P1",
        "control_number": "00000000027",
    }
    fields = {
        "day": date.fromisoformat(day),
        "code": given.procedure.code,
        "modifiers": given.procedure.modifiers,
        "units": given.units,
        "charge_cents": given.charge_cents,
    }
    return msgspec.convert({**known, **fields, **more}, Service)


def _hook(kind: type, value: Any) -> Any:
    return re.compile(value) if kind is re.Pattern or typing.get_origin(kind) is re.Pattern else value


def context_of(case: dict[str, Any], national: dict[str, Any]) -> Context:
    """The context that a case describes."""
    practice = dict(case.get("practice", {}))
    if "contract" in practice:
        practice["contracts"] = {"P1": [{"effective": date(2020, 1, 1), **practice.pop("contract")}]}
    known = dict(case.get("record", {}))
    return Context(
        tables=rows(national, case.get("tables")),
        history=msgspec.convert({**known, "earlier": [_service(s) for s in case.get("history", ())]}, Remembered),
        practice=msgspec.convert(practice, Practice, dec_hook=_hook),
        as_of=case.get("as_of", SENT),
        stage=Stage(case.get("stage", "ready")),
    )


def national_tables() -> dict[str, Any]:
    """The tables of ``tests/scrub/tables.yml``."""
    described: dict[str, Any] = yaml.safe_load((FOLDER / "tables.yml").read_text("utf-8"))
    return described


def asked(context: Context) -> set[str]:
    """The tables that were looked into."""
    assert isinstance(context.tables, Rows)
    return context.tables.asked
