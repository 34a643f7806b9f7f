"""The fuzz target without the fuzzer: it notices, the seeds pass it, and so do inputs crossed from them."""

from __future__ import annotations

from random import Random

import pytest

from denialml import x12
from fuzz import fuzz_x12
from x12_written import written


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
