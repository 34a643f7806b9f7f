"""Units of work: all or nothing, ids, bulk inserts."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Select, Table, func, select, text

from denialml.claims import Phi
from denialml.errors import NotFoundError, StorageError
from denialml.store import Store, open_store, schema, units
from made_up_rows import fill, made_row
from store_workers import allocate_often


def _all(store: Store, statement: Select[Any]) -> list[Any]:
    with store.reading() as connection:
        return list(connection.execute(statement).all())


def test_an_error_takes_everything_back(store: Store) -> None:
    def fail() -> None:
        with store.unit() as unit:
            unit.insert(schema.payer, [{"id": unit.allocate("payer", 1), "identifier": "P1"}])
            raise NotFoundError("something else went wrong")

    with pytest.raises(NotFoundError, match="something else"):
        fail()
    assert _all(store, select(schema.payer)) == []
    with store.unit() as unit:
        assert unit.allocate("payer", 1) == 1


def test_ids_of_a_series_follow_each_other(store: Store) -> None:
    with store.unit() as unit:
        assert unit.allocate("claim", 5) == 1
        assert unit.allocate("claim", 0) == 6
        assert unit.allocate("claim", 1) == 6
        assert unit.allocate("payer", 2) == 1
        with pytest.raises(ValueError, match="given back"):
            unit.allocate("claim", -1)


def test_two_processes_never_get_the_same_id(database_url: str) -> None:
    open_store(database_url).close()
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as processes:
        workers = [processes.submit(allocate_often, database_url) for _ in range(2)]
        firsts = [first for worker in workers for first in worker.result(timeout=60)]
    assert sorted(firsts) == list(range(1, 121, 3))


def test_every_column_of_every_table_comes_back_as_it_went_in(store: Store) -> None:
    with store.unit() as unit:
        fill(unit)
    for table in schema.metadata.sorted_tables:
        if table is not schema.id_block:
            assert [dict(row._mapping) for row in _all(store, select(table))] == [made_row(table)]


def test_every_column_is_found_by_what_went_in(store: Store) -> None:
    with store.unit() as unit:
        fill(unit)
    for table in schema.metadata.sorted_tables:
        conditions = [table.c[name] == value for name, value in made_row(table).items()]
        if table is not schema.id_block:
            assert len(_all(store, select(table).where(*conditions))) == 1


def test_what_a_row_leaves_out_gets_the_default_or_null(store: Store) -> None:
    with store.unit() as unit:
        unit.insert(schema.patient, [{"id": 1, "key": "a"}, {"id": 2, "key": "b", "birth": date(1960, 1, 2)}])
    assert _all(store, select(schema.patient).order_by(schema.patient.c.id)) == [
        (1, "a", "", "", None, ""),
        (2, "b", "", "", date(1960, 1, 2), ""),
    ]


def test_a_default_that_is_not_empty(store: Store) -> None:
    with store.unit() as unit:
        fill(unit)
        row = {k: v for k, v in made_row(schema.claim).items() if k not in {"frequency", "coverage_sequence"}}
        unit.insert(schema.claim, [row | {"id": 2, "version_key": "2"}])
    found = select(schema.claim.c.frequency, schema.claim.c.coverage_sequence).where(schema.claim.c.id == 2)
    assert _all(store, found) == [("1", "P")]


def test_masked_text_is_stored_plain(store: Store) -> None:
    with store.unit() as unit:
        unit.insert(schema.payer, [{"id": 1, "identifier": Phi("secret")}])
    assert _all(store, select(schema.payer.c.identifier)) == [("secret",)]


def test_no_rows_are_no_work(store: Store) -> None:
    with store.unit() as unit:
        unit.insert(schema.payer, [])
    assert _all(store, select(schema.payer)) == []


def test_an_unknown_column_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="payer has no column nickname"), store.unit() as unit:
        unit.insert(schema.payer, [{"id": 1, "identifier": "P1"}, {"id": 2, "identifier": "P2", "nickname": "x"}])


def test_more_rows_than_a_chunk(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "_CHUNK_ROWS", 3)
    with store.unit() as unit:
        unit.insert(schema.payer, [{"id": number, "identifier": f"P{number}"} for number in range(1, 8)])
    assert _all(store, select(func.count(), func.max(schema.payer.c.id)).select_from(schema.payer)) == [(7, 7)]


@pytest.mark.parametrize(
    "rows",
    [
        [{"id": 1, "key": "Jane Doe"}, {"id": 2, "key": "Jane Doe"}],
        [{"id": 1, "key": None, "last_name": "Jane Doe"}],
    ],
    ids=["duplicate", "missing"],
)
def test_a_refused_row_is_told_without_its_values(store: Store, rows: list[dict[str, Any]]) -> None:
    with pytest.raises(StorageError) as caught, store.unit() as unit:
        unit.insert(schema.patient, rows)
    assert "key" in str(caught.value)
    assert "Jane" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert _all(store, select(schema.patient)) == []


def test_a_row_refused_by_a_plain_statement_is_told_without_its_values(store: Store) -> None:
    statement = text("INSERT INTO patient (id, key, last_name) VALUES (1, NULL, :name)")
    with pytest.raises(StorageError) as caught, store.unit() as unit:
        unit.connection.execute(statement, {"name": "Jane Doe"})
    assert "key" in str(caught.value)
    assert "Jane" not in str(caught.value)


def test_a_text_that_postgresql_cannot_hold_is_told(store: Store) -> None:
    row = {"id": 1, "identifier": "P1", "name": "a\x00b"}
    if store.is_sqlite:
        with store.unit() as unit:
            unit.insert(schema.payer, [row])
        assert _all(store, select(schema.payer.c.name)) == [("a\x00b",)]
        return
    with pytest.raises(StorageError, match="a value cannot be stored"), store.unit() as unit:
        unit.insert(schema.payer, [row])


def test_a_reference_to_nothing_is_refused(store: Store) -> None:
    with pytest.raises(StorageError, match=r"(?i)foreign key"), store.unit() as unit:
        unit.insert(schema.diagnosis, [{"claim_id": 99, "position": 1, "code": "I10"}])


@pytest.mark.parametrize(
    ("table", "column"),
    [(table, column.name) for table in schema.BULK for column in table.columns if column.foreign_keys],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_rows_that_come_in_bulk_may_name_nothing_that_is_not_there(store: Store, table: Table, column: str) -> None:
    another = {"id": 2, "ordinal": 2, "key": "2", "event_key": "2", "supersedes_id": None}
    row = made_row(table) | {name: value for name, value in another.items() if name in table.columns}
    with store.unit() as unit:
        fill(unit)
        if table is schema.denial_case:  # one for each service payment
            unit.insert(schema.service_payment, [made_row(schema.service_payment) | {"id": 2}])
            row["service_payment_id"] = 2
    with pytest.raises(StorageError, match=r"(?i)foreign key|names no"), store.unit() as unit:
        unit.insert(table, [row | {column: 99}])
    count = len(_all(store, select(table)))
    with store.unit() as unit:
        unit.insert(table, [row])
    assert len(_all(store, select(table))) == count + 1


def test_rows_of_one_statement_may_name_each_other(store: Store) -> None:
    later = made_row(schema.ledger_transaction) | {"id": 3, "key": "3", "reverses_id": 2}
    with store.unit() as unit:
        fill(unit)
        unit.insert(schema.ledger_transaction, [later | {"id": 2, "key": "2", "reverses_id": 1}, later])
    assert len(_all(store, select(schema.ledger_transaction))) == 3
