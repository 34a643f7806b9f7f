"""Money beside the claims as payers take or give it (PLB), one kind a fault; reasons are codes of PLB03-1."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from denialml.money import share_of
from denialml.simulator.remits.sections import Due, Hit, Section

_RECOUPED_AFTER: Final = 90  # days from an advance to its return


class _Kind(NamedTuple):
    """An amount: so much in a thousand of what the claims of the payment come to, or so many cents."""

    reason: str
    thousandths: int = 0
    cents: int = 0


_KINDS: Final[Mapping[str, _Kind]] = MappingProxyType(
    {
        "plb-l3": _Kind("L3", cents=2_500),
        "plb-90": _Kind("90", thousandths=20),
        "plb-ir": _Kind("IR", thousandths=240),  # backup withholding, 26 USC 3406
        "plb-j1": _Kind("J1", thousandths=100),
        "plb-ap": _Kind("AP", thousandths=-500),
        "plb-b2": _Kind("B2", cents=-4_000),
        "plb-50": _Kind("50", cents=1_000),
        "plb-e3": _Kind("E3", thousandths=20),
        "plb-le": _Kind("LE", thousandths=150),  # continuous levy on payments to providers, 26 USC 6331(h)
    }
)


def charge(fault: str, section: Section, trace: str, fate: float) -> bool:
    """Put the money of a PLB fault into a payment; whether there was anything to put.

    ``fate`` from 0 to 1 decides what the fault leaves open.
    """
    amount = 2_000 + int(fate * 18_000)
    if fault == "plb-72":  # a refund sent by cheque, told beside the debt it settles: nothing moves
        section.dues += [Due("WO", trace, amount), Due("72", trace, -amount)]
        section.hits.append(Hit(fault, "", -amount, trace))
        return True
    if fault == "plb-cs":
        cents, reason = (amount if fate < 0.5 else -amount), "CS"
    else:
        kind = _KINDS[fault]
        cents, reason = kind.cents or share_of(section.paid_cents, kind.thousandths, 1_000), kind.reason
    if not cents:
        return False
    section.dues.append(Due(reason, trace, cents))
    section.hits.append(Hit(fault, "", cents, trace))
    if fault == "plb-ap":
        section.later.append((_RECOUPED_AFTER, Due(reason, trace, -cents)))
    return True


def collected(due: Due) -> Hit | None:
    """The row of the log for what an earlier fault made due: the return of an advance."""
    return Hit("plb-ap", "", due.cents, due.reference) if due.reason == "AP" else None
