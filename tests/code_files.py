"""Publishers' files in their own layouts, with what a test puts in them: headers as published, people made up."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

Cells = Sequence[object]

FEE_TITLES = """\
,,2024 National Physician Fee Schedule Relative Value File January Release,,,,,,,,,,,,,,,,,,,,,,,,,,,,
,,,STATUS,MEDICARE,WORK,NON-FAC,NA,FACILITY,NA,MP,NON-FACILITY,FACILITY,PCTC,GLOB,PRE,INTRA,POST,MULT,BILAT,ASST,CO-,\
TEAM,ENDO,CONV,DIAGNOSTIC,CALCULATION,FAMILY,PAYMENT,PAYMENT,PAYMENT
HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,OP,OP,OP,PROC,SURG,\
SURG,SURG,SURG,BASE,FACTOR,PROCEDURES,FLAG,INDICATOR,AMOUNT,AMOUNT,AMOUNT
"""


def pairs_text(rows: Iterable[Cells]) -> str:
    """A PTP file: column 1, column 2, before 1996, effective, deleted, indicator, rationale."""
    titles = (
        "CPT only copyright of its owner.  All rights reserved.\t\t\t\t\t\t",
        "Column1/Column2 Edits\t\t\t\t\t\t",
        "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale",
        "\t\tprior to 1996\tDate\tDate\t0=not allowed\t",
        "\t\t\t\t*=no data\t1=allowed\t",
        "\t\t\t\t\t9=not applicable\t",
    )
    return "\r\n".join([*titles, *("\t".join(map(str, row)) for row in rows)]) + "\r\n"


def units_text(rows: Iterable[Cells], service: str = "Practitioner Services") -> str:
    """An MUE file: code, units, indicator, rationale, under a notice and a title of two lines."""
    head = [["A notice of the owner of the codes."], ["HCPCS/\nCPT Code", f"{service} MUE Values"]]
    head[1] += ["MUE Adjudication Indicator", "MUE Rationale"]
    return _csv([*head, *rows])


def addons_text(rows: Iterable[Cells]) -> str:
    """An add-on file: kind, add-on, its end, primary, its end, effective, deleted, notes; days as YYYYDDD."""
    titles = "AOC_Edit_Type\tAdd-On_Code\tAOC_DelDT\tPrimary_Code\tPrimary_Code_DelDT\tAOC_Edit_EffDT\tAOC_Edit_DelDT\t"
    lines = [titles + "Special_Instruction_Notes", *("\t".join(map(str, row)) for row in rows)]
    return "A notice of the owner of the codes.\n" + "\n".join(lines) + "\n"


def fees_text(rows: Iterable[Cells]) -> str:
    """A relative value file: the 31 columns of the publisher under three rows of titles."""
    return FEE_TITLES + _csv(rows)


def fee_cells(code: str, modifier: str = "", **values: object) -> list[object]:
    """One row of a relative value file."""
    names = [
        "status", "used", "work", "nonfac", "na_nonfac", "fac", "na_fac", "mp", "nonfac_total",
        "fac_total", "pctc", "glob", "pre", "intra", "post", "mult", "bilat", "asst",
        "co", "team", "endo", "factor", "supervision", "flag", "family",
    ]  # fmt: skip
    usual: dict[str, object] = {"status": "A", "glob": "XXX", "pctc": "0", "factor": "33.2875"}
    row = {**dict.fromkeys(names, "0"), "na_nonfac": "", "na_fac": "", "endo": "", "used": "", **usual, **values}
    return [code, modifier, "A TEXT OF THE OWNER OF THE CODES", *(row[name] for name in names), "0", "0", "0"]


def fee_line(code: str, modifier: str = "", **values: str) -> str:
    """One record of a relative value file of fixed width, by the places of the layout of 2025."""
    usual = {"status": "A", "used": " ", "glob": "XXX", "pctc": "0", "flags": "00000", "endo": "", "family": "99"}
    row = {**dict.fromkeys(("work", "nonfac", "fac", "mp", "nonfac_total", "fac_total"), "0.00"), **usual, **values}
    head = f"{code}{modifier:2}{'A TEXT OF THE OWNER OF THE CODES':50}{row['status']}{row['used']}{row['work']:>6}"
    practice = f"{row['nonfac']:>7}{row.get('na_nonfac', ''):2}{row['fac']:>7}{row.get('na_fac', ''):2}{row['mp']:>6}"
    totals = f"{row['nonfac_total']:>7}{row['fac_total']:>6}{row['pctc']}{row['glob']}"
    shares = "".join(row.get(name, ".00") for name in ("pre", "intra", "post"))
    rest = f"{row['flags']}       {row['endo']:5}{row.get('factor', '32.3465'):>8} 090 {row['family']}"
    return head + practice + totals + shares + rest + "      0.00   0.00   0.00"


def medicaid_pairs_text(rows: Iterable[Cells]) -> str:
    """A file of Medicaid's pairs: column 1, column 2, effective, deleted, indicator, rationale."""
    titles = (
        "CPT only copyright of its owner.  All rights reserved.",
        "A notice.",
        "Col1\tCol2\tEffDt\tDelDt\tModifierIndicator 0=not allowed 1=allowed 9=not applicable\tPTP Edit Rationale",
    )
    return "\r\n".join([*titles, *("\t".join(map(str, row)) for row in rows), "Notes", ""])


def medicaid_units_text(rows: Iterable[Cells], service: str = "Practitioner Services") -> str:
    """A file of Medicaid's unit limits: code, units, rationale, under notices; there is no indicator."""
    lines = ["A notice of the owner of the codes.", "", f"HCPCS/CPT Code\t{service} MUE Values\tMUE Rationale"]
    return "\r\n".join([*lines, *("\t".join(map(str, row)) for row in rows), ""])


def order_line(number: int, code: str, billable: int, text: str) -> str:
    """One line of the ICD-10-CM order file."""
    return f"{number:05d} {code:<7} {billable} {text[:60]:<60} {text}"


def hcpcs_line(code: str, kind: str, text: str, **values: str) -> str:
    """One record of the HCPCS file by its record layout (columns from 1)."""
    line = [" "] * 320
    places = {"pricing": 120, "coverage": 230, "added": 269, "ended": 285}
    for at, value in ((1, code.rjust(5)), (6, "00100"), (11, kind), (12, text)):
        line[at - 1 : at - 1 + len(value)] = value
    for name, value in values.items():
        line[places[name] - 1 : places[name] - 1 + len(value)] = value
    return "".join(line)


def exclusions_text(rows: Iterable[Mapping[str, str]]) -> str:
    """The exclusion list (LEIE)."""
    titles = [
        "LASTNAME", "FIRSTNAME", "MIDNAME", "BUSNAME", "GENERAL", "SPECIALTY", "UPIN", "NPI",
        "DOB", "ADDRESS", "CITY", "STATE", "ZIP", "EXCLTYPE", "EXCLDATE", "REINDATE",
        "WAIVERDATE", "WVRSTATE",
    ]  # fmt: skip
    return _csv([titles, *([row.get(title, "") for title in titles] for row in rows)])


def coverage_archive(path: Path) -> None:
    """The coverage database's export: an archive within an archive, two articles, one of them without a first day."""
    tables = {
        "article.csv": [
            ["article_id", "article_version", "title", "status", "article_eff_date", "article_end_date"],
            ["52000", "7", "made up", "A", "2024-01-01 00:00:00", ""],
            ["1234", "2", "made up", "A", "2020-05-01 00:00:00", "2023-12-31 00:00:00"],
            ["60000", "1", "a draft", "P", "", ""],
        ],
        "article_x_hcpc_code.csv": [
            ["article_id", "article_version", "hcpc_code_id", "hcpc_code_group", "long_description"],
            ["52000", "7", "93306", "1", "A TEXT OF THE OWNER OF THE CODES"],
            ["52000", "6", "93880", "1", "an older version"],
            ["1234", "2", "93306", "1", "x"],
            ["60000", "1", "93306", "1", "x"],
        ],
        "article_x_icd10_covered.csv": [
            ["article_id", "article_version", "icd10_code_id", "icd10_covered_group"],
            ["52000", "7", "I25.10", "1"],
            ["1234", "2", "R07.9", "1"],
        ],
        "article_x_icd10_noncovered.csv": [
            ["article_id", "article_version", "icd10_code_id", "icd10_noncovered_group"],
            ["52000", "7", "Z00.00", "1"],
        ],
        "article_x_contractor.csv": [
            ["article_id", "article_version", "contractor_id", "contractor_type_id"],
            ["52000", "7", "236", "8"],
            ["52000", "7", "183", "9"],
        ],
        "contractor.csv": [
            ["contractor_id", "contractor_type_id", "contractor_version", "contractor_number", "contractor_bus_name"],
            ["236", "8", "1", "00236", "made up"],
            ["183", "9", "1", "00999", "made up"],
        ],
    }
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        for name, rows in tables.items():
            archive.writestr(name, _csv(rows))
    zipped(path, {"current_article_csv.zip": inner.getvalue(), "readme.pdf": b"%PDF"})


def zipped(path: Path, contents: Mapping[str, str | bytes]) -> Path:
    """An archive of files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return path


def workbook(path: Path, rows: Iterable[Cells]) -> Path:
    """A spreadsheet with shared texts, texts in place, and numbers as numbers."""
    texts: dict[str, int] = {}
    lines = []
    for number, row in enumerate(rows, 1):
        cells = []
        for at, value in enumerate(row):
            if value == "":
                continue
            place = f"{chr(65 + at)}{number}"
            if isinstance(value, int | float):
                cells.append(f'<c r="{place}"><v>{value}</v></c>')
            elif at % 2:
                cells.append(f'<c r="{place}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>')
            else:
                cells.append(f'<c r="{place}" t="s"><v>{texts.setdefault(str(value), len(texts))}</v></c>')
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    shared = "".join(f"<si><r><t>{escape(text[:2])}</t></r><r><t>{escape(text[2:])}</t></r></si>" for text in texts)
    return zipped(
        path,
        {
            "xl/worksheets/sheet1.xml": f"<worksheet {space}><sheetData>{''.join(lines)}</sheetData></worksheet>",
            "xl/sharedStrings.xml": f"<sst {space}>{shared}</sst>",
        },
    )


def _csv(rows: Iterable[Cells]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()
