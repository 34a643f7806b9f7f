"""Made-up claims and remittances for the X12 tests, and small helpers to build files by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from denialml import x12
from denialml.claims import (
    Address,
    Adjustment,
    Amount,
    BankAccount,
    Claim,
    ClaimGroup,
    ClaimPayment,
    Contact,
    Coverage,
    DatedFact,
    Delivery,
    Diagnosis,
    InpatientAdjudication,
    InpatientSummary,
    Note,
    OutpatientAdjudication,
    Party,
    Patient,
    Procedure,
    ProviderAdjustment,
    ProviderSummary,
    Quantity,
    Reference,
    Remark,
    Remittance,
    ServiceLine,
    ServicePayment,
    replace,
)

T = TypeVar("T")

ENVELOPE = x12.Envelope("SENDER", "RECEIVER", 42, datetime(2026, 3, 2, 9, 30))
PLACE = Address("1 ELM STREET", "SUITE 2", "SPRINGFIELD", "IL", "627010001")
CLINIC = Party(
    "ELM STREET CLINIC",
    id_qualifier="XX",
    identifier="1234567893",
    taxonomy="207Q00000X",
    address=PLACE,
    references=(Reference("EI", "123456789"),),
    contacts=(Contact("IC", "BILLING OFFICE", (("TE", "2175550100"), ("EX", "12"))),),
)
PAYER = Party("PRAIRIE HEALTH", id_qualifier="PI", identifier="PH001")
MEMBER = Party("STONE", "ADA", "M", "JR", is_person=True, id_qualifier="MI", identifier="MEM0000001", address=PLACE)
DOCTOR = Party("REED", "JO", is_person=True, id_qualifier="XX", identifier="1112223338", taxonomy="207R00000X")
SUBMITTER = Party(
    "ELM STREET CLINIC",
    id_qualifier="46",
    identifier="S12345",
    contacts=(Contact("IC", "BILLING OFFICE", (("TE", "2175550100"),)),),
)
CLEARINGHOUSE = Party("CLEARING HOUSE", id_qualifier="46", identifier="R12345")
COVERAGE = Coverage(
    PAYER, MEMBER, "P", "18", "GRP1", "", "", "CI", subscriber_birth=date(1980, 5, 17), subscriber_sex="F"
)
CHILD = Patient(Party("STONE", "BO", is_person=True, address=PLACE), relationship="19", birth=date(2015, 2, 3), sex="M")


def line(number: int = 1, *, charge_cents: int = 12550, code: str = "99213") -> ServiceLine:
    """A plain office visit."""
    return ServiceLine(
        number,
        Procedure(code, ("25",)),
        charge_cents,
        Decimal(1),
        date(2026, 1, 5),
        date(2026, 1, 5),
        diagnosis_pointers=(1, 2),
        control_number=f"L{number}",
    )


def claim(control_number: str = "0000000001Y", **changes: object) -> Claim:
    """A plain claim of one line."""
    plain = Claim(
        control_number,
        12550,
        "11",
        CLINIC,
        COVERAGE,
        (line(),),
        (Diagnosis("E119", "ABK"), Diagnosis("I10", "ABF")),
        rendering=DOCTOR,
        references=(Reference("G1", "AUTH77"),),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the names are checked by replace


def rich_claim() -> Claim:
    """A claim of a child that fills every field of the vocabulary."""
    services = (
        replace(
            line(1, charge_cents=10000),
            procedure=Procedure("99213", ("25", "GT", "95", "Q5"), "HC", "VISIT"),
            units=Decimal("1.5"),
            service_to=date(2026, 1, 7),
            unit_basis="MJ",
            place_of_service="02",
            diagnosis_pointers=(2, 1),
            emergency="Y",
            rendering=DOCTOR,
            references=(Reference("X4", "12D3456789"),),
            dates=(DatedFact("463", date(2025, 12, 1)),),
            amounts=(Amount("T", 125), Amount("F4", 5)),
            notes=(Note("ADD", "SEEN TWICE"),),
        ),
        line(2, charge_cents=2550, code="J1100"),
    )
    return claim(
        "0000000002W",
        frequency="7",
        lines=services,
        coverage=replace(COVERAGE, relationship="", insurance_type="47", sequence="S"),
        patient=CHILD,
        pay_to=Party("", address=PLACE),
        referring=Party("OAK", "KIM", is_person=True, id_qualifier="XX", identifier="1112223338"),
        facility=Party("ELM SURGERY", id_qualifier="XX", identifier="1234567893", address=PLACE),
        supervising=Party("ASH", "LEE", is_person=True, references=(Reference("G2", "S1"),)),
        patient_signature="P",
        references=(Reference("F8", "ICN1"), Reference("9F", "REF1")),
        dates=(
            DatedFact("431", date(2025, 12, 30)),
            DatedFact("435", date(2026, 1, 5), time="0815"),
            DatedFact("314", date(2026, 1, 5), until=date(2026, 1, 9)),
        ),
        amounts=(Amount("F5", 2000),),
        notes=(Note("ADD", "A NOTE"),),
    )


def batch(claims: Sequence[Claim], envelope: x12.Envelope = ENVELOPE) -> x12.ClaimBatch:
    """Claims ready to be written."""
    return x12.ClaimBatch(envelope, SUBMITTER, CLEARINGHOUSE, claims)


def payment(control_number: str = "0000000001Y", **changes: object) -> ClaimPayment:
    """A plain claim payment of one line, in balance."""
    service = ServicePayment(
        Procedure("99213", ("25",)),
        12550,
        8000,
        units=Decimal(1),
        service_from=date(2026, 1, 5),
        service_to=date(2026, 1, 5),
        line_control_number="L1",
        adjustments=(Adjustment("CO", "45", 2550), Adjustment("PR", "2", 2000)),
        amounts=(Amount("B6", 10000),),
    )
    plain = ClaimPayment(
        control_number,
        "1",
        12550,
        8000,
        2000,
        "ICN0001",
        "12",
        "11",
        "1",
        patient=Party("STONE", "ADA", is_person=True, id_qualifier="MI", identifier="MEM0000001"),
        services=(service,),
        dates=(DatedFact("050", date(2026, 1, 8)),),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the names are checked by replace


def rich_payment() -> ClaimPayment:
    """A reversal that fills every field of the vocabulary."""
    person = Party("STONE", "ADA", "M", "JR", is_person=True, id_qualifier="MI", identifier="MEM0000001")
    service = ServicePayment(
        Procedure("99212", ("25", "GT"), "HC", "VISIT"),
        -12550,
        -8000,
        "0450",
        Decimal("0.5"),
        Procedure("99213"),
        Decimal(2),
        date(2026, 1, 5),
        date(2026, 1, 6),
        "L1",
        (
            *[Adjustment("CO", str(40 + at), -at, Decimal(at) if at % 2 else None) for at in range(1, 9)],
            Adjustment("PR", "2", -2000),
            Adjustment("CO", "97", 0),
        ),
        (Remark("N130"), Remark("RX1", "RX")),
        (Amount("B6", -10000),),
        (Reference("LU", "11"), Reference("1C", "ABC", "DESCRIBED")),
        (DatedFact("573", date(2026, 1, 7)),),
        (Quantity("ZK", Decimal("4.5")),),
    )
    dateless = ServicePayment(Procedure("99214"), 0, 0)
    ends = ServicePayment(Procedure("99215"), 0, 0, service_to=date(2026, 1, 9))
    return payment(
        "0000000002W",
        status="22",
        charge_cents=-12550,
        paid_cents=-8000,
        patient_responsibility_cents=-2000,
        patient=person,
        subscriber=person,
        corrected=Party("STONE", "ADAH", is_person=True),
        rendering=Party("REED", "JO", is_person=True, id_qualifier="XX", identifier="1112223338"),
        crossover=Party("OTHER HEALTH", id_qualifier="PI", identifier="OH1"),
        adjustments=(Adjustment("OA", "23", -7),),
        remarks=(Remark("N1", source="MIA"), Remark("N2", source="MIA"), Remark("MA01", source="MOA")),
        services=(service, dateless, ends),
        dates=(DatedFact("232", date(2026, 1, 5)), DatedFact("036", date(2026, 12, 31))),
        amounts=(Amount("AU", 12), Amount("I", -3)),
        references=(Reference("EA", "MR1"),),
        drg="470",
        drg_weight=Decimal("2.125"),
        discharge_fraction=Decimal("0.5"),
        priority_payer=Party("FIRST HEALTH", id_qualifier="PI", identifier="FH1"),
        other_subscriber=Party("STONE", "EVA", is_person=True, id_qualifier="MI", identifier="MEM0000003"),
        inpatient=InpatientAdjudication(Decimal(3), drg_cents=500000, capital_exception_cents=-5),
        outpatient=OutpatientAdjudication(Decimal("0.8"), esrd_cents=12),
        contacts=(Contact("CX", "CLAIMS", (("TE", "2175550100"), ("EX", "12"))),),
        quantities=(Quantity("CA", Decimal(3)),),
    )


def claim_group() -> ClaimGroup:
    """The header of a group with a provider's sums."""
    return ClaimGroup(
        "1",
        ProviderSummary("1234567893", "11", date(2026, 12, 31), Decimal(2), 25100, patient_reimbursement_cents=100),
        InpatientSummary(500000, outlier_days=Decimal(2), average_drg_weight=Decimal("1.25")),
    )


def rich_remittance() -> Remittance:
    """An electronic payment that fills every field of the vocabulary."""
    return remittance(
        payment_cents=-150,
        method="ACH",
        receiver_id="R1",
        handling="H",
        payment_format="CCP",
        payer_account=BankAccount("01", "999999992", "DA", "123"),
        payee_account=BankAccount("01", "999999992", "SG", "456"),
        originating_company="1123456789",
        company_supplement="999999999",
        originator_supplement="888888888",
        currency="USD",
        system_version="V1",
        delivery=Delivery("EM", "BOX", "A@B"),
    )


def remittance(**changes: object) -> Remittance:
    """A cheque."""
    plain = Remittance(
        "0001",
        8000,
        "CHK",
        date(2026, 2, 1),
        "TRACE1",
        "1123456789",
        Party("PRAIRIE HEALTH", address=PLACE, contacts=(Contact("BL", "HELP DESK", (("TE", "2175550199"),)),)),
        Party("ELM STREET CLINIC", id_qualifier="XX", identifier="1234567893"),
        produced_on=date(2026, 1, 30),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the names are checked by replace


def provider_adjustment(amount_cents: int = 500, reason: str = "WO") -> ProviderAdjustment:
    """Money taken outside claims."""
    return ProviderAdjustment("1234567893", date(2026, 12, 31), reason, "ICN0000", amount_cents)


def remittances(*transactions: x12.RemittanceTransaction, envelope: x12.Envelope = ENVELOPE) -> x12.RemittanceBatch:
    """Remittances ready to be written."""
    return x12.RemittanceBatch(envelope, transactions)


def interchange(body: str, *, functional: str = "HP", version: str = "005010X221A1", set_id: str = "835") -> bytes:
    """A file by hand: ``body`` holds one segment a line, what stands between ST and SE."""
    inner = [text for line_ in body.splitlines() if (text := line_.strip())]
    segments = [
        "ISA*00*          *00*          *ZZ*PAYER          *ZZ*CLINIC         *260201*1200*^*00501*000000007*0*T*:",
        f"GS*{functional}*PAYER*CLINIC*20260201*1200*7*X*{version}",
        f"ST*{set_id}*0001*{version}",
        *inner,
        f"SE*{len(inner) + 2}*0001",
        "GE*1*7",
        "IEA*1*000000007",
    ]
    return ("~".join(segments) + "~").encode()


HEAD_835 = """
BPR*I*80*C*CHK************20260201
TRN*1*TRACE1*1123456789
N1*PR*PRAIRIE HEALTH
N1*PE*ELM STREET CLINIC*XX*1234567893
"""

HEAD_837 = """
BHT*0019*00*1*20260201*1200*CH
NM1*41*2*ELM STREET CLINIC*****46*S12345
NM1*40*2*CLEARING HOUSE*****46*R12345
HL*1**20*1
NM1*85*2*ELM STREET CLINIC*****XX*1234567893
HL*2*1*22*0
SBR*P*18*******CI
NM1*IL*1*STONE*ADA****MI*MEM0000001
DMG*D8*19800517*F
NM1*PR*2*PRAIRIE HEALTH*****PI*PH001
"""

CLAIM_837 = """
CLM*A1*125.5***11:B:1*Y*A*Y*Y
HI*ABK:E119
LX*1
SV1*HC:99213*125.5*UN*1***1
DTP*472*D8*20260105
"""


def events_835(body: str) -> list[x12.Event]:
    """Events of an 835 whose head is plain."""
    return list(x12.read(interchange(HEAD_835 + body)))


def events_837(body: str, head: str = HEAD_837) -> list[x12.Event]:
    """Events of an 837P whose head and levels are plain."""
    return list(x12.read(interchange(head + body, functional="HC", version="005010X222A1", set_id="837")))


def findings(events: Sequence[x12.Event]) -> list[str]:
    """Codes of all findings, in order."""
    return [event.finding.code for event in events if isinstance(event, x12.Noticed | x12.Refused)]


def only(events: Sequence[x12.Event], kind: type[T]) -> list[T]:
    """Events of one kind."""
    return [event for event in events if isinstance(event, kind)]
