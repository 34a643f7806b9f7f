"""The denials queue: what to work next, by what an hour is expected to bring, and what can no longer be worked."""

from __future__ import annotations

import streamlit as st

from context import CLAIM_PAGE, CLAIM_PARAMETER, FilterWords, filter_sidebar, filters, guarded, pager, settings
from denialml.service.clock import today
from denialml.service.worklists import DenialRow, DenialsQueue, Sort, Status, denials_page
from formatting import big_money, day, height, in_dollars, in_per_cent, money, share, table, whole, words

WORDS = FilterWords(
    key="denials",
    group="Category",
    dollars="Expected back, at least ($)",
    probability="Chance, at least",
    sorts={
        Sort.VALUE: "Value of an hour",
        Sort.DEADLINE: "Nearest deadline",
        Sort.DOLLARS: "Expected back",
        Sort.PROBABILITY: "Chance",
        Sort.OLDEST: "Oldest denial",
    },
    statuses=(Status.TO_DO, Status.HELD, Status.WAITING, Status.DONE),
)

COLUMNS = {
    "rank": whole("#", help_text="Place by value of an hour"),
    "claim": words("Claim", width=110),
    "value": money("Value of an hour", help_text="(chance x expected allowed - cost) for an hour of this work"),
    "back": money("Expected back", help_text="Chance x what the payer is expected to allow"),
    "chance": share("Chance", help_text="Of being paid when worked today: by category, action, age and deadline"),
    "left": whole("Days left", help_text="To the deadline of the action named; empty when no limit is known"),
    "action": words("Next step", width=160),
    "reasons": words("Denied because", width=230),
    "payer": words("Payer", width=150),
    "category": words("Category"),
    "procedures": words("Procedures", width=110),
    "minutes": whole("Minutes", help_text="Of work, on average"),
    "age": whole("Age", help_text="Days since the notice"),
    "deadline": day("Deadline"),
    "denied": money("Denied", help_text="Billed amount denied"),
    "allowed": money("Expected allowed", help_text="From what this payer allowed for the procedure before"),
    "note": words("Note", width="medium"),
    "status": words("Status"),
}
EXPIRED_COLUMNS = ("claim", "payer", "reasons", "deadline", "age", "denied", "allowed", "note", "category")


def show() -> None:
    """Headline, filters, the work and the expired; a selected row opens its claim."""
    st.title("Denials")
    chosen_settings = settings()
    found = denials_page(chosen_settings, today=today(chosen_settings), filters=filters(WORDS))
    filter_sidebar(found.choices, WORDS)
    queue = found.queue
    st.caption(f"Open denials on {queue.today.isoformat()}, best use of an hour first. Tick a row to open its claim.")
    _headline(queue)
    if queue.advice:
        st.info(queue.advice, icon=":material/info:")
    work, expired = st.tabs([f"To work ({queue.total:,})", f"Write-off only ({queue.expired_total:,})"])
    with work:
        if queue.rows:
            _listed(queue.rows, tuple(COLUMNS), "denials-table")
        elif not queue.advice:
            st.info("Nothing here can still be worked: see the other tab.", icon=":material/info:")
    with expired:
        if queue.expired:
            st.caption("No deadline is left, or nothing can be asked of the payer: a write-off needs its approval.")
            _listed(queue.expired, EXPIRED_COLUMNS, "denials-expired")
        else:
            st.caption("None: every open denial can still be worked.")
    pager(queue.pages, WORDS.key)


def _headline(queue: DenialsQueue) -> None:
    columns = st.columns(4)
    columns[0].metric(
        "Pieces of work", f"{queue.total:,}", border=True, help="Lines of a claim that one action answers"
    )
    columns[1].metric("Expected back", big_money(queue.expected_recovery_cents), border=True)
    columns[2].metric("Hours of work", f"{queue.work_minutes / 60:,.0f}", border=True)
    columns[3].metric("Due within 7 days", f"{queue.due_this_week:,}", border=True)


def _listed(rows: tuple[DenialRow, ...], columns: tuple[str, ...], key: str) -> None:
    chosen = st.dataframe(
        table(_cells(row) for row in rows),
        column_config=COLUMNS,
        column_order=columns,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=height(len(rows)),
        placeholder="",
        key=key,
    )
    if places := chosen["selection"]["rows"]:
        st.switch_page(CLAIM_PAGE, query_params={CLAIM_PARAMETER: rows[places[0]].control_number})


def _cells(row: DenialRow) -> dict[str, object]:
    return {
        "rank": row.rank,
        "claim": row.control_number,
        "value": in_dollars(row.value_per_hour_cents),
        "back": in_dollars(row.expected_recovery_cents),
        "chance": in_per_cent(row.win_probability),
        "left": row.days_left,
        "action": row.action,
        "reasons": row.reasons,
        "payer": row.payer,
        "category": row.category,
        "procedures": row.procedures,
        "minutes": row.minutes,
        "age": row.age_days,
        "deadline": row.deadline,
        "denied": in_dollars(row.denied_cents),
        "allowed": in_dollars(row.expected_allowed_cents),
        "note": row.note,
        "status": row.status,
    }


guarded(show)
