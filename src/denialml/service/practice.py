"""Opening a practice's store for work on what is already there: never makes an empty one by accident."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from denialml.errors import NotFoundError
from denialml.settings import Settings
from denialml.store import Store, open_store

DATABASE_NAME = "denialml.sqlite3"


@contextmanager
def existing_store(settings: Settings) -> Iterator[Store]:
    """The open store of a home, closed again at the end.

    Raises:
        NotFoundError: the home holds no database yet.
        StorageError: it cannot be opened.
    """
    if settings.database_url is None and not (settings.home / DATABASE_NAME).is_file():
        raise NotFoundError(
            f"{settings.home} holds no practice yet: run `denialml demo` for a made-up one, "
            "or `denialml charges import FILE` for your own claims"
        )
    store = open_store(settings.url)
    try:
        yield store
    finally:
        store.close()
