"""Peak memory and seconds for streams of 2 MB and 200 MB that are made while they are read. Prints one JSON line.

Each stream is one transaction set, read in a process of its own by ``x12.read`` or by the tokenizer.

    python benchmarks/x12_hostile.py [--megabytes 200]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
SMALL = 2


def measure(what: str, megabytes: int) -> dict[str, Any]:
    """Read one stream in this process."""
    from denialml import x12
    from denialml.x12.tokens import tokens
    from x12_speed import _peak_mib
    from x12_streams import endless

    kind, _, how = what.partition(" ")
    stream = endless(kind, megabytes << 20)
    begun = time.process_time()
    if how == "tokens":
        count = sum(bool(token.text) for token in tokens(stream))
    else:
        count = sum(isinstance(event, x12.ClaimRead | x12.ClaimPaymentRead) for event in x12.read(stream))
    seconds = time.process_time() - begun
    return {
        "megabytes": round(stream.length / (1 << 20), 1), "count": count, "seconds": round(seconds, 1),
        "peak_mib": _peak_mib(),
    }  # fmt: skip


def main(words: Sequence[str]) -> None:
    """Measure all, or one thing when called by itself."""
    if words and words[0] == "one":
        print(json.dumps(measure(words[1], int(words[2]))))
        return
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--megabytes", type=int, default=200)
    megabytes = parser.parse_args(words).megabytes
    result: dict[str, Any] = {"benchmark": "x12_hostile"}
    for what in ("835 read", "837P read", "835 tokens"):
        result[what] = []
        for size in (SMALL, megabytes):
            command = [sys.executable, __file__, "one", what, str(size)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            result[what].append(json.loads(done.stdout))
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1:])
