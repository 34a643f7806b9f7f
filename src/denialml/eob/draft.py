"""A draft from the words of a document: values by label and by column, each with its place, doubts marked.

Nothing is known of single payers: labels and headings are looked up in a table, columns found where headings stand.
What is low in confidence, cannot be read, is not printed or does not balance is marked for a person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from denialml.eob import values
from denialml.eob.entry import looked_over, places_of
from denialml.eob.headings import CLAIM, HEAD, TOTAL, Found, found_in
from denialml.eob.sheet import Cell, Fields, Place, Sheet, SheetClaim
from denialml.eob.table import Column, by_column, field_of, header_at
from denialml.eob.words import Page, Word, around, rows_of
from denialml.ids import CONTROL_NUMBER
from denialml.money import cents_as_written

SURE: Final = 0.80  #: confidence below which a person has to look
_GAP: Final = 2.0  # of a word's height: what stands farther is another text
_IDENTIFIES: Final = frozenset({"claim", "payer_claim", "member"})
_AMOUNTS: Final = ("charge", "allowed", "paid")
_IMPLIED: Final = re.compile(r"[A-Z]{2}-[A-Z]?\d{1,3}")  # a column that is an adjustment of its own
_CODE: Final = re.compile(r"(C?C[O0]|PR|[O0]A|P[I1])-?([A-Z]?\d{1,3})(?:[:=-](\S+))?[,;]?")
_NEVER_OURS: Final = str.maketrans("OILU", "011V")  # letters that our numbers do not have (denialml.ids)
_OUR_LENGTH: Final = 11
_ALIKE: Final = [pair for a, b in zip("QDSZBG7T", "00528611", strict=True) for pair in ((a, b), (b, a))]  # misread
_GROUPS: Final = {"C0": "CO", "CCO": "CO", "CC0": "CO", "0A": "OA", "P1": "PI"}  # as OCR takes a letter for a digit


def draft(pages: Sequence[Page], document: str = "") -> Sheet:
    """What a document says, as far as it could be found. ``document`` is its sha256."""
    drafting = _Drafting()
    for page in pages:
        drafting.read(page)
    return _doubted(drafting.sheet(document))


@dataclass(slots=True)
class _Line:
    fields: dict[str, Cell] = field(default_factory=dict)
    implied: dict[str, Cell] = field(default_factory=dict)  # adjustments that have a column of their own
    codes: list[tuple[str, str, Cell]] = field(default_factory=list)  # code, amount or empty, cell
    remarks: list[Cell] = field(default_factory=list)
    patient: Cell | None = None
    not_covered: Cell | None = None


@dataclass(slots=True)
class _Claim:
    fields: dict[str, Cell] = field(default_factory=dict)
    lines: list[_Line] = field(default_factory=list)


class _Drafting:
    """The state of reading: what was found so far, and the columns in force."""

    def __init__(self) -> None:
        self._head: dict[str, tuple[int, Cell]] = {}  # with the length of its label: the longest says best
        self._claims: list[_Claim] = []
        self._columns: tuple[Column, ...] = ()
        self._page = 0

    def read(self, page: Page) -> None:
        """All rows of a page."""
        self._page = page.number
        rows = rows_of(page.words)
        if page.number == 1 and rows:
            words = rows[0][: _end_of_text(rows[0], 0)]
            doubt = "no label: taken from the first line of the page"
            self._head["payer"] = 0, self._cell(" ".join(w.text for w in words), words, doubt)
        place = 0
        while place < len(rows):
            header = header_at(rows, place)
            if header:
                self._columns = header.columns
                place += header.rows
                continue
            below = rows[place + 1] if place + 1 < len(rows) else []
            self._row(rows[place], below)
            place += 1

    def _row(self, row: list[Word], below: list[Word]) -> None:
        labels = found_in(row, (HEAD, CLAIM))
        if self._service(row):
            return
        said = [(label, cell) for label in labels if (cell := self._labelled(label, labels, row, below))]
        self._open(label.field for label, _ in said if label.level == CLAIM)
        for label, cell in said:
            length = label.end - label.start
            if label.level == HEAD and length > self._head.get(label.field, (-1, cell))[0]:
                self._head[label.field] = length, cell
            elif label.level == CLAIM and self._claims:
                self._claims[-1].fields.setdefault(label.field, cell)
        if any(label.field == TOTAL for label in labels):
            self._totals(row, labels)
        elif not said:
            self._goes_on(row)

    def _open(self, names: Iterable[str]) -> None:
        """Begin a claim where one is named anew."""
        named = _IDENTIFIES.intersection(names)
        last = self._claims[-1] if self._claims else None
        if named and (last is None or last.lines or named & last.fields.keys()):
            self._claims.append(_Claim())

    # Labels

    def _labelled(self, label: Found, labels: Sequence[Found], row: list[Word], below: list[Word]) -> Cell | None:
        """The value that stands right of a label, else below it."""
        shape = _SHAPES.get(label.field)
        if shape is None:
            return None
        limit = min((each.start for each in labels if each.start > label.start), default=len(row))
        taken = shape(row[label.end : limit])
        if not taken and label.end == limit:
            left, _, right, _ = around(row[label.start : label.end])
            start = next((n for n, word in enumerate(below) if word.box[0] < right and left < word.box[2]), len(below))
            taken = shape(below[start:])
        if not taken:
            return None
        if label.field == "claim":
            return self._our_number(row[label.end : limit] or taken)
        return self._cell(" ".join(word.text for word in taken), taken)

    # Tables

    def _service(self, row: list[Word]) -> bool:
        """Take in a row that is a service: a procedure, and two of its day and amounts, under their headings."""
        if not self._columns:
            return False
        line, rest = self._codes(row)
        found = by_column(rest, self._columns)
        procedure = self._procedure(found.pop("code", []), found.pop("modifiers", []))
        amounts = {name: cell for name in _AMOUNTS if (cell := self._money(found.get(name, [])))}
        day = _day(found.get("date", []))
        if procedure is None or len(amounts) + bool(day) < 2:
            return False
        line.fields = {"code": procedure, **amounts}
        if day:
            line.fields["date"] = self._cell(" ".join(w.text for w in day), day)
        if units := [w for w in found.get("units", []) if re.fullmatch(r"\d+(\.\d+)?", w.text)]:
            line.fields["units"] = self._cell(units[0].text, units[:1])
        line.patient, line.not_covered = (self._money(found.get(name, [])) for name in ("patient", "not_covered"))
        for name in found:
            if _IMPLIED.fullmatch(name) and (cell := self._money(found[name])):
                line.implied[name] = cell
        self._claim_of_row(found)
        self._claims[-1].lines.append(line)
        return True

    def _claim_of_row(self, found: Mapping[str, list[Word]]) -> None:
        """The claim that a row names in columns of its own; without one, that of the row before."""
        named = {}
        for name in ("payer_claim", "claim"):
            words = _numbered(found.get(name, []))
            if words:
                named[name] = self._our_number(words) if name == "claim" else self._cell(words[0].text, words)
        last = self._claims[-1] if self._claims else None
        both = [name for name in named if last and name in last.fields][:1]  # the payer's number tells best
        if last is None or any(last.fields[name].text != named[name].text for name in both):
            self._claims.append(_Claim(named))
        else:
            last.fields |= {name: cell for name, cell in named.items() if name not in last.fields}

    def _totals(self, row: list[Word], labels: Sequence[Found]) -> None:
        """A claim's sums, under the headings of its lines; those of the whole check where rows name their claims."""
        several = any(column.field in {"claim", "payer_claim"} for column in self._columns)
        if not self._columns or not self._claims or several:
            return
        used = {n for label in labels for n in range(label.start, label.end)}
        used |= {label.end for label in labels if label.field != TOTAL}
        found = by_column([word for n, word in enumerate(row) if n not in used], self._columns)
        for name in ("charge", "paid", "patient"):
            cell = self._money(found.get(name, []))
            if cell:
                self._claims[-1].fields.setdefault(name, cell)

    def _goes_on(self, row: list[Word]) -> None:
        """Adjustments and remarks of the line above."""
        if not self._claims or not self._claims[-1].lines:
            return
        more, rest = self._codes(row)
        if more.codes or (more.remarks and not any(char.isdigit() for word in rest for char in word.text)):
            last = self._claims[-1].lines[-1]
            last.codes += more.codes
            last.remarks += more.remarks

    def _codes(self, row: list[Word]) -> tuple[_Line, list[Word]]:
        """Adjustments with their amounts and remark codes, taken out of a row."""
        line, rest, place = _Line(), [], 0
        while place < len(row):
            words = row[place : place + 1]
            matched = _CODE.fullmatch(words[0].text.upper())
            if matched is None and place + 1 < len(row) and words[0].text.upper() in {"CO", "PR", "OA", "PI"}:
                joined = _CODE.fullmatch(f"{words[0].text.upper()}-{row[place + 1].text}")
                words, matched = (row[place : place + 2], joined) if joined else (words, None)
            if matched:
                after = row[place + len(words) : place + len(words) + 1]
                amount = matched[3] if matched[3] and _is_money(matched[3]) else ""
                if not amount and after and self._is_amount_of(words[-1], after[0]):
                    amount, words = after[0].text, [*words, *after]
                code = f"{_GROUPS.get(matched[1], matched[1])}-{matched[2]}"
                line.codes.append((code, amount, self._cell("", words)))
            elif values.REMARK.fullmatch(words[0].text.strip(",;")):
                line.remarks.append(self._cell(words[0].text.strip(",;"), words))
            else:
                rest += words
            place += len(words)
        return line, rest

    def _is_amount_of(self, code: Word, after: Word) -> bool:
        """Whether the word after a code is its amount: next to it, or under no other heading of amounts."""
        if not _is_money(after.text):
            return False
        near = after.box[0] - code.box[2] < _GAP / 2 * code.height
        return near or field_of(after, self._columns) in {"", "adjustments", "remarks", "ignored"}

    def _procedure(self, words: list[Word], modifiers: list[Word]) -> Cell | None:
        if not words:
            return None
        parts = re.split(r"[-:/]", words[0].text.upper())
        if not values.PROCEDURE.fullmatch(parts[0]):
            return None
        others = [w for w in [*words[1:], *modifiers] if re.fullmatch(r"[0-9A-Z]{2}", w.text.upper())]
        text = "-".join([*parts, *(word.text.upper() for word in others)])
        return self._cell(text, [words[0], *others])

    def _our_number(self, words: list[Word]) -> Cell:
        """Our claim number, from one word or from two that OCR took apart."""
        for count in (1, 2):
            taken = words[:count]
            number = _set_right("".join(word.text for word in taken).upper())
            if number and any(word.confidence < 1 for word in taken):
                return self._cell(number, taken)
        return self._cell(words[0].text, words[:1])

    def _money(self, words: list[Word]) -> Cell | None:
        amounts = [word for word in words if _is_money(word.text)]
        return self._cell(amounts[-1].text, amounts[-1:]) if amounts else None

    def _cell(self, text: str, words: Sequence[Word], doubt: str = "") -> Cell:
        confidence = min(word.confidence for word in words)
        place = Place(self._page, around(words), confidence)
        return Cell(text, "", place, doubt or ("low confidence" if confidence < SURE else ""))

    # The end

    def sheet(self, document: str) -> Sheet:
        """Everything found, sums of lines in place of sums that are not printed."""
        claims = [_claim_done(claim) for claim in self._claims if claim.fields or claim.lines]
        return Sheet({name: cell for name, (_, cell) in self._head.items()}, tuple(claims), (), document)


def _claim_done(claim: _Claim) -> SheetClaim:
    lines = [_line_done(line) for line in claim.lines]
    fields = dict(claim.fields)
    for name in ("charge", "paid"):
        cells = [line[name] for line in lines if name in line]
        if name not in fields and cells:
            fields[name] = _sum(cells)
    shares = [line.patient for line in claim.lines if line.patient]
    if "patient" not in fields and shares:
        fields["patient"] = _sum(shares)
    return SheetClaim(fields, tuple(lines))


def _line_done(line: _Line) -> Fields:
    fields = dict(line.fields)
    adjustments = _adjustments(line)
    if adjustments:
        fields["adjustments"] = _together(adjustments)
    if line.remarks:
        fields["remarks"] = _together(line.remarks)
    return fields


def _adjustments(line: _Line) -> list[Cell]:
    """Printed ones; those with a column of their own unless printed; what is allowed less than charged, in doubt."""
    found = [
        replace(cell, text=_adjustment(code, cents_as_written(amount))) for code, amount, cell in line.codes if amount
    ]
    printed = {code for code, amount, _ in line.codes if amount}
    for code, cell in line.implied.items():
        cents = cents_as_written(cell.text)
        if code not in printed and cents:
            found.append(replace(cell, text=_adjustment(code, cents)))
    found += _bare(line, found)
    left = _left(line.fields, found)
    allowed = line.fields.get("allowed")
    if left and allowed and left == cents_as_written(line.fields["charge"].text) - cents_as_written(allowed.text):
        doubt = "not printed: what was charged above what is allowed"
        found.append(replace(allowed, text=_adjustment("CO-45", left), doubt=doubt))
    return found


def _bare(line: _Line, others: Sequence[Cell]) -> list[Cell]:
    """Codes without amounts: a single one takes what is not covered, or in doubt what is left of the charge."""
    bare = [(code, cell) for code, amount, cell in line.codes if not amount and code not in line.implied]
    if line.not_covered and len(bare) == 1:
        code, cell = bare[0]
        return [replace(cell, text=_adjustment(code, cents_as_written(line.not_covered.text)))]
    left = _left(line.fields, others) if len(bare) == 1 else 0
    doubt = "no amount is printed with it: what is left of the charge"
    return [replace(cell, text=_adjustment(code, left), doubt=doubt) for code, cell in bare]


def _left(fields: Fields, adjustments: Sequence[Cell]) -> int:
    """What a line's charge leaves beside paid and adjustments, in cents; zero when its amounts are not all there."""
    if "charge" not in fields or "paid" not in fields:
        return 0
    adjusted = sum(a.amount_cents for cell in adjustments for a in values.adjustments(cell.text))
    return cents_as_written(fields["charge"].text) - adjusted - cents_as_written(fields["paid"].text)


def _adjustment(code: str, cents: int) -> str:
    return f"{code}-{_amount(cents)}"


def _amount(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _sum(cells: Sequence[Cell]) -> Cell:
    total = sum(cents_as_written(cell.text) for cell in cells)
    return replace(_together(cells), text=_amount(total))


def _together(cells: Sequence[Cell]) -> Cell:
    """Several texts as one: the box around them, the least confidence, all doubts."""
    places = [cell.place for cell in cells if cell.place]
    page = places[0].page
    boxes = [place.box for place in places if place.page == page]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
    place = Place(page, (left, top, right, bottom), min(place.confidence for place in places))
    doubt = "; ".join(dict.fromkeys(cell.doubt for cell in cells if cell.doubt))
    return Cell(" ".join(cell.text for cell in cells), "", place, doubt)


def _doubted(sheet: Sheet) -> Sheet:
    """Marks on values that cannot be read, and on those at which a balance fails."""
    said: dict[tuple[str, str], str] = {}
    for finding in looked_over(sheet):
        where, _, name = finding.where.rpartition(", ")
        if finding.code != "in-doubt":
            said.setdefault((where, name), finding.message)

    def marked(where: str, cells: Fields) -> Fields:
        return {name: replace(cell, doubt=cell.doubt or said.get((where, name), "")) for name, cell in cells.items()}

    done = {where: marked(where, cells) for where, cells in places_of(sheet)}
    claims = tuple(
        SheetClaim(
            done[f"claim {n}"], tuple(done[f"claim {n} line {m}"] for m in range(1, len(claim.lines) + 1)), claim.span
        )
        for n, claim in enumerate(sheet.claims, 1)
    )
    return replace(sheet, head=done["the check"], claims=claims)


# Shapes of labelled values: the words of a row's rest that are the value, or none.


def _end_of_text(words: Sequence[Word], start: int) -> int:
    """Where a text ends: at a wide gap, or with the row."""
    end = start + 1
    while end < len(words) and words[end].box[0] - words[end - 1].box[2] < _GAP * words[end].height:
        end += 1
    return end


def _text(words: list[Word]) -> list[Word]:
    return words[: _end_of_text(words, 0)] if words else []


def _numbered(words: list[Word]) -> list[Word]:
    first = words[:1]
    return first if first and re.fullmatch(r"(?=.*\d)[0-9A-Za-z-]{3,}", first[0].text) else []


def _set_right(text: str) -> str:
    """A number of ours as it must have been: its check character finds the one wrong letter. Empty where it cannot."""
    written = text.translate(_NEVER_OURS)
    padded = re.sub(r"^[0QD]+", "", written).rjust(_OUR_LENGTH, "0")  # zeros in a row are hard to count
    likely = {written, padded}
    for each in (written, padded):
        for wrong, right in _ALIKE:
            likely |= {each[:n] + right + each[n + 1 :] for n, character in enumerate(each) if character == wrong}
    valid = {each for each in likely if CONTROL_NUMBER.is_valid(each)}
    return valid.pop() if len(valid) == 1 else ""


def _one_money(words: list[Word]) -> list[Word]:
    return words[:1] if words and _is_money(words[0].text) else []


def _day(words: list[Word]) -> list[Word]:
    for start in range(min(2, len(words))):
        for count in (1, 3):
            taken = words[start : start + count]
            if len(taken) == count and _is_day(" ".join(word.text for word in taken)):
                return taken
    return []


def _first_day(words: list[Word]) -> list[Word]:
    taken = _day(words)
    return taken if taken and taken[0] is words[0] else []


def _remarks(words: list[Word]) -> list[Word]:
    taken = []
    for word in words:
        if not values.REMARK.fullmatch(word.text):
            break
        taken.append(word)
    return taken


def _is_money(text: str) -> bool:
    try:
        cents_as_written(text)
    except ValueError:
        return False
    return "." in text


def _is_day(text: str) -> bool:
    try:
        values.day(text)
    except ValueError:
        return False
    return True


_SHAPES: Final[Mapping[str, Callable[[list[Word]], list[Word]]]] = {
    "payer": _text,
    "payer_id": _numbered,
    "payer_tax_id": _numbered,
    "payee_npi": _numbered,
    "check": _numbered,
    "date": _first_day,
    "amount": _one_money,
    "claim": _numbered,
    "payer_claim": _numbered,
    "member": _numbered,
    "remarks": _remarks,
    "patient": _one_money,
    "paid": _one_money,
}
