from __future__ import annotations

from datetime import timedelta

from denialml.claims import replace
from denialml.simulator.actions import DENIAL_COLUMNS, Action, appeal_of, correction_of, denial_row
from denialml.simulator.appeals import Evidence, Level
from denialml.simulator.decisions import Family
from denialml.simulator.edits import Edit, EditKind
from reviewed_payer import TOLD, SmallPayer, SmallRule, always, claim, denied, needs_modifier

MODIFIER = Edit(EditKind.MODIFIER, 1, "25")
SECOND_LINE = Edit(EditKind.MODIFIER, 2, "25")
RECORDS = Edit(EditKind.RECORDS)


def mixed() -> SmallPayer:
    """Denies dear lines for the record, the others for a modifier."""
    dear = SmallRule("dear", Family.DOCUMENTATION, "252", lambda _c, line, _d: line.charge_cents > 50_000)
    return SmallPayer("mixed", dear, needs_modifier())


def test_the_lines_that_one_rule_denied_are_one_denial() -> None:
    found = denied(mixed(), 1, 100, 900, 200)
    assert [(each.line_numbers, each.verdict.reason) for each in found] == [((1, 3), "4"), ((2,), "252")]
    assert [each.cents for each in found] == [24_000, 72_000]
    assert [each.charge_cents for each in found] == [30_000, 90_000]
    assert len({each.number for each in found}) == 2


def test_a_denial_has_the_edits_of_its_lines_and_of_the_claim() -> None:
    coding, records = denied(mixed(), 1, 100, 900, edits=(MODIFIER, SECOND_LINE, RECORDS))
    assert coding.edits == (MODIFIER, RECORDS)
    assert records.edits == (SECOND_LINE, RECORDS)


def test_a_corrected_claim_replaces_what_the_payer_numbered() -> None:
    [denial] = denied(SmallPayer("p", needs_modifier()), edits=(MODIFIER,))
    correction = correction_of(denial)
    assert correction is not None
    assert not correction.rebilled
    assert correction.claim.frequency == "7"
    assert correction.claim.reference("F8") == denial.decision.number
    assert correction.claim.control_number == denial.control_number
    assert correction.claim.lines[0].procedure.modifiers == ("25",)


def test_cover_elsewhere_is_billed_there_as_an_original() -> None:
    cover = replace(claim().coverage, group_number="OTHER")
    edit = Edit(EditKind.ELIGIBILITY, coverage=cover, payer="sister")
    [denial] = denied(SmallPayer("p", always("ended", Family.ELIGIBILITY, "27")), edits=(edit,))
    correction = correction_of(denial)
    assert correction is not None
    assert (correction.payer, correction.rebilled, correction.claim.frequency) == ("sister", True, "1")
    assert not correction.claim.reference("F8")
    assert correction.claim.coverage.group_number == "OTHER"


def test_a_claim_that_is_right_has_nothing_to_correct() -> None:
    [denial] = denied(SmallPayer("p", always("no", Family.COVERAGE, "96")))
    assert correction_of(denial) is None


def test_a_repeat_replaces_the_claim_it_repeats_only_where_its_number_is_known() -> None:
    payer = SmallPayer("p", always("repeated", Family.DUPLICATE, "18"))
    [denial] = denied(payer, edits=(Edit(EditKind.FREQUENCY, text="EARLIER"),))
    correction = correction_of(denial)
    assert correction is not None
    assert correction.claim.reference("F8") == "EARLIER"
    [denial] = denied(payer, edits=(Edit(EditKind.FREQUENCY),))
    assert correction_of(denial) is None


def test_an_appeal_tells_what_was_told_and_what_goes_along() -> None:
    [denial] = denied(SmallPayer("p", needs_modifier()), 1, 300, 200, edits=(Edit(EditKind.AUTHORIZATION, text="A1"),))
    filed = TOLD + timedelta(days=3)
    appeal = appeal_of(denial, Action.WITH_RECORDS, filed)
    assert appeal.level is Level.APPEAL
    assert appeal.evidence == (Evidence.LETTER, Evidence.RECORDS, Evidence.AUTHORIZATION)
    assert (appeal.lines, appeal.amount_cents, appeal.reason) == ((1, 2), 50_000, "4")
    assert (appeal.payer_claim_number, appeal.told_on, appeal.filed_on) == (denial.decision.number, TOLD, filed)
    assert Evidence.RECORDS not in appeal_of(denial, Action.APPEAL, filed).evidence
    assert appeal_of(denial, Action.SECOND, filed).number != appeal.number


def test_a_row_has_a_value_for_each_column_and_nobody_in_it() -> None:
    [denial] = denied(SmallPayer("p", needs_modifier()), edits=(MODIFIER, RECORDS))
    row = dict(zip(DENIAL_COLUMNS, denial_row(denial), strict=True))
    assert (row["family"], row["rule"], row["edits"]) == ("coding", "modifier-missing", "modifier;records")
    assert "Sample" not in repr(denial)
