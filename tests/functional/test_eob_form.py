"""The form in which a draft is corrected: what it holds, how it stands, and that it posts what it says."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from denialml import eob
from denialml.eob import Page
from denialml.errors import BadInputError, RefusedError
from denialml.service.eob import Document
from denialml.service.eob_form import confirm, form_of, looked_over, read_draft
from denialml.settings import Settings
from denialml.store import open_store, schema
from eob_entries import PAID

DOCUMENT = b"%PDF-1.7 made up"
CAME, AT = date(2026, 2, 3), datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
SHEET = eob.sheet_of(PAID.encode(), "yaml")
FORM = form_of(SHEET)


def test_a_form_says_what_its_draft_says() -> None:
    assert FORM.head["check"] == "100234"
    assert [claim["paid"] for claim in FORM.claims] == ["70.00"]
    assert [(line["#"], line["code"]) for line in FORM.lines] == [("1", "99213")]
    assert looked_over(FORM).ready


def test_the_balance_follows_what_is_typed() -> None:
    looked = looked_over(replace(FORM, head={**FORM.head, "amount": "70.01"}))
    assert (looked.ready, looked.amount_cents, looked.paid_cents, looked.difference_cents) == (False, 7001, 7000, -1)
    unreadable = looked_over(replace(FORM, head={**FORM.head, "amount": "seventy"}))
    assert (unreadable.ready, unreadable.amount_cents) == (False, 0)


def test_empty_rows_are_none_and_lines_belong_to_claims() -> None:
    empty = dict.fromkeys(FORM.lines[0], "")
    assert looked_over(replace(FORM, lines=(*FORM.lines, empty), claims=(*FORM.claims, {"claim": ""}))).ready
    for number in ("2", "", "one"):
        with pytest.raises(BadInputError, match="line 1 of the lines names no claim"):
            looked_over(replace(FORM, lines=({**FORM.lines[0], "#": number},)))


def test_a_draft_of_another_document_is_refused() -> None:
    found = Document((Page(1, 612, 792, ()),), eob.Sheet({}, document=hashlib.sha256(DOCUMENT).hexdigest()))
    text = f"document: {found.sheet.document}\n{PAID}".encode()
    assert read_draft(found, text).sheet.head["check"].text == "100234"
    with pytest.raises(BadInputError, match="not read from this document"):
        read_draft(found, PAID.encode())


def test_confirming_posts_what_the_form_says(settings: Settings) -> None:
    posted = confirm(settings, DOCUMENT, FORM, person="Pat Miller", received_on=CAME, at=AT)
    assert posted.claim_payments == 1
    store = open_store(settings.url)
    with store.reading() as connection:
        row = connection.execute(
            select(schema.paper_entry.c.person, schema.file.c.sha256).join_from(
                schema.paper_entry, schema.file, schema.paper_entry.c.document_id == schema.file.c.id
            )
        ).one()
        paid = connection.execute(select(schema.claim_payment.c.paid_cents)).scalars().all()
    store.close()
    assert tuple(row) == ("Pat Miller", hashlib.sha256(DOCUMENT).hexdigest())
    assert paid == [7000]
    with pytest.raises(RefusedError):
        confirm(settings, DOCUMENT, FORM, person="Pat Miller", received_on=CAME, at=AT)
