"""Anonymised files: nobody survives, everything else does, and the same people meet again in other files."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import x12_cases as cases
from denialml import x12
from denialml.errors import RefusedError
from denialml.x12.anonymise import anonymise
from denialml.x12.madeup import MadeUp, is_npi
from denialml.x12.tokens import Token, tokens
from x12_written import written

KEY = b"a key for tests"
# Elements that name somebody, by segment.
NAMES = {"NM1": (3, 4, 5, 9), "N1": (2, 4), "N3": (1, 2), "N4": (1, 3), "CLM": (1,), "CLP": (1, 7), "DMG": (2,),
         "TRN": (2,), "REF": (2,), "NTE": (2,), "DTM": (2,)}  # fmt: skip


def anonymous(content: bytes | Path, key: bytes = KEY) -> bytes:
    out = io.BytesIO()
    anonymise(content, out, key=key)
    return out.getvalue()


def _identities(source: bytes | Path) -> Iterator[tuple[Token, int, str]]:
    for token in tokens(source):
        elements = token.text.split(token.delimiters.element)
        for at in NAMES.get(elements[0], ()):
            if at < len(elements) and elements[at].strip():
                yield token, at, elements[at]


def _shape(source: bytes | Path) -> list[tuple[str, int]]:
    return [
        (each.text.partition(each.delimiters.element)[0], each.text.count(each.delimiters.element))
        for each in tokens(source)
    ]


def _check_nobody_survives(source: bytes | Path, other: bytes) -> int:
    """The most of one file: each identity is another text, the structure the same."""
    assert _shape(source) == _shape(other)
    before, after = list(_identities(source)), list(_identities(other))
    long_enough = 0
    for (_, _, old), (token, at, new) in zip(before, after, strict=True):
        if len(re.sub(r"[^A-Za-z0-9]", "", old)) > 3:
            assert old != new, (token, at)
            long_enough += 1
    assert len(before) == len(after)
    return long_enough


@pytest.mark.parametrize("kind", ["837P", "837I", "835", "270", "271", "276", "277", "277CA", "999", "TA1"])
def test_a_file_keeps_its_structure_and_loses_its_people(kind: str) -> None:
    content = written()[kind]
    other = anonymous(content)
    _check_nobody_survives(content, other)
    for word in (
        b"STONE",
        b"ADA",
        b"ELM STREET",
        b"PRAIRIE",
        b"MEM0000001",
        b"19800517",
        b"1234567893",
        b"ICN",
        b"SPRINGFIELD",
    ):
        assert word not in other
    assert cases.findings(list(x12.read(other))) == cases.findings(list(x12.read(content)))
    assert [type(event) for event in x12.read(other)] == [type(event) for event in x12.read(content)]


def test_a_claim_and_its_payment_still_meet() -> None:
    claim = cases.claim()
    first = anonymous(x12.write(cases.batch([claim])))
    paid = x12.RemittanceTransaction(cases.remittance(), [cases.payment()])
    second = anonymous(x12.write(cases.remittances(paid)))
    (made,) = [event.claim for event in x12.read(first) if isinstance(event, x12.ClaimRead)]
    (payment,) = [event.payment for event in x12.read(second) if isinstance(event, x12.ClaimPaymentRead)]
    assert made.control_number == payment.control_number != claim.control_number
    assert payment.patient is not None
    assert made.coverage.subscriber.identifier == payment.patient.identifier != claim.coverage.subscriber.identifier
    assert made.coverage.subscriber.name == payment.patient.name
    assert is_npi(made.billing.identifier)
    assert made.lines[0].service_from == payment.services[0].service_from
    old = claim.lines[0].service_from
    assert (old - made.lines[0].service_from).days % 7 == 0
    assert made.coverage.subscriber_birth is not None
    assert claim.coverage.subscriber_birth is not None
    assert old - claim.coverage.subscriber_birth == made.lines[0].service_from - made.coverage.subscriber_birth
    assert made.charge_cents == claim.charge_cents
    assert made.diagnoses == claim.diagnoses
    assert made.lines[0].procedure == claim.lines[0].procedure


def test_another_key_makes_other_people() -> None:
    content = written()["837P"]
    assert anonymous(content) == anonymous(content)
    assert anonymous(content, b"another key") != anonymous(content)
    with pytest.raises(RefusedError, match="at least 8 bytes"):
        anonymous(content, b"short")


def test_no_two_numbers_become_one() -> None:
    made = MadeUp(KEY)
    for texts in ([f"{at:04d}" for at in range(10_000)], [f"A{at:02d}" for at in range(100)], list("0123456789")):
        found = {made.identifier(text) for text in texts}
        assert len(found) == len(texts)
        assert all(len(text) == len(texts[0]) for text in found)
    assert made.identifier(" PH 001 ") == f" {made.identifier('PH 001')} "
    assert made.identifier("Ñ1")[0] == "X"
    assert len(made.identifier("9" * 5000)) == 300


@pytest.mark.parametrize(("text", "valid"), [
    ("1234567893", True), ("1112223338", True), ("1234567890", False), ("3234567893", False), ("123456789", False),
])  # fmt: skip
def test_a_provider_identifier_is_told_and_kept_valid(text: str, valid: bool) -> None:
    assert is_npi(text) is valid
    made = MadeUp(KEY).identifier(text)
    assert made != text
    assert is_npi(made) or not valid


def test_days_keep_their_order_and_never_turn_around_the_file() -> None:
    made = MadeUp(KEY)
    for person in ("#A1", "#A2", "#A3"):
        assert made.weeks("") < made.weeks(person) <= 104
        assert made.shifted("20260105-20260107", 2) == "20251222-20251224"
    assert made.shifted("202601050815", 1) == "202512290815"
    assert made.shifted("260105", 1) == "251229"
    assert made.shifted("20261399", 1) != "20261399"
    assert made.shifted("00010101", 1) != "00010101"


def test_segments_nobody_knows_are_masked() -> None:
    body = cases.HEAD_835 + "ZZZ*AB*STONE*19800517*STONE:ADA^STONE\nPER*BL*STONE*EM*STONE@MAIL\nN2*STONE\n"
    other = anonymous(cases.interchange(body))
    assert b"ZZZ*AB*" in other
    assert b"STONE" not in other
    assert b"19800517" not in other


def test_damaged_files_are_refused_or_masked() -> None:
    content = written()["837P"]
    for at in range(106, len(content), 37):
        assert b"STONE" not in anonymous(content[:at])


@pytest.mark.samples
def test_nobody_of_the_samples_survives(samples: Path) -> None:
    checked = files = 0
    for path in sorted((samples / "x12").rglob("*")):
        if not path.is_file() or path.name == "MANIFEST.tsv" or path.stat().st_size > 120_000:
            continue
        try:
            other = anonymous(path)
        except x12.X12Error:
            continue
        checked += _check_nobody_survives(path, other)
        files += 1
        claims = (x12.ClaimRead, x12.ClaimPaymentRead, x12.Refused, x12.MessageRead)
        counts = [sum(isinstance(event, claims) for event in x12.read(each)) for each in (path, other)]
        assert counts[0] == counts[1], path.name
    assert files == 231
    assert checked > 4000
