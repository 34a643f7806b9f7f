"""The reference page of the code tables is written from the tables."""

from pathlib import Path

from denialml.codes import KINDS, reference

ROOT = Path(__file__).parents[2]


def test_the_page_is_up_to_date() -> None:
    written = (ROOT / "docs/reference/code-tables.md").read_text(encoding="utf-8")
    assert written == reference.page(), "python -m denialml.codes.reference docs/reference/code-tables.md"


def test_the_how_to_names_every_table() -> None:
    guide = (ROOT / "docs/how-to/load-code-tables.md").read_text(encoding="utf-8")
    assert [name for name in KINDS if f"`{name}`" not in guide] == []
