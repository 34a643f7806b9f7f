"""Score the unsent claims with the champion."""

from __future__ import annotations

import sys

from denialml.service import modelling
from pipelines.step import Call, run


def score(call: Call) -> modelling.ScoreReport:
    """Store a prediction with reasons for every claim that was ready on the day and not sent."""
    return modelling.score(call.settings, as_of=call.as_of)


if __name__ == "__main__":
    sys.exit(run("score", score))
