"""835: what each segment becomes, what is kept beside it, and what makes a claim or a head unusable."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

import x12_cases as cases
from denialml import x12
from denialml.claims import Adjustment, Amount, DatedFact, Procedure, ProviderAdjustment, Remark
from denialml.errors import Severity

CLAIM = """
LX*1
CLP*A1*1*125.5*80*20*12*ICN1*11*1
NM1*QC*1*STONE*ADA****MI*MEM0000001
SVC*HC:99213:25*125.5*80**1
DTM*472*20260105
CAS*CO*45*25.5
CAS*PR*2*20
REF*6R*L1
"""


def _payment(body: str) -> x12.ClaimPaymentRead:
    (read,) = cases.only(cases.events_835(body), x12.ClaimPaymentRead)
    return read


def test_a_plain_claim_payment() -> None:
    read = _payment(CLAIM)
    payment = read.payment
    assert (payment.control_number, payment.status, payment.charge_cents, payment.paid_cents) == (
        "A1",
        "1",
        12550,
        8000,
    )
    assert (payment.patient_responsibility_cents, payment.payer_control_number) == (2000, "ICN1")
    (service,) = payment.services
    assert service.procedure == Procedure("99213", ("25",))
    assert service.adjustments == (Adjustment("CO", "45", 2550), Adjustment("PR", "2", 2000))
    assert (service.service_from, service.service_to) == (date(2026, 1, 5), date(2026, 1, 5))
    assert (service.line_control_number, service.units) == ("L1", Decimal(1))
    assert read.unmodelled == ()


def test_span_names_the_first_segment_and_the_bytes_of_the_claim() -> None:
    content = cases.interchange(cases.HEAD_835 + CLAIM)
    (read,) = cases.only(list(x12.read(content)), x12.ClaimPaymentRead)
    part = content[read.span.start : read.span.end]
    assert part.startswith(b"CLP*A1")
    assert part.endswith(b"REF*6R*L1~")
    assert read.span.segment == content[: read.span.start].count(b"~") + 1


def test_six_triplets_with_quantities() -> None:
    read = _payment("CLP*A1*4*9*0\nCAS*OA*1*1*2*2*2**3*3*1.5*4*4**5*5**6*-6*-1\n")
    assert len(read.payment.adjustments) == 6
    assert read.payment.adjustments[0] == Adjustment("OA", "1", 100, Decimal(2))
    assert read.payment.adjustments[2] == Adjustment("OA", "3", 300, Decimal("1.5"))
    assert read.payment.adjustments[5] == Adjustment("OA", "6", -600, Decimal(-1))
    assert read.unmodelled == ()


def test_remarks_dates_amounts_and_parties_of_a_claim() -> None:
    read = _payment(
        """
        CLP*A1*22*-125.5*-80**12
        NM1*QC*1*STONE*ADA
        NM1*IL*1*STONE*EVA****MI*M2
        NM1*74*1**ADAH
        NM1*82*1*REED*JO****XX*1112223338
        NM1*TT*2*OTHER HEALTH*****PI*OH
        MIA*0****N1***************N2
        MOA***MA01*MA02
        REF*EA*MR1
        DTM*036*20261231
        DTM*050*20260108
        DTM*232*20260105
        DTM*233*20260106
        AMT*AU*125.5
        AMT*I*-.03
        """
    )
    payment = read.payment
    assert payment.remarks == (
        Remark("N1", source="MIA"), Remark("N2", source="MIA"), Remark("MA01", source="MOA"),
        Remark("MA02", source="MOA"),
    )  # fmt: skip
    assert [fact.qualifier for fact in payment.dates] == ["036", "050", "232", "233"]
    assert payment.dates[1] == DatedFact("050", date(2026, 1, 8))
    assert payment.amounts == (Amount("AU", 12550), Amount("I", -3))
    assert payment.corrected is not None
    assert payment.corrected.first == "ADAH"
    assert payment.crossover is not None
    assert payment.crossover.name == "OTHER HEALTH"
    assert (payment.charge_cents, payment.patient_responsibility_cents) == (-12550, 0)
    assert read.unmodelled == ()


def test_submitted_procedure_service_dates_and_remarks_of_a_service() -> None:
    read = _payment(
        """
        CLP*A1*1*10*10
        SVC*HC:99212*10*10*0450*.5*HC:99213:25*2
        DTM*150*20260105
        DTM*151*20260106
        REF*LU*11
        REF*6R*L1
        REF*6R*L2
        AMT*B6*10
        LQ*HE*N130
        LQ*RX*X1
        """
    )
    (service,) = read.payment.services
    assert service.submitted == Procedure("99213", ("25",))
    assert (service.units, service.submitted_units, service.revenue_code) == (Decimal("0.5"), Decimal(2), "0450")
    assert (service.service_from, service.service_to) == (date(2026, 1, 5), date(2026, 1, 6))
    assert service.line_control_number == "L1"
    assert [reference.value for reference in service.references] == ["11", "L2"]
    assert service.remarks == (Remark("N130", "HE"), Remark("X1", "RX"))
    assert read.unmodelled == ()


def test_segments_without_a_place_are_kept_and_named_once() -> None:
    events = cases.events_835(
        "LX*1\nTS3*123*11*20261231*1*10\nTS2*1\nCLP*A1*1*10*10\nQTY*CA*1\nPER*CX*X\nZZZ*1\nNM1*GB*1*STONE\n"
    )
    (read,) = cases.only(events, x12.ClaimPaymentRead)
    assert [segment.name for segment in read.unmodelled] == ["TS3", "TS2", "QTY", "PER", "ZZZ", "NM1"]
    assert read.unmodelled[2].elements == ("CA", "1")
    assert "STONE" not in repr(read.unmodelled)
    notices = [event.finding for event in cases.only(events, x12.Noticed)]
    assert [(finding.code, finding.severity) for finding in notices] == [("unmodelled-segments", Severity.INFO)] * 2
    assert "TS3, TS2" in notices[0].message
    assert "QTY, PER, ZZZ, NM1" in notices[1].message


@pytest.mark.parametrize(
    ("segment", "code", "element"),
    [
        ("CLP*A2*1*12.345*10", "bad-amount", "CLP03"),
        ("CLP*A2*1*1e9*10", "bad-amount", "CLP03"),
        ("CLP*A2*1*10*x10", "bad-amount", "CLP04"),
        ("CLP*A2*1*10*10*NaN", "bad-amount", "CLP05"),
        ("CLP**1*10*10", "missing-control-number", "CLP"),
        ("CLP", "missing-control-number", "CLP"),
        ("CLP*A2*1*10*10~CAS*CO*45", "bad-adjustment", "CAS02"),
        ("CLP*A2*1*10*10~CAS*CO*45*ten", "bad-amount", "CAS03"),
        ("CLP*A2*1*10*10~CAS*CO*45*1*many", "bad-number", "CAS04"),
        ("CLP*A2*1*10*10~CAS*CO", "bad-adjustment", "CAS"),
        ("CLP*A2*1*10*10~CAS**45*1", "bad-adjustment", "CAS"),
        ("CLP*A2*1*10*10~CAS*CO" + "*1*1*1" * 7, "bad-adjustment", "CAS01"),
        ("CLP*A2*1*10*10~DTM*232*20260231", "bad-date", "DTM02"),
        ("CLP*A2*1*10*10~SVC*HC*10*10", "missing-procedure", "SVC01"),
        ("CLP*A2*1*10*10~SVC*HC:1*1,0*10", "bad-amount", "SVC02"),
        ("CLP*A2*1*10*10~SVC*HC:1*10*10**one", "bad-number", "SVC05"),
        ("CLP*A2*1*10*10~SVC*HC:1*10*10~DTM*472*2026-1-5", "bad-date", "DTM02"),
        ("CLP*A2*1*10*10~AMT*AU*-", "bad-amount", "AMT02"),
    ],
)
def test_a_claim_that_cannot_be_used_is_refused_and_the_next_one_read(segment: str, code: str, element: str) -> None:
    events = cases.events_835("CLP*A1*1*10*10\n" + segment.replace("~", "\n") + "\nCLP*A3*1*10*10\n")
    assert [read.payment.control_number for read in cases.only(events, x12.ClaimPaymentRead)] == ["A1", "A3"]
    (refused,) = cases.only(events, x12.Refused)
    assert refused.finding.code == code
    assert refused.finding.where.endswith(f", {element}")
    assert [each.name for each in refused.segments] == [each.split("*")[0] for each in segment.split("~")]
    assert refused.control_number == ("A2" if "A2" in segment else "")
    (end,) = cases.only(events, x12.TransactionEnd)
    assert (end.claims, end.refused, end.complete) == (2, 1, True)


def test_the_head() -> None:
    content = cases.interchange(
        """
        BPR*I*1200.5*D*ACH************20260201
        TRN*1*TRACE1*1123456789
        REF*EV*RECEIVER1
        DTM*405*20260131
        N1*PR*PRAIRIE HEALTH*XV*PH001
        N3*1 ELM STREET
        N4*SPRINGFIELD*IL*62701
        REF*2U*PAY1
        PER*BL*HELP DESK*TE*2175550199
        N1*PE*ELM STREET CLINIC*XX*1234567893
        REF*TJ*123456789
        """
    )
    (read,) = cases.only(list(x12.read(content)), x12.RemittanceRead)
    head = read.remittance
    assert (head.payment_cents, head.method, head.paid_on) == (-120050, "ACH", date(2026, 2, 1))
    assert (head.trace, head.originator, head.receiver_id) == ("TRACE1", "1123456789", "RECEIVER1")
    assert head.produced_on == date(2026, 1, 31)
    assert head.payer.address is not None
    assert (head.payer.address.city, head.payer.identifier) == ("SPRINGFIELD", "PH001")
    assert head.payer.contacts[0].numbers == (("TE", "2175550199"),)
    assert (head.payee.npi, head.payee.tax_id) == ("1234567893", "123456789")
    assert read.unmodelled == ()


def test_bank_details_and_other_parts_of_the_head_are_kept() -> None:
    content = cases.interchange(
        "BPR*I*80*C*ACH*CCP*01*999999992*DA*123*1123456789**01*999999992*DA*456*20260201\nCUR*PR*USD\n"
        "TRN*1*T1*1123456789*SUB\nREF*F2*V1\nN1*PR*A*XV*1\nRDM*BM*X\nN1*PE*B*XX*1\nN1*ZZ*C\nN3*HERE\nN2*MORE\n"
    )
    (read,) = cases.only(list(x12.read(content)), x12.RemittanceRead)
    names = ["BPR", "CUR", "TRN", "REF", "RDM", "N1", "N3", "N2"]
    assert [segment.name for segment in read.unmodelled] == names
    assert read.remittance.payment_cents == 8000


def test_a_bad_date_in_the_head_leaves_the_remittance() -> None:
    events = list(x12.read(cases.interchange("BPR*I*80*C*CHK************2026021\nN1*PR*A\nN1*PE*B\n")))
    (read,) = cases.only(events, x12.RemittanceRead)
    assert read.remittance.paid_on is None
    assert [segment.name for segment in read.unmodelled] == ["BPR"]
    (finding,) = [event.finding for event in cases.only(events, x12.Noticed) if event.finding.code == "bad-date"]
    assert finding.severity is Severity.ERROR
    assert finding.where.endswith(", BPR")


def test_a_head_without_parties_is_read_and_said() -> None:
    events = list(x12.read(cases.interchange("BPR*I*80*C*CHK\n")))
    assert cases.findings(events) == ["missing-payer", "missing-payee"]
    assert len(cases.only(events, x12.RemittanceRead)) == 1


@pytest.mark.parametrize("head", ["BPR*I*eighty*C*CHK", "BPR*I**C*CHK", "TRN*1*T*1"])
def test_a_head_that_cannot_be_used_refuses_its_claims_with_their_segments(head: str) -> None:
    events = list(x12.read(cases.interchange(f"{head}\nN1*PR*A\nN1*PE*B\nCLP*A1*1*10*10\nCLP*A2*1*10*10\n")))
    refused = cases.only(events, x12.Refused)
    assert [each.segments[0].name for each in refused] == ["ST", "CLP", "CLP"]
    assert [each.control_number for each in refused] == ["", "A1", "A2"]
    assert {each.finding.code for each in refused[1:]} == {"head-refused"}
    (end,) = cases.only(events, x12.TransactionEnd)
    assert (end.claims, end.refused, end.complete) == (0, 2, False)


def test_pairs_of_provider_adjustments() -> None:
    events = cases.events_835("PLB*1234567893*20261231*WO:REF1*5*72*-1.5*L6:*-.01\nPLB*99**CS:X:Y*1\n")
    assert [event.adjustment for event in cases.only(events, x12.ProviderAdjustmentRead)] == [
        ProviderAdjustment("1234567893", date(2026, 12, 31), "WO", "REF1", 500),
        ProviderAdjustment("1234567893", date(2026, 12, 31), "72", "", -150),
        ProviderAdjustment("1234567893", date(2026, 12, 31), "L6", "", -1),
        ProviderAdjustment("99", None, "CS", "X:Y", 100),
    ]


@pytest.mark.parametrize(
    "pair", ["*20261231*WO:R", "*20261231*WO:R*5*:X*1", "*20261231", "*2026*WO:R*5", "*20261231*WO*x"]
)
def test_a_bad_provider_adjustment_is_refused_whole(pair: str) -> None:
    events = cases.events_835(f"CLP*A1*1*10*10\nPLB*1234567893{pair}\n")
    (refused,) = cases.only(events, x12.Refused)
    assert refused.segments[0].name == "PLB"
    assert not cases.only(events, x12.ProviderAdjustmentRead)
    assert len(cases.only(events, x12.ClaimPaymentRead)) == 1
    assert cases.only(events, x12.TransactionEnd)[0].refused == 0


def test_segments_after_a_provider_adjustment_are_said() -> None:
    events = cases.events_835("PLB*1*20261231*WO:R*5\nQTY*1*1\n")
    assert cases.findings(events) == ["unmodelled-segments"]
