"""Claims made from a payer's answer, written to files as drafts: to the second payer, corrected, void.

Nothing here changes the books: a draft is in the record, and its money booked, when the user imports its file.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from denialml import x12
from denialml.claims import Claim, ClaimPayment
from denialml.errors import BadInputError, NotFoundError, RefusedError
from denialml.ledger import normalised
from denialml.ledger.answers import LATER_PAYERS
from denialml.ledger.keys import digest
from denialml.money import dollars
from denialml.scrub import RuleSet, standard
from denialml.service.audit import note
from denialml.service.inputs import content_of, events_of
from denialml.service.newfile import new_file
from denialml.service.practice import existing_store
from denialml.service.scrub import bench_of
from denialml.settings import Settings
from denialml.submission import (
    FORWARDED,
    NO_SECOND_COVER,
    REPLACEMENT,
    VOID,
    AnswerAsTold,
    Held,
    HeldReason,
    Route,
    Shipment,
    batches,
    is_passed_on,
    replacement,
    secondary_claim,
)
from denialml.x12.faults import Fault
from denialml.x12.validate import validate

if TYPE_CHECKING:
    from denialml.store import Unit
    from denialml.store.claim_drafts import AccountRecord, Made, RecordedAnswer, Version
    from denialml.store.originals import ClaimAsSent

SECONDARY: Final = "secondary"
_PURPOSES: Final = {REPLACEMENT: "correct", VOID: "void"}
_FIRST: Final = "P"
_LATER: Final = frozenset("ST")
_MEDICARE: Final = frozenset({"MA", "MB"})
_RESUBMISSION: Final = frozenset({"S132"})
_OTHER_COVER: Final = b"SBR"  # within a claim's own bytes it begins loop 2320
_NEXT_STEP: Final = (
    "These are drafts. Look them over (denialml scrub), send them, and then import them with "
    "`denialml charges import --sent`: until then the record does not know of them."
)
_PASSED_ON: Final = Held(HeldReason.PASSED_ON, "the payer itself passed the claim on: wait for the next payer's answer")


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file of drafts to one payer."""

    path: Path
    payer: str
    claims: int
    charge_cents: int


@dataclass(frozen=True, slots=True)
class DraftedClaim:
    """A claim that was written. ``paid_cents`` is what the payers before paid, ``left_cents`` what they left."""

    claim: str
    payer: str
    charge_cents: int
    paid_cents: int
    left_cents: int
    file: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class HeldClaim:
    """A claim that was not written, why, and what to do."""

    claim: str
    reason: HeldReason
    message: str


@dataclass(frozen=True, slots=True)
class DraftReport:
    """What was written, and what not."""

    drafted_claims: int
    held_claims: int
    held_reasons: dict[str, int]
    written: tuple[WrittenFile, ...]
    drafts: tuple[DraftedClaim, ...]
    held: tuple[HeldClaim, ...]
    next_step: str


@dataclass(frozen=True, slots=True)
class _Draft:
    """A claim ready to be written, and the key under which it is made once."""

    key: str
    claim_id: int
    route: Route
    claim: Claim
    note: str = ""


def secondary(settings: Settings, control_numbers: Sequence[str] | None, out: Path, at: datetime) -> DraftReport:
    """Write claims to the second payers of claims that the first one answered, each answer's claim once.

    Args:
        settings: Where the store is.
        control_numbers: The claims; None for all of which the patient owes a share.
        out: The folder of the files; one for each payer.
        at: When the files are written.

    Raises:
        NotFoundError: a claim named is not in the record.
        RefusedError: a file of that name is there.
        BadInputError: a file cannot be written.
        StorageError: the database failed; nothing was written.
    """
    from denialml.store.claim_drafts import account_records, owing_patients

    def make(unit: Unit) -> _Made:
        wanted = owing_patients(unit.connection) if control_numbers is None else _numbers(control_numbers)
        records = account_records(unit.connection, wanted)
        _require(wanted, records)
        return _secondaries(unit, [records[number] for number in wanted if number in records])

    return _written(settings, SECONDARY, out, at, make)


def correct(
    settings: Settings,
    control_number: str,
    out: Path,
    at: datetime,
    *,
    payer_number: str = "",
    content: Path | None = None,
    sequence: str = _FIRST,
) -> DraftReport:
    """Write the corrected claim (frequency 7) that takes the place of the version sent last.

    Args:
        settings: Where the store is.
        control_number: The claim.
        out: The folder of the file.
        at: When the file is written.
        payer_number: The payer's number of the claim (CLP07), where no answer in the record tells it.
        content: An 837 file that holds what the claim should say; else it says what was sent.
        sequence: To which payer: ``P`` the first, ``S``, ``T``.

    Raises:
        NotFoundError: the claim is not in the record.
        RefusedError: there is nothing to correct: it was not sent, is void, or no payer holds it; or the payer takes
            no corrected claims; or the content is of another claim.
        BadInputError: the content cannot be read.
        StorageError: the database failed; nothing was written.
    """
    return _replaced(settings, control_number, REPLACEMENT, out, at, payer_number, sequence, content)


def void(
    settings: Settings,
    control_number: str,
    out: Path,
    at: datetime,
    *,
    payer_number: str = "",
    sequence: str = _FIRST,
) -> DraftReport:
    """Write the void claim (frequency 8) of the version sent last, with its charges. See :func:`correct`."""
    return _replaced(settings, control_number, VOID, out, at, payer_number, sequence, None)


# To the second payer.


_Made = dict[str, "_Draft | Held"]
"""What becomes of each claim, by its number."""


@dataclass(frozen=True, slots=True)
class _Billable:
    """A claim that the record lets bill to a second payer: the version answered, and its answers that stand."""

    record: AccountRecord
    version: Version
    answers: tuple[RecordedAnswer, ...]

    @property
    def key(self) -> str:
        return _key(SECONDARY, self.record, (each.key for each in self.answers))


def _secondaries(unit: Unit, records: Sequence[AccountRecord]) -> _Made:
    from denialml.store.claim_drafts import made_before
    from denialml.store.originals import answers_as_told, claims_as_sent

    found = {record.control_number: _billable(record) for record in records}
    billable = [each for each in found.values() if isinstance(each, _Billable)]
    before = made_before(unit.connection, [each.key for each in billable])
    sent = claims_as_sent(unit.connection, [each.version.claim_id for each in billable], holding=_OTHER_COVER)
    covered = [each for each in billable if each.version.claim_id in sent]
    told = answers_as_told(unit.connection, [answer.id for each in covered for answer in each.record.answers])

    def decide(each: _Billable) -> _Draft | Held:
        if each.key in before:
            return _made_already(before[each.key])
        if each.version.claim_id not in sent:
            return NO_SECOND_COVER
        return _secondary(each, sent[each.version.claim_id], told)

    return {number: each if isinstance(each, Held) else decide(each) for number, each in found.items()}


def _billable(record: AccountRecord) -> _Billable | Held:
    """What can be billed of a claim, or why the record forbids it."""
    version = record.last_sent(_FIRST)
    if version is None:
        return Held(HeldReason.NOT_SENT, "no claim to the first payer is recorded as sent")
    if version.frequency == VOID:
        return Held(HeldReason.VOIDED, f"the claim was made void on {version.sent_on}")
    later = [each for each in record.versions if each.sequence != _FIRST]
    if later:
        when = f"was sent on {later[-1].sent_on}" if later[-1].sent_on else "is a draft in the record"
        message = f"a claim to a later payer {when}; what changed since goes to it with `claims correct --payer S`"
        return Held(HeldReason.NEXT_SENT, message)
    if any(each.sequence in _LATER or each.status in LATER_PAYERS for each in record.answers):
        return Held(HeldReason.NEXT_ANSWERED, "a later payer answered the claim already")
    if any(each.disposition == "parked" for each in record.answers):
        return Held(HeldReason.ANSWER_PARKED, "an answer to it is parked: settle that first")
    if any(each.status in FORWARDED for each in record.answers):
        return _PASSED_ON
    answers = tuple(each for each in record.standing_answers(_FIRST) if each.claim_id == version.claim_id)
    if not answers:
        return Held(HeldReason.NOT_ANSWERED, f"no answer stands to the version sent on {version.sent_on}")
    if record.patient_cents <= 0:
        return Held(HeldReason.NOTHING_LEFT, "no share of the patient is open")
    return _Billable(record, version, answers)


def _secondary(each: _Billable, sent: ClaimAsSent, told: Mapping[int, ClaimPayment]) -> _Draft | Held:
    if any(is_passed_on(told[answer.id]) for answer in each.record.answers):
        return _PASSED_ON
    first = sent.read.claim
    as_told = [AnswerAsTold(told[answer.id], answer.noticed_on, answer.lines) for answer in each.answers]
    claim = secondary_claim(first, as_told)
    if isinstance(claim, Held):
        return claim
    cover, owed, notes = claim.coverage, each.record.insurer_cents, [_left_out(sent.read)]
    if owed > 0:
        notes.append(f"{dollars(owed)} is still open with the first payer: what it changes goes to the second too")
    if cover.filing_indicator in _MEDICARE and not cover.insurance_type:
        notes.append("say why Medicare pays second (SBR05)")
    route = _route(sent).onward(first.coverage.payer, cover.payer)
    return _Draft(each.key, sent.claim_id, route, claim, _joined(notes))


# Corrected and void claims.


def _replaced(
    settings: Settings,
    control_number: str,
    frequency: str,
    out: Path,
    at: datetime,
    payer_number: str,
    sequence: str,
    content: Path | None,
) -> DraftReport:
    from denialml.store.claim_drafts import account_records, made_before
    from denialml.store.originals import claims_as_sent

    (number,) = _numbers([control_number])
    given = _content(content, number) if content else None

    def make(unit: Unit) -> _Made:
        records = account_records(unit.connection, [number])
        _require([number], records)
        record = records[number]
        version, answer = _replaceable(record, sequence, frequency)
        f8 = _payers_number(record, answer, payer_number.strip())
        said = [hashlib.sha256(content_of(content)).hexdigest()] if content else []
        key = _key(_PURPOSES[frequency], record, [sequence, answer.key if answer else f8, *said])
        before = made_before(unit.connection, [key])
        if key in before:
            return {number: _made_already(before[key])}
        sent = claims_as_sent(unit.connection, [version.claim_id])[version.claim_id]
        claim = replacement(sent.read.claim, frequency, f8, given.claim if given else None)
        _require_taken(settings, unit, claim, at)
        passed = any(each.sequence > sequence for each in record.versions)
        also = "a later payer has the claim too: it needs to know" if passed else ""
        left_out = _left_out(given or sent.read)
        return {number: _Draft(key, sent.claim_id, _route(sent), claim, _joined([left_out, also]))}

    return _written(settings, _PURPOSES[frequency], out, at, make)


def _replaceable(record: AccountRecord, sequence: str, frequency: str) -> tuple[Version, RecordedAnswer | None]:
    """The version sent last and the last answer that stands.

    Raises:
        RefusedError: there is nothing that a corrected or void claim could take the place of.
    """
    number, version = record.control_number, record.last_sent(sequence)
    if version is None:
        raise RefusedError(f"claim {number}: no claim to that payer is recorded as sent: change the draft, and send it")
    if version.frequency == VOID:
        raise RefusedError(f"claim {number}: it was made void on {version.sent_on}: send a new original")
    answers = record.standing_answers(sequence)
    if not answers and version.refused:
        raise RefusedError(
            f"claim {number}: a 277CA refused it, so that the payer holds no claim: mend it and send it as an original "
            f"(frequency 1), not as {frequency}"
        )
    return version, answers[-1] if answers else None


def _payers_number(record: AccountRecord, answer: RecordedAnswer | None, given: str) -> str:
    known = answer.payer_claim_number if answer else ""
    if given and known and normalised(given) != normalised(known):
        raise RefusedError(
            f"claim {record.control_number}: the payer's last answer names the claim {known} (CLP07), not {given}: "
            "leave --payer-number out, or post the answer that names the other"
        )
    if not (given or known):
        raise RefusedError(
            f"claim {record.control_number}: no answer that stands tells the payer's number of it: wait for the "
            "answer, or name the number with --payer-number"
        )
    return known or given


def _require_taken(settings: Settings, unit: Unit, claim: Claim, at: datetime) -> None:
    """Refuse what the rules of resubmission block.

    Raises:
        RefusedError: the payer takes no such claim.
    """
    from denialml.store.past import past

    bench = bench_of(settings)
    rules = RuleSet(rule for rule in standard().rules if rule.id in _RESUBMISSION)
    known = past(unit.connection, [claim], at.date() + timedelta(days=1))
    found = rules.run(claim, bench.context(known, at.date())).findings
    if found:
        raise RefusedError(f"claim {claim.control_number}: {found[0].code}: {found[0].message}. {found[0].fix}")


def _content(path: Path, number: str) -> x12.ClaimRead:
    """The claim of that number in a file.

    Raises:
        BadInputError: the file cannot be read, or holds not exactly one such claim.
    """
    try:
        events = events_of(content_of(path), "837")
    except BadInputError as error:
        raise BadInputError(f"{path}: {error}") from error
    found = [e for e in events if isinstance(e, x12.ClaimRead) and normalised(e.claim.control_number) == number]
    if len(found) != 1:
        raise BadInputError(f"{path}: holds {len(found)} claims with the number {number}; it should hold one")
    return found[0]


# What all three share.


def _numbers(control_numbers: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(normalised(number) for number in control_numbers))


def _require(wanted: Iterable[str], records: Mapping[str, AccountRecord]) -> None:
    missing = [number for number in wanted if number not in records]
    if missing:
        raise NotFoundError(f"no claim in the record has the number {', '.join(missing)}")


def _key(purpose: str, record: AccountRecord, answer_keys: Iterable[str]) -> str:
    return digest("claim draft", purpose, record.control_number, *sorted(answer_keys))


def _made_already(made: Made) -> Held:
    return Held(HeldReason.MADE_ALREADY, f"made already on {made.on}, in {made.file_name}")


def _joined(notes: Iterable[str]) -> str:
    return "; ".join(filter(None, notes))


def _left_out(read: x12.ClaimRead) -> str:
    names = dict.fromkeys(segment.name for segment in read.unmodelled)
    return f"left out, since it has no place in a claim: {', '.join(names)}" if names else ""


def _route(sent: ClaimAsSent) -> Route:
    way, head = sent.transaction, sent.head
    return Route(way.sender_id, way.receiver_id, way.usage, head.submitter, head.receiver)


def _written(settings: Settings, purpose: str, out: Path, at: datetime, make: Callable[[Unit], _Made]) -> DraftReport:
    """Make drafts, write them and keep that they were made: all of it, or none."""
    paths: list[Path] = []
    try:
        with existing_store(settings) as store, store.unit() as unit:
            made = {number: _writable(each, at) for number, each in make(unit).items()}
            drafts = {n: each for n, each in made.items() if isinstance(each, _Draft)}
            files: dict[str, WrittenFile] = {}
            for shipment in batches((each.route, each.claim) for each in drafts.values()):
                numbers = _numbers(claim.control_number for claim in shipment.claims)
                written = _write(unit, purpose, shipment, [drafts[number] for number in numbers], out, at)
                paths.append(written.path)
                files |= dict.fromkeys(numbers, written)
    except BaseException:
        for path in paths:
            path.unlink(missing_ok=True)
        raise
    return _report(made, files)


def _writable(made: _Draft | Held, at: datetime) -> _Draft | Held:
    """A draft that the writer takes, with what the guide would fault in it.

    One that the writer refuses is held, so that it does not stop the others.
    """
    if isinstance(made, Held):
        return made
    try:
        content = x12.write(_batch(made.route, [made.claim], 1, at))
    except RefusedError as error:
        return Held(HeldReason.NOT_WRITABLE, f"it cannot be written: {error}")
    faults = [each for each in validate(content) if isinstance(each, Fault)]
    told = dict.fromkeys(f"{each.loop} {each.label or each.segment}: {each.message}" for each in faults)
    return replace(made, note=_joined([made.note, *told]))


def _batch(route: Route, claims: Sequence[Claim], number: int, at: datetime) -> x12.ClaimBatch:
    envelope = x12.Envelope(route.sender_id, route.receiver_id, number, at, route.usage)
    return x12.ClaimBatch(envelope, route.submitter, route.receiver, claims)


def _write(
    unit: Unit, purpose: str, shipment: Shipment, drafts: Sequence[_Draft], out: Path, at: datetime
) -> WrittenFile:
    from denialml.store.claim_drafts import DraftRow, keep_drafts, next_interchange

    number = next_interchange(unit)
    content = x12.write(_batch(shipment.route, shipment.claims, number, at))
    payer = shipment.payer.identifier
    path = out / f"{purpose}-{re.sub(r'[^A-Za-z0-9]', '_', payer)}-{number:09d}.837"
    rows = [DraftRow(each.key, purpose, each.claim_id, payer, each.claim.charge_cents) for each in drafts]
    file = {"file_name": path.name, "file_sha256": hashlib.sha256(content).hexdigest()}
    keep_drafts(unit, rows, number, file, at.date())
    charge = sum(claim.charge_cents for claim in shipment.claims)
    note(unit, f"claims {purpose}", f"interchange/{number}", claims=len(rows), charge_cents=charge)
    with new_file(path) as stream:
        stream.write(content)
    return WrittenFile(path, payer, len(rows), charge)


def _report(made: _Made, files: Mapping[str, WrittenFile]) -> DraftReport:
    held = tuple(HeldClaim(n, each.reason, each.message) for n, each in made.items() if isinstance(each, Held))
    drafts = tuple(_drafted(n, each, files[n].path.name) for n, each in made.items() if isinstance(each, _Draft))
    reasons = Counter(each.reason.value for each in held)
    return DraftReport(
        drafted_claims=len(drafts),
        held_claims=len(held),
        held_reasons=dict(sorted(reasons.items())),
        written=tuple(dict.fromkeys(files.values())),
        drafts=drafts,
        held=held,
        next_step=_NEXT_STEP if drafts else "",
    )


def _drafted(number: str, draft: _Draft, file: str) -> DraftedClaim:
    claim = draft.claim
    paid = sum(a.cents for other in claim.other_payers for a in other.amounts if a.qualifier == "D")
    adjusted = [a for other in claim.other_payers for a in other.adjustments]
    adjusted += [a for line in claim.lines for decided in line.adjudications for a in decided.adjustments]
    left = sum(a.amount_cents for a in adjusted if a.group == "PR")
    return DraftedClaim(number, claim.payer_id, claim.charge_cents, paid, left, file, draft.note)
