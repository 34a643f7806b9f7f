"""S128: Filing limit.

What:
    The claim goes before the payer's filing limit: that of the contract, else of law for its kind of payer; a warning
    comes when three quarters of the time are gone. A second payer's limit counts from the first one's answer where the
    contract says so.

Why:
    A claim that comes too late is lost, and the patient may not be billed.

Source:
    contracts; 42 CFR 424.44 and 447.45; time limits of the code tables.

Fix:
    Send today; where it is late, give the delay reason and proof of earlier sending.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from denialml import codes
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BEFORE_SENDING, BLOCK, WARN, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S128", severity=BLOCK, layer=7, prevents=("29",), remarks=("N211",), stages=BEFORE_SENDING)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    if claim.sent.delay_reason or claim.sent.frequency != "1":
        return
    start, end = _window(claim)
    if end is None:
        return
    if context.as_of > end:
        yield Problem("2400 DTP*472", "the payer's filing limit has passed", context.as_of.isoformat(), end.isoformat())
    elif (context.as_of - start).days > (end - start).days * 3 // 4:
        yield Problem(
            "2400 DTP*472",
            "three quarters of the filing limit are gone",
            context.as_of.isoformat(),
            end.isoformat(),
            severity=WARN,
        )


def _window(claim: ClaimView) -> tuple[date, date | None]:
    """From when the limit counts, and the last day; None where no limit is known."""
    contract = claim.contract
    answered = [each.adjudicated_on for each in claim.sent.other_payers if each.adjudicated_on]
    if contract.secondary_filing_days is not None and answered and claim.sent.coverage.sequence != "P":
        return max(answered), max(answered) + timedelta(days=contract.secondary_filing_days)
    start = claim.last_day if claim.institutional else claim.day
    if contract.filing_days is not None:
        return start, start + timedelta(days=contract.filing_days)
    limit = codes.deadline(claim.kind, "new_claim", start)
    if limit is None or limit.uncertain or limit.anchor != "service":
        return start, None
    return start, _ADD[limit.unit](start, limit.count)


def _months(start: date, count: int) -> date:
    """The same day some months later, or the last day of a shorter month."""
    year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


_ADD: Final[Mapping[str, Callable[[date, int], date]]] = {
    "days": lambda start, count: start + timedelta(days=count),
    "months": _months,
    "years": lambda start, count: _months(start, 12 * count),
    "year_end": lambda start, count: date(start.year + count, 12, 31),
}
