"""What must add up and count up inside a transaction set: levels, line numbers and money (SNIP 2 and 3).

Sources: X12 835 guide section 1.10.2 (balancing), 837 guides section 1.4.4 (coordination of benefits), 999 guide AK9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from denialml.x12.structure import Instance, Seen, inner_instances
from denialml.x12.tokens import Delimiters
from denialml.x12.values import BadValueError, cents

# Loops that are kept until the one around them closes, because their money is added up there.
WATCHED: Final = {
    "837P": ("2320", "2400", "2430"),
    "837I": ("2320", "2400", "2430"),
    "835": ("2110",),
}


class Imbalance(NamedTuple):
    """Something that does not add up: a code of ``guides/faults.yaml``, at an element of a segment."""

    code: str
    loop: str
    at: Seen
    element: int


class Balance:
    """Adds up one set. It is shown each loop as it closes, and each segment that is counted."""

    def __init__(self, transaction: str, delimiters: Delimiters) -> None:
        self._delimiters = delimiters
        self._check = _CHECKS.get(transaction)
        self._levels: list[tuple[str, str, Seen]] = []  # number and code of the levels that are open
        self._level_count = 0
        self._expects_child: Seen | None = None
        self._lines = 0
        self._payment: tuple[Seen, int] | None = None
        self._paid = 0
        self._sets = 0
        self._transaction = transaction

    def segment(self, seen: Seen) -> list[Imbalance]:
        """One segment of those that are :data:`COUNTED`, in order."""
        take = COUNTED[seen.spec.entry.name]
        return list(take(self, seen, seen.raw.split(self._delimiters.element)))

    def loop(self, instance: Instance) -> list[Imbalance]:
        """One loop that has closed; none is judged whose amounts cannot be read."""
        if self._check is None or instance.spec.id not in _JUDGED:
            return []
        try:
            return list(self._check(self, instance))
        except BadValueError:
            return []  # the element check has named the amount that is none

    def end(self) -> list[Imbalance]:
        """The set is over."""
        found = []
        if self._expects_child is not None:
            found.append(Imbalance("level-children", self._expects_child.spec.loop.id, self._expects_child, 4))
        if self._payment is not None and self._payment[1] != self._paid:
            found.append(Imbalance("transaction-balance", "", self._payment[0], 2))
        return found

    # Counting

    def level(self, seen: Seen, e: list[str]) -> Iterator[Imbalance]:
        """An HL: numbered from 1, under the level that it names, and HL04 true to what follows (X12.6)."""
        e = [*e, "", "", "", ""][:5]
        loop = seen.spec.loop.id
        self._level_count += 1
        if e[1] != str(self._level_count):
            yield Imbalance("level-number", loop, seen, 1)
        depth = len(seen.spec.loop.id) and _depth(seen)
        self._levels = self._levels[:depth]
        parent = self._levels[-1][0] if self._levels else ""
        if e[2] != parent:
            yield Imbalance("level-parent", loop, seen, 2)
        if self._expects_child is not None and not (self._levels and self._levels[-1][2] is self._expects_child):
            yield Imbalance("level-children", self._expects_child.spec.loop.id, self._expects_child, 4)
        if self._levels and self._levels[-1][1] == "0":
            above = self._levels[-1][2]
            yield Imbalance("level-children", above.spec.loop.id, above, 4)
        self._expects_child = seen if e[4] == "1" else None
        self._levels.append((e[1], e[4], seen))

    def line(self, seen: Seen, e: list[str]) -> Iterator[Imbalance]:
        """An LX of an 837: lines of a claim count from 1."""
        if not self._transaction.startswith("837"):
            return
        self._lines += 1
        if e[1:2] != [str(self._lines)]:
            yield Imbalance("line-number", seen.spec.loop.id, seen, 1)

    def claim(self, _: Seen, __: list[str]) -> Iterator[Imbalance]:
        """A CLM: its lines are numbered anew."""
        self._lines = 0
        yield from ()

    def payment(self, seen: Seen, e: list[str]) -> Iterator[Imbalance]:
        """The BPR of an 835: what all claims and provider adjustments must come to."""
        self._payment = None
        try:
            amount = cents(e[2])
        except (BadValueError, IndexError):
            return
        self._payment = seen, -amount if e[3:4] == ["D"] else amount
        yield from ()

    def provider_adjustment(self, _: Seen, e: list[str]) -> Iterator[Imbalance]:
        """A PLB: positive amounts lower the payment."""
        try:
            self._paid -= sum(cents(text) for text in e[4::2] if text)
        except BadValueError:
            self._payment = None
        yield from ()

    def answered_set(self, _: Seen, __: list[str]) -> Iterator[Imbalance]:
        """An AK2 of a 999."""
        self._sets += 1
        yield from ()

    def answered_group(self, seen: Seen, e: list[str]) -> Iterator[Imbalance]:
        """The AK9 of a 999: AK903 counts the sets received; those answered here are at most as many."""
        if self._sets and e[3:4] and e[3].isdigit() and int(e[3]) < self._sets:
            yield Imbalance("acknowledged-count", "", seen, 3)

    # Money

    def payment_loop(self, instance: Instance) -> Iterator[Imbalance]:
        """Loops 2110 and 2100 of an 835."""
        if instance.spec.id == "2110":
            svc = _first(instance, "SVC", self._delimiters)
            if _cents(svc, 2) - self._adjusted(instance) != _cents(svc, 3):
                yield Imbalance("line-payment-balance", "2110", instance.first, 3)
        elif instance.spec.id == "2100":
            yield from self._claim_payment(instance)

    def _claim_payment(self, instance: Instance) -> Iterator[Imbalance]:
        clp = _first(instance, "CLP", self._delimiters)
        charge, paid = _cents(clp, 3), _cents(clp, 4)
        self._paid += paid
        services = instance.kept.get("2110", [])
        adjusted = self._adjusted(instance) + sum(self._adjusted(service) for service in services)
        if charge - adjusted != paid:
            yield Imbalance("claim-payment-balance", "2100", instance.first, 4)
        if services:
            lines = [_first(service, "SVC", self._delimiters) for service in services]
            own = self._adjusted(instance)
            if sum(_cents(e, 2) for e in lines) != charge or sum(_cents(e, 3) for e in lines) - own != paid:
                yield Imbalance("claim-lines-balance", "2100", instance.first, 3)

    def _adjusted(self, instance: Instance) -> int:
        return sum(cents(text) for e in instance.elements("CAS", self._delimiters) for text in e[3::3] if text)

    def claim_loop(self, instance: Instance) -> Iterator[Imbalance]:
        """Loop 2300 of an 837: the lines, and what each other payer made of the claim."""
        if instance.spec.id != "2300":
            return
        clm = _first(instance, "CLM", self._delimiters)
        lines = inner_instances(instance, "2400")
        charge = _cents(clm, 2)
        charges = [self._line_charge(line) for line in lines]
        if lines and sum(charges) != charge:
            yield Imbalance("claim-balance", "2300", instance.first, 2)
        for line, own in zip(lines, charges, strict=True):
            for answer in line.kept.get("2430", ()):
                svd = _first(answer, "SVD", self._delimiters)
                if not svd[6:7] and own - self._adjusted(answer) != _cents(svd, 2):
                    yield Imbalance("line-other-payer-balance", "2430", answer.first, 2)
        others = instance.kept.get("2320", [])
        for other in others:
            paid = list(other.elements("AMT", self._delimiters, "D"))
            adjusted = self._adjusted(other)
            if len(others) == 1:
                adjusted += sum(self._adjusted(answer) for line in lines for answer in line.kept.get("2430", ()))
            if paid and adjusted and len(others) == 1 and charge - adjusted != _cents(paid[0], 2):
                yield Imbalance("other-payer-balance", "2320", other.first, 0)

    def _line_charge(self, line: Instance) -> int:
        for name, element in (("SV1", 2), ("SV2", 3)):
            for e in line.elements(name, self._delimiters):
                return _cents(e, element)
        return 0


def _depth(seen: Seen) -> int:
    """How many levels a level stands under, by its guide."""
    depth, loop = 0, seen.spec.loop
    while loop.parents and loop.parents[0].id:
        loop = loop.parents[0]
        depth += 1
    return depth


def _first(instance: Instance, name: str, delimiters: Delimiters) -> list[str]:
    return next(instance.elements(name, delimiters), [])


def _cents(elements: list[str], at: int) -> int:
    return cents(elements[at]) if at < len(elements) and elements[at] else 0


_JUDGED: Final = frozenset({"2100", "2110", "2300"})  # loops whose money is added up
# The segments that count or are counted, and what takes them.
COUNTED: Final[dict[str, Callable[[Balance, Seen, list[str]], Iterator[Imbalance]]]] = {
    "HL": Balance.level, "LX": Balance.line, "CLM": Balance.claim, "BPR": Balance.payment,
    "PLB": Balance.provider_adjustment, "AK2": Balance.answered_set, "AK9": Balance.answered_group,
}  # fmt: skip
_CHECKS: Final[dict[str, Callable[[Balance, Instance], Iterator[Imbalance]]]] = {
    "835": Balance.payment_loop, "837P": Balance.claim_loop, "837I": Balance.claim_loop,
}  # fmt: skip
