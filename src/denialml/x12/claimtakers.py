"""What each segment of an 837 says: takers, bound to the guide's places by loop and segment name.

A taker gets the elements of a segment (the name first, padded), its place in the guide and the delimiters, and answers
with what to do, the field that is meant, the value, and whether that is all the segment says; nothing when it has no
place for the segment at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple

from denialml.claims import Amount, DatedFact, Note, Procedure, Reference, RelatedCauses
from denialml.x12 import claimshapes
from denialml.x12.adjustments import read_cas
from denialml.x12.claimcodes import take_codes
from denialml.x12.claimloops import INSTITUTIONAL, MANY, ONE, OPENS, PROFESSIONAL, ROLES, SEVERAL
from denialml.x12.guide import SegmentSpec
from denialml.x12.parties import contact
from denialml.x12.shapes import Shape
from denialml.x12.tokens import Delimiters
from denialml.x12.values import BadValueError, cents, day, is_time, number, period, procedure

Taken = tuple[int, str, Any, bool]
Take = Callable[[list[str], SegmentSpec, Delimiters], Taken | None]

_MOST_POINTERS = 12  # SV107 has four; what a sender invents beyond is read as far as diagnoses go


class Taker(NamedTuple):
    """A taker, and whether segments of its kind recur word for word, so that it pays to remember them by their text."""

    take: Take
    recurs: bool = True


def _of_shape(shape: Shape[Any], field: str, kind: int) -> Take:
    def take(e: list[str], _: SegmentSpec, delimiters: Delimiters) -> Taken:
        value, whole = shape.read(e, delimiters)
        return kind, field, (value,) if kind == MANY else value, whole

    return take


def _reference(e: list[str], _: SegmentSpec, delimiters: Delimiters) -> Taken:
    payer = _payer(e[4], delimiters) if e[4] else ""
    return MANY, "references", (Reference(e[1], e[2], e[3], payer),), bool(payer or not e[4]) and not any(e[5:])


def _payer(text: str, delimiters: Delimiters) -> str:
    """The payer that REF04 names with the qualifier 2U."""
    qualifier, _, payer = text.partition(delimiters.component)
    return payer if qualifier == "2U" and delimiters.component not in payer else ""


def _line_reference(e: list[str], spec: SegmentSpec, delimiters: Delimiters) -> Taken:
    if e[1] == "6R" and not any(e[3:]):
        return ONE, "control_number", e[2], True
    return _reference(e, spec, delimiters)


def _date(e: list[str], _: SegmentSpec, __: Delimiters) -> Taken:
    return MANY, "dates", (DatedFact(e[1], *period(e[2], e[3])),), not any(e[4:])


def _institutional_date(e: list[str], spec: SegmentSpec, delimiters: Delimiters) -> Taken:
    if e[1] == "096" and e[2] == "TM" and is_time(e[3]):
        return ONE, "discharge_hour", e[3], not any(e[4:])
    return _date(e, spec, delimiters)


def _line_date(e: list[str], spec: SegmentSpec, delimiters: Delimiters) -> Taken:
    if e[1] == "472" and e[2] in {"D8", "RD8"}:
        first, last, _ = period(e[2], e[3])
        return SEVERAL, "service_from", {"service_from": first, "service_to": last or first}, not any(e[4:])
    return _date(e, spec, delimiters)


def _adjudication_date(e: list[str], _: SegmentSpec, __: Delimiters) -> Taken | None:
    if e[1] != "573" or e[2] != "D8":
        return None
    return ONE, "adjudicated_on", day(e[3]), not any(e[4:])


def _amount(e: list[str], _: SegmentSpec, __: Delimiters) -> Taken:
    return MANY, "amounts", (Amount(e[1], cents(e[2])),), not any(e[3:])


def _note(e: list[str], _: SegmentSpec, __: Delimiters) -> Taken:
    return MANY, "notes", (Note(e[1], e[2]),), not any(e[3:])


def _fixed_format(e: list[str], _: SegmentSpec, __: Delimiters) -> Taken:
    return MANY, "fixed_formats", (e[1],), not any(e[2:])


def _cas(e: list[str], _: SegmentSpec, __: Delimiters) -> Taken:
    while not e[-1]:
        e.pop()
    return MANY, "adjustments", *read_cas(e)


# The first segments of claim and line


def _clm(e: list[str], _: SegmentSpec, delimiters: Delimiters) -> Taken:
    if not e[1]:
        raise BadValueError("missing-control-number", "a CLM without the claim's control number")
    where = [*e[5].split(delimiters.component), "", ""]
    fields: dict[str, Any] = {
        "control_number": e[1], "charge_cents": cents(e[2]), "place_of_service": where[0],
        "facility_qualifier": where[1], "frequency": where[2], "signature_on_file": e[6], "assignment": e[7],
        "benefits_assigned": e[8], "release": e[9], "patient_signature": e[10],
    }  # fmt: skip
    rest = {"special_program": e[12], "delay_reason": e[20]}
    fields |= {name: text for name, text in rest.items() if text}
    unused = (*where[3:], *e[3:5], *e[13:20], *e[21:])
    whole = not any(unused)
    if e[11]:
        causes = [*e[11].split(delimiters.component), *[""] * 5]
        told = tuple(cause for cause in causes[:3] if cause)
        fields["related_causes"] = RelatedCauses(told, causes[3], causes[4])
        whole = whole and not any(causes[5:])
    return OPENS, "", fields, whole


def _lx(e: list[str], _: SegmentSpec, __: Delimiters) -> Taken:
    if not (e[1].isascii() and e[1].isdigit() and len(e[1]) <= 6):
        raise BadValueError("bad-line-number", "LX01 is not a line number", e[1])
    return OPENS, "", {"number": int(e[1])}, not any(e[2:])


@lru_cache(1 << 12)
def _pointers(text: str, component: str) -> tuple[int, ...]:
    parts = [part for part in text.split(component) if part]
    if len(parts) > _MOST_POINTERS or not all(part.isascii() and part.isdigit() and len(part) <= 2 for part in parts):
        raise BadValueError("bad-pointer", "up to four diagnosis pointers are numbers", text)
    return tuple(map(int, parts))


def _sv1(e: list[str], _: SegmentSpec, delimiters: Delimiters) -> Taken:
    e += [""] * (16 - len(e))
    service, whole = procedure(e[1], delimiters.component)
    fields: dict[str, Any] = {
        "procedure": service, "charge_cents": cents(e[2]), "unit_basis": e[3], "units": number(e[4]),
    }  # fmt: skip
    rest = {
        "place_of_service": e[5], "emergency": e[9], "epsdt": e[11], "family_planning": e[12], "copay_status": e[15],
        "diagnosis_pointers": _pointers(e[7], delimiters.component) if e[7] else (),
    }  # fmt: skip
    fields |= {name: value for name, value in rest.items() if value}
    return SEVERAL, "procedure", fields, whole and not any((e[6], e[8], e[10], e[13], e[14], *e[16:]))


def _sv2(e: list[str], _: SegmentSpec, delimiters: Delimiters) -> Taken:
    service, whole = procedure(e[2], delimiters.component) if e[2] else (Procedure("", (), ""), True)
    fields = {
        "revenue_code": e[1], "procedure": service, "charge_cents": cents(e[3]), "unit_basis": e[4],
        "units": number(e[5]),
    }  # fmt: skip
    if e[7]:
        fields["non_covered_cents"] = cents(e[7])
    return SEVERAL, "procedure", fields, whole and not any((e[6], *e[8:]))


# Parties


def _nm1(e: list[str], spec: SegmentSpec, _: Delimiters, *, roles: Mapping[str, Mapping[str, str]]) -> Taken:
    fields: dict[str, Any] = {
        "name": e[3], "first": e[4], "middle": e[5], "suffix": e[7], "is_person": e[2] == "1", "id_qualifier": e[8],
        "identifier": e[9],
    }  # fmt: skip
    if e[6]:
        fields["prefix"] = e[6]
    field = roles[spec.loop.id][e[1]] if spec.loop.id in roles else "providers"
    if field == "providers":
        fields["role"] = e[1]
    return OPENS, field, fields, not any(e[10:])


def _n3(e: list[str], _: SegmentSpec, __: Delimiters) -> Taken:
    return ONE, "street", (e[1], e[2]), not any(e[3:])


def _n4(e: list[str], _: SegmentSpec, __: Delimiters) -> Taken:
    return ONE, "town", (e[1], e[2], e[3], e[4], e[7]), not any((e[5], e[6], *e[8:]))


def _per(e: list[str], _: SegmentSpec, __: Delimiters) -> Taken:
    value, whole = contact(e)
    return MANY, "contacts", (value,), whole


def _prv(e: list[str], spec: SegmentSpec, _: Delimiters) -> Taken:
    return ONE, "taxonomy", e[3], e[1] in spec.key_codes and e[2] == "PXC" and not any(e[4:])


def _dmg(e: list[str], _: SegmentSpec, __: Delimiters) -> Taken:
    return SEVERAL, "sex", {"birth": day(e[2]) if e[2] else None, "sex": e[3]}, e[1] in {"", "D8"} and not any(e[4:])


# Levels and other payers


def _sbr(e: list[str], _: SegmentSpec, __: Delimiters, *, kind: int) -> Taken:
    fields = {
        "sequence": e[1], "relationship": e[2], "group_number": e[3], "group_name": e[4], "insurance_type": e[5],
        "filing_indicator": e[9],
    }  # fmt: skip
    return kind, "sequence", fields, not any((*e[6:9], *e[10:]))


def _pat(e: list[str], _: SegmentSpec, __: Delimiters, *, about: str) -> Taken:
    fields: dict[str, Any] = {"relationship": e[1]} if not about else {}
    whole = not any((*e[2:5], *e[10:])) and (not about or not e[1])
    if e[6]:
        fields[f"{about}death"] = day(e[6])
    if e[8]:
        fields[f"{about}weight"] = number(e[8])
    if e[9]:
        fields[f"{about}pregnant"] = e[9]
    return SEVERAL, "relationship" if not about else next(iter(fields), ""), fields, whole and e[7] in {"", "01"}


def _cur(e: list[str], _: SegmentSpec, __: Delimiters) -> Taken:
    return ONE, "currency", e[2], e[1] == "85" and not any(e[3:])


def _oi(e: list[str], _: SegmentSpec, __: Delimiters) -> Taken:
    fields = {"benefits_assigned": e[3], "patient_signature": e[4], "release": e[6]}
    return SEVERAL, "release", fields, not any((e[1], e[2], e[5], *e[7:]))


def _svd(e: list[str], _: SegmentSpec, delimiters: Delimiters) -> Taken:
    fields: dict[str, Any] = {"payer_id": e[1], "paid_cents": cents(e[2])}
    whole = True
    if e[3]:
        fields["procedure"], whole = procedure(e[3], delimiters.component)
    if e[5]:
        fields["units"] = number(e[5])
    rest = {"revenue_code": e[4], "bundled_into": e[6]}
    fields |= {name: text for name, text in rest.items() if text}
    return OPENS, "", fields, whole and not any(e[7:])


def _lin(e: list[str], _: SegmentSpec, __: Delimiters) -> Taken:
    return OPENS, "", {"qualifier": e[2], "code": e[3]}, not any((e[1], *e[4:]))


def _ctp(e: list[str], _: SegmentSpec, delimiters: Delimiters) -> Taken:
    unit, __, more = e[5].partition(delimiters.component)
    fields: dict[str, Any] = {"unit": unit}
    if e[4]:
        fields["quantity"] = number(e[4])
    return SEVERAL, "unit", fields, not any((*e[1:4], more, *e[6:]))


def _lq(e: list[str], _: SegmentSpec, __: Delimiters) -> Taken:
    return OPENS, "", {"qualifier": e[1], "code": e[2]}, not any(e[3:])


_PARTY: Final = {
    "N3": Taker(_n3), "N4": Taker(_n4), "PER": Taker(_per), "PRV": Taker(_prv), "REF": Taker(_reference),
}  # fmt: skip
# Those of people who are patients: what they say seldom recurs, but for the town.
_PERSON: Final = {name: Taker(taker.take, recurs=name == "N4") for name, taker in _PARTY.items()} | {
    "DMG": Taker(_dmg, recurs=False)
}
_PEOPLE: Final = frozenset({"2010BA", "2010CA", "2330A"})
_BOTH: Final = {  # what claims and lines have in common
    "AMT": Taker(_amount, recurs=False), "NTE": Taker(_note, recurs=False), "K3": Taker(_fixed_format, recurs=False),
    "PWK": Taker(_of_shape(claimshapes.PWK, "attachments", MANY), recurs=False),
    "CN1": Taker(_of_shape(claimshapes.CN1, "contract", ONE)),
    "CR1": Taker(_of_shape(claimshapes.CR1, "ambulance", ONE)),
    "CRC": Taker(_of_shape(claimshapes.CRC, "conditions", MANY)),
    "HCP": Taker(_of_shape(claimshapes.HCP, "repricing", ONE), recurs=False),
}  # fmt: skip
_LOOPS: Final[Mapping[str, Mapping[str, Taker]]] = {
    "2000A": {"PRV": Taker(_prv), "CUR": Taker(_cur)},
    "2000B": {"SBR": Taker(partial(_sbr, kind=SEVERAL)), "PAT": Taker(partial(_pat, about="subscriber_"))},
    "2000C": {"PAT": Taker(partial(_pat, about=""))},
    "2300": _BOTH | {
        "CLM": Taker(_clm, recurs=False), "DTP": Taker(_date), "REF": Taker(_reference, recurs=False),
        "HI": Taker(take_codes), "CR2": Taker(_of_shape(claimshapes.CR2, "spinal_manipulation", ONE)),
    },
    "2320": {
        "SBR": Taker(partial(_sbr, kind=OPENS)), "CAS": Taker(_cas), "AMT": Taker(_amount), "OI": Taker(_oi),
        "MIA": Taker(_of_shape(claimshapes.MIA, "inpatient", ONE)),
        "MOA": Taker(_of_shape(claimshapes.MOA, "outpatient", ONE)),
    },
    "2330B": {"DTP": Taker(_adjudication_date)},
    "2400": _BOTH | {
        "LX": Taker(_lx), "SV1": Taker(_sv1), "SV2": Taker(_sv2), "DTP": Taker(_line_date),
        "REF": Taker(_line_reference, recurs=False), "SV5": Taker(_of_shape(claimshapes.SV5, "equipment", ONE)),
        "CR3": Taker(_of_shape(claimshapes.CR3, "equipment_certification", ONE)),
        "QTY": Taker(_of_shape(claimshapes.QTY, "quantities", MANY)),
        "MEA": Taker(_of_shape(claimshapes.MEA, "measurements", MANY)),
        "PS1": Taker(_of_shape(claimshapes.PS1, "purchased_service", ONE)),
    },
    "2410": {"LIN": Taker(_lin), "CTP": Taker(_ctp), "REF": Taker(_reference, recurs=False)},
    "2430": {
        "SVD": Taker(_svd), "CAS": Taker(_cas), "DTP": Taker(_adjudication_date), "AMT": Taker(_amount),
    },
    "2440": {"LQ": Taker(_lq), "FRM": Taker(_of_shape(claimshapes.FRM, "answers", MANY), recurs=False)},
}  # fmt: skip


def _bound(transaction: str) -> dict[tuple[str, str], Taker]:
    roles = ROLES[transaction]
    nm1 = partial(_nm1, roles=roles)
    loops: dict[str, dict[str, Taker]] = {}
    for loop in (*roles, *(f"2330{letter}" for letter in "CDEFGHI")):
        person = loop in _PEOPLE
        loops[loop] = {**(_PERSON if person else _PARTY), "NM1": Taker(nm1, recurs=not person)}
    for loop, takers in _LOOPS.items():
        loops[loop] = {**loops.get(loop, {}), **takers}
    if transaction == INSTITUTIONAL:
        loops["2300"] |= {"DTP": Taker(_institutional_date), "CL1": Taker(_of_cl1)}
    return {(loop, name): taker for loop, takers in loops.items() for name, taker in takers.items()}


def _of_cl1(e: list[str], _: SegmentSpec, __: Delimiters) -> Taken:
    fields = {"admission_type": e[1], "admission_source": e[2], "patient_status": e[3]}
    return SEVERAL, "patient_status", fields, not any(e[4:])


TAKERS: Final[Mapping[str, Mapping[tuple[str, str], Taker]]] = {
    name: _bound(name) for name in (PROFESSIONAL, INSTITUTIONAL)
}
