"""A world's histories: of one practice, or of all the practices that a billing company bills for, some at a time.

Each practice is a history of its own, with its own dice and its own folder, so that nothing depends on how many are
written at once or in which order they end.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

from denialml.simulator.bounds import Bounds
from denialml.simulator.config import SimulationConfig
from denialml.simulator.history import History, Written
from denialml.simulator.policy import load_payers
from denialml.simulator.tally import Tally
from denialml.simulator.truth import write_json
from denialml.simulator.worlds import blueprint, claims_of


@dataclass(frozen=True, slots=True)
class _Task:
    """One practice to be written: its number in the world, its folder, how many claims it makes."""

    config: SimulationConfig
    index: int
    directory: Path
    claims: int


def write_world(
    directory: Path, config: SimulationConfig, workers: int = 1, progress: Callable[[str], None] | None = None
) -> Written:
    """Write the histories of a world into a directory that exists and is empty.

    One practice's lies in the directory itself. Several lie in folders below ``practices``, and the directory has the
    manifest and the bounds of all; ``workers`` of them are written at once.

    Raises:
        BadInputError: the payers' files are refused.
        UsageError: a fault's name or rate is.
    """
    claims = claims_of(config.kind, config.practices, config.claims)
    if len(claims) == 1:
        return _history(_Task(config, 0, directory, config.claims)).write(progress)
    tasks = [_Task(config, n, directory / "practices" / f"{n:03d}", count) for n, count in enumerate(claims)]
    whole = Written(Tally(), Bounds())
    for done, (index, written) in enumerate(_written(tasks, workers), 1):
        whole.tally.merge(written.tally)
        whole.bounds.merge(written.bounds)
        if progress is not None:
            progress(f"practice {index}: {done} of {len(tasks)} practices, {whole.tally.claims:,} claims")
    (directory / "truth").mkdir()
    write_json(directory / "truth" / "bounds.json", whole.bounds.told())
    _write_manifest(directory, config, whole.tally)
    return whole


def _history(task: _Task) -> History:
    plan = blueprint(task.config.kind, task.index)
    return History(task.directory, task.config, plan, load_payers(task.config.payers), task.claims)


def _write(task: _Task) -> Written:
    task.directory.mkdir(parents=True)
    return _history(task).write()


def _written(tasks: list[_Task], workers: int) -> Iterator[tuple[int, Written]]:
    """Each practice's number and what it holds, as they end: the counts of practices add up in any order."""
    if workers == 1:
        for task in tasks:
            yield task.index, _write(task)
        return
    # The largest first, so that no worker is left with it at the end.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        largest_first = sorted(tasks, key=lambda task: (-task.claims, task.index))
        futures = {pool.submit(_write, task): task.index for task in largest_first}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _write_manifest(directory: Path, config: SimulationConfig, tally: Tally) -> None:
    told = {
        "made_by": "denialml simulate",
        "config": asdict(config),
        "start": config.start,
        "as_of": config.as_of,
        "practices": config.practices,
        "claims": tally.claims,
        "drafts": tally.drafts,
        "lines": tally.lines,
        "files": dict(sorted(tally.files.items())),
    }
    (directory / "manifest.json").write_text(json.dumps(told, indent=2, default=str) + "\n", encoding="utf-8")
