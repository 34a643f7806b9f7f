"""Made-up claims that use the rarer parts of the 837 guides, with codes that the guides allow."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import x12_cases as cases
from denialml.claims import (
    Adjustment,
    AmbulanceTransport,
    Amount,
    Attachment,
    Claim,
    Conditions,
    Contract,
    DatedFact,
    DatedProcedure,
    Diagnosis,
    Drug,
    EquipmentCertification,
    EquipmentService,
    Form,
    FormAnswer,
    InpatientAdjudication,
    InstitutionalDetail,
    LineAdjudication,
    Measurement,
    Note,
    Occurrence,
    OccurrenceSpan,
    OtherCoverage,
    OtherPayerProvider,
    OutpatientAdjudication,
    Party,
    Procedure,
    PurchasedService,
    Quantity,
    Reference,
    RelatedCauses,
    Repricing,
    ServiceLine,
    SpinalManipulation,
    ValueCode,
    replace,
)

DAY = date(2026, 1, 5)
LATER = date(2026, 1, 20)
PLAN = Party("OTHER HEALTH", id_qualifier="PI", identifier="OH001", address=cases.PLACE,
             references=(Reference("F8", "ICN-OH-1"),))  # fmt: skip
MEMBER = Party("OAK", "ROY", is_person=True, id_qualifier="MI", identifier="MEM0000003", address=cases.PLACE)
PLACE_ONLY = Party(address=cases.PLACE)


def person(name: str, *, taxonomy: str = "", references: tuple[Reference, ...] = ()) -> Party:
    """A provider with an NPI."""
    return Party(
        name, "KIM", prefix="", is_person=True, id_qualifier="XX", identifier="1112223338", taxonomy=taxonomy,
        references=references,
    )  # fmt: skip


PAID = OtherCoverage(
    PLAN, MEMBER, "P", "19", "GRP9", "", "", "CI", "Y", "P", "Y", LATER,
    (Amount("D", 6000), Amount("EAF", 1000)), (Adjustment("CO", "45", 2000), Adjustment("PR", "2", 1000)),
    outpatient=OutpatientAdjudication(remarks=("MA01", "N130")),
    providers=(OtherPayerProvider("82", Party(is_person=True, references=(Reference("G2", "R1"),))),),
)  # fmt: skip
ANSWER = LineAdjudication(
    "OH001", 6000, Procedure("99213", ("25",)), units=Decimal(1), adjudicated_on=LATER,
    adjustments=(Adjustment("CO", "45", 2000), Adjustment("PR", "1", 1000, Decimal(1))), amounts=(Amount("EAF", 1000),),
)  # fmt: skip


def secondary() -> Claim:
    """A claim to the second payer, with what the first one decided of the claim and of its line."""
    paid = replace(PAID, adjustments=(), amounts=(Amount("D", 6000), Amount("EAF", 1000)))
    return cases.claim(
        "SECONDARY1",
        coverage=replace(cases.COVERAGE, sequence="S"),
        other_payers=(paid,),
        lines=(replace(cases.line(charge_cents=12550), adjudications=(ANSWER,)),),
    )


def tertiary() -> Claim:
    """A replacement to the third payer."""
    second = replace(PAID, sequence="S", adjudicated_on=None, amounts=(Amount("D", 0),), outpatient=None, providers=())
    return cases.claim(
        "TERTIARY1",
        frequency="7",
        coverage=replace(cases.COVERAGE, sequence="T"),
        other_payers=(PAID, second),
        references=(Reference("F8", "ICN1"), Reference("9F", "REF1"), Reference("EA", "MR1")),
    )


def accident() -> Claim:
    """A car accident: ambulance, attachments, contract, repricing, and the other parties of a claim."""
    transport = AmbulanceTransport(Decimal(155), "A", Decimal("12.5"), "", "PATIENT ON STRETCHER")
    line = replace(
        cases.line(code="A0429"),
        procedure=Procedure("A0429", ("RH",)),
        ambulance=transport,
        conditions=(Conditions("07", "Y", ("01", "06")),),
        quantities=(Quantity("PT", Decimal(2)),),
        pick_up=PLACE_ONLY,
        drop_off=replace(PLACE_ONLY, name="CITY HOSPITAL"),
    )
    return cases.claim(
        "ACCIDENT1",
        place_of_service="41",
        lines=(line,),
        rendering=None,
        related_causes=RelatedCauses(("AA", "EM"), "IL"),
        dates=(DatedFact("439", DAY),),
        delay_reason="3",
        attachments=(Attachment("OZ", "EL", "DOC1", "AC"), Attachment("B4", "AA")),
        contract=Contract("09", 10000, Decimal(80), "C1", Decimal(2), "V1"),
        ambulance=transport,
        conditions=(Conditions("07", "Y", ("01",)),),
        fixed_formats=("STATE 1",),
        repricing=Repricing("03", 10000, 2550, "R1", Decimal("80.5")),
        pick_up=PLACE_ONLY,
        drop_off=PLACE_ONLY,
        pay_to=PLACE_ONLY,
        pay_to_plan=replace(PLAN, references=(Reference("EI", "123456789"),)),
    )


def equipment() -> Claim:
    """Durable equipment with its certificate, a drug, and the other parties of a line."""
    rented = replace(
        cases.line(1, charge_cents=10000, code="E0130"),
        procedure=Procedure("E0130", ("RR",)),
        equipment=EquipmentService(Procedure("E0130"), Decimal(30), 5000, 10000, "4"),
        attachments=(Attachment("CT", "AF"),),
        equipment_certification=EquipmentCertification("I", Decimal(12)),
        conditions=(Conditions("09", "N", ("ZV",)),),
        dates=(DatedFact("607", DAY), DatedFact("463", DAY), DatedFact("461", DAY)),
        measurements=(Measurement("TR", "R1", Decimal("113.4")),),
        ordering=replace(person("ORDER"), address=cases.PLACE),
        supervising=person("SUPER"),
        referring=person("REFER"),
        primary_care=person("CARE"),
        forms=(Form("484.03", "UT", (FormAnswer("1", "Y"), FormAnswer("2", day=DAY), FormAnswer("3", "", "WORDS"))),),
    )
    given = replace(
        cases.line(2, charge_cents=2550, code="J1100"),
        procedure=Procedure("J1100"),
        drug=Drug("01234567891", Decimal("1.5"), "ML", references=(Reference("XZ", "RX1"),)),
        purchased_service=PurchasedService("P1", 2000),
        purchased=Party(id_qualifier="XX", identifier="1234567893"),
        facility=replace(cases.CLINIC, taxonomy="", references=(), contacts=()),
        repricing=Repricing("01", 2000),
        epsdt="Y",
        family_planning="Y",
        copay_status="0",
        emergency="Y",
        references=(Reference("G1", "AUTH1"), Reference("X4", "12D3456789")),
        notes=(Note("ADD", "GIVEN"),),
    )
    return cases.claim(
        "EQUIPMENT1",
        lines=(rented, given),
        spinal_manipulation=SpinalManipulation("A", "LOW BACK"),
        condition_codes=("W0",),
        anaesthesia_procedures=("33510",),
        referring=person("REFER"),
        primary_care=person("CARE"),
        references=(Reference("EW", "M12345"), Reference("X4", "12D3456789")),
        coverage=replace(
            cases.COVERAGE, subscriber_death=LATER, subscriber_weight=Decimal("155.5"), subscriber_pregnant="Y"
        ),
    )


def hospital(control_number: str = "HOSPITAL1", **changes: object) -> Claim:
    """An inpatient stay."""
    room = ServiceLine(
        1, Procedure("", (), ""), 200000, Decimal(2), DAY, LATER, "DA", revenue_code="0120", undated=True,
        control_number="L1",
    )  # fmt: skip
    drug = ServiceLine(
        2, Procedure("J1100"), 5000, Decimal(1), DAY, DAY, revenue_code="0636", non_covered_cents=1000,
        drug=Drug("01234567891", Decimal(1), "UN"), operating=person("SURGEON"), amounts=(Amount("GT", 12),),
    )  # fmt: skip
    detail = InstitutionalDetail(
        "1", "7", "01", "1130", Diagnosis("R079", "ABJ"), (), (Diagnosis("W009XXA", "ABN", "Y"),), "470",
        DatedProcedure("0SR90JZ", "BBR", DAY), (DatedProcedure("3E0P3LZ", "BBQ", LATER),),
        (OccurrenceSpan("70", DAY, LATER),), (Occurrence("11", DAY), Occurrence("A1", DAY)),
        (ValueCode("A2", 1531), ValueCode("80", 200)), ("AB1",), person("ATTEND", taxonomy="208600000X"),
        person("SURGEON"), person("HELPER"),
    )  # fmt: skip
    stay = Claim(
        control_number, 205000, "11", cases.CLINIC, cases.COVERAGE, (room, drug),
        (Diagnosis("I214", "ABK", "Y"), Diagnosis("E119", "ABF", "N"), Diagnosis("I10", "ABF")),
        facility_qualifier="A", signature_on_file="", references=(Reference("EA", "MR1"), Reference("G1", "AUTH1")),
        dates=(DatedFact("434", DAY, LATER), DatedFact("435", DAY, time="0810")), condition_codes=("09", "C1"),
        amounts=(Amount("F3", 100),), institutional=detail, notes=(Note("ADD", "A NOTE"),),
        facility=replace(cases.CLINIC, taxonomy="", references=(), contacts=()),
    )  # fmt: skip
    return replace(stay, **changes)  # type: ignore[arg-type]  # the names are checked by replace


def hospital_secondary() -> Claim:
    """An inpatient stay that another payer has adjudicated; the patient is a dependent."""
    paid = replace(
        PAID, patient_signature="", outpatient=None, providers=(),
        inpatient=InpatientAdjudication(Decimal(2), drg_cents=150000, remarks=("MA01",)),
        amounts=(Amount("D", 150000),),
    )  # fmt: skip
    line = replace(
        hospital().lines[1],
        adjudications=(replace(ANSWER, procedure=Procedure("J1100"), revenue_code="0636"),),
    )
    return hospital(
        "HOSPITAL2",
        frequency="7",
        coverage=replace(cases.COVERAGE, relationship="", sequence="S"),
        patient=cases.CHILD,
        other_payers=(paid,),
        lines=(line,),
        references=(Reference("F8", "ICN1"),),
    )
