"""How long a simulated history takes, whole: encounters, 837 files written and read, decisions, 835 files, truth.

Prints one JSON line: wall and processor seconds, claims a second, the most memory. ``--claims N`` changes the size.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

from denialml.service.simulation import simulate
from denialml.simulator.config import SimulationConfig


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--claims", type=int, default=SimulationConfig().claims)
    config = SimulationConfig(claims=arguments.parse_args().claims)
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        report = simulate(Path(folder) / "history", config)
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    print(
        json.dumps(
            {
                "benchmark": "simulation_speed",
                "claims": report.claims,
                "lines": report.lines,
                "files": report.sent_files + report.draft_files + report.remit_files,
                "bytes": size,
                "wall_seconds": round(report.seconds, 2),
                "processor_seconds": round(time.process_time() - began, 2),
                "claims_a_second": round(report.claims / report.seconds),
                "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                "target_seconds": 25,
            }
        )
    )


if __name__ == "__main__":
    main()
