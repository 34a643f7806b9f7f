"""The segments of a claim payment and its services (835 loops 2100 and 2110): what each says, and which field takes it.

Which loop a segment belongs to is the guide's to say; here its takers are bound to it by loop and name. A taker yields
values for the fields of :class:`~denialml.claims.ClaimPayment` or :class:`~denialml.claims.ServicePayment`, by number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from denialml.claims import (
    Adjustment,
    Amount,
    ClaimPayment,
    DatedFact,
    Party,
    Quantity,
    Reference,
    Remark,
    ServicePayment,
    field_names,
    replace,
)
from denialml.x12.adjustments import read_cas
from denialml.x12.claimshapes import MIA, MOA
from denialml.x12.parties import contact, fits_nm1, padded, person_or_organisation
from denialml.x12.shapes import Shape
from denialml.x12.tokens import Delimiters
from denialml.x12.values import BadValueError, cents, day, number, procedure

CLAIM: Final = "2100"
SERVICE: Final = "2110"

# How what a segment says goes to the fields.
GATHER: Final = 0  # into a field that gathers tuples
ONCE: Final = 1  # into a field that is filled once
SEVERAL: Final = 2  # into several fields: moves
OPENS: Final = 3  # it is all fields of a service
ASIDE: Final = 4  # nowhere


Move = tuple[int, int, tuple[Any, ...]]  # first field, the one after the last or 0 when the field gathers, the values


class Taker(NamedTuple):
    """How to use a segment: ``parse`` makes of its elements what goes to a field, and says whether that is all of it.

    ``recurs`` tells segments whose texts come again and again, and name no patient: they are parsed once.
    """

    parse: Callable[[list[str], Delimiters], tuple[Any, bool]]
    how: int
    field: int = 0
    recurs: bool = True


def put(fields: list[Any], moves: tuple[Move, ...]) -> bool:
    """Make the moves, one that fills its fields once first; false, with nothing done, when these are filled."""
    for first, stop, values in moves:
        if not stop:
            fields[first] += values
        elif any(fields[first:stop]):
            return False
        else:
            fields[first:stop] = values
    return True


def new_claim() -> list[Any]:
    """The fields of a claim payment of which nothing is known."""
    return _BLANK_CLAIM.copy()


def fill_claim(fields: list[Any], raw: str, separator: str) -> bool:
    """Fill what a CLP says; false when that is not all.

    Raises:
        BadValueError: it has no control number, a bad amount or number.
    """
    e = padded(raw, separator, 9)
    fields[0] = e[1]
    if not e[1]:
        raise BadValueError("missing-control-number", "a CLP without the claim's control number")
    share = cents(e[5]) if e[5] else 0
    fields[1:9] = e[2], cents(e[3]), cents(e[4]), share, e[7], e[6], e[8], e[9]
    return len(e) == 10 or _fill_drg(fields, padded(raw, separator, 13))


def _fill_drg(fields: list[Any], e: list[str]) -> bool:
    weight, fraction = (number(text) if text else None for text in e[12:14])
    fields[_DRG : _DRG + 3] = e[11], weight, fraction
    return not (e[10] or any(e[14:]))


def _adjustments(e: list[str], _: Delimiters) -> tuple[tuple[Adjustment, ...], bool]:
    return read_cas(e)


def _date(e: list[str], _: Delimiters) -> tuple[tuple[DatedFact, ...], bool]:
    return (DatedFact(e[1], day(e[2])),), not any(e[3:])


def _day(e: list[str], _: Delimiters) -> tuple[date, bool]:
    return day(e[2]), not any(e[3:])


def _only_day(e: list[str], _: Delimiters) -> tuple[tuple[Move, ...], bool]:
    """The day of a service that begins and ends on it."""
    value = day(e[2])
    return ((_FROM, _TO + 1, (value, value)),), not any(e[3:])


def _amount(e: list[str], _: Delimiters) -> tuple[tuple[Amount, ...], bool]:
    return (Amount(e[1], cents(e[2])),), not any(e[3:])


def _quantity(e: list[str], _: Delimiters) -> tuple[tuple[Quantity, ...], bool]:
    return (Quantity(e[1], number(e[2])),), not any(e[3:])


def _reference(e: list[str], _: Delimiters) -> tuple[tuple[Reference, ...], bool]:
    return (Reference(e[1], e[2], e[3]),), not any(e[4:])


def _line_control(e: list[str], _: Delimiters) -> tuple[str, bool]:
    return e[2], not any(e[3:])


def _contact(e: list[str], _: Delimiters) -> tuple[tuple[Any, ...], bool]:
    value, whole = contact(e)
    return (value,), whole


def _remark(e: list[str], _: Delimiters) -> tuple[tuple[Remark, ...], bool]:
    return (Remark(e[2], e[1], "LQ"),), not any(e[3:])


def _party(e: list[str], _: Delimiters) -> tuple[Party, bool]:
    return person_or_organisation(e), fits_nm1(e)


def _adjudication(e: list[str], delimiters: Delimiters, *, shape: Shape[Any], field: int) -> tuple[Any, bool]:
    """A MIA or MOA: its remark codes go with all others, and nothing else may be left."""
    value, whole = shape.read(e, delimiters)
    remarks = tuple(Remark(code, "HE", shape.segment) for code in value.remarks)
    rest = replace(value, remarks=())
    return ((field, field + 1, (rest if rest != shape.make() else None,)), (_REMARKS, 0, remarks)), whole


def _service(e: list[str], delimiters: Delimiters) -> tuple[list[Any], bool]:
    """A SVC: the fields of a service that is known to the end of its first segment."""
    paid_for, whole = procedure(e[1], delimiters.component)
    submitted = None
    if e[6]:
        submitted, submitted_whole = procedure(e[6], delimiters.component)
        whole = whole and submitted_whole
    units = number(e[5]) if e[5] else None
    submitted_units = number(e[7]) if e[7] else None
    values = paid_for, cents(e[2]), cents(e[3]), e[4], units, submitted, submitted_units
    return [*values, *_REST_OF_SERVICE], whole and not any(e[8:])


_claim = field_names(ClaimPayment).index
_paid = field_names(ServicePayment).index
_BLANK_CLAIM: Final[list[Any]] = ["", "", 0, 0, 0, *ClaimPayment.__struct_defaults__]
_REST_OF_SERVICE: Final = ServicePayment.__struct_defaults__[_paid("service_from") - _paid("revenue_code") :]
_DRG: Final = _claim("drg")
_REMARKS: Final = _claim("remarks")
_FROM: Final = _paid("service_from")
_TO: Final = _paid("service_to")
SERVICES: Final = _claim("services")


# By loop, name and code of the first element: an empty code takes all for which no other taker is there.
TAKERS: Final[Mapping[tuple[str, str, str], Taker]] = MappingProxyType(
    {
        (CLAIM, "CAS", ""): Taker(_adjustments, GATHER, _claim("adjustments")),
        (CLAIM, "NM1", "QC"): Taker(_party, ONCE, _claim("patient"), recurs=False),
        (CLAIM, "NM1", "IL"): Taker(_party, ONCE, _claim("subscriber"), recurs=False),
        (CLAIM, "NM1", "74"): Taker(_party, ONCE, _claim("corrected"), recurs=False),
        (CLAIM, "NM1", "82"): Taker(_party, ONCE, _claim("rendering")),
        (CLAIM, "NM1", "TT"): Taker(_party, ONCE, _claim("crossover")),
        (CLAIM, "NM1", "PR"): Taker(_party, ONCE, _claim("priority_payer")),
        (CLAIM, "NM1", "GB"): Taker(_party, ONCE, _claim("other_subscriber"), recurs=False),
        (CLAIM, "MIA", ""): Taker(partial(_adjudication, shape=MIA, field=_claim("inpatient")), SEVERAL),
        (CLAIM, "MOA", ""): Taker(partial(_adjudication, shape=MOA, field=_claim("outpatient")), SEVERAL),
        (CLAIM, "REF", ""): Taker(_reference, GATHER, _claim("references"), recurs=False),
        (CLAIM, "DTM", ""): Taker(_date, GATHER, _claim("dates")),
        (CLAIM, "PER", ""): Taker(_contact, GATHER, _claim("contacts")),
        (CLAIM, "AMT", ""): Taker(_amount, GATHER, _claim("amounts")),
        (CLAIM, "QTY", ""): Taker(_quantity, GATHER, _claim("quantities")),
        (SERVICE, "SVC", ""): Taker(_service, OPENS),
        (SERVICE, "DTM", "472"): Taker(_only_day, SEVERAL),
        (SERVICE, "DTM", "150"): Taker(_day, ONCE, _FROM),
        (SERVICE, "DTM", "151"): Taker(_day, ONCE, _TO),
        (SERVICE, "DTM", ""): Taker(_date, GATHER, _paid("dates")),
        (SERVICE, "CAS", ""): Taker(_adjustments, GATHER, _paid("adjustments")),
        (SERVICE, "REF", "6R"): Taker(_line_control, ONCE, _paid("line_control_number"), recurs=False),
        (SERVICE, "REF", ""): Taker(_reference, GATHER, _paid("references")),
        (SERVICE, "AMT", ""): Taker(_amount, GATHER, _paid("amounts")),
        (SERVICE, "QTY", ""): Taker(_quantity, GATHER, _paid("quantities")),
        (SERVICE, "LQ", ""): Taker(_remark, GATHER, _paid("remarks")),
    }
)
