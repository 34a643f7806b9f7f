from __future__ import annotations

import itertools
from collections import Counter
from datetime import date, timedelta

import pytest

from denialml import ids
from denialml.clock import age_in_years
from denialml.simulator.data import document
from denialml.simulator.edits import Edit, EditKind, applied
from denialml.simulator.people import Patient
from denialml.simulator.schedule import holidays
from denialml.simulator.visit import Ready, mended
from simulated_world import PAYER_KEYS, START, UNTIL, World, rosters, run


@pytest.fixture(scope="module")
def world() -> World:
    return run(numbered=True)


@pytest.fixture(scope="module")
def claims(world: World) -> list[Ready]:
    return world.claims


def with_edit(claims: list[Ready], kind: EditKind) -> list[tuple[Ready, Edit]]:
    found = [(ready, edit) for ready in claims for edit in ready.edits if edit.kind is kind]
    assert found, kind
    return found


def test_identifiers_are_well_formed(claims: list[Ready]) -> None:
    for ready in claims:
        claim = ready.claim
        assert ids.CONTROL_NUMBER.is_valid(claim.control_number)
        assert ids.NPI.is_valid(claim.billing.npi)
        assert claim.rendering is not None
        assert ids.NPI.is_valid(claim.rendering.npi)
        assert claim.referring is None or ids.NPI.is_valid(claim.referring.npi)
        assert ids.TAX_ID.is_valid(claim.billing.tax_id)
        assert all(ids.ICD10CM.is_valid(diagnosis.code) for diagnosis in claim.diagnoses)
        assert all(ids.HCPCS.is_valid(line.procedure.code) for line in claim.lines)
        assert all(ids.MODIFIER.is_valid(m) for line in claim.lines for m in line.procedure.modifiers)
        if ready.payer == "medicare" and claim.coverage is ready.cover.coverage:
            assert ids.MBI.is_valid(str(claim.coverage.member_id))


def test_a_claim_adds_up_and_points_to_its_diagnoses(claims: list[Ready]) -> None:
    for ready in claims:
        claim = ready.claim
        assert claim.charge_cents == sum(line.charge_cents for line in claim.lines)
        assert all(0 < pointer <= len(claim.diagnoses) for line in claim.lines for pointer in line.diagnosis_pointers)
        assert len({diagnosis.code for diagnosis in claim.diagnoses}) == len(claim.diagnoses)


def test_exactly_as_many_claims_become_ready_as_asked_for_and_on_working_days(world: World) -> None:
    assert len(world.ready) == 1_500
    assert len({ready.claim.control_number for ready in world.claims}) == 1_500
    for day, ready in world.ready:
        assert START <= day <= UNTIL
        assert day.weekday() < 5
        assert ready.repeats or ready.claim.lines[0].service_from <= day


def test_nobody_is_served_on_sundays_or_holidays(claims: list[Ready]) -> None:
    closed = {day for year in (2024, 2025, 2026) for day in holidays(year)}
    days = Counter(ready.claim.lines[0].service_from for ready in claims)
    assert not closed & days.keys()
    weekdays = Counter(day.weekday() for day in days.elements())
    assert weekdays[6] == 0
    assert 0 < weekdays[5] < weekdays[0] / 5


def test_patients_suit_their_provider(claims: list[Ready]) -> None:
    for ready in claims:
        age = age_in_years(ready.patient.birth, ready.claim.lines[0].service_from)
        if ready.provider.specialty.name == "obstetrics":
            assert ready.claim.treated_sex == "F"
        if ready.provider.specialty.name == "paediatrics":
            assert age <= 18


def test_children_are_insured_through_a_parent_by_commercial_payers_only(claims: list[Ready]) -> None:
    relationships = Counter((ready.payer, ready.claim.patient is not None) for ready in claims)
    assert relationships["prairie", True] > 0
    assert relationships["medicaid", True] == 0


def test_a_usual_plan_runs_on_without_overlap_and_another_may_run_beside(claims: list[Ready]) -> None:
    for ready in claims:
        usual = [cover for cover in ready.patient.covers if cover.order == 1]
        for earlier, later in itertools.pairwise(usual):
            assert earlier.last is not None
            assert earlier.last < later.first
    assert {cover.order for ready in claims for cover in ready.patient.covers} == {0, 1, 2}


def test_the_second_payer_is_the_next_of_those_that_insure(claims: list[Ready]) -> None:
    seconds = [ready for ready in claims if ready.secondary is not None]
    assert seconds
    for ready in seconds:
        covers = ready.patient.covers_on(ready.claim.lines[0].service_from)
        assert covers[:2] == [ready.cover, ready.secondary]
        assert ready.secondary is not None
        assert ready.cover.coverage.member_id != ready.secondary.coverage.member_id


def test_cover_edits_name_who_truly_insures(claims: list[Ready]) -> None:
    for kind in (EditKind.ELIGIBILITY, EditKind.OTHER_PAYER, EditKind.MEMBER):
        for ready, edit in with_edit(claims, kind):
            first = ready.patient.cover_on(ready.claim.lines[0].service_from)
            assert first is not None
            assert edit.coverage is first.coverage
            assert (first is ready.cover) == (kind is EditKind.MEMBER)
            assert edit.payer == ("" if kind is EditKind.MEMBER else first.payer)
            right = mended(ready, (edit,))
            assert (right.payer, right.cover) == (first.payer, first)
            assert right.claim.coverage == first.coverage
            assert edit not in right.edits


def test_a_claim_without_a_cover_edit_is_billed_to_who_insures_or_nobody_does(claims: list[Ready]) -> None:
    about_cover = {EditKind.ELIGIBILITY, EditKind.OTHER_PAYER, EditKind.MEMBER}
    for ready in claims:
        if not about_cover & {edit.kind for edit in ready.edits}:
            first = ready.patient.cover_on(ready.claim.lines[0].service_from)
            assert first is None or (first is ready.cover and ready.claim.coverage == first.coverage)


def test_missed_modifiers_links_and_codes_can_be_put_right(claims: list[Ready]) -> None:
    for ready, edit in with_edit(claims, EditKind.MODIFIER):
        line = ready.claim.lines[edit.line - 1]
        assert edit.text not in line.procedure.modifiers
        assert edit.text in applied([edit], ready.claim).lines[edit.line - 1].procedure.modifiers
    for ready, edit in with_edit(claims, EditKind.POINTER):
        assert ready.claim.lines[edit.line - 1].diagnosis_pointers == (1,)
        assert 1 < edit.place <= len(ready.claim.diagnoses)
    for ready, edit in with_edit(claims, EditKind.DIAGNOSIS):
        assert edit.text.startswith(ready.claim.diagnoses[edit.place - 1].code)
        assert applied([edit], ready.claim).diagnoses[edit.place - 1].code == edit.text
    for ready, edit in with_edit(claims, EditKind.TAXONOMY):
        assert ready.claim.rendering is not None
        assert ready.claim.rendering.taxonomy == ""
        assert edit.text == ready.provider.specialty.taxonomy


def test_papers_that_can_be_had_are_those_the_payer_and_the_sender_know(world: World) -> None:
    for ready, edit in with_edit(world.claims, EditKind.AUTHORIZATION):
        assert edit.text in world.payers[ready.cover.payer].authorizations
        assert ready.claim.reference("G1") not in world.payers[ready.cover.payer].authorizations
    for ready, edit in with_edit(world.claims, EditKind.REFERRER):
        assert ready.claim.referring is None
        assert edit.party is not None
        assert ids.NPI.is_valid(edit.party.npi)
    for ready, edit in with_edit(world.claims, EditKind.REFERRAL):
        assert ready.claim.reference("9F") == ""
        assert edit.text


def test_some_authorizations_were_never_asked_for_and_cannot_be_had(world: World) -> None:
    sought = frozenset(document("medicine.yaml")["authorization_sought"])
    lacking = [
        ready
        for ready in world.claims
        if world.payers[ready.payer].data["population"]["asks_authorization"]
        and not sought.isdisjoint(line.procedure.code for line in ready.claim.lines)
        and not ready.claim.reference("G1")
    ]
    can_be_had = [ready for ready in lacking if any(edit.kind is EditKind.AUTHORIZATION for edit in ready.edits)]
    assert 0 < len(can_be_had) < len(lacking)


def test_records_go_along_only_where_they_support_the_service(claims: list[Ready]) -> None:
    assert all(ready.documented for ready, _ in with_edit(claims, EditKind.RECORDS))
    assert 0.05 < sum(not ready.documented for ready in claims) / len(claims) < 0.25


def test_a_repetition_takes_the_room_of_another_claim_and_names_the_first(claims: list[Ready]) -> None:
    repeats = [ready for ready in claims if ready.repeats]
    assert repeats
    by_number = {ready.claim.control_number: ready for ready in claims}
    for ready in repeats:
        first = by_number[ready.repeats]
        assert [line.procedure for line in ready.claim.lines] == [line.procedure for line in first.claim.lines]
        assert ready.claim.control_number != first.claim.control_number
        assert Edit(EditKind.FREQUENCY, text=f"P{ready.repeats}") in ready.edits


def test_a_repetition_of_an_unanswered_claim_has_no_number_to_refer_to() -> None:
    repeats = [ready for ready in run(800).claims if ready.repeats]
    assert repeats
    assert all(edit.kind is not EditKind.FREQUENCY for ready in repeats for edit in ready.edits)


def test_the_desk_believes_the_payers_answer_before_the_visit() -> None:
    world = run(payers=rosters(**{key: {"monthly_end": 0.03} for key in PAYER_KEYS}))
    asked = {(each.person.number, each.served) for each in world.asked}
    rates = {}
    for was_asked in (True, False):
        some = [
            ready
            for ready in world.claims
            if not ready.repeats and ((ready.patient.number, ready.claim.lines[0].service_from) in asked) is was_asked
        ]
        rates[was_asked] = sum(not ready.cover.holds(r.service_from) for ready in some for r in ready.claim.lines[:1])
        rates[was_asked] /= len(some)
    assert rates[True] < rates[False] / 2


def test_the_same_seed_makes_the_same_claims_and_another_does_not() -> None:
    first, again, other = (run(150, seed).claims for seed in (9, 9, 10))
    assert [(ready.claim, ready.edits) for ready in first] == [(ready.claim, ready.edits) for ready in again]
    assert [ready.claim for ready in first] != [ready.claim for ready in other]


def test_a_denial_for_cover_may_put_the_right_card_on_file() -> None:
    world = run(800)
    stale = [each for each in world.claims if each.patient.on_file is not _usual(each.patient)]
    assert stale
    for each in stale * 200:  # a beginner leaves nine of ten as they are
        world.practice.learn(each, UNTIL, "27")
    assert all(each.patient.on_file is _usual(each.patient) for each in stale)


def _usual(patient: Patient) -> object:
    covers = patient.covers_on(UNTIL)
    return next((cover for cover in covers if cover.order), covers[0] if covers else None)


def test_a_denial_for_another_payer_ends_what_the_payer_wrongly_believes() -> None:
    world = run(400, payers=rosters(medicare={"other_insurance": 0.5}, prairie={"other_insurance": 0.5}))
    believed = [
        ready
        for ready in world.claims
        if ready.patient.cover_on(UNTIL) is ready.cover
        and world.payers[ready.payer].members[ready.cover.coverage.member_id].other_from is not None
    ]
    assert believed
    for each in believed * 200:  # a beginner leaves nine of ten as they are
        world.practice.learn(each, UNTIL, "22")
    assert all(world.payers[e.payer].members[e.cover.coverage.member_id].other_from is None for e in believed)


def test_a_payer_insures_nobody_before_it_joins() -> None:
    joins = date(2026, 1, 1)
    world = run(600, payers=rosters(prairie={"joins": joins}))
    firsts = [member.first for member in world.payers["prairie"].members.values()]
    assert firsts
    assert min(firsts) >= joins


def test_every_procedure_of_the_practice_has_a_fee() -> None:
    fees = document("fees.yaml")
    for specialty in document("medicine.yaml")["specialties"].values():
        for visit in specialty["visits"]:
            for line in visit["lines"]:
                assert set(line["codes"]) <= set(fees["values"])
                assert line.get("with", "99213") in fees["values"]
    assert set(fees["visits"]) | set(fees["preventive"]) <= set(fees["values"])


def test_what_is_in_flight_is_all_that_is_held(world: World) -> None:
    practice = world.practice
    assert all(day > UNTIL for day in practice._held)
    assert practice._booked == []
    assert all(each.due > UNTIL - timedelta(days=30) for each in practice._repeats)
