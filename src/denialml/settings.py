"""Where a practice's data live: the home folder and the database, from options, the environment or the home's own file.

A home may hold ``denialml.toml``. The demo writes one, because its history ends on a fixed day::

    demo = true
    today = 2026-06-30

A practice of its own says what its statements to patients say, and who approves write-offs::

    second_person_above_cents = 2500

    [statements]
    name = "Riverside Family Practice"
    address = ["12 River Street", "Springfield, IL 62701"]
    phone = "(217) 555-0100"
    hours = "Monday to Friday, 8 am to 5 pm"
    website = "pay.riverside.example"
    due_days = 21
"""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from denialml.errors import BadInputError

HOME_FILE = "denialml.toml"


class StatementSettings(BaseModel):
    """What statements to patients say of the practice. What is empty comes from the newest claim, or is left out.

    ``due_days`` is how long patients have to pay, from the day of the statement.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""
    address: tuple[str, ...] = ()
    phone: str = ""
    hours: str = ""
    website: str = ""
    due_days: int = Field(default=21, ge=1, le=90)


class Settings(BaseSettings):
    """Options of one installation. Each can be set by ``DENIALML_<NAME>`` in the environment.

    ``home`` holds the embedded database, snapshots, model files and the MLflow store. ``database_url`` names another
    database (``postgresql+psycopg://...``) instead of the embedded one. ``today`` stands in for the machine's date in
    a home whose history ends on a fixed day, and ``demo`` marks a home that may be rebuilt. A write-off above
    ``second_person_above_cents`` must be approved by another person than asked for it.
    """

    model_config = SettingsConfigDict(env_prefix="DENIALML_", frozen=True, extra="forbid")

    home: Path = Path("denialml-home")
    database_url: str | None = None
    today: date | None = None
    demo: bool = False
    second_person_above_cents: int = Field(default=0, ge=0)
    statements: StatementSettings = StatementSettings()

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
