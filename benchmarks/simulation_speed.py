"""How long a simulated history takes, whole: claims, every file both ways, decisions, denials worked, truth.

Prints one JSON line: wall and processor seconds, claims a second, the most memory of one process. ``--claims N``
changes the size (more than 60,000 are a billing company's), ``--workers N`` how many practices are written at once.
The target is a million claims in ten minutes on two cores.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
from pathlib import Path

from denialml.service.simulation import SimulationConfig, simulate

_TARGET_SECONDS = 600 / 1_000_000  # a claim, with two workers


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--claims", type=int, default=SimulationConfig().claims)
    arguments.add_argument("--workers", type=int, default=1)
    asked = arguments.parse_args()
    began = _processor_seconds()
    with tempfile.TemporaryDirectory() as folder:
        report = simulate(Path(folder) / "history", SimulationConfig(claims=asked.claims), workers=asked.workers)
        sizes = [path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()]
    print(
        json.dumps(
            {
                "benchmark": "simulation_speed",
                "claims": report.claims,
                "lines": report.lines,
                "workers": asked.workers,
                "files": len(sizes),
                "bytes": sum(sizes),
                "wall_seconds": round(report.seconds, 2),
                "processor_seconds": round(_processor_seconds() - began, 2),
                "claims_a_second": round(report.claims / report.seconds),
                "peak_memory_mb": max(each.ru_maxrss for each in _usage()) // 1024,
                "target_seconds": round(report.claims * _TARGET_SECONDS, 2),
            }
        )
    )


def _usage() -> list[resource.struct_rusage]:
    return [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]


def _processor_seconds() -> float:
    """Of this process and of the workers that have ended."""
    return sum(each.ru_utime + each.ru_stime for each in _usage())


if __name__ == "__main__":
    main()
