"""Any order of any files: claims sent, replaced, voided and sent to a second payer, answers, takebacks, repetitions."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from denialml.claims import Party
from denialml.settings import Settings
from fault_story import State, state
from file_stories import EXAMPLES, file_of, stories
from posting_cases import take_in


def _end(folder: Path, files: list[Path]) -> State:
    home = Settings(home=folder)
    for file in files:
        take_in(home, file)
    found = state(home)
    assert sum(found.balances.values()) == 0
    return found


@EXAMPLES
@given(stories(), st.data())
def test_any_order_of_files_ends_in_the_same_books(story: list[tuple[int, Any, Party]], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = [file_of(folder, place, *told) for place, told in enumerate(story)]
        by_day = sorted(range(len(files)), key=lambda place: story[place][0])
        usual = _end(folder / "usual", [files[place] for place in by_day])
        turned = _end(folder / "turned", data.draw(st.permutations(files)))
        assert turned == usual
