"""Typed explanations of benefits: read, checked like an 835, and made into remittances."""

from __future__ import annotations

from datetime import date

import pytest

from denialml import eob
from denialml.errors import BadInputError, Severity
from denialml.ledger import RemittanceAsRead
from eob_entries import CSV, PAID, changed

CAME = date(2026, 2, 3)


def entered(content: bytes, kind: str = "yaml") -> RemittanceAsRead:
    found = eob.entered(eob.sheet_of(content, kind), CAME)
    assert found.remittance is not None, found.findings
    return found.remittance


def problems(content: bytes, kind: str = "yaml") -> list[tuple[str, str]]:
    found = eob.entered(eob.sheet_of(content, kind), CAME)
    assert found.remittance is None
    return [(each.where, each.message) for each in found.findings if each.severity is Severity.ERROR]


def test_a_typed_check_is_the_remittance_that_an_835_would_say() -> None:
    read = entered(PAID.encode())
    head, payment = read.remittance, read.payments[0].payment
    assert (head.trace, head.payment_cents, head.method, head.paid_on) == ("100234", 7000, "CHK", date(2026, 1, 30))
    assert (payment.charge_cents, payment.paid_cents, payment.patient_responsibility_cents) == (10000, 7000, 1000)
    service = payment.services[0]
    assert (service.procedure.code, service.service_from, service.paid_cents) == ("99213", date(2026, 1, 5), 7000)
    assert [(a.group, a.reason, a.amount_cents) for a in service.adjustments] == [("CO", "45", 2000), ("PR", "3", 1000)]
    assert [remark.code for remark in service.remarks] == ["N130"]
    assert service.amounts[0].cents == 8000


def test_csv_says_the_same_as_yaml() -> None:
    typed, rows = entered(PAID.encode()), entered(CSV.encode(), "csv")
    assert rows.remittance == typed.remittance
    assert [read.payment for read in rows.payments] == [read.payment for read in typed.payments]


def test_spans_point_to_the_claim_in_the_file() -> None:
    content = changed({"payer: OUR PAYER": "payer: CAFÉ CARE"})
    span = entered(content).payments[0].span
    assert content[span.start : span.end].decode().startswith("claim: 0000000001Y")
    assert span.segment == 6
    span = entered(CSV.encode(), "csv").payments[0].span
    assert CSV.encode()[span.start : span.end].startswith(b"OUR PAYER,100234")


def test_a_cent_off_is_told_where() -> None:
    line = "        paid: 70.00"
    assert problems(changed({line: "        paid: 69.99"})) == [
        ("claim 1 line 1 (line 17), paid", "charge less adjustments less paid leaves $0.01"),
        ("claim 1 (line 9), paid", "its lines and it differ by -$0.01 paid"),
    ]
    assert problems(changed({"    charge: 100.00\n    paid": "    charge: 100.01\n    paid"})) == [
        ("claim 1 (line 8), charge", "its charge less those of its lines leaves $0.01")
    ]
    assert problems(changed({"amount: 70.00": "amount: 70.01"})) == [
        ("the check (line 4), amount", "claims less provider adjustments differ from the check by -$0.01")
    ]


def test_every_value_that_cannot_be_read_is_told_at_once() -> None:
    content = changed(
        {"2026-01-30": "soon", "code: 99213": "code: visit", "[N130]": "[see below]", "CO-45-20.00": "CO"}
    )
    assert {where for where, _ in problems(content)} == {
        "the check (line 3), date",
        "claim 1 line 1 (line 12), code",
        "claim 1 line 1 (line 18), adjustments",
        "claim 1 line 1 (line 19), remarks",
    }


def test_no_message_repeats_a_value() -> None:
    content = changed({"charge: 100.00\n    paid": "charge: SECRET\n    paid", "N130": "SECRET"})
    assert not any("SECRET" in message for _, message in problems(content))


def test_what_must_be_there() -> None:
    content = changed({"payer: OUR PAYER\n": "", 'check: "100234"\n': ""})
    assert [message for _, message in problems(content)] == ["check is missing", "payer is missing"]
    assert problems(b"payer: A\ndate: 2026-01-30\namount: 0\n") == [("the check", "names no claim")]


def test_unknown_codes_are_told_before_they_wait_in_the_books() -> None:
    assert problems(changed({"CO-45": "XX-45"})) == [
        ("claim 1 line 1 (line 18), adjustments", "XX-45: there is no such group or reason")
    ]


def test_a_doubt_holds_up_until_its_mark_is_taken_off() -> None:
    read = '    paid: {value: "70.00", page: 1, box: [1, 2, 3, 4], confidence: 0.5, doubt: low confidence}\n    patient'
    content = changed({"    paid: 70.00\n    patient": read})
    assert problems(content) == [("claim 1 (line 9), paid", "low confidence: look, then take the mark off")]
    entered(content.replace(b", doubt: low confidence", b""))


def test_provider_adjustments_lower_the_check() -> None:
    more = "provider_adjustments:\n  - {reason: WO, reference: ICN0, amount: 20.00}\n"
    read = entered(changed({"amount: 70.00": "amount: 50.00"}, PAID + more))
    assert [(a.adjustment.reason, a.adjustment.amount_cents) for a in read.adjustments] == [("WO", 2000)]


def test_another_share_of_the_patient_is_a_warning() -> None:
    found = eob.entered(eob.sheet_of(changed({"patient: 10.00": "patient: 12.00"}), "yaml"), CAME)
    assert found.remittance is not None
    assert [finding.code for finding in found.findings] == ["patient-share-differs"]


@pytest.mark.parametrize(
    ("content", "kind", "message"),
    [
        (b"claims: [", "yaml", "line 1, column 10: is no YAML"),
        (b"payer: *SECRET\n", "yaml", "line 1, column 8: is no YAML; text with"),
        (b"\xff\xfe", "yaml", "is not UTF-8"),
        (b"- a\n- b\n", "yaml", "line 1: the file is written as"),
        (b"", "yaml", "line 1: the file is written as"),
        (b"payer: A\npayer: B\n", "yaml", "line 2: payer stands there twice"),
        (b"payor: A\n", "yaml", "line 1: the file has no such field"),
        (b"claims:\n  claim: A\n", "yaml", "line 2: a list is expected"),
        (b"payer: {a: {b: c}}\n", "yaml", "line 1: a value that was read has no such field"),
        (b"check,colour\n1,red\n", "csv", "column 2 has no such heading"),
        (b"check,check\n1,2\n", "csv", "a heading stands there twice"),
        (b"check\n1,2\n", "csv", "line 2: has more values"),
        (b"check\n", "csv", "holds no row"),
        (b"check,claim\n1,A\n2,B\n", "csv", "line 3: check is not that of line 2"),
        (b'check\n"1\n', "csv", "is no CSV"),
    ],
)
def test_files_that_are_none(content: bytes, kind: str, message: str) -> None:
    with pytest.raises(BadInputError, match=message):
        eob.sheet_of(content, kind)


def test_a_draft_is_written_and_read_back() -> None:
    sheet = eob.sheet_of(PAID.encode(), "yaml")
    place = eob.Place(2, (10.0, 20.0, 30.5, 40.0), 0.87)
    claim = sheet.claims[0]
    read = eob.SheetClaim({**claim.fields, "paid": eob.Cell("70.00", "", place, "look: here")}, claim.lines)
    again = eob.sheet_of(eob.entry_text(eob.Sheet(sheet.head, (read,), (), "ab12")), "yaml")
    assert again.document == "ab12"
    assert again.claims[0].fields["paid"].place == place
    assert again.claims[0].fields["paid"].doubt == "look: here"
    assert [cell.text for cell in again.claims[0].lines[0].values()] == [cell.text for cell in claim.lines[0].values()]
