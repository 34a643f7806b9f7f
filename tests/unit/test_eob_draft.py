"""Drafts from words on pages: labels, columns, continued rows, and what a person has to look at."""

from __future__ import annotations

from denialml import eob
from denialml.eob import Page, Sheet, Word
from denialml.ids import claim_control_number

NUMBER = claim_control_number(123_456_789)


def page(*rows: str, confidence: float = 1.0) -> Page:
    """Words of rows of text, as wide as typewriting; rows stand 12 points apart."""
    words = []
    for n, row in enumerate(rows):
        column = 0
        for part in row.split(" "):
            if part:
                left, top = 6.0 * column, 40.0 + 12 * n
                words.append(Word(part, (left, top, left + 6.0 * len(part), top + 9), confidence))
            column += len(part) + 1
    return Page(1, 612, 792, tuple(words))


PAPER = (
    "HARBOR HEALTH",
    "Check number: 100234     Check date: 01/30/2026   Check amount: $70.00",
    f"Patient account: {NUMBER}      Claim number: 26123456",
    "Service date  Procedure     Billed    Allowed  Reason codes       Paid",
    "01/05/2026    99213         100.00      80.00  CO-45   20.00     70.00",
    "                                               PR-3    10.00",
    "              Remark: N130",
    "Claim total                 100.00      80.00                    70.00",
)


def changed(place: int, row: str, **more: float) -> Sheet:
    return eob.draft([page(*PAPER[:place], row, *PAPER[place + 1 :], **more)])


def texts(sheet: Sheet) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    claim = sheet.claims[0]
    head, fields, line = (
        {name: cell.text for name, cell in f.items()} for f in (sheet.head, claim.fields, claim.lines[0])
    )
    return head, fields, line


def doubts(sheet: Sheet) -> dict[str, str]:
    every = [sheet.head, *(f for claim in sheet.claims for f in (claim.fields, *claim.lines))]
    return {name: cell.doubt for fields in every for name, cell in fields.items() if cell.doubt}


def test_every_value_is_found_with_its_place() -> None:
    sheet = eob.draft([page(*PAPER)], "ab12")
    head, fields, line = texts(sheet)
    assert head == {"payer": "HARBOR HEALTH", "check": "100234", "date": "01/30/2026", "amount": "$70.00"}
    assert fields == {"claim": NUMBER, "payer_claim": "26123456", "charge": "100.00", "paid": "70.00"}
    assert line == {
        "code": "99213",
        "date": "01/05/2026",
        "charge": "100.00",
        "allowed": "80.00",
        "paid": "70.00",
        "adjustments": "CO-45-20.00 PR-3-10.00",
        "remarks": "N130",
    }
    place = sheet.claims[0].lines[0]["paid"].place
    assert place is not None
    assert (place.page, place.box, place.confidence) == (1, (6.0 * 65, 88.0, 6.0 * 70, 97.0), 1.0)
    assert sheet.document == "ab12"
    assert doubts(sheet) == {"payer": "no label: taken from the first line of the page"}


def test_what_does_not_balance_is_marked() -> None:
    sheet = changed(4, PAPER[4].replace("70.00", "70.01"))
    assert sheet.claims[0].fields["paid"].doubt == "its lines and it differ by $0.01 paid"
    assert sheet.claims[0].lines[0]["paid"].doubt == "charge less adjustments less paid leaves -$0.01"


def test_a_check_of_another_amount_is_marked() -> None:
    assert "differ from the check by -$10.00" in doubts(changed(1, PAPER[1].replace("$70.00", "$80.00")))["amount"]


def test_low_confidence_is_marked() -> None:
    found = doubts(eob.draft([page(*PAPER, confidence=0.7)]))
    assert {"check", "claim", "code", "paid", "adjustments"} <= found.keys()
    assert set(found.values()) == {"low confidence", "no label: taken from the first line of the page"}


def test_adjustments_with_columns_of_their_own() -> None:
    sheet = eob.draft(
        [
            page(
                *PAPER[:3],
                "Service date  Procedure     Billed   Discount   Copay   Deductible     Paid",
                "01/05/2026    99213         100.00      20.00   10.00         0.00    70.00",
            )
        ]
    )
    _, fields, line = texts(sheet)
    assert line["adjustments"] == "CO-45-20.00 PR-3-10.00"
    assert (fields["charge"], fields["paid"]) == ("100.00", "70.00")  # sums of lines, where none are printed


def test_what_is_allowed_less_than_charged_is_a_reason_in_doubt() -> None:
    sheet = eob.draft(
        [
            page(
                *PAPER[:3],
                "Service date  Procedure     Billed    Allowed    Copay      Paid",
                "01/05/2026    99213         100.00      80.00    10.00     70.00",
            )
        ]
    )
    cell = sheet.claims[0].lines[0]["adjustments"]
    assert (cell.text, cell.doubt) == (
        "PR-3-10.00 CO-45-20.00",
        "not printed: what was charged above what is allowed",
    )


def test_headings_over_two_rows_and_claims_named_in_rows() -> None:
    sheet = eob.draft(
        [
            page(
                "Patient       Claim       Service      Proc     Billed  Paid      Reason",
                "Account       Number      Date         Code     Amount  Amount    Codes",
                f"{NUMBER}   26123456    01/05/2026   99213    100.00   80.00    CO45 20.00",
                f"{NUMBER}   26123456    01/05/2026   36415     10.00    8.00    CO45 2.00",
                "A-1234567     26123457    01/06/2026   99214    120.00   90.00    CO45 30.00",
            )
        ]
    )
    assert [claim.fields["claim"].text for claim in sheet.claims] == [NUMBER, "A-1234567"]
    assert [len(claim.lines) for claim in sheet.claims] == [2, 1]
    assert sheet.claims[0].fields["paid"].text == "88.00"


def test_a_refusal_without_amount_takes_what_is_not_covered() -> None:
    sheet = eob.draft(
        [
            page(
                *PAPER[:3],
                "Service date  Procedure  Codes     Billed   Not covered     Paid",
                "01/05/2026    99213      CO-97     100.00        100.00     0.00",
            )
        ]
    )
    assert sheet.claims[0].lines[0]["adjustments"].text == "CO-97-100.00"


def test_a_refusal_without_any_amount_takes_what_is_left_in_doubt() -> None:
    sheet = eob.draft(
        [
            page(
                *PAPER[:3],
                "Service date  Procedure  Billed     Copay    Codes      Paid",
                "01/05/2026    99213      100.00      0.00    CO-97      0.00",
            )
        ]
    )
    cell = sheet.claims[0].lines[0]["adjustments"]
    assert (cell.text, cell.doubt[:31]) == ("CO-97-100.00", "no amount is printed with it: w")


def test_a_misread_number_of_ours_is_set_right_by_its_check_character() -> None:
    misread = NUMBER.replace("0", "O")
    assert misread != NUMBER
    sheet = changed(2, PAPER[2].replace(NUMBER, misread), confidence=0.9)
    assert sheet.claims[0].fields["claim"].text == NUMBER
    printed = changed(2, PAPER[2].replace(NUMBER, misread))
    assert printed.claims[0].fields["claim"].text == misread  # a PDF's own text is what it is


def test_nothing_is_made_of_an_empty_page() -> None:
    assert eob.draft([Page(1, 612, 792, ())]) == Sheet({})
