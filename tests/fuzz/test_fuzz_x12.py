"""The fuzz target: that it notices, that it passes the seeds, and a short run of it."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from random import Random

import pytest

from denialml import x12
from fuzz import fuzz_x12
from x12_written import written

SECONDS = 15


@pytest.mark.parametrize("kind", sorted(written()))
def test_a_seed_passes_whole_and_cut(kind: str) -> None:
    content = written()[kind]
    for size in range(0, len(content) + 1, 97):
        fuzz_x12.check(content[:size])
    fuzz_x12.check(content)


def test_what_is_not_refused_in_a_typed_way_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def reading(data: bytes) -> None:
        raise KeyError(data)

    monkeypatch.setattr(x12, "read", reading)
    with pytest.raises(KeyError):
        fuzz_x12.check(written()["TA1"])


def test_crossing_stays_within_the_length_and_is_the_same_again() -> None:
    seeds, random = list(written().values()), Random(1)
    for seed in range(200):
        data, other = random.choice([*seeds, b"~"]), random.choice(seeds)
        crossed = fuzz_x12.crossed(data, other, 1000, seed)
        assert len(crossed) <= 1000
        assert crossed == fuzz_x12.crossed(data, other, 1000, seed)
        fuzz_x12.check(crossed)


@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris has no wheel for this machine")
def test_fuzzing_for_a_short_time_finds_no_crash(tmp_path: Path) -> None:
    words = [sys.executable, fuzz_x12.__file__, "--seconds", str(SECONDS), "--seed", "7", "--crashes", f"{tmp_path}/"]
    run = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, timeout=SECONDS + 120, check=False)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-4000:]
    assert not list(tmp_path.iterdir())
    executions = re.search(r"number_of_executed_units: (\d+)", run.stderr)
    assert executions is not None
    assert int(executions[1]) > 20  # more than the seeds
