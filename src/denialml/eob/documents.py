"""Documents as pages of words: a PDF's own text where it has one, else OCR of its picture.

Nothing else knows PDF or OCR.

pypdfium2 (Apache-2.0 or BSD-3-Clause) reads text with places and paints pages; Tesseract, a program of its own, reads
pictures. A page that is one picture is a scan, whatever text somebody's scanner laid behind it.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from denialml.eob.sheet import Box
from denialml.eob.words import Page, Word
from denialml.errors import BadInputError

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_BYTES: Final = 50_000_000
MAX_PAGES: Final = 200
_POINTS: Final = 72  # of an inch
_OCR_DPI: Final = 300  # what Tesseract was trained for
_SCREEN_DPI: Final = 144
_MOST_PIXELS: Final = 7_200  # on a side of a page's picture: 24 inches for OCR; a larger page is drawn coarser
_LETTER_WIDTH: Final = 612.0  # points: what a picture without a size of its own is taken for
_FEW_WORDS: Final = 5  # fewer on a page are a stamp, not its text
_SCAN_SHARE: Final = 0.8  # of the page under one picture
_FRAME: Final = "#c2513f"
_MOST_SKEW: Final = 3.0  # degrees
_SKEW_STEP: Final = 0.1
_PDF_PLACE: Final = 1_024  # the signature stands within so many bytes (ISO 32000, implementation note)
_OCR_SECONDS: Final = 120
_SPECK: Final = re.compile(r"(\d\.\d\d)[.,]$")  # dust behind an amount
_RULES: Final = set("|_-\u2014\u2013=[]{}~.'`\"")  # what lines of a table are read as


def read_pages(content: bytes) -> tuple[Page, ...]:
    """The pages of a PDF, or of a picture, with their words.

    Raises:
        BadInputError: it is neither, is too large or locked, or OCR is needed and not installed.
    """
    if len(content) > MAX_BYTES:
        raise BadInputError(f"is larger than {MAX_BYTES:,} bytes; split it")
    if b"%PDF-" in content[:_PDF_PLACE]:
        with _opened(content) as document:
            return tuple(_pdf_pages(document))
    return tuple(_recognised(n, image, _LETTER_WIDTH / image.width) for n, image in enumerate(_frames(content), 1))


def picture(content: bytes, page: Page, marked: Sequence[Box] = ()) -> bytes:
    """A page as PNG, turned straight, with frames around boxes; a point is two pixels unless the page is very large.

    ``page`` is one of those read from the same content.

    Raises:
        BadInputError: the document cannot be opened.
    """
    scale = _scale(page.width, page.height, _SCREEN_DPI)
    if b"%PDF-" in content[:_PDF_PLACE]:
        with _opened(content) as document:
            image: Image = document[page.number - 1].render(scale=scale).to_pil()
    else:
        image = list(_frames(content))[page.number - 1]
        image = image.resize((max(1, round(page.width * scale)), max(1, round(page.height * scale))))
    stream = io.BytesIO()
    _framed(_turned(image, page.angle).convert("RGB"), marked, scale).save(stream, "PNG")
    return stream.getvalue()


def _scale(width: float, height: float, dpi: int) -> float:
    """Pixels to a point at a resolution, fewer where a page is so large that its picture would fill the memory."""
    return min(dpi / _POINTS, _MOST_PIXELS / max(width, height))


def _framed(image: Image, boxes: Sequence[Box], scale: float) -> Image:
    from PIL import ImageDraw

    pen = ImageDraw.Draw(image)
    for left, top, right, bottom in boxes:
        frame = (left * scale - 3, top * scale - 3, right * scale + 3, bottom * scale + 3)
        pen.rectangle(frame, outline=_FRAME, width=2)
    return image


def _pdf_pages(document: Any) -> Iterator[Page]:
    if len(document) > MAX_PAGES:
        raise BadInputError(f"has more than {MAX_PAGES} pages; split it")
    for number, page in enumerate(document, 1):
        width, height = page.get_size()
        words = () if page.get_rotation() or _is_scan(page) else tuple(_own_words(page))
        if len(words) >= _FEW_WORDS:
            yield Page(number, width, height, words)
        elif any(page.get_objects()):
            scale = _scale(width, height, _OCR_DPI)
            yield _recognised(number, page.render(scale=scale).to_pil(), 1 / scale)
        else:
            yield Page(number, width, height, ())


@contextmanager
def _opened(content: bytes) -> Iterator[Any]:
    """A PDF; whatever is broken in it shows when it is opened, or later at a page."""
    import pypdfium2

    try:
        yield pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise BadInputError("is locked with a password; save it without") from None
        raise BadInputError("is damaged: it cannot be read as a PDF; get it again") from None


def _is_scan(page: Any) -> bool:
    """Whether one picture covers the page."""
    import pypdfium2.raw as pdfium

    width, height = page.get_size()
    boxes = [each.get_bounds() for each in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE])]
    return any((right - left) * (top - bottom) >= _SCAN_SHARE * width * height for left, bottom, right, top in boxes)


def _own_words(page: Any) -> Iterator[Word]:
    """Runs of characters without a space, on one line."""
    height = page.get_size()[1]
    text = page.get_textpage()
    run: list[tuple[str, Box]] = []
    for place in range(text.count_chars()):
        char = text.get_text_range(place, 1)
        left, bottom, right, top = text.get_charbox(place, loose=True)
        box = (left, height - top, right, height - bottom)
        if not char.strip() or (run and not _goes_on(run[-1][1], box)):
            yield from _joined(run)
            run = []
        if char.strip():
            run.append((char, box))
    yield from _joined(run)


def _goes_on(before: Box, box: Box) -> bool:
    size = before[3] - before[1]
    return abs(box[1] - before[1]) < size / 2 and -size / 2 < box[0] - before[2] < size / 4


def _joined(run: list[tuple[str, Box]]) -> Iterator[Word]:
    if run:
        boxes = [box for _, box in run]
        left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
        right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
        yield Word("".join(char for char, _ in run), (left, top, right, bottom))


def _frames(content: bytes) -> Iterator[Image]:
    from PIL import Image, ImageSequence, UnidentifiedImageError

    try:
        for number, frame in enumerate(ImageSequence.Iterator(Image.open(io.BytesIO(content))), 1):
            if number > MAX_PAGES:
                raise BadInputError(f"has more than {MAX_PAGES} pages; split it")
            yield frame.convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        raise BadInputError("is neither a PDF nor a picture (PNG, JPEG, TIFF) that can be opened") from None


def _recognised(number: int, image: Image, points: float) -> Page:
    """A page read by OCR from its picture, turned straight first; a pixel is so many ``points``."""
    angle = _skew(image)
    straight = _turned(image, angle)
    words = tuple(_ocr(straight, points))
    return Page(number, image.width * points, image.height * points, words, recognised=True, angle=angle)


def _turned(image: Image, angle: float) -> Image:
    from PIL.Image import Resampling

    return image.rotate(angle, resample=Resampling.BICUBIC, fillcolor="white") if angle else image


def _skew(image: Image) -> float:
    """By how many degrees a picture must be turned counter-clockwise so that its rows of text lie level.

    When they do, dark pixels gather in few rows: the sum of squares of the counts by row is the largest.
    """
    import numpy as np

    small = image.convert("L")
    small.thumbnail((1_000, 1_400))
    y, x = np.nonzero(np.asarray(small) < 128)
    if not len(y):
        return 0.0

    def gathered(angle: float) -> float:
        rows = np.round(y - x * np.tan(np.radians(angle)) + small.width).astype(int)
        return float((np.bincount(rows).astype(float) ** 2).sum())

    steps = round(_MOST_SKEW / _SKEW_STEP)
    angles = [step * _SKEW_STEP for step in range(-steps, steps + 1)]
    best = max(angles, key=lambda angle: (gathered(angle), -abs(angle)))
    return round(best, 1)


def _ocr(image: Image, points: float) -> Iterator[Word]:
    program = shutil.which("tesseract")
    if program is None:
        raise BadInputError(
            "is a picture without text, and Tesseract, which reads pictures, is not installed: "
            "apt-get install tesseract-ocr (Debian, Ubuntu) or brew install tesseract (macOS)"
        )
    stream = io.BytesIO()
    image.convert("L").save(stream, "PNG")
    command = [program, "stdin", "stdout", "--psm", "6", "--dpi", str(_OCR_DPI), "-l", "eng", "tsv"]
    done = subprocess.run(  # noqa: S603 - our own words and a path that the system found
        command,
        input=stream.getvalue(),
        capture_output=True,
        check=False,
        timeout=_OCR_SECONDS,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
    )
    if done.returncode:
        raise BadInputError("Tesseract could not read it; is its language file for English installed?")
    for row in done.stdout.decode("utf-8", "replace").splitlines()[1:]:
        level, *_, left, top, width, height, confidence, text = row.split("\t", 11)
        if level == "5" and set(text.strip()) - _RULES:
            x, y = float(left) * points, float(top) * points
            box = (x, y, x + float(width) * points, y + float(height) * points)
            yield Word(_SPECK.sub(r"\1", text.strip().strip("|")), box, max(float(confidence), 0.0) / 100)
