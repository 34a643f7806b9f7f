"""Opening a database, on SQLite and PostgreSQL."""

from __future__ import annotations

from denialml.store import Store, open_store, schema


def test_a_new_database_has_every_table_and_opens_again(empty_database_url: str) -> None:
    for _ in range(2):
        store = open_store(empty_database_url)
        with store.reading() as connection:
            assert connection.execute(schema.claim.select()).all() == []
        store.close()


def test_ids(store: Store) -> None:
    with store.unit() as unit:
        assert unit.allocate("claim", 5) == 1
        assert unit.allocate("claim", 1) == 6
