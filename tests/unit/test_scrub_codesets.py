"""Families of codes: what may not be in two of them, and that they are codes that publishers know."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest

from denialml.scrub import codesets
from denialml.scrub.codesets import CodeSet
from denialml.scrub.rules.ncci import s080_panel

FAMILIES = {name: value for name, value in vars(codesets).items() if isinstance(value, CodeSet)}


def column(samples: Path, name: str, title: str) -> set[str]:
    with gzip.open(samples / "codes" / name, "rt", encoding="utf-8") as stream:
        return {row[title] for row in csv.DictReader(stream)}


@pytest.fixture(scope="module")
def known(samples: Path) -> set[str]:
    """Every code of CMS's fee schedule, unit limits and HCPCS file of 2024."""
    limits = ("ncci_mue_prac.csv.gz", "ncci_mue_out.csv.gz", "ncci_mue_dme.csv.gz")
    return column(samples, "pfs_rvu_ind.csv.gz", "hcpcs_code").union(
        column(samples, "hcpcs_lvl2.csv.gz", "hcpcs_code"), *(column(samples, name, "hcpcs_code") for name in limits)
    )


def test_no_administration_is_taken_for_a_vaccine() -> None:
    administrations = ("90460", "90474", "90480", "90482", "90484", "G0008")
    assert not [code for code in administrations if code in codesets.VACCINE]
    assert all(code in codesets.VACCINE for code in ("90477", "90581", "90686", "90749", "91323", "Q2035"))


def test_monitoring_is_no_visit_and_telemedicine_is_one() -> None:
    assert not [code for code in ("99470", "99473", "99474", "98016") if code in codesets.EVALUATION]
    assert all(code in codesets.EVALUATION for code in ("98000", "98015", "99468", "99472", "99480", "99213"))


def test_codes_of_the_newest_numbers_are_in_their_category() -> None:
    assert "1025T" in codesets.CATEGORY_3
    assert "1025F" not in codesets.CATEGORY_3
    assert "0019M" in codesets.LABORATORY


@pytest.mark.samples
@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_a_family_names_codes_that_its_publishers_know(known: set[str], name: str) -> None:
    singles = {part for part in FAMILIES[name].text.split() if "-" not in part}
    assert singles - known == set()
    ranges = [part for part in FAMILIES[name].text.split() if "-" in part and part not in UNSEEN]
    assert [part for part in ranges if not any(code in CodeSet(part) for code in known)] == []


UNSEEN = {"98000-98015"}  # newer than the sample files


@pytest.mark.samples
def test_each_component_of_a_panel_is_an_ncci_pair_with_it(samples: Path) -> None:
    panels = s080_panel._PANELS
    with gzip.open(samples / "codes" / "ncci_ptp_prac_active.csv.gz", "rt", encoding="utf-8") as stream:
        pairs = {
            (row["column1"], row["column2"]) for row in csv.DictReader(line for line in stream if line[:2] in "80co")
        }
    assert [(panel, code) for panel, parts in panels.items() for code in parts if (panel, code) not in pairs] == []
