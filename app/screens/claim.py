"""The claim page: one claim as sent, its risk with reasons, the payer's answers, the ledger, its denials."""

from __future__ import annotations

import streamlit as st

import claim_tabs
from context import CLAIM_PARAMETER, guarded, person, settings
from denialml.service import clock
from denialml.service.worklists import ClaimPage, claim_page, record_view
from formatting import big_money, days_left, iso, per_cent, plain


def show() -> None:
    """Ask for a claim, or show the one asked for."""
    asked = str(st.query_params.get(CLAIM_PARAMETER, ""))
    typed = (
        st.sidebar.text_input("Claim control number", value=asked, placeholder="such as 0000000001Z").strip().upper()
    )
    if not typed:
        st.title("Claim")
        st.info("Tick a row in one of the queues, or type a control number in the sidebar.", icon=":material/search:")
        return
    st.query_params[CLAIM_PARAMETER] = typed
    page = claim_page(settings(), typed)
    _note_view(typed)
    _head(page)
    names = _tab_names(page)
    labels = ["To be sent" if name == "As sent" and not page.header.sent_on else name for name in names]
    for name, tab in zip(names, st.tabs(labels), strict=True):
        with tab:
            _TABS[name](page)


def _note_view(control_number: str) -> None:
    """One trace for each claim a session opens, not one for each redrawing of the page."""
    seen = st.session_state.setdefault("viewed", set())
    if control_number not in seen:
        record_view(settings(), control_number, person=person() or "unnamed", at=clock.now())
        seen.add(control_number)


def _head(page: ClaimPage) -> None:
    header = page.header
    st.title(f"Claim {plain(header.control_number)}")
    st.caption(
        plain(
            f"{page.status} · {header.payer_name} · {header.patient_last}, {header.patient_first} · "
            f"served {iso(header.served_from)}"
        )
    )
    columns = st.columns(4)
    columns[0].metric("Charge", big_money(header.charge_cents), border=True)
    owed = sum(line.owed_cents for line in page.lines)
    columns[1].metric("Payer owes", big_money(owed), border=True, help="By the ledger, at billed amounts until paid")
    if header.sent_on is None and page.prediction:
        columns[2].metric("Denial risk", per_cent(page.prediction.probability), border=True)
        columns[3].metric("Expected denied", big_money(page.prediction.expected_denied_cents), border=True)
    elif page.work:
        first = page.work[0]
        columns[2].metric("Expected back", big_money(first.expected_recovery_cents), border=True)
        columns[3].metric("Deadline", days_left(first.days_left), border=True, help=first.action)
    else:
        columns[2].metric("Sent", iso(header.sent_on), border=True)
        columns[3].metric("Answers", f"{len(page.remits):,}", border=True)


_TABS = {
    "Denial": claim_tabs.denial,
    "Reasons": claim_tabs.reasons,
    "As sent": claim_tabs.as_sent,
    "Payer's answers": claim_tabs.answers,
    "Ledger": claim_tabs.ledger,
    "Decisions": claim_tabs.decisions,
}


def _tab_names(page: ClaimPage) -> tuple[str, ...]:
    """The tab that matters most comes first: what to do about a denial, or why an unsent claim is risky."""
    names = [name for name in _TABS if name != "Denial" or page.cases]
    if page.header.sent_on is None and "Denial" in names:
        names.remove("Denial")
        names.insert(1, "Denial")
    return tuple(names)


guarded(show)
