"""How well anybody could do who knew what the simulation knows: ``truth/bounds.json``.

Everything is counted in integers, so that the bounds of practices add up to the bounds of a company, in any order.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from denialml.simulator.decisions import Decision, Judgement
from denialml.simulator.potential import EditOutcome
from denialml.simulator.schedules import Schedules

BINS = 2**16
_PPM = 1_000_000

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ranking:
    """How well a score ranks: area under the ROC curve and average precision, both 0 where a class is missing."""

    auc: float
    average_precision: float


@dataclass(slots=True)
class Separation:
    """How well the true probabilities part what is denied from what is not.

    Probabilities fall into 2**16 bins of one width, each told by its middle: AUC and average precision are off by
    about 1e-5 at most, and histories merge exactly.
    """

    seen: Counter[int] = field(default_factory=Counter)
    denied: Counter[int] = field(default_factory=Counter)

    def add(self, probability: float, *, denied: bool) -> None:
        """Count one line or claim with its true probability of denial, and what came of it."""
        place = min(int(probability * BINS), BINS - 1)
        self.seen[place] += 1
        if denied:
            self.denied[place] += 1

    def merge(self, other: Separation) -> None:
        """Add the counts of another history."""
        self.seen.update(other.seen)
        self.denied.update(other.denied)

    def expected(self) -> Ranking:
        """What the best of all models reaches before the dice are thrown: nobody can expect more (Bayes-optimal).

        Ratios of expected counts, that is the limit for a history that is long.
        """
        places, counts = self._bins()
        p = (places + 0.5) / BINS
        # A line makes no pair with itself, which matters for the ties of small histories.
        return _ranking(counts * p, counts * (1 - p), counts * p * (1 - p))

    def realised(self) -> Ranking:
        """What the true probabilities reach on what came of it."""
        places, counts = self._bins()
        denied = np.array([self.denied[place] for place in places.tolist()], dtype=np.float64)
        return _ranking(denied, counts - denied, np.zeros_like(counts))

    def told(self) -> dict[str, Any]:
        """The figures as ``bounds.json`` has them."""
        expected, realised = self.expected(), self.realised()
        places, counts = self._bins()
        return {
            "count": self.seen.total(),
            "denied": self.denied.total(),
            "expected_denied": round(float(counts @ (places + 0.5)) / BINS, 3),
            "bayes_auc": round(expected.auc, 6),
            "bayes_average_precision": round(expected.average_precision, 6),
            "realised_auc": round(realised.auc, 6),
            "realised_average_precision": round(realised.average_precision, 6),
        }

    def _bins(self) -> tuple[NDArray[np.int64], _Floats]:
        """The bins in use, the most probable first, and how many are in each."""
        places = np.array(sorted(self.seen, reverse=True), dtype=np.int64)
        return places, np.array([self.seen[place] for place in places.tolist()], dtype=np.float64)


def _ranking(positive: _Floats, negative: _Floats, own: _Floats) -> Ranking:
    """From the weight of positives and negatives in each bin, the best bin first; ``own`` are pairs with oneself."""
    positives, negatives = float(positive.sum()), float(negative.sum())
    pairs = positives * negatives - float(own.sum())
    if pairs <= 0:
        return Ranking(0.0, 0.0)
    below = negatives - np.cumsum(negative)
    auc = float(positive @ below + (positive @ negative - own.sum()) / 2) / pairs
    found = np.cumsum(positive)
    precision = found / np.cumsum(positive + negative)
    return Ranking(auc, float(positive @ precision) / positives)


def claim_probability(judgements: Collection[Judgement], whole: Collection[str]) -> float:
    """The probability that at least one of a claim's lines is denied.

    ``whole`` names the payer's rules for whole claims: one die each for all lines. Other causes have a die a line.
    """
    escapes = 1.0
    spoken: set[str] = set()
    for judgement in judgements:
        for cause in judgement.causes:
            if cause.rule in whole:
                if cause.rule in spoken:
                    continue
                spoken.add(cause.rule)
            escapes *= 1.0 - cause.probability
    return 1.0 - escapes


@dataclass(slots=True)
class FixEffect:
    """What a kind of edit does, over the lines of the claims it is for, whether or not somebody made it.

    ``drop_ppm`` is the sum of the drops in probability in millionths; ``expected_cents`` that of drop times what the
    payer would pay. ``avoided`` and ``caused`` are denials that the same dice take away and bring;
    ``avoided_cents`` is what the payer would then pay, less what it would no longer.
    """

    claims: int = 0
    lines: int = 0
    minutes: int = 0
    drop_ppm: int = 0
    expected_cents: int = 0
    avoided: int = 0
    caused: int = 0
    avoided_cents: int = 0

    def add(self, outcome: EditOutcome, payable: Mapping[int, int]) -> None:
        """Count one claim under the edit; ``payable`` is what the payer would pay, in cents by line number."""
        self.claims += 1
        self.minutes += outcome.minutes
        for before, after in zip(outcome.before, outcome.after, strict=True):
            drop = before.probability - after.probability
            cents = payable[before.line.number]
            change = (before.verdict is not None) - (after.verdict is not None)
            self.lines += 1
            self.drop_ppm += round(drop * _PPM)
            self.expected_cents += round(drop * cents)
            self.avoided += change > 0
            self.caused += change < 0
            self.avoided_cents += change * cents

    def merge(self, other: FixEffect) -> None:
        """Add the counts of another history."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    def told(self) -> dict[str, Any]:
        """The figures as ``bounds.json`` has them."""
        counts = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "drop_ppm"}
        return {**counts, "mean_drop": round(self.drop_ppm / _PPM / self.lines, 6) if self.lines else 0.0}


@dataclass(slots=True)
class Bounds:
    """Bounds of one history, or of several once merged. Payers stand by their identifier."""

    lines: defaultdict[str, Separation] = field(default_factory=lambda: defaultdict(Separation))
    claims: defaultdict[str, Separation] = field(default_factory=lambda: defaultdict(Separation))
    fixes: defaultdict[tuple[str, str], FixEffect] = field(default_factory=lambda: defaultdict(FixEffect))
    schedules: Schedules = field(default_factory=Schedules)

    def answered(self, decision: Decision, whole: Collection[str]) -> None:
        """Count a claim answered for the first time; ``whole`` names its payer's rules for whole claims."""
        payer = decision.claim.payer_id
        separation = self.lines[payer]
        for line in decision.lines:
            separation.add(line.judgement.probability, denied=line.verdict is not None)
        probability = claim_probability([line.judgement for line in decision.lines], whole)
        self.claims[payer].add(probability, denied=bool(decision.denied))

    def tried(self, decision: Decision, outcomes: Collection[EditOutcome]) -> None:
        """Count what a decided claim's edits do."""
        payable = {decided.line.number: decided.payable_cents for decided in decision.lines}
        for outcome in outcomes:
            self.fixes[outcome.kind, decision.claim.payer_id].add(outcome, payable)

    def merge(self, other: Self) -> None:
        """Add the counts of another history."""
        for payer, separation in other.lines.items():
            self.lines[payer].merge(separation)
        for payer, separation in other.claims.items():
            self.claims[payer].merge(separation)
        for key, effect in other.fixes.items():
            self.fixes[key].merge(effect)
        self.schedules.merge(other.schedules)

    def told(self) -> dict[str, Any]:
        """The whole as ``bounds.json`` has it."""
        return {
            "lines": _told(self.lines),
            "claims": _told(self.claims),
            "fixes": [
                {"kind": kind, "payer": payer, **self.fixes[kind, payer].told()} for kind, payer in sorted(self.fixes)
            ],
            "schedules": self.schedules.told(),
        }


def _told(separations: Mapping[str, Separation]) -> dict[str, Any]:
    overall = Separation()
    for separation in separations.values():
        overall.merge(separation)
    return {"all": overall.told(), "payers": {payer: separations[payer].told() for payer in sorted(separations)}}
