"""Changing the books behind the program: its triggers are switched off for it."""

from __future__ import annotations

import sqlalchemy as sa

from denialml.settings import Settings


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
