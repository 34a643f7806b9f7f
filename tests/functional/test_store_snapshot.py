"""A snapshot holds what was known on its day, and nothing else."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import Table

from denialml.claims import Party, Procedure, Reference, replace
from denialml.errors import StorageError
from denialml.store import Store, open_store, schema, snapshot_lines
from denialml.store.charges import save_claims
from denialml.store.snapshot import snapshot
from denialml.store.snapshot_lines import LINES
from denialml.store.snapshot_outcomes import OUTCOMES
from made_up_claims import made_claim, made_read, with_first_line

READY = date(2025, 3, 2)
SENT = date(2025, 3, 5)
RECEIVED = date(2025, 4, 1)
LATER = date(2025, 12, 31)


def _save(store: Store, *claims: Any, sent_on: date | None = SENT, known_on: date = READY) -> None:
    content = repr([claim.control_number for claim in claims]).encode() + str(known_on).encode()
    with store.unit() as unit:
        save_claims(unit, "a.837", content, [made_read(claim) for claim in claims], known_on, sent_on)


def _rows(path: Path) -> list[dict[str, Any]]:
    return pq.read_table(path).to_pylist()  # type: ignore[no-any-return]  # pyarrow has no types


def _lines(store: Store, folder: Path, as_of: date = LATER) -> list[dict[str, Any]]:
    return _rows(snapshot(store, folder, as_of).lines)


def test_what_a_line_says(store: Store, tmp_path: Path) -> None:
    _save(store, made_claim(member="M7"))
    first, second = _lines(store, tmp_path)
    assert list(first) == LINES.names
    assert first == {
        "line_id": 1,
        "claim_id": 1,
        "control_number": made_claim().control_number,
        "line_number": 1,
        "known_on": READY,
        "sent_on": SENT,
        "served_on": date(2025, 3, 1),
        "payer": "P1",
        "payer_name": "Payer P1",
        "filing_indicator": "CI",
        "procedure": "99213",
        "modifiers": "25:59",
        "units": 1.5,
        "charge_cents": 10_000,
        "place_of_service": "11",
        "frequency": "1",
        "diagnosis": "E119",
        "principal_diagnosis": "E119",
        "diagnosis_count": 2,
        "diagnoses": "E119 I10",
        "billing_npi": "1234567893",
        "rendering_npi": "1245319599",
        "taxonomy": "207R00000X",
        "has_referring": False,
        "has_prior_authorization": True,
        "has_referral": False,
        "patient_id": 1,
        "patient_sex": "F",
        "patient_age": 64,
        "relationship": "18",
        "coverage_sequence": "P",
        "line_count": 2,
        "claim_charge_cents": 20_000,
        "member_key": hashlib.sha256(b"P1\nM7").hexdigest(),
    }
    assert {name: second[name] for name in ("line_id", "line_number", "modifiers", "diagnosis")} == {
        "line_id": 2,
        "line_number": 2,
        "modifiers": "",
        "diagnosis": "I10",
    }


def test_what_a_line_says_when_it_says_little(store: Store, tmp_path: Path) -> None:
    claim = replace(
        with_first_line(made_claim(lines=1), diagnosis_pointers=(), place_of_service="22"),
        diagnoses=(),
        referring=Party(name="R", id_qualifier="XX", identifier="1245319599"),
        references=(Reference("9F", "REF1"),),
        coverage=replace(made_claim().coverage, subscriber_birth=None),
    )
    _save(store, claim, sent_on=None)
    (line,) = _lines(store, tmp_path)
    assert (line["diagnosis"], line["principal_diagnosis"], line["diagnoses"], line["diagnosis_count"]) == ("",) * 3 + (
        0,
    )
    assert (line["place_of_service"], line["patient_age"], line["sent_on"]) == ("22", None, None)
    assert (line["has_referring"], line["has_referral"], line["has_prior_authorization"]) == (True, True, False)


@pytest.mark.parametrize(("pointers", "diagnosis"), [((2, 1), "I10"), ((), "E119"), ((9,), "E119"), ((0,), "E119")])
def test_the_diagnosis_a_line_points_to(
    store: Store, tmp_path: Path, pointers: tuple[int, ...], diagnosis: str
) -> None:
    _save(store, with_first_line(made_claim(), diagnosis_pointers=pointers))
    assert _lines(store, tmp_path)[0]["diagnosis"] == diagnosis


def test_claims_and_submissions_known_later_are_not_seen(store: Store, tmp_path: Path) -> None:
    _save(store, made_claim(1), sent_on=None)
    _save(store, made_claim(2), known_on=READY + timedelta(days=1), sent_on=None)
    _save(store, made_claim(1), known_on=READY + timedelta(days=2))
    seen = [
        [(line["claim_id"], line["sent_on"]) for line in _lines(store, tmp_path, READY + timedelta(days=days))]
        for days in (-1, 0, 1, 2)
    ]
    assert seen == [
        [],
        [(1, None)] * 2,
        [(1, None)] * 2 + [(2, None)] * 2,
        [(1, SENT)] * 2 + [(2, None)] * 2,
    ]


def test_chunks_make_no_difference(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for serial in range(1, 8):
        _save(store, made_claim(serial, lines=1 + serial % 3))
    whole = _lines(store, tmp_path / "whole")
    monkeypatch.setattr(snapshot_lines, "_CHUNK_LINES", 3)
    assert _lines(store, tmp_path / "chunks") == whole
    assert [line["line_id"] for line in whole] == list(range(1, len(whole) + 1))


def test_an_empty_practice(store: Store, tmp_path: Path) -> None:
    made = snapshot(store, tmp_path / "new" / "folder", LATER)
    assert made.line_count == 0
    assert pq.read_schema(made.lines).names == LINES.names
    assert pq.read_schema(made.outcomes).names == OUTCOMES.names


def test_equal_data_have_equal_hashes_and_other_data_others(store: Store, tmp_path: Path) -> None:
    _save(store, made_claim(1))
    first = snapshot(store, tmp_path / "a", LATER)
    assert (first.as_of, first.line_count) == (LATER, 2)
    assert snapshot(store, tmp_path / "b", LATER).data_hash == first.data_hash
    assert snapshot(store, tmp_path / "c", RECEIVED).data_hash != first.data_hash
    _save(store, with_first_line(made_claim(2), procedure=Procedure("99214")))
    again = snapshot(store, tmp_path / "a", LATER)
    assert again.data_hash != first.data_hash
    assert len(_rows(first.lines)) == 4  # the folder's snapshot was replaced


def test_a_folder_that_cannot_be_written(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="snapshot cannot be written"):
        snapshot(store, tmp_path / "file", LATER)


# Outcomes ------------------------------------------------------------------------------------------------------------


def _answer(
    number: int,
    line: int | None = 1,
    *,
    status: str = "1",
    received_on: date = RECEIVED,
    denied: str = "",
    adjustments: Sequence[Mapping[str, Any]] = (),
) -> dict[Table, list[dict[str, Any]]]:
    """One claim payment with one service payment, as rows; ``denied`` is the CARC that denied it."""
    return {
        schema.claim_payment: [
            {
                "id": number,
                "remittance_id": 1,
                "place": 0,
                "occurrence": 1,
                "claim_id": 1,
                "account": "A",
                "sequence": "P",
                "control_number": "A",
                "status": status,
                "charge_cents": 10_000,
                "paid_cents": 7_000,
                "patient_cents": 0,
                "adjudicated_on": received_on - timedelta(days=3),
                "known_on": received_on,
                "disposition": "posted",
                "strange": False,
                "event_key": str(number),
                "revision": 1,
                "outcome": "",
                "segment": 1,
                "file_start": 0,
                "file_end": 1,
            }
        ],
        schema.service_payment: [
            {
                "id": number,
                "claim_payment_id": number,
                "line_id": line,
                "ordinal": 1,
                "charge_cents": 10_000,
                "paid_cents": 0 if denied else 7_000,
                "allowed_cents": None if denied else 8_000,
                "denied": bool(denied),
                "denial_reason": denied,
                "derived": False,
            }
        ],
        schema.adjustment: [
            {"id": 10 * number + place, "claim_payment_id": number, "service_payment_id": number, "amount_cents": 1}
            | dict(adjustment)
            for place, adjustment in enumerate(adjustments)
        ],
    }


def _save_answers(store: Store, answers: Iterable[Mapping[Table, list[dict[str, Any]]]]) -> None:
    head = {
        "id": 1,
        "file_id": 1,
        "ordinal": 1,
        "payment_cents": 0,
        "noticed_on": READY,
        "known_on": READY,
        "payment_key": "p",
        "content_key": "c",
    }
    with store.unit() as unit:
        unit.insert(schema.remittance, [head])
        for answer in answers:
            for table, rows in answer.items():
                unit.insert(table, rows)


def _outcomes(store: Store, folder: Path, as_of: date = LATER) -> list[dict[str, Any]]:
    return _rows(snapshot(store, folder, as_of).outcomes)


def test_a_paid_and_a_denied_line(store: Store, tmp_path: Path) -> None:
    _save(store, made_claim())
    denial = ({"group_code": "PR", "reason": "45"}, {"group_code": "CO", "reason": "16"})
    _save_answers(store, [_answer(1, 1), _answer(2, 2, denied="16", adjustments=denial)])
    paid, denied = _outcomes(store, tmp_path)
    assert paid == {
        "line_id": 1,
        "claim_id": 1,
        "received_on": RECEIVED,
        "adjudicated_on": RECEIVED - timedelta(days=3),
        "first": True,
        "denied": False,
        "denied_cents": 0,
        "allowed_cents": 8_000,
        "paid_cents": 7_000,
        "charge_cents": 10_000,
        "reason": "",
        "group_code": "",
    }
    assert denied | {"denied": True, "denied_cents": 10_000, "reason": "16", "group_code": "CO"} == denied
    assert (denied["line_id"], denied["first"], denied["allowed_cents"]) == (2, True, None)


def test_a_denial_of_the_whole_claim_has_its_group(store: Store, tmp_path: Path) -> None:
    _save(store, made_claim())
    of_claim = {"group_code": "PI", "reason": "29", "service_payment_id": None}
    _save_answers(store, [_answer(1, denied="29", adjustments=[of_claim])])
    (outcome,) = _outcomes(store, tmp_path)
    assert (outcome["reason"], outcome["group_code"]) == ("29", "PI")


def test_answers_that_match_no_line_or_came_later_are_not_seen(store: Store, tmp_path: Path) -> None:
    _save(store, made_claim())
    _save_answers(store, [_answer(1, None), _answer(2), _answer(3, received_on=RECEIVED + timedelta(days=1))])
    assert len(_outcomes(store, tmp_path, RECEIVED)) == 1
    assert len(_outcomes(store, tmp_path, RECEIVED + timedelta(days=1))) == 2


def test_the_first_final_answer_is_the_earliest_received(store: Store, tmp_path: Path) -> None:
    _save(store, made_claim())
    days = [timedelta(days=days) for days in (5, 2, 2, 9)]
    _save_answers(store, [_answer(number, received_on=RECEIVED + later) for number, later in enumerate(days, 1)])
    assert [outcome["first"] for outcome in _outcomes(store, tmp_path)] == [False, True, False, False]


@pytest.mark.parametrize("status", ["22", "23", "25"])
def test_what_decides_nothing_is_not_first(store: Store, tmp_path: Path, status: str) -> None:
    _save(store, made_claim())
    _save_answers(store, [_answer(1, status=status), _answer(2, received_on=RECEIVED + timedelta(days=1))])
    assert [outcome["first"] for outcome in _outcomes(store, tmp_path)] == [False, True]


@pytest.mark.parametrize("reason", ["133", "257"])
@pytest.mark.parametrize("service", [1, None], ids=["of the service", "of the claim"])
def test_a_pending_answer_is_not_first(store: Store, tmp_path: Path, reason: str, service: int | None) -> None:
    _save(store, made_claim())
    pending = {"group_code": "OA", "reason": reason, "service_payment_id": service}
    later = _answer(2, received_on=RECEIVED + timedelta(days=1), adjustments=[{"group_code": "CO", "reason": "45"}])
    _save_answers(store, [_answer(1, adjustments=[pending]), later])
    assert [outcome["first"] for outcome in _outcomes(store, tmp_path)] == [False, True]


@pytest.mark.parametrize("seed", range(3))
def test_a_snapshot_equals_that_of_a_store_that_never_learnt_the_rest(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    claims = [(made_claim(serial), READY + timedelta(days=dice.randrange(30))) for serial in range(1, 15)]
    claims.sort(key=lambda pair: pair[1])
    answers = []
    for number in range(1, 40):
        received_on = RECEIVED + timedelta(days=dice.randrange(40))
        reason = dice.choice(["", "16", "197"])
        adjustment = {"group_code": "CO", "reason": dice.choice([reason or "45", "133"])}
        status = dice.choice(["1", "1", "4", "22"])
        answers.append(
            _answer(
                number,
                dice.randrange(1, 7),
                status=status,
                received_on=received_on,
                denied=reason,
                adjustments=[adjustment],
            )
        )
    for as_of in (READY + timedelta(days=10), RECEIVED + timedelta(days=20)):
        hashes = []
        for name, horizon in (("all", LATER), ("known", as_of)):
            store = open_store(f"sqlite:///{tmp_path / f'{as_of}-{name}.sqlite3'}")
            for claim, known_on in claims:
                if known_on <= horizon:
                    _save(store, claim, known_on=known_on)
            known = [a for a in answers if a[schema.claim_payment][0]["known_on"] <= horizon]
            _save_answers(store, known)
            hashes.append(snapshot(store, tmp_path / name, as_of).data_hash)
            store.close()
        assert hashes[0] == hashes[1]
