"""What people write on paper and in forms, as values: money, days, adjustments, procedures, remark codes."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

from denialml.claims import Adjustment, Procedure
from denialml.money import cents_as_written

_DAYS: Final = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%b %d, %Y", "%B %d, %Y")
_DIGIT_DAYS: Final = {6: ("%m%d%y",), 8: ("%m%d%Y", "%Y%m%d")}
_ADJUSTMENT: Final = re.compile(r"([A-Z]{2})-([A-Z]?\d{1,3})-(.+)")
PROCEDURE: Final = re.compile(r"(?:\d{4}[0-9A-Z]|[A-Z]\d{4})")  #: the shape of a HCPCS or CPT code
_MODIFIER: Final = re.compile(r"[0-9A-Z]{2}")
REMARK: Final = re.compile(r"(?:MA?\d{1,3}|N\d{1,4})")  #: the shape of a RARC


def day(text: str) -> date:
    """A day as people write it: ``2026-01-05``, ``01/05/2026``, ``01/05/26``, ``010526``, ``Jan 5, 2026``.

    Raises:
        ValueError: it is no day.
    """
    plain = " ".join(text.split())
    forms = _DAYS if not plain.isdigit() else _DIGIT_DAYS.get(len(plain), ())
    for form in forms:
        try:
            return datetime.strptime(plain, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise ValueError("no day: write it as 2026-01-05 or 01/05/2026")


def adjustments(text: str) -> tuple[Adjustment, ...]:
    """Adjustments parted by spaces, commas or semicolons, each group-reason-amount: ``CO-45-14.60 PR-3-10.00``.

    Raises:
        ValueError: one is not of that form.
    """
    found = []
    for each in re.split(r"[\s;]+|,(?=\s|[A-Z])", text.strip().upper()):
        if not each:
            continue
        matched = _ADJUSTMENT.fullmatch(each)
        if not matched:
            raise ValueError("an adjustment is written group-reason-amount, as CO-45-14.60")
        found.append(Adjustment(matched[1], matched[2], cents_as_written(matched[3])))
    return tuple(found)


def procedure(text: str) -> Procedure:
    """A procedure with its modifiers: ``99213``, ``99213-25``, ``99213 25 59``, ``99213:25:59``.

    Raises:
        ValueError: it has not the shape of one.
    """
    code, *modifiers = re.split(r"[\s:,-]+", text.strip().upper())
    if not PROCEDURE.fullmatch(code) or not all(_MODIFIER.fullmatch(each) for each in modifiers):
        raise ValueError("a procedure is five digits or letters with modifiers of two: 99213-25")
    return Procedure(code, tuple(modifiers))


def remarks(text: str) -> tuple[str, ...]:
    """Remark codes parted by spaces or commas.

    Raises:
        ValueError: one has not the shape of a code.
    """
    found = tuple(each for each in re.split(r"[\s,;]+", text.strip().upper()) if each)
    if not all(REMARK.fullmatch(each) for each in found):
        raise ValueError("a remark code is written as MA130 or N115")
    return found
