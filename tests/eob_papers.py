"""Made-up explanations of benefits as PDFs of three layouts and as a scan, with what they truly say."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

from denialml.ids import claim_control_number
from denialml.money import cents_as_written

FAMILIES = ("STONE", "RIVERS", "MEADOW", "FIELDS", "BROOK", "HILLS")
GIVEN = ("ADA", "BEN", "CLEO", "DAN", "EVE", "FINN")
CODES = ("99213", "99214", "36415", "80053", "93000", "J3420", "97110", "99203-25", "71046-26")
REFUSALS = (("CO", "97", "N390"), ("CO", "50", "N115"), ("PR", "204", "N130"), ("CO", "16", "MA130"))


@dataclass
class Line:
    code: str
    served: date
    units: int
    charge: int
    allowed: int
    paid: int
    adjustments: list[tuple[str, str, int]]
    remark: str = ""


@dataclass
class PaperClaim:
    number: str
    payer_number: str
    name: str
    member: str
    lines: list[Line] = field(default_factory=list)

    @property
    def charge(self) -> int:
        return sum(line.charge for line in self.lines)

    @property
    def paid(self) -> int:
        return sum(line.paid for line in self.lines)

    @property
    def patient(self) -> int:
        return sum(cents for line in self.lines for group, _, cents in line.adjustments if group == "PR")


@dataclass
class Paper:
    """What an explanation of benefits says."""

    payer: str
    check: str
    issued: date
    claims: list[PaperClaim]

    @property
    def amount(self) -> int:
        return sum(claim.paid for claim in self.claims)

    def values(self) -> dict[str, str]:
        """Every value by its place: what a perfect reading would hold."""
        found = {"payer": self.payer, "check": self.check, "date": str(self.issued), "amount": money(self.amount)}
        for n, claim in enumerate(self.claims):
            where = f"{n}"
            found |= {
                f"{where}.claim": claim.number,
                f"{where}.payer_claim": claim.payer_number,
                f"{where}.charge": money(claim.charge),
                f"{where}.paid": money(claim.paid),
                f"{where}.patient": money(claim.patient),
            }
            for m, line in enumerate(claim.lines):
                found |= {
                    f"{where}.{m}.code": line.code,
                    f"{where}.{m}.date": str(line.served),
                    f"{where}.{m}.charge": money(line.charge),
                    f"{where}.{m}.allowed": money(line.allowed),
                    f"{where}.{m}.paid": money(line.paid),
                    f"{where}.{m}.adjustments": " ".join(
                        sorted(f"{g}-{r}-{money(cents)}" for g, r, cents in line.adjustments)
                    ),
                }
                if line.remark:
                    found[f"{where}.{m}.remarks"] = line.remark
        return found


def money(cents: int) -> str:
    return f"{cents / 100:.2f}"


def printed(cents: int) -> str:
    return f"{cents / 100:,.2f}"


def made_up(seed: int, claims: int = 3) -> Paper:
    """A payer's answer to so many claims: most paid, some refused."""
    dice = random.Random(seed)
    issued = date(2026, 2, 1) + timedelta(days=dice.randrange(60))
    made = []
    for n in range(claims):
        claim = PaperClaim(
            claim_control_number(1_000_000_000 + 7_919 * (1_000 * seed + n)),
            f"26{dice.randrange(10**9):09d}",
            f"{dice.choice(FAMILIES)}, {dice.choice(GIVEN)}",
            f"MEM{dice.randrange(10**7):07d}",
        )
        served = issued - timedelta(days=dice.randrange(10, 30))
        claim.lines = [_line(dice, served) for _ in range(dice.randrange(1, 4))]
        made.append(claim)
    return Paper("HARBOR HEALTH PLAN", f"{dice.randrange(10**7, 10**8)}", issued, made)


def _line(dice: random.Random, served: date) -> Line:
    charge = dice.randrange(20_00, 1_500_00, 50)
    allowed = charge * dice.randrange(50, 95) // 100
    code = dice.choice(CODES)
    units = dice.choice((1, 1, 1, 2))
    if dice.random() < 0.15:
        group, reason, remark = dice.choice(REFUSALS)
        return Line(code, served, units, charge, 0, 0, [(group, reason, charge)], remark)
    adjustments = [("CO", "45", charge - allowed)]
    share = 0
    for reason, chance in (("1", 0.2), ("2", 0.5), ("3", 0.3)):
        if dice.random() < chance:
            part = allowed * dice.randrange(5, 20) // 100
            adjustments.append(("PR", reason, part))
            share += part
    return Line(code, served, units, charge, allowed, allowed - share, adjustments)


class _Page:
    """Text on a page, from above."""

    def __init__(self, font: str, size: float) -> None:
        self._stream = io.BytesIO()
        self._canvas = Canvas(self._stream, pagesize=letter, invariant=True)
        self._font, self._size = font, size
        self.y = 40.0
        self._start()

    def _start(self) -> None:
        self._canvas.setFont(self._font, self._size)

    def left(self, x: float, text: str) -> None:
        self._canvas.drawString(x, letter[1] - self.y, text)

    def right(self, x: float, text: str) -> None:
        self._canvas.drawRightString(x, letter[1] - self.y, text)

    def rule(self) -> None:
        self._canvas.line(36, letter[1] - self.y + 2, letter[0] - 36, letter[1] - self.y + 2)

    def down(self, lines: float = 1.0) -> None:
        self.y += lines * self._size * 1.35

    def room(self, needed: float, again: Callable[[], None] | None = None) -> None:
        if self.y + needed > letter[1] - 50:
            self._canvas.showPage()
            self._start()
            self.y = 40.0
            if again:
                again()

    def bytes(self) -> bytes:
        self._canvas.save()
        return self._stream.getvalue()


def medicare_like(paper: Paper) -> bytes:
    """As Medicare's standard paper remittance: one typeface, claims as blocks under one row of headings."""
    page = _Page("Courier", 7.5)
    page.left(36, paper.payer)
    page.down()
    page.left(36, "REMITTANCE ADVICE")
    page.left(400, f"DATE: {paper.issued:%m/%d/%Y}")
    page.down()
    page.left(36, "PROVIDER: MAPLE FAMILY PRACTICE")
    page.left(400, f"CHECK/EFT #: {paper.check}")
    page.down(2)
    at = {"ALLOWED": 308, "DEDUCT": 352, "COINS": 396, "PROV PD": 560}

    def headings() -> None:
        for x, text in ((36, "REND PROV"), (88, "SERV DATE"), (148, "POS"), (170, "NOS"), (192, "PROC"), (222, "MODS")):
            page.left(x, text)
        page.right(270, "BILLED")
        for text, x in at.items():
            page.right(x, text)
        page.left(410, "GRP/RC-AMT")
        page.down()
        page.rule()
        page.down()

    headings()
    for claim in paper.claims:
        page.room(30 + 14 * sum(len(line.adjustments) for line in claim.lines), headings)
        page.left(36, f"NAME {claim.name}")
        page.left(170, f"MID {claim.member}")
        page.left(265, f"ACNT {claim.number}")
        page.left(360, f"ICN {claim.payer_number}")
        page.left(470, "ASG Y")
        page.left(500, "MOA MA01")
        page.down()
        for line in claim.lines:
            code, _, modifier = line.code.partition("-")
            page.left(36, "1234567893")
            page.left(88, f"{line.served:%m%d} {line.served:%m%d%y}")
            page.left(148, "11")
            page.left(174, str(line.units))
            page.left(192, code)
            page.left(222, modifier)
            page.right(270, money(line.charge))
            page.right(at["ALLOWED"], money(line.allowed))
            page.right(at["DEDUCT"], money(_part(line, "PR", "1")))
            page.right(at["COINS"], money(_part(line, "PR", "2")))
            page.right(at["PROV PD"], money(line.paid))
            for n, (group, reason, cents) in enumerate(line.adjustments):
                if n:
                    page.down()
                page.left(410, f"{group}-{reason}")
                page.right(500, money(cents))
            page.down()
            if line.remark:
                page.left(88, f"REM: {line.remark}")
                page.down()
        page.left(36, f"PT RESP {money(claim.patient)}")
        page.left(160, "CLAIM TOTALS")
        page.right(270, money(claim.charge))
        page.right(at["ALLOWED"], money(sum(line.allowed for line in claim.lines)))
        page.right(at["PROV PD"], money(claim.paid))
        page.down()
        page.right(500, "NET")
        page.right(at["PROV PD"], money(claim.paid))
        page.down(1.5)
    page.rule()
    page.down()
    page.left(36, "TOTALS: # OF CLAIMS")
    page.left(160, str(len(paper.claims)))
    page.left(400, f"CHECK AMOUNT {money(paper.amount)}")
    return page.bytes()


def grid(paper: Paper) -> bytes:
    """One table whose rows each name their claim, with headings over two rows and codes with amounts in a column."""
    page = _Page("Helvetica", 7)
    page.left(36, paper.payer)
    page.right(576, "Explanation of Payment")
    page.down(2)
    for label, value in (
        ("Check Number", paper.check),
        ("Check Date", f"{paper.issued:%m/%d/%Y}"),
        ("Check Amount", f"${printed(paper.amount)}"),
    ):
        page.left(36, f"{label}:")
        page.left(110, value)
        page.down()
    page.down()
    lefts = (36, "Patient", "Account"), (92, "Claim", "Number"), (142, "Service", "Date"), (186, "Proc", "Code")
    rights = (
        (252, "Billed", "Amount"),
        (296, "Allowed", "Amount"),
        (452, "Patient", "Responsibility"),
        (500, "Paid", "Amount"),
    )

    def headings() -> None:
        for row in (1, 2):
            for each in lefts:
                page.left(each[0], str(each[row]))
            for each in rights:
                page.right(each[0], str(each[row]))
            page.left(310, ("Reason", "Codes")[row - 1])
            page.left(520, ("Remark", "Codes")[row - 1])
            page.down()
        page.rule()
        page.down()

    headings()
    for claim in paper.claims:
        for line in claim.lines:
            page.room(40, headings)
            page.left(36, claim.number)
            page.left(92, claim.payer_number)
            page.left(142, f"{line.served:%m/%d/%Y}")
            page.left(186, line.code)
            page.right(252, printed(line.charge))
            page.right(296, printed(line.allowed))
            page.right(452, printed(sum(c for g, _, c in line.adjustments if g == "PR")))
            page.right(500, printed(line.paid))
            page.left(520, line.remark)
            for n, (group, reason, cents) in enumerate(line.adjustments):
                if n:
                    page.down()
                page.left(310, f"{group}{reason} {printed(cents)}")
            page.down(1.2)
    page.down()
    page.left(36, "Total")
    page.right(252, printed(sum(claim.charge for claim in paper.claims)))
    page.right(500, printed(paper.amount))
    return page.bytes()


def blocks(paper: Paper) -> bytes:
    """A block for each claim, its facts with labels, discounts and the patient's shares in columns without codes."""
    page = _Page("Times-Roman", 8.5)
    page.left(36, f"Payer: {paper.payer}")
    page.right(576, "PROVIDER EXPLANATION OF BENEFITS")
    page.down(1.5)
    page.left(36, f"Payment date: {paper.issued:%b} {paper.issued.day}, {paper.issued.year}")
    page.left(220, f"Check no. {paper.check}")
    page.left(400, f"Total payment: ${printed(paper.amount)}")
    page.down(2)
    columns = (
        (230, "Amount billed"), (290, "Discount"), (340, "Deductible"), (390, "Copay"), (450, "Coinsurance"),
        (510, "Not covered"), (570, "Plan paid"),
    )  # fmt: skip
    for claim in paper.claims:
        page.room(75 + 12 * len(claim.lines))
        page.left(36, f"Patient: {claim.name}")
        page.left(220, f"Patient account number: {claim.number}")
        page.down()
        page.left(36, f"Member ID: {claim.member}")
        page.left(220, f"Claim number: {claim.payer_number}")
        page.down(1.4)
        page.left(36, "Date of service")
        page.left(100, "Procedure")
        page.left(145, "Codes")
        for x, text in columns:
            page.right(x, text)
        page.down()
        page.rule()
        page.down()
        for line in claim.lines:
            parts = {reason: cents for _, reason, cents in line.adjustments}
            refused = "" if "45" in parts else f"{line.adjustments[0][0]}-{line.adjustments[0][1]}"
            page.left(36, f"{line.served:%m/%d/%y}")
            page.left(100, line.code)
            page.left(145, refused)
            amounts = (
                line.charge, parts.get("45", 0), parts.get("1", 0), parts.get("3", 0), parts.get("2", 0),
                line.charge if refused else 0, line.paid,
            )  # fmt: skip
            for (x, _), cents in zip(columns, amounts, strict=True):
                page.right(x, printed(cents))
            page.down()
            if line.remark:
                page.left(100, line.remark)
                page.down()
        page.left(36, "Claim total")
        page.right(230, printed(claim.charge))
        page.right(570, printed(claim.paid))
        page.down()
        page.left(36, f"You may bill the patient: ${printed(claim.patient)}")
        page.down(2)
    return page.bytes()


def letter_of_payer(paper: Paper) -> bytes:
    """A letter with words of its own for everything, headings over two rows, sums before the next claim."""
    page = _Page("Helvetica", 6.5)
    page.left(36, paper.payer)
    page.right(576, f"Printed: {paper.issued:%m/%d/%Y}")
    page.down(1.5)
    page.left(36, f"Trace Number: {paper.check}")
    page.left(200, f"Trace Amount: ${printed(paper.amount)}")
    page.left(360, f"Paid on: {paper.issued:%m/%d/%Y}")
    page.down(2)
    columns = (
        (230, "Submitted", "Charges"), (275, "Allowable", "Amount"), (315, "Copay", "Amount"), (360, "Deductible", ""),
        (400, "Co", "Insurance"), (445, "Patient", "Resp"), (490, "Payable", "Amount"),
    )  # fmt: skip
    for claim in paper.claims:
        page.room(80 + 12 * len(claim.lines))
        page.left(36, f"Patient Name: {claim.name}")
        page.left(220, f"Claim ID: {claim.payer_number}")
        page.left(400, f"Recd: {paper.issued:%m/%d/%y}")
        page.down()
        page.left(36, f"Member ID: {claim.member}")
        page.left(220, f"Patient Account: {claim.number}")
        page.down(1.5)
        for row in (0, 1):
            page.left(36, ("Service", "Dates")[row])
            page.left(90, ("PL", "")[row])
            page.left(110, ("Service", "Code")[row])
            page.left(155, ("Num", "Svcs")[row])
            for x, *texts in columns:
                page.right(x, texts[row])
            page.left(505, ("See", "Remarks")[row])
            page.down()
        page.rule()
        page.down()
        for line in claim.lines:
            page.left(36, f"{line.served:%m/%d/%y}")
            page.left(90, "11")
            page.left(110, line.code)
            page.left(160, str(line.units))
            share = sum(cents for group, _, cents in line.adjustments if group == "PR")
            amounts = (
                line.charge, line.allowed, _part(line, "PR", "3"), _part(line, "PR", "1"), _part(line, "PR", "2"),
                share, line.paid,
            )  # fmt: skip
            for (x, *_), cents in zip(columns, amounts, strict=True):
                page.right(x, printed(cents))
            refused = [
                f"{group}-{reason}" for group, reason, _ in line.adjustments if reason not in {"1", "2", "3", "45"}
            ]
            page.left(505, " ".join([*refused, line.remark]))
            page.down()
        page.left(36, "TOTALS")
        page.right(230, printed(claim.charge))
        page.right(445, printed(claim.patient))
        page.right(490, printed(claim.paid))
        page.down()
        page.right(576, f"ISSUED AMT: ${printed(claim.paid)}")
        page.down(2)
    return page.bytes()


def _part(line: Line, group: str, reason: str) -> int:
    return sum(cents for g, r, cents in line.adjustments if (g, r) == (group, reason))


LAYOUTS: dict[str, Callable[[Paper], bytes]] = {
    "medicare-like": medicare_like,
    "grid": grid,
    "blocks": blocks,
    "letter": letter_of_payer,
}


def scanned(content: bytes, seed: int = 1, degrees: float = 1.0, dpi: int = 200) -> bytes:
    """The pages of a PDF as pictures in a PDF: turned a little, grey, with noise and blur, as an office's scanner."""
    import numpy as np
    import pypdfium2
    from PIL import Image, ImageFilter

    noise = np.random.default_rng(seed)
    pages = []
    for page in pypdfium2.PdfDocument(content):
        image = page.render(scale=dpi / 72).to_pil().convert("L")
        image = image.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=255)
        image = image.filter(ImageFilter.GaussianBlur(0.6))
        grey = np.asarray(image).astype(float) * 0.92 + noise.normal(0, 12, (image.height, image.width))
        pages.append(Image.fromarray(np.clip(grey, 0, 255).astype("uint8")))
    stream = io.BytesIO()
    pages[0].save(stream, "PDF", resolution=dpi, save_all=True, append_images=pages[1:])
    return stream.getvalue()


def read_values(sheet: object) -> dict[str, str]:
    """What a draft holds, by the places of :meth:`Paper.values`; unreadable texts as they stand."""
    from denialml.eob import Sheet, values

    assert isinstance(sheet, Sheet)

    def shown(name: str, text: str) -> str:
        try:
            if name in {"amount", "charge", "paid", "patient", "allowed"}:
                return money(cents_as_written(text))
            if name == "date":
                return str(values.day(text))
            if name == "adjustments":
                return " ".join(
                    sorted(f"{a.group}-{a.reason}-{money(a.amount_cents)}" for a in values.adjustments(text))
                )
        except ValueError:
            pass
        return text

    found = {name: shown(name, cell.text) for name, cell in sheet.head.items()}
    for n, claim in enumerate(sheet.claims):
        found |= {f"{n}.{name}": shown(name, cell.text) for name, cell in claim.fields.items()}
        for m, line in enumerate(claim.lines):
            found |= {f"{n}.{m}.{name}": shown(name, cell.text) for name, cell in line.items()}
    return found
