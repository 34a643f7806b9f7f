"""Laws of the world, whatever the seed, the world and the number of claims."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from denialml.simulator.edits import EditKind, applied, apply
from simulated_world import START, UNTIL, run

worlds = st.sampled_from(["clinic", "group", *(f"company {index}" for index in range(12))])


@settings(max_examples=15, deadline=None, derandomize=True)
@given(worlds, st.integers(1, 400), st.integers(0, 2**31))
def test_exactly_the_claims_asked_for_each_with_edits_that_change_it(world: str, count: int, seed: int) -> None:
    name, _, index = world.partition(" ")
    ready = run(count, seed, world=name, index=int(index or 0), numbered=True).ready
    assert len(ready) == count
    assert len({made.claim.control_number for _, made in ready}) == count
    for day, made in ready:
        claim = made.claim
        assert START <= day <= UNTIL
        for edit in made.edits:
            changed = apply(edit, claim)
            assert changed != claim
            assert apply(edit, changed) == changed  # done once it is done
            assert changed.charge_cents == claim.charge_cents
        whole = applied(made.edits, claim)
        assert whole.control_number == claim.control_number
        assert bool(whole.attachments) is any(edit.kind is EditKind.RECORDS for edit in made.edits)
