"""The exceptions queue: what posting could not place, whose task it is, and what a person decides about it."""

from __future__ import annotations

import streamlit as st

from context import guarded, person, settings
from denialml.service.exceptions import (
    DecisionRow,
    ExceptionReport,
    ExceptionRow,
    assign,
    list_decisions,
    list_exceptions,
    resolve,
    undo,
)
from formatting import big_money, day, height, in_dollars, money, plain, table, whole, words

COLUMNS = {
    "item": whole("No."),
    "kind": words("Kind", width=190),
    "amount": money("Amount", cents=True, help_text="Money that waits in suspense"),
    "age": whole("Age", help_text="Days since it came"),
    "owner": words("Owner"),
    "payer": words("Payer", width=190),
    "claim": words("Claim number", width=120, help_text="As the payer wrote it, or ours once it is placed"),
    "message": words("Why it waits", width="large"),
    "file": words("File"),
}
DECISIONS = {
    "decision": whole("No."),
    "action": words("Decision"),
    "detail": words("Detail", width="medium"),
    "person": words("By"),
    "reason": words("Why", width="large"),
    "day": day("Day"),
}
MEANINGS = {
    "place": "It answers this claim of ours",
    "classify": "Say who bears an adjustment",
    "accept": "Post it although more is taken than is owed: a credit balance",
    "apply": "Put its money alone on a claim",
    "return": "The money is not ours and goes back",
    "dismiss": "Nothing is to be done",
    "book": "Move it from suspense to an account",
    "supersede": "The whole remittance counts instead of the one posted with its trace number",
    "release": "Post the whole remittance although it does not balance",
}
BEARERS = ("contractual", "patient", "withhold", "information", "deniable")


def show() -> None:
    """Sums by kind, the queue, the decision on what is ticked, and the decisions that stand."""
    st.title("Exceptions")
    report = list_exceptions(settings())
    st.caption("What fits nothing waits here with its money in suspense. Tick a row to decide about it.")
    kind, owner = _sidebar(report)
    rows = [row for row in report.rows if kind in {"", row.kind} and owner in {"", row.owner}]
    _headline(rows)
    waiting, decided = st.tabs([f"Waiting ({len(rows):,})", "Decisions"])
    with waiting:
        if rows:
            _queue(rows)
        else:
            st.info("Nothing waits for a person.", icon=":material/info:")
    with decided:
        _decisions(list_decisions(settings()))


def _sidebar(report: ExceptionReport) -> tuple[str, str]:
    with st.sidebar:
        kinds = sorted({row.kind for row in report.rows})
        owners = sorted({row.owner for row in report.rows if row.owner})
        kind = st.selectbox("Kind", ["", *kinds], format_func=lambda each: _said(each) or "All", key="exceptions-kind")
        owner = st.selectbox("Owner", ["", *owners], format_func=lambda each: each or "All", key="exceptions-owner")
    return kind, owner


def _said(kind: str) -> str:
    return kind.replace("_", " ").capitalize()


def _headline(rows: list[ExceptionRow]) -> None:
    columns = st.columns(4)
    columns[0].metric("Waiting", f"{len(rows):,}", border=True)
    columns[1].metric("Money in them", big_money(sum(abs(row.amount_cents) for row in rows)), border=True)
    columns[2].metric("Oldest, days", f"{max((row.age_days for row in rows), default=0):,}", border=True)
    columns[3].metric("Without owner", f"{sum(not row.owner for row in rows):,}", border=True)


def _queue(rows: list[ExceptionRow]) -> None:
    chosen = st.dataframe(
        table(_cells(row) for row in rows),
        column_config=COLUMNS,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=height(len(rows)),
        key="exceptions-table",
    )
    if places := chosen["selection"]["rows"]:
        _decide(rows[places[0]])


def _cells(row: ExceptionRow) -> dict[str, object]:
    return {
        "item": row.item,
        "kind": _said(row.kind),
        "amount": in_dollars(row.amount_cents),
        "age": row.age_days,
        "owner": row.owner,
        "payer": row.payer,
        "claim": row.claim,
        "message": row.message,
        "file": row.file,
    }


def _decide(row: ExceptionRow) -> None:
    st.subheader(f"No. {row.item}: {plain(_said(row.kind))}")
    st.write(plain(row.message))
    whose, what = st.columns([1, 2])
    with whose.form("exceptions-assign"):
        owner = st.text_input("Whose task", value=row.owner)
        if st.form_submit_button("Assign"):
            assign(settings(), row.item, owner=owner, person=person())
            st.rerun()
    with what:
        action = st.selectbox("Decision", row.actions, format_func=lambda each: MEANINGS[each], key="exceptions-action")
        with st.form("exceptions-resolve"):
            claim = st.text_input("Our claim number") if action in {"place", "apply"} else ""
            account = st.text_input("Account of the books", "other_income") if action == "book" else ""
            bears = _bears() if action == "classify" else {}
            reason = st.text_input("Why")
            if st.form_submit_button("Decide", type="primary"):
                done = resolve(
                    settings(), row.item, action, person=person(), reason=reason, claim=claim, bears=bears,
                    account=account,
                )  # fmt: skip
                st.toast(f"Decision {done.decision}: {done.disposition}")
                st.rerun()


def _bears() -> dict[str, str]:
    code, how = st.columns(2)
    said = code.text_input("Adjustment, as GROUP-REASON", "PI-45")
    return {said: how.selectbox("What the books do with it", BEARERS)}


def _decisions(rows: tuple[DecisionRow, ...]) -> None:
    if not rows:
        st.caption("None stands.")
        return
    chosen = st.dataframe(
        table(
            {
                "decision": row.decision,
                "action": row.action,
                "detail": row.detail,
                "person": row.person,
                "reason": row.reason,
                "day": row.decided_on,
            }
            for row in rows
        ),
        column_config=DECISIONS,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=height(len(rows)),
        key="exceptions-decisions",
    )
    if places := chosen["selection"]["rows"]:
        with st.form("exceptions-undo"):
            reason = st.text_input("Why it is taken back")
            if st.form_submit_button("Take back"):
                undo(settings(), rows[places[0]].decision, person=person(), reason=reason)
                st.rerun()


guarded(show)
