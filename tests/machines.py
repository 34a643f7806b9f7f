"""What state machines over a home share."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings

from denialml.settings import Settings
from denialml.store import open_store

# To shrink a failure takes minutes; the steps that led to it are printed as they are.
STEPS = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@cache
def empty_database() -> bytes:
    """An empty database at the newest schema."""
    with tempfile.TemporaryDirectory() as folder:
        home = Settings(home=Path(folder))
        open_store(home.url).close()
        return (home.home / "denialml.sqlite3").read_bytes()
