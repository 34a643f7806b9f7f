"""835: what each segment becomes, what is kept beside it, and what makes a claim or a head unusable."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

import x12_cases as cases
from denialml import x12
from denialml.claims import (
    Adjustment,
    Amount,
    BankAccount,
    ClaimGroup,
    Contact,
    DatedFact,
    Delivery,
    InpatientAdjudication,
    InpatientSummary,
    OutpatientAdjudication,
    Party,
    Procedure,
    ProviderAdjustment,
    ProviderSummary,
    Quantity,
    Remark,
)
from denialml.errors import Severity
from denialml.x12 import read835

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
    assert [reference.value for reference in service.references] == ["11"]
    assert service.remarks == (Remark("N130", "HE"), Remark("X1", "RX"))
    assert [segment.elements for segment in read.unmodelled] == [("6R", "L2")]


def test_all_that_a_claim_payment_says_beside_its_money() -> None:
    read = _payment(
        """
        CLP*A1*1*10*10**MA*ICN1*11*1**470*2.125*.5
        NM1*QC*1*STONE*ADA**DR*JR*MI*M1
        NM1*PR*2*FIRST HEALTH*****PI*FH
        NM1*GB*1*STONE*EVA****MI*M3
        MIA*3*1.5*2*4*N1*6*7*8*9*10*11*12*13*14*15*16*17*18*19*N2*N3*N4*N5*24
        MOA*.8*2*MA01*****8*9
        REF*EA*MR1
        DTM*036*20261231
        PER*CX*CLAIMS*TE*2175550100*EX*12
        AMT*AU*10
        QTY*CA*3
        QTY*ZK*.5
        """
    )
    payment = read.payment
    assert (payment.drg, payment.drg_weight, payment.discharge_fraction) == ("470", Decimal("2.125"), Decimal("0.5"))
    assert payment.patient is not None
    assert (payment.patient.prefix, payment.patient.suffix) == ("DR", "JR")
    assert payment.priority_payer == Party("FIRST HEALTH", id_qualifier="PI", identifier="FH")
    assert payment.other_subscriber is not None
    assert payment.other_subscriber.first == "EVA"
    assert payment.inpatient == InpatientAdjudication(
        Decimal(3), 150, Decimal(2), 400, (), 600, 700, 800, 900, 1000, 1100, 1200, 1300, 1400, Decimal(15), 1600,
        1700, 1800, 1900, 2400,
    )  # fmt: skip
    assert payment.outpatient == OutpatientAdjudication(Decimal("0.8"), 200, (), 800, 900)
    assert [(each.code, each.source) for each in payment.remarks] == [
        *[(f"N{number}", "MIA") for number in range(1, 6)], ("MA01", "MOA"),
    ]  # fmt: skip
    assert payment.contacts == (Contact("CX", "CLAIMS", (("TE", "2175550100"), ("EX", "12"))),)
    assert payment.quantities == (Quantity("CA", Decimal(3)), Quantity("ZK", Decimal("0.5")))
    assert read.unmodelled == ()


def test_dates_quantities_and_all_parts_of_procedures_of_a_service() -> None:
    read = _payment(
        """
        CLP*A1*1*10*10
        SVC*HC:99212:25:GT:95:Q5*10*10*0450*3*HC:99213:::::VISIT*4
        DTM*151*20260106
        DTM*150*20260105
        DTM*573*20260107
        CAS*CO*45*1*2
        QTY*ZK*4.5
        """
    )
    (service,) = read.payment.services
    assert service.procedure == Procedure("99212", ("25", "GT", "95", "Q5"))
    assert service.submitted == Procedure("99213", description="VISIT")
    assert (service.service_from, service.service_to) == (date(2026, 1, 5), date(2026, 1, 6))
    assert service.dates == (DatedFact("573", date(2026, 1, 7)),)
    assert service.adjustments == (Adjustment("CO", "45", 100, Decimal(2)),)
    assert service.quantities == (Quantity("ZK", Decimal("4.5")),)
    assert read.unmodelled == ()


@pytest.mark.parametrize(
    ("again", "kept"),
    [
        ("NM1*QC*1*OAK", "NM1"),
        ("NM1*82*1*OAK", "NM1"),
        ("MOA*.5*2*MA02", "MOA"),
        ("MIA*1", "MIA"),
        ("SVC*HC:1*1*1\nDTM*472*20260105\nDTM*150*20260106", "DTM"),
    ],
)
def test_what_is_said_twice_is_kept_beside(again: str, kept: str) -> None:
    first = "CLP*A1*1*10*10\nNM1*QC*1*STONE\nNM1*82*1*REED\nMIA*0\nMOA*.8**MA01\n"
    read = _payment(f"{first}{again}\n")
    assert [segment.name for segment in read.unmodelled] == [kept]
    assert read.payment.patient == Party("STONE", is_person=True)
    assert read.payment.remarks == (Remark("MA01", source="MOA"),)


@pytest.mark.parametrize("segment", ["NM1*82*1*REED", "MOA***MA01", "PER*CX*X*TE*1", "N1*PR*OTHER"])
def test_what_belongs_before_the_services_is_kept_beside_when_it_comes_after(segment: str) -> None:
    """The guide has no such segment in a service: whose it is nobody knows."""
    read = _payment(f"CLP*A1*1*10*10\nSVC*HC:1*10*10\n{segment}\nSVC*HC:2*0*0\nREF*6R*L2\n")
    assert [each.name for each in read.unmodelled] == [segment.split("*", maxsplit=1)[0]]
    assert [service.line_control_number for service in read.payment.services] == ["", "L2"]


def test_a_text_means_what_its_loop_makes_of_it() -> None:
    """Remembered meanings are those of one loop: the same text before and after the first service."""
    again = "DTM*472*20260105\nAMT*T*5\nCAS*CO*45*1\nQTY*ZK*1\n"
    bodies = [f"CLP*A{number}*1*10*10\n{again}SVC*HC:1*10*10\n{again}" for number in range(3)]
    for read in cases.only(cases.events_835("".join(bodies)), x12.ClaimPaymentRead):
        (service,) = read.payment.services
        assert [fact.qualifier for fact in read.payment.dates] == ["472"]
        assert (service.service_from, service.dates) == (date(2026, 1, 5), ())
        assert service.amounts == read.payment.amounts == (Amount("T", 500),)
        assert service.adjustments == read.payment.adjustments == (Adjustment("CO", "45", 100),)
        assert service.quantities == read.payment.quantities == (Quantity("ZK", Decimal(1)),)


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read835, "_REMEMBERED", 3)
    codes = [str(code) for code in range(1, 9)] * 2
    body = "".join(f"CLP*A{code}*1*10*10\nCAS*CO*{code}*1\n" for code in codes)
    reads = cases.only(cases.events_835(body), x12.ClaimPaymentRead)
    assert [read.payment.adjustments[0].reason for read in reads] == codes


def test_segments_without_a_place_are_kept_and_named_once() -> None:
    events = cases.events_835(
        "LX*1*MORE\nTS3*123*11*20261231*1*10*5\nZZ*1\nCLP*A1*1*10*10******02\nQTY*CA*1*DA\nZZZ*1\nNM1*ZZ*1*STONE\n"
    )
    (group,) = cases.only(events, x12.ClaimGroupRead)
    (read,) = cases.only(events, x12.ClaimPaymentRead)
    assert [segment.name for segment in group.unmodelled] == ["LX", "TS3", "ZZ"]
    assert [segment.name for segment in read.unmodelled] == ["CLP", "QTY", "ZZZ", "NM1"]
    assert read.unmodelled[1].elements == ("CA", "1", "DA")
    assert read.payment.quantities == (Quantity("CA", Decimal(1)),)
    assert "STONE" not in repr(read.unmodelled)
    notices = [event.finding for event in cases.only(events, x12.Noticed)]
    assert [(finding.code, finding.severity) for finding in notices] == [("unmodelled-segments", Severity.INFO)] * 2
    assert "LX, TS3, ZZ" in notices[0].message
    assert "CLP, QTY, ZZZ, NM1" in notices[1].message


def test_the_sums_of_a_provider_head_its_claims() -> None:
    sums = "*".join(str(number) for number in range(1, 20))
    events = cases.events_835(
        "LX*7\nTS3*P1*11*20261231*2*10********13**15**17*18**20*21*22*23*24\n"
        f"TS2*{sums}\nCLP*A1*1*10*10\nLX*8\nCLP*A2*1*10*10\n"
    )
    groups = cases.only(events, x12.ClaimGroupRead)
    assert [group.group.number for group in groups] == ["7", "8"]
    assert groups[0].group.provider == ProviderSummary(
        "P1", "11", date(2026, 12, 31), Decimal(2), 1000, 1300, 1500, 1700, 1800, 2000, 2100, 2200, Decimal(23), 2400
    )
    assert groups[0].group.inpatient == InpatientSummary(
        100, 200, 300, 400, 500, 600, Decimal(7), 800, 900, *map(Decimal, range(10, 15)), 1500, Decimal(16), 1700,
        1800, 1900,
    )  # fmt: skip
    assert groups[1].group == ClaimGroup("8")
    assert cases.findings(events) == []


def test_bad_sums_of_a_provider_leave_its_claims() -> None:
    events = cases.events_835("LX*1\nTS3*P1*11*2026\nCLP*A1*1*10*10\n")
    (group,) = cases.only(events, x12.ClaimGroupRead)
    assert group.group == ClaimGroup("1")
    assert [segment.name for segment in group.unmodelled] == ["TS3"]
    assert cases.findings(events) == ["unmodelled-segments", "bad-date"]
    assert len(cases.only(events, x12.ClaimPaymentRead)) == 1


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


def test_accounts_currency_and_delivery_of_the_head() -> None:
    content = cases.interchange(
        "BPR*I*80*C*ACH*CCP*01*999999992*DA*123*1123456789*SUPP*04*999999993*SG*456*20260201\n"
        "TRN*1*T1*1123456789*SUB\nCUR*PR*CAD\nREF*EV*R1\nREF*F2*V1\nN1*PR*A*XV*1\nN4*TORONTO*ON*M1M1M1*CA***ON\n"
        "PER*CX*CLAIMS*TE*1*EX*2\nPER*BL*HELP*EM*A@B\nPER*IC**UR*WWW\nN1*PE*B*XX*1\nREF*TJ*1\nRDM*EM*BOX*A@B\n"
    )
    (read,) = cases.only(list(x12.read(content)), x12.RemittanceRead)
    head = read.remittance
    assert (head.payment_format, head.originating_company, head.company_supplement) == ("CCP", "1123456789", "SUPP")
    assert head.payer_account == BankAccount("01", "999999992", "DA", "123")
    assert head.payee_account == BankAccount("04", "999999993", "SG", "456")
    assert (head.originator_supplement, head.currency, head.system_version) == ("SUB", "CAD", "V1")
    assert head.delivery == Delivery("EM", "BOX", "A@B")
    assert [contact.function for contact in head.payer.contacts] == ["CX", "BL", "IC"]
    assert head.payer.address is not None
    assert head.payer.address.subdivision == "ON"
    assert read.unmodelled == ()
    assert "999999993" not in repr(head)
    assert "A@B" not in repr(head)


def test_what_the_head_has_no_place_for_is_kept() -> None:
    content = cases.interchange(
        "BPR*I*80*C*ACH*************MORE\nBPR*I*1*C*ACH\nTRN*2*T1*1123456789\nTRN*1*T2*1\nCUR*PE*USD\nREF*ZZ*1\n"
        "DTM*405*20260101*1200\nN1*PR*A*XV*1\nRDM*BM*X\nN1*PE*B*XX*1\nN1*ZZ*C\nN3*HERE\nN2*MORE\n"
    )
    (read,) = cases.only(list(x12.read(content)), x12.RemittanceRead)
    names = ["BPR", "BPR", "TRN", "TRN", "CUR", "REF", "DTM", "RDM", "N1", "N3", "N2"]
    assert [segment.name for segment in read.unmodelled] == names
    assert (read.remittance.payment_cents, read.remittance.trace) == (8000, "T1")


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
