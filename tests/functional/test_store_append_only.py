"""Facts stay as they were written: the database refuses to change them."""

from __future__ import annotations

import pytest
from sqlalchemy import Table, delete, select, text, update

from denialml.errors import StorageError
from denialml.store import Store, open_store, schema
from made_up_rows import fill
from postgres_server import Server

CHANGEABLE = {"id_block", "payer", "patient", "parked_item", "denial_case", "account_total", "receivable"}


def test_every_table_is_a_fact_or_known_to_change() -> None:
    facts = {table.name for table in schema.APPEND_ONLY}
    assert facts | CHANGEABLE == {table.name for table in schema.metadata.sorted_tables}
    assert not facts & CHANGEABLE


def _count(store: Store, table: Table) -> int:
    with store.reading() as connection:
        return len(connection.execute(select(table)).all())


def test_facts_are_neither_changed_nor_removed(store: Store) -> None:
    with store.unit() as unit:
        fill(unit)
    for table in schema.APPEND_ONLY:
        column = list(table.columns)[-1]
        for statement in (update(table).values({column: column}), delete(table)):
            with pytest.raises(StorageError, match=f"{table.name} is append-only"), store.unit() as unit:
                unit.connection.execute(statement)
        assert _count(store, table) == 1


@pytest.mark.postgres
def test_facts_are_not_removed_wholesale(postgres_server: Server, postgres_template: str) -> None:
    name = postgres_server.create(postgres_template)
    store = open_store(postgres_server.url(name))
    with pytest.raises(StorageError, match="is append-only"), store.unit() as unit:
        unit.connection.execute(text("TRUNCATE ledger_entry"))
    store.close()
    postgres_server.drop(name)


def test_what_may_change_does(store: Store) -> None:
    with store.unit() as unit:
        fill(unit)
        unit.connection.execute(update(schema.payer).values(name="renamed"))
        unit.connection.execute(delete(schema.parked_item))
    with store.reading() as connection:
        assert connection.execute(select(schema.payer.c.name)).all() == [("renamed",)]
    assert _count(store, schema.parked_item) == 0
