"""835 transactions (implementation guide 005010X221A1) to the vocabulary.

One group of segments at a time: the head, each claim payment (loop 2100 with its 2110), each PLB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from denialml.claims import (
    Adjustment,
    Amount,
    ClaimPayment,
    DatedFact,
    Party,
    Procedure,
    Reference,
    Remark,
    ServicePayment,
)
from denialml.errors import Severity
from denialml.x12.events import ClaimPaymentRead, Event, ProviderAdjustmentRead, RemittanceRead, Segment
from denialml.x12.groups import Group
from denialml.x12.head835 import Head, provider_adjustments
from denialml.x12.parties import fits_nm1, padded, person_or_organisation
from denialml.x12.values import BadValueError, cents, day, number, procedure

_CACHED = 1 << 14
_MOST_TRIPLETS = 6
_NO_CLP = [""] * 10
# Procedure, charge, payment, revenue code, units, submitted procedure, submitted units.
_Svc = tuple[Procedure, int, int, str, Decimal | None, Procedure | None, Decimal | None]


# No valid CAS, DTM, AMT, LQ, MOA or NM1 is longer: 19 elements of at most 18 characters and a sign, or 5 names of 60.
# The bound also keeps what is cached by its text small.
_LONGEST = 400


def _bounded(raw: str) -> None:
    if len(raw) > _LONGEST:
        raise BadValueError("segment-too-long", f"this segment has at most {_LONGEST} characters")


def _adjustments(raw: str, separator: str, _: str) -> tuple[tuple[Adjustment, ...], bool]:
    """A CAS: a group and up to six triplets of reason, amount and quantity."""
    _bounded(raw)
    e = padded(raw, separator, 4)
    if not 0 < len(e[1]) <= 2 or len(e) > 2 + 3 * _MOST_TRIPLETS:
        raise BadValueError("bad-adjustment", "a CAS has a group code and up to six adjustments", e[1])
    e.extend([""] * 3)
    found = []
    for at in range(2, len(e) - 3, 3):
        reason, amount, quantity = e[at : at + 3]
        if not (reason or amount or quantity):
            continue
        if not 0 < len(reason) <= 5 or not amount:
            raise BadValueError("bad-adjustment", "an adjustment needs a reason code and an amount", reason)
        found.append(Adjustment(e[1], reason, cents(amount), number(quantity) if quantity else None))
    if not found:
        raise BadValueError("bad-adjustment", "a CAS without an adjustment")
    return tuple(found), True


def _date(raw: str, separator: str, _: str) -> tuple[DatedFact | None, bool]:
    """A DTM of a qualifier and a date; none when it says more."""
    _bounded(raw)
    e = raw.split(separator)
    return (DatedFact(e[1], day(e[2])), True) if len(e) == 3 else (None, False)


def _amount(raw: str, separator: str, _: str) -> tuple[Amount, bool]:
    _bounded(raw)
    e = padded(raw, separator, 2)
    return Amount(e[1], cents(e[2])), not any(e[3:])


@lru_cache(_CACHED)
def _service_remark(raw: str, separator: str) -> tuple[Remark, bool]:
    _bounded(raw)
    e = padded(raw, separator, 2)
    return Remark(e[2], e[1], "LQ"), not any(e[3:])


def _claim_remarks(raw: str, separator: str, _: str) -> tuple[tuple[Remark, ...], bool]:
    """The remark codes of a MOA or MIA; MIA01, which is required, says nothing when it is 0."""
    _bounded(raw)
    if raw.startswith("MOA"):
        e = padded(raw, separator, 9)
        codes, others = e[3:8], [*e[1:3], *e[8:]]
    else:
        e = padded(raw, separator, 24)
        codes, others = [e[5], *e[20:24]], [e[1].strip("0"), *e[2:5], *e[6:20], *e[24:]]
    return tuple(Remark(code, "HE", e[0]) for code in codes if code), not any(others)


def _svc(raw: str, separator: str, component: str) -> tuple[_Svc, bool]:
    e = padded(raw, separator, 7)
    paid_for, whole = procedure(e[1], component)
    units = number(e[5]) if e[5] else None
    submitted, submitted_units = None, None
    if e[6]:
        submitted, submitted_whole = procedure(e[6], component)
        whole = whole and submitted_whole
    if e[7]:
        submitted_units = number(e[7])
    values = paid_for, cents(e[2]), cents(e[3]), e[4], units, submitted, submitted_units
    return values, whole and not any(e[8:])


@lru_cache(_CACHED)
def _provider(raw: str, separator: str) -> tuple[Party, bool]:
    """A party other than the patient: they repeat."""
    _bounded(raw)
    return _person(raw, separator)


def _person(raw: str, separator: str) -> tuple[Party, bool]:
    e = padded(raw, separator, 9)
    return person_or_organisation(e), fits_nm1(e)


class _Service:
    """One SVC and what follows it. ``svc`` are the first fields of its :class:`ServicePayment`."""

    first: date | None = None
    last: date | None = None
    control = ""
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[Remark, ...] = ()
    amounts: tuple[Amount, ...] = ()
    references: tuple[Reference, ...] = ()

    def __init__(self, svc: _Svc) -> None:
        self.svc = svc


_PEOPLE: Final = frozenset({"QC", "IL", "74"})
_PARTY_SLOTS: Final = {"QC": 0, "IL": 1, "74": 2, "82": 3, "TT": 4}


class _Claim:
    """One CLP and what follows it, on the way to a :class:`ClaimPayment`.

    Each method takes one segment, or what one was parsed to, and says whether the vocabulary has a place for it.
    """

    e: list[str] = _NO_CLP
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[Remark, ...] = ()
    dates: tuple[DatedFact, ...] = ()
    amounts: tuple[Amount, ...] = ()
    references: tuple[Reference, ...] = ()
    service: _Service | None = None

    def __init__(self, separator: str) -> None:
        self.separator = separator
        self.parties: list[Party | None] = [None] * 5
        self.services: list[ServicePayment] = []

    def clp(self, raw: str) -> bool:
        self.e = padded(raw, self.separator, 9)
        return not any(self.e[10:])

    def cas(self, adjustments: tuple[Adjustment, ...]) -> bool:
        holder = self.service or self
        holder.adjustments += adjustments
        return True

    def nm1(self, raw: str) -> bool:
        separator = self.separator
        role = raw[4 : raw.find(separator, 4)]
        slot = _PARTY_SLOTS.get(role)
        if slot is None or self.parties[slot] is not None or self.service is not None:
            return False
        self.parties[slot], whole = (_person if role in _PEOPLE else _provider)(raw, separator)
        return whole

    def moa(self, remarks: tuple[Remark, ...]) -> bool:
        self.remarks += remarks
        return True

    def dtm(self, fact: DatedFact | None) -> bool:
        if fact is None:
            return False
        service = self.service
        if service is None:
            self.dates += (fact,)
        elif fact.qualifier == "472":
            service.first = service.last = fact.day
        elif fact.qualifier == "150":
            service.first = fact.day
        elif fact.qualifier == "151":
            service.last = fact.day
        else:
            return False
        return True

    def ref(self, raw: str) -> bool:
        e = raw.split(self.separator)
        if len(e) < 3:
            return False
        service = self.service
        if service is not None and e[1] == "6R" and not service.control and len(e) == 3:
            service.control = e[2]
            return True
        holder = service or self
        holder.references += (Reference(e[1], e[2], e[3] if len(e) > 3 else ""),)
        return len(e) <= 4

    def amt(self, amount: Amount) -> bool:
        holder = self.service or self
        holder.amounts += (amount,)
        return True

    def lq(self, raw: str) -> bool:
        if self.service is None:
            return False
        remark, whole = _service_remark(raw, self.separator)
        self.service.remarks += (remark,)
        return whole

    def svc(self, values: _Svc) -> bool:
        self.close_service()
        self.service = _Service(values)
        return True

    def close_service(self) -> None:
        """Make the service that was open, if any."""
        service = self.service
        if service is not None:
            self.services.append(
                ServicePayment(
                    *service.svc,
                    service.first,
                    service.last,
                    service.control,
                    service.adjustments,
                    service.remarks,
                    service.amounts,
                    service.references,
                )
            )

    def payment(self) -> ClaimPayment:
        """The whole claim payment. Problems that are left are those of the CLP itself."""
        e = self.e
        if not e[1]:
            raise BadValueError("missing-control-number", "a CLP without the claim's control number")
        patient, subscriber, corrected, rendering, crossover = self.parties
        return ClaimPayment(
            e[1],
            e[2],
            cents(e[3]),
            cents(e[4]),
            cents(e[5]) if e[5] else 0,
            e[7],
            e[6],
            e[8],
            e[9],
            patient,
            subscriber,
            corrected,
            rendering,
            crossover,
            self.adjustments,
            self.remarks,
            tuple(self.services),
            self.dates,
            self.amounts,
            self.references,
        )


_Taker = Callable[[_Claim, str], bool]
_TAKERS: Final[dict[str, _Taker]] = {
    "CLP": _Claim.clp, "NM1": _Claim.nm1, "REF": _Claim.ref, "LQ": _Claim.lq,
}  # fmt: skip
# Segments that repeat: how to parse one, and the method that takes what it says.
_Parser = Callable[[str, str, str], tuple[Any, bool]]
_PARSED: Final[dict[str, tuple[_Parser, Callable[[_Claim, Any], bool]]]] = {
    "CAS": (_adjustments, _Claim.cas), "MOA": (_claim_remarks, _Claim.moa), "MIA": (_claim_remarks, _Claim.moa),
    "DTM": (_date, _Claim.dtm), "AMT": (_amount, _Claim.amt), "SVC": (_svc, _Claim.svc),
}  # fmt: skip
_Known = dict[str, tuple[Callable[[_Claim, Any], bool], Any]]


@lru_cache(4)
def _known(_separator: str, _component: str) -> _Known:
    """By the text of a segment that was understood in full: the method that takes it and what it was parsed to."""
    return {}


def _take(claim: _Claim, raw: str, component: str, known: _Known) -> bool:
    """Use a segment that is not known yet."""
    separator = claim.separator
    name = raw[: raw.find(separator)]
    taker = _TAKERS.get(name)
    if taker is not None:
        return taker(claim, raw)
    if name not in _PARSED:
        return False
    parse, take = _PARSED[name]
    value, whole = parse(raw, separator, component)
    if whole and len(raw) <= _LONGEST:
        if len(known) >= _CACHED:
            known.clear()
        known[raw] = take, value
    return take(claim, value) and whole


class RemittanceBody:
    """Reads the groups of one 835 transaction."""

    marks = frozenset({"LX", "CLP", "PLB"})

    def __init__(self, control_number: str) -> None:
        self.control_number = control_number
        self.claims = 0
        self.refused = 0
        self.head_refused = False
        self._waiting: tuple[Segment, ...] = ()  # TS2, TS3 of the last LX, kept with its first claim

    def take(self, group: Group) -> Iterable[Event]:
        """Events of one group."""
        name = group.name
        return self._claim(group) if name == "CLP" else self._other(name, group)

    def _other(self, name: str, group: Group) -> Iterator[Event]:
        if name == "PLB":
            yield from self._adjustments(group)
        elif name == "LX":
            self._waiting = group.segments(range(1, len(group.raws)))
            if len(group.raws) > 1:
                yield group.unmodelled(group.segments(range(1, len(group.raws))), 1)
        elif name == "ST":
            yield from self._head(group)
        else:  # a name that only begins like a mark
            yield group.refused("", group.problem(0, BadValueError("unknown-segment", "no segment has such a name")))

    def _claim(self, group: Group) -> list[Event]:
        delimiters = group.delimiters
        component = delimiters.component
        claim = _Claim(delimiters.element)
        known = _known(delimiters.element, component)
        odd: list[int] = []
        place = 0
        try:
            group.check_length("SVC")
            for place, raw in enumerate(group.raws):
                found = known.get(raw)
                if not (found[0](claim, found[1]) if found else _take(claim, raw, component, known)):
                    odd.append(place)
            claim.close_service()
            place = 0
            payment = claim.payment()
        except BadValueError as error:
            self.refused += 1
            return [group.refused(claim.e[1], group.problem(place, error))]
        if self.head_refused:
            self.refused += 1
            problem = BadValueError("head-refused", "the head of its transaction could not be used")
            return [group.refused(payment.control_number, group.problem(0, problem))]
        self.claims += 1
        kept, self._waiting = self._waiting, ()
        if not odd:
            return [ClaimPaymentRead(payment, group.span(), kept)]
        own = group.segments(odd)
        return [ClaimPaymentRead(payment, group.span(), kept + own), group.unmodelled(own, odd[0])]

    def _adjustments(self, group: Group) -> Iterator[Event]:
        delimiters = group.delimiters
        try:
            found = provider_adjustments(group.raws[0], delimiters.element, delimiters.component)
        except BadValueError as error:
            yield group.refused("", group.problem(0, error))
            return
        for adjustment in found:
            yield ProviderAdjustmentRead(adjustment, group.span())
        if len(group.raws) > 1:
            yield group.unmodelled(group.segments(range(1, len(group.raws))), 1)

    def _head(self, group: Group) -> Iterator[Event]:
        head = Head(group)
        try:
            remittance = head.remittance(self.control_number)
        except BadValueError as error:
            self.head_refused = True
            yield group.refused("", group.problem(head.place, error))
            return
        kept = group.segments(head.odd)
        yield RemittanceRead(remittance, group.span(), kept)
        if kept:
            yield group.unmodelled(kept, head.odd[0])
        for place, problem in head.problems:
            yield group.notice(problem.code, Severity.ERROR, str(problem), place)
