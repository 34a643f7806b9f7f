"""Statements on paper: letter size, fonts embedded, a slip to send back with the payment at the end."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import cache
from io import BytesIO
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import HRFlowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle
from reportlab.platypus.flowables import CallerMacro

from denialml.money import dollars
from denialml.service.statement import GLOSSARY, Statement, StatementLine, Visit

_REGULAR: Final = "Vera"  # comes with the library: Bitstream Vera, which may be embedded
_BOLD: Final = "VeraBd"
_MARGIN: Final = 0.75 * inch
_WIDTH: Final = letter[0] - 2 * _MARGIN - 12  # the frame's own padding: 6 points on each side
_FOOT: Final = (_REGULAR, 7.5)
_FOOT_HEIGHT: Final = 0.45 * inch
_PAGES: Final = "pages"
_SHADE: Final = colors.HexColor("#eef2f6")
_RULE: Final = colors.HexColor("#8795a5")

_TEXT: Final = ParagraphStyle("text", fontName=_REGULAR, fontSize=9, leading=12)
_ADVICE: Final = ParagraphStyle("advice", parent=_TEXT, spaceAfter=4)
_SMALL: Final = ParagraphStyle("small", parent=_TEXT, fontSize=8, leading=10.5)
_RIGHT: Final = ParagraphStyle("right", parent=_SMALL, alignment=TA_RIGHT)
_RIGHT_BOLD: Final = ParagraphStyle("right-bold", parent=_RIGHT, fontName=_BOLD)
_STRONG: Final = ParagraphStyle("strong", parent=_TEXT, fontName=_BOLD)
_SMALL_BOLD: Final = ParagraphStyle("small-bold", parent=_SMALL, fontName=_BOLD)
_HEAD: Final = ParagraphStyle(
    "head", parent=_TEXT, fontName=_BOLD, fontSize=11, leading=15, spaceBefore=10, spaceAfter=3
)
_TITLE: Final = ParagraphStyle("title", parent=_TEXT, fontName=_BOLD, fontSize=14, leading=18)
_DUE: Final = ParagraphStyle("due", parent=_TEXT, fontName=_BOLD, fontSize=12, leading=16, alignment=TA_RIGHT)


def statement_pdf(statement: Statement) -> bytes:
    """A statement as a PDF. The same statement gives the same bytes."""
    _register_fonts()
    target = BytesIO()
    document = SimpleDocTemplate(
        target,
        pagesize=letter,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=0.6 * inch,
        bottomMargin=0.7 * inch,
        title="Patient statement",
        author=_printable(statement.practice.name),
        lang="en-US",
        invariant=1,
    )

    def footer(canvas: Any, page: Any) -> None:
        canvas.setFont(*_FOOT)
        left = f"Account {statement.account}   Statement of {_day(statement.as_of)}"
        canvas.drawString(_MARGIN + 6, _FOOT_HEIGHT, left)
        canvas.drawRightString(letter[0] - _MARGIN - 20, _FOOT_HEIGHT, f"Page {page.page} of")
        canvas.doForm(_PAGES)

    # How many pages there are is known on the last one: each footer shows a form that is drawn there.
    story = [*_story(statement), CallerMacro(drawCallable=lambda macro: _number_of_pages(macro.canv))]
    document.build(story, onFirstPage=footer, onLaterPages=footer)
    return target.getvalue()


def _number_of_pages(canvas: Any) -> None:
    pages = canvas.getPageNumber()
    canvas.beginForm(_PAGES)
    canvas.setFont(*_FOOT)
    canvas.drawString(letter[0] - _MARGIN - 18, _FOOT_HEIGHT, str(pages))
    canvas.endForm()


def _story(statement: Statement) -> list[Any]:
    return [
        *_top(statement),
        *_summary(statement),
        *_visits(statement),
        *_changes(statement),
        *_payments(statement),
        *_plan(statement),
        *_ages(statement),
        *_help(statement),
        _slip(statement),
    ]


def _top(statement: Statement) -> list[Any]:
    practice = statement.practice
    ours = [_paragraph(practice.name, _TITLE), *(_paragraph(line, _TEXT) for line in practice.address)]
    if practice.phone:
        ours.append(_paragraph(practice.phone, _TEXT))
    facts = _facts(
        ("Statement date", _day(statement.as_of)),
        ("Account number", statement.account),
        ("Patient", statement.patient),
        ("Pay by", _day(statement.pay_by)),
    )
    due = Table([[_paragraph(f"Amount due now: {dollars(statement.due_cents)}", _DUE)]], colWidths=[3.1 * inch])
    due.setStyle(TableStyle([("BACKGROUND", (0, 0), (-1, -1), _SHADE), ("BOTTOMPADDING", (0, 0), (-1, -1), 6)]))
    head = Table([[ours, [facts, Spacer(1, 6), due]]], colWidths=[_WIDTH - 3.2 * inch, 3.2 * inch])
    head.setStyle(_bare())
    # Where a window envelope (number 10, left window) shows it when the sheet is folded in three.
    address = [_paragraph(line, _TEXT) for line in statement.addressee]
    return [head, Spacer(1, 0.35 * inch), *address, Spacer(1, 0.3 * inch)]


def _summary(statement: Statement) -> list[Any]:
    if statement.plan:
        part = dollars(statement.due_cents) if statement.due_cents else "nothing"
        text = (
            f"You have a payment plan. Of your balance of {dollars(statement.balance_cents)}, "
            f"{part} is due by {_day(statement.pay_by)}{_beyond_plan(statement)}."
        )
    else:
        text = (
            f"You owe {dollars(statement.due_cents)} for the care listed below, after your insurance. "
            f"Please pay by {_day(statement.pay_by)}."
        )
    if statement.credit_cents:
        text += f" We have already taken off {dollars(statement.credit_cents)} that you paid us before."
    return [_paragraph(text, _STRONG)]


def _beyond_plan(statement: Statement) -> str:
    """How what is due comes about, where it is more than the plan's parts."""
    of_plan = sum(part.open_cents for part in statement.plan if part.due_on <= statement.pay_by)
    beyond = statement.due_cents - of_plan
    if beyond <= 0:
        return ""
    return f": {dollars(of_plan)} of your plan, and {dollars(beyond)} for what came after you agreed on it"


def _visits(statement: Statement) -> list[Any]:
    story: list[Any] = []
    for visit in statement.visits:
        title = f"Visit of {_day(visit.served_on)}"
        insurer = f" - insurance: {visit.insurer}" if visit.insurer else ""
        table = _visit_table(visit)
        story.append(KeepTogether([_paragraph(title + insurer, _HEAD), table]))
    used = {why.partition(":")[0] for visit in statement.visits for line in visit.lines for why, _ in line.why}
    told = "; ".join(f"<b>{word}</b>: {escape(means)}" for word, means in GLOSSARY.items() if word in used)
    if told:
        story += [Spacer(1, 4), Paragraph(f"What the words mean. {told}.", _SMALL)]
    if statement.held_visits:
        days = "; ".join(_day(day) for day in statement.held_visits)
        visits = "visit" if len(statement.held_visits) == 1 else "visits"
        text = f"Nothing to pay yet for your {visits} of {days}: we are waiting for an insurance company."
        story += [Spacer(1, 4), _paragraph(text, _TEXT)]
    return story


def _visit_table(visit: Visit) -> Table:
    heads = [
        "Service",
        "We charged",
        "Plan discount",
        "Plan allows",
        "Insurance paid",
        "Your share",
        "You paid",
        "You owe",
    ]
    rows = [[_paragraph(head, _SMALL_BOLD if not place else _RIGHT_BOLD) for place, head in enumerate(heads)]]
    rows += [_line_cells(line) for line in visit.lines]
    total = _paragraph(dollars(visit.owed_cents), _RIGHT_BOLD)
    rows.append([_paragraph("You owe for this visit", _SMALL_BOLD), *[""] * 6, total])
    amounts = 0.7 * inch
    table = Table(rows, colWidths=[_WIDTH - 7 * amounts, *[amounts] * 7], repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, 0), _SHADE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, -2), 0.4, _RULE),
                ("LINEABOVE", (0, -1), (-1, -1), 1, colors.black),
                ("LEFTPADDING", (0, 0), (-1, -1), 3),
                ("RIGHTPADDING", (0, 0), (-1, -1), 3),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ]
        )
    )
    return table


def _line_cells(line: StatementLine) -> list[Any]:
    notes = []
    if line.why:
        notes.append(f"Your share: {', '.join(f'{dollars(cents)} {words}' for words, cents in line.why)}")
    if line.waiting_cents:
        notes.append(f"{dollars(line.waiting_cents)} is still open with insurance; you do not owe it now")
    if line.written_off_cents:
        notes.append(f"We took {dollars(line.written_off_cents)} off your share")
    service = f"{line.words} (code {line.code})" if line.code else line.words
    first = [_paragraph(service, _SMALL), *(_paragraph(note, _SMALL) for note in notes)]
    amounts = (
        line.charge_cents,
        -line.discount_cents,
        line.allowed_cents,
        -line.insurer_paid_cents,
        line.share_cents,
        -line.paid_cents,
        line.owed_cents,
    )
    return [first, *(_paragraph("-" if cents is None else dollars(cents), _RIGHT) for cents in amounts)]


def _changes(statement: Statement) -> list[Any]:
    found = statement.changes
    if found is None:
        return []
    rows = [(f"Balance on your statement of {_day(found.last_on)}", found.last_balance_cents), *found.steps]
    rows.append(("Balance now", statement.balance_cents))
    return [KeepTogether([_paragraph("What changed since your last statement", _HEAD), _sums(rows)])]


def _payments(statement: Statement) -> list[Any]:
    if not statement.payments:
        return []
    rows = [(f"{_day(each.day)}   {each.words}", each.cents) for each in statement.payments]
    return [KeepTogether([_paragraph("Your payments", _HEAD), _sums(rows, total=False)])]


def _plan(statement: Statement) -> list[Any]:
    if not statement.plan:
        return []
    rows = [[_paragraph(head, _SMALL_BOLD) for head in ("Due", "Amount", "Paid", "Still to pay")]]
    rows += [
        [
            _paragraph(_day(part.due_on), _SMALL),
            *(_paragraph(dollars(cents), _SMALL) for cents in (part.amount_cents, part.paid_cents, part.open_cents)),
        ]
        for part in statement.plan
    ]
    table = Table(rows, colWidths=[_WIDTH / 4] * 4, repeatRows=1)
    table.setStyle(_lines())
    return [_paragraph("Your payment plan", _HEAD), table]


def _ages(statement: Statement) -> list[Any]:
    heads = ("Up to 30 days", "31 to 60 days", "61 to 90 days", "Over 90 days")
    rows = [
        [_paragraph(head, _SMALL_BOLD) for head in heads],
        [_paragraph(dollars(cents), _SMALL) for cents in statement.ages],
    ]
    table = Table(rows, colWidths=[_WIDTH / 4] * 4)
    table.setStyle(_lines())
    return [KeepTogether([_paragraph("How long your balance has been open", _HEAD), table])]


def _help(statement: Statement) -> list[Any]:
    practice = statement.practice
    ask = "Something looks wrong, or you have new insurance? "
    hours = f" ({practice.hours})" if practice.hours else ""
    ask += f"Call us at {practice.phone}{hours}." if practice.phone else "Write to us at the address on the slip below."
    pay = "To pay: send a check with the slip below"
    pay += f", pay at {practice.website}" if practice.website else ""
    pay += ", or pay at our front desk with cash, check or card."
    cannot = (
        "Cannot pay all at once? Ask us for a payment plan with monthly amounts, or about help with your bill. "
        f"Please ask before {_day(statement.pay_by)}."
    )
    return [
        KeepTogether(
            [
                _paragraph("Questions, and how to pay", _HEAD),
                *(_paragraph(text, _ADVICE) for text in (ask, pay, cannot)),
            ]
        )
    ]


def _slip(statement: Statement) -> KeepTogether:
    practice = statement.practice
    ours = [_paragraph("Make your check payable and send it to", _SMALL), _paragraph(practice.name, _STRONG)]
    ours += [_paragraph(line, _TEXT) for line in practice.address]
    facts = _facts(
        ("Account number", statement.account),
        ("Statement date", _day(statement.as_of)),
        ("Pay by", _day(statement.pay_by)),
        ("Amount due now", dollars(statement.due_cents)),
        ("Amount enclosed", "$ ______________"),
    )
    slip = Table([[ours, facts]], colWidths=[_WIDTH - 3.2 * inch, 3.2 * inch])
    slip.setStyle(_bare())
    cut = HRFlowable(width="100%", thickness=0.8, color=colors.black, dash=(4, 3), spaceBefore=14, spaceAfter=2)
    return KeepTogether(
        [
            cut,
            _paragraph(
                "Please cut here, and send this part with your payment. Write the account number on your check.", _SMALL
            ),
            slip,
        ]
    )


def _facts(*facts: tuple[str, str]) -> Table:
    rows = [[_paragraph(name, _SMALL), _paragraph(value, _RIGHT_BOLD)] for name, value in facts]
    table = Table(rows, colWidths=[1.55 * inch, 1.55 * inch])
    table.setStyle(_lines())
    return table


def _sums(rows: Sequence[tuple[str, int]], *, total: bool = True) -> Table:
    last = len(rows) - 1 if total else -1
    cells = [
        [
            _paragraph(words, _SMALL_BOLD if place == last else _SMALL),
            _paragraph(dollars(cents), _RIGHT_BOLD if place == last else _RIGHT),
        ]
        for place, (words, cents) in enumerate(rows)
    ]
    table = Table(cells, colWidths=[_WIDTH - 1.2 * inch, 1.2 * inch])
    table.setStyle(_lines())
    return table


def _lines() -> TableStyle:
    return TableStyle(
        [
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, _RULE),
            ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
        ]
    )


def _bare() -> TableStyle:
    return TableStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (0, -1), 0),
            ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
        ]
    )


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(_printable(text)), style)


def _day(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _printable(text: str) -> str:
    """Text in letters that the font has: an accent that it lacks is left off, anything else becomes a question mark."""
    return "".join(_letter(letter) for letter in text)


@cache
def _letter(character: str) -> str:
    known = pdfmetrics.getFont(_REGULAR).face.charToGlyph
    if ord(character) in known:
        return character
    bare = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    return bare if bare and all(ord(each) in known for each in bare) else "?"


@cache
def _register_fonts() -> None:
    for name in (_REGULAR, _BOLD):
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
    pdfmetrics.registerFontFamily(_REGULAR, normal=_REGULAR, bold=_BOLD, italic=_REGULAR, boldItalic=_BOLD)
