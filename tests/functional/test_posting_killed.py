"""Killed in the middle of posting and run again: the same books as undisturbed, and nothing twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from denialml.service.posting import post_files
from denialml.settings import Settings
from denialml.store import open_store
from denialml.store.posting import books, trial_balance
from fault_story import State, Step, at_each_write, ended, forked, ids, state, story
from posting_cases import as_read, co, our_claim, payment, plb, pr, remit_file, reversal, send, service
from store_reading import looking

CLAIMS_A_FILE = 6
FILES = 10

# Posts like the command line does.
POSTING = """
import sys
from pathlib import Path
from denialml.service.posting import post_files
from denialml.settings import Settings

print("ready", flush=True)
post_files(Settings(home=Path(sys.argv[1]), database_url=sys.argv[2]), [Path(name) for name in sys.argv[3:]])
"""


def number(serial: int) -> str:
    return f"C{serial:09d}"


@pytest.fixture(scope="module")
def remits(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Files of payments, denials, parked claims, a reversal with its correction, and provider adjustments."""
    folder = tmp_path_factory.mktemp("remits")
    files = []
    for place in range(FILES):
        first = place * CLAIMS_A_FILE
        answers = [
            payment(service(10000, 6000, co("45", 3000), pr("2", 1000)), number=number(first)),
            payment(service(10000, 0, co("50", 10000)), number=number(first + 1), status="4"),
            payment(service(10000, 9000, co("45", 1000)), number="NOBODY", payer_control_number=""),
            *(payment(service(10000, 10000), number=number(first + at)) for at in range(3, CLAIMS_A_FILE)),
        ]
        if place:
            earlier = payment(service(10000, 6000, co("45", 3000), pr("2", 1000)), number=number(first - CLAIMS_A_FILE))
            answers += [reversal(earlier), payment(service(10000, 10000), number=number(first - CLAIMS_A_FILE))]
        source = as_read(*answers, adjustments=[plb("L6", -25), plb("CS", 10)], trace=f"T{place}")
        files.append(remit_file(folder / f"{place:02d}.835", source, control=place + 1))
    return files


def practice(home: Path, url: str | None) -> Settings:
    settings = Settings(home=home, database_url=url)
    claims = [our_claim(number(serial), 10000) for serial in range(FILES * CLAIMS_A_FILE)]
    home.mkdir(exist_ok=True)
    send(settings, home / "sent.837", *claims)
    return settings


def whole_books(settings: Settings) -> tuple[dict[str, str], dict[str, int]]:
    return looking(settings, books), looking(settings, trial_balance)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, remits: list[Path]) -> tuple[dict[str, str], dict[str, int]]:
    settings = practice(tmp_path_factory.mktemp("undisturbed"), None)
    report = post_files(settings, remits)
    assert report.parked_kinds == {"provider_adjustment_unclassified": FILES, "unmatched_claim": FILES}
    return whole_books(settings)


def start(settings: Settings, remits: list[Path]) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", POSTING, str(settings.home), settings.url, *map(str, remits)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_killed_at_any_moment_and_run_again(
    tmp_path: Path, remits: list[Path], undisturbed: tuple[dict[str, str], dict[str, int]]
) -> None:
    settings = practice(tmp_path / "home", None)
    chance = random.Random(20260630)
    killed = 0
    for _ in range(4):
        process = start(settings, remits)
        time.sleep(chance.uniform(0.02, 0.25))
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        process.communicate()
    assert killed
    post_files(settings, remits)
    assert whole_books(settings) == undisturbed


def killed_before(settings: Settings, step: Step, write: int) -> bool:
    """Take a step in a process that kills itself before a write, or after the last; whether it came so far."""
    left = write

    def count() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def work() -> None:
        at_each_write(count)
        step(settings)
        count()

    status = ended(forked(work))
    assert status in {0, -signal.SIGKILL}
    return status != 0


def test_killed_before_every_write(database_url: str, tmp_path: Path, told: State) -> None:
    """Every step dies before its first write, before its second ... before its commit, and at last after its end.

    Until it is committed nothing of it is there, not even an id that was taken; afterwards all of it is.
    """
    settings = Settings(home=tmp_path / "home", database_url=database_url)
    open_store(database_url).close()
    is_sqlite = database_url.startswith("sqlite")
    kills = 0
    for place, step in enumerate(story(tmp_path / "files")):
        if not is_sqlite and place % 3 != 1:  # a third of the steps will do: a server takes longer
            step(settings)
            continue
        write, seen = 1, [ids(settings)]
        while killed_before(settings, step, write):
            kills += 1
            write += 1
            if (now := ids(settings)) != seen[-1]:
                seen.append(now)
                state(settings)
        assert len(seen) == 2
    assert kills > (300 if is_sqlite else 100)
    assert state(settings) == told
