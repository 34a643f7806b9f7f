"""Changing the books behind the program: its triggers are switched off for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from denialml.settings import Settings
from denialml.store import open_store


def tamper(home: Settings, *statements: str) -> None:
    """Run statements that the database would refuse, without triggers and references."""
    engine = sa.create_engine(home.url)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            triggers = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
            for name, _ in triggers:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            triggers = []
            connection.exec_driver_sql("SET session_replication_role = replica")
        for statement in statements:
            assert connection.execute(sa.text(statement)).rowcount, f"nothing was changed by {statement}"
        for _, sql in triggers:
            connection.exec_driver_sql(sql)
        connection.commit()
    engine.dispose()


def looking(home: Settings, ask: Callable[[sa.Connection], Any]) -> Any:
    """What a question to the store answers."""
    store = open_store(home.url)
    with store.reading() as connection:
        found = ask(connection)
    store.close()
    return found
