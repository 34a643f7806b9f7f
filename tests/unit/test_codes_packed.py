"""Packed tables: what is written is found, and a file that is not whole is never believed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from denialml.codes.packed import Packed, Packer, open_packed
from denialml.codes.rows import Mue
from denialml.codes.shapes import key_of
from denialml.errors import StorageError

ON = date(2026, 1, 1)


def written(folder: Path) -> Path:
    packer = Packer()
    for number in range(1000):
        packer.add(key_of(f"{number:05d}") or 0, Mue(units=number % 7, adjudication_indicator=3))
    path = folder / "table.tbl"
    path.write_bytes(b"".join(packer.pieces()))
    return path


def test_equal_rows_are_kept_once(tmp_path: Path) -> None:
    table = open_packed(written(tmp_path), Mue)
    assert len(table) == 1000
    assert len(table.distinct_rows()) == 7
    assert [row.units for row in table.rows("00008")] == [1]
    assert table.find("00008", ON) is table.find("00015", ON)


@pytest.mark.parametrize("text", ["", "99999", "0000", "000080", "0-008", "\uff10\uff10\uff10\uff10\uff18", "1" * 13])
def test_what_is_not_there_is_not_found(tmp_path: Path, text: str) -> None:
    assert open_packed(written(tmp_path), Mue).find(text, ON) is None


def test_an_empty_table_answers() -> None:
    table = Packer().packed(Mue, "empty")
    assert len(table) == 0
    assert table.find("99213", ON) is None
    assert len(table.span(0, 2**63)) == 0


@pytest.mark.parametrize("size", [0, 10, 31, 33, 5000, -1])
def test_a_cut_file_is_refused(tmp_path: Path, size: int) -> None:
    path = written(tmp_path)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(StorageError, match=r"table\.tbl.*load the table's files again"):
        open_packed(path, Mue)


def test_another_kind_of_file_is_refused() -> None:
    with pytest.raises(StorageError, match="not a code table of this version"):
        Packed(b"something else" * 10, Mue, "x")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be opened"):
        open_packed(tmp_path / "none.tbl", Mue)
