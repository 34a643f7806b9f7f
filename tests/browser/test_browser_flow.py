"""A biller's way through the app in a real browser: filter, choose, read the reasons, decide, go on to the denials."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import posting_cases
import small_practice
from denialml.service.exceptions import list_decisions
from denialml.settings import Settings

pytestmark = pytest.mark.browser

# The middle of the tick box of the first row of a table, from the table's upper left corner.
FIRST_ROW = {"x": 20.0, "y": 53.0}
RISK_HEADER = {"x": 225.0, "y": 17.0}


@pytest.fixture
def home(settings: Settings) -> Settings:
    settings.home.mkdir(parents=True)
    (settings.home / "denialml.toml").write_text("demo = true\ntoday = 2026-06-30\n")
    small_practice.build(settings)
    return settings


def choose(page: Page, label: str, option: str) -> None:
    box = page.get_by_test_id("stSidebar").get_by_role("combobox", name=label)
    box.click()
    page.get_by_role("option", name=option, exact=True).click()
    settled(page)


def settled(page: Page) -> None:
    """Wait until the server has answered and the page stands still."""
    page.wait_for_timeout(300)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)


def shows(page: Page, label: str, value: str) -> None:
    """Wait until the metric of that label has that value, and what stands below it has followed."""
    expect(page.get_by_test_id("stMetric").filter(has_text=label).get_by_test_id("stMetricValue")).to_have_text(value)
    settled(page)


def test_a_biller_works_both_queues(
    home: Settings, serve: Callable[[Settings], str], screen: Page, tmp_path: Path
) -> None:
    errors: list[str] = []
    screen.on("pageerror", lambda error: errors.append(str(error)))
    screen.goto(serve(home))
    expect(screen.get_by_role("heading", name="Before sending")).to_be_visible()
    expect(screen.get_by_test_id("stDataFrame")).to_be_visible()
    shows(screen, "Claims in this list", "3")
    screen.screenshot(path=tmp_path / "before-sending.png", full_page=True)

    choose(screen, "Payer", "Harbor Health Plan")
    shows(screen, "Claims in this list", "2")

    screen.get_by_test_id("stDataFrame").click(position=FIRST_ROW)
    expect(screen.get_by_role("heading", name=f"Claim {small_practice.RISKY}")).to_be_visible()
    assert small_practice.RISKY in screen.url
    assert "Quince" not in screen.url
    expect(screen.get_by_test_id("stVegaLiteChart")).to_be_visible()
    settled(screen)
    screen.screenshot(path=tmp_path / "claim-reasons.png", full_page=True)

    for name in ("To be sent", "Payer's answers", "Ledger", "Decisions"):
        screen.get_by_role("tab", name=name).click()
        settled(screen)
        screen.screenshot(path=tmp_path / f"claim-{name.lower().replace(' ', '-')}.png")
    screen.get_by_label("Note").fill("authorization entered")
    screen.get_by_role("button", name="Write it down").click()
    expect(screen.get_by_text("Nothing decided yet.")).to_have_count(0)

    screen.get_by_role("link", name="Before sending").click()
    expect(screen.get_by_role("heading", name="Before sending")).to_be_visible()
    settled(screen)
    shows(screen, "Claims in this list", "2")

    screen.get_by_role("link", name="Denials").click()
    expect(screen.get_by_role("heading", name="Denials")).to_be_visible()
    shows(screen, "Pieces of work", "1")
    settled(screen)
    screen.screenshot(path=tmp_path / "denials.png", full_page=True)
    screen.get_by_test_id("stDataFrame").first.click(position=FIRST_ROW)
    expect(screen.get_by_role("heading", name=f"Claim {small_practice.UNAUTHORIZED}")).to_be_visible()
    expect(screen.get_by_role("heading", name="Ask for a late authorization")).to_be_visible()
    settled(screen)
    screen.screenshot(path=tmp_path / "claim-denial.png", full_page=True)
    for name in ("Payer's answers", "Ledger"):
        screen.get_by_role("tab", name=name).click()
        settled(screen)
        screen.screenshot(path=tmp_path / f"denied-{name.lower().replace(' ', '-')}.png")
    assert errors == []


def test_an_empty_home_says_what_to_run(
    settings: Settings, serve: Callable[[Settings], str], screen: Page, tmp_path: Path
) -> None:
    settings.home.mkdir(parents=True)
    screen.goto(serve(settings))
    expect(screen.get_by_text("denialml demo")).to_be_visible()
    expect(screen.get_by_test_id("stException")).to_have_count(0)
    screen.screenshot(path=tmp_path / "empty.png")


def test_a_row_opens_its_own_claim_after_the_table_was_sorted_in_the_browser(
    home: Settings, serve: Callable[[Settings], str], screen: Page
) -> None:
    screen.goto(serve(home))
    table = screen.get_by_test_id("stDataFrame")
    expect(table).to_be_visible()
    settled(screen)
    table.click(position=RISK_HEADER)
    settled(screen)
    table.click(position=FIRST_ROW)
    expect(screen.get_by_role("heading", name=f"Claim {small_practice.SAFE}")).to_be_visible()


def test_an_exception_is_assigned_and_decided(
    home: Settings, serve: Callable[[Settings], str], screen: Page, tmp_path: Path
) -> None:
    lost = posting_cases.payment(posting_cases.service(10000, 10000), number="LOST", payer_control_number="")
    posting_cases.post(home, tmp_path / "a.835", posting_cases.as_read(lost))
    screen.goto(f"{serve(home)}/exceptions")
    expect(screen.get_by_role("heading", name="Exceptions")).to_be_visible()
    expect(screen.get_by_role("link", name="Denials")).to_be_visible()  # an address of its own has the frame of all
    shows(screen, "Waiting", "2")
    screen.get_by_test_id("stDataFrame").first.click(position=FIRST_ROW)
    expect(screen.get_by_role("heading", name="Unmatched claim")).to_be_visible()
    screen.get_by_role("textbox", name="Whose task").fill("kim")
    screen.get_by_role("button", name="Assign").click()
    shows(screen, "Without owner", "1")
    screen.get_by_test_id("stDataFrame").first.click(position=FIRST_ROW)
    main = screen.get_by_test_id("stMain")
    main.get_by_role("combobox", name="Decision").click()
    screen.get_by_role("option", name="The money is not ours and goes back").click()
    settled(screen)
    screen.screenshot(path=tmp_path / "exception.png", full_page=True)
    screen.get_by_role("textbox", name="Why").fill("another practice's patient")
    screen.get_by_role("button", name="Decide").click()
    shows(screen, "Waiting", "1")
    screen.get_by_role("tab", name="Decisions").click()
    settled(screen)
    screen.screenshot(path=tmp_path / "decisions.png", full_page=True)
    (decision,) = [each for each in list_decisions(home) if each.action == "return"]
    assert decision.reason == "another practice's patient"
