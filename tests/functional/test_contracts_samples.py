"""Medicare's own values of 2024: every priced code comes to its published units times the conversion factor."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from contract_cases import LOCALITY, agreement, service, tables
from denialml.codes import Tables
from denialml.codes.rows import FeeRow, Gpci, Place
from denialml.contracts import expected

pytestmark = pytest.mark.samples

ON = date(2024, 8, 1)
CENT = Decimal("0.01")

Row = dict[str, str]


def sample(samples: Path, name: str) -> Iterator[Row]:
    """The rows of a packed sample."""
    return csv.DictReader(gzip.decompress((samples / "codes" / name).read_bytes()).decode().splitlines())


@pytest.fixture(scope="module")
def amounts(samples: Path) -> dict[str, Row]:
    """Units as published, by code and modifier."""
    return {row["hcpcs_code"] + row["mod"]: row for row in sample(samples, "pfs_rvu_amt.csv.gz")}


@pytest.fixture(scope="module")
def door(samples: Path, amounts: dict[str, Row]) -> Tables:
    """The fee schedule in a locality whose indices are all 1."""
    rows = {row["hcpcs_code"] + row["mod"]: row for row in sample(samples, "pfs_rvu_ind.csv.gz")}
    fees = {key: fee_row(rows[key], amounts[key]) for key in rows}
    places = {"11": Place(name="office", facility=False), "22": Place(name="hospital", facility=True)}
    index = Gpci(work=1000, practice=1000, malpractice=1000)
    return tables({"fee_schedule": fees, "gpci": {LOCALITY: index}, "place": places})


def fee_row(row: Row, amount: Row) -> FeeRow:
    """One code as the loader of the publisher's file would have it."""
    return FeeRow(
        status=row["status"], pctc=row["pctc"], preoperative=hundredths(row["pre_op"]),
        intraoperative=hundredths(row["intra_op"]), postoperative=hundredths(row["post_op"]),
        multiple=row["mult_proc"], bilateral=row["bilat_surg"], assistant=row["asst_surg"], co_surgeon=row["co_surg"],
        endoscopic_base=row["endo_base"], imaging_family=row["diag_img_fam"], work=hundredths(amount["rvu_work"]),
        practice_nonfacility=hundredths(amount["rvu_non_pe"]), practice_facility=hundredths(amount["rvu_fac_pe"]),
        malpractice=hundredths(amount["rvu_mp"]), conversion_factor=round(float(amount["cf"]) * 10_000),
        nonfacility_never=row["non_na"] == "NA", facility_never=row["fac_na"] == "NA",
    )  # fmt: skip


def hundredths(text: str) -> int:
    return round(float(text or 0) * 100)


def published(row: Row, units: str) -> int:
    """National payment in cents from the published sum of units."""
    dollars = Decimal(row[units]).quantize(CENT) * Decimal(row["cf"])
    return int(dollars.quantize(CENT, ROUND_HALF_UP) * 100)


@pytest.mark.parametrize(("place", "units"), [("11", "rvu_non_sum"), ("22", "rvu_fac_sum")])
def test_every_priced_code_comes_to_its_published_units(
    amounts: dict[str, Row], door: Tables, place: str, units: str
) -> None:
    contract, priced = agreement(), 0
    for key, row in amounts.items():
        code, modifiers = key[:5], (key[5:],) if key[5:] else ()
        found = expected(service(code, *modifiers, served_on=ON, place=place), (), contract, door)
        if found.cents is not None:
            priced += 1
            assert found.cents == published(row, units), key
    assert priced > 7_500


def test_several_of_anything_is_told_or_said_why_not(amounts: dict[str, Row], door: Tables) -> None:
    """No indicator of the real file trips the rules; two of a code are never worth more than twice one."""
    contract, told = agreement(), 0
    for key in amounts:
        one, two = (
            expected(service(key[:5], *filter(None, (key[5:], mark)), units=units, served_on=ON), (), contract, door)
            for mark, units in (("", 1), ("50", 2))
        )
        assert (two.cents is None) == bool(two.reason)
        if one.cents is not None and two.cents is not None:
            told += 1
            assert two.cents <= 4 * one.cents + 2
    assert told > 5_000


def test_a_real_day_of_endoscopies(amounts: dict[str, Row], door: Tables) -> None:
    """45385 in full, of 45380 what it exceeds its base 45378."""
    base, biopsy, snare = (published(amounts[code], "rvu_non_sum") for code in ("45378", "45380", "45385"))
    lines = [service(code, served_on=ON, number=n) for n, code in enumerate(("45380", "45385"), 1)]
    allowed = [expected(each, [o for o in lines if o is not each], agreement(), door).cents for each in lines]
    assert allowed == [biopsy - base, snare]
