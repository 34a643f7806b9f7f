"""Claims are kept once, with what belongs to them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Select, func, select

from denialml.claims import replace
from denialml.errors import NotFoundError
from denialml.store import Store, schema
from denialml.store.charges import SavedClaims, save_claims
from denialml.store.files import load_file, save_file
from denialml.x12.events import ClaimRead
from made_up_claims import made_claim, made_read, with_first_line

READY = date(2025, 3, 2)
SENT = date(2025, 3, 5)


def _save(
    store: Store, content: bytes, *reads: ClaimRead, sent_on: date | None = None, known_on: date = READY
) -> SavedClaims:
    with store.unit() as unit:
        return save_claims(unit, "a.837", content, reads, known_on, sent_on)


def _all(store: Store, statement: Select[Any]) -> list[Any]:
    with store.reading() as connection:
        return [tuple(row) for row in connection.execute(statement).all()]


def _counts(store: Store) -> dict[str, int]:
    tables = (
        schema.file,
        schema.payer,
        schema.patient,
        schema.claim,
        schema.diagnosis,
        schema.service_line,
        schema.submission,
    )
    return {table.name: _all(store, select(func.count()).select_from(table))[0][0] for table in tables}


def test_a_claim_with_all_that_belongs_to_it(store: Store) -> None:
    saved = _save(store, b"0123456789", made_read(start=2, end=5), sent_on=SENT)
    assert saved.claim_ids == (1,)
    assert saved.line_ids == {1: (1, 2)}
    assert saved.submitted == saved.claims
    assert (saved.repeated, saved.file_repeated) == (0, False)
    claim = schema.claim.c
    columns = (claim.control_number, claim.payer_id, claim.patient_id, claim.member_id, claim.known_on, claim.file_id)
    assert _all(store, select(*columns)) == [(made_claim().control_number, 1, 1, "M1", READY, saved.file_id)]
    assert _all(store, select(claim.file_start, claim.file_end)) == [(2, 5)]
    assert _all(store, select(schema.payer)) == [(1, "P1", "Payer P1", "CI")]
    patient = schema.patient.c
    assert _all(store, select(patient.last_name, patient.first_name, patient.birth, patient.sex)) == [
        ("Sample", "Terry", date(1960, 3, 2), "F")
    ]
    assert _all(store, select(schema.diagnosis)) == [(1, 1, "E119"), (1, 2, "I10")]
    line = schema.service_line.c
    assert _all(store, select(line.number, line.procedure, line.modifiers, line.units, line.charge_cents)) == [
        (1, "99213", "59:25", Decimal("1.500"), 10_000),
        (2, "99213", "", Decimal("1.500"), 10_000),
    ]
    assert _all(store, select(schema.submission)) == [(1, 1, SENT, READY)]


def test_a_draft_has_no_submission(store: Store) -> None:
    saved = _save(store, b"a", made_read())
    assert saved.submitted == ()
    assert _counts(store)["submission"] == 0


def test_the_same_file_again_changes_nothing(store: Store) -> None:
    reads = [made_read(made_claim(serial)) for serial in (1, 2)]
    first = _save(store, b"a", *reads, sent_on=SENT)
    before = _counts(store)
    again = _save(store, b"a", *reads, sent_on=SENT, known_on=date(2025, 9, 9))
    assert (again.file_id, again.file_repeated) == (first.file_id, True)
    assert (again.claims, again.repeated, again.submitted) == ((), 2, ())
    assert _counts(store) == before


def test_a_draft_that_is_sent_becomes_a_submission_and_stays_known_since_it_was_ready(store: Store) -> None:
    draft = _save(store, b"draft", made_read(), made_read(made_claim(2)))
    sent = _save(store, b"sent", made_read(made_claim(2), 7, 9), sent_on=SENT, known_on=SENT)
    assert (sent.claims, sent.repeated) == ((), 1)
    assert [(claim.id, claim.line_ids) for claim in sent.submitted] == [(2, draft.line_ids[2])]
    assert sent.submitted[0].read.span.start == 7
    assert _all(store, select(schema.submission)) == [(1, 2, SENT, SENT)]
    assert _all(store, select(schema.claim.c.known_on).distinct()) == [(READY,)]


def test_the_very_file_of_a_draft_can_be_sent(store: Store) -> None:
    draft = _save(store, b"same", made_read())
    sent = _save(store, b"same", made_read(), sent_on=SENT)
    assert sent.file_repeated
    assert [claim.id for claim in sent.submitted] == list(draft.claim_ids)
    assert _save(store, b"same", made_read(), sent_on=SENT).submitted == ()


def test_a_claim_twice_in_a_file_is_kept_once(store: Store) -> None:
    saved = _save(store, b"a", made_read(start=1), made_read(start=500), made_read(made_claim(2)))
    assert (len(saved.claims), saved.repeated) == (2, 1)
    assert [claim.read.span.start for claim in saved.claims] == [1, 0]


def test_a_corrected_claim_is_another_version(store: Store) -> None:
    _save(store, b"a", made_read(), sent_on=SENT)
    corrected = replace(with_first_line(made_claim(), charge_cents=5_000), frequency="7", charge_cents=15_000)
    saved = _save(store, b"b", made_read(corrected), sent_on=SENT)
    assert saved.repeated == 0
    assert _counts(store) == {
        "file": 2,
        "payer": 1,
        "patient": 1,
        "claim": 2,
        "diagnosis": 4,
        "service_line": 4,
        "submission": 2,
    }


def test_payers_and_patients_are_known_again(store: Store) -> None:
    _save(store, b"a", *[made_read(made_claim(serial, payer=f"P{serial % 2}")) for serial in range(4)])
    _save(store, b"b", *[made_read(made_claim(serial, payer=f"P{serial % 3}")) for serial in range(4, 8)])
    assert _all(store, select(schema.payer.c.id, schema.payer.c.identifier).order_by(schema.payer.c.id)) == [
        (1, "P0"),
        (2, "P1"),
        (3, "P2"),
    ]
    assert _counts(store)["patient"] == 3
    of_payer = select(schema.claim.c.payer_id, func.count()).group_by(schema.claim.c.payer_id).order_by("payer_id")
    assert _all(store, of_payer) == [(1, 3), (2, 4), (3, 1)]


def test_a_payer_keeps_the_filing_indicator_last_seen(store: Store) -> None:
    claim = made_claim()
    _save(store, b"a", made_read(claim))
    for serial, indicator in ((2, "HM"), (3, "")):
        other = made_claim(serial)
        other = replace(other, coverage=replace(other.coverage, filing_indicator=indicator))
        _save(store, indicator.encode(), made_read(other))
    assert _all(store, select(schema.payer.c.filing_indicator)) == [("HM",)]


def test_more_claims_than_one_lookup_takes(store: Store) -> None:
    reads = [made_read(made_claim(serial, member=f"M{serial}", lines=1)) for serial in range(1_100)]
    assert len(_save(store, b"a", *reads).claims) == 1_100
    again = _save(store, b"b", *reads, sent_on=SENT)
    assert (again.repeated, len(again.submitted)) == (1_100, 1_100)
    assert [claim.line_ids for claim in again.submitted] == [(number,) for number in range(1, 1_101)]


def test_an_empty_file(store: Store) -> None:
    saved = _save(store, b"", sent_on=SENT)
    assert (saved.claims, saved.repeated, saved.submitted) == ((), 0, ())
    assert _counts(store)["file"] == 1


def test_a_file_comes_back_as_it_came(store: Store) -> None:
    content = bytes(range(256)) * 1_000
    with store.unit() as unit:
        saved = save_file(unit, "a.835", "835", content, READY)
    with store.reading() as connection:
        assert load_file(connection, saved.id) == content
        with pytest.raises(NotFoundError, match="no file 99"):
            load_file(connection, 99)
    columns = (schema.file.c.name, schema.file.c.kind, schema.file.c.size_bytes, schema.file.c.known_on)
    assert _all(store, select(*columns)) == [("a.835", "835", 256_000, READY)]
    assert _all(store, select(func.length(schema.file.c.content)))[0][0] < 10_000
