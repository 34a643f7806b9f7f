"""The tabs of the claim page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from context import person, settings
from denialml.money import dollars
from denialml.service import clock
from denialml.service.claim_page import CaseView, PredictionView, RemitView, WorkView
from denialml.service.worklists import (
    CASE_DECISIONS,
    CLAIM_DECISIONS,
    LABELS,
    ClaimPage,
    Decision,
    record_decision,
)
from formatting import (
    day,
    days_left,
    in_dollars,
    iso,
    money,
    per_cent,
    plain,
    table,
    waterfall,
    whole,
    words,
)


def denial(page: ClaimPage) -> None:
    """What to do about each open denial, until when, and what came before."""
    if page.caution:
        st.warning(page.caution, icon=":material/warning:")
    for work in page.work:
        with st.container(border=True):
            st.subheader(f"{work.action} ({_lines(work)})")
            columns = st.columns(4)
            columns[0].metric("Expected back", dollars(work.expected_recovery_cents))
            columns[1].metric("Chance", per_cent(work.win_probability) if work.minutes else "-")
            columns[2].metric(
                "Deadline", iso(work.deadline), days_left(work.days_left), delta_color="off", delta_arrow="off"
            )
            columns[3].metric(
                "Work",
                f"{work.minutes} minutes",
                f"cost {dollars(work.cost_cents)}",
                delta_color="off",
                delta_arrow="off",
            )
            if work.note:
                st.caption(work.note.capitalize() + ".")
    st.dataframe(
        table(_case_cells(case) for case in page.cases),
        column_config={
            "line": whole("Line"),
            "reason": words("Denied because", width=280),
            "correct": words("Correct by", width=190),
            "appeal": words("Appeal by", width=190),
            "denied": money("Denied", cents=True),
            "status": words("Status", width=80),
            "noticed": day("Notice"),
            "procedure": words("Procedure"),
            "remarks": words("Remarks"),
            "category": words("Category"),
            "stage": words("Cause lies in"),
            "clock": words("By which rule", width="medium"),
        },
        column_order=(
            "line",
            "reason",
            "correct",
            "appeal",
            "denied",
            "status",
            "noticed",
            "procedure",
            "remarks",
            "category",
            "stage",
            "clock",
        ),
        hide_index=True,
        placeholder="",
    )


def _lines(work: WorkView) -> str:
    numbers = ", ".join(str(number) for number in work.lines)
    return f"line {numbers}" if len(work.lines) == 1 else f"lines {numbers}"


def _case_cells(case: CaseView) -> dict[str, object]:
    return {
        "line": case.line_number,
        "procedure": case.procedure,
        "reason": case.reason,
        "remarks": case.remarks,
        "category": case.category,
        "stage": case.stage,
        "denied": in_dollars(case.denied_cents),
        "noticed": case.noticed_on,
        "correct": f"{iso(case.correct_by)} ({days_left(case.correct_days_left)})"
        if case.correct_by
        else "no limit known",
        "appeal": f"{iso(case.appeal_by)} ({days_left(case.appeal_days_left)})"
        if case.appeal_by
        else "no appeal or no limit known",
        "clock": case.clock_source,
        "status": case.status,
    }


def reasons(page: ClaimPage) -> None:
    """The prediction of each line as a waterfall, with the fact behind each step."""
    if page.prediction is None:
        st.info(
            "No prediction is stored: claims are scored before they are sent, by `denialml score`.",
            icon=":material/info:",
        )
        return
    st.caption(
        plain(
            f"Predicted as of {iso(page.prediction.as_of)} by {page.prediction.model}, before any answer of the payer."
        )
    )
    shown = [view for view in page.line_predictions if view.steps] or [page.prediction]
    shown.sort(key=lambda view: -view.probability)
    if len(shown) > 1:
        st.markdown(
            f"The claim is denied in some line with a probability of **{per_cent(page.prediction.probability)}**. "
            "Its riskiest line comes first."
        )
    for view in shown:
        _prediction(view)


def _prediction(view: PredictionView) -> None:
    name = "The claim" if view.line_number is None else f"Line {view.line_number} · {view.procedure}"
    st.subheader(plain(f"{name}: {per_cent(view.probability)}"))
    st.caption(
        plain(
            f"Expected allowed {dollars(view.expected_allowed_cents)}, "
            f"of that expected denied {dollars(view.expected_denied_cents)}."
        )
    )
    if not view.steps:
        return
    st.altair_chart(
        waterfall(view.steps), width="stretch", alt="Waterfall of the reasons for the predicted denial risk"
    )
    st.table(
        table(
            {
                "Risk": "raises" if step.kind == "raises" else "lowers",
                "Reason": plain(step.label),
                "Fact behind it": plain(step.fact),
                "What would help": plain(step.edit),
            }
            for step in view.steps
            if step.fact
        ),
        border="horizontal",
        hide_index=True,
    )


_FACTS = {"field": words("Field", width=140), "value": words("Value")}


def as_sent(page: ClaimPage) -> None:
    """The claim's content, in columns and as the segments of its file."""
    header = page.header
    left, right = st.columns(2)
    left.dataframe(
        _facts(
            {
                "Payer": f"{header.payer_name} ({header.payer_identifier})",
                "Patient": f"{header.patient_last}, {header.patient_first}",
                "Born": iso(header.patient_birth),
                "Sex": header.patient_sex or "-",
                "Member id": header.member_id,
                "Diagnoses": ", ".join(page.diagnoses),
                "Place of service": header.place_of_service,
            }
        ),
        column_config=_FACTS,
        hide_index=True,
        placeholder="",
    )
    right.dataframe(
        _facts(
            {
                "Billing NPI": header.billing_npi,
                "Rendering NPI": header.rendering_npi,
                "Taxonomy": header.taxonomy or "-",
                "Referring NPI": header.referring_npi or "-",
                "Prior authorization": header.prior_authorization or "none",
                "Referral": header.referral_number or "none",
                "Ready / sent": f"{iso(header.known_on)} / {iso(header.sent_on)}",
            }
        ),
        column_config=_FACTS,
        hide_index=True,
        placeholder="",
    )
    _lines_as_sent(page)
    with st.expander(f"{len(page.segments)} segments of {header.file_name}"):
        st.code("\n".join(page.segments), language=None)
    if len(page.versions) > 1:
        st.caption(
            "Versions: "
            + "; ".join(
                f"frequency {v.frequency}, ready {iso(v.known_on)}, sent {iso(v.sent_on)}" for v in page.versions
            )
        )


def _lines_as_sent(page: ClaimPage) -> None:
    st.dataframe(
        table(
            {
                "line": line.facts.number,
                "procedure": line.facts.procedure,
                "modifiers": line.facts.modifiers.replace(":", " "),
                "diagnoses": line.diagnoses,
                "units": float(line.facts.units),
                "charge": in_dollars(line.facts.charge_cents),
                "served": line.facts.served_from,
                "owed": in_dollars(line.owed_cents),
            }
            for line in page.lines
        ),
        column_config={
            "line": whole("Line"),
            "procedure": words("Procedure"),
            "modifiers": words("Modifiers"),
            "diagnoses": words("For diagnoses"),
            "units": st.column_config.NumberColumn("Units", format="%g"),
            "charge": money("Charge", cents=True),
            "served": day("Service"),
            "owed": money("Payer owes", cents=True),
        },
        hide_index=True,
        placeholder="",
    )


def _facts(facts: Mapping[str, str]) -> object:
    return table({"field": name, "value": value} for name, value in facts.items())


def answers(page: ClaimPage) -> None:
    """Every remittance with its services and adjustments, and what had to be parked."""
    if not page.remits:
        st.info("No answer of the payer yet. Remittances come in with `denialml post FILE`.", icon=":material/info:")
    for remit in page.remits:
        _remit(remit)
    if page.parked:
        st.warning("Parked: did not fit and waits for a person.", icon=":material/warning:")
        st.dataframe(
            table(
                {
                    "kind": item.kind.replace("_", " "),
                    "amount": in_dollars(item.amount_cents),
                    "why": item.message,
                    "on": item.known_on,
                }
                for item in page.parked
            ),
            column_config={
                "kind": words("Kind"),
                "amount": money("Amount", cents=True),
                "why": words("Why", width="large"),
                "on": day("Known"),
            },
            hide_index=True,
            placeholder="",
        )


def _remit(remit: RemitView) -> None:
    facts = remit.facts
    st.subheader(plain(f"{remit.status}: {dollars(facts.paid_cents)} paid"))
    st.caption(
        plain(
            f"{facts.payer_name}, trace {facts.trace}, decided {iso(facts.adjudicated_on)}, "
            f"received {iso(facts.known_on)}, payer's number {facts.payer_claim_number or '-'}, "
            f"patient's share {dollars(facts.patient_cents)}, {facts.disposition}."
        )
    )
    if remit.services:
        st.dataframe(
            table(
                {
                    "line": service.line_number,
                    "procedure": service.procedure,
                    "charge": in_dollars(service.charge_cents),
                    "allowed": in_dollars(service.allowed_cents),
                    "paid": in_dollars(service.paid_cents),
                    "denied": service.denied,
                    "remarks": service.remarks,
                }
                for service in remit.services
            ),
            column_config={
                "line": whole("Line"),
                "procedure": words("Procedure"),
                "charge": money("Charge", cents=True),
                "allowed": money("Allowed", cents=True),
                "paid": money("Paid", cents=True),
                "denied": st.column_config.CheckboxColumn("Denied"),
                "remarks": words("Remarks"),
            },
            hide_index=True,
            placeholder="",
            key=f"services-{facts.claim_payment_id}",
        )
    if remit.adjustments:
        st.dataframe(
            table(
                {
                    "line": adjustment.line_number,
                    "code": adjustment.code,
                    "meaning": adjustment.meaning,
                    "group": adjustment.group,
                    "amount": in_dollars(adjustment.amount_cents),
                }
                for adjustment in remit.adjustments
            ),
            column_config={
                "line": whole("Line", help_text="Empty: of the whole claim"),
                "code": words("Code"),
                "meaning": words("Meaning", width="large"),
                "group": words("Whose", width="medium"),
                "amount": money("Not paid", cents=True),
            },
            hide_index=True,
            placeholder="",
            key=f"adjustments-{facts.claim_payment_id}",
        )


def ledger(page: ClaimPage) -> None:
    """What each account holds for the claim, and every entry."""
    if not page.entries:
        st.info("Nothing is booked yet: a claim is booked when it is sent.", icon=":material/info:")
        return
    columns = st.columns(min(len(page.balances), 5))
    for place, balance in enumerate(page.balances):
        columns[place % len(columns)].metric(balance.account, dollars(balance.amount_cents))
    st.dataframe(
        table(
            {
                "on": entry.known_on,
                "kind": entry.kind,
                "account": entry.account,
                "line": entry.line_number,
                "debit": in_dollars(entry.amount_cents) if entry.amount_cents > 0 else None,
                "credit": in_dollars(-entry.amount_cents) if entry.amount_cents < 0 else None,
                "reason": entry.reason,
            }
            for entry in page.entries
        ),
        column_config={
            "on": day("Known"),
            "kind": words("Transaction"),
            "account": words("Account"),
            "line": whole("Line"),
            "debit": money("Debit", cents=True),
            "credit": money("Credit", cents=True),
            "reason": words("Reason"),
        },
        hide_index=True,
        placeholder="",
    )


def decisions(page: ClaimPage) -> None:
    """What people decided, and a form for the next decision."""
    if page.decisions:
        st.dataframe(
            table(
                {
                    "at": d.happened_at,
                    "person": d.person,
                    "decision": d.decision,
                    "about": _about(page, d.case_id),
                    "note": d.note,
                }
                for d in page.decisions
            ),
            column_config={
                "at": st.column_config.DatetimeColumn("When (UTC)", format="YYYY-MM-DD HH:mm"),
                "person": words("Who"),
                "decision": words("Decision"),
                "about": words("About"),
                "note": words("Note", width="large"),
            },
            hide_index=True,
            placeholder="",
        )
    else:
        st.caption("Nothing decided yet.")
    for work in page.work:
        _form(page, f"{work.action}, {_lines(work)}", CASE_DECISIONS, work.suggested, work.case_ids)
    if page.header.sent_on is None:
        _form(page, "The claim", CLAIM_DECISIONS, Decision.CORRECTED, ())


def _about(page: ClaimPage, case_id: int | None) -> str:
    lines = {case.case_id: case.line_number for case in page.cases}
    return f"denial of line {lines[case_id]}" if case_id in lines else "the claim"


def _form(
    page: ClaimPage, about: str, options: Sequence[Decision], suggested: Decision, case_ids: tuple[int, ...]
) -> None:
    with st.form(f"decide-{'-'.join(map(str, case_ids)) or 'claim'}", clear_on_submit=True):
        st.markdown(f"**{plain(about)}**")
        action = st.selectbox("Decision", options, index=options.index(suggested), format_func=_label)
        note = st.text_area("Note", max_chars=2000, height=80)
        if st.form_submit_button("Write it down", type="primary"):
            record_decision(
                settings(),
                page.header.control_number,
                person=person(),
                action=action,
                note=note,
                at=clock.now(),
                case_ids=case_ids,
            )
            st.rerun()


def _label(decision: Decision) -> str:
    return LABELS[decision]
