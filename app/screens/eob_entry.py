"""Checks that come on paper: a document beside the values read from it, corrected and posted by a person."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from context import guarded, person, settings
from denialml.errors import BadInputError, RefusedError
from denialml.money import dollars
from denialml.service import clock
from denialml.service.eob import Document, page_picture, read_document
from denialml.service.eob_form import CLAIM, HEAD, LINE, Form, confirm, form_of, looked_over, read_draft
from formatting import plain

_WORDS = {
    "payer": "Payer",
    "payer_id": "Payer id",
    "payer_tax_id": "Payer tax id",
    "payee_npi": "Our NPI",
    "method": "Paid by (CHK, ACH, NON)",
    "check": "Check number",
    "date": "Date",
    "amount": "Amount",
    "claim": "Our claim number",
    "payer_claim": "Payer's claim number",
    "member": "Member id",
    "status": "Status",
    "charge": "Charge",
    "paid": "Paid",
    "patient": "Patient's share",
    "adjustments": "Adjustments",
    "remarks": "Remarks",
    "code": "Procedure",
    "units": "Units",
    "allowed": "Allowed",
}
_PIXELS = 820  # both scroll on their own: the page stays beside its fields
_PLACE = "#"  # names the claim of a line in the tables


def show() -> None:
    """Take a document, show its draft for correction, and post it in a person's name."""
    st.title("EOB entry")
    uploaded = st.file_uploader("Document (PDF, PNG, JPEG, TIFF)", type=["pdf", "png", "jpg", "jpeg", "tif", "tiff"])
    if uploaded is None:
        _done()
        st.info("Upload an explanation of benefits; nothing is posted before you confirm.", icon=":material/upload:")
        return
    content = uploaded.getvalue()
    draft = st.file_uploader("Draft of it that was written before (YAML), if there is one", type=["yaml", "yml"])
    found = _read(content, draft.getvalue() if draft else None)
    left, right = st.columns([1, 1], gap="medium")
    with left, st.container(height=_PIXELS):
        _pages(content, found)
    with right, st.container(height=_PIXELS):
        _form(content, found)


def _read(content: bytes, draft: bytes | None) -> Document:
    """The document's draft, read once in a session: OCR takes seconds."""
    key = hashlib.sha256(content + (draft or b"")).hexdigest()
    if st.session_state.get("eob-key") != key:
        with st.spinner("Reading the document"):
            found = read_document(content)
            st.session_state["eob-document"] = read_draft(found, draft) if draft else found
        st.session_state["eob-key"] = key
    document: Document = st.session_state["eob-document"]
    return document


def _pages(content: bytes, found: Document) -> None:
    number = 1
    if len(found.pages) > 1:
        number = int(st.number_input("Page", 1, len(found.pages), key="eob-page"))
    caption = "Read by OCR" if found.pages[number - 1].recognised else None
    st.image(page_picture(content, found, number), caption=caption, width="stretch")


def _form(content: bytes, found: Document) -> None:
    key = st.session_state["eob-key"][:12]
    read = form_of(found.sheet)
    _doubts(read)
    head = {}
    columns = st.columns(2)
    for n, name in enumerate(HEAD):
        head[name] = columns[n % 2].text_input(_WORDS[name], value=read.head.get(name, ""), key=f"eob-{key}-{name}")
    claims = _edited("Claims", CLAIM, read.claims, f"eob-{key}-claims")
    lines = _edited("Lines: each under the number (#) of its claim", (_PLACE, *LINE), read.lines, f"eob-{key}-lines")
    form = Form(head, claims, lines, read.provider_adjustments)
    ready = _balance(form)
    if read.doubts:
        ready &= st.checkbox(f"I looked at the marked values ({len(read.doubts)})", key=f"eob-{key}-looked")
    _confirm(content, form, ready=ready)


def _doubts(read: Form) -> None:
    if read.doubts:
        st.warning(
            "Look at these values, framed on the page; they were hard to read or do not fit:",
            icon=":material/visibility:",
        )
        st.dataframe(
            pd.DataFrame(
                [
                    {"Where": doubt.where, "Value": _WORDS.get(doubt.name, doubt.name), "Read": doubt.text,
                     "Sure": f"{doubt.confidence:.0%}", "Why": doubt.why}
                    for doubt in read.doubts
                ]
            ),
            hide_index=True,
            height="content" if len(read.doubts) <= 8 else 320,
        )  # fmt: skip


def _edited(label: str, names: Sequence[str], rows: Sequence[dict[str, str]], key: str) -> tuple[dict[str, str], ...]:
    st.caption(label)
    frame = pd.DataFrame([{name: row.get(name, "") for name in names} for row in rows], columns=list(names), dtype=str)
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    config = {name: st.column_config.TextColumn(_WORDS.get(name, name)) for name in names}
    edited = st.data_editor(frame, column_config=config, num_rows="dynamic", hide_index=_PLACE in names, key=key)
    return tuple({name: str(row[name] or "") for name in names} for row in edited.fillna("").to_dict("records"))


def _balance(form: Form) -> bool:
    """Say what is off, as the fields stand; whether the entry could be posted."""
    try:
        looked = looked_over(form)
    except BadInputError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return False
    columns = st.columns(3)
    columns[0].metric("Check", dollars(looked.amount_cents), border=True)
    columns[1].metric("Paid on claims", dollars(looked.paid_cents), border=True)
    columns[2].metric("Difference", dollars(looked.difference_cents), border=True)
    for finding in looked.findings:
        show_it = st.error if finding.severity == "error" else st.warning
        show_it(plain(f"{finding.where}: {finding.message}"))
    if looked.ready:
        st.success("Every line, every claim and the check balance.", icon=":material/balance:")
    return looked.ready


def _confirm(content: bytes, form: Form, *, ready: bool) -> None:
    received = st.date_input("Came on", value=clock.today(settings()), key="eob-received")
    who = st.text_input("I looked at every value: my name", value=person(), key="eob-person")
    if not st.button("Confirm and post", type="primary", disabled=not (ready and who.strip()), key="eob-confirm"):
        return
    try:
        posted = confirm(settings(), content, form, person=who, received_on=received, at=clock.now())
    except (BadInputError, RefusedError) as error:
        st.error(plain(str(error)), icon=":material/block:")
        return
    st.session_state["eob-done"] = posted
    _done()


def _done() -> None:
    """What was posted last."""
    posted = st.session_state.pop("eob-done", None)
    if posted:
        st.success(
            f"Posted: {posted.posted_claims} claims, {plain(dollars(posted.posted_cents))}. "
            f"Waiting for a person: {posted.parked_items}.",
            icon=":material/check:",
        )


guarded(show)
