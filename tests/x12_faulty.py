"""Files without a fault, and ways to put one in: a case names the segments to change and what should be said of it."""

from __future__ import annotations

from denialml.x12.faults import Fault
from denialml.x12.validate import validate

ISA = "ISA*00*          *00*          *ZZ*ELMCLINIC      *ZZ*CLEARING       *260302*0930*^*00501*000000101*0*T*:"
PROFESSIONAL = """
GS*HC*ELMCLINIC*CLEARING*20260302*0930*101*X*005010X222A1
ST*837*0001*005010X222A1
BHT*0019*00*101*20260302*0930*CH
NM1*41*2*ELM STREET CLINIC*****46*S12345
PER*IC*BILLING OFFICE*TE*2175550100
NM1*40*2*CLEARING HOUSE*****46*R12345
HL*1**20*1
NM1*85*2*ELM STREET CLINIC*****XX*1234567893
N3*1 ELM STREET
N4*SPRINGFIELD*IL*627010001
REF*EI*123456789
HL*2*1*22*0
SBR*P*18*GRP1******CI
NM1*IL*1*STONE*ADA****MI*MEM0000001
N3*9 QUARRY ROAD
N4*SPRINGFIELD*IL*62704
DMG*D8*19800517*F
NM1*PR*2*PRAIRIE HEALTH*****PI*PH001
CLM*0000000001Y*150.75***11:B:1*Y*A*Y*Y
REF*G1*AUTH77
HI*ABK:E119*ABF:I10
NM1*82*1*REED*JO****XX*1112223338
LX*1
SV1*HC:99213:25*125.5*UN*1***1:2
DTP*472*D8*20260105
REF*6R*0000000001Y-1
LX*2
SV1*HC:36415*25.25*UN*1***1
DTP*472*D8*20260105
SE*29*0001
GE*1*101
IEA*1*000000101
"""
REMITTANCE = """
GS*HP*PRAIRIE*ELMCLINIC*20260402*0930*7*X*005010X221A1
ST*835*0001
BPR*I*70*C*CHK************20260401
TRN*1*T100*1123456789
N1*PR*PRAIRIE HEALTH
N3*1 PLAZA
N4*SPRINGFIELD*IL*62701
PER*BL*HELP DESK*TE*2175550199
N1*PE*ELM STREET CLINIC*XX*1234567893
LX*1
CLP*0000000001Y*1*100*80*10*12*ICN1*11*1
NM1*QC*1*STONE*ADA****MI*MEM0000001
DTM*232*20260105
SVC*HC:99213*100*80**1
DTM*472*20260105
CAS*CO*45*10
CAS*PR*2*10
PLB*1234567893*20261231*WO:ICN0*10
SE*18*0001
GE*1*7
IEA*1*000000101
"""


def content(text: str, *changes: tuple[str, str]) -> bytes:
    """A file of segments, one a line, after replacing texts that must be there; SE01 is made right again."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    segments = text.split("\n")
    segments = [segment for segment in segments if segment]
    if not any(old.startswith("SE*") for old, _ in changes):
        begin, end = (next(at for at, each in enumerate(segments) if each.startswith(name)) for name in ("ST*", "SE*"))
        e = segments[end].split("*")
        segments[end] = f"SE*{end - begin + 1}*{e[2]}"
    return "".join(segment + "~" for segment in [ISA, *segments]).encode()


def faults(data: bytes) -> list[Fault]:
    """All faults of a file."""
    return [item for item in validate(data) if isinstance(item, Fault)]


def told(fault: Fault) -> str:
    """A fault in one line: code, loop, segment with element and component, position in the set, what is named."""
    name = fault.segment + (f"{fault.element:02d}" if fault.element else "")
    name += f"-{fault.component}" if fault.component else ""
    return f"{fault.code} {fault.loop or '-'} {name} @{fault.set_position} {fault.label}".rstrip()
