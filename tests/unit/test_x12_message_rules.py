"""Each rule of a message's guide speaks when it must, of the loop it is about, and no other does; made-up people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pytest

from denialml.x12.guide import guide
from x12_faulty import content, faults


def framed(set_id: str, group: str, version: str, body: str) -> str:
    return f"""
GS*{group}*ELMCLINIC*PRAIRIE*20260302*0930*101*X*{version}
ST*{set_id}*0001*{version}
{body.strip()}
SE*0*0001
GE*1*101
IEA*1*000000101
"""


INQUIRY = framed("270", "HS", "005010X279A1", """
BHT*0022*13*R1*20260302*0930
HL*1**20*1
NM1*PR*2*PRAIRIE HEALTH*****PI*PH001
HL*2*1*21*1
NM1*1P*2*ELM STREET CLINIC*****XX*1234567893
HL*3*2*22*0
TRN*1*T1*9123456789
NM1*IL*1*STONE*ADA****MI*MEM0000001
DMG*D8*19800517*F
HI*ABK:E119
DTP*291*D8*20260302
EQ*30****1
""")  # fmt: skip
CHILD_INQUIRY = framed("270", "HS", "005010X279A1", """
BHT*0022*13*R1*20260302*0930
HL*1**20*1
NM1*PR*2*PRAIRIE HEALTH*****PI*PH001
HL*2*1*21*1
NM1*1P*2*ELM STREET CLINIC*****XX*1234567893
HL*3*2*22*1
NM1*IL*1*STONE*ADA****MI*MEM0000001
HL*4*3*23*0
TRN*1*T1*9123456789
NM1*03*1*STONE*BEN
HI*ABK:E119
EQ*30****1
""")  # fmt: skip
RESPONSE = framed("271", "HB", "005010X279A1", """
BHT*0022*11*R1*20260302*0930
HL*1**20*1
NM1*PR*2*PRAIRIE HEALTH*****PI*PH001
HL*2*1*21*1
NM1*1P*2*ELM STREET CLINIC*****XX*1234567893
HL*3*2*22*0
NM1*IL*1*STONE*ADA****MI*MEM0000001
HI*ABK:E119
EB*1**30***********1
EB*B**98****10
LS*2120
NM1*P3*1*REED*JO
LE*2120
""")  # fmt: skip
CHILD_RESPONSE = framed("271", "HB", "005010X279A1", """
BHT*0022*11*R1*20260302*0930
HL*1**20*1
NM1*PR*2*PRAIRIE HEALTH*****PI*PH001
HL*2*1*21*1
NM1*1P*2*ELM STREET CLINIC*****XX*1234567893
HL*3*2*22*1
NM1*IL*1*STONE*ADA****MI*MEM0000001
HL*4*3*23*0
NM1*03*1*STONE*BEN
HI*ABK:E119
EB*1**30***********1
EB*B**98****10
LS*2120
NM1*P3*1*REED*JO
LE*2120
""")  # fmt: skip
REFUSED = framed("271", "HB", "005010X279A1", """
BHT*0022*11*R1*20260302*0930
HL*1**20*0
NM1*PR*2*PRAIRIE HEALTH*****PI*PH001
AAA*Y**42*R
""")  # fmt: skip
ASKED = framed("276", "HR", "005010X212", """
BHT*0010*13*R1*20260302*0930
HL*1**20*1
NM1*PR*2*PRAIRIE HEALTH*****PI*PH001
HL*2*1*21*1
NM1*41*2*ELM STREET CLINIC*****46*S12345
HL*3*2*19*1
NM1*1P*2*ELM STREET CLINIC*****XX*1234567893
HL*4*3*22*0
DMG*D8*19800517*F
NM1*IL*1*STONE*ADA****MI*MEM0000001
TRN*1*T1
DTP*472*D8*20260105
HL*5*3*22*1
NM1*IL*1*STONE*ADA****MI*MEM0000001
HL*6*5*23
DMG*D8*20100101*M
NM1*QC*1*STONE*BEN
TRN*1*T2
DTP*472*D8*20260106
""")  # fmt: skip
ANSWERED = framed("277", "HN", "005010X212", """
BHT*0010*08*R1*20260302*0930*DG
HL*1**20*1
NM1*PR*2*PRAIRIE HEALTH*****PI*PH001
HL*2*1*21*1
NM1*41*2*ELM STREET CLINIC*****46*S12345
HL*3*2*19*1
NM1*1P*2*ELM STREET CLINIC*****XX*1234567893
HL*4*3*22*0
NM1*IL*1*STONE*ADA****MI*MEM0000001
TRN*2*T1
STC*F1:65*20260301**100*80***20260228*CHK1
DTP*472*D8*20260105
HL*5*3*22*1
NM1*IL*1*STONE*ADA****MI*MEM0000001
HL*6*5*23
NM1*QC*1*STONE*BEN
TRN*2*T2
STC*F1:65*20260301**50*40***20260227*CHK2
DTP*472*D8*20260106
HL*7*2*19*0
NM1*1P*2*OAK STREET CLINIC*****XX*1234567893
TRN*1*0
STC*E0:24*20260301
""")  # fmt: skip
ACKNOWLEDGED = framed("277", "HN", "005010X214", """
BHT*0085*08*R1*20260302*0930*TH
HL*1**20*1
NM1*PR*2*PRAIRIE HEALTH*****PI*PH001
TRN*1*T1
DTP*050*D8*20260302
DTP*009*D8*20260302
HL*2*1*21*1
NM1*41*2*ELM STREET CLINIC*****46*S12345
TRN*2*101
STC*A1:19*20260302*WQ*300
QTY*90*1
QTY*AA*1
AMT*YU*100
AMT*YY*200
HL*3*2*19*1
NM1*85*2*ELM STREET CLINIC*****XX*1234567893
TRN*1*0
QTY*QA*1
QTY*QC*1
AMT*YU*100
AMT*YY*200
HL*4*3*PT
NM1*QC*1*STONE*ADA****MI*MEM0000001
TRN*2*C1
STC*A2:20*20260302*WQ*100
DTP*472*D8*20260105
""")  # fmt: skip
RECEIPT = framed("999", "FA", "005010X231A1", """
AK1*HC*101*005010X222A1
AK2*837*0001
IK5*A
AK2*837*0002
IK3*CLM*22**8
IK4*2*782*1
IK5*R*5
AK9*P*2*2*1
""")  # fmt: skip
SOUND: Final[Mapping[str, Sequence[str]]] = {
    "270": (INQUIRY, CHILD_INQUIRY),
    "271": (RESPONSE, CHILD_RESPONSE, REFUSED),
    "276": (ASKED,),
    "277": (ANSWERED,),
    "277CA": (ACKNOWLEDGED,),
    "999": (RECEIPT,),
}
LEVEL = "HL*4*3*23*0"
REJECTED_SET = "IK3*CLM*22**8\nIK4*2*782*1\nIK5*R*5"
# Guide, sound file, what is changed, and the rules that speak.
CASES: Final[Sequence[tuple[str, str, Sequence[tuple[str, str]], set[str]]]] = (
    ("270", INQUIRY, [("EQ*30****1\n", "")], {"nothing-asked 2000C"}),
    ("270", CHILD_INQUIRY, [("HL*3*2*22*1\n", "HL*3*2*22*1\nTRN*1*T2*9123456789\n")],
     {"trace-not-with-patient 2000C"}),
    ("270", INQUIRY, [("STONE*ADA****MI*MEM0000001", "")], {"subscriber-not-findable 2100C"}),
    ("270", CHILD_INQUIRY, [("NM1*03*1*STONE*BEN", "NM1*03*1")], {"dependent-not-findable 2100D"}),
    ("270", INQUIRY, [("HI*ABK:E119\n", "")], {"pointer-without-diagnosis 2110C"}),
    ("270", CHILD_INQUIRY, [("HI*ABK:E119\n", "")], {"dependent-pointer-without-diagnosis 2110D"}),
    ("271", REFUSED, [("AAA*Y**42*R\n", "")], {"source-without-answer 2000A"}),
    ("271", REFUSED, [("20*0", "20*1"), ("AAA*Y**42*R\n", "HL*2*1*21*0\nNM1*1P*2*ELM*****XX*1234567893\n")],
     {"asker-without-answer 2000B"}),
    ("271", RESPONSE, [(RESPONSE[RESPONSE.index("EB*1") : RESPONSE.index("SE*0")], "")],
     {"subscriber-without-answer 2000C"}),
    ("271", CHILD_RESPONSE, [(CHILD_RESPONSE[CHILD_RESPONSE.index("EB*1") : CHILD_RESPONSE.index("SE*0")], "")],
     {"dependent-without-answer 2000C"}),
    ("271", RESPONSE, [("EB*B**98****10", "EB*B**98")], {"cost-share-without-value 2110C"}),
    ("271", CHILD_RESPONSE, [("EB*B**98****10", "EB*B**98")], {"dependent-cost-share-without-value 2110D"}),
    ("271", RESPONSE, [("LS*2120\n", ""), ("LE*2120\n", "")], {"related-party-without-bounds 2110C"}),
    ("271", CHILD_RESPONSE, [("LS*2120\n", ""), ("LE*2120\n", "")],
     {"dependent-related-party-without-bounds 2110D"}),
    ("271", RESPONSE, [("NM1*P3*1*REED*JO\n", "")], {"bounds-without-related-party 2110C"}),
    ("271", CHILD_RESPONSE, [("NM1*P3*1*REED*JO\n", "")], {"dependent-bounds-without-related-party 2110D"}),
    ("271", RESPONSE, [("LE*2120\n", "")], {"bounds-left-open 2110C"}),
    ("271", CHILD_RESPONSE, [("LE*2120\n", "")], {"dependent-bounds-left-open 2110D"}),
    ("271", RESPONSE, [("HI*ABK:E119\n", "")], {"pointer-without-diagnosis 2110C"}),
    ("271", CHILD_RESPONSE, [("HI*ABK:E119\n", "")], {"dependent-pointer-without-diagnosis 2110D"}),
    ("276", ASKED, [("TRN*1*T1\nDTP*472*D8*20260105\n", "")], {"no-claim-asked-about 2000D"}),
    ("276", ASKED, [("DMG*D8*19800517*F\n", "")], {"patient-without-birthday 2000D"}),
    ("276", ASKED, [("DTP*472*D8*20260105\n", "")], {"no-days-of-service 2200D"}),
    ("276", ASKED, [("DTP*472*D8*20260106\n", "")], {"dependent-no-days-of-service 2200E"}),
    ("277", ANSWERED, [("20*1", "20*1\nNM1*PR*2*OAK*****PI*P1\nHL*2*1*21*0\nNM1*41*2*OAK*****46*S2\nHL*1**20*1")],
     {"asker-without-answer 2000B"}),
    ("277", ANSWERED, [("TRN*1*0\nSTC*E0:24*20260301\n", "")], {"provider-without-answer 2000C"}),
    ("277", ANSWERED, [("HL*4*3*22*0", "HL*4*3*22*0\nNM1*IL*1*ROE*ED****MI*MEM2\nHL*9*3*22*0")],
     {"subscriber-without-claim 2000D"}),
    ("277", ANSWERED, [("DTP*472*D8*20260105\n", "")], {"no-days-of-service 2200D"}),
    ("277", ANSWERED, [("DTP*472*D8*20260106\n", "")], {"dependent-no-days-of-service 2200E"}),
    ("277", ANSWERED, [("20260228", "")], {"check-without-day 2200D"}),
    ("277", ANSWERED, [("20260227", "")], {"dependent-check-without-day 2200E"}),
    ("277CA", ACKNOWLEDGED, [("QTY*90*1\nQTY*AA*1\nAMT*YU*100\nAMT*YY*200\n", "")],
     {"batch-without-totals 2200B"}),
    ("277CA", ACKNOWLEDGED, [("WQ*300", "U*300")], {"rejected-batch-with-accepted-claims 2200B"}),
    ("277CA", ACKNOWLEDGED, [("AMT*YU*100\n", "")], {"accepted-claims-without-charges 2200B"}),
    ("277CA", ACKNOWLEDGED, [("QTY*90*1\n", "")], {"accepted-charges-without-claims 2200B"}),
    ("277CA", ACKNOWLEDGED, [("AMT*YY*200\n", "")], {"rejected-claims-without-charges 2200B"}),
    ("277CA", ACKNOWLEDGED, [("QTY*AA*1\n", "")], {"rejected-charges-without-claims 2200B"}),
    ("277CA", ACKNOWLEDGED, [("QC*1\nAMT*YU*100\n", "QC*1\n")], {"provider-accepted-claims-without-charges 2200C"}),
    ("277CA", ACKNOWLEDGED, [("QTY*QA*1\n", "")], {"provider-accepted-charges-without-claims 2200C"}),
    ("277CA", ACKNOWLEDGED, [("AMT*YY*200\nHL*3", "HL*3"), ("QTY*AA*1\n", "")], set()),
    ("277CA", ACKNOWLEDGED, [("AMT*YY*200\nHL*4", "HL*4")], {"provider-rejected-claims-without-charges 2200C"}),
    ("277CA", ACKNOWLEDGED, [("QTY*QC*1\n", "")], {"provider-rejected-charges-without-claims 2200C"}),
    ("999", RECEIPT, [("IK5*R*5", "IK5*A")], {"accepted-set-with-errors 2000"}),
    ("999", RECEIPT, [("IK5*A", "IK5*A*1")], {"accepted-set-with-reasons 2000"}),
    ("999", RECEIPT, [("IK5*R*5", "IK5*R")], {"refused-set-without-reason 2000"}),
    ("999", RECEIPT, [("IK3*CLM*22**8\nIK4*2*782*1\n", "")], {"segment-errors-not-listed 2000"}),
    ("999", RECEIPT, [("IK4*2*782*1\n", "")], {"element-errors-not-listed 2100"}),
    ("999", RECEIPT, [("AK9*P*2*2*1", "AK9*A*2*2*1")], {"accepted-group-with-refused-sets "}),
    ("999", RECEIPT, [("AK9*P*2*2*1", "AK9*R*2*2*1")], {"refused-group-with-accepted-sets "}),
    ("999", RECEIPT, [(f"AK2*837*0001\nIK5*A\nAK2*837*0002\n{REJECTED_SET}\n", "")],
     {"partly-accepted-group-without-sets "}),
)  # fmt: skip


def spoken(data: bytes) -> set[str]:
    return {f"{fault.code} {fault.loop}" for fault in faults(data) if fault.snip == 4}


@pytest.mark.parametrize(("transaction", "text"), [(name, text) for name, texts in SOUND.items() for text in texts])
def test_a_sound_file_has_no_fault_at_all(transaction: str, text: str) -> None:
    assert [(fault.code, fault.where) for fault in faults(content(text))] == [], transaction


@pytest.mark.parametrize(("transaction", "text", "changes", "expected"), CASES)
def test_the_rule_speaks(transaction: str, text: str, changes: Sequence[tuple[str, str]], expected: set[str]) -> None:
    assert spoken(content(text, *changes)) == expected, transaction


@pytest.mark.parametrize("transaction", SOUND)
def test_every_rule_has_its_case(transaction: str) -> None:
    shown = {case for name, _, _, expected in CASES if name == transaction for case in expected}
    assert shown == {f"{rule.id} {rule.loop}" for rule in guide(transaction).rules}
