"""Publishers' real files: facts that were read off them by other means, looked up by date of service."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import code_files as made
from denialml.codes import Tables
from denialml.codes.loading import LoadReport, load
from denialml.codes.releases import Shelf

pytestmark = pytest.mark.samples

Y2018, Y2019, Q3 = date(2018, 6, 1), date(2019, 6, 1), date(2024, 8, 1)

READ = frozenset({"11", "17", "43", "45", "58", "80", "92", "93", "99", "20"})  # of the pairs: that begin with these


def sample(samples: Path, name: str, begins: frozenset[str] = frozenset()) -> Iterator[dict[str, str]]:
    """The rows of a sample; of a big one, those whose line begins with one of two characters."""
    content = (samples / "codes" / name).read_bytes()
    text = gzip.decompress(content) if name.endswith(".gz") else content
    titles, *lines = text.decode().splitlines()
    return csv.DictReader([titles, *(line for line in lines if not begins or line[:2] in begins)])


@pytest.fixture(scope="module")
def as_published(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Tables, LoadReport]:
    """HCPCS of 2018 and 2019 and ICD-10-CM of 2019, from the publishers' archives."""
    shelf = Shelf(tmp_path_factory.mktemp("published") / "codes")
    folder = samples / "codes"
    load(shelf, [folder / "2018-Alpha-Numeric-HCPCS-File.zip"], Y2018)
    names = ("2019-Alpha-Numeric-HCPCS-File.zip", "2019-ICD-10-CM-Code-Descriptions.zip")
    report = load(shelf, [folder / name for name in names], Y2019, examples=1000)
    return shelf.open(), report


@pytest.fixture(scope="module")
def from_medicare(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Medicare's tables of the third quarter of 2024: the samples' rows in the publisher's layouts."""
    folder = tmp_path_factory.mktemp("medicare")
    pairs = (
        [row["column1"], row["column2"], "", "20200101", "*", row["modifier_indicator"], row["rationale"]]
        for row in sample(samples, "ncci_ptp_prac_active.csv.gz", READ)
    )
    (folder / "ccipra-v302r0-f1.TXT").write_text(made.pairs_text(pairs), encoding="utf-8")
    services = {"prac": "Practitioner Services", "out": "Outpatient Hospital Services", "dme": "DME Supplier Services"}
    for short, service in services.items():
        limits = (
            [row["hcpcs_code"], row["mue_units"], f"{row['mue_mai']} Edit", row["mue_rationale"]]
            for row in sample(samples, f"ncci_mue_{short}.csv.gz")
        )
        path = folder / f"MCR_MUE_{short}_Eff_07-01-2024.csv"
        path.write_text(made.units_text(limits, service), encoding="utf-8")
    addons = (
        [row["aoc_edit_type"], row["add_on_code"], "", row["primary_code"], "", "2013001", "", ""]
        for row in sample(samples, "ncci_aoc.csv")
    )
    (folder / "AOC_V2024Q3-MCR.txt").write_text(made.addons_text(addons), encoding="utf-8")
    (folder / "PPRRVU24_JUL.csv").write_text(made.fees_text(fees(samples)), encoding="utf-8")
    shelf = Shelf(folder / "codes")
    load(shelf, sorted(folder.glob("*.*")), Q3)
    return shelf.open()


def fees(samples: Path) -> Iterator[list[object]]:
    values = {(row["hcpcs_code"], row["mod"]): row for row in sample(samples, "pfs_rvu_amt.csv.gz")}
    for row in sample(samples, "pfs_rvu_ind.csv.gz"):
        amounts = values[row["hcpcs_code"], row["mod"]]
        numbers = {
            "work": amounts["rvu_work"],
            "nonfac": amounts["rvu_non_pe"],
            "fac": amounts["rvu_fac_pe"],
            "mp": amounts["rvu_mp"],
            "pre": row["pre_op"],
            "intra": row["intra_op"],
            "post": row["post_op"],
        }
        yield made.fee_cells(
            row["hcpcs_code"],
            row["mod"],
            **{name: f"{float(value or 0):.2f}" for name, value in numbers.items()},
            status=row["status"],
            pctc=row["pctc"],
            glob=row["glob"],
            mult=row["mult_proc"],
            bilat=row["bilat_surg"],
            asst=row["asst_surg"],
            co=row["co_surg"],
            team=row["team_surg"],
            endo=row["endo_base"],
            na_nonfac=row["non_na"],
            na_fac=row["fac_na"],
        )


@pytest.mark.parametrize(
    ("code", "on", "billable"),
    [
        ("E119", Y2019, True),
        ("E1165", Y2019, True),
        ("E11", Y2019, False),
        ("C4311", Y2019, False),  # was billable until the release of 2019 split it
        ("C43111", Y2019, True),
        ("C43112", Y2019, True),
        ("M545", Y2019, True),
        ("N183", Y2019, True),
        ("F03", Y2019, False),
        ("S525", Y2019, False),
        ("S52501A", Y2019, True),
        ("T384X5A", Y2019, True),
        ("O9981", Y2019, False),
        ("Z0000", date(2018, 10, 1), True),
        ("Z0000", date(2018, 9, 30), None),  # before the first release at hand
        ("M5450", Y2019, None),  # came in 2021
        ("U071", Y2019, None),  # came in 2020
        ("N1830", Y2019, None),
    ],
)
def test_diagnoses(as_published: tuple[Tables, LoadReport], code: str, on: date, billable: bool | None) -> None:
    row = as_published[0].icd10(code, on)
    assert (row and row.billable) == billable


def test_sides_of_diagnoses(as_published: tuple[Tables, LoadReport]) -> None:
    door = as_published[0]
    rows = [door.icd10(code, Y2019) for code in ("H18821", "C43121", "S52501A", "R0600", "I10")]
    assert [(row.side, row.unspecified) for row in rows if row] == [
        ("R", False),
        ("L", False),
        ("R", True),
        ("", True),
        ("", False),
    ]


@pytest.mark.parametrize(
    ("code", "on", "known"),
    [
        ("G0439", Y2018, True),
        ("G0439", date(2010, 12, 31), False),
        ("Q2040", date(2018, 12, 31), True),
        ("Q2040", date(2019, 1, 1), False),  # its last day was the year's last
        ("Q2040", date(2017, 12, 31), False),
        ("C8904", date(2018, 12, 31), True),
        ("C8904", Y2019, False),
        ("A5514", Y2018, False),
        ("A5514", date(2019, 1, 1), True),
        ("A4563", date(2019, 1, 1), True),
        ("Q5102", date(2018, 3, 31), True),
        ("Q5102", date(2018, 4, 1), False),
        ("Q9993", date(2018, 7, 1), True),
        ("Q9993", date(2018, 6, 30), False),
        ("G9976", date(2018, 12, 31), True),
        ("G9976", date(2019, 1, 1), False),  # the newer release lacks it
        ("99213", Y2019, False),  # not of this level
    ],
)
def test_procedures_of_level_two(as_published: tuple[Tables, LoadReport], code: str, on: date, known: bool) -> None:
    assert (as_published[0].hcpcs(code, on) is not None) is known


def test_modifiers(as_published: tuple[Tables, LoadReport]) -> None:
    door = as_published[0]
    known = [("LT", Y2018), ("XE", Y2018), ("XE", date(2014, 12, 31)), ("CO", Y2018), ("CO", Y2019), ("DA", Y2018)]
    assert [door.modifier(code, on) is not None for code, on in known] == [True, True, False, False, True, True]
    assert door.modifier("DA", Y2019) is None


def test_what_changed_is_shown(as_published: tuple[Tables, LoadReport]) -> None:
    loaded = {each.table: each for each in as_published[1].tables}
    hcpcs = loaded["hcpcs"]
    assert (hcpcs.before, hcpcs.rows, hcpcs.added, hcpcs.removed) == ("2018Q1", 6440, 237, 2)
    assert {"added A5514", "removed G9976", "changed C8904", "changed A9273"} <= set(hcpcs.examples)
    assert loaded["icd10"].rows == 94_444


@pytest.mark.parametrize(
    ("column1", "column2", "indicator"),
    [
        ("11102", "17000", "1"),
        ("20610", "99213", "1"),
        ("43239", "43235", "0"),
        ("45385", "45380", "1"),
        ("58558", "58555", "0"),
        ("80053", "80048", "0"),
        ("80053", "82565", "1"),
        ("92928", "92920", "1"),
        ("93000", "93005", "1"),
        ("99213", "97802", "0"),
        ("99213", "99211", "1"),
        ("93005", "93000", None),
        ("99211", "99213", None),
        ("17000", "11102", None),
    ],
)
def test_pairs(from_medicare: Tables, column1: str, column2: str, indicator: str | None) -> None:
    edit = from_medicare.ptp(column1, column2, Q3)
    assert (edit and edit.modifier_indicator) == indicator


@pytest.mark.parametrize(
    ("code", "kind", "units", "indicator"),
    [
        ("0001U", "practitioner", 1, 2),
        ("20610", "practitioner", 2, 3),
        ("27447", "practitioner", 1, 2),
        ("90472", "practitioner", 8, 3),
        ("96372", "practitioner", 4, 3),
        ("97110", "practitioner", 6, 3),
        ("A0425", "practitioner", 250, 1),
        ("G0439", "practitioner", 1, 2),
        ("J7325", "practitioner", 96, 3),
        ("96372", "hospital", 5, 3),
        ("97110", "hospital", 8, 3),
        ("G0463", "hospital", 4, 3),
        ("A4206", "dme", 0, 3),
        ("L3000", "dme", 2, 3),
    ],
)
def test_unit_limits(from_medicare: Tables, code: str, kind: str, units: int, indicator: int) -> None:
    limit = from_medicare.mue(code, Q3, kind)  # type: ignore[arg-type]
    assert limit
    assert (limit.units, limit.adjudication_indicator) == (units, indicator)


def test_addons(from_medicare: Tables) -> None:
    assert from_medicare.addon("17003", Q3).primaries == {"17000"}  # type: ignore[union-attr]
    assert from_medicare.addon("11103", Q3).primaries == {"11102", "11104", "11106"}  # type: ignore[union-attr]
    assert from_medicare.addon("99417", Q3).primaries >= {"99205", "99215"}  # type: ignore[union-attr]
    assert from_medicare.addon("0054T", Q3).primaries == {"CCCCC"}  # type: ignore[union-attr]
    assert from_medicare.addon("99213", Q3) is None


@pytest.mark.parametrize(
    ("code", "modifier", "status", "days", "work", "malpractice"),
    [
        ("27447", "", "A", "090", 1960, 401),
        ("99213", "", "A", "XXX", 130, 10),
        ("71046", "26", "A", "XXX", 22, 1),
        ("71046", "TC", "A", "XXX", 0, 1),
        ("17003", "", "A", "ZZZ", 4, 0),
        ("59400", "", "A", "MMM", 3700, 1020),
        ("20610", "", "A", "000", 79, 13),
        ("99391", "", "N", "XXX", None, None),
    ],
)
def test_fee_schedule(
    from_medicare: Tables, code: str, modifier: str, status: str, days: str, work: int | None, malpractice: int | None
) -> None:
    row = from_medicare.fee_schedule(code, modifier, Q3)
    assert row
    assert (row.status, row.global_days) == (status, days)
    if work is not None:
        assert (row.work, row.malpractice) == (work, malpractice)


def test_fee_schedule_indicators(from_medicare: Tables) -> None:
    knee, scope, film = (from_medicare.fee_schedule(code, "", Q3) for code in ("27447", "29881", "71046"))
    assert knee
    assert scope
    assert film
    assert (knee.multiple, knee.bilateral, knee.assistant, knee.co_surgeon) == ("2", "1", "2", "1")
    assert (knee.intraoperative, knee.nonfacility_never, knee.facility_never) == (69, True, False)
    assert (scope.multiple, scope.endoscopic_base) == ("3", "29870")
    assert (film.pctc, film.facility_never, film.nonfacility_never) == ("1", True, False)


def test_spreadsheet_and_text_of_one_release_say_the_same(samples: Path, tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(samples / "codes" / "2019-Alpha-Numeric-HCPCS-File.zip") as archive:
        for name in ("HCPC2019_CONTR_ANWEB.xlsx", "HCPC2019_CONTR_ANWEB.txt"):
            archive.extract(name, tmp_path)
    doors = []
    for ending in ("xlsx", "txt"):
        shelf = Shelf(tmp_path / ending)
        load(shelf, [tmp_path / f"HCPC2019_CONTR_ANWEB.{ending}"], Y2019)
        doors.append(shelf.open())
    codes = ["A4206", "C8904", "G0123", "G0439", "J0120", "J7325", "L8000", "Q2040", "Q9994"]
    rows = [[door.history("hcpcs", code) for code in codes] for door in doors]
    assert all(rows[0])
    assert rows[0] == rows[1]
