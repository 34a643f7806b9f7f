"""The parameters of training, checked once where they enter. ``models/denial-risk.yaml`` states them for people."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import yaml

from denialml.errors import BadInputError


@dataclass(frozen=True, slots=True)
class TreeConfig:
    """LightGBM's parameters, under the names of its own documentation.

    Small trees: exact contributions cost time in proportion to leaves times depth squared (Lundberg 2020, TreeSHAP).
    """

    rounds: int = 400
    learning_rate: float = 0.08
    num_leaves: int = 15
    min_data_in_leaf: int = 60
    feature_fraction: float = 0.3
    bagging_fraction: float = 0.8
    lambda_l2: float = 10.0
    cat_smooth: float = 20.0
    cat_l2: float = 20.0
    max_cat_threshold: int = 16
    max_bin: int = 127


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """How a model is trained and judged. Days are calendar days, shares lie in 0..1.

    ``calibration_days`` is the length of the slice after training on which probabilities are calibrated;
    ``embargo_share`` is the share of labels that must have arrived before that slice may end, and ``mature_share`` the
    same for the test window of ``test_days``.
    ``capacity_a_day`` is how many claims a biller can check a day: the queue's length in precision at capacity.
    ``category_minimum`` lines of training are needed for a category of its own; rarer ones share one.
    ``payer_spread`` is the standard deviation, in log-odds, expected between payers' calibration offsets.
    """

    seed: int = 20_240_101
    threads: int = 2
    test_days: int = 60
    calibration_days: int = 60
    embargo_share: float = 0.95
    mature_share: float = 0.99
    capacity_a_day: int = 10
    category_minimum: int = 100
    payer_spread: float = 0.1
    minimum_lines: int = 1_000
    minimum_denials: int = 50
    trees: TreeConfig = field(default_factory=TreeConfig)

    def __post_init__(self) -> None:
        for name, low, high in _BOUNDS:
            value = getattr(self, name)
            if not low <= value <= high:
                raise BadInputError(f"training parameter {name} is {value}; it must lie in {low} to {high}")
        for name, low, high in _TREE_BOUNDS:
            value = getattr(self.trees, name)
            if not low <= value <= high:
                raise BadInputError(f"training parameter trees.{name} is {value}; it must lie in {low} to {high}")

    @classmethod
    def load(cls, path: Path) -> Self:
        """The parameters of a YAML file; those it does not name keep their defaults.

        Raises:
            BadInputError: no such file, not YAML, an unknown parameter, or a value out of its bounds.
        """
        try:
            values = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except OSError as error:
            raise BadInputError(
                f"{path}: cannot be read ({error.strerror}); name a file of training parameters"
            ) from error
        except yaml.YAMLError as error:
            raise BadInputError(f"{path}: not YAML; training parameters are names and numbers") from error
        if not isinstance(values, dict):
            raise BadInputError(f"{path}: training parameters are names and numbers")
        trees = TreeConfig(**_checked(TreeConfig, values.pop("trees", {}), path, "trees."))
        return cls(**_checked(cls, values, path, ""), trees=trees)


_BOUNDS: Final = (
    ("threads", 1, 1024),
    ("test_days", 7, 730),
    ("calibration_days", 7, 730),
    ("embargo_share", 0.5, 0.999),
    ("mature_share", 0.5, 0.9999),
    ("capacity_a_day", 1, 1_000_000),
    ("category_minimum", 1, 1_000_000_000),
    ("payer_spread", 0.001, 10.0),
    ("minimum_lines", 100, 1_000_000_000),
    ("minimum_denials", 10, 1_000_000_000),
)
_TREE_BOUNDS: Final = (
    ("rounds", 1, 100_000),
    ("learning_rate", 0.0001, 1.0),
    ("num_leaves", 2, 4096),
    ("min_data_in_leaf", 1, 1_000_000),
    ("feature_fraction", 0.01, 1.0),
    ("bagging_fraction", 0.01, 1.0),
    ("lambda_l2", 0.0, 1e6),
    ("cat_smooth", 0.0, 1e6),
    ("cat_l2", 0.0, 1e6),
    ("max_cat_threshold", 1, 4096),
    ("max_bin", 3, 65_535),
)


def _checked(kind: type, values: object, path: Path, prefix: str) -> dict[str, Any]:
    """The values as keyword arguments of a configuration class, each of its declared type."""
    if not isinstance(values, dict):
        raise BadInputError(f"{path}: {prefix.rstrip('.')} must hold names and numbers")
    types = {f.name: f.type for f in dataclasses.fields(kind) if f.name != "trees"}
    for name, value in values.items():
        if name not in types:
            raise BadInputError(f"{path}: unknown training parameter {prefix}{name}; known: {', '.join(sorted(types))}")
        allowed = int if types[name] == "int" else (int, float)
        if isinstance(value, bool) or not isinstance(value, allowed):
            raise BadInputError(f"{path}: training parameter {prefix}{name} must be a number ({types[name]})")
    return values
