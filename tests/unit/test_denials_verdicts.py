"""What an answer means: contract, patient, undecided, denied; the route, and until when."""

from __future__ import annotations

from datetime import date

import pytest

from denialml import denials
from denialml.claims import Adjustment
from denialml.denials import Outcome, Route
from posting_cases import co, payment, pr, remark, service

DAY = date(2026, 2, 1)
APPEALABLE = Route("appeal", "category", "stage", preventable=True, appealable=True, source="CARC 50")


@pytest.mark.parametrize(
    ("group", "carc", "paid", "status", "expected"),
    [
        ("CO", "45", 0, "1", Outcome.CONTRACTUAL),
        ("CO", "253", 900, "1", Outcome.CONTRACTUAL),
        ("PR", "1", 0, "1", Outcome.PATIENT_SHARE),
        ("OA", "23", 0, "2", Outcome.INFORMATION),
        ("OA", "133", 0, "1", Outcome.PENDING),
        ("CO", "257", 0, "4", Outcome.PENDING),
        ("CO", "50", 0, "1", Outcome.DENIAL),
        ("CO", "96", 0, "4", Outcome.DENIAL),
        ("PR", "96", 0, "1", Outcome.DENIAL),
        ("CO", "254", 0, "1", Outcome.DENIAL),
        ("OA", "18", 0, "1", Outcome.DENIAL),
        ("CO", "97", 900, "1", Outcome.PARTIAL_DENIAL),
        ("CO", "50", 0, "22", Outcome.INFORMATION),
        ("CO", "109", 0, "23", Outcome.INFORMATION),
        ("OA", "101", 0, "25", Outcome.INFORMATION),
        ("PI", "45", 900, "1", Outcome.UNCLASSIFIED),
        ("PI", "204", 0, "1", Outcome.DENIAL),
    ],
)
def test_classify(group: str, carc: str, paid: int, status: str, expected: Outcome) -> None:
    assert denials.classify(group, carc, (), paid, status, 1000, DAY) is expected


def test_without_money_nothing_is_refused() -> None:
    assert denials.classify("CO", "50", (), 0, "1", 0, DAY) is Outcome.INFORMATION


def test_unprocessable_makes_information_a_refusal_but_never_a_contract() -> None:
    assert denials.classify("CO", "192", ("MA130",), 0, "4", 1000, DAY) is Outcome.DENIAL
    assert denials.classify("CO", "45", ("MA130",), 0, "1", 1000, DAY) is Outcome.CONTRACTUAL


def test_co45_beside_a_refusal_leaves_the_allowance_as_denied_money() -> None:
    answer = payment(service(10000, 0, co("45", 4000), co("50", 6000)))
    (verdict,) = denials.judge(answer, answer.services, DAY)
    assert verdict.denied
    assert verdict.denial is not None
    assert (verdict.denial.reason, verdict.denial.denied_cents) == ("50", 6000)
    assert verdict.allowed_cents is None


def test_paid_in_full_after_contract_and_share_is_no_denial() -> None:
    answer = payment(service(10000, 4900, co("45", 4000), pr("2", 1000), co("253", 100)))
    (verdict,) = denials.judge(answer, answer.services, DAY)
    assert not verdict.denied
    assert verdict.denial is None
    assert verdict.allowed_cents == 6000  # sequestration cuts the payment, not the allowance


def test_all_to_the_deductible_is_no_denial() -> None:
    answer = payment(service(10000, 0, co("45", 4000), pr("1", 6000)))
    (verdict,) = denials.judge(answer, answer.services, DAY)
    assert not verdict.denied
    assert verdict.allowed_cents == 6000


def test_a_part_refused_is_a_partial_denial() -> None:
    answer = payment(service(10000, 5000, co("45", 3000), co("151", 2000)))
    (verdict,) = denials.judge(answer, answer.services, DAY)
    assert not verdict.denied
    assert verdict.denial is not None
    assert verdict.denial.denied_cents == 2000
    assert verdict.allowed_cents == 5000


def test_the_largest_refused_amount_names_the_reason() -> None:
    answer = payment(service(10000, 0, co("97", 3000), Adjustment("PR", "204", 7000)))
    (verdict,) = denials.judge(answer, answer.services, DAY)
    assert verdict.denial is not None
    assert (verdict.denial.group, verdict.denial.reason, verdict.denial.denied_cents) == ("PR", "204", 10000)


def test_undecided_is_neither() -> None:
    answer = payment(service(10000, 0, Adjustment("OA", "133", 10000)))
    (verdict,) = denials.judge(answer, answer.services, DAY)
    assert not verdict.denied
    assert verdict.denial is None
    assert verdict.allowed_cents is None


def test_a_claim_refused_as_a_whole_refuses_each_line() -> None:
    lines = (service(6000, 0), service(4000, 0, code="99214"))
    answer = payment(status="4", charge_cents=10000, adjustments=(co("29", 10000),), remarks=(remark("N211", "MOA"),))
    first, second = denials.judge(answer, lines, DAY)
    assert first.denied
    assert second.denied
    assert first.denial is not None
    assert first.denial.denied_cents == 6000
    assert first.denial.remarks == ("N211",)


def test_a_reversal_is_no_verdict() -> None:
    answer = payment(service(-10000, 0, co("50", -10000)), status="22")
    (verdict,) = denials.judge(answer, answer.services, DAY)
    assert not verdict.denied
    assert verdict.allowed_cents is None


def test_unprocessable_is_a_new_claim_without_appeal() -> None:
    route = denials.route("CO", "16", ("MA130", "M76"), DAY)
    assert route.route == "new_claim"
    assert not route.appealable
    assert route.stage == "coding"
    assert "MA130" in route.source


def test_a_vague_reason_is_read_by_its_remark() -> None:
    assert denials.route("CO", "16", ("N290",), DAY).category == "npi"
    assert denials.route("CO", "252", ("N706",), DAY).route == "send_records"
    assert denials.route("CO", "16", ("N999",), DAY).category == "missing_data"


def test_a_plain_reason_is_not_changed_by_a_remark() -> None:
    assert denials.route("CO", "197", ("M76",), DAY).category == "authorization"


def test_the_group_says_whether_the_patient_may_be_billed() -> None:
    patient, provider = denials.route("PR", "96", (), DAY), denials.route("CO", "96", (), DAY)
    assert "patient" in patient.route or "bill" in patient.route
    assert provider.route == "correct_or_appeal_never_patient"
    assert denials.route("PR", "50", (), DAY).route == "verify_notice_then_bill_patient"
    assert denials.route("CO", "204", (), DAY).route == "correct_or_appeal_never_patient"


def test_a_reason_in_no_table_goes_to_a_person() -> None:
    assert denials.route("CO", "P30", (), DAY).route == "manual_review"


def test_medicare_appeal_is_125_days_after_the_notice() -> None:
    clocks = denials.clocks("MB", date(2026, 5, 15), date(2026, 4, 1), APPEALABLE)
    assert clocks.appeal_by == date(2026, 9, 17)  # 120 days after a presumed receipt on 20 May
    assert clocks.correct_by == date(2027, 5, 15)
    assert "42 CFR 405.942" in clocks.source


def test_an_unprocessable_medicare_claim_runs_against_timely_filing() -> None:
    route = denials.route("CO", "16", ("MA130",), DAY)
    clocks = denials.clocks("MB", DAY, date(2025, 9, 1), route)
    assert clocks.appeal_by is None
    assert clocks.correct_by == date(2026, 9, 1)


def test_months_end_on_the_last_day_where_there_is_no_such_day() -> None:
    clocks = denials.clocks("FI", date(2025, 8, 31), date(2025, 8, 30), APPEALABLE)
    assert clocks.appeal_by == date(2026, 2, 28)
    assert clocks.correct_by == date(2026, 12, 31)


def test_a_leap_day_of_service_ends_on_28_february() -> None:
    clocks = denials.clocks("CH", date(2024, 3, 20), date(2024, 2, 29), APPEALABLE)
    assert clocks.correct_by == date(2025, 2, 28)


def test_terms_that_are_only_usual_are_marked() -> None:
    assert "[not verified]" in denials.clocks("CI", DAY, DAY, APPEALABLE).source


def test_an_unknown_kind_of_payer_has_no_clock() -> None:
    clocks = denials.clocks("ZZ", DAY, DAY, APPEALABLE)
    assert (clocks.correct_by, clocks.appeal_by, clocks.source) == (None, None, "")
