"""The tables that publishers put out, loaded by the user, as rules ask for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache, partial
from typing import Final, Generic, TypeVar, cast

from denialml import codes
from denialml.codes import ProcedureShape, procedure_shape
from denialml.codes.tables import PtpKind, Span
from denialml.scrub.tables import (
    AddOnRow,
    CoveragePolicy,
    DrugRow,
    FeeRow,
    Icd10Row,
    PairEdit,
    ProcedureRow,
    ProviderRow,
    RevenueRow,
    UnitLimit,
    editions,
)

_REMEMBERED: Final = 65_536  # codes or pairs whose answers are kept, of each table
_SIDES: Final = {"L": "left", "R": "right", "B": "bilateral"}
_PARTS: Final = ("", "26", "TC")  # the fee schedule may hold a procedure by its components alone
_CPT_MODIFIER: Final = re.compile(r"\d\d|P[1-6]|[1238]P")

#: Which of the user's tables stand behind each of the rules'; any of them will do.
BEHIND: Final[Mapping[str, tuple[str, ...]]] = {
    "icd10": ("icd10",),
    "procedure": ("hcpcs", "fee_schedule"),
    "ptp": ("ptp_practitioner",),
    "ptp_hospital": ("ptp_hospital",),
    "ptp_medicaid": ("ptp_medicaid_practitioner",),
    "ptp_medicaid_hospital": ("ptp_medicaid_hospital",),
    "mue": ("mue_practitioner",),
    "mue_hospital": ("mue_hospital",),
    "mue_medicaid": ("mue_medicaid_practitioner",),
    "mue_medicaid_hospital": ("mue_medicaid_hospital",),
    "addon": ("addon",),
    "fee": ("fee_schedule",),
    "modifier": ("modifier", "cpt_modifier"),
    "place": ("place",),
    "taxonomy": ("taxonomy",),
    "provider": ("npi",),
    "ordering": ("order_refer",),
    "opted_out": ("opt_out",),
    "excluded": ("exclusion",),
    "coverage": ("coverage_procedure",),
    "clia": ("clia_waived",),
    "telehealth": ("telehealth",),
    "drug": (),
    "revenue": ("revenue",),
}

_Answer = TypeVar("_Answer")
_Key = TypeVar("_Key")


class _Answers(Generic[_Key, _Answer]):
    """What tables say of a key on a day, each answer remembered with the days on which they say the same.

    Days of service are many and the changes of a code few, so a code is looked up once, not once for each day.
    """

    __slots__ = ("_ask", "_known", "_unchanged")

    def __init__(self, ask: Callable[[_Key, date], _Answer], unchanged: Callable[[_Key, date], Span]) -> None:
        self._ask = ask
        self._unchanged = unchanged
        self._known: dict[_Key, list[tuple[date, date, _Answer]]] = {}

    def __call__(self, key: _Key, on: date) -> _Answer:
        for first, last, answer in self._known.get(key, ()):
            if first <= on <= last:
                return answer
        return self._learn(key, on)

    def _learn(self, key: _Key, on: date) -> _Answer:
        answer = self._ask(key, on)
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known.setdefault(key, []).append((*self._unchanged(key, on), answer))
        return answer


def _overlap(spans: Iterable[Span]) -> Span:
    firsts, lasts = zip(*spans, strict=True)
    return max(firsts), min(lasts)


def _named(table: str, *, hospital: bool, medicaid: bool) -> list[str]:
    """The publishers' tables behind the editions of one table."""
    return [BEHIND[each][0] for each in editions(table, hospital=hospital, medicaid=medicaid)]


class National:
    """The user's code tables (:class:`denialml.codes.Tables`) as :class:`denialml.scrub.tables.Tables`.

    ``contractors`` are the numbers of the practice's Medicare contractor; without any, all contractors' coverage
    policies count. Answers are remembered: a practice asks the same few thousand questions again and again. No table
    says whom a CPT code fits or where it is given, none maps drugs to containers, and no list of national laboratory
    policies is read: those answers are empty.
    """

    def __init__(self, tables: codes.Tables, contractors: Collection[str] = ()) -> None:
        self._tables = tables
        self._contractors = frozenset(contractors)
        self.release = lru_cache(maxsize=_REMEMBERED)(self._release)
        self.ptp = lru_cache(maxsize=_REMEMBERED)(self._ptp)
        self.icd10 = self._of(self._icd10, "icd10", "icd10_notes", "icd10_limits")
        self.procedure = _Answers(self._procedure, self._procedure_unchanged)
        self.addon = self._of(self._addon, "addon")
        self.modifier = self._of(self._modifier, "modifier", "cpt_modifier")
        self.place = self._of(self._place, "place")
        self.taxonomy = self._of(self._taxonomy, "taxonomy")
        self.provider = self._of(self._provider, "npi", "order_refer", "opt_out")
        self.excluded = self._of(self._excluded, "exclusion")
        self.clia = self._of(self._clia, "clia_waived")
        self.telehealth = self._of(self._telehealth, "telehealth")
        self.revenue = self._of(self._revenue, "revenue")
        self._mues = {
            (hospital, medicaid): self._of(
                partial(self._mue, hospital, medicaid), *_named("mue", hospital=hospital, medicaid=medicaid)
            )
            for hospital in (False, True)
            for medicaid in (False, True)
        }
        self._fees = _Answers(self._fee, lambda fee, on: tables.unchanged("fee_schedule", "".join(fee), on))
        self._articles = self._of(self._find_articles, "coverage_procedure")
        self._covers = lru_cache(maxsize=_REMEMBERED)(tables.article_covers)

    def _of(self, ask: Callable[[str, date], _Answer], *tables: str) -> _Answers[str, _Answer]:
        """The answers that rest on what some tables say of a code."""
        return _Answers(ask, lambda code, on: _overlap(self._tables.unchanged(table, code, on) for table in tables))

    def _release(self, table: str, on: date) -> str:
        named = ((each, self._tables.release(each, on)) for each in BEHIND[table])
        return ", ".join(f"{name} {release}" for name, release in named if release)

    def _icd10(self, code: str, on: date) -> Icd10Row | None:
        row = self._tables.icd10(code, on)
        if row is None:
            return None
        notes, limits = self._tables.icd10_notes(code, on), self._tables.icd10_limits(code, on)
        low = limits.age_low if limits else None
        high = limits.age_high if limits else None
        return Icd10Row(
            code,
            billable=row.billable,
            age_low=0 if low is None else low,
            age_high=124 if high is None else high,
            sex=limits.sex if limits else "",
            side=_SIDES.get(row.side, ""),
            unspecified=row.unspecified,
            never_first=row.manifestation or (limits is not None and not limits.first_allowed),
            excludes1=notes.excludes1,
            code_first=notes.code_first,
            use_additional=notes.use_additional,
        )

    def _procedure(self, code: str, on: date) -> ProcedureRow | None:
        if procedure_shape(code) is ProcedureShape.HCPCS:
            known = self._tables.hcpcs(code, on) is not None or not self._tables.covers("hcpcs", on)
        else:
            known = self._in_fee_schedule(code, on) or not self._tables.covers("fee_schedule", on)
        return ProcedureRow(code) if known else None

    def _procedure_unchanged(self, code: str, on: date) -> Span:
        if procedure_shape(code) is ProcedureShape.HCPCS:
            return self._tables.unchanged("hcpcs", code, on)
        return _overlap(self._tables.unchanged("fee_schedule", code + part, on) for part in _PARTS)

    def _in_fee_schedule(self, code: str, on: date) -> bool:
        return any(self._tables.fee_schedule(code, part, on) is not None for part in _PARTS)

    def _ptp(self, column1: str, column2: str, on: date, *, hospital: bool, medicaid: bool) -> PairEdit | None:
        edit = self._tables.ptp(column1, column2, on, self._kind("ptp", on, hospital=hospital, medicaid=medicaid))
        return PairEdit(column1, column2, edit.modifier_indicator) if edit else None

    def mue(self, code: str, on: date, *, hospital: bool, medicaid: bool) -> UnitLimit | None:
        """See :meth:`denialml.scrub.tables.Tables.mue`."""
        return self._mues[hospital, medicaid](code, on)

    def _mue(self, hospital: bool, medicaid: bool, code: str, on: date) -> UnitLimit | None:
        limit = self._tables.mue(code, on, self._kind("mue", on, hospital=hospital, medicaid=medicaid))
        return UnitLimit(code, limit.units, str(limit.adjudication_indicator)) if limit else None

    def _kind(self, table: str, on: date, *, hospital: bool, medicaid: bool) -> PtpKind:
        """Whose edits hold on a day: of the editions at hand the first, else the last, which then says nothing."""
        names = _named(table, hospital=hospital, medicaid=medicaid)
        name = next((each for each in names if self._tables.covers(each, on)), names[-1])
        return cast("PtpKind", name.removeprefix(f"{table}_"))

    def _addon(self, code: str, on: date) -> AddOnRow | None:
        row = self._tables.addon(code, on)
        return AddOnRow(code, row.kind, row.primaries) if row else None

    def fee_schedule(self, code: str, modifier: str, on: date) -> FeeRow | None:
        """See :meth:`denialml.scrub.tables.Tables.fee_schedule`."""
        return self._fees((code, modifier), on)

    def _fee(self, fee: tuple[str, str], on: date) -> FeeRow | None:
        code, modifier = fee
        row = self._tables.fee_schedule(code, modifier, on)
        if row is None:
            return None
        units = row.work + row.practice_nonfacility + row.malpractice  # hundredths of a relative value unit
        return FeeRow(
            code,
            status=row.status,
            global_days=row.global_days,
            multiple=row.multiple,
            bilateral=row.bilateral,
            assistant=row.assistant,
            co_surgeons=row.co_surgeon,
            team=row.team,
            component=row.pctc,
            expected_cents=round(units * row.conversion_factor / 10_000) if units else None,
        )

    def _modifier(self, code: str, on: date) -> bool:
        table = "cpt_modifier" if _CPT_MODIFIER.fullmatch(code) else "modifier"
        return self._tables.modifier(code, on) is not None or not self._tables.covers(table, on)

    def _place(self, code: str, on: date) -> bool:
        return self._tables.place(code, on) is not None

    def _taxonomy(self, code: str, on: date) -> bool:
        return self._tables.taxonomy(code, on) is not None

    def _provider(self, npi: str, on: date) -> ProviderRow | None:
        row = self._tables.npi(npi)
        listed, opted_out = self._tables.order_refer(npi, on), self._tables.opt_out(npi, on)
        if row is None and listed is None and opted_out is None and not self._tables.covers("order_refer", on):
            return None
        may_order = (listed is not None and listed.part_b) if self._tables.covers("order_refer", on) else None
        return ProviderRow(
            npi,
            is_person=row.person if row else True,
            name=row.name if row else "",
            deactivated_on=row.end + timedelta(days=1) if row and row.end else None,
            taxonomies=row.taxonomies if row else (),
            may_order=may_order,
            opted_out=opted_out is not None,
            registered=row is not None,
        )

    def _excluded(self, npi: str, on: date) -> bool:
        return self._tables.excluded(npi, on) is not None

    def coverage(self, procedure: str, diagnoses: Sequence[str], on: date) -> Sequence[CoveragePolicy]:
        """See :meth:`denialml.scrub.tables.Tables.coverage`."""
        articles = self._articles(procedure, on)
        return [self._policy(article, diagnoses, on) for article in articles] if articles else ()

    def _find_articles(self, procedure: str, on: date) -> tuple[str, ...]:
        named, ours = self._tables.articles(procedure, on), self._contractors
        return tuple(each.article for each in named if not ours or not ours.isdisjoint(each.contractors))

    def _policy(self, article: str, diagnoses: Sequence[str], on: date) -> CoveragePolicy:
        said = {code: self._covers(article, code, on) for code in diagnoses}
        return CoveragePolicy(
            article,
            covered=frozenset(code for code, covered in said.items() if covered),
            refused=frozenset(code for code, covered in said.items() if covered is False),
            lists_covered=self._tables.lists_covered(article),
        )

    def _clia(self, code: str, on: date) -> str:
        return "waived" if self._tables.clia_waived(code, on) is not None else ""

    def _telehealth(self, code: str, on: date) -> bool:
        return self._tables.telehealth(code, on) is not None

    def drug(self, ndc: str, on: date) -> DrugRow | None:  # noqa: ARG002 - no publisher's table is read for it
        """See :meth:`denialml.scrub.tables.Tables.drug`."""
        return None

    def _revenue(self, code: str, on: date) -> RevenueRow | None:
        row = self._tables.revenue(code, on)
        return RevenueRow(code, needs_procedure=row.needs_procedure) if row else None
