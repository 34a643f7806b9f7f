"""The code lists of a claim (HI): diagnoses, procedures, and the codes of the UB-04 form, by their qualifier.

One table says for each qualifier which field of the claim it fills, and what a composite (C022) of it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from denialml.claims import Claim, DatedProcedure, Diagnosis, Occurrence, OccurrenceSpan, ValueCode
from denialml.errors import RefusedError
from denialml.x12.claimloops import MANY, ONE
from denialml.x12.guide import LoopSpec, SegmentSpec, guide
from denialml.x12.segments import SegmentWriter
from denialml.x12.tokens import Delimiters
from denialml.x12.values import cents, day, day_text, money_text

_LAST = 9  # components of C022


class Kind(NamedTuple):
    """How a composite becomes a value and back.

    ``read`` gets the nine components and answers nothing when it has no place for all of them; ``write`` gives them
    for a value, the qualifier first.
    """

    read: Callable[[list[str]], Any]
    write: Callable[[Any], list[str]]


def _read_code(c: list[str]) -> str | None:
    return None if any(c[2:]) else c[1]


def _read_diagnosis(c: list[str]) -> Diagnosis | None:
    return None if any(c[2:8]) else Diagnosis(c[1], c[0], c[8])


def _write_diagnosis(value: Diagnosis) -> list[str]:
    return [value.qualifier, value.code, "", "", "", "", "", "", value.present_on_admission]


def _read_procedure(c: list[str]) -> DatedProcedure | None:
    if any(c[4:]) or c[2] not in {"", "D8"}:
        return None
    return DatedProcedure(c[1], c[0], day(c[3]) if c[3] else None)


def _write_procedure(value: DatedProcedure) -> list[str]:
    dated = ["D8", day_text(value.day)] if value.day else []
    return [value.qualifier, value.code, *dated]


def _read_occurrence(c: list[str]) -> Occurrence | None:
    return None if any(c[4:]) or c[2] != "D8" else Occurrence(c[1], day(c[3]))


def _read_span(c: list[str]) -> OccurrenceSpan | None:
    if any(c[4:]) or c[2] != "RD8":
        return None
    first, _, last = c[3].partition("-")
    return OccurrenceSpan(c[1], day(first), day(last))


def _read_value(c: list[str]) -> ValueCode | None:
    return None if any(c[2:4]) or any(c[5:]) else ValueCode(c[1], cents(c[4]))


DIAGNOSIS: Final = Kind(_read_diagnosis, _write_diagnosis)
PROCEDURE: Final = Kind(_read_procedure, _write_procedure)
OCCURRENCE: Final = Kind(_read_occurrence, lambda value: ["BH", value.code, "D8", day_text(value.day)])
SPAN: Final = Kind(
    _read_span, lambda value: ["BI", value.code, "RD8", f"{day_text(value.first)}-{day_text(value.last)}"]
)
VALUE: Final = Kind(_read_value, lambda value: ["BE", value.code, "", "", money_text(value.amount_cents)])


def plain(qualifier: str) -> Kind:
    """Codes without anything beside them."""
    return Kind(_read_code, lambda value: [qualifier, value])


CONDITION: Final = plain("BG")
TREATMENT: Final = plain("TC")
DRG: Final = plain("DR")

# By qualifier: the field, whether it holds one value only, and the kind of the composite.
_FIELDS: Final[Mapping[str, tuple[str, bool, Kind]]] = {
    **dict.fromkeys(("ABK", "ABF", "BK", "BF"), ("diagnoses", False, DIAGNOSIS)),
    **dict.fromkeys(("BP", "BO"), ("anaesthesia_procedures", False, plain("BP"))),
    "BG": ("condition_codes", False, CONDITION),
    **dict.fromkeys(("ABJ", "BJ"), ("admitting_diagnosis", True, DIAGNOSIS)),
    **dict.fromkeys(("APR", "PR"), ("reasons_for_visit", False, DIAGNOSIS)),
    **dict.fromkeys(("ABN", "BN"), ("external_causes", False, DIAGNOSIS)),
    "DR": ("drg", True, DRG),
    **dict.fromkeys(("BBR", "BR", "CAH"), ("principal_procedure", True, PROCEDURE)),
    **dict.fromkeys(("BBQ", "BQ"), ("other_procedures", False, PROCEDURE)),
    "BI": ("occurrence_spans", False, SPAN),
    "BH": ("occurrences", False, OCCURRENCE),
    "BE": ("values", False, VALUE),
    "TC": ("treatment_codes", False, TREATMENT),
}


@cache
def _fields_of(loop: LoopSpec) -> frozenset[str]:
    """The fields that the guide's HI segments of a loop fill."""
    codes = {
        code for spec in loop.segments if spec.name == "HI" for use in spec.uses.values() for code in use.parts[1].codes
    }
    return frozenset(_FIELDS[code][0] for code in codes)


def take_codes(e: list[str], spec: SegmentSpec, delimiters: Delimiters) -> tuple[int, str, Any, bool] | None:
    """An HI, as a taker; nothing when it is of several kinds, or says more than its kind has a place for.

    Raises:
        BadValueError: a date or amount is none.
    """
    found = []
    field, single, kind = _FIELDS.get(e[1].partition(delimiters.component)[0], ("", False, CONDITION))
    for place, text in enumerate((each for each in e[1:] if each), 1):
        components = [*text.split(delimiters.component), *[""] * _LAST]
        told = _FIELDS.get(components[0])
        if told is None or told[0] != field or not components[1] or any(components[_LAST:]):
            return None
        # The two procedures of an anaesthesia have a qualifier for each place.
        if field == "anaesthesia_procedures" and components[0] != ("BP" if place == 1 else "BO"):
            return None
        value = kind.read(components[:_LAST])
        if value is None:
            return None
        found.append(value)
    if not found or (single and len(found) > 1) or field not in _fields_of(spec.loop):
        return None
    return (ONE, field, found[0], True) if single else (MANY, field, tuple(found), True)


def write_codes(writer: SegmentWriter, transaction: str, claim: Claim) -> None:
    """The HI segments of a claim, in guide order.

    Raises:
        RefusedError: there are more codes than the guide has room for.
    """
    detail = claim.institutional
    if detail is None:
        _write(writer, transaction, "diagnoses", DIAGNOSIS, claim.diagnoses)
        _write_anaesthesia(writer, claim.anaesthesia_procedures)
        _write(writer, transaction, "condition_codes", CONDITION, claim.condition_codes)
        return
    first = 1 if claim.diagnoses and claim.diagnoses[0].qualifier in {"ABK", "BK"} else 0
    _write(writer, transaction, "diagnoses", DIAGNOSIS, claim.diagnoses[:first])
    _write(writer, transaction, "diagnoses", DIAGNOSIS, _some(detail.admitting_diagnosis))
    _write(writer, transaction, "reasons_for_visit", DIAGNOSIS, detail.reasons_for_visit)
    _write(writer, transaction, "external_causes", DIAGNOSIS, detail.external_causes)
    _write(writer, transaction, "drg", DRG, (detail.drg,) if detail.drg else ())
    _write(writer, transaction, "diagnoses", DIAGNOSIS, claim.diagnoses[first:])
    _write(writer, transaction, "principal_procedure", PROCEDURE, _some(detail.principal_procedure))
    _write(writer, transaction, "other_procedures", PROCEDURE, detail.other_procedures)
    _write(writer, transaction, "occurrence_spans", SPAN, detail.occurrence_spans)
    _write(writer, transaction, "occurrences", OCCURRENCE, detail.occurrences)
    _write(writer, transaction, "values", VALUE, detail.values)
    _write(writer, transaction, "condition_codes", CONDITION, claim.condition_codes)
    _write(writer, transaction, "treatment_codes", TREATMENT, detail.treatment_codes)


def _some(value: Any) -> tuple[Any, ...]:
    return () if value is None else (value,)


@cache
def _room(transaction: str, field: str) -> tuple[int, int]:
    """How many codes of a field the guide has room for, and how many in one HI."""
    total, each = 0, 1
    for spec in guide(transaction).loops["2300"].segments:
        if spec.name == "HI" and any(_FIELDS[code][0] == field for code in spec.key_codes):
            each = max(each, len(spec.uses))
            total += len(spec.uses) * spec.most
    return total, each


def _write(writer: SegmentWriter, transaction: str, field: str, kind: Kind, values: Sequence[Any]) -> None:
    if not values:
        return
    total, each = _room(transaction, field)
    if len(values) > total:
        raise RefusedError(f"HI: a claim has at most {total} {field.replace('_', ' ')}")
    for start in range(0, len(values), each):
        composites = [writer.composite("HI", *kind.write(value)) for value in values[start : start + each]]
        writer.add("HI", *composites)


def _write_anaesthesia(writer: SegmentWriter, codes: Sequence[str]) -> None:
    """The surgery that an anaesthesia was for: the first procedure and one more."""
    if len(codes) > 2:
        raise RefusedError("HI: an anaesthesia is for at most two procedures")
    if codes:
        writer.add("HI", *[writer.composite("HI", *pair) for pair in zip(("BP", "BO"), codes, strict=False)])
