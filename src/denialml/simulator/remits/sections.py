"""What goes into one payment of a remittance before it is made: claims, money beside them, and the faults among it."""

from __future__ import annotations

from dataclasses import dataclass, field

from denialml.claims import ClaimPayment


@dataclass(frozen=True, slots=True)
class Hit:
    """A fault put into a file: the claim and payment it touches, and the cents it moves."""

    fault: str
    control_number: str = ""
    cents: int = 0
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """Money between payer and provider beside the claims (PLB): positive lowers the payment."""

    reason: str
    reference: str
    cents: int


@dataclass(slots=True)
class Section:
    """The content of one payment (ST to SE). ``later`` is what it makes due, so many days from now."""

    payments: list[ClaimPayment] = field(default_factory=list)
    dues: list[Due] = field(default_factory=list)
    later: list[tuple[int, Due]] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)

    @property
    def paid_cents(self) -> int:
        """What its claims come to."""
        return sum([payment.paid_cents for payment in self.payments])
