"""Each kind of fault, put into a file without any, is found where it is, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from denialml import x12
from denialml.errors import Severity
from denialml.x12.faults import kinds
from denialml.x12.validate import Began, Ended, Level, validate
from x12_faulty import PROFESSIONAL, REMITTANCE, content, faults, told

CLAIM_CASES = {
    "element missing": (("NM1*82*1*REED", "NM1*82*1*"), "missing-element 2310B NM103 @21"),
    "element not used": (("REF*G1*AUTH77", "REF*G1*AUTH77*X"), "unused-element 2300 REF03 @19"),
    "element too many": (("LX*2", "LX*2*7"), "too-many-elements 2400 LX02 @26"),
    "element too short": (("PI*PH001", "PI*P"), "element-too-short 2010BB NM109 @17"),
    "element too long": (("GRP1", "G" * 51), "element-too-long 2000B SBR03 @12"),
    "no number": (("*125.5*", "*1e9*"), "invalid-number 2400 SV102 @23"),
    "NaN": (("*25.25*", "*NaN*"), "invalid-number 2400 SV102 @27"),
    "digits of another script": (("*UN*1***1:2", "*UN*\u0661***1:2"), "invalid-number 2400 SV104 @23"),
    "no such day": (("D8*20260105\nREF", "D8*20260230\nREF"), "invalid-date 2400 DTP03 @24"),
    "a range where a day is announced": (("D8*19800517", "D8*1980-05"), "invalid-date 2010BA DMG02 @16"),
    "a time that is none": (("*20260302*0930*CH", "*20260302*2570*CH"), "invalid-time - BHT05 @2"),
    "a character that is not ASCII": (("*STONE*", "*ST\u00d6NE*"), "invalid-characters 2010BA NM103 @13"),
    "code not listed": (("11:B:1*Y*A", "11:B:1*Y*X"), "invalid-code 2300 CLM07 @18"),
    "component's code not listed": (("11:B:1", "11:A:1"), "invalid-code 2300 CLM05-2 @18"),
    "component not listed": (("HI*ABK:E119", "HI*ABK:E119:D8"), "unused-element 2300 HI01-3 @20"),
    "components of another separator": (("11:B:1", "11>B>1"), "wrong-component-separator 2300 CLM05 @18"),
    "empty elements at the end": (("REF*EI*123456789", "REF*EI*123456789**"), "trailing-separator 2010AA REF04 @10"),
    "a pair that is not whole": (("TE*2175550100", "TE*2175550100*EX"), "condition-paired 1000A PER06 @4"),
    "a segment nobody knows": (("REF*G1*AUTH77", "ZZZ*1"), "unknown-segment 2300  @19"),
    "a segment without a place": (("REF*G1*AUTH77", "SVC*HC:99213*1*1"), "unexpected-segment 2300 SVC @19"),
    "a party without a place": (("NM1*82*1*REED", "NM1*XX*1*REED"), "unknown-loop 2300 NM1 @21"),
    "segments in the wrong order": (
        ("REF*G1*AUTH77\nHI*ABK:E119*ABF:I10", "HI*ABK:E119*ABF:I10\nREF*G1*AUTH77"),
        "misplaced-segment 2300 REF @20 REF*G1",
    ),
    "a segment missing": (("N3*1 ELM STREET\n", ""), "missing-segment 2010AA N3 @8 N3"),
    "a loop missing": (
        ("NM1*PR*2*PRAIRIE HEALTH*****PI*PH001\n", ""), "missing-required-loop 2000B NM1 @13 loop 2010BB",
    ),
    "a segment twice": (("REF*G1*AUTH77", "REF*G1*AUTH77\nREF*G1*AUTH78"), "too-many-segments 2300 REF @20 REF*G1"),
    "a loop twice": (
        ("NM1*82*1*REED", "NM1*82*1*REED*AL****XX*1112223338\nNM1*82*1*REED"),
        "too-many-loops 2310B NM1 @22 loop 2310B",
    ),
    "a level counted wrong": (("HL*2*1*22*0", "HL*3*1*22*0"), "level-number 2000B HL01 @11"),
    "a level under another": (("HL*2*1*22*0", "HL*2*2*22*0"), "level-parent 2000B HL02 @11"),
    "a level without the child it announces": (("HL*2*1*22*0", "HL*2*1*22*1"), "level-children 2000B HL04 @11"),
    "lines counted wrong": (("LX*2", "LX*3"), "line-number 2400 LX01 @26"),
    "a charge that is not the sum": (("*150.75*", "*150.76*"), "claim-balance 2300 CLM02 @18"),
}  # fmt: skip
REMITTANCE_CASES = {
    "the line does not balance": (
        (("SVC*HC:99213*100*80**1", "SVC*HC:99213*100*81**1"),),
        ["line-payment-balance 2110 SVC03 @13", "claim-lines-balance 2100 CLP03 @10"],
    ),
    "the claim does not balance": (
        (("*100*80*10*12", "*100*85*10*12"),),
        [
            "claim-payment-balance 2100 CLP04 @10", "claim-lines-balance 2100 CLP03 @10",
            "transaction-balance - BPR02 @2",
        ],
    ),
    "the transaction does not balance": ((("BPR*I*70*", "BPR*I*71*"),), ["transaction-balance - BPR02 @2"]),
    "a group code that 5010 dropped": ((("CAS*CO*45", "CAS*CR*45"),), ["invalid-code 2110 CAS01 @15"]),
}  # fmt: skip
ENVELOPE_CASES = {
    "SE01": (("SE*29*0001", "SE*28*0001"), ["segment-count"]),
    "SE02": (("SE*29*0001", "SE*29*0002"), ["set-control-number"]),
    "GE01": (("GE*1*101", "GE*2*101"), ["set-count"]),
    "GE02": (("GE*1*101", "GE*1*102"), ["group-control-number"]),
    "IEA01": (("IEA*1*", "IEA*2*"), ["group-count"]),
    "IEA02": (("IEA*1*000000101", "IEA*1*000000102"), ["interchange-control-number"]),
    "no SE": (("SE*29*0001\n", ""), ["missing-se"]),
    "no GE": (("GE*1*101\n", ""), ["missing-ge"]),
    "no IEA": (("IEA*1*000000101\n", ""), ["missing-iea"]),
    "no GS": (
        ("GS*HC*ELMCLINIC*CLEARING*20260302*0930*101*X*005010X222A1\n", ""), ["missing-gs", "unopened", "group-count"],
    ),
    "a segment between GS and ST": (("ST*837", "REF*1*2\nST*837"), ["stray-segment"]),
    "the group of another transaction": (("GS*HC", "GS*HP"), ["wrong-functional-group"]),
    "ST03 and GS08 differ": (("*X*005010X222A1", "*X*005010X222"), ["version-differs"]),
    "a day that is none": (("*20260302*0930*101*X", "*20261302*0930*101*X"), ["bad-envelope-element"]),
}  # fmt: skip


def test_files_without_a_fault_have_none() -> None:
    assert faults(content(PROFESSIONAL)) == []
    assert faults(content(REMITTANCE)) == []


@pytest.mark.parametrize("name", CLAIM_CASES)
def test_a_fault_in_a_claim_is_found_alone(name: str) -> None:
    change, expected = CLAIM_CASES[name]
    found = [told(fault) for fault in faults(content(PROFESSIONAL, change))]
    assert found == [expected]


@pytest.mark.parametrize("name", REMITTANCE_CASES)
def test_a_remittance_is_added_up(name: str) -> None:
    changes, expected = REMITTANCE_CASES[name]
    assert [told(fault) for fault in faults(content(REMITTANCE, *changes))] == expected


@pytest.mark.parametrize("name", ENVELOPE_CASES)
def test_envelopes_are_checked(name: str) -> None:
    change, expected = ENVELOPE_CASES[name]
    found = [fault.code for fault in faults(content(PROFESSIONAL, change))]
    assert [code for code in found if code in expected] == expected
    assert set(found) <= set(expected) | {"segment-count"}


def test_a_fault_says_where_what_and_what_to_do() -> None:
    data = content(PROFESSIONAL, ("11:B:1", "11:A:1"))
    [fault] = faults(data)
    assert fault.byte_offset == data.index(b"CLM*")
    assert (fault.segment_number, fault.set_position) == (20, 18)
    assert (fault.snip, fault.severity) == (2, Severity.ERROR)
    finding = fault.finding()
    assert finding.where == f"segment 20, byte {fault.byte_offset}, loop 2300, CLM05-2"
    assert finding.message == "the code is not one that the guide lists for this place: use a listed code"


def test_no_fault_quotes_the_file() -> None:
    canary = "CANARY"
    text = PROFESSIONAL
    for old in ("STONE", "ADA", "MEM0000001", "AUTH77", "REED", "GRP1"):
        text = text.replace(old, canary + "\u00e9" * 80)
    shown = "".join(repr(fault.finding()) + fault.where for fault in faults(content(text)))
    assert len(shown) > 500
    assert canary not in shown


def test_control_numbers_may_stand_once() -> None:
    body = content(PROFESSIONAL)
    assert [fault.code for fault in faults(body + body)] == ["repeated-interchange-control-number"]
    segments = body.decode().split("~")[1:-2]
    begin, end = segments[1:-1], segments[-1]
    twice = "~".join([body.decode().split("~")[0], segments[0], *begin, *begin, end.replace("GE*1", "GE*2")])
    found = [fault.code for fault in faults((twice + "~IEA*1*000000101~").encode())]
    assert found == ["repeated-set-control-number"]


def test_envelopes_are_told_with_their_counts() -> None:
    items = list(validate(content(PROFESSIONAL)))
    began = [item for item in items if isinstance(item, Began)]
    ended = [item for item in items if isinstance(item, Ended)]
    assert [item.level for item in began] == [Level.INTERCHANGE, Level.GROUP, Level.SET]
    assert began[1].elements[6] == "101"
    assert [(item.level, item.counted, item.announced) for item in ended] == [
        (Level.SET, 29, 29), (Level.GROUP, 1, 1), (Level.INTERCHANGE, 1, 1),
    ]  # fmt: skip


def test_other_transactions_are_named_and_not_checked() -> None:
    data = content(PROFESSIONAL, ("ST*837*0001*005010X222A1", "ST*834*0001*005010X220A1"))
    [warning] = [fault for fault in faults(data) if fault.code == "unsupported-transaction"]
    assert warning.label == "834 in version 005010X220A1"
    assert not next(item.checked for item in validate(data) if isinstance(item, Ended))


def test_a_file_that_breaks_off_is_told(tmp_path: Path) -> None:
    whole = content(PROFESSIONAL)
    path = tmp_path / "cut.837"
    path.write_bytes(whole[: whole.index(b"LX*2") + 2])
    codes = [item.code for item in validate(path) if hasattr(item, "code")]
    assert {"truncated", "missing-se", "missing-ge", "missing-iea"} <= set(codes)
    with pytest.raises(x12.X12Error, match="no ISA segment"):
        list(validate(b"Dear payer"))


def test_every_kind_of_fault_has_words_and_a_type() -> None:
    for code, kind in kinds().items():
        assert 1 <= kind.snip <= 3, code
        assert kind.message, code
        assert kind.remedy, code
        assert not kind.message.endswith("."), code
