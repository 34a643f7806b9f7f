"""The code tables there are: what files a row, what a row holds, and how releases follow one another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from denialml.codes import rows
from denialml.codes.rows import Row


@dataclass(frozen=True, slots=True)
class Kind:
    """One code table.

    ``key`` names the parts a row is filed under and their characters (0: as many as there are). ``dated`` when the
    publisher gives each row its days, so that the newest release tells the past too; else a release stands until the
    next one. ``fresh_days`` is for how many days a release may be trusted to be the newest.
    """

    name: str
    row: type[Row]
    key: tuple[tuple[str, int], ...]
    dated: bool
    fresh_days: int
    publisher: str


_QUARTER: Final = 100  # days: a quarter, and some for the publisher to be late
_YEAR: Final = 365
_PROCEDURE: Final = (("code", 5),)
_NPI: Final = (("npi", 10),)
_PAIR: Final = (("column1", 5), ("column2", 5))

KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind("icd10", rows.IcdRow, (("code", 0),), False, _YEAR, "CMS, ICD-10-CM order file"),
        Kind("icd10_notes", rows.IcdNotes, (("code", 0),), False, _YEAR, "CDC, ICD-10-CM tabular list"),
        Kind("icd10_limits", rows.IcdLimits, (("code", 0),), False, _YEAR, "the user, from CMS's MCE definitions"),
        Kind("hcpcs", rows.HcpcsRow, _PROCEDURE, True, _QUARTER, "CMS, HCPCS level II file"),
        Kind("modifier", rows.ModifierRow, (("code", 2),), True, _QUARTER, "CMS, HCPCS level II file"),
        Kind("cpt_modifier", rows.ModifierRow, (("code", 2),), False, _YEAR, "the user"),
        Kind("ptp_practitioner", rows.PtpEdit, _PAIR, True, _QUARTER, "CMS, NCCI"),
        Kind("ptp_hospital", rows.PtpEdit, _PAIR, True, _QUARTER, "CMS, NCCI"),
        Kind("mue_practitioner", rows.Mue, _PROCEDURE, False, _QUARTER, "CMS, NCCI"),
        Kind("mue_hospital", rows.Mue, _PROCEDURE, False, _QUARTER, "CMS, NCCI"),
        Kind("mue_dme", rows.Mue, _PROCEDURE, False, _QUARTER, "CMS, NCCI"),
        Kind("ptp_medicaid_practitioner", rows.PtpEdit, _PAIR, True, _QUARTER, "CMS, NCCI for Medicaid"),
        Kind("ptp_medicaid_hospital", rows.PtpEdit, _PAIR, True, _QUARTER, "CMS, NCCI for Medicaid"),
        Kind("mue_medicaid_practitioner", rows.Mue, _PROCEDURE, False, _QUARTER, "CMS, NCCI for Medicaid"),
        Kind("mue_medicaid_hospital", rows.Mue, _PROCEDURE, False, _QUARTER, "CMS, NCCI for Medicaid"),
        Kind("mue_medicaid_dme", rows.Mue, _PROCEDURE, False, _QUARTER, "CMS, NCCI for Medicaid"),
        Kind("addon", rows.AddOnEdit, _PROCEDURE, True, _YEAR, "CMS, NCCI"),
        Kind("fee_schedule", rows.FeeRow, (("code", 5), ("modifier", 0)), False, _QUARTER, "CMS, relative value file"),
        Kind("gpci", rows.Gpci, (("locality", 7),), False, _YEAR, "CMS, relative value file"),
        Kind("place", rows.Place, (("code", 2),), False, _YEAR, "CMS, place of service codes"),
        Kind("taxonomy", rows.Taxonomy, (("code", 10),), False, _YEAR, "NUCC, provider taxonomy"),
        Kind("revenue", rows.Revenue, (("code", 4),), False, _YEAR, "the user"),
        Kind("type_of_bill", rows.TypeOfBill, (("code", 0),), False, _YEAR, "the user"),
        Kind("clia_waived", rows.CliaWaived, _PROCEDURE, False, _QUARTER, "CMS, tests granted waived status"),
        Kind("telehealth", rows.Telehealth, _PROCEDURE, False, _YEAR, "the user, from CMS's list"),
        Kind("npi", rows.Provider, _NPI, True, _QUARTER, "CMS, NPPES"),
        Kind("exclusion", rows.Exclusion, _NPI, True, _QUARTER, "HHS OIG, LEIE"),
        Kind("exclusion_name", rows.Exclusion, (("name", 0),), True, _QUARTER, "HHS OIG, LEIE"),
        Kind("order_refer", rows.OrderRefer, _NPI, False, _QUARTER, "CMS, order and referring file"),
        Kind("opt_out", rows.OptOut, _NPI, True, _QUARTER, "CMS, opt-out affidavits"),
        Kind("coverage_procedure", rows.CoverageProcedure, _PROCEDURE, True, _QUARTER, "CMS, coverage database"),
        Kind(
            "coverage_diagnosis",
            rows.CoverageDiagnosis,
            (("article", 5), ("code", 0)),
            True,
            _QUARTER,
            "CMS, coverage database",
        ),
    )
}
