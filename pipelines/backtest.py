"""Measure the denial-risk model forward in time."""

from __future__ import annotations

import sys
from pathlib import Path

from denialml.service import modelling
from pipelines.step import Call, run


def backtest(call: Call) -> modelling.BacktestReport:
    """Fit as on a past day and test on what came after, beside baselines and, where there is one, a truth file."""
    truth = call.settings.home / call.parameters["truth"]
    return modelling.backtest(
        call.settings,
        as_of=call.as_of,
        truth=truth if truth.is_file() else None,
        config=modelling.TrainConfig.load(Path(call.parameters["model"])),
    )


if __name__ == "__main__":
    sys.exit(run("backtest", backtest))
