"""Starting the Streamlit app on this machine's loopback address."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import denialml
from denialml.errors import NotFoundError
from denialml.settings import Settings


def app_script() -> Path:
    """The app's entry script: beside ``src`` in a checkout, inside the package when installed.

    Raises:
        NotFoundError: neither is there.
    """
    package = Path(denialml.__file__).parent
    for script in (package.parent.parent / "app" / "main.py", package / "_app" / "main.py"):
        if script.is_file():
            return script
    raise NotFoundError("the app's pages are not installed beside denialml; reinstall it")


def launch(settings: Settings, *, port: int) -> int:
    """Run the app until it is stopped; its exit code. It listens on 127.0.0.1 only."""
    environment = {**os.environ, "DENIALML_HOME": str(settings.home.absolute())}
    if settings.database_url:
        environment["DENIALML_DATABASE_URL"] = settings.database_url
    script = app_script()
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    options = [
        "--server.address=127.0.0.1",
        f"--server.port={port}",
        "--browser.gatherUsageStats=false",
    ]
    try:
        # The command is this interpreter and our own script; nothing in it comes from outside.
        return subprocess.run([*command, *options], cwd=script.parent, env=environment, check=False).returncode  # noqa: S603
    except KeyboardInterrupt:
        return 0
