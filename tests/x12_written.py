"""Small files of every kind that our writer makes: what hostile tests damage and the fuzzer starts from."""

from __future__ import annotations

from datetime import date

import status_cases as status
import x12_cases as cases
from denialml import x12
from denialml.claims import (
    ElementError,
    ElementPosition,
    FunctionalAcknowledgement,
    InterchangeAcknowledgement,
    SegmentError,
    SetAcknowledgement,
)

ASKED = """
BHT*0022*13*10001234*20260201*1319
HL*1**20*1
NM1*PR*2*PRAIRIE HEALTH*****PI*PH001
HL*2*1*21*1
NM1*1P*2*ELM STREET CLINIC*****XX*1234567893
HL*3*2*22*0
TRN*1*TRACE1*9ELMSTREET
NM1*IL*1*STONE*ADA****MI*MEM0000001
DMG*D8*19800517
DTP*291*D8*20260201
EQ*30
"""

ANSWERED = """
BHT*0022*11*10001234*20260201*1319
HL*1**20*1
NM1*PR*2*PRAIRIE HEALTH*****PI*PH001
HL*2*1*21*1
NM1*1P*2*ELM STREET CLINIC*****XX*1234567893
HL*3*2*22*0
TRN*2*TRACE1*9ELMSTREET
NM1*IL*1*STONE*ADA****MI*MEM0000001
N3*1 ELM STREET
N4*SPRINGFIELD*IL*62701
DMG*D8*19800517*F
DTP*346*D8*20260101
EB*1**30**GOLD PLAN
EB*B**98****27*25
"""

INSTITUTIONAL = """
BHT*0019*00*1*20260201*1200*CH
NM1*41*2*ELM STREET HOSPITAL*****46*S12345
PER*IC*OFFICE*TE*2175550100
NM1*40*2*CLEARING HOUSE*****46*R12345
HL*1**20*1
NM1*85*2*ELM STREET HOSPITAL*****XX*1234567893
N3*1 ELM STREET
N4*SPRINGFIELD*IL*627010001
REF*EI*123456789
HL*2*1*22*0
SBR*P*18*******CI
NM1*IL*1*STONE*ADA****MI*MEM0000001
NM1*PR*2*PRAIRIE HEALTH*****PI*PH001
CLM*A1*200***11:A:1**A*Y*Y
DTP*434*RD8*20260105-20260107
DTP*435*DT*202601050815
CL1*1*7*30
HI*ABK:I10
HI*BE:01:::125.5
HI*BI:70:RD8:20260105-20260107
NM1*71*1*REED*JO****XX*1112223338
LX*1
SV2*0450*HC:99283*200*UN*1
DTP*472*D8*20260105
"""

ANSWER = FunctionalAcknowledgement(
    "HC", "17456", "005010X222A1", "P", 2, 2, 1, (),
    (
        SetAcknowledgement("837", "0001", "005010X222A1", "A"),
        SetAcknowledgement(
            "837", "0002", "005010X222A1", "R", ("5",),
            (SegmentError("CLM", 22, "8", "2300", (), (ElementError(ElementPosition(2), "1", "782", "BAD"),)),),
        ),
    ),
)  # fmt: skip
RECEIPT = InterchangeAcknowledgement("000000050", date(2026, 2, 28), "1200", "R", "023")


def written() -> dict[str, bytes]:
    """By kind: one file, small but with the loops that its kind has."""
    paid, rich = cases.payment(), cases.rich_payment()
    remittance = cases.remittance(payment_cents=paid.paid_cents + rich.paid_cents - 500)
    inpatient = cases.interchange(INSTITUTIONAL, functional="HC", version="005010X223A2", set_id="837")
    claims = [event.claim for event in x12.read(inpatient) if isinstance(event, x12.ClaimRead)]
    return {
        "837P": x12.write(cases.batch([cases.claim(), cases.rich_claim()])),
        "837I": x12.write(cases.batch(claims)),
        "835": x12.write(
            cases.remittances(x12.RemittanceTransaction(remittance, [paid, rich], [cases.provider_adjustment()]))
        ),
        "270": _again(ASKED, "270"),
        "271": _again(ANSWERED, "271"),
        "276": x12.write(status.batch(status.inquiries())),
        "277": x12.write(status.batch(status.responses())),
        "277CA": x12.write(status.batch(status.acknowledgements())),
        "999": x12.write(x12.MessageBatch(cases.ENVELOPE, [ANSWER])),
        "TA1": x12.write(x12.MessageBatch(cases.ENVELOPE, [RECEIPT])),
    }


def _again(body: str, set_id: str) -> bytes:
    """A message written by hand, read, and written by us."""
    content = cases.interchange(body, functional="HS", version="005010X279A1", set_id=set_id)
    messages = [event.message for event in x12.read(content) if isinstance(event, x12.MessageRead)]
    return x12.write(x12.MessageBatch(cases.ENVELOPE, messages))
