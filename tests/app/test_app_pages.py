"""Every page of the app, run by Streamlit's own test harness on a small practice, an empty one and a broken one."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import posting_cases
import small_practice
import store_reading
from denialml.service import queue_filters
from denialml.service.exceptions import list_decisions
from denialml.service.worklists import Decision, claim_page
from denialml.settings import Settings
from denialml.store import open_store

MAIN = Path(__file__).parents[2] / "app" / "main.py"
SECONDS = 30  # the first run imports Streamlit, pandas and Altair


@pytest.fixture
def home(home: Settings) -> Settings:
    """The same on the day of the small practice."""
    return home.model_copy(update={"today": small_practice.TODAY})


def opened(page: str = "", **parameters: str) -> AppTest:
    app = AppTest.from_file(str(MAIN), default_timeout=SECONDS)
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    if page:
        app.switch_page(f"screens/{page}.py")
        for name, value in parameters.items():
            app.query_params[name] = value
        app.run()
    assert not app.exception
    return app


def ticked(what: Any) -> None:
    """Run with the first exception ticked: the harness knows no selection in a table, and forgets it after a run."""
    app = what if isinstance(what, AppTest) else what.root
    app.session_state["exceptions-table"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    what.run()
    assert not app.exception


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def said(app: AppTest) -> str:
    return " ".join(str(box.value) for box in [*app.info, *app.error, *app.warning])


def test_before_sending_shows_claims_by_value_of_an_hour_with_their_reasons(home: Settings) -> None:
    small_practice.build(home)
    app = opened()
    table = app.dataframe[0].value
    assert list(table["claim"]) == [small_practice.RISKY, small_practice.MIDDLING, small_practice.SAFE]
    assert list(table["rank"]) == [1, 2, 3]
    assert table["at_risk"][0] == pytest.approx(496.0)  # 62% of $800
    assert table["reason"][0] == "No authorization is on the claim."
    assert table["edit"][0] == "Enter the authorization number."
    assert metrics(app)["Claims in this list"] == "3"
    assert metrics(app)["At risk"] == "$533"


def test_filters_narrow_the_list_and_its_dollars_and_can_be_cleared(home: Settings) -> None:
    small_practice.build(home)
    app = opened()
    app.selectbox(key="risk-payer").select("Summit Mutual").run()
    assert list(app.dataframe[0].value["claim"]) == [small_practice.SAFE]
    assert metrics(app)["At risk"] == "$2"
    app.slider(key="risk-probability").set_value(50).run()
    assert not app.dataframe
    assert "No claim fits the filters" in said(app)
    app.button(key="risk-clear").click().run()
    assert len(app.dataframe[0].value) == 3


@pytest.mark.parametrize(
    ("label", "first"), [("Oldest service", small_practice.MIDDLING), ("Denial risk", small_practice.RISKY)]
)
def test_the_list_can_be_sorted(home: Settings, label: str, first: str) -> None:
    small_practice.build(home)
    app = opened()
    app.selectbox(key="risk-sort").select(label).run()
    assert app.dataframe[0].value["claim"][0] == first


def test_a_long_list_comes_in_pages_and_a_filter_may_shorten_it(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_filters, "PAGE_ROWS", 1)
    small_practice.build(home)
    app = opened()
    app.number_input(key="risk-page").set_value(3).run()
    assert list(app.dataframe[0].value["claim"]) == [small_practice.SAFE]
    app.selectbox(key="risk-payer").select("Harbor Health Plan").run()
    assert not app.exception
    assert list(app.dataframe[0].value["claim"]) == [small_practice.MIDDLING]
    assert app.number_input(key="risk-page").value == 2


def test_denials_show_work_and_apart_from_it_what_has_expired(home: Settings) -> None:
    small_practice.build(home)
    app = opened("denials")
    work, expired = (frame.value for frame in app.dataframe)
    assert list(work["claim"]) == [small_practice.UNAUTHORIZED]
    assert work["left"][0] == 20
    assert work["action"][0] == "Ask for a late authorization, then appeal"
    assert work["allowed"][0] == pytest.approx(540.0)  # 60% of $900 by history, not the charge
    assert list(expired["claim"]) == [small_practice.EXPIRED]
    assert expired["note"][0] == "every deadline has passed"
    assert metrics(app)["Pieces of work"] == "1"


def test_the_claim_page_of_an_unsent_claim_leads_with_its_reasons(home: Settings) -> None:
    small_practice.build(home)
    app = opened("claim", claim=small_practice.RISKY)
    assert app.tabs[0].label == "Reasons"
    assert metrics(app)["Denial risk"] == "62%"
    assert app.get("vega_lite_chart") or app.get("arrow_vega_lite_chart")
    facts = app.table[0].value
    assert list(facts["Risk"]) == ["raises", "raises", "lowers"]
    assert facts["What would help"].iloc[0] == "Enter the authorization number."
    assert any("CLM*X*1950" in block.value for block in app.code)


def test_the_claim_page_of_a_denial_leads_with_what_to_do(home: Settings) -> None:
    small_practice.build(home)
    app = opened("claim", claim=small_practice.UNAUTHORIZED)
    assert app.tabs[0].label == "Denial"
    assert app.subheader[0].value.startswith("Ask for a late authorization")
    assert metrics(app)["Payer owes"] == "$900"
    assert any("CO-197" in str(frame.value.to_dict()) for frame in app.dataframe)


def test_what_does_not_fit_is_shown_on_the_claim_page(home: Settings) -> None:
    small_practice.build(home)
    assert "Parked" in said(opened("claim", claim=small_practice.EXPIRED))


def test_a_decision_is_written_down_and_takes_the_claim_off_the_list(home: Settings) -> None:
    small_practice.build(home)
    app = opened("claim", claim=small_practice.RISKY)
    decision = next(box for box in app.selectbox if box.label == "Decision")
    decision.select(Decision.CORRECTED)
    app.text_area[0].input("authorization 123 entered")
    next(button for button in app.button if button.label == "Write it down").click()
    app.run()
    assert not app.exception
    (written,) = claim_page(home, small_practice.RISKY).decisions
    assert (written.decision, written.note) == ("Corrected in the billing system", "authorization 123 entered")
    assert small_practice.RISKY not in list(opened().dataframe[0].value["claim"])


def test_a_worked_denial_waits_for_the_payer(home: Settings) -> None:
    small_practice.build(home)
    app = opened("claim", claim=small_practice.UNAUTHORIZED)
    assert next(box for box in app.selectbox if box.label == "Decision").value is Decision.APPEAL_SENT
    next(button for button in app.button if button.label == "Write it down").click()
    app.run()
    queue = opened("denials")
    assert metrics(queue)["Pieces of work"] == "0"
    queue.selectbox(key="denials-status").select("Waiting for the payer").run()
    assert list(queue.dataframe[0].value["claim"]) == [small_practice.UNAUTHORIZED]


def test_opening_a_claim_leaves_one_audit_event_for_a_session(home: Settings) -> None:
    small_practice.build(home)
    app = opened("claim", claim=small_practice.RISKY)
    app.run()
    store = open_store(home.url)
    assert store.verify_audit() == 1
    store.close()


def test_the_claim_page_asks_for_a_claim_when_none_is_chosen(home: Settings) -> None:
    small_practice.build(home)
    assert "Tick a row" in said(opened("claim"))


def test_exceptions_show_what_waits_and_whose_it_is(home: Settings, tmp_path: Path) -> None:
    lost = posting_cases.payment(posting_cases.service(10000, 10000), number="LOST", payer_control_number="")
    taken = posting_cases.as_read(lost, adjustments=[posting_cases.plb("CS", 700)])
    posting_cases.post(home, tmp_path / "a.835", taken)
    app = opened("exceptions")
    assert metrics(app)["Waiting"] == "2"
    assert metrics(app)["Without owner"] == "2"
    assert list(app.dataframe[0].value["amount"]) == [100.0, 7.0]
    app.selectbox(key="exceptions-kind").select("unmatched_claim").run()
    assert list(app.dataframe[0].value["claim"]) == ["LOST"]


@pytest.mark.parametrize(("action", "total"), [("supersede", None), ("release", 6001)])
def test_a_remittance_as_a_whole_is_decided_about(
    home: Settings, tmp_path: Path, action: str, total: int | None
) -> None:
    posting_cases.send(home, tmp_path / "sent.837", posting_cases.our_claim(posting_cases.NUMBER, 10000))
    paid = posting_cases.payment(posting_cases.service(10000, 6000, posting_cases.co("45", 4000)))
    told = posting_cases.payment(posting_cases.service(10000, 6000, posting_cases.pr("1", 4000)))
    if total is None:
        posting_cases.post(home, tmp_path / "a.835", posting_cases.as_read(told))
    posting_cases.post(home, tmp_path / "b.835", posting_cases.as_read(paid, total=total), control=2)
    app = opened("exceptions")
    ticked(app)
    ticked(app.selectbox(key="exceptions-action").select(action))
    next(each for each in app.text_input if each.label == "Why").input("the payer said so")
    ticked(next(each for each in app.button if each.label == "Decide").click())
    (decision,) = list_decisions(home)
    assert (decision.action, decision.reason) == (action, "the payer said so")
    assert store_reading.balances(home)["adj_contractual"] == 4000


def test_without_exceptions_the_page_says_so(home: Settings) -> None:
    small_practice.build(home, denials=False)
    assert "Nothing waits" in said(opened("exceptions"))


def test_an_unknown_claim_is_said_to_be_unknown(home: Settings) -> None:
    small_practice.build(home)
    assert "no claim has the control number NOSUCH" in said(opened("claim", claim="nosuch"))


@pytest.mark.parametrize("page", ["", "denials", "exceptions"])
def test_without_a_practice_every_page_says_what_to_run(home: Settings, page: str) -> None:
    app = opened(page)
    assert "denialml demo" in said(app)
    assert not app.error
    assert not (home.home / "denialml.sqlite3").exists()


def test_without_scores_the_page_says_what_to_run(home: Settings) -> None:
    small_practice.build(home, scored=False)
    assert "denialml score" in said(opened())


def test_without_denials_the_page_says_what_to_run(home: Settings) -> None:
    small_practice.build(home, denials=False)
    assert "denialml post" in said(opened("denials"))


def test_an_empty_practice_is_told_from_a_practice_without_work(home: Settings) -> None:
    open_store(home.url).close()
    assert "No claims yet" in said(opened())


@pytest.mark.parametrize("page", ["", "denials", "claim"])
def test_a_broken_database_is_an_error_in_words(home: Settings, page: str) -> None:
    (home.home / "denialml.sqlite3").write_bytes(b"this is no database" * 100)
    app = opened(page, **({"claim": "X"} if page == "claim" else {}))
    assert app.error
    assert "Traceback" not in said(app)


def test_a_broken_home_file_is_an_error_in_words(home: Settings) -> None:
    (home.home / "denialml.toml").write_text("today = soon\n")
    assert "denialml.toml" in said(opened())


def test_names_that_look_like_formulas_are_defused(home: Settings) -> None:
    small_practice.build(home)
    with sqlite3.connect(home.home / "denialml.sqlite3") as connection:
        connection.execute("UPDATE payer SET name = '=1+1' WHERE identifier = 'HARBOR01'")
    assert "'=1+1" in set(opened().dataframe[0].value["payer"])


def test_what_an_address_asks_for_is_never_rendered_as_markup(home: Settings) -> None:
    small_practice.build(home)
    app = opened("claim", claim="[here](https://example.com)")
    assert r"\[HERE\]" in said(app)
