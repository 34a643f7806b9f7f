"""Made-up eligibility questions and answers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import x12_cases as cases
from denialml import x12
from denialml.claims import (
    Address,
    Amount,
    Benefit,
    BenefitDelivery,
    Circumstance,
    Contact,
    DatedFact,
    Diagnosis,
    EligibilityEntity,
    EligibilityInquiry,
    EligibilityQuestion,
    EligibilityResponse,
    InsuredRelation,
    Member,
    MilitaryService,
    Party,
    Procedure,
    ProviderRole,
    Reference,
    Rejection,
    Trace,
    Value,
    replace,
)

DAY = date(2026, 3, 2)
PLACE = Address("1 ELM STREET", "SUITE 2", "SPRINGFIELD", "IL", "627010001")
PAYER = EligibilityEntity("PR", Party("PRAIRIE HEALTH", id_qualifier="PI", identifier="PH001"))
ANSWERING_PAYER = replace(
    PAYER,
    party=replace(PAYER.party, contacts=(Contact("IC", "MEMBER DESK", (("TE", "2175550199"), ("EX", "12"))),)),
)
CLINIC = EligibilityEntity(
    "1P",
    Party(
        "ELM STREET CLINIC", id_qualifier="XX", identifier="1234567893", address=PLACE,
        references=(Reference("TJ", "123456789"), Reference("N5", "NET1", "PRAIRIE NETWORK")),
    ),
    ProviderRole("BI", "PXC", "207Q00000X"),
)  # fmt: skip
DOCTOR = EligibilityEntity("1P", Party("REED", "JO", is_person=True, id_qualifier="XX", identifier="1112223338"))
ADA = Member(
    Party("STONE", "ADA", is_person=True, id_qualifier="MI", identifier="MEM0000001"),
    date(1980, 5, 17),
    "F",
    (Trace("ELIG-0001", "9PRAIRIE01", kind="1"),),
    dates=(DatedFact("291", DAY),),
)
HOLDER = Member(
    Party(
        "STONE", "ADA", "M", "JR", is_person=True, id_qualifier="MI", identifier="MEM0000001", address=PLACE,
        references=(Reference("6P", "GRP1"), Reference("18", "PLAN9")),
    ),
    date(1980, 5, 17),
    "F",
)  # fmt: skip
CHILD = Member(
    Party("STONE", "BO", is_person=True, address=PLACE, references=(Reference("EJ", "ACC77"),)),
    date(2015, 2, 3),
    "M",
    (Trace("ELIG-0002", "9PRAIRIE01", "RADIOLOGY", "1"),),
    ProviderRole("PC", "HPI", "1112223338"),
    InsuredRelation("N", "19", birth_order=2),
    (Diagnosis("J45909", "ABK"), Diagnosis("J301", "ABF")),
    (DatedFact("291", DAY, date(2026, 3, 31)),),
)

MILITARY = (
    MilitaryService("A", "AE", "B", "RESERVE", "A1", date(2001, 1, 1), date(2009, 12, 31)),
    MilitaryService("P", "RE", "C"),
)

PLAN_QUESTION = EligibilityQuestion(("30",))
RICH_QUESTION = EligibilityQuestion(
    (),
    Procedure("99213", ("25", "GT")),
    "FAM",
    (1, 2),
    (Amount("R", 12550), Amount("PB", 40000)),
    (Circumstance("ZZ", "11"),),
    (Reference("G1", "AUTH77"),),
    (DatedFact("472", date(2026, 3, 9)),),
)

ACTIVE = Benefit("1", "IND", ("30",), "HM", "PRAIRIE GOLD")
COPAY = Benefit("B", "IND", ("98", "UC"), "HM", "PRAIRIE GOLD", "27", 2550, in_network="Y")
COINSURANCE = Benefit("A", service_types=("48",), share=Decimal("0.2"), in_network="N")
RICH_BENEFIT = Benefit(
    "F",
    "FAM",
    ("AE",),
    "HM",
    "PRAIRIE GOLD",
    "23",
    150000,
    None,
    "VS",
    Decimal(12),
    "Y",
    "W",
    None,
    (2, 1),
    (BenefitDelivery("VS", Decimal(12), "WK", Decimal("1.5"), "34", Decimal(3), "1", "A"),),
    (Reference("9F", "REF1"), Reference("18", "PLAN9", "GOLD")),
    (DatedFact("292", DAY, date(2026, 12, 31)), DatedFact("348", DAY)),
    (Rejection("70", "C", "Y"),),
    ("TWELVE VISITS A YEAR", "CALL FIRST"),
    (Circumstance("ZZ", "22"), Circumstance(category="44", text="KNEE")),
    (
        EligibilityEntity(
            "P3",
            Party("REED", "JO", is_person=True, id_qualifier="SV", identifier="0202034", address=PLACE),
            ProviderRole("PE", "PXC", "207R00000X"),
        ),
        EligibilityEntity(
            "PRP",
            Party(
                "OTHER HEALTH", id_qualifier="PI", identifier="OH1",
                contacts=(Contact("IC", "", (("TE", "2175550111"),)),),
            ),
            relationship="41",
        ),
    ),
)  # fmt: skip
SERVICE_BENEFIT = replace(COPAY, procedure=Procedure("99213", ("25",)), service_types=())


def inquiry(**changes: Any) -> EligibilityInquiry:
    """Whether a subscriber is covered."""
    plain = EligibilityInquiry(PAYER, CLINIC, ADA, None, (PLAN_QUESTION,), "10001234", DAY, "0930")
    return replace(plain, **changes)


def rich_inquiry() -> EligibilityInquiry:
    """A question about a child that fills every field."""
    return inquiry(
        receiver=CLINIC, subscriber=HOLDER, dependent=CHILD, questions=(PLAN_QUESTION, RICH_QUESTION),
        transaction_type="RT",
    )  # fmt: skip


def response(**changes: Any) -> EligibilityResponse:
    """A subscriber who is covered."""
    member = replace(ADA, traces=(Trace("ELIG-0001", "9PRAIRIE01", kind="2"),))
    plain = EligibilityResponse(
        ANSWERING_PAYER, CLINIC, member, None, (), (), (ACTIVE, COPAY, COINSURANCE), "10001234", DAY, "0931"
    )
    return replace(plain, **changes)


def rich_response() -> EligibilityResponse:
    """An answer about a child that fills every field."""
    child = replace(
        CHILD,
        traces=(Trace("ELIG-0002", "9PRAIRIE01", "RADIOLOGY", "2"), Trace("PAYER-1", "9PRAIRIE02", kind="1")),
        relation=InsuredRelation("N", "19", "001", "25", 2),
        military=MILITARY,
    )
    return response(
        subscriber=HOLDER, dependent=child, rejections=(Rejection("71", "C", "N"),),
        benefits=(ACTIVE, RICH_BENEFIT, SERVICE_BENEFIT),
    )  # fmt: skip


def rejected_source() -> EligibilityResponse:
    """A payer that cannot answer now."""
    return response(
        receiver=None, subscriber=None, benefits=(), rejections=(Rejection("80", "R", "Y"),),
        source_rejections=(Rejection("42", "R", "Y"),),
    )  # fmt: skip


def rejected_receiver() -> EligibilityResponse:
    """A clinic that the payer does not know."""
    return response(subscriber=None, benefits=(), rejections=(Rejection("51", "C", "N"),))


def rejected_subscriber() -> EligibilityResponse:
    """A member that the payer does not find."""
    return response(benefits=(), rejections=(Rejection("75", "C", "N"), Rejection("73", "C", "N")))


def messages(content: bytes) -> list[Value]:
    """All messages of a file."""
    return [event.message for event in cases.only(list(x12.read(content)), x12.MessageRead)]


def batch(*of: Value, envelope: x12.Envelope = cases.ENVELOPE) -> x12.MessageBatch:
    """Messages ready to be written."""
    return x12.MessageBatch(envelope, of)
