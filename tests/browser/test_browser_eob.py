"""A biller enters a check that came on paper, in a real browser: upload, look, sign, post."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

import small_practice
from denialml.settings import Settings
from denialml.store import schema
from eob_papers import LAYOUTS, made_up
from store_reading import rows

pytestmark = pytest.mark.browser


def test_a_biller_enters_a_check_from_its_letter(
    settings: Settings, serve: Callable[[Settings], str], screen: Page, tmp_path: Path
) -> None:
    settings.home.mkdir(parents=True)
    (settings.home / "denialml.toml").write_text("demo = true\ntoday = 2026-06-30\n")
    small_practice.build(settings)
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(LAYOUTS["grid"](made_up(7)))
    errors: list[str] = []
    screen.on("pageerror", lambda error: errors.append(str(error)))

    screen.goto(serve(settings))
    screen.get_by_role("link", name="EOB entry").click()
    expect(screen.get_by_role("heading", name="EOB entry")).to_be_visible()
    screen.locator("input[type=file]").first.set_input_files(letter)
    expect(screen.get_by_test_id("stImage")).to_be_visible()
    expect(screen.get_by_text("Every line, every claim and the check balance.")).to_be_visible()
    button = screen.get_by_role("button", name="Confirm and post")
    expect(button).to_be_disabled()
    screen.get_by_text("I looked at the marked values (1)").click()
    name = screen.get_by_label("I looked at every value: my name")
    name.fill("Pat Miller")
    name.press("Tab")
    expect(button).to_be_enabled()
    screen.screenshot(path=tmp_path / "eob-entry.png", full_page=True)
    button.click()
    expect(screen.get_by_text("Posted: 0 claims")).to_be_visible()  # the small practice sent none of these
    assert errors == []
    assert rows(settings, select(schema.paper_entry.c.person)) == [("Pat Miller",)]
