"""Each situational rule of the claim and remittance guides is broken by a case, and speaks alone."""

from __future__ import annotations

from typing import Final

import pytest

from denialml.x12.guide import guide
from x12_faulty import PROFESSIONAL, REMITTANCE, content, faults

Change = tuple[str, str]

SUBSCRIBER_IS_PATIENT: Final = "SBR*P*18*"
FIRST_LINE: Final = "LX*1\n"
LINE_END: Final = "REF*6R*0000000001Y-1\n"
LAST_LINE: Final = "SV1*HC:36415*25.25*UN*1***1\n"
PATIENT: Final = """HL*3*2*23*0
PAT*19
NM1*QC*1*STONE*BO
N3*9 QUARRY ROAD
N4*SPRINGFIELD*IL*62704
DMG*D8*20150203*M
"""
OTHER: Final = """SBR*S*18*******CI
CAS*PR*1*20
AMT*D*130.75
AMT*A8*150.75
OI***Y***Y
NM1*IL*1*STONE*ADA****MI*MEM2
NM1*PR*2*OTHER HEALTH*****PI*OH001
DTP*573*D8*20260201
"""
DECIDED: Final = "SVD*OH001*125.5*HC:99213**1\nDTP*573*D8*20260201\n"
TRIP: Final = "CR1****A*DH*5\n"
CLAIM: Final = PROFESSIONAL[PROFESSIONAL.index("CLM*") : PROFESSIONAL.index("SE*29")]


def before(place: str, text: str) -> Change:
    return place, text + place


def after(place: str, text: str) -> Change:
    return place, place + text


def other(*without: str) -> Change:
    """Another payer on the claim, without some of what it says."""
    return before(FIRST_LINE, "".join(each + "\n" for each in OTHER.splitlines() if not each.startswith(without)))


def dependent(text: str = PATIENT) -> tuple[Change, Change]:
    return (SUBSCRIBER_IS_PATIENT, "SBR*P**"), before("CLM*", text)


def place(role: str, town: str) -> str:
    return f"NM1*{role}*2*WARD\nN3*1 SIDE STREET\n{town}\n"


SHARED: Final[dict[str, tuple[Change, ...]]] = {
    "claim-of-a-dependent-at-the-subscriber": (
        (SUBSCRIBER_IS_PATIENT, "SBR*P**"), before("SE*29", PATIENT + CLAIM),
    ),
    "patient-level-missing": ((SUBSCRIBER_IS_PATIENT, "SBR*P**"),),
    "patient-level-without-claim": (before("SE*29", PATIENT),),
    "subscriber-level-without-claim": ((CLAIM, ""),),
    "subscriber-patient-without-street": (("N3*9 QUARRY ROAD\n", ""),),
    "subscriber-patient-without-town": (("N4*SPRINGFIELD*IL*62704\n", ""),),
    "subscriber-patient-without-demographics": (("DMG*D8*19800517*F\n", ""),),
    "coverage-kind-missing": (("GRP1******CI", "GRP1"),),
    "other-coverage-kind-missing": (other("CAS", "AMT*A8"), ("SBR*S*18*******CI", "SBR*S*18")),
    "billing-provider-state-missing": (("N4*SPRINGFIELD*IL*627010001", "N4*SPRINGFIELD**627010001"),),
    "billing-provider-postal-code-missing": (("N4*SPRINGFIELD*IL*627010001", "N4*SPRINGFIELD*IL"),),
    "pay-to-state-missing": (before("HL*2", place("87", "N4*PEORIA**61601")),),
    "pay-to-postal-code-missing": (before("HL*2", place("87", "N4*PEORIA*IL")),),
    "subscriber-state-missing": (("N4*SPRINGFIELD*IL*62704", "N4*SPRINGFIELD**62704"),),
    "subscriber-postal-code-missing": (("N4*SPRINGFIELD*IL*62704", "N4*SPRINGFIELD*IL"),),
    "patient-state-missing": dependent(PATIENT.replace("*IL*", "**")),
    "patient-postal-code-missing": dependent(PATIENT.replace("*IL*62704", "*IL")),
    "facility-state-missing": (before(FIRST_LINE, place("77", "N4*PEORIA**61601")),),
    "facility-postal-code-missing": (before(FIRST_LINE, place("77", "N4*PEORIA*IL")),),
    "billing-provider-organisation-with-first-name": (("STREET CLINIC*****XX", "STREET CLINIC*ELM****XX"),),
    "subscriber-organisation-with-first-name": (("NM1*IL*1*", "NM1*IL*2*"),),
    "other-subscriber-organisation-with-first-name": (
        other("CAS", "AMT*A8"), ("NM1*IL*1*STONE*ADA****MI*MEM2", "NM1*IL*2*STONE*ADA****MI*MEM2"),
    ),
    "subrogation-needs-pay-to-plan": (("*0930*CH", "*0930*31"),),
    "replacement-needs-original": ((":1*Y*A*Y*Y", ":7*Y*A*Y*Y"),),
    "secondary-needs-other-payer": ((SUBSCRIBER_IS_PATIENT, "SBR*S*18*"),),
    "attachment-number-missing": (before("REF*G1", "PWK*OZ*FX\n"),),
    "line-attachment-number-missing": (after(LAST_LINE, "PWK*OZ*FX\n"),),
    "line-decision-needs-other-payer": (after(LINE_END, DECIDED),),
    "line-decision-needs-paid-amount": (other("CAS", "AMT", "DTP"), after(LINE_END, DECIDED)),
    "other-payer-date-missing": (other("CAS", "AMT*A8", "DTP"),),
    "other-payer-adjusted-without-paid-amount": (other("AMT", "DTP"),),
    "other-payer-date-without-paid-amount": (other("CAS", "AMT"),),
    "not-covered-yet-paid": (other("CAS"),),
    "not-covered-yet-adjusted": (other("AMT*D", "DTP"),),
}  # fmt: skip
ONLY_PROFESSIONAL: Final[dict[str, tuple[Change, ...]]] = {
    "mixed-diagnosis-lists-icd-10-first": (("ABF:I10", "BF:4019"),),
    "mixed-diagnosis-lists-icd-9-first": (("ABK:E119", "BK:25000"),),
    "medicare-secondary-reason-missing": (("SBR*P*18*GRP1******CI", "SBR*S*18*GRP1******MB"), other("CAS", "AMT*A8")),
    "accident-date-missing": (("*Y*A*Y*Y", "*Y*A*Y*Y**OA"),),
    "accident-date-missing-second-cause": (("*Y*A*Y*Y", "*Y*A*Y*Y**EM:OA"),),
    "accident-state-missing": (("*Y*A*Y*Y\n", "*Y*A*Y*Y**AA\nDTP*439*D8*20260104\n"),),
    "accident-state-missing-second-cause": (("*Y*A*Y*Y\n", "*Y*A*Y*Y**EM:AA\nDTP*439*D8*20260104\n"),),
    "inpatient-needs-admission-date": (("11:B:1", "21:B:1"),),
    "discharge-without-admission": (before("REF*G1", "DTP*096*D8*20260105\n"),),
    "ambulance-trip-missing": (("HC:99213:25", "HC:A0429"),),
    "ambulance-conditions-without-trip": (before("HI*", "CRC*07*Y*01\n"),),
    "ambulance-pick-up-missing": (before("HI*", TRIP), before(FIRST_LINE, place("45", "N4*PEORIA*IL*61601"))),
    "ambulance-drop-off-missing": (before("HI*", TRIP), before(FIRST_LINE, place("PW", "N4*PEORIA*IL*61601"))),
    "waived-test-needs-clia": (("HC:36415", "HC:36415:QW"),),
    "waived-test-needs-clia-second-modifier": (("HC:36415", "HC:36415:90:QW"),),
    "equipment-certificate-needs-start": (after(LAST_LINE, "CR3*I*MO*12\n"),),
    "recertification-date-missing": (
        after(LAST_LINE, "CR3*R*MO*12\n"), ("DTP*472*D8*20260105\nSE", "DTP*472*D8*20260105\nDTP*463*D8*20250101\nSE"),
    ),
}  # fmt: skip
INSTITUTIONAL: Final = (
    PROFESSIONAL.replace("005010X222A1", "005010X223A2")
    .replace("11:B:1*Y*A", "11:A:1**A")
    .replace("REF*G1*AUTH77\nHI*ABK:E119*ABF:I10\n", """DTP*096*TM*1200
DTP*434*RD8*20260101-20260105
DTP*435*DT*202601010800
CL1*1*1*01
HI*ABK:E119
HI*ABJ:E119
HI*ABF:I10
""")
    .replace("NM1*82", "NM1*71")
    .replace("SV1*HC:99213:25*125.5*UN*1***1:2", "SV2*0450*HC:99213*125.5*UN*1")
    .replace("SV1*HC:36415*25.25*UN*1***1", "SV2*0300*HC:36415*25.25*UN*1")
)  # fmt: skip
ONLY_INSTITUTIONAL: Final[dict[str, tuple[Change, ...]]] = {
    "inpatient-needs-admission-date": (("DTP*435*DT*202601010800\n", ""),),
    "inpatient-needs-admission-source": (("CL1*1*1*01", "CL1*1**01"),),
    "inpatient-needs-admitting-diagnosis": (("HI*ABJ:E119\n", ""),),
    "final-bill-needs-discharge-hour": (("DTP*096*TM*1200\n", ""),),
    "attending-provider-missing": (("NM1*71*1*REED*JO****XX*1112223338\n", ""),),
    "mixed-diagnosis-lists-icd-10-first": (("HI*ABF:I10", "HI*BF:4019"),),
    "mixed-diagnosis-lists-icd-9-first": (("HI*ABK:E119", "HI*BK:25000"),),
}
TRANSFER: Final = "ACH*CCP*01*B1*DA*A1*1123456789**01*B2*DA*A2*20260401"
CHECK: Final = "CHK************20260401"
SERVICE: Final = "DTM*472*20260105\n"
REMITTANCES: Final[dict[str, tuple[Change, ...]]] = {
    "transfer-without-payer-bank": ((CHECK, TRANSFER.replace("*01*B1", "**")),),
    "transfer-without-payer-account": ((CHECK, TRANSFER.replace("*DA*A1", "**")),),
    "transfer-without-payer-identifier": ((CHECK, TRANSFER.replace("*1123456789", "*")),),
    "transfer-without-payee-bank": ((CHECK, TRANSFER.replace("*01*B2", "**")),),
    "transfer-without-payee-account": ((CHECK, TRANSFER.replace("*DA*A2", "**")),),
    "ach-without-format": ((CHECK, TRANSFER.replace("CCP", "")),),
    "inpatient-totals-without-provider-totals": (after("LX*1\n", "TS2*1\n"),),
    "forwarded-without-next-payer": (("0000000001Y*1*", "0000000001Y*19*"),),
    "other-subscriber-without-payer": (before("DTM*232", "NM1*GB*1*STONE\n"),),
    "inpatient-and-outpatient": (before("DTM*232", "MIA*1\nMOA*1\n"),),
    "claim-without-dates": ((REMITTANCE[REMITTANCE.index("DTM*232") : REMITTANCE.index("PLB*")], ""),),
    "line-without-dates": (("DTM*232*20260105\n", ""), (SERVICE, "")),
    "service-period-without-end": ((SERVICE, "DTM*150*20260105\n"),),
    "service-period-without-beginning": ((SERVICE, "DTM*151*20260105\n"),),
    "service-day-and-period": (after(SERVICE, "DTM*150*20260105\nDTM*151*20260106\n"),),
    "patient-share-missing": (("CAS*PR*2*10\n", ""), ("*80*10*12", "*80**12"), before("NM1*QC", "CAS*PR*2*10\n")),
    "patient-share-missing-of-lines": (("*80*10*12", "*80**12"),),
    "remark-code-missing": (("CAS*CO*45*10", "CAS*CO*16*10"),),
    "remark-code-missing-second-reason": (("CAS*CO*45*10", "CAS*CO*45*5**96*5"),),
}  # fmt: skip
CASES: Final = [
    *(("837P", rule, changes) for rule, changes in (SHARED | ONLY_PROFESSIONAL).items()),
    *(("837I", rule, changes) for rule, changes in ONLY_INSTITUTIONAL.items()),
    *(("835", rule, changes) for rule, changes in REMITTANCES.items()),
]
SOUND: Final = {"837P": PROFESSIONAL, "837I": INSTITUTIONAL, "835": REMITTANCE}
# A case that cannot help breaking another rule too.
BESIDE: Final = {"not-covered-yet-adjusted": "other-payer-adjusted-without-paid-amount"}


def spoken(data: bytes) -> list[str]:
    return [fault.code for fault in faults(data) if fault.snip == 4]


@pytest.mark.parametrize("transaction", SOUND)
def test_sound_files_break_no_rule(transaction: str) -> None:
    assert faults(content(SOUND[transaction])) == []
    if transaction != "835":
        assert spoken(content(SOUND[transaction], *dependent())) == []


@pytest.mark.parametrize(("transaction", "rule", "changes"), CASES, ids=[f"{each[0]} {each[1]}" for each in CASES])
def test_a_rule_that_is_broken_speaks(transaction: str, rule: str, changes: tuple[Change, ...]) -> None:
    expected = {rule, BESIDE.get(rule, rule)}
    assert set(spoken(content(SOUND[transaction], *changes))) == expected


@pytest.mark.parametrize(
    "changes",
    [
        (other("CAS", "AMT*A8"), (SUBSCRIBER_IS_PATIENT, "SBR*S*18*")),
        (other("AMT*A8", "DTP"), after(LINE_END, DECIDED), (SUBSCRIBER_IS_PATIENT, "SBR*S*18*")),
        ((":1*Y*A*Y*Y", ":7*Y*A*Y*Y"), after("REF*G1*AUTH77\n", "REF*F8*ICN1\n")),
        (before("HI*", TRIP), before(FIRST_LINE, "".join(place(role, "N4*PEORIA*IL*61601") for role in ("PW", "45")))),
        (("N4*SPRINGFIELD*IL*62704", "N4*TORREMOLINOS***ES"),),
    ],
)
def test_rules_that_are_kept_are_silent(changes: tuple[Change, ...]) -> None:
    assert spoken(content(PROFESSIONAL, *changes)) == []


@pytest.mark.parametrize("transaction", SOUND)
def test_every_rule_has_a_case(transaction: str) -> None:
    broken = {rule for name, rule, _ in CASES if name == transaction} | (
        SHARED.keys() if transaction == "837I" else set()
    )
    assert {rule.id for rule in guide(transaction).rules} == broken


def test_shared_rules_are_the_same_in_both_kinds_of_claim() -> None:
    professional, institutional = ({rule.id: rule for rule in guide(name).rules} for name in ("837P", "837I"))
    for rule in SHARED:
        one, two = professional[rule], institutional[rule]
        assert (one.say, one.do, one.forbids) == (two.say, two.do, two.forbids), rule
        if not rule.startswith("facility"):  # its loop is 2310C in one and 2310E in the other
            assert (one.loop, one.conditions, one.target) == (two.loop, two.conditions, two.target), rule
