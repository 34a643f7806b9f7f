"""A history simulated beside the work on it: every file once, whole, in order; failures are told, not swallowed."""

import multiprocessing
from pathlib import Path

import pytest

from denialml.errors import DenialmlError, RefusedError
from denialml.service.arrivals import Arrived, arrivals
from denialml.service.simulation import SimulationConfig, SimulationReport, simulate

CONFIG = SimulationConfig(claims=300, months=4, seed=7)


def test_every_file_arrives_once_and_whole(tmp_path: Path) -> None:
    seen = list(arrivals(tmp_path / "beside", CONFIG))
    assert isinstance(seen[-1], SimulationReport)
    simulate(tmp_path / "alone", CONFIG)
    for folder in ("sent", "charges", "remits"):
        arrived = [path for event in seen if isinstance(event, Arrived) for path in getattr(event, folder)]
        alone = sorted((tmp_path / "alone" / folder).iterdir())
        assert [path.name for path in arrived] == [path.name for path in alone]
        assert [path.read_bytes() for path in arrived] == [path.read_bytes() for path in alone]
    assert sum(bool(event.remits) for event in seen if isinstance(event, Arrived)) > 1


def test_what_came_together_is_told_day_by_day() -> None:
    sent, charges, remits = (
        tuple(Path(folder, name) for name in names)
        for folder, names in (
            ("sent", ("20250502-b.837", "20250503-a-corrected.837", "20250503-a.837")),
            ("charges", ("20250503-a.837",)),
            ("remits", ("20250501-a.835", "20250503-a.835", "20250503-a-2.835")),
        )
    )
    assert list(Arrived("May", sent, charges, remits).by_day()) == [
        Arrived("May", (), (), remits[:1]),
        Arrived("May", sent[:1], (), ()),
        Arrived("May", sent[1:], charges, remits[1:]),
    ]


def test_a_refusal_comes_through(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RefusedError, match="not an empty folder"):
        list(arrivals(tmp_path, CONFIG))


def test_a_killed_simulation_is_an_error_not_a_short_history(tmp_path: Path) -> None:
    events = arrivals(tmp_path / "history", SimulationConfig(claims=20_000, months=12, seed=7))
    next(events)
    for child in multiprocessing.active_children():
        child.kill()
    with pytest.raises(DenialmlError, match="before its time"):
        list(events)
