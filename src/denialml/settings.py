"""Where a practice's data live: the home folder and the database, from options, the environment or the home's own file.

A home may hold ``denialml.toml``. The demo writes one, because its history ends on a fixed day::

    demo = true
    today = 2026-06-30
"""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from denialml.errors import BadInputError

HOME_FILE = "denialml.toml"


class Settings(BaseSettings):
    """Options of one installation. Each can be set by ``DENIALML_<NAME>`` in the environment.

    ``home`` holds the embedded database, snapshots, model files and the MLflow store. ``database_url`` names another
    database (``postgresql+psycopg://...``) instead of the embedded one. ``today`` stands in for the machine's date in
    a home whose history ends on a fixed day, and ``demo`` marks a home that may be rebuilt.
    """

    model_config = SettingsConfigDict(env_prefix="DENIALML_", frozen=True, extra="forbid")

    home: Path = Path("denialml-home")
    database_url: str | None = None
    today: date | None = None
    demo: bool = False

    @property
    def url(self) -> str:
        """SQLAlchemy's URL of the database in use."""
        return self.database_url or f"sqlite:///{(self.home / 'denialml.sqlite3').absolute()}"

    @property
    def snapshots(self) -> Path:
        """Folder of the columnar snapshots that analysis reads."""
        return self.home / "snapshots"

    @property
    def mlflow_url(self) -> str:
        """MLflow's tracking and registry database, under the home."""
        return f"sqlite:///{(self.home / 'mlflow.sqlite3').absolute()}"

    @property
    def mlflow_artifacts(self) -> Path:
        """Folder of MLflow's artefacts, under the home."""
        return self.home / "mlflow-artifacts"


def load(home: Path | None = None, database_url: str | None = None) -> Settings:
    """The settings in force: arguments first, then the environment, then the home's own file, then defaults.

    Raises:
        BadInputError: the home's file is not TOML or holds an unknown or wrong setting.
    """
    given = {key: value for key, value in (("home", home), ("database_url", database_url)) if value is not None}
    settings = _checked(given, "the environment")
    path = settings.home / HOME_FILE
    if not path.is_file():
        return settings
    try:
        stored = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInputError(f"{path}: not TOML ({error}); mend or remove it") from error
    return _checked({**stored, **settings.model_dump(exclude_unset=True)}, str(path))


def _checked(values: dict[str, Any], origin: str) -> Settings:
    try:
        return Settings(**values)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise BadInputError(f"{origin}: {problems}") from error
