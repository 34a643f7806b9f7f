"""The page of faults names tests that there are."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_test_that_the_page_names_is_there() -> None:
    page = (ROOT / "docs" / "reference" / "faults.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+)`", page))
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert len(named) > 25
    assert {name for name in named if f"def {name}(" not in sources} == set()
    for path in re.findall(r"`(tests/[\w/]+\.py)`|\(`(test_\w+\.py)`\)", page):
        assert (ROOT / (path[0] or f"tests/functional/{path[1]}")).is_file()
