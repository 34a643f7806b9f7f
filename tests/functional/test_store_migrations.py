"""The migrations build what the schema describes."""

from __future__ import annotations

import threading
import zlib
from operator import itemgetter
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, select

from denialml.store import migrations, open_store, schema
from denialml.store.claimsets import sets_of_group
from denialml.store.remittances import stands
from posting_cases import SENT, claims_file, our_claim


def _described(url: str) -> dict[str, Any]:
    """Every table of a database with its columns, keys, references, unique constraints and indexes."""
    engine = create_engine(url)
    inspector = inspect(engine)
    described = {
        table: {
            "columns": [column | {"type": str(column["type"])} for column in inspector.get_columns(table)],
            "key": inspector.get_pk_constraint(table),
            "references": sorted(inspector.get_foreign_keys(table), key=itemgetter("name")),
            "unique": sorted(inspector.get_unique_constraints(table), key=itemgetter("name")),
            "indexes": [
                index | {"dialect_options": {name: str(value) for name, value in index["dialect_options"].items()}}
                for index in sorted(inspector.get_indexes(table), key=itemgetter("name"))
            ],
            "options": inspector.get_table_options(table),
        }
        for table in inspector.get_table_names()
    }
    engine.dispose()
    return described


def test_the_migrated_schema_is_the_one_in_code(empty_database_url: str) -> None:
    open_store(empty_database_url).close()
    migrated = _described(empty_database_url)
    del migrated["alembic_version"]
    engine = create_engine(empty_database_url)
    schema.metadata.drop_all(engine)
    schema.metadata.create_all(engine)
    engine.dispose()
    in_code = _described(empty_database_url)
    del in_code["alembic_version"]
    assert len(in_code) == len(schema.metadata.sorted_tables)
    for table, description in in_code.items():
        assert migrated.pop(table) == description
    assert migrated == {}


def test_the_steps_are_one_chain_and_their_files_bear_their_numbers() -> None:
    folder = Path(migrations.__file__).parent
    config = Config()
    config.set_main_option("script_location", str(folder))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [migrations.HEAD]
    steps = [script.revision for script in scripts.walk_revisions()][::-1]
    assert steps == sorted(path.name[:4] for path in (folder / "versions").glob("*.py"))
    assert all(migrations.is_step(step) for step in steps)


def test_two_that_open_a_new_database_at_once_both_succeed(empty_database_url: str) -> None:
    failures: list[BaseException] = []

    def open_it() -> None:
        try:
            open_store(empty_database_url).close()
        except BaseException as error:  # noqa: BLE001 - handed to the test, which fails on any
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_remittances_set_aside_before_are_told_from_those_in_quarantine(empty_database_url: str) -> None:
    """Step 0013 reads it off what waits, and goes on counting ids after the rows that it makes."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    engine = create_engine(empty_database_url)
    if engine.dialect.name == "sqlite":
        Path(str(engine.url.database)).parent.mkdir(parents=True, exist_ok=True)
    day = SENT.date()
    kept = {
        "id": 1,
        "sha256": "0" * 64,
        "name": "a.835",
        "kind": "835",
        "size_bytes": 0,
        "content": b"",
        "known_on": day,
    }
    told = {"file_id": 1, "payment_cents": 100, "noticed_on": day, "known_on": day, "content_key": "c"}
    item = {"amount_cents": 100, "known_on": day}
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0012")
        connection.execute(schema.file.insert().values(kept | {"known_on": day}))
        for identity, status, kind in ((1, "posted", ""), (2, "quarantined", "trace_conflict"),
                                       (3, "quarantined", "unbalanced_transaction")):  # fmt: skip
            row = {"id": identity, "ordinal": identity, "status": status, "payment_key": str(identity)}
            connection.execute(schema.remittance.insert().values(told | row))
            if kind:
                row = {"id": identity, "key": str(identity), "kind": kind, "remittance_id": identity}
                connection.execute(schema.parked_item.insert().values(item | row))
    engine.dispose()
    store = open_store(empty_database_url)
    with store.reading() as connection:
        found = connection.execute(select(stands()).order_by(schema.remittance.c.id)).scalars().all()
    with store.unit() as unit:
        assert unit.allocate("remittance_standing", 1) == 3
    store.close()
    assert found == ["posted", "set_aside", "quarantined"]


def test_files_kept_before_are_known_by_their_control_numbers(empty_database_url: str, tmp_path: Path) -> None:
    """Step 0005 reads the claims' files that are there, so that answers to them still find them."""
    content = claims_file(tmp_path / "old.837", our_claim("0000000001Y", 10_000), control=17).read_bytes()
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    engine = create_engine(empty_database_url)
    if engine.dialect.name == "sqlite":
        Path(str(engine.url.database)).parent.mkdir(parents=True, exist_ok=True)
    kept = {"id": 1, "sha256": "0" * 64, "name": "old.837", "kind": "837P", "size_bytes": len(content)}
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        row = kept | {"content": zlib.compress(content), "known_on": SENT.date()}
        connection.execute(schema.file.insert().values(row))
    engine.dispose()
    store = open_store(empty_database_url)
    with store.reading() as connection:
        (found,) = sets_of_group(connection, "17", "PRACTICE", SENT.date())
    with store.unit() as unit:
        assert unit.allocate("claim_set", 1) == 2
    store.close()
    assert (found.file_id, content[found.file_start :][:3]) == (1, b"ST*")
