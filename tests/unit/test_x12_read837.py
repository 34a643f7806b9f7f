"""837P: what each segment becomes, what is kept beside the claim, and what makes a claim unusable."""

from __future__ import annotations

from datetime import date

import pytest

import x12_cases as cases
from denialml import x12
from denialml.claims import Amount, DatedFact, Note, Reference, RelatedCauses


def _claims(body: str, head: str = cases.HEAD_837) -> list[x12.ClaimRead]:
    return cases.only(cases.events_837(body, head), x12.ClaimRead)


def test_a_plain_claim() -> None:
    (read,) = _claims(cases.CLAIM_837)
    claim = read.claim
    assert (claim.control_number, claim.charge_cents, claim.place_of_service) == ("A1", 12550, "11")
    assert (claim.billing.npi, claim.payer_id, claim.coverage.member_id) == ("1234567893", "PH001", "MEM0000001")
    assert (claim.coverage.relationship, claim.coverage.filing_indicator) == ("18", "CI")
    assert (claim.treated_birth, claim.treated_sex) == (date(1980, 5, 17), "F")
    assert (claim.lines[0].number, claim.lines[0].charge_cents, claim.lines[0].diagnosis_pointers) == (1, 12550, (1,))
    assert claim.lines[0].service_from == claim.lines[0].service_to == date(2026, 1, 5)
    assert read.unmodelled == ()


def test_the_levels_above_a_claim() -> None:
    head = """
        BHT*0019*00*1*20260201*1200*CH
        NM1*41*2*ELM*****46*S1
        HL*1**20*1
        PRV*BI*PXC*207Q00000X
        NM1*85*2*ELM STREET CLINIC*****XX*1234567893
        N3*1 ELM STREET
        N4*SPRINGFIELD*IL*62701
        REF*EI*123456789
        PER*IC*OFFICE*TE*2175550100
        NM1*87*2
        N3*PO BOX 1
        HL*2*1*22*1
        SBR*S**GRP1*PLAN*47****MB
        NM1*IL*1*STONE*EVA****MI*M1
        REF*SY*123456789
        NM1*PR*2*PRAIRIE*****PI*PH1
        REF*2U*P1
        HL*3*2*23*0
        PAT*19
        NM1*QC*1*STONE*BO
        N3*1 ELM STREET
        DMG*D8*20150203*M
    """
    (read,) = _claims(cases.CLAIM_837, head)
    claim = read.claim
    assert claim.billing.taxonomy == "207Q00000X"
    assert claim.billing.tax_id == "123456789"
    assert claim.pay_to is not None
    assert claim.pay_to.address is not None
    assert claim.pay_to.address.line1 == "PO BOX 1"
    assert (claim.coverage.sequence, claim.coverage.relationship, claim.coverage.insurance_type) == ("S", "", "47")
    assert claim.coverage.payer.references == (Reference("2U", "P1"),)
    assert claim.coverage.subscriber.references == (Reference("SY", "123456789"),)
    assert claim.patient is not None
    assert (claim.patient.relationship, claim.treated_sex, claim.treated.first) == ("19", "M", "BO")
    assert read.unmodelled == ()


def test_a_new_subscriber_has_no_patient_and_a_new_provider_no_subscriber() -> None:
    body = cases.CLAIM_837 + "HL*3*2*23*0\nPAT*19\nNM1*QC*1*STONE*BO\n" + cases.CLAIM_837
    body += "HL*4*1*22*0\nSBR*P*18\nNM1*IL*1*OAK*KIM\nNM1*PR*2*PRAIRIE\n" + cases.CLAIM_837
    body += "HL*5**20*1\nNM1*85*2*OTHER CLINIC\n" + cases.CLAIM_837
    events = cases.events_837(body)
    claims = [read.claim for read in cases.only(events, x12.ClaimRead)]
    assert [claim.patient is not None for claim in claims] == [False, True, False]
    assert [claim.coverage.subscriber.name for claim in claims] == ["STONE", "STONE", "OAK"]
    (refused,) = cases.only(events, x12.Refused)
    assert refused.finding.code == "missing-level"


def test_parts_of_claim_and_line() -> None:
    (read,) = _claims(
        """
        CLM*A1*25***02:B:7*N*C*N*I*P
        DTP*435*DT*202601050815
        DTP*314*RD8*20260105-20260109
        AMT*F5*20
        REF*F8*ICN1
        REF*9F*REF1
        NTE*ADD*A NOTE
        HI*ABK:E119*ABF:I10
        NM1*DN*1*OAK*KIM
        NM1*82*1*REED*JO****XX*1112223338
        PRV*PE*PXC*207R00000X
        REF*G2*OLD1
        NM1*77*2*ELM SURGERY
        N3*2 OAK STREET
        NM1*DQ*1*ASH*LEE
        LX*3
        SV1*HC:J1100:JW::::NAME*25*UN*2.5*11**2:1**Y
        DTP*472*RD8*20260105-20260106
        DTP*463*D8*20251201
        REF*6R*L3
        REF*X4*12D3456789
        AMT*T*1.25
        NTE*DCP*SEEN
        NM1*82*1*ELM*SAM
        REF*0B*LIC
        """
    )
    claim = read.claim
    assert (claim.frequency, claim.place_of_service) == ("7", "02")
    assert (claim.signature_on_file, claim.assignment) == ("N", "C")
    assert (claim.benefits_assigned, claim.release, claim.patient_signature) == ("N", "I", "P")
    assert claim.dates[0] == DatedFact("435", date(2026, 1, 5), time="0815")
    assert claim.dates[1] == DatedFact("314", date(2026, 1, 5), until=date(2026, 1, 9))
    assert claim.reference("F8") == "ICN1"
    assert claim.notes == (Note("ADD", "A NOTE"),)
    assert [each.code for each in claim.diagnoses] == ["E119", "I10"]
    assert claim.rendering is not None
    assert (claim.rendering.taxonomy, claim.rendering.references) == ("207R00000X", (Reference("G2", "OLD1"),))
    assert claim.facility is not None
    assert claim.facility.address is not None
    assert claim.supervising is not None
    line = claim.lines[0]
    assert (line.number, line.control_number, line.diagnosis_pointers, line.emergency) == (3, "L3", (2, 1), "Y")
    assert (line.procedure.modifiers, line.procedure.description, line.place_of_service) == (("JW",), "NAME", "11")
    assert (line.service_from, line.service_to) == (date(2026, 1, 5), date(2026, 1, 6))
    assert line.amounts == (Amount("T", 125),)
    assert line.references == (Reference("X4", "12D3456789"),)
    assert line.rendering is not None
    assert line.rendering.references == (Reference("0B", "LIC"),)
    assert read.unmodelled == ()


def test_other_payers_drugs_and_forms_are_values_and_do_not_leak_into_the_claim() -> None:
    events = cases.events_837(
        """
        CLM*A1*25***11:B:1*Y*A*Y*Y
        PWK*OZ*EL***AC*DOC1
        HI*ABK:E119
        HI*BG:01
        NM1*P3*1*CARE*FIRST
        REF*G2*X
        SBR*S*18
        CAS*PR*1*5
        AMT*D*7
        OI***Y***Y
        NM1*IL*1*STONE*EVA
        REF*SY*1
        NM1*PR*2*OTHER*****PI*PH
        DTP*573*D8*20260108
        NM1*85*2
        REF*G2*Z
        LX*1
        SV1*HC:99213*25*UN*1
        DTP*472*D8*20260105
        LIN**N4*01234567891
        CTP****2*UN
        REF*XZ*1
        NM1*DK*1*ORDER*ANN
        REF*G2*Y**2U:PH
        SVD*PH*1*HC:99213**1
        CAS*PR*1*5
        DTP*573*D8*20260108
        AMT*EAF*5
        LQ*UT*1
        FRM*1*Y
        LX*2
        SV1*HC:99214*0*UN*1
        DTP*472*D8*20260105
        """
    )
    (read,) = cases.only(events, x12.ClaimRead)
    claim, (first, second) = read.claim, read.claim.lines
    assert read.unmodelled == ()
    assert (claim.references, claim.amounts, claim.dates, first.references) == ((), (), (), ())
    assert (claim.attachments[0].control_number, claim.condition_codes) == ("DOC1", ("01",))
    (other,) = claim.other_payers
    assert (other.sequence, other.payer.identifier, other.adjudicated_on) == ("S", "PH", date(2026, 1, 8))
    assert [each.role for each in other.providers] == ["85"]
    assert first.drug is not None
    assert (first.drug.code, first.drug.unit, first.drug.references) == ("01234567891", "UN", (Reference("XZ", "1"),))
    assert first.ordering is not None
    assert first.ordering.references == (Reference("G2", "Y", payer_id="PH"),)
    assert [each.amounts for each in first.adjudications] == [(Amount("EAF", 500),)]
    assert [each.question for each in first.forms[0].answers] == ["1"]
    assert (second.number, second.drug, second.adjudications) == (2, None, ())


def test_an_unknown_party_and_a_party_that_comes_twice_are_kept_with_what_follows_them() -> None:
    doctor = "NM1*82*1*REED*JO\nREF*G2*A\n"
    body = cases.CLAIM_837.replace("LX*1", doctor + doctor + "NM1*XX*1*WHO\nREF*G1*LEAK\nLX*1")
    (read,) = _claims(body)
    assert [segment.name for segment in read.unmodelled] == ["NM1", "REF", "NM1", "REF"]
    assert read.claim.references == ()
    assert len(read.claim.lines) == 1


def test_what_a_level_holds_beyond_the_vocabulary_comes_with_each_of_its_claims() -> None:
    head = cases.HEAD_837.replace("DMG*D8*19800517*F", "DMG*D8*19800517*F**X\nPER*IC*X") + "K3*STATE\n"
    events = cases.events_837(cases.CLAIM_837 * 2, head)
    assert [[s.name for s in read.unmodelled] for read in cases.only(events, x12.ClaimRead)] == [["DMG", "K3"]] * 2
    assert cases.findings(events) == ["unmodelled-segments"] * 2


@pytest.mark.parametrize(
    ("old", "new", "code", "element"),
    [
        ("CLM*A1*125.5", "CLM*A1*12x", "bad-amount", "CLM02"),
        ("CLM*A1", "CLM*", "missing-control-number", "CLM"),
        ("LX*1", "LX*one", "bad-line-number", "LX01"),
        ("SV1*HC:99213*125.5", "SV1*HC:99213*", "bad-amount", "SV1"),
        ("SV1*HC:99213", "SV1*HC", "missing-procedure", "SV101"),
        ("UN*1***1", "UN*1***x", "bad-pointer", "SV107"),
        ("UN*1***1", "UN****1", "bad-number", "SV1"),
        ("D8*20260105", "D8*20261305", "bad-date", "DTP03"),
        ("D8*20260105", "RD8*20260105-2026", "bad-date", "DTP03"),
        ("D8*20260105", "XX*20260105", "bad-date", "DTP03"),
        ("DTP*472*D8*20260105", "", "missing-date", "DTP"),
        ("SV1*HC:99213*125.5*UN*1***1", "", "missing-service", "DTP"),
    ],
)
def test_a_claim_that_cannot_be_used_is_refused_and_the_next_one_read(
    old: str, new: str, code: str, element: str
) -> None:
    bad = cases.CLAIM_837.replace(old, new)
    assert bad != cases.CLAIM_837
    events = cases.events_837(bad + cases.CLAIM_837.replace("A1", "A2"))
    (refused,) = cases.only(events, x12.Refused)
    assert refused.finding.code == code
    assert refused.segments[0].name == "CLM"
    assert [read.claim.control_number for read in cases.only(events, x12.ClaimRead)] == ["A2"]
    if element != "DTP":
        assert refused.finding.where.endswith(f", {element}")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("DMG*D8*19800517", "DMG*D8*1980", "bad-date"),
        ("NM1*PR*2*PRAIRIE HEALTH*****PI*PH001", "", "missing-party"),
        ("NM1*IL*1*STONE*ADA****MI*MEM0000001", "", "missing-party"),
        ("NM1*85*2*ELM STREET CLINIC*****XX*1234567893", "", "missing-party"),
        ("HL*2*1*22*0", "HL*2*1*21*0", "unknown-level"),
    ],
)
def test_claims_under_a_level_that_cannot_be_used_are_refused(old: str, new: str, code: str) -> None:
    head = cases.HEAD_837.replace(old, new)
    assert head != cases.HEAD_837
    events = cases.events_837(cases.CLAIM_837, head)
    assert not cases.only(events, x12.ClaimRead)
    (refused,) = cases.only(events, x12.Refused)
    assert refused.control_number == "A1"
    assert code in cases.findings(events)


def test_a_level_that_hangs_under_one_long_past_refuses_its_claims() -> None:
    body = "HL*3**20*1\nNM1*85*2*OTHER CLINIC\nHL*4*1*22*0\nSBR*P*18\nNM1*IL*1*OAK\nNM1*PR*2*P\n" + cases.CLAIM_837
    events = cases.events_837(body)
    assert not cases.only(events, x12.ClaimRead)
    assert cases.only(events, x12.Refused)[0].finding.code == "wrong-parent"


def test_a_level_that_hangs_under_nothing_is_taken_where_it_stands() -> None:
    events = cases.events_837(cases.CLAIM_837, cases.HEAD_837.replace("HL*2*1*22*0", "HL*2*7*22*0"))
    assert len(cases.only(events, x12.ClaimRead)) == 1
    assert cases.findings(events) == ["wrong-parent"]


def test_elements_of_clm_without_a_place_are_kept() -> None:
    (read,) = _claims(cases.CLAIM_837.replace("*Y*A*Y*Y", "*Y*A*Y*Y**AA:::IL**X"))
    assert [segment.name for segment in read.unmodelled] == ["CLM"]
    assert read.unmodelled[0].elements[12] == "X"
    assert read.claim.related_causes == RelatedCauses(("AA",), "IL")
