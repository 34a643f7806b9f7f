"""What a payer decides of a claim: how probable each line's denial was, by what causes, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from denialml.claims import Claim, ServiceLine
from denialml.simulator.pricing import Price


class Family(StrEnum):
    """The true cause of a denial, whatever reason the payer tells."""

    ELIGIBILITY = "eligibility"  # the patient's cover: ended, not begun, unknown, of another payer
    OTHER_PAYER = "other payer"  # somebody else pays first
    DATA = "data"  # missing or invalid content
    AUTHORIZATION = "authorization"  # an authorisation or a referral
    COVERAGE = "coverage"  # not covered, or a limit reached
    DOCUMENTATION = "documentation"  # the record is asked for
    CODING = "coding"  # modifiers, bundling, units
    NECESSITY = "necessity"
    DUPLICATE = "duplicate"
    TIMELY = "timely"
    CREDENTIALING = "credentialing"
    ERROR = "error"  # the payer is wrong


@dataclass(frozen=True, slots=True)
class Cause:
    """A rule that a line meets, or the payer's own error: the probability with which it denies, and its ``share``.

    Shares of a line's causes add up to 1: each is that cause's part of the hazard, log(1 - p) over the sum of them.
    """

    rule: str
    family: Family
    reason: str
    probability: float
    share: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a line is denied: what the payer tells, and the ``rule`` and ``family`` that are truly behind it.

    ``whole_claim`` when its rule speaks of the claim, not of the line.
    """

    reason: str
    group: str
    remarks: tuple[str, ...]
    whole_claim: bool
    rule: str = ""
    family: Family = Family.ERROR


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a payer would decide of one line: nothing is remembered and nothing priced."""

    line: ServiceLine
    probability: float
    causes: tuple[Cause, ...]
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class LineDecision:
    """One line decided. Exactly one of ``judgement.verdict`` and ``price`` is there.

    ``payable_cents`` is what the payer would pay for the line if it covered it: what winning it back is worth.
    """

    judgement: Judgement
    price: Price | None
    payable_cents: int

    @property
    def line(self) -> ServiceLine:
        """The line as claimed."""
        return self.judgement.line

    @property
    def verdict(self) -> Verdict | None:
        """Why it is denied, if it is."""
        return self.judgement.verdict


@dataclass(frozen=True, slots=True)
class Decision:
    """One claim decided on ``received_on``, to be answered on ``pays_on``. ``number`` is the payer's own (CLP07).

    ``status`` is CLP02 as far as the payer's place goes: ``1`` primary, ``2`` secondary, ``19`` primary and forwarded.
    ``replaces`` is the payer's earlier decision on the same claim that this one takes the place of: a corrected claim,
    a won appeal, a payment taken back. ``voids`` is one on another claim, which was sent before for the same services.
    """

    claim: Claim
    number: str
    received_on: date
    pays_on: date
    lines: tuple[LineDecision, ...]
    status: str = "1"
    replaces: Decision | None = field(default=None, repr=False)
    voids: Decision | None = field(default=None, repr=False)

    @property
    def undoes(self) -> tuple[Decision, ...]:
        """The decisions whose place it takes."""
        return tuple([each for each in (self.replaces, self.voids) if each is not None])

    @property
    def denied(self) -> tuple[LineDecision, ...]:
        """Its denied lines."""
        return tuple(line for line in self.lines if line.verdict is not None)
