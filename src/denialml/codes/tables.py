"""The lookup door of code tables: what stood in a table for a code on a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final, Literal, TypeVar

from denialml.codes import rows
from denialml.codes.kinds import KINDS
from denialml.codes.packed import Packed
from denialml.codes.shapes import key_of, text_of
from denialml.errors import NotFoundError

PtpKind = Literal["practitioner", "hospital", "medicaid_practitioner", "medicaid_hospital"]
MueKind = Literal[
    "practitioner", "hospital", "dme", "medicaid_practitioner", "medicaid_hospital", "medicaid_dme"
]  # those without a programme are Medicare's
Span = tuple[date, date]  # first and last day

_ALL_OF_COLUMN_TWO: Final = 36**5
_CACHED: Final = 65_536
_DAY: Final = timedelta(days=1)

_R = TypeVar("_R", bound=rows.Row)
_NO_NOTES: Final = rows.IcdNotes()


class Tables:
    """All code tables, never changing: ask by code and date of service; no clock, no network.

    A table that was not loaded answers None to everything, and so does a day outside what its releases speak of: ask
    :meth:`covers` before a None is taken for "no such code". Codes are given without a dot, in letters of either case.
    """

    def __init__(
        self,
        opened: Mapping[str, Callable[[], Packed[Any]]],
        spans: Mapping[str, Span],
        releases: Mapping[str, Sequence[tuple[date, str]]],
    ) -> None:
        """``releases`` are by table the first day and the name of each, oldest first."""
        self._open = dict(opened)
        self._spans = dict(spans)
        self._releases = dict(releases)
        self._packed: dict[str, Packed[Any]] = {}
        self._notes = lru_cache(maxsize=_CACHED)(self._gather_notes)
        self._addons = lru_cache(maxsize=_CACHED)(self._gather_addon)
        self._partners = lru_cache(maxsize=_CACHED)(self._gather_partners)
        self._listing = lru_cache(maxsize=_CACHED)(self._gather_listing)

    def over(self, other: Tables) -> Tables:
        """These tables, and those of another door for what is missing here."""
        return Tables(
            {**other._open, **self._open}, {**other._spans, **self._spans}, {**other._releases, **self._releases}
        )

    def covers(self, table: str, on: date) -> bool:
        """Whether the releases at hand speak of a day: None then means that the code is not in the table.

        Raises:
            NotFoundError: there is no such table.
        """
        if table not in KINDS:
            raise NotFoundError(f"there is no code table {table}; the tables are {', '.join(KINDS)}")
        span = self._spans.get(table)
        return span is not None and span[0] <= on <= span[1]

    def release(self, table: str, on: date) -> str:
        """The name of the release that speaks of a day; empty where none does.

        Raises:
            NotFoundError: there is no such table.
        """
        if not self.covers(table, on):
            return ""
        first, *later = self._releases[table]
        return next((name for start, name in reversed(later) if start <= on), first[1])

    def unchanged(self, table: str, key: str, on: date) -> Span:
        """The first and last day around a day between which a table says the same of a key.

        What it says is which rows stand, and whether it speaks at all (:meth:`covers`). The notes of a diagnosis
        are its own and those of the codes above it.
        """
        stand = [self._spans[table]] if table in self._spans else []
        packed = self._table(table)
        if packed is not None:
            keys = _levels(key) if table == "icd10_notes" else (key,)
            stand += [(row.effective, row.end or date.max) for each in keys for row in packed.rows(each)]
        first, last = date.min, date.max
        for start, end in stand:
            if on < start:
                last = min(last, start - _DAY)
            elif on > end:
                first = max(first, end + _DAY)
            else:
                first, last = max(first, start), min(last, end)
        return first, last

    def icd10(self, code: str, on: date) -> rows.IcdRow | None:
        """An ICD-10-CM code as of a day."""
        return self._find(rows.IcdRow, "icd10", code, on)

    def icd10_notes(self, code: str, on: date) -> rows.IcdNotes:
        """The tabular list's instructions for a code: its own and those of the codes above it."""
        return self._notes(code, on)

    def _gather_notes(self, code: str, on: date) -> rows.IcdNotes:
        if "icd10_notes" not in self._open:
            return _NO_NOTES
        levels = [self._find(rows.IcdNotes, "icd10_notes", level, on) for level in _levels(code)]
        notes = [note for note in levels if note]
        if not notes:
            return _NO_NOTES
        return rows.IcdNotes(
            excludes1=tuple(span for note in notes for span in note.excludes1),
            excludes2=tuple(span for note in notes for span in note.excludes2),
            code_first=tuple(span for note in notes for span in note.code_first),
            use_additional=tuple(span for note in notes for span in note.use_additional),
            seventh=next((note.seventh for note in reversed(notes) if note.seventh), ""),
        )

    def icd10_limits(self, code: str, on: date) -> rows.IcdLimits | None:
        """Sex, ages and place on the claim that a diagnosis fits."""
        return self._find(rows.IcdLimits, "icd10_limits", code, on)

    def hcpcs(self, code: str, on: date) -> rows.HcpcsRow | None:
        """A HCPCS level II code as of a day. CPT codes are not in it: see :meth:`fee_schedule`."""
        return self._find(rows.HcpcsRow, "hcpcs", code, on)

    def modifier(self, code: str, on: date) -> rows.ModifierRow | None:
        """A modifier of HCPCS level II, or of the user's list of CPT modifiers."""
        return self._find(rows.ModifierRow, "modifier", code, on) or self._find(
            rows.ModifierRow, "cpt_modifier", code, on
        )

    def ptp(self, column1: str, column2: str, on: date, kind: PtpKind = "practitioner") -> rows.PtpEdit | None:
        """The NCCI edit under which column 2 is not paid beside column 1 on a day."""
        return self._find(rows.PtpEdit, "ptp_" + kind, column1 + column2, on)

    def ptp_partners(self, code: str, kind: PtpKind = "practitioner") -> frozenset[str]:
        """Every column 2 code that a column 1 code ever had an edit with."""
        return self._partners(code, kind)

    def _gather_partners(self, code: str, kind: PtpKind) -> frozenset[str]:
        packed, low = self._table("ptp_" + kind), key_of(code + "00000")
        if packed is None or low is None:
            return frozenset()
        return frozenset(text_of(key)[5:] for key in packed.span(low, low + _ALL_OF_COLUMN_TWO))

    def mue(self, code: str, on: date, kind: MueKind = "practitioner") -> rows.Mue | None:
        """The most units of a code, and how they are counted."""
        return self._find(rows.Mue, "mue_" + kind, code, on)

    def addon(self, code: str, on: date) -> rows.AddOn | None:
        """What an add-on code needs beside it; None for a code that is no add-on."""
        return self._addons(code, on)

    def _gather_addon(self, code: str, on: date) -> rows.AddOn | None:
        edits = [edit for edit in self._rows("addon", code) if edit.in_force(on)]
        if not edits:
            return None
        return rows.AddOn(edits[-1].kind, frozenset(edit.primary for edit in edits))

    def fee_schedule(self, code: str, modifier: str, on: date) -> rows.FeeRow | None:
        """Payment policy and relative values of a code with ``26``, ``TC``, ``53`` or no modifier (empty)."""
        return self._find(rows.FeeRow, "fee_schedule", code + modifier, on)

    def gpci(self, locality: str, on: date) -> rows.Gpci | None:
        """Price indices of a locality: the contract number's five digits and the locality's two."""
        return self._find(rows.Gpci, "gpci", locality, on)

    def place(self, code: str, on: date | None = None) -> rows.Place | None:
        """A place of service; without a day, as last published."""
        return self._find(rows.Place, "place", code, on)

    def taxonomy(self, code: str, on: date | None = None) -> rows.Taxonomy | None:
        """A provider taxonomy code; without a day, as last published."""
        return self._find(rows.Taxonomy, "taxonomy", code, on)

    def revenue(self, code: str, on: date | None = None) -> rows.Revenue | None:
        """A revenue code of four digits; without a day, as last listed."""
        return self._find(rows.Revenue, "revenue", code, on)

    def type_of_bill(self, code: str, on: date | None = None) -> rows.TypeOfBill | None:
        """A type of bill; without a day, as last listed."""
        return self._find(rows.TypeOfBill, "type_of_bill", code, on)

    def clia_waived(self, code: str, on: date) -> rows.CliaWaived | None:
        """A test that a laboratory with a certificate of waiver may do."""
        return self._find(rows.CliaWaived, "clia_waived", code, on)

    def telehealth(self, code: str, on: date) -> rows.Telehealth | None:
        """A service that Medicare pays by telehealth."""
        return self._find(rows.Telehealth, "telehealth", code, on)

    def npi(self, npi: str, on: date | None = None) -> rows.Provider | None:
        """A provider of the registry; without a day, even if deactivated since."""
        return self._find(rows.Provider, "npi", npi, on)

    def excluded(self, npi: str, on: date | None = None) -> rows.Exclusion | None:
        """An exclusion from federal programs by NPI; without a day, even if it ended."""
        return self._find(rows.Exclusion, "exclusion", npi, on)

    def excluded_names(self, last: str, first: str, on: date) -> list[rows.Exclusion]:
        """Exclusions of people of a name on a day, to be told apart by birth date: most rows carry no NPI."""
        found = self._rows("exclusion_name", name_key(last, first))
        wanted = (last.upper(), first.upper())
        return [row for row in found if row.in_force(on) and (row.name, row.first_name) == wanted]

    def order_refer(self, npi: str, on: date) -> rows.OrderRefer | None:
        """What a practitioner may order and refer under Medicare."""
        return self._find(rows.OrderRefer, "order_refer", npi, on)

    def opt_out(self, npi: str, on: date) -> rows.OptOut | None:
        """A practitioner who has left Medicare."""
        return self._find(rows.OptOut, "opt_out", npi, on)

    def coverage(self, procedure: str, diagnosis: str, on: date) -> tuple[rows.Coverage, ...]:
        """What each article in force says of a procedure with a diagnosis; empty when none names the procedure."""
        return tuple(
            rows.Coverage(each.article, each.contractors, self.article_covers(each.article, diagnosis, on))
            for each in self.articles(procedure, on)
        )

    def articles(self, procedure: str, on: date) -> list[rows.CoverageProcedure]:
        """The coverage articles in force that name a procedure."""
        return [row for row in self._rows("coverage_procedure", procedure) if row.in_force(on)]

    def article_covers(self, article: str, diagnosis: str, on: date) -> bool | None:
        """Whether an article supports a diagnosis; None where it does not name it."""
        said = self._find(rows.CoverageDiagnosis, "coverage_diagnosis", article + diagnosis, on)
        return said.covered if said else None

    def lists_covered(self, article: str) -> bool:
        """Whether an article ever named diagnoses that it supports; else it names none, or those that do not."""
        return self._listing(article)

    def _gather_listing(self, article: str) -> bool:
        packed = self._table("coverage_diagnosis")
        if packed is None:
            return False
        codes = (text_of(key) for length in range(3, 8) for key in packed.span(*_below(article, length)))
        return any(row.covered for code in codes for row in packed.rows(code))

    def history(self, table: str, key: str) -> list[rows.Row]:
        """Every row that a table files under a key, whatever its days.

        Raises:
            NotFoundError: there is no such table.
        """
        if table not in KINDS:
            raise NotFoundError(f"there is no code table {table}; the tables are {', '.join(KINDS)}")
        return sorted(self._rows(table, key), key=lambda row: row.effective)

    def _find(self, row: type[_R], table: str, key: str, on: date | None) -> _R | None:  # noqa: ARG002 - row is for mypy
        packed: Packed[_R] | None = self._table(table)
        return packed.find(key, on) if packed is not None else None

    def _rows(self, table: str, key: str) -> list[Any]:
        packed = self._table(table)
        return packed.rows(key) if packed is not None else []

    def _table(self, name: str) -> Packed[Any] | None:
        packed = self._packed.get(name)
        if packed is None and name in self._open:
            packed = self._packed[name] = self._open[name]()
        return packed


def _levels(code: str) -> list[str]:
    """A diagnosis and the codes above it, the highest first."""
    return [code[:length] for length in range(3, len(code) + 1)]


def _below(key: str, more: int) -> tuple[int, int]:
    """The numbers of the keys that begin with a key and have so many characters more."""
    low = key_of(key + "0" * more)
    assert low is not None, f"too long: {key}"
    return low, low + 36**more


def name_key(last: str, first: str) -> str:
    """The key that a person's name is filed under: its first letters and digits."""
    return "".join(c for c in (last + first).upper() if c.isascii() and c.isalnum())[:12]
