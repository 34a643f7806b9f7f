"""Adjustments (CAS) as an 837 carries them from the payer before (loops 2320 and 2430): up to six in a segment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from denialml.claims import Adjustment
from denialml.x12.segments import SegmentWriter
from denialml.x12.values import BadValueError, cents, money_text, number, number_text

MOST_TRIPLETS: Final = 6  # reason, amount and quantity: CAS02 to CAS19


def read_cas(e: Sequence[str]) -> tuple[tuple[Adjustment, ...], bool]:
    """The adjustments of a CAS split into elements, the name first, and that this is all.

    Raises:
        BadValueError: it has no group, no adjustment, or one without reason or amount.
    """
    group = e[1] if len(e) > 1 else ""
    if not 0 < len(group) <= 2 or len(e) > 2 + 3 * MOST_TRIPLETS:
        raise BadValueError("bad-adjustment", "a CAS has a group code and up to six adjustments", group)
    texts = [*e[2:], "", ""]
    found = []
    for reason, amount, quantity in zip(texts[::3], texts[1::3], texts[2::3], strict=False):
        if not (reason or amount or quantity):
            continue
        if not reason or not amount:
            raise BadValueError("bad-adjustment", "an adjustment needs a reason code and an amount", reason)
        found.append(Adjustment(group, reason, cents(amount), number(quantity) if quantity else None))
    if not found:
        raise BadValueError("bad-adjustment", "a CAS without an adjustment")
    return tuple(found), True


def write_cas(writer: SegmentWriter, adjustments: Sequence[Adjustment]) -> int:
    """Add CAS segments, neighbours of one group together; how many there are."""
    place, count = 0, 0
    while place < len(adjustments):
        group = adjustments[place].group
        elements = ["CAS", group]
        for each in adjustments[place : place + MOST_TRIPLETS]:
            if each.group != group:
                break
            quantity = number_text(each.quantity) if each.quantity is not None else ""
            elements += [each.reason, money_text(each.amount_cents), quantity]
            place += 1
        writer.add(*elements)
        count += 1
    return count
