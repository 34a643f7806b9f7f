"""Posting remittances from 835 files, exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from denialml import ledger
from denialml.errors import BadInputError, Finding
from denialml.service.audit import note
from denialml.service.deposits import match_deposits
from denialml.service.inputs import content_of, events_of, findings_of, taken_in
from denialml.service.ledger_periods import added_up
from denialml.settings import Settings
from denialml.x12.events import Event, Noticed

if TYPE_CHECKING:
    from denialml.store import Store
    from denialml.store.periods import MovedBookings
    from denialml.store.posting import PostedBefore
    from denialml.store.posting import PostedFile as SavedFile

_BREAKS_OFF: Final = frozenset({"truncated", "missing-se", "missing-iea"})


@dataclass(frozen=True, slots=True)
class PostedFile:
    """What one file did to the books.

    ``error`` is set when the file could not be read to its end, and then nothing of it was kept. ``repeated`` means
    that these bytes were posted before; ``repeated_remittances`` counts payments that another file brought already.
    Paid amounts (CLP04) and provider adjustments (PLB) are each split into posted, parked and repeated, which together
    are all that the file holds, or all that it brought when it was posted before; a claim that is quarantined because
    of its trace number counts as parked. ``parked_kinds`` counts what waits, by its typed reason. ``freed_claims`` are
    claim payments of earlier files that waited for what this one brought, ``reparked_claims`` those that wait now
    because of it. ``moved_from_closed_periods`` is what was booked on the first open day, since its own is closed.
    """

    path: Path
    error: str = ""
    repeated: bool = False
    remittances: int = 0
    repeated_remittances: int = 0
    quarantined_remittances: int = 0
    claim_payments: int = 0
    posted_claims: int = 0
    parked_claims: int = 0
    posted_cents: int = 0
    parked_cents: int = 0
    repeated_cents: int = 0
    posted_adjustments_cents: int = 0
    parked_adjustments_cents: int = 0
    repeated_adjustments_cents: int = 0
    denial_cases: int = 0
    parked_items: int = 0
    parked_kinds: tuple[tuple[str, int], ...] = ()
    freed_claims: int = 0
    reparked_claims: int = 0
    moved_from_closed_periods: tuple[MovedBookings, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class PostReport:
    """All files together, and each. ``moved_from_closed_periods`` has also what matching with deposits booked."""

    files: tuple[PostedFile, ...]
    unreadable_files: int
    repeated_files: int
    remittances: int
    repeated_remittances: int
    quarantined_remittances: int
    claim_payments: int
    posted_claims: int
    parked_claims: int
    posted_cents: int
    parked_cents: int
    repeated_cents: int
    posted_adjustments_cents: int
    parked_adjustments_cents: int
    repeated_adjustments_cents: int
    denial_cases: int
    parked_items: int
    parked_kinds: dict[str, int]
    freed_claims: int
    reparked_claims: int
    moved_from_closed_periods: tuple[MovedBookings, ...] = ()


def post_files(
    settings: Settings,
    files: Sequence[Path],
    *,
    received_on: date | None = None,
    progress: Callable[[str], None] | None = None,
) -> PostReport:
    """Post 835 files, one unit of work each; what does not fit is parked with a typed reason. Then match deposits.

    Posting a file again does nothing, and so does posting the same payments from another file. Stopped anywhere, a
    second run ends in the same books.

    Args:
        settings: Where the store is.
        files: The files, in the order they came.
        received_on: The day they came, instead of the day that each file's envelope names (GS04).
        progress: Called with each file's name when it is done.

    Raises:
        StorageError: the database failed. Files before are posted, the one at hand is not.
    """
    report = report_of(taken_in(settings, files, partial(_post, received_on=received_on), progress))
    if not files:
        return report
    # Also when all were posted before: a run may have been stopped between posting and matching.
    matched = match_deposits(settings).moved
    return replace(report, moved_from_closed_periods=added_up((report.moved_from_closed_periods, matched)))


def _post(store: Store, path: Path, *, received_on: date | None) -> PostedFile:
    from denialml.store.periods import moved
    from denialml.store.posting import post_remittances, posted_before

    try:
        content = content_of(path)
        before = posted_before(store, content)
        if before:
            return _repeated(path, before)
        events = events_of(content, "835")
        _require_whole(events)
        sources = list(ledger.remittances(events, received_on))
    except BadInputError as error:
        return PostedFile(path, error=str(error))
    findings = findings_of(events, "835")
    if not sources:
        return PostedFile(path, error="holds no remittance that can be read", findings=findings)
    with store.unit() as unit:
        saved = post_remittances(unit, path.name, content, sources, sources[0].received_on)
        posted = replace(counted(path, saved, findings), moved_from_closed_periods=moved(unit.connection))
        if not saved.repeated:
            note(
                unit,
                "post",
                f"file/{saved.file_id}",
                posted_cents=posted.posted_cents,
                parked_cents=posted.parked_cents,
                denial_cases=posted.denial_cases,
            )
    if saved.repeated:  # another worker was quicker
        return _repeated(path, posted_before(store, content))
    return posted


def _repeated(path: Path, before: PostedBefore | None) -> PostedFile:
    if before is None:
        return PostedFile(path, repeated=True)
    return PostedFile(
        path,
        repeated=True,
        repeated_remittances=before.remittances,
        repeated_cents=before.paid_cents,
        repeated_adjustments_cents=before.adjustments_cents,
    )


def _require_whole(events: Iterable[Event]) -> None:
    """Refuse a file that breaks off: posted in part, its payments would contradict themselves when it comes whole."""
    broken = next((e.finding for e in events if isinstance(e, Noticed) and e.finding.code in _BREAKS_OFF), None)
    if broken:
        raise BadInputError(f"breaks off ({broken.where}: {broken.message}); get it again")


def counted(path: Path, saved: SavedFile, findings: tuple[Finding, ...]) -> PostedFile:
    """What a file did, from what the store made of it and what was found in reading it."""
    plans = saved.plans
    adjustments = [each for plan in plans for each in plan.adjustments]
    unreadable = [each.parked for plan in plans for each in plan.unreadable]
    repeated_cents, repeated_adjustments_cents = _held([plan.source for plan in plans if plan.repeated])
    kinds = saved.kinds + Counter(
        [
            *(each.parked.kind.value for each in adjustments if each.parked),
            *(each.kind.value for each in unreadable),
            *(each.kind.value for plan in plans for each in plan.parked),
        ]
    )
    return PostedFile(
        path=path,
        remittances=len(plans),
        repeated_remittances=sum(plan.repeated for plan in plans),
        quarantined_remittances=sum(plan.quarantined for plan in plans),
        claim_payments=saved.answers + len(unreadable),
        posted_claims=saved.answers - saved.parked,
        parked_claims=saved.parked + len(unreadable),
        posted_cents=saved.paid_cents - saved.parked_cents,
        parked_cents=saved.parked_cents + sum(each.amount_cents for each in unreadable),
        repeated_cents=repeated_cents,
        posted_adjustments_cents=sum(_cents(each) for each in adjustments if not each.parked),
        parked_adjustments_cents=sum(_cents(each) for each in adjustments if each.parked),
        repeated_adjustments_cents=repeated_adjustments_cents,
        denial_cases=saved.denial_cases,
        parked_items=kinds.total(),
        parked_kinds=tuple(sorted(kinds.items())),
        freed_claims=saved.freed,
        reparked_claims=saved.reparked,
        findings=(*findings, *saved.findings),
    )


def _held(sources: Sequence[ledger.RemittanceAsRead]) -> tuple[int, int]:
    """What remittances hold as read: cents paid on claims, and cents of provider adjustments."""
    read = sum(read.payment.paid_cents for source in sources for read in source.payments)
    refused = sum(ledger.refused_cents(refused) or 0 for source in sources for refused in source.refused)
    return read + refused, sum(each.adjustment.amount_cents for source in sources for each in source.adjustments)


def _cents(posting: ledger.ProviderAdjustmentPosting) -> int:
    return posting.adjustment.amount_cents


def report_of(files: tuple[PostedFile, ...]) -> PostReport:
    """The report on files, from what each of them did."""

    def total(values: Iterable[int]) -> int:
        return sum(values)

    kinds: Counter[str] = Counter()
    for file in files:
        kinds.update(dict(file.parked_kinds))
    return PostReport(
        files=files,
        unreadable_files=total(bool(file.error) for file in files),
        repeated_files=total(file.repeated for file in files),
        remittances=total(file.remittances for file in files),
        repeated_remittances=total(file.repeated_remittances for file in files),
        quarantined_remittances=total(file.quarantined_remittances for file in files),
        claim_payments=total(file.claim_payments for file in files),
        posted_claims=total(file.posted_claims for file in files),
        parked_claims=total(file.parked_claims for file in files),
        posted_cents=total(file.posted_cents for file in files),
        parked_cents=total(file.parked_cents for file in files),
        repeated_cents=total(file.repeated_cents for file in files),
        posted_adjustments_cents=total(file.posted_adjustments_cents for file in files),
        parked_adjustments_cents=total(file.parked_adjustments_cents for file in files),
        repeated_adjustments_cents=total(file.repeated_adjustments_cents for file in files),
        denial_cases=total(file.denial_cases for file in files),
        parked_items=total(file.parked_items for file in files),
        parked_kinds=dict(sorted(kinds.items())),
        freed_claims=total(file.freed_claims for file in files),
        reparked_claims=total(file.reparked_claims for file in files),
        moved_from_closed_periods=added_up(file.moved_from_closed_periods for file in files),
    )
