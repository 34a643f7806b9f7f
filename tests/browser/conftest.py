"""The app as its users meet it: Streamlit on a free loopback port, and a real Chromium without a window."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from denialml.settings import Settings

APP = Path(__file__).parents[2] / "app"
START_SECONDS = 60
PATIENCE_MS = 45_000  # the first page imports pandas and Altair, on a machine that may be busy
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WIDTH, HEIGHT = 1440, 950


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for the whole run; the tests are skipped where there is none."""
    program = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    if program is None:
        pytest.skip("no Chromium here (apt-get install chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def screen(browser: Browser) -> Iterator[Page]:
    """A fresh window of a common laptop's size."""
    window = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
    page = window.new_page()
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    yield page
    window.close()


@pytest.fixture
def serve() -> Iterator[Callable[[Settings], str]]:
    """Start the app on a home; the answer is its address. Every app started is stopped at the end."""
    running: list[subprocess.Popen[bytes]] = []

    def start(settings: Settings) -> str:
        port = _free_port()
        command = [sys.executable, "-m", "streamlit", "run", "main.py", f"--server.port={port}"]
        environment = {**os.environ, "DENIALML_HOME": str(settings.home)}
        running.append(subprocess.Popen(command, cwd=APP, env=environment, stdout=subprocess.DEVNULL))
        address = f"http://127.0.0.1:{port}"
        _wait_until_ready(address, running[-1])
        return address

    yield start
    for process in running:
        process.terminate()
        process.wait(timeout=10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, "the app ended before it answered"
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.2)
    pytest.fail(f"the app did not answer within {START_SECONDS} s")
