"""Fit, calibrate and register the denial-risk model."""

from __future__ import annotations

import sys
from pathlib import Path

from denialml.service import modelling
from pipelines.step import Call, run


def train(call: Call) -> modelling.TrainReport:
    """Fit on all that was known on the day and point the alias of ``conf/train.yaml`` at the new version."""
    config = modelling.TrainConfig.load(Path(call.parameters["model"]))
    return modelling.train(call.settings, as_of=call.as_of, config=config, alias=call.parameters["alias"])


if __name__ == "__main__":
    sys.exit(run("train", train))
