"""Made-up claim status messages for the tests of 276, 277 and 277CA."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import x12_cases as cases
from denialml import x12
from denialml.claims import (
    ClaimAcknowledgement,
    ClaimStatusInquiry,
    ClaimStatusResponse,
    Contact,
    DatedFact,
    Party,
    Procedure,
    Reference,
    StatusCode,
    StatusInformation,
    StatusLine,
    StatusPerson,
    Value,
    replace,
)

PAYER = Party("PRAIRIE HEALTH", id_qualifier="PI", identifier="PH001")
PAYER_WITH_HELP = replace(PAYER, contacts=(Contact("IC", "HELP DESK", (("TE", "2175550199"), ("EX", "7"))),))
ASKER = Party("CLEARING HOUSE", id_qualifier="46", identifier="R12345")
CLINIC = Party("ELM STREET CLINIC", id_qualifier="XX", identifier="1234567893")
CLINIC_BY_TAX = Party("ELM STREET CLINIC", id_qualifier="FI", identifier="123456789")
OTHER_CLINIC = Party("OAK", "KIM", "L", is_person=True, id_qualifier="XX", identifier="1112223338")
ADA = Party("STONE", "ADA", "M", "JR", is_person=True, id_qualifier="MI", identifier="MEM0000001")
EVE = Party("BROOK", "EVE", is_person=True, id_qualifier="MI", identifier="MEM0000002")
BO = Party("STONE", "BO", is_person=True)
SENT: dict[str, Any] = {"reference": "SET77", "sent_on": date(2026, 3, 2), "sent_at": "0930"}
SERVED = (DatedFact("472", date(2026, 1, 5)),)
STAYED = (DatedFact("472", date(2026, 1, 5), date(2026, 1, 9)),)
VISIT = Procedure("99213", ("25", "GT"))


def inquiry(trace: str = "TRACE1", **changes: Any) -> ClaimStatusInquiry:
    """A question after one claim of a subscriber."""
    plain = ClaimStatusInquiry(
        payer=PAYER, receiver=ASKER, provider=CLINIC, trace=trace, charge_cents=12550, dates=SERVED,
        subscriber=StatusPerson(ADA, date(1980, 5, 17), "F"), references=(Reference("EJ", "0000000001Y"),), **SENT,
    )  # fmt: skip
    return replace(plain, **changes)


def inquiries() -> list[ClaimStatusInquiry]:
    """Of two providers; a hospital's claim, a dependent's, one of the subscriber after it, one by its lines."""
    lines = (
        StatusLine(VISIT, 10050, units=Decimal(1), references=(Reference("FJ", "L1"),), dates=SERVED),
        StatusLine(
            Procedure("J1100", qualifier="HC"), 2500, revenue_code="0636", units=Decimal("1.5"), dates=STAYED,
            references=(Reference("FJ", "L2"),),
        ),
    )  # fmt: skip
    child = StatusPerson(BO, date(2015, 2, 3), "M")
    return [
        inquiry(references=tuple(Reference(*each) for each in (("1K", "ICN1"), ("BLT", "111"), ("D9", "CH1")))),
        inquiry("TRACE2", lines=lines, charge_cents=None, dates=()),
        inquiry("TRACE3", dependent=child, dates=STAYED),
        inquiry("TRACE4", dependent=child),
        inquiry("TRACE5"),
        inquiry("TRACE6", provider=OTHER_CLINIC, subscriber=StatusPerson(EVE, date(1975, 7, 1))),
    ]


def status(category: str = "F2", code: str = "88", entity: str = "", **changes: Any) -> StatusInformation:
    """One status of the first of March."""
    return replace(StatusInformation(StatusCode(category, code, entity), effective_on=date(2026, 3, 1)), **changes)


def response(trace: str = "TRACE1", **changes: Any) -> ClaimStatusResponse:
    """The answer to one claim of a subscriber."""
    paid = status(
        "F1", "65", charge_cents=12550, paid_cents=8000, adjudicated_on=date(2026, 2, 20), paid_on=date(2026, 2, 25),
        payment_number="CHECK9",
    )  # fmt: skip
    plain = ClaimStatusResponse(
        payer=PAYER_WITH_HELP, receiver=ASKER, provider=CLINIC, subscriber=StatusPerson(ADA), trace=trace,
        statuses=(paid,), references=(Reference("1K", "ICN1"), Reference("EJ", "0000000001Y")), dates=SERVED, **SENT,
    )  # fmt: skip
    return replace(plain, **changes)


def of_all(**changes: Any) -> ClaimStatusResponse:
    """The answer to a whole inquiry."""
    nothing = {"provider": None, "subscriber": None, "references": (), "dates": ()}
    return response(**(nothing | {"trace": "SET77", "statuses": (status("E0", "24", "41"),)} | changes))


def of_provider(**changes: Any) -> ClaimStatusResponse:
    """The answer for a provider."""
    return of_all(provider=OTHER_CLINIC, trace="0", statuses=(status("E0", "24", "85"),), **changes)


def responses() -> list[ClaimStatusResponse]:
    """Answers at each level, one with all that a status can say."""
    pended = status(
        "P3", "317", "1P", second=StatusCode("P3", "294"), third=StatusCode("P3", "80", code_list="RX"),
        charge_cents=12550, paid_cents=0,
    )  # fmt: skip
    of_line = replace(pended, charge_cents=None, paid_cents=None)
    line = StatusLine(VISIT, 12550, 0, "0450", Decimal("0.5"), (of_line, status()), (Reference("FJ", "L1"),), STAYED)
    child = StatusPerson(BO)
    return [
        response(),
        response("TRACE2", statuses=(pended, status()), references=(Reference("BLT", "111"), Reference("D9", "CH1"))),
        response("TRACE3", dependent=child, lines=(line, replace(line, statuses=(status(),), revenue_code=""))),
        response("TRACE4"),
        of_provider(),
        response("TRACE5", provider=OTHER_CLINIC, subscriber=StatusPerson(EVE)),
        of_provider(),
        of_all(receiver=replace(ASKER, identifier="R2")),
    ]


def answer(**changes: Any) -> ClaimAcknowledgement:
    """What a payer says of a batch."""
    plain = ClaimAcknowledgement(
        source=PAYER, receiver=ASKER, trace="BATCH9", source_trace="ACK1", received_on=date(2026, 3, 1),
        processed_on=date(2026, 3, 2), accepted_count=1, rejected_count=2, accepted_cents=12550, rejected_cents=30001,
        statuses=(status("A1", "20", action="WQ", charge_cents=42551),), **SENT,
    )  # fmt: skip
    return replace(plain, **changes)


def of_claim(trace: str = "0000000001Y", **changes: Any) -> ClaimAcknowledgement:
    """What a payer says of one claim."""
    nothing = {"accepted_count": None, "rejected_count": None, "accepted_cents": None, "rejected_cents": None}
    facts: dict[str, Any] = {
        "provider": CLINIC, "patient": ADA, "dates": SERVED, "references": (Reference("1K", "ICN1"),),
        "statuses": (status("A2", "20", "PR", action="WQ", charge_cents=12550),),
    }  # fmt: skip
    return answer(trace=trace, **(nothing | facts | changes))


def acknowledgements() -> list[ClaimAcknowledgement]:
    """Answers at each level, accepted and rejected, for two batches."""
    refused = status("A7", "562", "85", action="U", charge_cents=30001, second=StatusCode("A7", "128", "85"))
    line = StatusLine(
        VISIT, 30001, None, "0450", Decimal(2), (status("A8", "122", action="U"),),
        (Reference("FJ", "L1"), Reference("XZ", "RX1")), SERVED,
    )  # fmt: skip
    rejected = of_claim(
        "0000000002W", patient=EVE, statuses=(refused, refused), lines=(line, line), dates=STAYED,
        references=(Reference("D9", "CH1"), Reference("BLT", "111")),
    )  # fmt: skip
    provider = answer(
        trace="P1", provider=OTHER_CLINIC, accepted_count=None, rejected_count=1, accepted_cents=None,
        rejected_cents=100, statuses=(status("A7", "562", "85", action="U", charge_cents=100, effective_on=None),),
        references=(Reference("TJ", "123456789"),),
    )  # fmt: skip
    second = answer(trace="BATCH10", source_role="AY", source=replace(PAYER, id_qualifier="46"))
    plain = of_claim("0", patient=None, references=(), dates=(), statuses=(status("A1", "19", effective_on=None),))
    plain = replace(plain, statuses=(replace(plain.statuses[0], action="WQ", charge_cents=12550),))
    return [
        answer(),
        plain,
        of_claim(),
        of_claim("0000000003T", references=()),
        rejected,
        provider,
        of_claim("0000000004R", provider=OTHER_CLINIC),
        second,
        replace(plain, source=second.source, source_role="AY"),
        of_claim("0000000006K", source=second.source, source_role="AY"),
        answer(trace="BATCH11"),
        plain,
        of_claim("0000000005P"),
    ]


def batch(messages: list[Any], envelope: x12.Envelope = cases.ENVELOPE) -> x12.MessageBatch:
    """Messages ready to be written."""
    return x12.MessageBatch(envelope, messages)


def read_back(content: bytes) -> list[Value]:
    """The messages of a file."""
    return [event.message for event in x12.read(content) if isinstance(event, x12.MessageRead)]
