"""The lookups that rules need of national code tables, all by date of service.

``codes`` keeps the publishers' tables; rules see them through this narrow door alone, so that they can be tested
against a handful of rows. A lookup answers None where the table holds no such row on that day, and
:meth:`Tables.release` tells whether there is a table at all: a rule must not take a missing table for a missing code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol


@dataclass(frozen=True, slots=True)
class Icd10Row:
    """An ICD-10-CM code: whether it may be billed, and what the tabular list and Medicare's code editor say of it.

    Ages are in years, both ends included. ``sex`` is ``F``, ``M`` or empty. ``side`` is ``left``, ``right``,
    ``bilateral`` or empty. ``unspecified`` is true where siblings are more exact. ``excludes1``, ``code_first`` and
    ``use_additional`` are spans of codes (:func:`denialml.codes.in_span`). ``never_first`` is an unacceptable or
    manifestation first diagnosis.
    """

    code: str
    billable: bool = True
    age_low: int = 0
    age_high: int = 124
    sex: str = ""
    side: str = ""
    unspecified: bool = False
    never_first: bool = False
    excludes1: tuple[str, ...] = ()
    code_first: tuple[str, ...] = ()
    use_additional: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProcedureRow:
    """A HCPCS or CPT code in force: ages in years, ``sex`` ``F``, ``M`` or empty, ``places`` where it may be given."""

    code: str
    age_low: int = 0
    age_high: int = 124
    sex: str = ""
    places: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PairEdit:
    """A procedure-to-procedure edit: column 2 is not paid beside column 1.

    ``indicator`` is ``0`` never, ``1`` unless a modifier tells them apart, ``9`` the edit was withdrawn.
    """

    column1: str
    column2: str
    indicator: str


@dataclass(frozen=True, slots=True)
class UnitLimit:
    """A medically unlikely edit: most ``units``, judged ``1`` by line, ``2`` by day from law, ``3`` by day."""

    code: str
    units: int
    adjudication: str


@dataclass(frozen=True, slots=True)
class AddOnRow:
    """An add-on code: ``kind`` 1 with all its ``primaries`` listed, 2 with none, 3 with some."""

    code: str
    kind: int
    primaries: frozenset[str]


@dataclass(frozen=True, slots=True)
class FeeRow:
    """The indicators of Medicare's physician fee schedule for a code and modifier, in the publisher's codes.

    ``expected_cents`` is the national non-facility amount, None where none is published.
    """

    code: str
    status: str = "A"
    global_days: str = "XXX"
    multiple: str = "0"
    bilateral: str = "0"
    assistant: str = "0"
    co_surgeons: str = "0"
    team: str = "0"
    component: str = "0"
    expected_cents: int | None = None


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """A provider of the NPI registry: a person or an organisation, when it was switched off, its name and taxonomies.

    ``may_order`` tells whether it may order and refer for Medicare, None where that is not known. One that is not
    ``registered`` is known from other lists alone.
    """

    npi: str
    is_person: bool
    name: str
    deactivated_on: date | None = None
    taxonomies: tuple[str, ...] = ()
    may_order: bool | None = None
    opted_out: bool = False
    registered: bool = True


@dataclass(frozen=True, slots=True)
class CoveragePolicy:
    """A local or national coverage policy on a procedure: its number and, of the diagnoses asked about, which it names.

    ``covered`` are those that it covers, ``refused`` those that it names as not covered. ``lists_covered`` tells that
    it covers nothing but what it lists.
    """

    policy: str
    covered: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    lists_covered: bool = True
    is_national_laboratory: bool = False


@dataclass(frozen=True, slots=True)
class DrugRow:
    """A national drug code: the procedure code it is billed under, and whether its container is for one dose."""

    ndc: str
    procedure: str
    single_dose: bool = False


@dataclass(frozen=True, slots=True)
class RevenueRow:
    """A revenue code: whether it needs a procedure code, and the bill types (first two digits) that may hold it."""

    code: str
    needs_procedure: bool = False
    bill_types: frozenset[str] = frozenset()


TABLES: Final = (
    "icd10",
    "procedure",
    "ptp",
    "ptp_hospital",
    "ptp_medicaid",
    "ptp_medicaid_hospital",
    "mue",
    "mue_hospital",
    "mue_medicaid",
    "mue_medicaid_hospital",
    "addon",
    "fee",
    "modifier",
    "place",
    "taxonomy",
    "provider",
    "ordering",
    "opted_out",
    "excluded",
    "coverage",
    "clia",
    "telehealth",
    "drug",
    "revenue",
)  #: the tables that rules look into


_OF_PROGRAMMES: Final = frozenset({"ptp", "mue"})  # tables of which hospitals and Medicaid have their own


def editions(table: str, *, hospital: bool, medicaid: bool) -> tuple[str, ...]:
    """The tables that stand for one on a claim; the first that speaks of its day holds.

    Medicaid's programme has pairs and unit limits of its own. Where they are not at hand, Medicare's are asked.

    >>> editions("ptp", hospital=True, medicaid=True), editions("fee", hospital=True, medicaid=True)
    (('ptp_medicaid_hospital', 'ptp_hospital'), ('fee',))
    """
    if table not in _OF_PROGRAMMES:
        return (table,)
    setting = "_hospital" if hospital else ""
    medicare = table + setting
    return (f"{table}_medicaid{setting}", medicare) if medicaid else (medicare,)


class Tables(Protocol):
    """National tables by date of service."""

    def release(self, table: str, on: date) -> str:
        """The release of a table that speaks of a day (``ptp_practitioner 2025Q1``); empty where none does.

        Tables are those of :data:`TABLES`. ``procedure`` and ``modifier`` answer where either of their code sets is at
        hand; their lookups take every code of the other set for one in force.
        """

    def icd10(self, code: str, on: date) -> Icd10Row | None:
        """An ICD-10-CM code, without its dot."""

    def procedure(self, code: str, on: date) -> ProcedureRow | None:
        """A HCPCS or CPT code."""

    def ptp(self, column1: str, column2: str, on: date, *, hospital: bool, medicaid: bool) -> PairEdit | None:
        """The edit on a pair, in this order, in the first of :func:`editions` that speaks of the day."""

    def mue(self, code: str, on: date, *, hospital: bool, medicaid: bool) -> UnitLimit | None:
        """The unit limit of a code, in the first of :func:`editions` that speaks of the day."""

    def addon(self, code: str, on: date) -> AddOnRow | None:
        """What an add-on code may be added to; None where the code is no add-on."""

    def fee_schedule(self, code: str, modifier: str, on: date) -> FeeRow | None:
        """The fee schedule row; ``modifier`` is ``26``, ``TC``, ``53`` or empty."""

    def modifier(self, code: str, on: date) -> bool:
        """Whether a modifier is in force."""

    def place(self, code: str, on: date) -> bool:
        """Whether a place of service is in force."""

    def taxonomy(self, code: str, on: date) -> bool:
        """Whether a provider taxonomy code is in force."""

    def provider(self, npi: str, on: date) -> ProviderRow | None:
        """A provider of the registry, even if it was switched off before that day."""

    def excluded(self, npi: str, on: date) -> bool:
        """Whether a provider is excluded from federal health care programmes."""

    def coverage(self, procedure: str, diagnoses: Sequence[str], on: date) -> Sequence[CoveragePolicy]:
        """What each coverage policy that names a procedure says of these diagnoses.

        The policies are those of the practice's Medicare contractor; of all contractors where it names none.
        """

    def clia(self, code: str, on: date) -> str:
        """Which certificate a laboratory code needs: ``waived``, ``ppm``, ``full`` or empty for none."""

    def telehealth(self, code: str, on: date) -> bool:
        """Whether Medicare pays a code by telehealth."""

    def drug(self, ndc: str, on: date) -> DrugRow | None:
        """A national drug code of eleven digits."""

    def revenue(self, code: str, on: date) -> RevenueRow | None:
        """A revenue code."""
