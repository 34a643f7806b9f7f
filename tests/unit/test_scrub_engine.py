"""The engine: how rules are chosen and reached, what overrides do, and that reports show nobody's values."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denialml.claims import replace
from denialml.errors import UsageError
from denialml.scrub import Override, Report, RuleSet, Stage, run, standard
from denialml.scrub.catalogue import rules
from denialml.scrub.dated import Dated, Since
from denialml.scrub.engine import ClaimView
from denialml.scrub.reference import read_cases
from denialml.scrub.repair import repaired
from denialml.scrub.rule import ClaimRule
from scrub_world import FOLDER, claim_of, context_of, national_tables

NATIONAL = national_tables()


def scrubbed(case: dict[str, Any], **more: Any) -> Report:
    return run(claim_of(case), context_of(case, NATIONAL), **more)


def codes_of(report: Report) -> list[tuple[str, int]]:
    return [(each.code, each.line) for each in report.findings]


def test_a_finding_holds_the_claim_until_somebody_overrides_it() -> None:
    case = {"lines": ["99213", "20610-RT"], "diagnoses": "M1711"}
    report = scrubbed(case)
    assert ("S063", 1) in codes_of(report)
    assert report.is_held
    override = Override("S063", "the visit was for another problem", "ada", date(2025, 3, 10), line=1)
    overridden = scrubbed(case, overrides=[override])
    assert codes_of(overridden) == codes_of(report), "an override hides nothing"
    assert not overridden.is_held


def test_an_override_of_another_line_changes_nothing() -> None:
    override = Override("S063", "a reason", "ada", date(2025, 3, 10), line=2)
    assert scrubbed({"lines": ["99213", "20610-RT"], "diagnoses": "M1711"}, overrides=[override]).is_held


@pytest.mark.parametrize(("reason", "person"), [("", "ada"), ("  ", "ada"), ("because", "")])
def test_an_override_says_who_and_why(reason: str, person: str) -> None:
    with pytest.raises(UsageError, match="who and why"):
        Override("S063", reason, person, date(2025, 3, 10))


def test_a_warning_does_not_hold_the_claim() -> None:
    report = scrubbed({"lines": ["20610"], "diagnoses": "M1711"})
    assert [each.severity.value for each in report.findings] == ["warning"]
    assert not report.is_held


def test_a_finding_says_all_that_is_needed_to_put_it_right() -> None:
    finding = scrubbed({"lines": ["29881-RT", "29880-RT"], "diagnoses": "M1711"}).findings[0]
    assert (finding.code, finding.where, finding.line) == ("S050", "line 2, 2400 SV101-2", 2)
    assert finding.seen == "29880"
    assert finding.reasons == ("97", "236", "231")
    assert finding.table == "ptp made up"
    assert finding.fix.startswith("Take column 2 off")


def test_nothing_of_a_patient_shows_in_a_report() -> None:
    report = scrubbed({"set": {"coverage.subscriber.name": "Canary7", "coverage.subscriber.first": " Canary8 "}})
    assert report.findings
    assert report.repairs
    shown = repr(report.findings) + repr(report.repairs) + " ".join(each.message for each in report.findings)
    assert "Canary" not in shown
    assert any("Canary7" in each.seen for each in report.findings), "who puts it right sees the value"


def test_a_contract_adds_a_rule_and_takes_one_out() -> None:
    pair = {"payer": "commercial", "lines": ["29881-RT", "29880-RT"], "diagnoses": "M1711"}
    assert "S050" not in dict(codes_of(scrubbed(pair)))
    assert "S050" in dict(codes_of(scrubbed({**pair, "practice": {"contract": {"follows": ["S050"]}}})))
    bare = {"lines": ["20610"], "diagnoses": "M1711"}
    assert "S082" in dict(codes_of(scrubbed(bare)))
    assert "S082" not in dict(codes_of(scrubbed({**bare, "practice": {"contract": {"ignores": ["S082"]}}})))


@pytest.mark.parametrize("stage", list(Stage))
def test_only_rules_of_the_stage_are_asked(stage: Stage) -> None:
    case = {
        "lines": ["99213 $0"],
        "set": {"control_number": "", "coverage.subscriber_birth": None},
        "stage": stage.value,
    }
    by_id = {rule.id: rule for rule in rules()}
    found = dict(codes_of(scrubbed(case)))
    assert "S012" in found, "who the patient is can be asked at booking"
    assert all(stage in by_id[code].stages for code in found)
    assert ("S019" in found) == (stage not in {Stage.SCHEDULED, Stage.CODED})


def test_a_parameter_needs_its_days_in_order() -> None:
    with pytest.raises(AssertionError, match="oldest first"):
        Dated(Since(date(2025, 1, 1), 1, "a"), Since(date(2024, 1, 1), 2, "b"))


LINES = st.lists(
    st.builds(
        lambda code, marks, units, place, day: f"{'-'.join([code, *marks])} x{units} @{place} on 2025-03-{day:02d}",
        st.sampled_from(
            ["99203", "99213", "99397", "20610", "29881", "29880", "27447", "17003", "80048", "J1885", "97110", "00140"]
        ),
        st.lists(st.sampled_from(["25", "59", "RT", "LT", "50", "26", "GA", "GZ", "GP", "80", "95", "JW"]), max_size=3),
        st.sampled_from(["1", "2", "9", "0.5"]),
        st.sampled_from(["11", "10", "21", "22"]),
        st.integers(1, 4),
    ),
    min_size=1,
    max_size=5,
)
CASES = st.builds(
    lambda payer, lines, diagnoses, history: {
        "payer": payer, "lines": lines, "diagnoses": " ".join(diagnoses), "history": history
    },
    st.sampled_from(["medicare", "commercial", "hospital"]),
    LINES,
    st.lists(st.sampled_from(["I10", "E119", "M1711", "M1712", "N401", "F0280", "Q9999"]), min_size=1, max_size=4),
    st.lists(st.sampled_from(["2025-03-02 27447-RT", "2025-03-03 99213", "2024-05-01 99213"]), max_size=3),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(case=CASES)
def test_rules_reached_by_what_they_look_at_find_what_asking_every_rule_finds(case: dict[str, Any]) -> None:
    claim, context = claim_of(case), context_of(case, NATIONAL)
    report = run(claim, context)
    assert sorted(codes_of(report)) == sorted(naive(repaired(claim)[0], context))


@pytest.mark.parametrize(("rule", "kinds"), read_cases(FOLDER / "cases").items())
def test_no_rule_is_kept_from_its_cases(rule: str, kinds: dict[str, Any]) -> None:
    for case in (case or {} for cases in kinds.values() for case in cases.values()):
        claim, context = claim_of(case), context_of(case, NATIONAL)
        expected = naive(repaired(claim)[0], context)
        assert sorted(codes_of(run(claim, context))) == sorted(expected), (rule, case)


def naive(claim: Any, context: Any) -> list[tuple[str, int]]:
    """Every rule on everything, its conditions checked in the open."""
    found = []
    for rule in rules():
        view = ClaimView(claim, context)
        if context.stage not in rule.stages or rule.institutional not in {None, view.institutional}:
            continue
        if rule.id in view.contract.ignores:
            continue
        if rule.payers is not None and view.kind not in rule.payers and rule.id not in view.contract.follows:
            continue
        targets = [view] if isinstance(rule, ClaimRule) else view.lines
        for target in targets:
            codes = target.codes if isinstance(rule, ClaimRule) else [target.code]
            if rule.codes is not None and not any(code in rule.codes for code in codes):
                continue
            if rule.marks is not None and not rule.marks & target.marks:
                continue
            number = 0 if isinstance(rule, ClaimRule) else target.number
            found += [(rule.id, problem.line or number) for problem in rule.check(target, context)]
    return found


@settings(max_examples=60, deadline=None)
@given(case=CASES)
def test_scrubbing_is_pure_and_repairs_are_done_once(case: dict[str, Any]) -> None:
    claim, context = claim_of(case), context_of(case, NATIONAL)
    first = run(claim, context)
    assert run(claim, context) == first
    again = run(first.claim, context)
    assert again.findings == first.findings
    assert not again.repairs


def test_a_rule_set_of_few_rules_asks_these_alone() -> None:
    few = RuleSet(rule for rule in standard().rules if rule.id == "S141")
    claim = replace(claim_of({}), charge_cents=1, diagnoses=())
    assert codes_of(few.run(claim, context_of({}, NATIONAL))) == [("S141", 0)]
