"""Hand-made files beside what they are read to. ``python tests/golden/test_x12_golden.py`` writes the JSON anew."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from denialml import x12
from denialml.claims import Value, field_names

FOLDER = Path(__file__).parent / "x12"


def _plain(value: Any) -> Any:
    """A value as JSON: only fields that say something, so that the file stays readable."""
    if dataclasses.is_dataclass(value) or isinstance(value, Value):
        names = field_names(type(value)) if isinstance(value, Value) else [f.name for f in dataclasses.fields(value)]
        pairs = ((name, _plain(getattr(value, name))) for name in names)
        return {name: content for name, content in pairs if content not in (None, "", [])}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date | Decimal):
        return str(value)
    return value.value if isinstance(value, Enum) else value


def _events(path: Path) -> list[dict[str, Any]]:
    return [{"event": type(event).__name__} | _plain(event) for event in x12.read(path)]


def _files() -> list[Path]:
    return sorted(path for path in FOLDER.iterdir() if path.suffix != ".json")


@pytest.mark.parametrize("path", _files(), ids=lambda path: path.name)
def test_a_hand_made_file_reads_to_what_is_written_beside_it(path: Path) -> None:
    expected = json.loads(path.with_name(path.name + ".json").read_text(encoding="utf-8"))
    assert _events(path) == expected


def test_there_are_hand_made_files() -> None:
    assert {".270", ".271", ".276", ".277", ".277CA", ".835", ".837"} <= {path.suffix for path in _files()}


if __name__ == "__main__":
    for each in _files():
        text = json.dumps(_events(each), indent=1, ensure_ascii=False)
        each.with_name(each.name + ".json").write_text(text + "\n", encoding="utf-8")
