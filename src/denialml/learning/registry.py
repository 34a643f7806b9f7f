"""Models on record: MLflow keeps runs, metrics and versions in a database under the home; files are checked by hash.

A version's files are copied under the home's artefact folder and found there by run, so a home may be moved. MLflow
takes seconds to import and is loaded only when a registry is opened. Nothing is pickled and nothing is sent anywhere.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from denialml.errors import BadInputError, NotFoundError, StorageError
from denialml.learning import model as models
from denialml.learning.model import RiskModel

if TYPE_CHECKING:
    from mlflow import MlflowClient

MODEL_NAME: Final = "denial-risk"
CHAMPION: Final = "champion"
CHALLENGER: Final = "challenger"
MANIFEST: Final = "manifest.json"
_EXPERIMENT: Final = "denial-risk"
_FOLDER: Final = "model"
_HASH_TAG: Final = "manifest_sha256"

# MLflow reports its use to its makers unless told otherwise before it is first imported.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One registered version: ``model_hash`` is the SHA-256 of the manifest that lists every file's own."""

    name: str
    version: str
    run_id: str
    model_hash: str
    aliases: tuple[str, ...]


class Registry:
    """The home's models. Versions count up from 1; an alias (champion, challenger) points at one of them."""

    def __init__(self, url: str, artifacts: Path) -> None:
        """Open, and on first use create, the registry's database.

        Raises:
            StorageError: the database cannot be opened.
        """
        self._artifacts = artifacts
        with _failures("the model registry cannot be opened"):
            self._client = _open_client(url)

    def register(
        self,
        folder: Path,
        *,
        parameters: Mapping[str, object],
        metrics: Mapping[str, float],
        tags: Mapping[str, str],
        alias: str,
    ) -> ModelVersion:
        """Record a saved model's folder as a new version and point an alias at it.

        Raises:
            StorageError: the database or the disk failed.
        """
        model_hash = _write_manifest(folder)
        with _failures("the model could not be registered"):
            run = self._client.create_run(self._experiment(), tags=dict(tags))
            run_id = str(run.info.run_id)
            for name, value in parameters.items():
                self._client.log_param(run_id, name, value)
            for name, number in metrics.items():
                self._client.log_metric(run_id, name, number)
            self._client.log_artifacts(run_id, str(folder), _FOLDER)
            self._client.set_terminated(run_id)
            self._ensure_model()
            source = f"{run.info.artifact_uri}/{_FOLDER}"
            made = self._client.create_model_version(MODEL_NAME, source, run_id, tags={_HASH_TAG: model_hash})
            self._client.set_registered_model_alias(MODEL_NAME, alias, made.version)
        return ModelVersion(MODEL_NAME, str(made.version), run_id, model_hash, (alias,))

    def find(self, alias: str = CHAMPION) -> ModelVersion:
        """The version that an alias points at.

        Raises:
            NotFoundError: no version carries the alias.
            StorageError: the database failed.
        """
        from mlflow.exceptions import MlflowException  # seconds of import, on use only

        try:
            found = self._client.get_model_version_by_alias(MODEL_NAME, alias)
        except MlflowException as error:
            if error.error_code in {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}:
                raise NotFoundError(f"no {alias} model is registered: run `denialml train`") from error
            raise StorageError(f"the model registry failed ({error.error_code})") from error
        aliases = tuple(sorted(found.aliases))
        return ModelVersion(MODEL_NAME, str(found.version), str(found.run_id), found.tags.get(_HASH_TAG, ""), aliases)

    def promote(self, version: str, alias: str) -> ModelVersion:
        """Point an alias at a version.

        Raises:
            NotFoundError: no such version.
        """
        from mlflow.exceptions import MlflowException  # seconds of import, on use only

        try:
            self._client.get_model_version(MODEL_NAME, version)
        except MlflowException as error:
            raise NotFoundError(f"there is no version {version} of {MODEL_NAME}") from error
        with _failures("the alias could not be moved"):
            self._client.set_registered_model_alias(MODEL_NAME, alias, version)
        return self.find(alias)

    def folder(self, version: ModelVersion) -> Path:
        """Where a version's files lie."""
        return self._artifacts / version.run_id / "artifacts" / _FOLDER

    def load(self, version: ModelVersion) -> RiskModel:
        """A version's model, once every file has been checked against its hash.

        Raises:
            BadInputError: a file is missing or was altered since it was registered.
        """
        folder = self.folder(version)
        _check_manifest(folder, version.model_hash)
        return models.load(folder)

    def _experiment(self) -> str:
        found = self._client.get_experiment_by_name(_EXPERIMENT)
        if found is not None:
            return str(found.experiment_id)
        self._artifacts.mkdir(parents=True, exist_ok=True)
        location = self._artifacts.absolute().as_uri()
        return str(self._client.create_experiment(_EXPERIMENT, artifact_location=location))

    def _ensure_model(self) -> None:
        if not self._client.search_registered_models(f"name = '{MODEL_NAME}'"):
            self._client.create_registered_model(MODEL_NAME)


def _open_client(url: str) -> MlflowClient:
    import mlflow  # seconds of import, on use only

    # MLflow and its migrations narrate the making of their tables at level INFO on the user's screen.
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    client = mlflow.MlflowClient(tracking_uri=url, registry_uri=url)
    client.get_experiment_by_name(_EXPERIMENT)  # opens the store and creates it on first use
    return client


@contextmanager
def _failures(what: str) -> Iterator[None]:
    from mlflow.exceptions import MlflowException  # seconds of import, on use only

    try:
        yield
    except MlflowException as error:
        raise StorageError(f"{what} ({error.error_code})") from error
    except OSError as error:
        raise StorageError(f"{what} ({error.strerror})") from error
    except Exception as error:
        # MLflow lets the errors of its database toolkit through as they are; that toolkit is not imported here.
        if type(error).__module__.partition(".")[0] != "sqlalchemy":
            raise
        raise StorageError(f"{what} ({type(error).__name__})") from error


def _write_manifest(folder: Path) -> str:
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != MANIFEST)
    manifest = json.dumps({path.name: _sha256(path) for path in files}, indent=1, sort_keys=True) + "\n"
    (folder / MANIFEST).write_text(manifest, encoding="utf-8")
    return _sha256(folder / MANIFEST)


def _check_manifest(folder: Path, expected: str) -> None:
    try:
        if _sha256(folder / MANIFEST) != expected:
            raise BadInputError(f"{folder / MANIFEST}: altered since the model was registered; train again")
        listed = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        for name, digest in listed.items():
            if _sha256(folder / name) != digest:
                raise BadInputError(f"{folder / name}: altered since the model was registered; train again")
    except OSError as error:
        raise BadInputError(f"{folder}: files of the registered model are missing; train again") from error


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
