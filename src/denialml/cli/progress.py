"""Progress bars on standard error, so that standard output stays clean for tables and JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class Stages:
    """Stages of one job, each with a bar. A quiet one counts and shows nothing."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def stage(self, name: str, total: int | None = None) -> Callable[[str], None]:
        """Begin a stage of ``total`` items (unknown: None); call the answer once for each."""
        task = self._bars.add_task(name, total=total)
        self._task = task

        def tell(_: str) -> None:
            self._bars.advance(task)

        return tell

    def done(self) -> None:
        """The stage begun last has ended: fill its bar."""
        if self._task is None:
            return
        completed = self._bars.tasks[self._task].completed
        self._bars.update(self._task, total=completed or 1, completed=completed or 1)
        self._bars.stop_task(self._task)


@contextmanager
def stages(*, quiet: bool) -> Iterator[Stages]:
    """Bars while the block runs; nothing at all when ``quiet`` or when standard error is no terminal."""
    out = Console(stderr=True)
    bars = Progress(
        SpinnerColumn(finished_text="[green]done"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=out,
        disable=quiet or not out.is_terminal,
    )
    with bars:
        yield Stages(bars)
