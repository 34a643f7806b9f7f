"""A short run of the fuzzer; ``make fuzz`` runs it longer."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

TARGET = Path(__file__).parents[1] / "fuzz" / "fuzz_x12.py"
SECONDS = 15


@pytest.mark.fuzz
def test_the_fuzzer_finds_nothing_in_a_short_run(tmp_path: Path) -> None:
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris has no wheel for this Python or machine")
    done = subprocess.run(
        [sys.executable, str(TARGET), "--seconds", str(SECONDS)],
        cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS * 10, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert "stat::number_of_executed_units" in done.stderr
    assert list(tmp_path.iterdir()) == []  # no input that crashed
