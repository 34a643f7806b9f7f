"""What each code table says of a code. A row stands from ``effective`` to ``end``, both days included.

A row does not repeat the code it is filed under: most rows of the big tables then are equal, and are kept once.
"""

from __future__ import annotations

from datetime import date

import msgspec


class Row(msgspec.Struct, frozen=True, array_like=True, gc=False, kw_only=True):
    """Base of all rows. ``end`` is the last day; None while no end is known."""

    effective: date = date.min
    end: date | None = None

    def in_force(self, on: date) -> bool:
        """Whether the row stands on a day."""
        return self.effective <= on and (self.end is None or on <= self.end)


class IcdRow(Row, frozen=True, array_like=True, gc=False, kw_only=True):
    """An ICD-10-CM code. ``billable`` is false for a header, which a claim may not carry.

    From the description: ``side`` is ``R``, ``L``, ``B`` (both) or empty, ``unspecified`` says that it names no site,
    side or type, ``manifestation`` that it may not come first ("in diseases classified elsewhere").
    """

    billable: bool
    description: str
    side: str = ""
    unspecified: bool = False
    manifestation: bool = False


class IcdNotes(Row, frozen=True, array_like=True, gc=False, kw_only=True):
    """Instructions of the ICD-10-CM tabular list at a code. Each names codes by spans (:func:`in_span`).

    ``excludes1`` may never stand beside this code, ``excludes2`` may; one of ``code_first`` must precede it, one of
    ``use_additional`` should follow. ``seventh`` are the seventh characters it demands.
    """

    excludes1: tuple[str, ...] = ()
    excludes2: tuple[str, ...] = ()
    code_first: tuple[str, ...] = ()
    use_additional: tuple[str, ...] = ()
    seventh: str = ""


class IcdLimits(Row, frozen=True, array_like=True, gc=False, kw_only=True):
    """Whom a diagnosis fits: ``sex`` is ``F``, ``M`` or empty, ages in full years; may it be the first diagnosis."""

    sex: str = ""
    age_low: int | None = None
    age_high: int | None = None
    first_allowed: bool = True


class HcpcsRow(Row, frozen=True, array_like=True, gc=False, kw_only=True):
    """A HCPCS level II procedure code with Medicare's indicators (record layout of the yearly file).

    ``description`` is empty for dental codes, whose texts are not public.
    """

    description: str = ""
    coverage: str = ""
    pricing: tuple[str, ...] = ()
    multiple_pricing: str = ""
    laboratory: tuple[str, ...] = ()
    type_of_service: tuple[str, ...] = ()
    betos: str = ""
    anesthesia_units: int = 0
    cross_references: tuple[str, ...] = ()


class ModifierRow(Row, frozen=True, array_like=True, gc=False, kw_only=True):
    """A modifier. ``description`` is empty for the modifiers of CPT, ``category`` is the user's own grouping."""

    description: str = ""
    category: str = ""


class PtpEdit(Row, frozen=True, array_like=True, gc=False, kw_only=True):
    """An NCCI pair: column 2 is not paid beside column 1. ``modifier_indicator``: 0 never, 1 by modifier, 9 void."""

    modifier_indicator: str
    rationale: str = ""


class Mue(Row, frozen=True, array_like=True, gc=False, kw_only=True):
    """A medically unlikely edit: the most ``units`` of a code.

    ``adjudication_indicator``: 1 on a line, 2 on a day by policy (never overridden), 3 on a day by clinical benchmark.
    """

    units: int
    adjudication_indicator: int
    rationale: str = ""


class AddOnEdit(Row, frozen=True, array_like=True, gc=False, kw_only=True):
    """One primary procedure of an add-on code; ``CCCCC`` where the Medicare contractor names them."""

    kind: int
    primary: str


class AddOn(msgspec.Struct, frozen=True):
    """What an add-on code needs beside it: ``kind`` 1 one of ``primaries``, 2 of the contractor's, 3 of both lists."""

    kind: int
    primaries: frozenset[str]


class FeeRow(Row, frozen=True, array_like=True, gc=False, kw_only=True):
    """Medicare's physician fee schedule for a code and modifier: payment policy indicators and relative values.

    Values are in hundredths of a unit, shares of global care in per cent, the conversion factor in ten-thousandths of
    a dollar. ``global_days`` is ``000``, ``010``, ``090``, ``MMM``, ``XXX``, ``YYY`` or ``ZZZ``.
    """

    status: str
    pctc: str = ""
    global_days: str = ""
    preoperative: int = 0
    intraoperative: int = 0
    postoperative: int = 0
    multiple: str = ""
    bilateral: str = ""
    assistant: str = ""
    co_surgeon: str = ""
    team: str = ""
    endoscopic_base: str = ""
    supervision: str = ""
    imaging_family: str = ""
    work: int = 0
    practice_nonfacility: int = 0
    practice_facility: int = 0
    malpractice: int = 0
    conversion_factor: int = 0
    nonfacility_never: bool = False
    facility_never: bool = False


class Gpci(Row, frozen=True, array_like=True, gc=False, kw_only=True):
    """Geographic price indices of a Medicare locality, in thousandths."""

    work: int
    practice: int
    malpractice: int
    state: str = ""
    name: str = ""


class Place(Row, frozen=True, array_like=True, gc=False, kw_only=True):
    """A place of service; ``facility`` says which practice expense Medicare pays there."""

    name: str
    facility: bool | None = None


class Taxonomy(Row, frozen=True, array_like=True, gc=False, kw_only=True):
    """A provider taxonomy code; ``individual`` for people, else organisations."""

    grouping: str
    classification: str
    specialization: str = ""
    individual: bool = True


class Revenue(Row, frozen=True, array_like=True, gc=False, kw_only=True):
    """A revenue code of the user's own list."""

    needs_procedure: bool = False
    note: str = ""


class TypeOfBill(Row, frozen=True, array_like=True, gc=False, kw_only=True):
    """A type of bill of the user's own list."""

    inpatient: bool = False
    note: str = ""


class CliaWaived(Row, frozen=True, array_like=True, gc=False, kw_only=True):
    """A test that a laboratory with a certificate of waiver may do; ``needs_qw`` when modifier QW must say so."""

    needs_qw: bool = True


class Telehealth(Row, frozen=True, array_like=True, gc=False, kw_only=True):
    """A service that Medicare pays by telehealth."""

    audio_only: bool = False


class Provider(Row, frozen=True, array_like=True, gc=False, kw_only=True):
    """A provider of the NPI registry, from enumeration to deactivation. ``name`` is the last or organisation's name."""

    person: bool
    name: str
    first_name: str = ""
    taxonomies: tuple[str, ...] = ()
    state: str = ""


class Exclusion(Row, frozen=True, array_like=True, gc=False, kw_only=True):
    """A person or business excluded from federal programs; ``basis`` is the section of law."""

    basis: str
    name: str
    first_name: str = ""
    born: date | None = None
    state: str = ""


class OrderRefer(Row, frozen=True, array_like=True, gc=False, kw_only=True):
    """What a practitioner may order and refer under Medicare."""

    part_b: bool = False
    dme: bool = False
    home_health: bool = False
    power_mobility: bool = False
    hospice: bool = False


class OptOut(Row, frozen=True, array_like=True, gc=False, kw_only=True):
    """A practitioner who left Medicare by affidavit, for the days of the row."""

    name: str = ""


class CoverageProcedure(Row, frozen=True, array_like=True, gc=False, kw_only=True):
    """An article of a Medicare contractor that speaks of a procedure; ``contractors`` are contract numbers."""

    article: str
    contractors: tuple[str, ...] = ()


class CoverageDiagnosis(Row, frozen=True, array_like=True, gc=False, kw_only=True):
    """Whether an article supports a diagnosis, or names it as not supporting."""

    covered: bool


class Coverage(msgspec.Struct, frozen=True):
    """What one article says of a procedure with a diagnosis; ``covered`` is None where it names no such diagnosis."""

    article: str
    contractors: tuple[str, ...]
    covered: bool | None


def in_span(code: str, span: str) -> bool:
    """Whether a code lies in a span of the tabular list: ``E11`` (and all below it) or ``E08-E13``."""
    first, _, last = span.partition("-")
    return first <= code[: len(first)] and code[: len(last or first)] <= (last or first)
