"""Each publisher's layout: what is read from it, which release it is, and what is said of a bad file."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import code_files as made
from denialml.codes import Tables
from denialml.codes.loading import load
from denialml.codes.publishers import Edition, spreadsheet
from denialml.codes.publishers.spreadsheet import sheet_rows
from denialml.codes.releases import Shelf
from denialml.errors import BadInputError

TODAY = date(2026, 6, 30)
ON = date(2024, 8, 1)
TABULAR = """<?xml version="1.0"?><ICD10CM.tabular><version>2024</version><chapter><name>4</name>
<excludes1><note>transitory disorders of the newborn (P70-P74)</note></excludes1>
<section id="E08-E13"><diag><name>E11</name><desc>made up</desc>
<excludes1><note>gestational diabetes (O24.4-)</note><note>type 1 (E10.-)</note><note>a mix (E08 with .42)</note>
<note>(G6PD)</note>
</excludes1>
<useAdditionalCode><note>control using: insulin (Z79.4)</note></useAdditionalCode>
<diag><name>E11.2</name><desc>made up</desc><excludes2><note>x (N18.3, N18.4)</note></excludes2></diag></diag></section>
<section id="S50-S59"><diag><name>S52</name><desc>made up</desc><sevenChrDef><extension char="A">initial</extension>
<extension char="D">later</extension></sevenChrDef></diag></section></chapter></ICD10CM.tabular>"""


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def tables(folder: Path, *paths: Path, effective: date | None = None) -> Tables:
    shelf = Shelf(folder / "codes")
    load(shelf, paths, TODAY, edition=Edition("given", effective) if effective else None)
    return shelf.open()


def test_order_file_beats_the_codes_file_of_its_archive(tmp_path: Path) -> None:
    order = "\r\n".join(
        [
            made.order_line(1, "H40", 0, "Glaucoma"),
            made.order_line(2, "H40011", 1, "Open angle, right eye"),
            made.order_line(3, "H40013", 1, "Open angle, bilateral"),
            made.order_line(4, "H4009", 1, "Unspecified open angle"),
            made.order_line(5, "H42", 1, "Glaucoma in diseases classified elsewhere"),
        ]
    )
    archive = made.zipped(
        tmp_path / "2024 Code Descriptions.zip",
        {"icd10cm_codes_2024.txt": "H40011  Open angle, right eye\n", "icd10cm_order_2024.txt": order},
    )
    door = tables(tmp_path, archive)
    header = door.icd10("H40", ON)
    assert header is not None
    assert not header.billable  # the codes file does not know headers
    sides = [door.icd10(code, ON) for code in ("H40011", "H40013", "H4009", "H42")]
    assert [(row.side, row.unspecified, row.manifestation) for row in sides if row] == [
        ("R", False, False),
        ("B", False, False),
        ("", True, False),
        ("", False, True),
    ]
    assert door.icd10("H40011", date(2023, 9, 30)) is None
    assert [door.covers("icd10", day) for day in (date(2023, 9, 30), date(2023, 10, 1), date(2024, 10, 1))] == [
        False,
        True,
        False,
    ]


def test_april_update_stands_from_april(tmp_path: Path) -> None:
    text = "A000    One\nA001    Another\n"
    alone = put(tmp_path, "icd10cm-codes-April-1-2025.txt", text)
    archive = made.zipped(tmp_path / "april-1-2026-code-descriptions.zip", {"icd10cm_codes_2026.txt": text})
    door = tables(tmp_path, alone)
    assert door.icd10("A000", date(2025, 4, 1))
    assert not door.icd10("A000", date(2025, 3, 31))
    assert not tables(tmp_path / "b", archive).icd10("A000", date(2026, 3, 31))


def test_tabular_notes_come_down_from_above(tmp_path: Path) -> None:
    door = tables(tmp_path, put(tmp_path, "icd10cm_tabular_2024.xml", TABULAR))
    notes = door.icd10_notes("E1121", ON)
    assert notes.excludes1 == ("P70-P74", "O244", "E10")  # a combination ("with") is no span of codes
    assert notes.excludes2 == ("N183", "N184")
    assert notes.use_additional == ("Z794",)
    assert door.icd10_notes("S52001A", ON).seventh == "AD"


def test_hcpcs_by_record_layout_and_as_spreadsheet_say_the_same(tmp_path: Path) -> None:
    lines = [
        "*** a notice",
        made.hcpcs_line("A1", "7", "Dressing", added="20020701"),
        made.hcpcs_line("J9999", "3", "A drug", pricing="5157", coverage="C", added="20200101", ended="20231231"),
        made.hcpcs_line("J9999", "4", "and more of it"),
        made.hcpcs_line("D0120", "3", "A text that is not public", added="20200101"),
    ]
    text = tables(tmp_path / "a", put(tmp_path, "HCPC2024_JUL_ANWEB.txt", "\n".join(lines)))
    titles = ["HCPC", "RECID", "LONG DESCRIPTION", "PRICE1", "PRICE2", "COV", "ADD DT", "TERM DT"]
    rows = [
        ["*** a notice"],
        titles,
        ["A1", "7", "Dressing", "", "", "", 20020701],
        ["J9999", "3", "A drug", 51, 57, "C", 20200101, 20231231],
        ["J9999", "4", "and more of it"],
        ["D0120", "3", "A text that is not public", "", "", "", 20200101],
    ]
    sheet = tables(tmp_path / "b", made.workbook(tmp_path / "HCPC2024_JUL_ANWEB.xlsx", rows))
    for door in (text, sheet):
        row = door.hcpcs("J9999", date(2023, 12, 31))
        assert row
        assert (row.description, row.pricing, row.coverage) == ("A drug and more of it", ("51", "57"), "C")
        assert door.hcpcs("J9999", date(2024, 1, 1)) is None
        assert door.hcpcs("D0120", ON).description == ""  # type: ignore[union-attr]
        assert door.modifier("A1", ON).description == "Dressing"  # type: ignore[union-attr]


def test_pairs_of_all_parts_and_kinds(tmp_path: Path) -> None:
    first = made.pairs_text([["11042", "97597", "", "20200101", "*", "1", "x"]])
    second = made.pairs_text(
        [["20610", "20605", "*", "19960101", "20191231", "0", "y"], ["20610", "20605", "", "20220101", "*", "1", "z"]]
    )
    hospital = made.pairs_text([["11042", "97597", "", "20210101", "*", "0", "x"]])
    paths = [
        put(tmp_path, "ccipra-v302r0-f1.TXT", first),
        put(tmp_path, "ccipra-v302r0-f2.TXT", second),
        put(tmp_path, "ccioph-v302r0-f1.TXT", hospital),
    ]
    door = tables(tmp_path, *paths)
    assert door.ptp("11042", "97597", ON).modifier_indicator == "1"  # type: ignore[union-attr]
    assert door.ptp("11042", "97597", ON, "hospital").modifier_indicator == "0"  # type: ignore[union-attr]
    assert door.ptp("97597", "11042", ON) is None
    days = [date(2019, 12, 31), date(2020, 1, 1), date(2021, 12, 31), date(2022, 1, 1)]
    found = [door.ptp("20610", "20605", day) for day in days]
    assert [edit and edit.rationale for edit in found] == ["y", None, None, "z"]
    assert door.ptp_partners("20610") == {"20605"}
    assert not door.covers("ptp_practitioner", date(2024, 12, 1))  # version 30.2 is the third quarter of 2024
    assert door.covers("ptp_practitioner", date(2024, 9, 30))


def test_unit_limits_of_three_services(tmp_path: Path) -> None:
    services = {"Practitioner Services": 2, "Outpatient Hospital Services": 3, "DME Supplier Services": 4}
    paths = [
        put(
            tmp_path,
            f"MCR_MUE_{service.replace(' ', '')}_Eff_07-01-2024.csv",
            made.units_text([["97110", units, "3 Date of Service Edit: Clinical", "Clinical: Data"]], service),
        )
        for service, units in services.items()
    ]
    door = tables(tmp_path, *paths)
    limits = [door.mue("97110", ON, kind) for kind in ("practitioner", "hospital", "dme")]
    assert [(mue.units, mue.adjudication_indicator) for mue in limits if mue] == [(2, 3), (3, 3), (4, 3)]
    assert door.mue("97110", date(2024, 6, 30)) is None


def test_addons_with_days_of_the_year(tmp_path: Path) -> None:
    rows = [
        ["1", "17003", "", "17000", "", "2013001", "", ""],
        ["1", "17003", "", "17004", "2023365", "2013001", "", ""],
        ["2", "0054T", "", "CCCCC", "", "2013001", "", "contractor"],
    ]
    door = tables(tmp_path, put(tmp_path, "AOC_V2024Q2-MCR.txt", made.addons_text(rows)))
    assert door.addon("17003", date(2023, 12, 31)).primaries == {"17000", "17004"}  # type: ignore[union-attr]
    assert door.addon("17003", date(2024, 1, 1)).primaries == {"17000"}  # type: ignore[union-attr]
    assert door.addon("0054T", ON).kind == 2  # type: ignore[union-attr]
    assert door.addon("17000", ON) is None


def test_fee_schedule_in_whole_units_without_texts(tmp_path: Path) -> None:
    rows = [
        made.fee_cells(
            "27447", work="19.60", nonfac="14.96", na_nonfac="NA", fac="14.96", mp="4.01", glob="090", pre="0.10"
        ),
        made.fee_cells("71046", "26", work="0.22", pctc="1"),
    ]
    path = put(tmp_path, "PPRRVU24_JUL.csv", made.fees_text(rows))
    door = tables(tmp_path, path)
    knee = door.fee_schedule("27447", "", ON)
    assert knee
    assert (knee.work, knee.practice_facility, knee.malpractice, knee.preoperative) == (1960, 1496, 401, 10)
    assert (knee.global_days, knee.conversion_factor, knee.nonfacility_never, knee.facility_never) == (
        "090",
        332_875,
        True,
        False,
    )
    assert door.fee_schedule("71046", "26", ON).pctc == "1"  # type: ignore[union-attr]
    assert door.fee_schedule("71046", "", ON) is None
    kept = b"".join(file.read_bytes() for file in (tmp_path / "codes").iterdir())
    assert b"OWNER OF THE CODES" not in kept


HEAD = "HDR A NOTICE OF THE OWNER OF THE CODES         \r\n"


def test_fee_schedule_of_fixed_width_says_what_the_one_with_titles_says(tmp_path: Path) -> None:
    lines = [
        made.fee_line("63030", work="12.00", nonfac="12.21", na_nonfac="NA", fac="12.21", mp="3.85", glob="090",
                      nonfac_total="28.06", fac_total="28.06", pre=".11", intra=".76", post=".13", flags="21220"),
        made.fee_line("33783", work="65.08", nonfac="21.55", fac="21.55", mp="15.92", nonfac_total="102.55",
                      fac_total="102.55", used="+", status="I"),
        made.fee_line("45380", work="3.56", nonfac="8.99", fac="1.92", mp="0.44", nonfac_total="12.99",
                      fac_total="5.92", glob="000", flags="30100", endo="45378"),
        made.fee_line("73200", "TC", nonfac="3.47", fac="3.47", na_fac="NA", mp="0.02", nonfac_total="3.49",
                      fac_total="3.49", pctc="1", flags="43000", family="88"),
    ]  # fmt: skip
    usual = {"factor": "32.3465", "supervision": "09", "family": "99"}
    cells = [
        made.fee_cells("63030", work="12.00", nonfac="12.21", na_nonfac="NA", fac="12.21", mp="3.85", glob="090",
                       pre="0.11", intra="0.76", post="0.13", mult="2", bilat="1", asst="2", co="2", **usual),
        made.fee_cells("33783", work="65.08", nonfac="21.55", fac="21.55", mp="15.92", status="I", **usual),
        made.fee_cells("45380", work="3.56", nonfac="8.99", fac="1.92", mp="0.44", glob="000", mult="3", asst="1",
                       endo="45378", **usual),
        made.fee_cells("73200", "TC", nonfac="3.47", fac="3.47", na_fac="NA", mp="0.02", pctc="1", mult="4", bilat="3",
                       **{**usual, "family": "88"}),
    ]  # fmt: skip
    fixed = tables(tmp_path / "a", put(tmp_path, "PPRRVU25_JAN.txt", HEAD + "\r\n".join(lines) + "\r\n"))
    titled = tables(tmp_path / "b", put(tmp_path, "PPRRVU25_JAN.csv", made.fees_text(cells)))
    for code, modifier in (("63030", ""), ("33783", ""), ("45380", ""), ("73200", "TC")):
        row = fixed.fee_schedule(code, modifier, date(2025, 2, 1))
        assert row is not None
        assert row == titled.fee_schedule(code, modifier, date(2025, 2, 1))
    kept = b"".join(file.read_bytes() for file in (tmp_path / "a" / "codes").iterdir())
    assert b"OWNER OF THE CODES" not in kept


def test_of_an_archive_of_relative_values_one_form_is_read(tmp_path: Path) -> None:
    line = made.fee_line("11042", work="1.00", nonfac_total="1.00", fac_total="1.00")
    archive = made.zipped(
        tmp_path / "rvu25a.zip",
        {"PPRRVU25_JAN.txt": HEAD + line, "PPRRVU25_JAN.csv": made.fees_text([made.fee_cells("11042", work="1.00")])},
    )
    report = load(Shelf(tmp_path / "codes"), [archive], TODAY)
    assert [table.files for table in report.tables] == [("rvu25a.zip/PPRRVU25_JAN.csv",)]


JULY = date(2026, 8, 1)


@pytest.mark.parametrize(
    ("name", "setting"),
    [("medicaid-ncci-q3-2026-ptp-edits-practitioner-services.zip", "practitioner"),
     ("medicaid-ncci-2026-q3-ptp-edits-outpatient-hospital-services.zip", "hospital")],
)  # fmt: skip
@pytest.mark.parametrize("form", ["text", "sheet"])
def test_medicaids_pairs_are_a_table_of_their_own(tmp_path: Path, name: str, setting: str, form: str) -> None:
    rows = [
        ["11042", "97597", "20200101", "", "1", "x"],
        ["11042", "97598", "20200101", "20201231", "0", "y"],
        ["0001A", "0591T", "20220101", "*", "0", "z"],
    ]
    text = made.medicaid_pairs_text(rows)
    content: dict[str, str | bytes] = {"edits.txt": text}
    if form == "sheet":
        cells = [line.split("\t") for line in text.splitlines()]
        content = {"edits.xlsx": made.workbook(tmp_path / "edits.xlsx", cells).read_bytes()}
    door = tables(tmp_path, made.zipped(tmp_path / name, content))
    kind: Any = f"medicaid_{setting}"
    assert door.ptp("11042", "97597", JULY, kind).modifier_indicator == "1"  # type: ignore[union-attr]
    assert door.ptp("11042", "97598", JULY, kind) is None
    assert door.ptp("11042", "97598", date(2020, 6, 1), kind).rationale == "y"  # type: ignore[union-attr]
    assert door.ptp("0001A", "0591T", JULY, kind).modifier_indicator == "0"  # type: ignore[union-attr]
    assert door.release(f"ptp_{kind}", JULY) == "2026Q3"
    assert not door.covers("ptp_practitioner", JULY)
    assert not door.covers("ptp_hospital", JULY)


@pytest.mark.parametrize(
    ("name", "service", "setting"),
    [("MCD-MUE-PractitionerServices-Effective_07012026.txt", "Practitioner Services", "practitioner"),
     ("MCD_MUE_OutpatientHospitalServices_Eff_07-01-2026.txt", "Outpatient Hospital Services", "hospital"),
     ("medicaid-ncci-q3-2026-mue-edits-dme.txt", "DME Supplier Services", "dme")],
)  # fmt: skip
def test_medicaids_limits_are_all_by_line(tmp_path: Path, name: str, service: str, setting: str) -> None:
    text = made.medicaid_units_text([["A4218", "20", "CMS Policy"]], service)
    door = tables(tmp_path, put(tmp_path, name, text))
    kind: Any = f"medicaid_{setting}"
    limit = door.mue("A4218", JULY, kind)
    assert limit
    assert (limit.units, limit.adjudication_indicator, limit.rationale) == (20, 1, "CMS Policy")
    assert door.release(f"mue_{kind}", JULY) == "2026Q3"
    assert not any(door.covers(f"mue_{each}", JULY) for each in ("practitioner", "hospital", "dme"))


def test_both_programmes_limits_stand_side_by_side(tmp_path: Path) -> None:
    medicare = put(
        tmp_path, "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv", made.units_text([["20610", "2", "3 x", "y"]])
    )
    medicaid = put(
        tmp_path, "MCD-MUE-PractitionerServices-Effective_07012026.txt", made.medicaid_units_text([["20610", "4", "y"]])
    )
    door = tables(tmp_path, medicare, medicaid)
    assert door.mue("20610", JULY).units == 2  # type: ignore[union-attr]
    assert door.mue("20610", JULY, "medicaid_practitioner").units == 4  # type: ignore[union-attr]


def test_indices_get_back_their_zeros(tmp_path: Path) -> None:
    text = (
        "A notice\n\nMedicare Administrative Contractor (MAC),State,Locality Number,Locality Name,"
        "2024 PW GPCI (without 1.0 Floor),2024 PW GPCI (with 1.0 Floor),2024 PE GPCI,2024 MP GPCI\n"
        "2102,AK,1,ALASKA*,1.5,1.5,1.081,0.592\n10112,AL,0,ALABAMA,0.981,1,0.869,0.575\n"
    )
    door = tables(tmp_path, put(tmp_path, "GPCI2024.csv", text))
    alaska, alabama = door.gpci("0210201", ON), door.gpci("1011200", ON)
    assert alaska
    assert alabama
    assert (alaska.work, alaska.practice, alaska.malpractice, alaska.name) == (1500, 1081, 592, "ALASKA")
    assert alabama.work == 1000  # the floor of the law


def test_providers(tmp_path: Path) -> None:
    excluded = [
        {"LASTNAME": "MADEUP", "FIRSTNAME": "ANN", "NPI": "1234567893", "DOB": "19700102", "EXCLTYPE": "1128a1"}
        | {"EXCLDATE": "20200319", "REINDATE": "00000000", "STATE": "OH"},
        {"BUSNAME": "MADE UP CLINIC", "NPI": "0000000000", "EXCLTYPE": "1128b8", "EXCLDATE": "20210101"}
        | {"REINDATE": "20230101"},
    ]
    door = tables(tmp_path, put(tmp_path, "UPDATED.csv", made.exclusions_text(excluded)), effective=date(2024, 7, 10))
    assert door.excluded("1234567893", ON).basis == "1128a1"  # type: ignore[union-attr]
    assert door.excluded("1234567893", date(2020, 3, 18)) is None
    assert door.excluded("0000000000") is None
    assert [row.born for row in door.excluded_names("Madeup", "Ann", ON)] == [date(1970, 1, 2)]
    assert not door.excluded_names("MADEUP", "BOB", ON)
    assert door.excluded_names("MADE UP CLINIC", "", date(2022, 12, 31))
    assert not door.excluded_names("MADE UP CLINIC", "", date(2023, 1, 1))


def test_registry_ordering_opt_out_and_taxonomy(tmp_path: Path) -> None:
    registry = (
        '"NPI","Entity Type Code","Provider Organization Name (Legal Business Name)",'
        '"Provider Last Name (Legal Name)","Provider First Name",'
        '"Provider Business Practice Location Address State Name","Provider Enumeration Date",'
        '"NPI Deactivation Date","NPI Reactivation Date","Healthcare Provider Taxonomy Code_1",'
        '"Healthcare Provider Taxonomy Code_2"\n'
        '"1234567893","1","","MADEUP","ANN","OH","05/23/2006","","","207Q00000X","207R00000X"\n'
        '"1000000004","","","","","","","03/01/2023","",""\n'
    )
    paths = [
        put(tmp_path, "npidata_pfile_20050523-20240707.csv", registry),
        put(tmp_path, "Order_and_Referring_20240709.csv", "NPI,LAST_NAME,FIRST_NAME,PARTB,DME,HHA,PMD,HOSPICE\n"
            "1234567893,MADEUP,ANN,Y,Y,N,N,Y\n"),
        put(tmp_path, "nucc_taxonomy_240.csv", "Code,Grouping,Classification,Specialization,Definition,Section\n"
            "207Q00000X,g,c,,text,Individual\n193200000X,g,c,,text,Non-Individual\n"),
    ]  # fmt: skip
    door = tables(tmp_path, *paths)
    person = door.npi("1234567893", ON)
    assert person
    assert (person.person, person.name, person.taxonomies) == (True, "MADEUP", ("207Q00000X", "207R00000X"))
    assert door.npi("1000000004", date(2023, 2, 28))
    assert door.npi("1000000004", date(2023, 3, 1)) is None
    assert door.npi("1000000004")
    assert door.order_refer("1234567893", ON).home_health is False  # type: ignore[union-attr]
    assert door.taxonomy("193200000X").individual is False  # type: ignore[union-attr]
    optout = (
        "First Name,Last Name,NPI,Specialty,Optout Effective Date,Optout End Date\n"
        "ANN,MADEUP,1234567893,x,1/2/2023,01/01/2025\n"
    )
    door = tables(tmp_path, put(tmp_path, "OptOut.csv", optout), effective=date(2024, 7, 1))
    assert [bool(door.opt_out("1234567893", day)) for day in (date(2023, 1, 1), ON, date(2025, 1, 2))] == [
        False,
        True,
        False,
    ]


def test_coverage_by_article(tmp_path: Path) -> None:
    made.coverage_archive(tmp_path / "current_article.zip")
    door = tables(tmp_path, tmp_path / "current_article.zip", effective=date(2024, 7, 4))
    answers = [door.coverage("93306", diagnosis, ON) for diagnosis in ("I2510", "Z0000", "R42")]
    assert [answer[0].covered for answer in answers] == [True, False, None]
    assert answers[0][0].contractors == ("00236", "00999")
    assert [(each.article, each.covered) for each in door.coverage("93306", "R079", date(2023, 1, 1))] == [
        ("01234", True)
    ]
    assert door.coverage("93880", "I2510", ON) == ()  # of a version that is not in force


def test_a_list_of_ones_own(tmp_path: Path) -> None:
    paths = [
        put(tmp_path, "revenue-2024-01-01.csv", "code,needs_procedure,note\n0450,y,emergency room\n0120,n,\n"),
        put(
            tmp_path,
            "icd10_limits-2024-01-01.csv",
            "code,sex,age_low,age_high,first_allowed\nO09511,F,9,64,\nV0001XA,,,,n\n",
        ),
        put(
            tmp_path, "fee_schedule-2024-01-01.tsv", "code\tmodifier\tstatus\twork\n11042\t\tA\t101\n71046\tTC\tA\t0\n"
        ),
    ]
    door = tables(tmp_path, *paths)
    assert door.revenue("0450").needs_procedure  # type: ignore[union-attr]
    limits = door.icd10_limits("O09511", ON)
    assert limits
    assert (limits.sex, limits.age_low, limits.age_high, limits.first_allowed) == ("F", 9, 64, True)
    assert door.icd10_limits("V0001XA", ON).first_allowed is False  # type: ignore[union-attr]
    assert door.fee_schedule("71046", "TC", ON)


def test_gzip_and_windows_letters(tmp_path: Path) -> None:
    text = "code,name\n11,B\u00fcro\n"
    path = tmp_path / "place-2024-01-01.csv.gz"
    path.write_bytes(gzip.compress(text.encode("cp1252")))
    assert tables(tmp_path, path).place("11").name == "B\u00fcro"  # type: ignore[union-attr]


PAIRS, UNITS, ADDONS, FEES = (
    "ccipra-v302r0-f1.txt",
    "MCR_MUE_Eff_07-01-2024.csv",
    "AOC_V2024Q2-MCR.txt",
    "PPRRVU24_JAN.csv",
)
MEDICAID = "medicaid-ncci-q3-2026-ptp-edits-practitioner-services.txt"
FEE_LINE = made.fee_line(
    "63030",
    work="12.00",
    nonfac="12.21",
    na_nonfac="NA",
    fac="12.21",
    mp="3.85",
    nonfac_total="28.06",
    fac_total="28.06",
)
GOOD_PAIR = ["11042", "97597", "", "20200101", "*", "1", "x"]
BAD = [
    (PAIRS, made.pairs_text([["11042", "9759", "", "20200101", "*", "1", "x"]]), "line 7: column2 '9759'"),
    (PAIRS, made.pairs_text([GOOD_PAIR, ["1104", *GOOD_PAIR[1:]]]), "line 8: column1 '1104'"),
    (PAIRS, made.pairs_text([["11042", "97597", "", "2020", "*", "1", "x"]]), "'2020' is not a date"),
    (PAIRS, made.pairs_text([["11042", "97597", "", "*", "*", "1", "x"]]), "must be a date"),
    (PAIRS, made.pairs_text([["11042", "97597", "", "20200101", "*", "7", "x"]]), "not 0, 1 or 9"),
    (PAIRS, made.pairs_text([]), "holds no row"),
    ("ccipra-f1.txt", made.pairs_text([GOOD_PAIR]), "give --effective"),
    (UNITS, made.units_text([["97110", "six", "3 x", "y"]]), "units 'six' is not a number"),
    (UNITS, made.units_text([["97110", "1.5", "3 x", "y"]]), "units '1.5'"),
    (UNITS, made.units_text([["97110", "6", "x", "y"]]), "does not begin with 1, 2 or 3"),
    (ADDONS, made.addons_text([["1", "1700", "", "17000", "", "2013001", "", ""]]), "code '1700'"),
    (ADDONS, made.addons_text([["4", "17003", "", "17000", "", "2013001", "", ""]]), "is not 1, 2 or 3"),
    (FEES, made.fees_text([made.fee_cells("27447", work="-1")]), "work '-1'"),
    (FEES, made.fees_text([made.fee_cells("27447", "2")]), "modifier '2'"),
    (FEES, made.fees_text([]).replace(",ASST,", ",OTHER,"), "no column for assistant"),
    ("PPRRVU25_JAN.txt", HEAD + FEE_LINE + "\n" + FEE_LINE[:90] + "\n", "line 3: not a record"),
    ("PPRRVU25_JAN.txt", FEE_LINE.replace("28.06", "28.60"), "nonfacility_total 28.60 is not the sum"),
    ("PPRRVU09.txt", HEAD + FEE_LINE.replace("NA", "") + "  ", "load the CSV or XLSX of the same archive"),
    (MEDICAID, made.medicaid_pairs_text([["11042", "9759", "20200101", "", "1", "x"]]), "line 4: column2 '9759'"),
    (MEDICAID, made.medicaid_pairs_text([["11042", "97597", "20200101", "", "7", "x"]]), "not 0, 1 or 9"),
    (MEDICAID, made.medicaid_pairs_text([["11042", "97597", "2020", "", "1", "x"]]), "'2020' is not a date"),
    (MEDICAID, made.medicaid_pairs_text([GOOD_PAIR]).replace("DelDt", "Ended"), "no column for deleted"),
    ("MCD-PTP-PRA-v2026q3-F1-F.txt", "1104297597120200012026001\n", "fixed width for states are not read"),
    ("medicaid-ncci-ptp-edits-2026q3.txt", made.medicaid_pairs_text([GOOD_PAIR]), "under their own names"),
    ("medicaid-ncci-q3-2026-ptp-change-report-practitioner.txt", made.medicaid_pairs_text([GOOD_PAIR]), "not read"),
    ("MCD-MUE-PractitionerServices-Eff_07012026.txt", made.medicaid_units_text([["20610", "x", "y"]]), "units 'x'"),
    ("lcd.csv", "lcd_id,lcd_version,title\n33999,4,x\n", "load the export of articles"),
    ("icd10cm_order_2024.txt", made.order_line(1, "A00", 0, "x") + "\nsomething else\n", "line 2: not a line"),
    ("icd10cm_codes_2024.txt", "A000    x\n9000    y\n", "not a publisher's file"),
    ("icd10cm_codes_2024.txt", "A000    x\n" * 6 + "9000    y\n", "line 7: '9000' is not an ICD-10-CM code"),
    ("icd10cm_tabular_2024.xml", TABULAR[:-40], "not sound XML"),
    ("HCPC2024_JAN_ANWEB.txt", made.hcpcs_line("J9999", "9", "x", added="20200101"), "kind '9'"),
    ("HCPC2024_JAN_ANWEB.txt", made.hcpcs_line("J9999", "3", "x", added="20201301"), "added '20201301' is not a date"),
    ("HCPC2024_JAN_ANWEB.xlsx", b"PK\x03\x04 cut short", "not a sound spreadsheet"),
    ("order_and_referring_20240709.csv", "NPI,PARTB,DME,HHA,PMD\n123456789,Y,Y,Y,Y\n", "npi '123456789'"),
    ("revenue-2024-01-01.csv", "code,needs_procedure\n0450,maybe\n", "needs_procedure 'maybe' cannot stand here"),
    ("mue_dme-2024-01-01.csv", "code,units\nA4206,1\n", "adjudication_indicator '' must not be empty"),
    ("order_and_referring_20240709.csv", "NPI,PARTB,DME,HHA,PMD\n1234567893,Y,Y,?,Y\n", "is not Y or N"),
    ("place-2024-01-01.csv", "code,name\n11,a\n,b\n", "line 3: code '' must not be empty"),
    ("place-2024-01-01.csv.gz", gzip.compress(b"code,name\n11,a\n" * 999, mtime=0)[:-20], "cannot be opened"),
    ("coverage.zip", b"not a zip", "cannot be opened"),
    ("notes.txt", "nothing that is known", "not a publisher's file that is known"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "message"), BAD)
def test_a_bad_file_is_named_with_place_and_remedy(
    tmp_path: Path, name: str, content: str | bytes, message: str
) -> None:
    path = put(tmp_path, name, content)
    with pytest.raises(BadInputError) as raised:
        tables(tmp_path, path)
    assert message in str(raised.value)
    assert name in str(raised.value)
    assert not Shelf(tmp_path / "codes").tables


def test_a_damaged_archive_is_named(tmp_path: Path) -> None:
    path = made.zipped(tmp_path / "2024.zip", {"icd10cm_order_2024.txt": made.order_line(1, "A00", 0, "x") * 500})
    whole = bytearray(path.read_bytes())
    whole[60] ^= 0xFF
    path.write_bytes(bytes(whole))
    with pytest.raises(BadInputError, match=r"2024\.zip.*(damaged|cannot be opened)"):
        tables(tmp_path, path)


def test_an_article_export_needs_its_other_files(tmp_path: Path) -> None:
    text = "article_id,article_version,article_eff_date,article_end_date\n52000,7,2024-01-01,\n"
    with pytest.raises(BadInputError, match="load the coverage database's archive whole"):
        tables(tmp_path, put(tmp_path, "article.csv", text), effective=ON)


def test_an_export_of_the_years_of_icd9_is_refused(tmp_path: Path) -> None:
    article = "article_id,article_version,article_eff_date,article_end_date\n52000,7,2014-01-01,\n"
    path = made.zipped(tmp_path / "all_article.zip", {"article.csv": article, "article_x_icd9_covered.csv": "x\n"})
    with pytest.raises(BadInputError, match="years of ICD-9"):
        tables(tmp_path, path, effective=ON)


def test_archives_too_deep_are_refused(tmp_path: Path) -> None:
    path = made.zipped(tmp_path / "0.zip", {"x.txt": "x"})
    for depth in range(1, 6):
        path = made.zipped(tmp_path / f"{depth}.zip", {path.name: path.read_bytes()})
    with pytest.raises(BadInputError, match="unpack it first"):
        tables(tmp_path, path)


def test_the_values_of_alternative_payment_models_are_passed_over(tmp_path: Path) -> None:
    usual, higher = (made.fees_text([made.fee_cells("11042", factor=factor)]) for factor in ("33.4009", "33.5675"))
    archive = made.zipped(
        tmp_path / "rvu26a.zip", {"PPRRVU2026_Jan_QPP.csv": higher, "PPRRVU2026_Jan_nonQPP.csv": usual}
    )
    shelf = Shelf(tmp_path / "codes")
    report = load(shelf, [archive], TODAY)
    assert report.passed_over == ("rvu26a.zip/PPRRVU2026_Jan_QPP.csv",)
    assert shelf.open().fee_schedule("11042", "", date(2026, 2, 1)).conversion_factor == 334_009  # type: ignore[union-attr]


def test_an_exclusion_without_its_day_is_named(tmp_path: Path) -> None:
    text = made.exclusions_text([{"LASTNAME": "MADEUP", "EXCLTYPE": "1128a1"}])
    with pytest.raises(BadInputError, match="line 2: excluded '' must be a date"):
        tables(tmp_path, put(tmp_path, "UPDATED.csv", text), effective=ON)


def sheet(xml: str, texts: str = "") -> io.BytesIO:
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", f"<worksheet {space}><sheetData>{xml}</sheetData></worksheet>")
        archive.writestr("xl/sharedStrings.xml", f"<sst {space}>{texts}</sst>")
    return book


def test_a_spreadsheets_numbers_are_given_as_they_are_written() -> None:
    written = ["0101", "1.10", "20240101", "1E5", "12345678901234567890", "0.29999999999999999"]
    row = "".join(f"<c><v>{text}</v></c>" for text in written)
    assert list(sheet_rows(sheet(f'<row r="3">{row}</row>'), "x.xlsx")) == [(3, written)]


@pytest.mark.parametrize("place", ["cell", "text"])
def test_a_small_spreadsheet_that_unpacks_to_one_endless_text_is_refused(
    monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setattr(spreadsheet, "_LARGEST_ITEM", 1 << 17)
    endless = f"<t>{'A' * (1 << 20)}</t>"
    book = (
        sheet(f'<row r="1"><c t="inlineStr"><is>{endless}</is></c></row>')
        if place == "cell"
        else sheet("", f"<si>{endless}</si>")
    )
    with pytest.raises(BadInputError, match=r"x\.xlsx: not a sound spreadsheet \(a row or text is more than"):
        list(sheet_rows(book, "x.xlsx"))


def test_a_spreadsheets_texts_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "_LARGEST_TEXTS", 1000)
    with pytest.raises(BadInputError, match="its texts are more than"):
        list(sheet_rows(sheet("", "<si><t>A</t></si>" * 100), "x.xlsx"))


def test_the_rows_of_a_spreadsheet_do_not_pile_up_in_memory() -> None:
    book = sheet("".join(f'<row r="{n}"><c><v>{n}</v></c></row>' for n in range(1, 50_001)))
    tracemalloc.start()
    try:
        assert sum(1 for _ in sheet_rows(book, "x.xlsx")) == 50_000
        assert tracemalloc.get_traced_memory()[1] < 2 << 20
    finally:
        tracemalloc.stop()


def test_units_from_a_spreadsheet_of_numbers(tmp_path: Path) -> None:
    rows = [
        ["A notice of the owner of the codes."],
        ["HCPCS/\nCPT Code", "Practitioner Services MUE Values", "MUE Adjudication Indicator", "MUE Rationale"],
        [97110, 6, "3 Date of Service Edit: Clinical", "Clinical: Data"],
        ["0001U", 1, "2 Date of Service Edit: Policy", "a & b"],
    ]
    door = tables(tmp_path, made.workbook(tmp_path / "MCR_MUE_PractitionerServices_Eff_07-01-2024.xlsx", rows))
    assert door.mue("97110", ON).units == 6  # type: ignore[union-attr]
    assert door.mue("0001U", ON).rationale == "a & b"  # type: ignore[union-attr]
