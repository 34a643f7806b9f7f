"""Training, testing, scoring and explaining the denial-risk model of one practice.

Every door takes the same road: a columnar snapshot of what was known, features as of each claim's day, then the
learner. Snapshot and features are kept by the hash of their content, so that steps on the same data share them.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np

from denialml import features
from denialml.errors import NotFoundError, RefusedError
from denialml.learning import card, splits
from denialml.learning import model as models
from denialml.learning.backtest import BacktestReport
from denialml.learning.backtest import backtest as run_backtest
from denialml.learning.config import TrainConfig
from denialml.learning.evaluate import Evaluation, evaluate
from denialml.learning.explain import Reason, reasons
from denialml.learning.model import RiskModel
from denialml.learning.registry import CHALLENGER, CHAMPION, MODEL_NAME, ModelVersion, Registry
from denialml.learning.score import Scores
from denialml.learning.score import score as score_lines
from denialml.service import audit, clock
from denialml.service.feature_table import feature_table
from denialml.service.practice import existing_store
from denialml.settings import Settings
from denialml.store import schema
from denialml.store.claim_file import PredictionFacts, claim_file

__all__ = [
    "BacktestReport",
    "ClaimExplanation",
    "LineExplanation",
    "ModelVersion",
    "Progress",
    "Reason",
    "ScoreReport",
    "TrainConfig",
    "TrainReport",
    "backtest",
    "explain",
    "promote",
    "score",
    "train",
]

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class TrainReport:
    """A model fitted, calibrated and registered. Quality is on the calibration slice, which the trees had not seen.

    Training: T < ``train_until``; calibration: T < ``calibrate_until``; labels received before ``cutoff``.
    """

    as_of: date
    model_name: str
    model_version: str
    alias: str
    model_hash: str
    cutoff: date
    train_until: date
    calibrate_until: date
    training_lines: int
    training_denials: int
    calibration_lines: int
    calibration_denials: int
    features: int
    trees: int
    auc: float | None
    average_precision: float | None
    brier: float
    ece: float
    card: Path
    seconds: float


@dataclass(frozen=True, slots=True)
class ScoreReport:
    """One scoring run over the unsent claims. Money is cents.

    ``expected_denials`` is the sum of the claims' probabilities; ``expected_denied_cents`` weighs what payers are
    expected to allow by the lines' probabilities, ``expected_denied_charge_cents`` does so with the charges.
    """

    as_of: date
    run_id: int
    model_name: str
    model_version: str
    model_hash: str
    claims: int
    lines: int
    charge_cents: int
    expected_denials: float
    expected_allowed_cents: int
    expected_denied_cents: int
    expected_denied_charge_cents: int
    seconds: float


@dataclass(frozen=True, slots=True)
class LineExplanation:
    """One line's prediction: ``base_log_odds`` and the contributions of ``reasons`` add up to its log-odds."""

    line_number: int
    procedure: str
    probability: float
    base_log_odds: float
    expected_allowed_cents: int
    expected_denied_cents: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ClaimExplanation:
    """What the last scoring run said about a claim. ``reasons`` are those of its riskiest line."""

    control_number: str
    payer: str
    as_of: date
    model_name: str
    model_version: str
    probability: float
    expected_allowed_cents: int
    expected_denied_cents: int
    riskiest_line: int
    reasons: tuple[Reason, ...]
    lines: tuple[LineExplanation, ...]


def train(
    settings: Settings,
    *,
    as_of: date,
    config: TrainConfig | None = None,
    alias: str = CHAMPION,
    progress: Progress | None = None,
) -> TrainReport:
    """Fit a model on all that was known by the end of a day and point an alias (champion or challenger) at it.

    Raises:
        RefusedError: too little settled history to learn from, or an alias that nothing reads.
        NotFoundError: the home holds no practice.
    """
    began, tell, config = time.perf_counter(), progress or _silent, config or TrainConfig()
    _check_alias(alias)
    table = feature_table(settings, as_of, tell)
    stage = splits.plan_stage(table, models.cutoff_after(as_of), config)
    tell("growing trees")
    fitted = models.fit(table, stage, config, _groups())
    model, later = fitted.model, _judged_on_calibration(fitted, config)
    written = card.render(model, name=MODEL_NAME, as_of=as_of, stage=stage, config=config, later=later)
    tell("registering the model")
    version = _register(settings, model, config, later, written, as_of, alias)
    _note_alias(settings, "train", version, alias)
    path = settings.home / "models" / f"{MODEL_NAME}-{version.version}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(written, encoding="utf-8")
    made, quality = model.provenance, later.overall
    return TrainReport(
        as_of=as_of,
        model_name=version.name,
        model_version=version.version,
        alias=alias,
        model_hash=version.model_hash,
        cutoff=stage.cutoff,
        train_until=stage.train_until,
        calibrate_until=stage.calibrate_until,
        training_lines=made.training_lines,
        training_denials=made.training_denials,
        calibration_lines=made.calibration_lines,
        calibration_denials=made.calibration_denials,
        features=len(model.encoder.names),
        trees=made.trees,
        auc=quality.auc,
        average_precision=quality.average_precision,
        brier=quality.brier,
        ece=quality.ece,
        card=path,
        seconds=time.perf_counter() - began,
    )


def backtest(
    settings: Settings,
    *,
    as_of: date,
    truth: Path | None = None,
    config: TrainConfig | None = None,
    progress: Progress | None = None,
) -> BacktestReport:
    """Fit as on a past day, test on what came after until ``as_of``, beside baselines and a simulation's truth.

    Raises:
        RefusedError: too little settled history for the windows asked for.
        BadInputError: the truth file is not one, or is of another history.
        NotFoundError: the home holds no practice.
    """
    tell, config = progress or _silent, config or TrainConfig()
    return run_backtest(feature_table(settings, as_of, tell), as_of, config, _groups(), truth=truth, progress=tell)


def score(settings: Settings, *, as_of: date, progress: Progress | None = None) -> ScoreReport:
    """Score every unsent claim known on a day with the champion, and store predictions and reasons.

    Raises:
        NotFoundError: no champion is registered, or the home holds no practice.
        RefusedError: the champion was trained on other feature declarations.
        BadInputError: the champion's files were altered.
    """
    began, tell = time.perf_counter(), progress or _silent
    registry = Registry(settings.mlflow_url, settings.mlflow_artifacts)
    version = registry.find(CHAMPION)
    model = registry.load(version)
    table = feature_table(settings, as_of, tell).unsent()
    tell("scoring unsent claims")
    scores = score_lines(model, table)
    run_id = _save(settings, version, scores, as_of)
    lines_cents = table.rows["charge_cents"].to_numpy(np.float64)
    return ScoreReport(
        as_of=as_of,
        run_id=run_id,
        model_name=version.name,
        model_version=version.version,
        model_hash=version.model_hash,
        claims=len(scores.claims.claims),
        lines=len(table),
        charge_cents=int(lines_cents.sum()),
        expected_denials=float(scores.claim_probability.sum()),
        expected_allowed_cents=int(scores.allowed_cents.sum()),
        expected_denied_cents=int(scores.denied_cents.sum()),
        expected_denied_charge_cents=round(float((lines_cents * scores.probability).sum())),
        seconds=time.perf_counter() - began,
    )


def explain(settings: Settings, control_number: str) -> ClaimExplanation:
    """What the last scoring run that saw a claim said about it, and why.

    Raises:
        NotFoundError: no such claim, or it was never scored.
    """
    with existing_store(settings) as store, store.reading() as connection:
        found = claim_file(connection, control_number.strip().upper())
    if found is None:
        raise NotFoundError(f"there is no claim {control_number}")
    whole = next((p for p in found.predictions if p.line_number is None), None)
    lines = tuple(_line_explanation(p) for p in found.predictions if p.line_number is not None)
    if whole is None or not lines:
        raise NotFoundError(f"claim {control_number} was never scored: run `denialml score` while it is unsent")
    riskiest = max(lines, key=lambda line: (line.probability, -line.line_number))
    return ClaimExplanation(
        control_number=found.header.control_number,
        payer=found.header.payer_name,
        as_of=whole.as_of,
        model_name=whole.model_name,
        model_version=whole.model_version,
        probability=whole.probability,
        expected_allowed_cents=whole.expected_allowed_cents,
        expected_denied_cents=whole.expected_denied_cents,
        riskiest_line=riskiest.line_number,
        reasons=riskiest.reasons,
        lines=lines,
    )


def promote(settings: Settings, *, version: str, alias: str = CHAMPION) -> ModelVersion:
    """Point an alias at a registered version: a challenger becomes champion, or an earlier champion comes back.

    Raises:
        NotFoundError: no such version.
        RefusedError: an alias that nothing reads.
    """
    _check_alias(alias)
    promoted = Registry(settings.mlflow_url, settings.mlflow_artifacts).promote(version, alias)
    _note_alias(settings, "promote", promoted, alias)
    return promoted


def _note_alias(settings: Settings, action: str, version: ModelVersion, alias: str) -> None:
    with existing_store(settings) as store, store.unit() as unit:
        audit.note(unit, action, f"model/{version.name}/{version.version}", alias=alias, model_hash=version.model_hash)


def _silent(_: str) -> None:
    """Progress that nobody watches."""


def _check_alias(alias: str) -> None:
    if alias not in {CHAMPION, CHALLENGER}:
        raise RefusedError(f"a model is {CHAMPION} or {CHALLENGER}; {alias!r} is an alias that nothing reads")


def _groups() -> dict[str, str]:
    return {feature.name: feature.group for feature in features.FEATURES}


def _judged_on_calibration(fitted: models.Fitted, config: TrainConfig) -> Evaluation:
    later = fitted.later
    days = list(later.rows["known_on"])
    return evaluate(fitted.later_probability, later.denied, later.payers, days, config.capacity_a_day)


def _register(
    settings: Settings,
    model: RiskModel,
    config: TrainConfig,
    later: Evaluation,
    written: str,
    as_of: date,
    alias: str,
) -> ModelVersion:
    parameters = asdict(config)
    trees = parameters.pop("trees")
    quality = {name: number for name, number in asdict(later.overall).items() if number is not None}
    with tempfile.TemporaryDirectory() as folder:
        models.save(model, Path(folder))
        (Path(folder) / card.CARD_FILE).write_text(written, encoding="utf-8")
        return Registry(settings.mlflow_url, settings.mlflow_artifacts).register(
            Path(folder),
            parameters={**parameters, **{f"trees.{name}": value for name, value in trees.items()}},
            metrics=quality,
            tags={"as_of": as_of.isoformat(), **{k: str(v) for k, v in asdict(model.provenance).items()}},
            alias=alias,
        )


def _save(settings: Settings, version: ModelVersion, scores: Scores, as_of: date) -> int:
    """Store a scoring run with a prediction for each claim and each line; the run's id."""
    told = reasons(scores)
    claims, lines = len(scores.claims.claims), len(scores.table)
    with existing_store(settings) as store, store.unit() as unit:
        run_id = unit.allocate("scoring_run", 1)
        first = unit.allocate("prediction", claims + lines)
        run = {
            "id": run_id,
            "model_name": version.name,
            "model_version": version.version,
            "model_hash": version.model_hash,
            "data_hash": scores.table.data_hash,
            "as_of": as_of,
            "known_on": clock.today(settings),
        }
        unit.insert(schema.scoring_run, [run])
        unit.insert(schema.prediction, _claim_rows(run_id, first, scores))
        unit.insert(schema.prediction, _line_rows(run_id, first + claims, scores))
        riskiest = scores.claims.riskiest(scores.probability).tolist()
        unit.insert(schema.prediction_reason, _reason_rows(first, [told[line] for line in riskiest]))
        unit.insert(schema.prediction_reason, _reason_rows(first + claims, told))
        audit.note(unit, "score", f"scoring run/{run_id}", model_hash=version.model_hash, claims=claims)
    return run_id


def _claim_rows(run_id: int, first: int, scores: Scores) -> list[dict[str, object]]:
    claims = scores.claims
    columns = zip(
        claims.claims.tolist(),
        scores.claim_probability.tolist(),
        claims.sum(scores.allowed_cents.astype(np.float64)).astype(np.int64).tolist(),
        claims.sum(scores.denied_cents.astype(np.float64)).astype(np.int64).tolist(),
        strict=True,
    )
    return [
        {
            "id": first + place,
            "run_id": run_id,
            "claim_id": claim_id,
            "line_id": None,
            "probability": probability,
            "base_log_odds": None,
            "expected_allowed_cents": allowed,
            "expected_denied_cents": denied,
        }
        for place, (claim_id, probability, allowed, denied) in enumerate(columns)
    ]


def _line_rows(run_id: int, first: int, scores: Scores) -> list[dict[str, object]]:
    columns = zip(
        scores.table.rows["claim_id"].tolist(),
        scores.table.rows["line_id"].tolist(),
        scores.probability.tolist(),
        scores.base.tolist(),
        scores.allowed_cents.tolist(),
        scores.denied_cents.tolist(),
        strict=True,
    )
    return [
        {
            "id": first + place,
            "run_id": run_id,
            "claim_id": claim_id,
            "line_id": line_id,
            "probability": probability,
            "base_log_odds": base,
            "expected_allowed_cents": allowed,
            "expected_denied_cents": denied,
        }
        for place, (claim_id, line_id, probability, base, allowed, denied) in enumerate(columns)
    ]


def _reason_rows(first: int, told: Sequence[tuple[Reason, ...]]) -> list[dict[str, object]]:
    return [
        {
            "prediction_id": first + place,
            "rank": rank,
            "group_name": reason.group,
            "contribution": reason.contribution,
            "sentence": reason.sentence,
            "edit": reason.edit,
        }
        for place, row in enumerate(told)
        for rank, reason in enumerate(row, 1)
    ]


def _line_explanation(facts: PredictionFacts) -> LineExplanation:
    return LineExplanation(
        line_number=facts.line_number or 0,
        procedure=facts.procedure,
        probability=facts.probability,
        base_log_odds=facts.base_log_odds or 0.0,
        expected_allowed_cents=facts.expected_allowed_cents,
        expected_denied_cents=facts.expected_denied_cents,
        reasons=tuple(Reason(r.group, r.contribution, r.sentence, r.edit) for r in facts.reasons),
    )
