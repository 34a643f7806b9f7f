"""The whole path in one go: a made-up practice, its files, posting, learning, scores and both queues."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from denialml.errors import RefusedError
from denialml.service import charges, deposits, modelling, posting, simulation, worklists
from denialml.service.acks import import_acks
from denialml.service.arrivals import arrivals
from denialml.service.contracts import adopt
from denialml.settings import HOME_FILE, Settings, load

TOP = 5


@dataclass(frozen=True, slots=True)
class DemoConfig:
    """How large the demo practice is. ``fresh`` rebuilds a home that an earlier demo made."""

    claims: int = 40_000
    seed: int = 20_260_630
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class DemoStep:
    """One step of the path and how long it took."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What happened, from the first file to the two queues."""

    home: Path
    seconds: float
    steps: tuple[DemoStep, ...]
    simulated: simulation.SimulationReport
    sent: charges.ChargesReport
    drafts: charges.ChargesReport
    posted: posting.PostReport
    money: deposits.DepositsView
    trained: modelling.TrainReport
    backtest: modelling.BacktestReport
    scored: modelling.ScoreReport
    riskiest: worklists.RiskQueue
    best_denials: worklists.DenialsQueue


class Progress(Protocol):
    """Where the demo tells how far it is."""

    def stage(self, name: str, total: int | None = None) -> Callable[[str], None]:
        """Begin a stage; the answer is called once for each of its ``total`` items."""
        ...

    def done(self) -> None:
        """The stage begun last has ended."""
        ...


@dataclass(slots=True)
class _Steps:
    progress: Progress
    done: list[DemoStep] = field(default_factory=list)

    @contextmanager
    def step(self, name: str, total: int | None = None) -> Iterator[Callable[[str], None]]:
        began = time.perf_counter()
        yield self.progress.stage(name, total)
        self.progress.done()
        self.done.append(DemoStep(name, time.perf_counter() - began))


def run(settings: Settings, config: DemoConfig, progress: Progress) -> DemoReport:
    """Build the demo in ``settings.home`` and run every step on it.

    Raises:
        RefusedError: the home holds something that is not a demo, or a demo and ``fresh`` was not asked for.
    """
    began = time.perf_counter()
    _prepare_home(settings, fresh=config.fresh)
    steps = _Steps(progress)
    files = settings.home / "files"
    shape = simulation.SimulationConfig(claims=config.claims, seed=config.seed)
    as_of = shape.as_of
    settings = _mark_as_demo(settings, f"demo = true\ntoday = {as_of.isoformat()}\n")
    with steps.step("Simulating a practice, taking in its claims, posting its remittances", shape.months + 1) as tell:
        simulated, sent, drafts, posted = _live_through(settings, files, shape, tell)
    adopt(settings, files / "truth" / "contracts")
    with steps.step("Measuring the model forward in time") as tell:
        truth = files / "truth" / "lines.parquet"
        backtest = modelling.backtest(settings, as_of=as_of, truth=truth, progress=tell)
    with steps.step("Training the model for use") as tell:
        trained = modelling.train(settings, as_of=as_of, progress=tell)
    with steps.step("Scoring the unsent claims, with reasons") as tell:
        scored = modelling.score(settings, as_of=as_of, progress=tell)
    with steps.step("Ranking both queues"):
        riskiest = worklists.risk_queue(settings, top=TOP)
        best_denials = worklists.denials_queue(settings, today=as_of, top=TOP)
        money = deposits.view(settings, today=as_of, waiting=True)
    return DemoReport(
        home=settings.home,
        seconds=time.perf_counter() - began,
        steps=tuple(steps.done),
        simulated=simulated,
        sent=sent,
        drafts=drafts,
        posted=posted,
        money=money,
        trained=trained,
        backtest=backtest,
        scored=scored,
        riskiest=riskiest,
        best_denials=best_denials,
    )


def _live_through(
    settings: Settings, files: Path, shape: simulation.SimulationConfig, tell: Callable[[str], None]
) -> tuple[simulation.SimulationReport, charges.ChargesReport, charges.ChargesReport, posting.PostReport]:
    """Post what payers answer and take in what the practice sends, day by day, while it is simulated."""
    sent: list[charges.ChargesFile] = []
    drafts: list[charges.ChargesFile] = []
    posted: list[posting.PostedFile] = []
    for event in arrivals(files, shape):
        if isinstance(event, simulation.SimulationReport):
            return (
                event,
                charges.report_of(tuple(sent)),
                charges.report_of(tuple(drafts)),
                posting.report_of(tuple(posted)),
            )
        for day in event.by_day():  # payers' files come before dawn, the practice's leave in the evening
            posted += posting.post_files(settings, day.remits).files
            sent += charges.import_charges(settings, day.sent, sent=True).files
            drafts += charges.import_charges(settings, day.charges, sent=False).files
            import_acks(settings, day.acks)
        deposits.import_deposits(settings, event.bank)  # whether money comes before its remittance does not matter
        tell(event.message)
    raise AssertionError("a simulation ends with its report")


def _prepare_home(settings: Settings, *, fresh: bool) -> None:
    """An empty home. Only a home that a demo marked as its own is ever removed, and only when asked to."""
    home = settings.home
    if settings.database_url:
        raise RefusedError("the demo builds its own database under --home; leave --database-url out")
    if home.exists() and any(home.iterdir()):
        if not settings.demo:
            raise RefusedError(f"{home} holds something that is not a demo; name another folder with --home")
        if not fresh:
            raise RefusedError(f"{home} holds a demo already: open it with `denialml app`, or rebuild it with --fresh")
        shutil.rmtree(home)
    _mark_as_demo(settings, "demo = true\n")


def _mark_as_demo(settings: Settings, text: str) -> Settings:
    """Write the home's own file; the settings that then hold."""
    settings.home.mkdir(parents=True, exist_ok=True)
    (settings.home / HOME_FILE).write_text(text, encoding="utf-8")
    return load(settings.home)
