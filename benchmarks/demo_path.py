"""How long the whole demo takes, as a user runs it: one process, without the app, step by step.

    python benchmarks/demo_path.py [claims]

The floor beside it is what the disk and one core need merely to write and read the same files. Prints one JSON line.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def floor_seconds(folder: Path, scratch: Path) -> float:
    """Seconds to read every file of the demo and write it once."""
    began = time.perf_counter()
    with scratch.open("wb") as out:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                out.write(path.read_bytes())
    return time.perf_counter() - began


def main() -> None:
    """Run the demo in a temporary home and print."""
    claims = int(sys.argv[1]) if len(sys.argv) > 1 else 40_000
    denialml = str(Path(sys.executable).parent / "denialml")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        began = time.perf_counter()
        run = subprocess.run(
            [denialml, "demo", "--no-app", "--json", "--home", str(home), "--claims", str(claims)],
            check=True,
            stdout=subprocess.PIPE,
        )
        seconds = time.perf_counter() - began
        report = json.loads(run.stdout)
        floor = floor_seconds(home / "files", Path(folder) / "scratch")
    print(
        json.dumps(
            {
                "benchmark": "demo_path",
                "claims": claims,
                "seconds": round(seconds, 1),
                "target_seconds": 120 if claims == 40_000 else None,
                "steps": {step["name"]: round(step["seconds"], 1) for step in report["steps"]},
                "floor_copy_files_seconds": round(floor, 2),
                "peak_rss_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
