"""What is in an X12 file, counted in one pass: transactions, loops, segments, claims, money and adjustments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from denialml.claims import ClaimPayment
from denialml.x12.envelope import Interchanges
from denialml.x12.events import (
    ClaimPaymentRead,
    ClaimRead,
    Event,
    MessageRead,
    Noticed,
    ProviderAdjustmentRead,
    Refused,
    Transaction,
    X12Error,
    printable,
)
from denialml.x12.guide import guide_for
from denialml.x12.source import Source, opened
from denialml.x12.tokens import Batch, Delimiters, batches
from denialml.x12.walk import Walker

_ENVELOPES = frozenset({"ISA", "GS", "GE", "IEA", "TA1"})
_MOST_KEYS = 10_000  # different keys a counter takes before it sums the rest: no guide has a tenth of them
OTHER = "(other)"


@dataclass(slots=True)
class Money:
    """How many, and their sum in cents."""

    count: int = 0
    cents: int = 0

    def add(self, cents: int) -> None:
        """One more of them."""
        self.count += 1
        self.cents += cents


@dataclass(slots=True)
class Stats:
    """The counts. Keys of ``transactions`` are ST01 and version; of ``loops`` transaction and loop of its guide.

    ``segments`` are by transaction (empty: envelopes) and name. ``charges`` and ``payments`` are by transaction: CLM02
    of claims, CLP03 and CLP04 of claim payments. ``adjustments`` are those of the 835, of claims and of service lines,
    by group and reason; ``provider_adjustments`` are by reason (PLB). ``stopped`` is the code of the error that reading
    ended with, empty when it came to the end; what was counted until then stands.
    """

    bytes: int = 0
    interchanges: int = 0
    groups: int = 0
    transactions: Counter[tuple[str, str]] = field(default_factory=Counter)
    loops: Counter[tuple[str, str]] = field(default_factory=Counter)
    segments: Counter[tuple[str, str]] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    charges: dict[str, Money] = field(default_factory=dict)
    payments: dict[str, Money] = field(default_factory=dict)
    adjustments: dict[tuple[str, str], Money] = field(default_factory=dict)
    provider_adjustments: dict[str, Money] = field(default_factory=dict)
    stopped: str = ""


def stats(source: Source) -> Stats:
    """Count a file in one pass, in memory that does not grow with it.

    Raises:
        BadInputError: the file cannot be opened.
    """
    found = Stats()
    tally = _Tally(found)
    with opened(source) as stream:
        try:
            for event in Interchanges().read(tally.watched(batches(stream))):
                tally.take(event)
        except X12Error as error:
            found.stopped = error.code
    return found


class _Tally:
    def __init__(self, found: Stats) -> None:
        self._found = found
        self._delimiters = Delimiters()
        self._walker: Walker | None = None
        self._set_id = ""
        self._version = ""
        self._loop = ""

    def watched(self, found: Iterator[Batch]) -> Iterator[Batch]:
        """The same batches, their segments counted as they pass."""
        for batch in found:
            self._found.bytes = batch.end
            self._delimiters = batch.delimiters
            for raw in batch.raws:
                self._count(raw)
            yield batch

    def _count(self, raw: str) -> None:
        name = raw.partition(self._delimiters.element)[0]
        if name in _ENVELOPES or name == "ST":
            self._envelope(name, raw)
        _bump(self._found.segments, (self._set_id, printable(name)))
        if self._walker is not None:
            spec, self._loop = self._walker.step(self._loop, raw)
            if spec is not None and spec.opens and spec.loop.id:
                self._found.loops[self._walker.guide.transaction, spec.loop.id] += 1
        if name == "SE":
            self._set_id, self._walker = "", None

    def _envelope(self, name: str, raw: str) -> None:
        elements = raw.split(self._delimiters.element)
        self._set_id, self._walker, self._loop = "", None, ""
        self._found.interchanges += name == "ISA"
        if name == "GS":
            self._found.groups += 1
            self._version = "".join(elements[8:9]).strip()
        elif name == "ST":
            self._set_id = printable("".join(elements[1:2]).strip())
            version = "".join(elements[3:4]).strip() or self._version
            known = guide_for(self._set_id, version)
            self._walker = Walker.of(known.transaction, self._delimiters) if known else None

    def take(self, event: Event) -> None:
        """Count what was read."""
        found = self._found
        match event:
            case Transaction():
                _bump(found.transactions, (printable(event.set_id), event.version[:12]))
            case ClaimRead():
                found.charges.setdefault("837", Money()).add(event.claim.charge_cents)
            case ClaimPaymentRead():
                self._payment(event.payment)
            case ProviderAdjustmentRead():
                _money(found.provider_adjustments, event.adjustment.reason).add(event.adjustment.amount_cents)
            case MessageRead():
                found.messages[type(event.message).__name__] += 1
            case Refused():
                found.refused[event.finding.code] += 1
            case Noticed():
                found.findings[event.finding.code] += 1

    def _payment(self, payment: ClaimPayment) -> None:
        found = self._found
        found.charges.setdefault("835", Money()).add(payment.charge_cents)
        found.payments.setdefault("835", Money()).add(payment.paid_cents)
        lines = (adjustment for service in payment.services for adjustment in service.adjustments)
        for adjustment in (*payment.adjustments, *lines):
            key = (adjustment.group, adjustment.reason)
            money = found.adjustments
            if key not in money and len(money) >= _MOST_KEYS:
                key = (OTHER, OTHER)
            money.setdefault(key, Money()).add(adjustment.amount_cents)


def _money(money: dict[str, Money], key: str) -> Money:
    return money.setdefault(key if key in money or len(money) < _MOST_KEYS else OTHER, Money())


def _bump(counter: Counter[tuple[str, str]], key: tuple[str, str]) -> None:
    counter[key if key in counter or len(counter) < _MOST_KEYS else (OTHER, OTHER)] += 1
