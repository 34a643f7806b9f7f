"""Simulate a practice's history into a folder of X12 files, and say how it compares with published figures."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from denialml.errors import RefusedError
from denialml.simulator.config import SimulationConfig
from denialml.simulator.history import History
from denialml.simulator.tally import PayerTally, Tally

__all__ = ["Figure", "PayerFigures", "SimulationConfig", "SimulationReport", "simulate"]

__all__ = ["Figure", "PayerFigures", "SimulationConfig", "SimulationReport", "simulate"]

_AMA_2013 = "AMA National Health Insurer Report Card 2013"
_DUNN = "Dunn, Gottlieb, Shapiro, Sonnenstuhl, Tebaldi, about 90 million physician visits"
_CHANGE = "Change Healthcare 2020 denials index, weights assumed within its families"

#: Published initial denial rates of physician claims by kind of payer, in percent: (low, high), source.
_RATES = {
    "medicare": (4.9, 8.4, f"{_DUNN}; AMA 2013; Premier 2022"),
    "medicaid": (16.7, 25.0, f"{_DUNN}; Premier 2022"),
    "community": (13.0, 16.0, "Gottlieb, Shapiro, Dunn, Health Affairs 2018; Premier 2022"),
    "advantage": (12.0, 15.7, "Vabson, Hicks, Chernew, Health Affairs 2025 (physician 14.6); Premier 2022"),
    "prairie": (4.0, 14.0, "Premier 2022 commercial; AMA 2012 lines"),
    "northfield": (4.0, 14.0, "Premier 2022 commercial; AMA 2012 lines"),
    "keystone": (4.0, 14.0, "Premier 2022 commercial; AMA 2012 lines"),
    "meridian": (4.0, 14.0, "Premier 2022 commercial; AMA 2012 lines"),
    "lakeshore": (4.0, 14.0, "Premier 2022 commercial; AMA 2012 lines"),
}

#: Shares of denials by family of reasons, in percent, and the reasons (CARC) of the family.
_FAMILIES = {
    "eligibility and other cover": (26.0, ("22", "26", "27", "31", "109")),
    "missing or invalid data": (17.0, ("16",)),
    "authorisation": (12.0, ("197", "198", "15")),
    "not covered, limits": (11.0, ("96", "204", "119")),
    "documentation": (9.0, ("252", "226")),
    "coding and bundling": (9.0, ("97", "11", "4")),
    "medical necessity": (7.0, ("50",)),
    "duplicate": (5.0, ("18",)),
    "timely filing": (2.0, ("29",)),
    "credentialing": (2.0, ("B7",)),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One simulated figure beside the published one; ``source`` says who published it."""

    figure: str
    simulated: str
    published: str
    source: str


@dataclass(frozen=True, slots=True)
class PayerFigures:
    """One payer: rates are fractions of what it answered, the lag is in days, money in cents."""

    payer: str
    name: str
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


def simulate(
    directory: Path, config: SimulationConfig, progress: Callable[[str], None] | None = None
) -> SimulationReport:
    """Write a practice's history under ``directory`` and report on it. The same configuration gives the same bytes.

    ``sent/`` holds the 837 files sent, ``charges/`` those not sent yet, ``remits/`` the 835 files received, ``truth/``
    what only the simulation knows, ``manifest.json`` the configuration with ``as_of``, the history's today.

    Raises:
        RefusedError: the directory holds something already.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise RefusedError(f"{directory} is not an empty folder; name one that is empty or does not exist")
    directory.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    history = History(directory, config)
    tally = history.write(progress)
    payers = tuple(_payer_figures(history, key, counts) for key, counts in tally.payers.items())
    return SimulationReport(
        directory=directory,
        config=config,
        claims=tally.claims,
        drafts=tally.drafts,
        lines=tally.lines,
        sent_files=tally.sent_files,
        draft_files=tally.draft_files,
        remit_files=tally.remit_files,
        answered_lines=sum(counts.answered_lines for counts in tally.payers.values()),
        answered_claims=sum(counts.answered_claims for counts in tally.payers.values()),
        denied_lines=sum(counts.denied_lines for counts in tally.payers.values()),
        denied_claims=sum(counts.denied_claims for counts in tally.payers.values()),
        billed_cents=tally.billed_cents,
        seconds=time.perf_counter() - started,
        payers=payers,
        figures=tuple(_figures(tally, payers)),
    )


def _payer_figures(history: History, key: str, counts: PayerTally) -> PayerFigures:
    party = history.payers[key].party
    top, denials = max(counts.reasons.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    return PayerFigures(
        payer=party.identifier,
        name=party.name,
        claims=counts.claims,
        lines=counts.lines,
        denied_line_rate=_ratio(counts.denied_lines, counts.answered_lines),
        denied_claim_rate=_ratio(counts.denied_claims, counts.answered_claims),
        top_reason=top,
        top_reason_share=_ratio(denials, counts.denied_lines),
        allowed_to_charge=_ratio(counts.allowed_cents, counts.charge_of_allowed_cents),
        patient_share=_ratio(counts.patient_cents, counts.allowed_cents),
        median_lag=counts.median_lag,
    )


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _figures(tally: Tally, payers: tuple[PayerFigures, ...]) -> list[Figure]:
    rows = [
        Figure("service lines a claim", f"{_ratio(tally.lines, tally.claims):.2f}", "1.73 to 1.81", _AMA_2013),
        Figure(
            "charge over Medicare's fee, median (quartiles)",
            f"{tally.ratio_at(0.5):.1f} ({tally.ratio_at(0.25):.1f} to {tally.ratio_at(0.75):.1f})",
            "2.5 (1.8 to 3.6)",
            "Bai and Anderson, JAMA 2017",
        ),
    ]
    commercial = [tally.payers[key] for key in ("prairie", "northfield", "keystone", "lakeshore")]
    share = _ratio(sum(c.patient_cents for c in commercial), sum(c.allowed_cents for c in commercial))
    rows.append(Figure("patient share of allowed, commercial", f"{share:.1%}", "23.6%", _AMA_2013))
    for key, figures in zip(tally.payers, payers, strict=True):
        rows += _payer_rows(key, figures, tally.payers[key])
    rows += _family_rows(tally)
    return rows


def _payer_rows(key: str, figures: PayerFigures, counts: PayerTally) -> list[Figure]:
    low, high, source = _RATES[key]
    days = sorted(counts.lags.elements())
    late = days[min(len(days) - 1, len(days) * 99 // 100)] if days else 0
    return [
        Figure(
            f"{figures.name}: lines denied at first", f"{figures.denied_line_rate:.1%}", f"{low}% to {high}%", source
        ),
        Figure(
            f"{figures.name}: most frequent reason",
            f"{figures.top_reason}, {figures.top_reason_share:.0%} of its denials",
            "24% to 40%",
            "AMA National Health Insurer Report Card 2012 (top reason by payer)",
        ),
        Figure(
            f"{figures.name}: days to the first answer, median and 99th percentile",
            f"{figures.median_lag}, {late}",
            "6 to 14, about 45",
            "AMA 2012 and 2013",
        ),
    ]


def _family_rows(tally: Tally) -> list[Figure]:
    reasons: Counter[str] = Counter()
    for counts in tally.payers.values():
        reasons.update(counts.reasons)
    return [
        Figure(
            f"denials for {family}",
            f"{_ratio(sum(reasons[code] for code in codes), reasons.total()):.1%}",
            f"{published:.0f}%",
            _CHANGE,
        )
        for family, (published, codes) in _FAMILIES.items()
    ]
