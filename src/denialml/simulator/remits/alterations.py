"""What a payer may make odd in the answer to one claim. Every function gives what was altered, or None if it cannot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from denialml.claims import Adjustment, Amount, ClaimPayment, Procedure, ServicePayment, replace
from denialml.money import share_of
from denialml.simulator.data import document
from denialml.simulator.remits.answers import with_services

# Each visit code to the next cheaper one of its kind (new patients, known patients).
_CHEAPER: Final = MappingProxyType(
    {"99203": "99202", "99204": "99203", "99205": "99204", "99213": "99212", "99214": "99213", "99215": "99214"}
)


@dataclass(frozen=True, slots=True)
class Altered:
    """The answer as it is told: in ``payments`` now and, of a claim in parts, ``later``; ``cents`` is what it moved."""

    payments: tuple[ClaimPayment, ...]
    cents: int = 0
    later: tuple[ClaimPayment, ...] = ()


def altered(fault: str, payment: ClaimPayment, fate: float) -> Altered | None:
    """A paid claim's answer under a fault of :data:`denialml.simulator.faults.ALTERATIONS`.

    ``fate`` from 0 to 1 decides what the fault leaves open. None when the claim has nothing that it could strike.
    """
    return _WAYS[fault](payment, fate)


def _dropped_modifier(payment: ClaimPayment, _: float) -> Altered | None:
    def dropped(service: ServicePayment) -> ServicePayment:
        procedure = service.procedure
        return replace(service, procedure=replace(procedure, modifiers=procedure.modifiers[:-1]))

    return _first(payment, lambda service: bool(service.procedure.modifiers), dropped)


def _changed_units(payment: ClaimPayment, _: float) -> Altered | None:
    def changed(service: ServicePayment) -> ServicePayment:
        units = service.units or 1
        return replace(service, units=units - 1 if units > 1 else units + 1)

    return _first(payment, lambda service: service.paid_cents > 0, changed)


def _split(payment: ClaimPayment, fate: float) -> Altered | None:
    """The first line apart from the others, which are answered later half of the time."""
    if len(payment.services) < 2:
        return None
    first = with_services(payment, payment.services[:1])
    others = with_services(payment, payment.services[1:])
    others = replace(others, payer_control_number=f"{payment.payer_control_number}S")
    return Altered((first,), 0, (others,)) if fate < 0.5 else Altered((first, others))


def _bundled(payment: ClaimPayment, fate: float) -> Altered | None:
    """All paid services told under the first one's code; the first carries the money of the others or none of it."""
    paid = [service for service in payment.services if service.paid_cents > 0]
    if len(paid) < 2:
        return None
    lead = paid[0]
    carried = sum(service.paid_cents for service in paid[1:]) if fate < 0.5 else 0
    services = []
    for service in payment.services:
        if service is lead:
            services.append(_carrying(service, carried))
        elif service.paid_cents > 0:
            services.append(_swallowed(service, lead.procedure))
        else:
            services.append(service)
    told = with_services(payment, services)
    return Altered((told,), told.paid_cents - payment.paid_cents)


def _carrying(service: ServicePayment, cents: int) -> ServicePayment:
    """A service paid for others too: CARC 94 tells what is paid beyond its own balance."""
    extra = (Adjustment("OA", "94", -cents),) if cents else ()
    amounts = tuple(Amount(a.qualifier, a.cents + cents) if a.qualifier == "B6" else a for a in service.amounts)
    return replace(
        service,
        paid_cents=service.paid_cents + cents,
        submitted=service.procedure,
        adjustments=(*service.adjustments, *extra),
        amounts=amounts,
    )


def _swallowed(service: ServicePayment, into: Procedure) -> ServicePayment:
    return replace(
        service,
        procedure=into,
        submitted=service.procedure,
        paid_cents=0,
        adjustments=(Adjustment("CO", "97", service.charge_cents),),
        amounts=(),
    )


def _downcoded(payment: ClaimPayment, _: float) -> Altered | None:
    """The price falls as the two codes' relative values do; the patient's share stays."""
    values = document("fees.yaml")["values"]

    def cheaper(service: ServicePayment) -> ServicePayment:
        procedure = service.procedure
        code = _CHEAPER[procedure.code]
        paid = share_of(service.paid_cents, round(values[code] * 100), round(values[procedure.code] * 100))
        less = service.paid_cents - paid
        amounts = tuple(Amount(a.qualifier, a.cents - less) if a.qualifier == "B6" else a for a in service.amounts)
        return replace(
            service,
            procedure=replace(procedure, code=code),
            submitted=procedure,
            paid_cents=paid,
            adjustments=_with(service.adjustments, "CO", "45", less),
            amounts=amounts,
        )

    return _first(payment, lambda s: s.paid_cents > 0 and s.procedure.code in _CHEAPER, cheaper)


def _unpaid(payment: ClaimPayment, _: float) -> Altered | None:
    services = [
        replace(service, paid_cents=0, adjustments=_with(service.adjustments, "PR", "1", service.paid_cents))
        if service.paid_cents
        else service
        for service in payment.services
    ]
    return Altered((with_services(payment, services),), -payment.paid_cents)


def _unnumbered(payment: ClaimPayment, _: float) -> Altered | None:
    return Altered((replace(payment, services=tuple(replace(s, line_control_number="") for s in payment.services)),))


def _twice(payment: ClaimPayment, _: float) -> Altered | None:
    return Altered((payment, payment), payment.paid_cents)


def _forbidden_group(payment: ClaimPayment, _: float) -> Altered | None:
    def forbidden(service: ServicePayment) -> ServicePayment:
        first, *others = service.adjustments
        return replace(service, adjustments=(replace(first, group="CR"), *others))

    return _first(payment, lambda s: bool(s.adjustments) and s.adjustments[0].group == "CO", forbidden)


def _first(
    payment: ClaimPayment,
    fits: Callable[[ServicePayment], bool],
    change: Callable[[ServicePayment], ServicePayment],
) -> Altered | None:
    """The answer with its first fitting service changed."""
    place = next((n for n, service in enumerate(payment.services) if fits(service)), None)
    if place is None:
        return None
    services = list(payment.services)
    services[place] = change(services[place])
    told = with_services(payment, services)
    return Altered((told,), told.paid_cents - payment.paid_cents)


def _with(adjustments: tuple[Adjustment, ...], group: str, reason: str, cents: int) -> tuple[Adjustment, ...]:
    """The adjustments with so much more of one, in the place of its group."""
    if not cents:
        return adjustments
    for place, each in enumerate(adjustments):
        if (each.group, each.reason) == (group, reason):
            more = replace(each, amount_cents=each.amount_cents + cents)
            return (*adjustments[:place], more, *adjustments[place + 1 :])
    fresh = Adjustment(group, reason, cents)
    return (fresh, *adjustments) if group == "CO" else (*adjustments, fresh)


_WAYS: Final[Mapping[str, Callable[[ClaimPayment, float], Altered | None]]] = MappingProxyType(
    {
        "dropped-modifier": _dropped_modifier,
        "changed-units": _changed_units,
        "split-claim": _split,
        "bundled": _bundled,
        "downcoded": _downcoded,
        "zero-pay": _unpaid,
        "missing-line-number": _unnumbered,
        "duplicate-claim-in-file": _twice,
        "cr-group": _forbidden_group,
    }
)
