"""What a payer is expected to allow for a service under its contract, with every step in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from denialml.codes import Tables
from denialml.contracts.effects import Effect, modifier_rules, percent_of
from denialml.contracts.pricing import CannotTellError, PriceList, Service, Step, UnitPrice, rounded
from denialml.contracts.reductions import Priced, reduced
from denialml.contracts.terms import Agreement
from denialml.money import dollars

__all__ = ["Expected", "Service", "Step", "expected"]


@dataclass(frozen=True, slots=True)
class Expected:
    """The allowed amount that a contract comes to, in cents and step by step; None with the reason why not."""

    cents: int | None
    steps: tuple[Step, ...] = ()
    reason: str = ""


def expected(service: Service, beside: Sequence[Service], agreement: Agreement | None, tables: Tables) -> Expected:
    """What the payer should allow for a service. Sequestration and the patient's share are not part of it: they divide
    what is allowed.

    Args:
        service: The service as billed.
        beside: The claim's other services that were not denied; those of another day are left out of account.
        agreement: What was agreed with the payer on the day of service, None where nothing was.
        tables: The code tables of the home; they are asked for the day of service, or the contract's own day.
    """  # noqa: D205 - one sentence
    if agreement is None:
        return Expected(None, reason="no contract with prices holds on the day of service")
    if service.units <= 0:
        return Expected(None, reason="the line has no units")
    try:
        steps = _Account(agreement, tables).steps(service, beside)
    except CannotTellError as why:
        return Expected(None, reason=str(why))
    return Expected(steps[-1][0], tuple(step for _, step in steps))


_Steps = list[tuple[int, Step]]  # each step with the cents after it


class _Account:
    """One computation: each step with what the amount is after it."""

    def __init__(self, agreement: Agreement, tables: Tables) -> None:
        self._prices = PriceList(agreement, tables)
        self._terms = agreement.terms
        self._contract = f"contract {agreement.version}"

    def steps(self, service: Service, beside: Sequence[Service]) -> _Steps:
        """Every step.

        Raises:
            CannotTellError: a value is missing, or a person has to price it.
        """
        steps = self._by_case(service) or self._by_unit(service, beside) or self._by_charge(service)
        cents = steps[-1][0]
        if self._terms.lesser_of_charge and cents > service.charge_cents:
            words = f"no more than the charge: {dollars(service.charge_cents)}"
            steps.append((service.charge_cents, Step(words, self._contract)))
        return steps

    def _by_case(self, service: Service) -> _Steps:
        cents = self._terms.case_rates_cents.get(service.code)
        if cents is None:
            return []
        return [(cents, Step(f"{service.code}: case rate {dollars(cents)}", self._contract))]

    def _by_charge(self, service: Service) -> _Steps:
        percent = self._terms.charge_percent
        if percent is None:
            raise CannotTellError("the contract has no price for the code")
        cents = rounded(service.charge_cents * Fraction(percent) / 100)
        return [(cents, Step(f"{percent}% of the charge: {dollars(cents)}", self._contract))]

    def _by_unit(self, service: Service, beside: Sequence[Service]) -> _Steps:
        price = self._prices.unit(service)
        if price is None:
            return []
        steps = [(price.cents, price.step)]
        factor = Fraction(1)
        for percent, step in self._factors(service, price):
            factor *= Fraction(percent) / 100
            steps.append((rounded(price.cents * factor), step))
        own = Priced(service, price, factor)
        if service.units != 1:
            step = Step(f"{service.units.normalize():f} units", "the claim")
            steps.append((rounded(own.unit_cents * Fraction(service.units)), step))
        amount, step_of_day = reduced(own, self._of_the_day(service, beside), self._prices)
        if step_of_day is not None:
            steps.append((rounded(amount), step_of_day))
        return steps

    def _of_the_day(self, service: Service, beside: Sequence[Service]) -> list[Priced]:
        """The other lines of the day with prices of their own."""
        if not self._terms.multiple_procedures:
            return []
        found = []
        for other in beside:
            if other.served_on == service.served_on and other.code not in self._terms.case_rates_cents:
                price = self._prices.unit(other)
                if price is not None:
                    found.append(Priced(other, price, self._factor(other, price)))
        return found

    def _factor(self, service: Service, price: UnitPrice) -> Fraction:
        factor = Fraction(1)
        for percent, _ in self._factors(service, price):
            factor *= Fraction(percent) / 100
        return factor

    def _factors(self, service: Service, price: UnitPrice) -> list[tuple[Decimal, Step]]:
        """Percents of the unit price that modifiers and the provider bring."""
        marks = [mark for mark in dict.fromkeys(service.modifiers) if mark != price.modifier]
        found = [factor for mark in marks if (factor := self._modifier(mark, service, price)) is not None]
        percent = self._terms.provider_percents.get(service.provider)
        if percent is not None:
            found.append((percent, Step(f"this provider's services are paid at {percent}%", self._contract)))
        return found

    def _modifier(self, mark: str, service: Service, price: UnitPrice) -> tuple[Decimal, Step] | None:
        """The percent that a modifier brings; None where it says nothing of money."""
        own = self._terms.modifier_percents.get(mark)
        if own is not None:
            return own, Step(f"modifier {mark}: {own}%", self._contract)
        rule = modifier_rules().get(mark)
        if rule is None or service.served_on < rule.effective:
            raise CannotTellError(
                f"what modifier {mark} does to the price is not known: say it in `modifier_percents`, 100 for nothing"
            )
        if rule.effect is Effect.NONE:
            return None
        if rule.effect is Effect.FACTOR and rule.percent is not None:
            return rule.percent, Step(f"modifier {mark}: {rule.percent}%", rule.source)
        if rule.effect is Effect.COMPONENT:
            raise CannotTellError(f"{service.code} with modifier {mark} has no price of its own")
        if rule.effect is Effect.BY_REPORT:
            raise CannotTellError(f"modifier {mark} is priced by report")
        row = self._prices.indicators(service.code, price.modifier, service.served_on)
        percent = percent_of(mark, rule, row) if row is not None else None
        if percent is None:
            raise CannotTellError(f"Medicare's indicators of {service.code} set no price for modifier {mark}")
        source = f"{rule.source}; {self._prices.release('fee_schedule', service.served_on)}"
        return percent, Step(f"modifier {mark}: {percent}%", source)
