"""Families of procedure codes and modifiers that several rules speak of: codes only, never what they are called.

Above each family stands where it comes from, and what it was last checked against:

- *tables of 2024*: CMS's fee schedule of 2024, HCPCS level II and NCCI unit limits of July 2024, the newest that were
  at hand whole. Every code that a family names by itself is in them (a test holds that against the sample files).
- *changes to 2026*: what the AMA, CMS and specialty societies have said of the CPT changes of 2025 and 2026.

CPT itself is under licence and was not at hand: ranges are those of its sections, and a code that was added within one
since is in the family unseen. A family that could not be checked says so.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final


class CodeSet:
    """Codes and ranges of codes, as text: ``CodeSet("99202-99215 G0438")``.

    A range holds codes of the same length whose first and last characters are of the same kind as its ends.

    >>> "99214" in CodeSet("99202-99215"), "9920F" in CodeSet("99202-99215"), "0042T" in CodeSet("0001T-0999T")
    (True, False, True)
    """

    __slots__ = ("_known", "_ranges", "_singles", "text")

    def __init__(self, text: str) -> None:
        parts = text.split()
        self.text = " ".join(parts)
        self._singles = frozenset(part for part in parts if "-" not in part)
        self._ranges: dict[tuple[int, str, str], list[tuple[str, str]]] = {}
        for low, _, high in (part.partition("-") for part in parts if "-" in part):
            self._ranges.setdefault(_shape(low), []).append((low, high))
        self._known: dict[str, bool] = {}

    def __contains__(self, code: str) -> bool:
        known = self._known.get(code)
        if known is None:
            known = code in self._singles or self._spans(code)
            self._known[code] = known
        return known

    def _spans(self, code: str) -> bool:
        if self._ranges:
            for low, high in self._ranges.get(_shape(code), ()):
                if low <= code <= high:
                    return True
        return False

    def __or__(self, other: CodeSet) -> CodeSet:
        return CodeSet(f"{self.text} {other.text}")


@lru_cache(maxsize=65_536)
def _shape(code: str) -> tuple[int, str, str]:
    """What codes of one range have in common: their length, and a letter at either end."""
    first, last = code[:1], code[-1:]
    return len(code), "0" if first.isdigit() else first, "0" if last.isdigit() else last


# CPT, evaluation and management, as revised for 2021 and 2023; tables of 2024, changes to 2026.
ESTABLISHED_OFFICE: Final = CodeSet("99211-99215")
NEW_OFFICE: Final = CodeSet("99202-99205")
OFFICE: Final = NEW_OFFICE | ESTABLISHED_OFFICE
HOME: Final = CodeSet("99341-99345 99347-99350")
EMERGENCY: Final = CodeSet("99281-99285")
HOSPITAL: Final = CodeSet("99221-99223 99231-99236 99238 99239")
NURSING_FACILITY: Final = CodeSet("99304-99310 99315 99316")
CONSULTATION: Final = CodeSet("99242-99245 99252-99255")
CRITICAL_CARE: Final = CodeSet("99291 99292")
PREVENTIVE: Final = CodeSet("99381-99387 99391-99397")
# Visits by telephone and video, new in 2025 (AMA; Medicare pays none of them, private payers may).
TELEMEDICINE: Final = CodeSet("98000-98015")
# Medicare's own: 42 CFR 410.15 and 410.16; tables of 2024.
WELLNESS: Final = CodeSet("G0402 G0438 G0439")
# CPT, ophthalmology; tables of 2024.
EYE_EXAM: Final = CodeSet("92002 92004 92012 92014")
VISIT: Final = OFFICE | HOME | EMERGENCY | HOSPITAL | NURSING_FACILITY | CONSULTATION | CRITICAL_CARE | PREVENTIVE
# What modifiers 24, 25 and 57 belong to: not the monitoring that stands among the care of newborns (99470, new in 2026,
# 99473 and 99474).
EVALUATION: Final = (
    VISIT
    | TELEMEDICINE
    | WELLNESS
    | EYE_EXAM
    | CodeSet("99417 99418 99460-99463 99465-99469 99471 99472 99475-99480 99483 99487-99498")
)
# CPT's and Medicare's rule of three years (Medicare Claims Processing Manual, chapter 12, section 30.6.7); tables of
# 2024.
NEW_PATIENT: Final = NEW_OFFICE | CodeSet("99341-99345 99381-99387 92002 92004")
FACE_TO_FACE: Final = CodeSet("10004-69990 90791-90899 92002-92700 93015-93024 95800-95999 96360-96549") | VISIT

# CPT's sections; tables of 2024.
ANESTHESIA: Final = CodeSet("00100-01999")
SURGERY: Final = CodeSet("10004-69990")
RADIOLOGY: Final = CodeSet("70010-79999")
# CPT's section with its proprietary (U) and multi-analyte (M) tests, and of HCPCS level II the codes to which its file
# gives a laboratory certification; HCPCS level II of July 2024.
LABORATORY: Final = CodeSet(
    "80047-89398 0001U-0999U 0001M-0999M G0027 G0103 G0123 G0124 G0141 G0143-G0145 G0147 G0148 G0306 G0307 G0327 G0328 "
    "G0416 G0432-G0435 G0472 G0475 G0476 G0480-G0483 G0499 G0659 G9143 P3000 P3001 P7001 Q0111-Q0115"
)
# CPT gives every code of four digits and F, or T, to these; by its own definition, so there is no release to check.
CATEGORY_2: Final = CodeSet("0001F-9999F")
CATEGORY_3: Final = CodeSet("0001T-9999T")
# CPT's products (90480 to 90484 among them are administration and, new in 2026, counselling) with its block for those
# against COVID-19, of which 91323 (2025) was the last known; Medicare's for influenza. Tables of 2024, changes to 2026.
VACCINE: Final = CodeSet("90476-90479 90581-90759 91300-91399 Q2034-Q2039")
VACCINE_ADMINISTRATION: Final = CodeSet("90460 90461 90471-90474 90480 G0008-G0010 M0201")
# HCPCS level II: J codes and biosimilars, not the skin substitutes nor the oral drugs among the Q codes; July 2024.
DRUG: Final = CodeSet("J0120-J9999 Q0138 Q0139 Q5101-Q5199 Q9950-Q9983 S5000 S5001 Q2009 Q2017 Q2043 Q2049 Q2050")
# HCPCS level II by its sections; July 2024.
EQUIPMENT: Final = CodeSet("E0100-E8002 K0001-K0900 K1001-K1037")
SUPPLIES: Final = EQUIPMENT | CodeSet("A4206-A9999 L0112-L9900 B4034-B9999")
# CPT, chiropractic manipulation of the spine; tables of 2024.
CHIROPRACTIC: Final = CodeSet("98940-98942")
# CMS, annual therapy code list, "always therapy". The codes are in the tables of 2024; that each is "always" and not
# "sometimes therapy" could not be checked, as no list of CMS was at hand.
THERAPY: Final = CodeSet(
    "92507 92508 92521-92524 92526 92597 92606 92607-92609 92610 97012 97016 97018 97022 97024 97026 97028 97032-97036 "
    "97039 97110 97112 97113 97116 97124 97129 97130 97139 97140 97150 97161-97168 97530 97533 97535 97537 97542 97750 "
    "97755 97760-97763 G0283"
)
# CPT, the code at the end of each section (those of surgery beside a published list of them), and of HCPCS level II the
# "not otherwise classified"; tables of 2024.
UNLISTED: Final = CodeSet(
    "01999 15999 17999 19499 20999 21089 21299 21499 21899 22899 22999 23929 24999 25999 26989 27299 27599 27899 "
    "28899 29799 29999 30999 31299 31599 31899 32999 33999 36299 37501 37799 38129 38589 38999 39499 39599 40799 "
    "40899 41599 41899 42299 42699 42999 43289 43499 43659 43999 44238 44799 44899 44979 45399 45499 45999 46999 "
    "47379 47399 47579 47999 48999 49329 49659 49999 50549 50949 51999 53899 54699 55559 55899 58578 58579 58679 "
    "58999 59897 59898 59899 60659 60699 64999 66999 67299 67399 67599 67999 68399 68899 69399 69799 69949 69979 "
    "76496-76499 76999 77299 77399 77499 77799 78099 78199 78299 78399 78499 78599 78699 78799 78999 79999 80299 "
    "81099 81479 81599 84999 85999 86849 86999 87797 87798 87799 87899 87999 88099 88199 88299 88399 88749 89240 "
    "89398 90399 90749 90899 90999 91299 92499 92700 93799 93998 94799 95199 95999 96379 96549 96999 97039 97139 "
    "97799 99199 99429 99499 99600 A4649 A9999 E1399 J3490 J3590 J7199 J7599 J7699 J7799 J7999 J8499 J8999 J9999 "
    "K0108 L0999 L1499 L2999 L3649 L3999 L5999 L7499 L8499 L8699"
)

# Modifiers: HCPCS level II of July 2024; CPT's (two digits) could not be checked beyond the sources of the rules.
SIDES: Final = frozenset({"LT", "RT"})
DIGITS: Final = frozenset({"FA", "TA", *(f"F{n}" for n in range(1, 10)), *(f"T{n}" for n in range(1, 10))})
EYELIDS: Final = frozenset({"E1", "E2", "E3", "E4"})
VESSELS: Final = frozenset({"LC", "LD", "LM", "RC", "RI"})
ANATOMIC: Final = SIDES | DIGITS | EYELIDS | VESSELS
DISTINCT: Final = frozenset({"59", "XE", "XS", "XP", "XU"})
# The modifiers that open a pair of indicator 1 (NCCI policy manual, chapter I, section E).
OPENING: Final = ANATOMIC | DISTINCT | {"24", "25", "57", "58", "78", "79", "27", "91"}
ANESTHESIA_ROLES: Final = frozenset({"AA", "AD", "QK", "QX", "QY", "QZ"})
ASSISTANT: Final = frozenset({"80", "81", "82", "AS"})
NOTICE: Final = frozenset({"GA", "GX", "GY", "GZ"})
