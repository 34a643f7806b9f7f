"""The loops of an 837 as values: what each loop becomes, in which field of the loop around it, and how it is made.

A loop is read into a dictionary of fields. When it ends, ``make`` turns them into a value of the vocabulary, which goes
to ``field`` of the loop around it. Loop ids are those of 005010X222A1 and 005010X223A2, which share most of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from denialml.claims import (
    Address,
    Drug,
    Form,
    InstitutionalDetail,
    LineAdjudication,
    OtherCoverage,
    OtherPayerProvider,
    Party,
    ServiceLine,
    field_names,
)
from denialml.x12.values import BadValueError

Fields = dict[str, Any]

PROFESSIONAL: Final = "837P"
INSTITUTIONAL: Final = "837I"

# What to do with what a segment says: it is the field; it is a tuple that the field's grows by; it is several fields
# (the one named stands for all); it opens a loop with these fields, whose value is for the field named. Or nothing.
ONE, MANY, SEVERAL, OPENS, NOTHING = range(5)

# The parties of a claim and of its lines: by loop and role (NM101), the field that holds them.
PARTIES: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    PROFESSIONAL: {
        "2310A": {"DN": "referring", "P3": "primary_care"},
        "2310B": {"82": "rendering"},
        "2310C": {"77": "facility"},
        "2310D": {"DQ": "supervising"},
        "2310E": {"PW": "pick_up"},
        "2310F": {"45": "drop_off"},
        "2420A": {"82": "rendering"},
        "2420B": {"QB": "purchased"},
        "2420C": {"77": "facility"},
        "2420D": {"DQ": "supervising"},
        "2420E": {"DK": "ordering"},
        "2420F": {"DN": "referring", "P3": "primary_care"},
        "2420G": {"PW": "pick_up"},
        "2420H": {"45": "drop_off"},
    },
    INSTITUTIONAL: {
        "2310A": {"71": "attending"},
        "2310B": {"72": "operating"},
        "2310C": {"ZZ": "other_operating"},
        "2310D": {"82": "rendering"},
        "2310E": {"77": "facility"},
        "2310F": {"DN": "referring"},
        "2420A": {"72": "operating"},
        "2420B": {"ZZ": "other_operating"},
        "2420C": {"82": "rendering"},
        "2420D": {"DN": "referring"},
    },
}
# Those of the levels (HL) and of another payer's cover.
_NAMED: Final = {
    "2010AA": {"85": "billing"},
    "2010AB": {"87": "pay_to"},
    "2010AC": {"PE": "pay_to_plan"},
    "2010BA": {"IL": "subscriber"},
    "2010BB": {"PR": "payer"},
    "2010CA": {"QC": "party"},
    "2330A": {"IL": "subscriber"},
    "2330B": {"PR": "payer"},
}
_OTHER_PROVIDERS: Final = [f"2330{letter}" for letter in "CDEFGHI"]

_OF_INSTITUTION: Final = frozenset(field_names(InstitutionalDetail))


class Loop(NamedTuple):
    """What becomes of a loop: see the module. ``many`` says that its values gather in a tuple.

    ``field`` is empty where the role in the first segment decides. ``lifts`` are fields that belong to the loop around.
    """

    make: Callable[[Fields, Fields], Any]
    field: str = ""
    many: bool = False
    lifts: Mapping[str, str] = {}


def party(fields: Fields, _: Fields) -> Party:
    """A party of its name (NM1), address (N3 and N4) and whatever else was said."""
    if "street" in fields or "town" in fields:
        street: tuple[str, ...] = fields.pop("street", ("", ""))
        fields["address"] = Address(*street, *fields.pop("town", ()))
    return Party(**fields)


def _other_provider(fields: Fields, around: Fields) -> OtherPayerProvider:
    return OtherPayerProvider(fields.pop("role"), party(fields, around))


def _line(fields: Fields, claim: Fields) -> ServiceLine:
    """A line (2400); without a date of its own, as an institution may send it, its days are the statement's."""
    if "procedure" not in fields:
        raise BadValueError("missing-service", "a line without SV1 or SV2")
    if "service_from" not in fields:
        statement = next((each for each in claim.get("dates", ()) if each.qualifier == "434"), None)
        if "revenue_code" not in fields or statement is None:
            raise BadValueError("missing-date", "a line without its service date (DTP*472)")
        fields["undated"] = True
        fields["service_from"], fields["service_to"] = statement.day, statement.until or statement.day
    return ServiceLine(**fields)


def institutional(fields: Fields) -> InstitutionalDetail:
    """What only an institutional claim says, taken out of the fields of the claim."""
    return InstitutionalDetail(**{name: fields.pop(name) for name in _OF_INSTITUTION & fields.keys()})


_BIRTH: Final = {"birth": "subscriber_birth", "sex": "subscriber_sex"}
_LIFTS: Final = {
    "2010BA": _BIRTH, "2010CA": {"birth": "birth", "sex": "sex"}, "2330B": {"adjudicated_on": "adjudicated_on"},
}  # fmt: skip


def _loops(transaction: str) -> dict[str, Loop]:
    loops = {
        "2320": Loop(lambda fields, _: OtherCoverage(**fields), "other_payers", many=True),
        "2400": Loop(_line, "lines", many=True),
        "2410": Loop(lambda fields, _: Drug(**fields), "drug"),
        "2430": Loop(lambda fields, _: LineAdjudication(**fields), "adjudications", many=True),
        "2440": Loop(lambda fields, _: Form(**fields), "forms", many=True),
    }
    loops |= {name: Loop(party, lifts=_LIFTS.get(name, {})) for name in (*_NAMED, *PARTIES[transaction])}
    return loops | {name: Loop(_other_provider, "providers", many=True) for name in _OTHER_PROVIDERS}


LOOPS: Final[Mapping[str, Mapping[str, Loop]]] = {name: _loops(name) for name in (PROFESSIONAL, INSTITUTIONAL)}
ROLES: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    name: {**_NAMED, **each} for name, each in PARTIES.items()
}
