"""How long `denialml --help` takes as a whole process, beside a Python that does nothing and one that imports Typer.

Prints one JSON line: the median of several runs of each, in seconds.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 11


def median_seconds(command: list[str]) -> float:
    """The median wall time of a command; the first run, which warms the file cache, is not counted."""
    times = []
    for _ in range(RUNS + 1):
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - began)
    return round(statistics.median(times[1:]), 4)


def main() -> None:
    """Measure and print."""
    denialml = str(Path(sys.executable).parent / "denialml")
    print(
        json.dumps(
            {
                "benchmark": "command_start",
                "runs": RUNS,
                "denialml_help_seconds": median_seconds([denialml, "--help"]),
                "floor_python_seconds": median_seconds([sys.executable, "-c", "pass"]),
                "floor_typer_seconds": median_seconds([sys.executable, "-c", "import typer"]),
                "target_seconds": 0.3,
            }
        )
    )


if __name__ == "__main__":
    main()
