"""Documents as they come: PDFs with text, scans, pictures, and what is none; read into drafts that can be entered."""

from __future__ import annotations

import io
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas
from typer.testing import CliRunner

from denialml.cli import app
from denialml.eob import documents, draft
from denialml.errors import BadInputError, RefusedError
from denialml.service.eob import enter_file, page_picture, read_document, read_file
from denialml.settings import Settings
from eob_papers import LAYOUTS, made_up, read_values, scanned

PAPER = made_up(7)
needs_ocr = pytest.mark.tesseract


@pytest.fixture
def ocr() -> None:
    if shutil.which("tesseract") is None:
        pytest.skip("no Tesseract here (apt-get install tesseract-ocr)")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_printed_text_is_read_to_the_last_value(layout: str) -> None:
    sheet = draft(documents.read_pages(LAYOUTS[layout](PAPER)))
    read = read_values(sheet)
    truth = {place: text for place, text in PAPER.values().items() if layout != "blocks" or "allowed" not in place}
    assert {place: read.get(place) for place in truth} == truth


@needs_ocr
@pytest.mark.usefixtures("ocr")
def test_a_crooked_scan_is_turned_and_most_of_it_read() -> None:
    pages = documents.read_pages(scanned(LAYOUTS["blocks"](PAPER), degrees=1.0))
    assert [(page.recognised, page.angle) for page in pages] == [(True, pytest.approx(-1.0, abs=0.2))]
    read = read_values(draft(pages))
    truth = {place: text for place, text in PAPER.values().items() if "allowed" not in place}
    right = sum(read.get(place) == text for place, text in truth.items())
    assert right / len(truth) > 0.85
    assert max(word.box[2] for word in pages[0].words) < pages[0].width


@needs_ocr
@pytest.mark.usefixtures("ocr")
def test_a_picture_is_read_like_a_scan() -> None:
    page = pypdfium2.PdfDocument(LAYOUTS["blocks"](PAPER))[0]
    stream = io.BytesIO()
    page.render(scale=200 / 72).to_pil().save(stream, "PNG")
    found = read_document(stream.getvalue())
    assert read_values(found.sheet)["check"] == PAPER.check
    assert page_picture(stream.getvalue(), found, 1).startswith(b"\x89PNG")


def test_without_the_program_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    content = scanned(LAYOUTS["grid"](PAPER))
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(BadInputError, match="apt-get install tesseract-ocr"):
        documents.read_pages(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "neither a PDF nor a picture"),
        (b"ISA*00*", "neither a PDF nor a picture"),
        (b"%PDF-1.7\nbroken", "is damaged"),
        (b"\x89PNG\r\n\x1a\n", "neither a PDF nor a picture"),
    ],
)
def test_what_is_no_document(content: bytes, message: str) -> None:
    with pytest.raises(BadInputError, match=message):
        documents.read_pages(content)


def test_a_page_of_any_size_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The largest page that PDF knows, 200 inches on a side, would be a picture of 10 gigabytes."""
    sizes = []
    monkeypatch.setattr(documents, "_ocr", lambda image, _: sizes.append(image.size) or iter(()))
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(14_400, 14_400))
    canvas.rect(100, 100, 5_000, 5_000)
    canvas.save()
    (page,) = documents.read_pages(stream.getvalue())
    assert (page.width, page.height) == (14_400, 14_400)
    assert sizes == [(7_200, 7_200)]


def test_a_picture_of_too_many_pages_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_ocr", lambda *_: iter(()))
    stream = io.BytesIO()
    frames = [Image.new("1", (9, 9), shade) for shade in [0, 1] * documents.MAX_PAGES]
    frames[0].save(stream, "TIFF", save_all=True, append_images=frames[1:])
    with pytest.raises(BadInputError, match="more than 200 pages"):
        documents.read_pages(stream.getvalue())


def test_a_locked_document_is_told() -> None:
    stream = io.BytesIO()
    canvas = Canvas(stream, encrypt="secret")
    canvas.drawString(100, 700, "Check number: 1")
    canvas.save()
    with pytest.raises(BadInputError, match="is locked with a password"):
        documents.read_pages(stream.getvalue())


def test_damaged_documents_are_refused_or_read_never_more() -> None:
    """What is read of one is what stood in the whole one, or the beginning of a word where the damage cut it."""
    whole = LAYOUTS["grid"](PAPER)
    pages = documents.read_pages(whole)
    words, places = [word.text for page in pages for word in page.words], read_values(draft(pages)).keys()
    refused = read = 0
    for cut in range(0, len(whole), len(whole) // 40):
        for content in (whole[:cut], whole[:cut] + b"\0" * 20 + whole[cut + 20 :]):
            try:
                pages = documents.read_pages(content)
            except BadInputError:
                refused += 1
                continue
            read += 1
            found = [word.text for page in pages for word in page.words]
            assert len(found) <= len(words)
            assert all(any(each.startswith(word) for each in words) for word in found)
            assert read_values(draft(pages)).keys() <= places
    assert refused > 40
    assert read > 20


def test_a_picture_of_a_page_for_the_screen() -> None:
    content = LAYOUTS["grid"](PAPER)
    found = read_document(content)  # whose payer has no label
    framed = page_picture(content, found, 1)
    assert framed.startswith(b"\x89PNG")
    assert framed != documents.picture(content, found.pages[0])


def test_a_draft_is_entered_once_its_marks_are_off(settings: Settings, tmp_path: Path) -> None:
    document, out = tmp_path / "letter.pdf", tmp_path / "draft.yaml"
    document.write_bytes(LAYOUTS["medicare-like"](PAPER))
    report = read_file(document, out)
    assert (report.pages, report.recognised_pages, report.claims, report.doubts) == (1, 0, 3, 1)
    with pytest.raises(RefusedError, match="is there already"):
        read_file(document, out)
    at = datetime(2026, 4, 1, tzinfo=UTC)

    def enter() -> int:
        return enter_file(
            settings, out, person="Pat", document=document, received_on=date(2026, 4, 1), at=at
        ).claim_payments

    with pytest.raises(BadInputError, match=r"the check \(line 2\), payer: no label: taken from the first line"):
        enter()
    text = out.read_text()
    marked = ", doubt: 'no label: taken from the first line of the page'"
    assert text.count(marked) == 1
    out.write_text(text.replace(marked, ""))
    assert enter() == 3
    with pytest.raises(RefusedError, match="posted already"):
        enter()


def test_the_commands(tmp_path: Path, settings: Settings) -> None:
    document, out = tmp_path / "letter.pdf", tmp_path / "draft.yaml"
    document.write_bytes(LAYOUTS["blocks"](PAPER))
    runner = CliRunner()
    read = runner.invoke(app, ["eob", "read", str(document), "--out", str(out), "--json"])
    assert read.exit_code == 0, read.output
    assert '"doubts": 0' in read.output
    words = ["eob", "enter", str(out), "--by", "Pat", "--document", str(document), "--home", str(settings.home)]
    entered = runner.invoke(app, words)
    assert entered.exit_code == 0, entered.output
    assert "claim payments" in entered.output
