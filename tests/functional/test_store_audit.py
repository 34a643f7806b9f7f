"""The audit trail shows what was done to it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text

from denialml.errors import StorageError
from denialml.store import Store, schema

NOON = datetime(2025, 3, 1, 12, 0, 0, 5)


@pytest.fixture
def trail(store: Store) -> Store:
    """A store with three events."""
    with store.unit() as unit:
        for number in (1, 2, 3):
            unit.audit("ada", "post", f"file {number}", {"posted": number, "on": date(2025, 3, number)}, NOON)
    return store


def _tamper(store: Store, statement: str) -> None:
    """Run a statement as the database's owner could: with the triggers out of the way."""
    disarm = (
        ("DROP TRIGGER IF EXISTS audit_event_refuses_update", "DROP TRIGGER IF EXISTS audit_event_refuses_delete")
        if store.is_sqlite
        else ("SET LOCAL session_replication_role = replica",)
    )
    with store.unit() as unit:
        for each in (*disarm, statement):
            unit.connection.execute(text(each))


def test_an_empty_trail_is_whole(store: Store) -> None:
    assert store.verify_audit() == 0


def test_events_are_counted(trail: Store) -> None:
    assert trail.verify_audit() == 3


def test_detail_is_canonical_and_hashes_are_chained(trail: Store) -> None:
    with trail.reading() as connection:
        first, second, _ = connection.execute(select(schema.audit_event).order_by(schema.audit_event.c.id)).all()
    assert first.detail == '{"on":"2025-03-01","posted":1}'
    assert first.previous_hash == "0" * 64
    assert second.previous_hash == first.hash


@pytest.mark.parametrize(
    "change",
    [
        "person = 'eve'",
        "action = 'void'",
        "object = 'file 9'",
        "detail = '{}'",
        "happened_at = '2025-03-01 12:00:00.000006'",
        "hash = 'x'",
        "previous_hash = 'x'",
    ],
)
def test_a_changed_event_is_named(trail: Store, change: str) -> None:
    _tamper(trail, f"UPDATE audit_event SET {change} WHERE id = 2")
    with pytest.raises(StorageError, match="event 2 is not as it was written"):
        trail.verify_audit()


def test_a_rewritten_event_breaks_the_next_one(trail: Store) -> None:
    with trail.reading() as connection:
        third = connection.execute(select(schema.audit_event.c.hash).where(schema.audit_event.c.id == 3)).scalar_one()
    _tamper(trail, f"UPDATE audit_event SET hash = '{third[::-1]}' WHERE id = 3")
    with pytest.raises(StorageError, match="event 3 is not"):
        trail.verify_audit()


@pytest.mark.parametrize(("removed", "named"), [(1, 1), (2, 2), (3, 3)])
def test_a_removed_event_is_named(trail: Store, removed: int, named: int) -> None:
    _tamper(trail, f"DELETE FROM audit_event WHERE id = {removed}")
    with pytest.raises(StorageError, match=f"event {named} is missing"):
        trail.verify_audit()


def test_events_that_change_places_are_noticed(trail: Store) -> None:
    _tamper(trail, "UPDATE audit_event SET id = 9 WHERE id = 1")
    _tamper(trail, "UPDATE audit_event SET id = 1 WHERE id = 2")
    _tamper(trail, "UPDATE audit_event SET id = 2 WHERE id = 9")
    with pytest.raises(StorageError, match="event 1 is not as it was written"):
        trail.verify_audit()


def test_a_moment_with_a_zone_is_kept_as_utc(store: Store) -> None:
    chicago = timezone(timedelta(hours=-6))
    with store.unit() as unit:
        unit.audit("ada", "post", "a", {}, datetime(2025, 3, 1, 23, 30, tzinfo=chicago))
        unit.audit("ada", "post", "b", {}, datetime(2025, 3, 2, 5, 30, tzinfo=UTC))
    with store.reading() as connection:
        moments = connection.execute(select(schema.audit_event.c.happened_at)).scalars().all()
    assert moments == [datetime(2025, 3, 2, 5, 30)] * 2
    assert store.verify_audit() == 2


def test_a_unit_that_fails_leaves_no_event_and_no_gap(store: Store) -> None:
    def fail() -> None:
        with store.unit() as unit:
            unit.audit("ada", "post", "a", {}, NOON)
            raise ValueError("something went wrong")

    with pytest.raises(ValueError, match="something"):
        fail()
    with store.unit() as unit:
        unit.audit("ada", "post", "b", {}, NOON)
    assert store.verify_audit() == 1


def test_a_detail_that_json_cannot_hold_is_refused(store: Store) -> None:
    with pytest.raises(TypeError, match="cannot hold a object"), store.unit() as unit:
        unit.audit("ada", "post", "a", {"what": object()}, NOON)
