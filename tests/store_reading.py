"""What the store of a home holds, for the tests: each question opens it and closes it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from denialml.settings import Settings
from denialml.store import open_store
from denialml.store.books import trial_balance


def looking(home: Settings, ask: Callable[[sa.Connection], Any]) -> Any:
    """What a question to the store answers."""
    store = open_store(home.url)
    try:
        with store.reading() as connection:
            return ask(connection)
    finally:
        store.close()


def rows(home: Settings, statement: sa.Select[Any]) -> list[Any]:
    """The rows of a query."""
    return looking(home, lambda connection: list(connection.execute(statement).all()))


def balances(home: Settings) -> dict[str, int]:
    """Cents by account, without accounts that come to nothing."""
    return {account: cents for account, cents in looking(home, trial_balance).items() if cents}
