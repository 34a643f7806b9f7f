"""TA1 and 999 made from validation: files that our writer makes, damaged in one place, and the exact answer."""

from __future__ import annotations

import io
import random
from datetime import datetime
from pathlib import Path

import pytest
import pyx12.params
import pyx12.x12n_document

import x12_cases as cases
from denialml import x12
from denialml.claims import FunctionalAcknowledgement
from denialml.errors import RefusedError
from denialml.x12 import acknowledge as module
from denialml.x12.acknowledge import acknowledge
from denialml.x12.faults import Fault, kinds
from denialml.x12.guide import guide
from denialml.x12.validate import validate

NOW = datetime(2026, 3, 3, 1, 2)
CLAIMS = x12.write(cases.batch([cases.claim("0000000001Y"), cases.claim("0000000003T")]))
PAYMENTS = x12.write(
    cases.remittances(
        x12.RemittanceTransaction(cases.remittance(), [cases.payment()], [cases.provider_adjustment()]),
        x12.RemittanceTransaction(
            cases.remittance(control_number="0002", trace="TRACE2"), [cases.payment()], [cases.provider_adjustment()]
        ),
    )
)
ENVELOPES = {"ISA", "GS", "ST", "SE", "GE", "IEA", ""}
FIRST = "CTX*CLM01:0000000001Y"
SECOND = "CTX*CLM01:0000000003T"


def _damaged(content: bytes, *changes: tuple[bytes, bytes]) -> bytes:
    """The file with texts replaced where they first stand, and SE01 counting what is there then."""
    for old, new in changes:
        assert old in content
        content = content.replace(old, new, 1)
    return content


def _answers(content: bytes) -> list[bytes]:
    return list(acknowledge(content, control_number=9, created_at=NOW))


def _body(content: bytes | str) -> list[str]:
    """The segments of an answer without its envelopes."""
    text = content if isinstance(content, str) else content.decode()
    segments = [segment.strip() for segment in text.split("~")]
    return [segment for segment in segments if segment.split("*")[0] not in ENVELOPES]


def _only(content: bytes) -> list[str]:
    (answer,) = _answers(content)
    return _body(answer)


def _claims_answer(*inner: str, counts: str = "R*1*1*0") -> list[str]:
    return ["AK1*HC*42*005010X222A1", "AK2*837*0001*005010X222A1", *inner, f"AK9*{counts}"]


def test_what_is_sound_is_accepted() -> None:
    assert _only(CLAIMS) == _claims_answer("IK5*A", counts="A*1*1*1")
    (answer,) = _answers(PAYMENTS)
    segments = answer.decode().split("~")
    assert segments[0].startswith("ISA*00*          *00*          *ZZ*RECEIVER       *ZZ*SENDER         *260303*0102*")
    assert segments[1] == "GS*FA*RECEIVER*SENDER*20260303*0102*9*X*005010X231A1"
    assert segments[2:] == [
        "ST*999*0001*005010X231A1", "AK1*HP*42*005010X221A1", "AK2*835*0001", "IK5*A", "AK2*835*0002", "IK5*A",
        "AK9*A*2*2*2", "SE*8*0001", "GE*1*9", "IEA*1*000000009", "",
    ]  # fmt: skip


# What is changed in the claims, and the segments between AK2 and AK9.
CLAIM_FAULTS = [
    ((b"N3*1 ELM STREET*SUITE 2~", b""), (b"SE*38", b"SE*37"), ["IK3*N3*9*2010*3", "IK5*R*5"]),
    ((b"REF*6R*L1~", b"ZQZ*1~"), None, ["IK3*ZQZ*28*2400*1", FIRST, "IK5*R*5"]),
    ((b"REF*6R*L1~", b"canary*1~"), None, ["IK3*ZZZ*28*2400*1", FIRST, "IK5*R*5"]),
    ((b"REF*6R*L1~", b"BPR*I~"), None, ["IK3*BPR*28*2400*2", FIRST, "IK5*R*5"]),
    ((b"SBR*P*18*GRP1******CI~", b"SBR*P*18*GRP1******CI~" * 2), (b"SE*38", b"SE*39"),
     ["IK3*SBR*15*2000*5", "IK5*R*5"]),
    ((b"REF*G1*AUTH77~HI*ABK:E119*ABF:I10~", b"HI*ABK:E119*ABF:I10~REF*G1*AUTH77~"), None,
     ["IK3*REF*22*2300*7", FIRST, "IK5*R*5"]),
    ((b"CLM*0000000003T*125.5", b"CLM*0000000003T*"), None, ["IK3*CLM*29*2300*8", SECOND, "IK4*2**1", "IK5*R*5"]),
    ((b"LX*1~", b"LX*1*2~"), None, ["IK3*LX*25*2400*8", FIRST, "IK4*2**3", "IK5*R*5"]),
    ((b"N4*SPRINGFIELD*IL", b"N4*S*IL"), None, ["IK3*N4*10*2010*8", "IK4*1**4", "IK5*R*5"]),
    ((b"*125.5*UN", b"*12X*UN"), None, ["IK3*SV1*26*2400*8", FIRST, "IK4*2**6", "IK5*R*5"]),
    ((b"D8*20260105", b"D8*20261305"), None, ["IK3*DTP*27*2400*8", FIRST, "IK4*3**8", "IK5*R*5"]),
    ((b"HI*ABK:", b"HI*ABX:"), None, ["IK3*HI*22*2300*8", FIRST, "IK4*1:1**I6", "IK5*R*I5"]),
    ((b"DMG*D8*19800517*F", b"DMG*D8*19800517*F**X"), None, ["IK3*DMG*18*2010*8", "IK4*5**I10", "IK5*R*I5"]),
    ((b"11:B:1*Y", b"11:B:7*Y"), None,
     ["IK3*REF*26*2300*I6", "CTX*SITUATIONAL TRIGGER*CLM*20*2300*5:3", FIRST, "IK5*R*I5"]),
    ((b"SE*38*0001", b"SE*38*0002"), None, ["IK5*R*3"]),
    ((b"SE*38*0001", b"SE*37*0001"), None, ["IK5*R*4"]),
    ((b"SE*38*0001~", b""), None, ["IK5*R*2"]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "count", "inner"), CLAIM_FAULTS)
def test_a_fault_of_a_claim_is_named(
    change: tuple[bytes, bytes], count: tuple[bytes, bytes] | None, inner: list[str]
) -> None:
    content = _damaged(CLAIMS, change, *([count] if count else []))
    assert _only(content) == _claims_answer(*inner)


def test_errors_of_one_segment_share_its_ik3_and_stand_in_order() -> None:
    content = _damaged(CLAIMS, (b"*125.5*UN*1*", b"*12X*QQ*1*"), (b"HI*ABK:", b"HI*ABX:"))
    assert _only(content) == _claims_answer(
        "IK3*HI*22*2300*8", FIRST, "IK4*1:1**I6", "IK3*SV1*26*2400*8", FIRST, "IK4*2**6", "IK4*3**I6", "IK5*R*5*I5"
    )


def test_a_group_with_one_bad_set_is_accepted_in_part() -> None:
    assert _only(_damaged(PAYMENTS, (b"TRN*1*", b"TRN*3*"))) == [
        "AK1*HP*42*005010X221A1", "AK2*835*0001", "IK3*TRN*3**8", "IK4*1**I6", "IK5*R*I5",
        "AK2*835*0002", "IK5*A", "AK9*P*2*2*1",
    ]  # fmt: skip


def test_a_missing_payee_of_a_remittance_is_named() -> None:
    inner = _only(_damaged(PAYMENTS, (b"N1*PE", b"N1*ZZ")))
    assert inner[1:6] == ["AK2*835*0001", "IK3*N1*5*1000*I7", "IK3*N1*9*1000*2", "IK5*R*5*I5", "AK2*835*0002"]


def test_a_version_that_differs_is_an_error_that_rejects_nothing() -> None:
    content = _damaged(CLAIMS, (b"ST*837*0001*005010X222A1", b"ST*837*0001*005010X222"))
    inner = _only(content)
    assert inner[1] == "AK2*837*0001*005010X222"
    assert "19" in next(segment for segment in inner if segment.startswith("IK5")).split("*")


def test_a_set_that_no_guide_here_describes_is_rejected() -> None:
    content = CLAIMS.replace(b"005010X222A1", b"004010X098A1")
    assert _only(content) == [
        "AK1*HC*42*004010X098A1", "AK2*837*0001*004010X098A1", "IK5*R*1", "AK9*R*1*1*0"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "end"),
    [
        ((b"GE*1*42", b"GE*2*42"), "AK9*R*2*1*0*5"),
        ((b"GE*1*42", b"GE*1*43"), "AK9*R*1*1*0*4"),
        ((b"GE*1*42~", b""), "AK9*R*1*1*0*3"),
        ((b"GS*HC", b"GS*HP"), "AK9*R*1*1*0*1"),
        ((b"*42*X*", b"*4X*X*"), "AK9*R*1*1*0*6*4"),
    ],
)
def test_a_broken_group_is_rejected_with_all_its_sets(change: tuple[bytes, bytes], end: str) -> None:
    inner = _only(_damaged(CLAIMS, change))
    assert inner[0].startswith("AK1*")
    assert inner[1:] == [end]


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ((b"IEA*1*000000042", b"IEA*1*000000043"), "R*001"),
        ((b"IEA*1*", b"IEA*2*"), "R*021"),
        ((b"IEA*1*000000042~", b""), "R*023"),
        ((b"*ZZ*SENDER", b"*?*SENDER "), "R*005"),
        ((b"*260302*", b"*269902*"), "R*014"),
        ((b"*0930*^*", b"*9930*^*"), "R*015"),
        ((b"*00501*", b"*00601*"), "R*017"),
        ((b"*0*T*:", b"*7*T*:"), "R*019"),
        ((b"*0*T*:", b"*0*Q*:"), "R*020"),
        ((b"IEA*1*", b"ZZZ*1~IEA*1*"), "R*024"),
    ],
)
def test_a_broken_interchange_gets_a_ta1_alone(change: tuple[bytes, bytes], answer: str) -> None:
    (only,) = _body(_answers(_damaged(CLAIMS, change))[0])
    assert only.startswith("TA1*000000042*")
    assert only.endswith(answer)
    assert len(_answers(_damaged(CLAIMS, change))) == 1


def test_a_ta1_that_was_asked_for_comes_first() -> None:
    receipt, answer = _answers(_damaged(CLAIMS, (b"*0*T*:", b"*1*T*:")))
    assert receipt.decode().split("~")[1:] == ["TA1*000000042*260302*0930*A*000", "IEA*0*000000009", ""]
    assert _body(answer) == _claims_answer("IK5*A", counts="A*1*1*1")
    assert answer.endswith(b"IEA*1*000000010~")


def test_what_is_odd_and_harmless_is_accepted_with_errors() -> None:
    receipt, answer = _answers(b"\xef\xbb\xbf" + CLAIMS)
    assert _body(receipt) == ["TA1*000000042*260302*0930*E*022"]
    assert _body(answer) == _claims_answer("IK5*A", counts="A*1*1*1")


def test_interchanges_are_answered_one_by_one() -> None:
    other = CLAIMS.replace(b"000000042", b"000000043")
    answers = _answers(_damaged(CLAIMS, (b"IEA*1*", b"IEA*2*")) + other)
    assert [_body(answer)[0][:15] for answer in answers] == ["TA1*000000042*2", "AK1*HC*42*00501"]
    assert [answer[-10:-1] for answer in answers] == [b"000000009", b"000000010"]


def test_the_same_interchange_twice_is_rejected_the_second_time() -> None:
    first, second = _answers(CLAIMS + CLAIMS)
    assert _body(first) == _claims_answer("IK5*A", counts="A*1*1*1")
    assert _body(second) == ["TA1*000000042*260302*0930*R*025"]


def test_acknowledgements_are_not_acknowledged() -> None:
    (answer,) = _answers(CLAIMS)
    assert _answers(answer) == []


@pytest.mark.parametrize("length", [*range(106, len(CLAIMS) - 1, 37), len(CLAIMS) - 2])
def test_a_file_that_breaks_off_is_rejected(length: int) -> None:
    (only,) = _body(_answers(CLAIMS[:length])[0])
    assert only.startswith("TA1*000000042*260302*0930*R*")
    assert only[-3:] == ("023" if length < CLAIMS.index(b"IEA") + 6 else "018")  # an IEA02 that is not whole


def test_a_file_that_cannot_be_followed_is_rejected() -> None:
    (answer,) = _answers(_damaged(CLAIMS, (b"CLM*", b"CLM*" + b"9" * 70_000)))
    assert _body(answer) == ["TA1*000000042*260302*0930*R*004"]
    (answer,) = _answers(_damaged(CLAIMS, (b"CLM*", b"CLM*" + b"*" * 100)))
    assert _body(answer) == ["TA1*000000042*260302*0930*R*024"]


@pytest.mark.parametrize("content", [b"", b"hello", CLAIMS[:90]])
def test_what_is_no_x12_is_a_typed_error(content: bytes) -> None:
    with pytest.raises(x12.X12Error):
        _answers(content)


def test_a_sender_without_a_name_cannot_be_answered() -> None:
    with pytest.raises(RefusedError, match="ISA08"):
        _answers(_damaged(CLAIMS, (b"*SENDER         *", b"*               *")))


def test_random_damage_ends_in_an_answer_that_is_sound_or_a_typed_error() -> None:
    randomness = random.Random(999)
    pieces = [b"~", b"*", b":", b"ISA*", b"\xff", b"\r\n", b"SE*1*1~", b"ST*835*1~", b"", b"GS*HC~", b"IEA*1~", b"\x00"]
    answered = 0
    for _ in range(200):
        damaged = bytearray(CLAIMS + PAYMENTS)
        for _ in range(randomness.randint(1, 6)):
            at = randomness.randrange(len(damaged))
            damaged[at : at + randomness.randint(0, 12)] = randomness.choice(pieces)
        try:
            answers = _answers(bytes(damaged))
        except (x12.X12Error, RefusedError):
            continue
        answered += 1
        assert all(cases.findings(list(x12.read(answer))) == [] for answer in answers)
    assert answered > 100


def test_no_answer_copies_a_bad_element() -> None:
    content = _damaged(CLAIMS, (b"D8*20260105", b"D8*CANARY"), (b"DMG*D8*19800517*F", b"DMG*D8*CANARY*CANARY"))
    content = _damaged(content, (b"REF*6R*L1~", b"CANARY*CANARY~"))
    assert all(b"CANARY" not in answer for answer in _answers(content))


def test_a_claim_number_that_would_break_the_answer_is_left_out() -> None:
    content = CLAIMS.replace(b"*", b"|").replace(b"0000000003T", b"00*00003T").replace(b"|125.5|UN|1||", b"|12X|UN|1||")
    inner = _only(content)
    assert inner.count(FIRST) == 1
    assert sum(segment.startswith("CTX") for segment in inner) == 1


def test_the_answer_to_a_hopeless_set_is_bounded() -> None:
    bad = b"ZQZ*1~" * (module._MOST_ERRORS + 500)
    inner = _only(_damaged(CLAIMS, (b"REF*6R*L1~", bad)))
    assert sum(segment.startswith("IK3") for segment in inner) == module._MOST_ERRORS
    assert inner[-2].startswith("IK5*R")


def test_every_kind_of_fault_is_mapped_or_left_out_on_purpose() -> None:
    codes = module._codes()
    said = {kind for place in ("segment", "element", "set", "group", "interchange") for kind in codes[place]}
    silent = {kind for kind, about in kinds().items() if about.snip == 3} | {"trailing-separator"}
    assert kinds().keys() - said == silent
    assert said - kinds().keys() == set()
    spec = {each.name: each for loop in guide("999").loops.values() for each in loop.segments}
    assert set(codes["segment"].values()) <= spec["IK3"].uses[4].codes
    assert set(codes["element"].values()) <= spec["IK4"].uses[3].codes
    assert set(codes["set"].values()) <= spec["IK5"].uses[2].codes
    groups = [
        code for each in codes["group"].values() for code in (each.values() if isinstance(each, dict) else [each])
    ]
    assert set(groups) <= spec["AK9"].uses[5].codes


# Judges: our own validation, and pyx12


def _every_answer() -> list[bytes]:
    damaged = [_damaged(CLAIMS, change, *([count] if count else [])) for change, count, _ in CLAIM_FAULTS]
    damaged += [CLAIMS, PAYMENTS, _damaged(PAYMENTS, (b"TRN*1*", b"TRN*3*")), _damaged(CLAIMS, (b"GE*1*", b"GE*2*"))]
    return [answer for content in damaged for answer in _answers(content)]


def test_our_validation_finds_nothing_in_our_answers() -> None:
    for answer in _every_answer():
        assert [fault.where for fault in validate(answer) if isinstance(fault, Fault)] == [], _body(answer)


def _judged(content: bytes, folder: Path) -> tuple[bool, list[str]]:
    """Whether pyx12 finds nothing, and the segments of the 999 that it makes."""
    path, made = folder / "judged.x12", io.StringIO()
    path.write_bytes(content)
    valid = pyx12.x12n_document.x12n_document(
        pyx12.params.ParamsUnix(), str(path), made, None, fd_json=io.StringIO()
    )  # fmt: skip
    return bool(valid), _body(made.getvalue())


def test_pyx12_takes_our_answers(tmp_path: Path) -> None:
    """All but those that hold both kinds of context, which pyx12 takes for two of one kind ("CTX exceeded")."""
    both = 0
    for answer in _every_answer():
        if b"CTX*SITUATIONAL TRIGGER" in answer and b"CTX*CLM01" in answer:
            both += 1
        else:
            assert _judged(answer, tmp_path)[0], _body(answer)
    assert both == 1


def test_pyx12_objects_to_a_wrong_answer(tmp_path: Path) -> None:
    (answer,) = _answers(CLAIMS)
    assert not _judged(answer.replace(b"IK5*A", b"IK5*Q"), tmp_path)[0]


def _plainly(segments: list[str]) -> list[str]:
    """What both can say: without contexts, loops, dictionary numbers and copies of bad elements."""
    plain = []
    for segment in segments:
        name, *e = segment.split("*")
        if name == "IK3":
            e[2] = ""
        elif name == "IK4":
            e = [e[0], "", e[2]]
        if name != "CTX":
            plain.append("*".join([name, *e]))
    return plain


# Where pyx12 answers the same file differently, and why ours stands. It has no 999 for a rejected 835 at all: it looks
# for ST03, which an 835 does not use. It writes GS08 and ST03 X231 where X231A1 is in force.
PYX12_DIFFERS = {
    2: "the name of a segment is no name: it copies what stands there, and complains of the claim that follows",
    3: "a segment of X12 that has no place there is 2 (unexpected); it says 1, that X12 has no such segment",
    5: "a segment that stands too late is 7; it says 1",
    7: "an element too many is 3 in an IK4; it names no element",
    11: "a code that is not listed (I6); it takes the segment for another, and misses the one that is there",
    12: "an element that the guide does not use is I10 in an IK4; it names no element",
    13: "it knows no situational rules: a replacement without the payer's claim number is accepted",
    16: "a set without SE is 2 in IK502; it takes SE for a missing segment, and the group for one without GE",
}


def test_pyx12_answers_the_same_but_for_what_is_known(tmp_path: Path) -> None:
    differs = set()
    for at, (change, count, _) in enumerate(CLAIM_FAULTS):
        content = _damaged(CLAIMS, change, *([count] if count else []))
        if _plainly(_only(content)) != _plainly(_judged(content, tmp_path)[1]):
            differs.add(at)
    assert differs == PYX12_DIFFERS.keys()


def test_an_answer_reads_back() -> None:
    content = _damaged(PAYMENTS, (b"TRN*1*", b"TRN*3*"))
    (read,) = cases.only(list(x12.read(_answers(content)[0])), x12.MessageRead)
    assert isinstance(read.message, FunctionalAcknowledgement)
    assert read.message.partially_accepted
    assert [each.accepted for each in read.message.sets] == [False, True]
