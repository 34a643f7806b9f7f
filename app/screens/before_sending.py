"""The pre-submission queue: claims to mend before they leave, best use of an hour first."""

from __future__ import annotations

import streamlit as st

from context import CLAIM_PAGE, CLAIM_PARAMETER, FilterWords, filter_sidebar, filters, guarded, pager, settings
from denialml.service.worklists import RiskQueue, RiskQueueRow, Sort, Status, risk_page
from formatting import big_money, day, height, in_dollars, in_per_cent, money, plain, share, table, whole, words

WORDS = FilterWords(
    key="risk",
    group="Main reason",
    dollars="At risk, at least ($)",
    probability="Denial risk, at least",
    sorts={
        Sort.VALUE: "Value of an hour",
        Sort.DOLLARS: "Dollars at risk",
        Sort.PROBABILITY: "Denial risk",
        Sort.DEADLINE: "Oldest service",
        Sort.OLDEST: "Longest ready",
    },
    statuses=(Status.TO_DO, Status.HELD, Status.DONE),
)

COLUMNS = {
    "rank": whole("#", help_text="Place by value of an hour"),
    "claim": words("Claim", width=110),
    "risk": share("Denial risk", help_text="Probability that any line is denied on first adjudication"),
    "at_risk": money("At risk", help_text="Denial risk x what the payer is expected to allow"),
    "value": money(
        "Value of an hour",
        help_text="At risk x share that an edit prevents, for an hour of looking at claims like this",
    ),
    "payer": words("Payer", width=140),
    "group": words("Main reason", width=210),
    "reason": words("Fact behind it", width=320),
    "edit": words("What would help", width=260),
    "procedures": words("Procedures", width=110),
    "provider": words("Rendering NPI"),
    "served": day("Service"),
    "charge": money("Charge"),
    "status": words("Status"),
}


def show() -> None:
    """Headline, filters, table; a selected row opens its claim."""
    st.title("Before sending")
    found = risk_page(settings(), filters=filters(WORDS))
    filter_sidebar(found.choices, WORDS)
    queue = found.queue
    if queue.model:
        scored = queue.scored_as_of.isoformat() if queue.scored_as_of else ""
        by = f"Scored as of {scored} by {plain(queue.model)}."
        st.caption(f"Unsent claims, best use of an hour first. {by} Tick a row to open its claim.")
    _headline(queue)
    if queue.advice:
        st.info(queue.advice, icon=":material/info:")
    if not queue.rows:
        return
    chosen = st.dataframe(
        table(_cells(row) for row in queue.rows),
        column_config=COLUMNS,
        column_order=tuple(COLUMNS),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=height(len(queue.rows)),
        placeholder="",
        key="risk-table",
    )
    pager(queue.pages, WORDS.key)
    if places := chosen["selection"]["rows"]:
        st.switch_page(CLAIM_PAGE, query_params={CLAIM_PARAMETER: queue.rows[places[0]].control_number})


def _headline(queue: RiskQueue) -> None:
    columns = st.columns(4)
    columns[0].metric("Claims in this list", f"{queue.total:,}", border=True)
    columns[1].metric("At risk", big_money(queue.at_risk_cents), border=True, help="Expected to be denied as they are")
    columns[2].metric(
        "An edit can save",
        big_money(queue.preventable_cents),
        border=True,
        help="Of that, what edits prevent on average",
    )
    columns[3].metric("Unsent claims in all", f"{queue.unsent:,}", border=True)


def _cells(row: RiskQueueRow) -> dict[str, object]:
    return {
        "rank": row.rank,
        "claim": row.control_number,
        "risk": in_per_cent(row.probability),
        "at_risk": in_dollars(row.at_risk_cents),
        "value": in_dollars(row.value_per_hour_cents),
        "group": row.group,
        "reason": row.reasons[0] if row.reasons else "",
        "edit": row.edit,
        "payer": row.payer,
        "procedures": row.procedures,
        "provider": row.provider,
        "served": row.served_on,
        "charge": in_dollars(row.charge_cents),
        "status": row.status,
    }


guarded(show)
