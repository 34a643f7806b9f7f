"""Where a practice's data live: the home folder and the database, from options, the environment or defaults."""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Options of one installation. Each can be set by ``DENIALML_<NAME>`` in the environment.

    ``home`` holds the embedded database, snapshots, model files and the MLflow store. ``database_url`` names another
    database (``postgresql+psycopg://...``) instead of the embedded one.
    """

    model_config = SettingsConfigDict(env_prefix="DENIALML_", frozen=True)

    home: Path = Path("denialml-home")
    database_url: str | None = None

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
