"""Damaged files of every layout: read, or refused by name; never a bug, and never a change of what was there."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import code_files as made
from denialml.codes.loading import load
from denialml.codes.publishers import Edition
from denialml.codes.releases import Shelf
from denialml.errors import BadInputError

ON = date(2024, 7, 1)
TABULAR = (
    '<?xml version="1.0"?><ICD10CM.tabular><chapter><section id="E08-E13"><diag><name>E11</name><excludes1><note>x '
    "(O24.4-)</note></excludes1><diag><name>E11.9</name></diag></diag></section></chapter></ICD10CM.tabular>"
)


def layouts() -> dict[str, bytes]:
    """A small sound file of each layout, by its name."""
    excluded = {"LASTNAME": "MADEUP", "NPI": "1234567893", "EXCLTYPE": "1128a1", "EXCLDATE": "20200319"}
    texts = {
        "icd10cm_order_2024.txt": "\n".join(made.order_line(n, f"A0{n}", 1, "made up") for n in range(9)),
        "icd10cm_codes_2024.txt": "A000    One\nA001    Another\n",
        "icd10cm_tabular_2024.xml": TABULAR,
        "HCPC2024_JUL_ANWEB.txt": made.hcpcs_line("J9999", "3", "A drug", added="20200101", ended="20231231"),
        "ccipra-v302r0-f1.txt": made.pairs_text([["11042", "97597", "", "20200101", "*", "1", "x"]]),
        "MCR_MUE_Eff_07-01-2024.csv": made.units_text([["97110", 6, "3 x", "y"]]),
        "AOC_V2024Q3-MCR.txt": made.addons_text([["1", "17003", "", "17000", "", "2013001", "", ""]]),
        "PPRRVU24_JUL.csv": made.fees_text([made.fee_cells("27447", work="19.60")]),
        "UPDATED.csv": made.exclusions_text([excluded]),
        "revenue.csv": "code,needs_procedure\n0450,y\n",
    }
    files = {name: text.encode() for name, text in texts.items()}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made.coverage_archive(folder / "article.zip")
        made.workbook(folder / "telehealth.xlsx", [["code", "audio_only"], ["99213", "y"]])
        return files | {path.name: path.read_bytes() for path in folder.iterdir()}


FILES = layouts()


@pytest.mark.parametrize("name", FILES)
def test_each_layout_is_sound_to_begin_with(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(FILES[name])
    report = load(Shelf(tmp_path / "codes"), [tmp_path / name], ON, edition=Edition("given", ON))
    assert any(loaded.rows for loaded in report.tables)


@given(st.sampled_from(sorted(FILES)), st.data())
def test_damage_is_refused_by_name(name: str, data: st.DataObject) -> None:
    content = bytearray(FILES[name])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(len(content) - 1, 0)))
        content[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=6))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        shelf = Shelf(Path(folder) / "codes")
        problem = refusal(shelf, path)
        assert problem is None or name in problem
        assert (problem is None) == bool(Shelf(Path(folder) / "codes").tables)


def refusal(shelf: Shelf, path: Path) -> str | None:
    """Why a file was refused; None when it was loaded."""
    try:
        load(shelf, [path], ON, edition=Edition("given", ON))
    except BadInputError as problem:
        return str(problem)
    return None
