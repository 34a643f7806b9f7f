"""The calibration report of a simulation: its counts, its payers, and each figure beside the published one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from denialml.simulator.config import SimulationConfig
from denialml.simulator.measures import MEASURES
from denialml.simulator.published import Comparison, Published, compare
from denialml.simulator.tally import PayerTally, Tally, quantile, ratio

_OPEN_END = 9_999  # a span of days up to here has no end


@dataclass(frozen=True, slots=True)
class Figure:
    """One simulated figure beside the published one; ``source`` says who published it.

    ``within_a_fifth`` is None where the history holds nothing to measure; ``difference`` explains a "no". ``read``
    marks how the published figure was come by: source, secondary, derived or assumed.
    """

    figure: str
    simulated: str
    published: str
    within_a_fifth: bool | None
    difference: str
    source: str
    read: str


@dataclass(frozen=True, slots=True)
class PayerFigures:
    """One payer: rates are fractions of what it answered, the lag is in days, money in cents."""

    payer: str
    name: str
    kind: str
    claims: int
    lines: int
    denied_line_rate: float
    denied_claim_rate: float
    top_reason: str
    top_reason_share: float
    allowed_to_charge: float
    patient_share: float
    median_lag: int


@dataclass(frozen=True, slots=True)
class SimulationReport:
    """What was simulated, in counts and cents, and how it compares. ``denied_*`` are first answers by ``as_of``."""

    directory: Path
    config: SimulationConfig
    claims: int
    drafts: int
    lines: int
    sent_files: int
    draft_files: int
    remit_files: int
    answered_lines: int
    answered_claims: int
    denied_lines: int
    denied_claims: int
    billed_cents: int
    seconds: float
    payers: tuple[PayerFigures, ...]
    figures: tuple[Figure, ...]


def report_of(directory: Path, config: SimulationConfig, tally: Tally, seconds: float) -> SimulationReport:
    """The report of a history that was written to ``directory``."""
    payers = tally.payers.values()
    return SimulationReport(
        directory=directory,
        config=config,
        claims=tally.claims,
        drafts=tally.drafts,
        lines=tally.lines,
        sent_files=tally.files["sent"],
        draft_files=tally.files["charges"],
        remit_files=tally.files["remits"],
        answered_lines=sum(payer.answered_lines for payer in payers),
        answered_claims=sum(payer.answered_claims for payer in payers),
        denied_lines=sum(payer.denied_lines for payer in payers),
        denied_claims=sum(payer.denied_claims for payer in payers),
        billed_cents=tally.billed_cents,
        seconds=seconds,
        payers=tuple(_payer_figures(payer) for payer in payers),
        figures=tuple(_figure(comparison) for comparison in compare(tally)),
    )


def _payer_figures(counts: PayerTally) -> PayerFigures:
    top, denials = max(counts.reasons.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    return PayerFigures(
        payer=counts.identifier,
        name=counts.name,
        kind=counts.kind,
        claims=counts.claims,
        lines=counts.lines,
        denied_line_rate=ratio(counts.denied_lines, counts.answered_lines) or 0.0,
        denied_claim_rate=ratio(counts.denied_claims, counts.answered_claims) or 0.0,
        top_reason=top,
        top_reason_share=ratio(denials, counts.denied_lines) or 0.0,
        allowed_to_charge=ratio(counts.allowed_cents, counts.charge_of_allowed_cents) or 0.0,
        patient_share=ratio(counts.patient_cents, counts.allowed_cents) or 0.0,
        median_lag=quantile(counts.lags, 0.5) or 0,
    )


def _figure(row: Comparison) -> Figure:
    figure = row.published
    unit = MEASURES[figure.measure].unit
    low, high = (f"{end:g}{'' if unit == 'days' else unit}" for end in (figure.low, figure.high))
    return Figure(
        figure=f"{MEASURES[figure.measure].words.format(days=_days(figure))}: {figure.slice}",
        simulated="nothing to measure" if row.value is None else _number(row.value, unit),
        published=low if figure.low == figure.high else f"{low} to {high}",
        within_a_fifth=row.within,
        difference=figure.differs if row.within is False else "",
        source=figure.source,
        read=figure.read,
    )


def _days(figure: Published) -> str:
    first, last = figure.scope.days
    return f"{first} and more" if last == _OPEN_END else f"{first} to {last}"


def _number(value: float, unit: str) -> str:
    if unit == "days":
        return f"{value:.0f}"
    return f"{value:.{2 if value < 10 else 1}f}{unit}"
