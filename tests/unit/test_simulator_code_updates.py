from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from denialml.claims import replace
from denialml.simulator.coding import Coding
from denialml.simulator.data import code_updates, document
from denialml.simulator.decisions import Family
from denialml.simulator.edits import Edit, EditKind, applied
from denialml.simulator.medicine import Medicine, Service
from denialml.simulator.office import Habits
from denialml.simulator.staff import Coder
from denialml.simulator.visit import Ready
from simulated_payer import RECEIVED, claim, payer
from simulated_world import World, run

OCTOBER, JANUARY = date(2025, 10, 1), date(2026, 1, 1)
OLD, NEW = "11104", "11108"


@pytest.fixture(scope="module")
def world() -> World:
    return run(4_000, seed=5)


def coder(misses_update: float, **slips: float) -> Coder:
    """A coder who makes no mistake but to overlook a code update."""
    never = dict.fromkeys(
        ("late", "modifier_25", "modifier_59", "side", "telehealth", "misses_link", "cuts_diagnosis", "repeats",
         "omits_taxonomy"), 0.0,
    )  # fmt: skip
    return Coder(name="A", lag_median=3.0, lag_spread=0.5, misses_update=misses_update, **never | slips)


def coded(
    served: date, misses_update: float, *more: str, **slips: float
) -> tuple[str, tuple[str, ...], tuple[Edit, ...]]:
    services = [Service(OLD, 1, 1, (), [])]
    made = Coding(1).code(coder(misses_update, **slips), ["N926", *more], services, {OLD: 40_000}, served)
    assert made.charges[0].charge_cents == 40_000
    return made.charges[0].procedure.code, made.diagnoses, made.edits


def test_the_new_code_is_right_from_the_day_on() -> None:
    eve = timedelta(days=1)
    assert coded(OCTOBER - eve, 1.0, "I10") == (OLD, ("N926", "I10"), ())
    assert coded(OCTOBER, 0.0, "I10") == (OLD, ("N9261", "I10"), ())
    assert coded(JANUARY, 0.0, "I10") == (NEW, ("N9261", "I10"), ())


def test_who_has_not_noticed_writes_the_old_code_and_it_can_be_put_right() -> None:
    procedure, diagnoses, edits = coded(JANUARY, 1e6, "I10")
    assert (procedure, diagnoses) == (OLD, ("N926", "I10"))
    assert edits == (
        Edit(EditKind.PROCEDURE, 1, NEW),
        Edit(EditKind.DIAGNOSIS, text="N9261", place=1),
    )
    right = applied((Edit(EditKind.PROCEDURE, 2, NEW),), claim(1, "99213", OLD))
    assert [line.procedure.code for line in right.lines] == ["99213", NEW]


def test_a_code_both_old_and_cut_is_put_right_by_one_edit() -> None:
    cut = [coded(JANUARY, misses, cuts_diagnosis=1.0) for misses in (0.0, 1e6)]
    for _, diagnoses, edits in cut:
        assert diagnoses == ("N92",)
        about = [edit for edit in edits if edit.kind is EditKind.DIAGNOSIS]
        assert about == [Edit(EditKind.DIAGNOSIS, text="N9261", place=1)]


def test_the_old_code_is_written_less_often_with_the_weeks() -> None:
    half_life = timedelta(weeks=document("office.yaml")["update_half_life_weeks"])

    def old(served: date) -> int:
        coding, person = Coding(3), coder(0.8)
        made = (coding.code(person, ["I10"], [Service(OLD, 1, 1, (), [])], {OLD: 1}, served) for _ in range(2_000))
        return sum(each.charges[0].procedure.code == OLD for each in made)

    at_once, later, at_last = old(JANUARY), old(JANUARY + half_life), old(JANUARY + 8 * half_life)
    assert 1_500 < at_once < 1_700
    assert 0.45 * at_once < later < 0.55 * at_once
    assert at_last < 20


def written(claims: list[Ready]) -> Iterator[tuple[bool, date, str, Edit | None]]:
    """Every code of an update on a claim: whether it is a procedure, the day of service, what is open about it."""
    renewals = [*code_updates("diagnoses"), *code_updates("procedures")]
    updated = {code for each in renewals for code in (each.old, each.new)}
    for ready in claims:
        for line in ready.claim.lines:
            found = (e for e in ready.edits if e.kind is EditKind.PROCEDURE and e.line == line.number)
            if line.procedure.code in updated:
                yield True, line.service_from, line.procedure.code, next(found, None)
        for place, each in enumerate(ready.claim.diagnoses, start=1):
            found = (e for e in ready.edits if e.kind is EditKind.DIAGNOSIS and e.place == place)
            if each.code in updated:
                yield False, ready.claim.lines[0].service_from, each.code, next(found, None)


def test_in_a_history_every_code_out_of_force_can_be_put_right_and_no_other(world: World) -> None:
    renewals = {each.old: each for kind in ("diagnoses", "procedures") for each in code_updates(kind)}
    seen = Counter[tuple[bool, str]]()
    for procedure, served, code, edit in written(world.claims):
        renewal = renewals.get(code)
        wrong = renewal is not None and served >= renewal.first
        assert (edit is not None) is wrong
        if renewal is not None and edit is not None:
            assert edit.text == renewal.new
        if renewal is None:
            assert served >= min(each.first for each in renewals.values() if each.new == code)
        seen[procedure, "late" if wrong else "old" if renewal else "new"] += 1
    for procedure in (True, False):
        assert seen[procedure, "old"] > 0
        assert 0 < seen[procedure, "late"] < seen[procedure, "new"]


def test_the_lists_that_claims_are_laid_beside_follow() -> None:
    medicine = Medicine()
    assert {OLD, NEW} <= medicine.needs_25
    assert medicine.lacks_25({"99213": (), NEW: ()})
    assert not medicine.lacks_25({"99213": ("25",), NEW: ()})


def test_new_codes_are_priced_and_everybody_who_reviews_can_find_old_ones() -> None:
    values, office = document("fees.yaml")["values"], document("office.yaml")
    assert all(values[each.new] == values[each.old] for each in code_updates("procedures"))
    kinds = {kind.value for kind in EditKind}
    assert set(office["edit_minutes"]) == kinds
    assert all(set(biller["finds"]) == kinds for biller in office["billers"])


def test_a_payer_denies_the_old_code_and_pays_the_claim_put_right() -> None:
    rule = {"when": {"procedure_valid": False}, "reason": "181", "probability": 0.999}
    made = payer(rule)
    first = claim(1, OLD)
    late = replace(first, lines=tuple(replace(line, service_from=JANUARY, service_to=None) for line in first.lines))
    [judged] = made.judge(late, RECEIVED.replace(year=2026))
    assert judged.verdict is not None
    assert judged.verdict.family is Family.DATA
    [right] = made.judge(applied((Edit(EditKind.PROCEDURE, 1, NEW),), late), RECEIVED.replace(year=2026))
    assert right.verdict is None
    habits = Habits(document("staff.yaml"))
    assert {habits.category(reason).name for reason in ("146", "181")} == {"data"}
