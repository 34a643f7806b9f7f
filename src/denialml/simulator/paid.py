"""What a payer remembers of what it paid: enough to know a duplicate, count a year's services and see a return.

Memory does not grow with the history: services are forgotten when they are too old to be sent twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from denialml.claims import Claim, ServiceLine

_DAYS_KEPT = 200  # how long after it a service may still be taken for a duplicate
_VISITS_KEPT = 4  # days of service kept of a member

ServiceKey = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Payment:
    """On which claim a service was paid: ours (CLM01) and the payer's number (CLP07)."""

    control_number: str
    number: str

    def is_of(self, claim: Claim) -> bool:
        """Whether the claim is the paid one itself, or replaces it."""
        return claim.control_number == self.control_number or claim.reference("F8") == self.number


class PaidServices:
    """The services a payer has paid for. ``counted`` are the procedures of which it counts a member's in a year."""

    def __init__(self, counted: frozenset[str], *, visits: bool) -> None:
        self._counted = counted
        self._keeps_visits = visits
        self._paid: dict[date, dict[ServiceKey, _Payment]] = {}
        self._counts: dict[int, dict[tuple[str, str], int]] = {}
        self._visits: dict[str, tuple[date, ...]] = {}

    def duplicated(self, claim: Claim, line: ServiceLine) -> bool:
        """Whether the service was paid on another claim, which this one does not replace."""
        paid = self._paid.get(line.service_from)
        payment = paid.get(service_key(claim, line)) if paid else None
        return payment is not None and not payment.is_of(claim)

    def services(self, claim: Claim, procedure: str, served: date) -> int:
        """How often the claim's member had a procedure in the year of a day, this claim's own aside."""
        if procedure not in self._counted:
            return 0
        count = self._counts.get(served.year, {}).get((claim.coverage.member_id, procedure), 0)
        return count - self._own(claim, procedure) if count else 0

    def since_last(self, claim: Claim, served: date) -> int | None:
        """Days since the last paid day of service of the claim's member before a day, None without any."""
        if not self._keeps_visits:
            return None
        earlier = [day for day in self._visits.get(claim.coverage.member_id, ()) if day < served]
        return (served - max(earlier)).days if earlier else None

    def keep(self, claim: Claim, lines: Iterable[ServiceLine], number: str) -> None:
        """Remember lines that are paid on a claim under the payer's number."""
        for line in lines:
            paid = self._paid.setdefault(line.service_from, {})
            key = service_key(claim, line)
            earlier = paid.get(key)
            paid[key] = _Payment(claim.control_number, number)
            if line.procedure.code in self._counted and not (earlier and earlier.is_of(claim)):
                counts = self._counts.setdefault(line.service_from.year, {})
                counted = (claim.coverage.member_id, line.procedure.code)
                counts[counted] = counts.get(counted, 0) + 1
            if self._keeps_visits:
                self._visit(claim.coverage.member_id, line.service_from)

    def forget(self, today: date) -> None:
        """Drop what is too old to matter to claims received from that day on."""
        oldest = today - timedelta(days=_DAYS_KEPT)
        for served in [day for day in self._paid if day < oldest]:
            del self._paid[served]
        for year in [year for year in self._counts if year < oldest.year]:
            del self._counts[year]

    def _own(self, claim: Claim, procedure: str) -> int:
        count = 0
        for line in claim.lines:
            if line.procedure.code == procedure:
                payment = self._paid.get(line.service_from, {}).get(service_key(claim, line))
                count += payment is not None and payment.is_of(claim)
        return count

    def _visit(self, member_id: str, served: date) -> None:
        days = self._visits.get(member_id, ())
        if served not in days:
            self._visits[member_id] = tuple(sorted((*days, served)))[-_VISITS_KEPT:]


def service_key(claim: Claim, line: ServiceLine) -> ServiceKey:
    """What makes two lines of one day the same service: member, procedure with modifiers, who treated."""
    rendering = claim.rendering or claim.billing
    modifiers = line.procedure.modifiers
    ordered = sorted(modifiers) if len(modifiers) > 1 else modifiers
    return (claim.coverage.member_id, line.procedure.code, *ordered, rendering.npi)
