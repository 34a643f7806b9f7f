"""What every step shares: its arguments, its parameters and its report."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from denialml.errors import BadInputError, DenialmlError
from denialml.service.clock import today
from denialml.settings import Settings, load

CONF = Path(__file__).parent / "conf"


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """How a step was called: the practice's settings, the day it works for, and the parameters of its YAML file."""

    settings: Settings
    as_of: date
    parameters: dict[str, Any]


def run(name: str, step: Callable[[Call], Any], arguments: Sequence[str] | None = None) -> int:
    """Run a step with the parameters of ``conf/<name>.yaml`` (or ``--conf``) and print its report; the exit code."""
    parser = argparse.ArgumentParser(prog=f"python -m pipelines.{name}", description=step.__doc__)
    parser.add_argument("--home", type=Path, help="the practice's home folder (else DENIALML_HOME)")
    parser.add_argument("--database-url", help="another database than the home's own")
    parser.add_argument("--as-of", type=date.fromisoformat, help="day to work for, YYYY-MM-DD; today when left out")
    parser.add_argument("--conf", type=Path, default=CONF / f"{name}.yaml", help="parameters of the step")
    given = parser.parse_args(arguments)
    try:
        settings = load(given.home, given.database_url)
        report = step(Call(settings, given.as_of or today(settings), _parameters(given.conf)))
    except DenialmlError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stdout.write(json.dumps(dataclasses.asdict(report), default=str) + "\n")
    return 0


def _parameters(path: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, yaml.YAMLError) as error:
        raise BadInputError(f"{path}: not a readable YAML file of parameters") from error
    if not isinstance(values, dict):
        raise BadInputError(f"{path}: parameters are names and values")
    return values
