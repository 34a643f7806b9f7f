"""The page on which checks from paper are entered, run by Streamlit's own test harness."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from denialml.settings import Settings
from denialml.store import schema
from eob_papers import LAYOUTS, made_up
from store_reading import rows

MAIN = Path(__file__).parents[2] / "app" / "main.py"
SECONDS = 60
PAPER = made_up(7)


def opened(content: bytes) -> AppTest:
    app = AppTest.from_file(str(MAIN), default_timeout=SECONDS)
    app.run()
    app.switch_page("screens/eob_entry.py")
    app.run()
    assert "nothing is posted before you confirm" in app.info[0].value
    app.file_uploader[0].set_value(("letter.pdf", content, "application/pdf")).run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    return " ".join(str(box.value) for box in [*app.error, *app.warning, *app.success])


def entries(home: Settings) -> list[str]:
    return [person for (person,) in rows(home, select(schema.paper_entry.c.person))]


def test_a_document_is_read_corrected_confirmed_and_posted_once(home: Settings) -> None:
    app = opened(LAYOUTS["blocks"](PAPER))
    amount = next(field for field in app.text_input if field.label == "Amount")
    assert "balance" in said(app)
    confirm = app.button(key="eob-confirm")
    assert not confirm.disabled

    right = amount.value
    amount.set_value("1.00").run()
    assert "differ from the check by" in said(app)
    assert app.button(key="eob-confirm").disabled
    next(field for field in app.text_input if field.label == "Amount").set_value(right).run()

    app.text_input(key="eob-person").set_value("Pat Miller").run()
    assert entries(home) == []
    app.button(key="eob-confirm").click().run()
    assert "Posted: " in said(app)
    assert entries(home) == ["Pat Miller"]
    app.button(key="eob-confirm").click().run()
    assert "posted already" in said(app)
    assert entries(home) == ["Pat Miller"]


def test_doubts_are_shown_and_nobody_confirms_without_a_name(home: Settings) -> None:
    app = opened(LAYOUTS["grid"](PAPER))
    assert "Look at these values" in said(app)
    assert "no label: taken from the first line of the page" in list(app.dataframe[0].value["Why"])
    assert app.button(key="eob-confirm").disabled
    app.checkbox[0].check().run()
    assert not app.button(key="eob-confirm").disabled
    app.text_input(key="eob-person").set_value(" ").run()
    assert app.button(key="eob-confirm").disabled


def test_what_is_no_document_is_told(home: Settings) -> None:
    app = opened(b"not a document")
    assert "neither a PDF nor a picture" in said(app)
