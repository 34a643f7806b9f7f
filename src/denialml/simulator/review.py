"""Before sending: people look some claims over, by rules that a real office uses, and put right what they find.

They see the claim and what payers answered before, never what would put it right: finding that is skill, and chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from denialml.claims import Claim
from denialml.simulator.choices import Choice
from denialml.simulator.data import document
from denialml.simulator.dice import Dice
from denialml.simulator.edits import Edit
from denialml.simulator.medicine import Medicine
from denialml.simulator.people import Insurer
from denialml.simulator.visit import Ready, mended
from denialml.simulator.worlds import Blueprint

_KIND = "review"
_COIN = 0.5


@dataclass(slots=True)
class _Biller:
    """Somebody who looks claims over. ``left`` are the minutes that remain of the day's."""

    name: str
    minutes: float
    finds: Mapping[str, float]
    left: float = 0.0


@dataclass(frozen=True, slots=True)
class _Reason:
    """Why a claim is looked at: the chance of it while there is time, and the minutes it takes."""

    rule: str
    looks: float
    minutes: float


class Experience:
    """What the office remembers of answers, by payer and procedure: how many there were and how many were denials.

    Old answers fade: once there are more than ``remembered``, all of them count for half.
    """

    def __init__(self, terms: Mapping[str, float]) -> None:
        self._terms = terms
        self._answers: dict[tuple[str, str], list[int]] = {}

    def heard(self, payer: str, procedure: str, *, denied: bool) -> None:
        """One line answered."""
        counts = self._answers.setdefault((payer, procedure), [0, 0])
        counts[0] += 1
        counts[1] += denied
        if counts[0] > self._terms["remembered"]:
            counts[0] //= 2
            counts[1] //= 2

    def troubles(self, payer: str, claim: Claim) -> bool:
        """Whether the payer has often denied a procedure of the claim."""
        least, share = self._terms["answers"], self._terms["denied"]
        for line in claim.lines:
            answers, denials = self._answers.get((payer, line.procedure.code), (0, 0))
            if answers >= least and denials >= share * answers:
                return True
        return False


class PreSendReview:
    """The review before sending of one practice. ``random_share`` of all claims are decided by a coin instead."""

    def __init__(
        self, plan: Blueprint, medicine: Medicine, payers: Mapping[str, Insurer], seed: int, random_share: float = 0.0
    ) -> None:
        office = document("office.yaml")
        size = len(plan.providers)
        self._medicine = medicine
        self._random_share = random_share
        self._billers = [_Biller(each["name"], each["minutes"] * size, each["finds"]) for each in plan.billers]
        self._reasons = {
            each["rule"]: _Reason(each["rule"], each["looks"], each["minutes"]) for each in office["review"]
        }
        self._random = _Reason("random", _COIN, max(reason.minutes for reason in self._reasons.values()))
        self._high_cents = round(office["high_dollars"] * 100)
        self._experience = Experience(office["known_trouble"])
        self._asks = frozenset(key for key, payer in payers.items() if payer.data["population"]["asks_authorization"])
        self._dice = Dice(seed, "review")
        self._day = date.min

    def heard(self, payer: str, procedure: str, *, denied: bool) -> None:
        """A remit has answered a line; the office learns where trouble is."""
        self._experience.heard(payer, procedure, denied=denied)

    def look(self, ready: Ready, day: date) -> tuple[Ready, Choice | None]:
        """The claim as it goes out, and what was chosen about it; no choice where no rule makes anybody look.

        The propensity is that of the choice made: looking or passing, given the claim, the rules and the minutes left.
        """
        self._begin(day)
        random = self._random_share > 0 and self._dice.chance(self._random_share)
        reason = self._random if random else self._reason(ready)
        if reason is None:
            return ready, None
        biller = self._dice.one_of(self._billers)
        chance = reason.looks if random or biller.left >= reason.minutes else 0.0
        looks = self._dice.chance(chance)
        fixed = self._found(ready, biller) if looks else ()
        action = _action(fixed) if looks else "passed"
        if looks and not random:
            biller.left -= reason.minutes
        choice = Choice(
            control_number=ready.claim.control_number,
            day=day,
            kind=_KIND,
            person=biller.name,
            rule=reason.rule,
            propensity=chance if looks else 1.0 - chance,
            random=random,
            action=action,
        )
        return mended(ready, fixed), choice

    def _begin(self, day: date) -> None:
        if day != self._day:
            self._day = day
            for biller in self._billers:
                biller.left = biller.minutes

    def _reason(self, ready: Ready) -> _Reason | None:
        """The first rule of the office that the claim, as it stands, gives cause for."""
        claim, reasons = ready.claim, self._reasons
        codes = {line.procedure.code: line.procedure.modifiers for line in claim.lines}
        sought = not self._medicine.authorization_sought.isdisjoint(codes)
        if sought and ready.payer in self._asks and not claim.reference("G1"):
            return reasons["missing authorization"]
        if len(codes) > 1 and self._medicine.lacks_25(codes):
            return reasons["missing modifier"]
        if self._experience.troubles(ready.payer, claim):
            return reasons["known trouble"]
        return reasons["high dollars"] if claim.charge_cents >= self._high_cents else None

    def _found(self, ready: Ready, biller: _Biller) -> tuple[Edit, ...]:
        """Of the claim's open edits those that this person finds."""
        return tuple(edit for edit in ready.edits if self._dice.chance(biller.finds[edit.kind.value]))


def _action(fixed: tuple[Edit, ...]) -> str:
    """What came of looking, in a word or by the kinds of edits made, in their order."""
    return "fixed: " + ", ".join(dict.fromkeys(edit.kind.value for edit in fixed)) if fixed else "looked"
