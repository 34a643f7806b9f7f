"""The model card: what a model is, on what it was fitted and how well, rendered from the template in ``data/``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from importlib import resources
from string import Template

from denialml.learning.config import TrainConfig
from denialml.learning.evaluate import Evaluation, Metrics
from denialml.learning.model import RiskModel
from denialml.learning.splits import Stage

CARD_FILE = "card.md"


def render(model: RiskModel, *, name: str, as_of: date, stage: Stage, config: TrainConfig, later: Evaluation) -> str:
    """The card in Markdown. ``later`` is the quality on the calibration slice."""
    template = resources.files("denialml.learning").joinpath("data/model_card.md").read_text(encoding="utf-8")
    facts: Mapping[str, object] = {
        **asdict(model.provenance),
        "name": name,
        "as_of": as_of.isoformat(),
        "embargo_days": stage.embargo_days,
        "embargo_percent": f"{100 * config.embargo_share:g}",
        "feature_count": len(model.encoder.names),
        "group_count": len(set(model.groups.values())),
        "slope": f"{model.calibration.slope:.3f}",
        "intercept": f"{model.calibration.intercept:+.3f}",
        "independence": f"{model.rollup.independence:.2f}",
        "capacity": config.capacity_a_day,
        "quality": _table(later),
    }
    return Template(template).substitute(facts)


def _table(later: Evaluation) -> str:
    titles = ["Payer", "Lines", "Denied", "AUC", "Average precision", "Brier", "ECE", "Precision", "Recall"]
    head = "| " + " | ".join(titles) + " |\n|---|" + "--:|" * (len(titles) - 1)
    rows = [_row("all", later.overall), *(_row(payer, metrics) for payer, metrics in later.by_payer.items())]
    return "\n".join([head, *rows])


def _row(payer: str, metrics: Metrics) -> str:
    numbers = [
        metrics.auc,
        metrics.average_precision,
        metrics.brier,
        metrics.ece,
        metrics.precision_at_capacity,
        metrics.recall_at_capacity,
    ]
    shown = ["-" if number is None else f"{number:.3f}" for number in numbers]
    return "| " + " | ".join([payer, str(metrics.rows), str(metrics.denied), *shown]) + " |"
