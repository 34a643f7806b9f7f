"""Receivables by age: what is open, in the buckets that payers and banks ask about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from denialml.ledger.accounts import Account

#: What is owed to us: these accounts are kept by claim.
OPEN_ACCOUNTS: Final = (Account.AR_INSURER, Account.AR_NEXT_PAYER, Account.AR_PATIENT)

_OLDEST_DAYS: Final = (30, 60, 90, 120)
UNDATED: Final = "undated"  #: entries that name no claim have no day to count from
#: Names of the buckets, the youngest first: days since the service or since the claim was sent.
BUCKETS: Final = (
    f"0-{_OLDEST_DAYS[0]}",
    *(f"{before + 1}-{last}" for before, last in pairwise(_OLDEST_DAYS)),
    f"over-{_OLDEST_DAYS[-1]}",
    UNDATED,
)


class GroupBy(StrEnum):
    """What receivables are listed by."""

    PAYER = "payer"  # the payer of the claim
    PATIENT = "patient"  # our number of the patient
    PROVIDER = "provider"  # NPI of the rendering provider


class CountFrom(StrEnum):
    """The day from which a receivable ages."""

    SERVICE = "service"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a bucket, both included; None where it has no end on that side."""

    first: date | None
    last: date | None

    def holds(self, day: date) -> bool:
        """Whether a day is one of them."""
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)


def bucket_days(as_of: date) -> Mapping[str, Days]:
    """The days that each bucket but the undated one holds, seen from a day. What is to come counts as young."""
    starts = [_before(as_of, days) for days in _OLDEST_DAYS]
    ends = [None, *(_before(start, 1) for start in starts)]
    return MappingProxyType(
        {name: Days(first, last) for name, first, last in zip(BUCKETS, [*starts, None], ends, strict=False)}
    )


def _before(day: date, days: int) -> date:
    """So many days before a day, as far as the calendar goes."""
    return day - timedelta(min(days, (day - date.min).days))
