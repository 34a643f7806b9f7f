"""From the answers to whole files (TA1, 999) to the claims that they refuse, of the 837 files kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from denialml import x12
from denialml.claims import FunctionalAcknowledgement, InterchangeAcknowledgement, SegmentError, SetAcknowledgement
from denialml.ledger import normalised
from denialml.store.acknowledgements import Statement
from denialml.store.claimsets import ClaimSet, is_number, sets_of_group, sets_of_interchange
from denialml.store.files import load_file

CLAIMS = "HC"  # GS01 of claims


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """An answer to a file of claims, when it was known, and between whom it went: ``receiver`` had sent that file."""

    said: InterchangeAcknowledgement | FunctionalAcknowledgement
    known_on: date
    sender: str = ""
    receiver: str = ""

    @property
    def kind(self) -> str:
        """``TA1`` or ``999``."""
        return "TA1" if isinstance(self.said, InterchangeAcknowledgement) else "999"

    @property
    def about(self) -> str:
        """What it answers, by the control number."""
        if isinstance(self.said, InterchangeAcknowledgement):
            return f"interchange {self.said.control_number}"
        return f"group {self.said.group_control_number}"


def sets_answered(connection: Connection, answer: FileAnswer) -> list[ClaimSet]:
    """The sets of our files that an answer is about; none where it answers a file that is not kept."""
    said = answer.said
    if isinstance(said, InterchangeAcknowledgement):
        return sets_of_interchange(connection, said.control_number, said.sent_on, answer.known_on)
    return sets_of_group(connection, said.group_control_number, answer.receiver, answer.known_on)


def refusals_of(connection: Connection, answer: FileAnswer, sets: Iterable[ClaimSet]) -> list[Statement]:
    """What an answer says of each claim of the sets that it refuses; of accepted sets it says nothing."""
    refused = [(one, *_refused_by(answer.said, one)) for one in sets]
    files = {one.file_id for one, codes, _ in refused if codes}
    places = {file_id: _places(load_file(connection, file_id)) for file_id in files}
    return [
        each
        for one, codes, errors in refused
        if codes
        for each in _of_set(answer, one, codes, errors, places[one.file_id][one.file_start])
    ]


def _of_set(
    answer: FileAnswer, one: ClaimSet, codes: str, errors: Iterable[SegmentError], own: _Places
) -> Iterator[Statement]:
    about = (answer.about, one.control_number, answer.known_on.isoformat())
    by_claim = own.errors_by_claim(errors)
    for number in own.claims:
        said = " ".join(by_claim.get(number, ())) or codes
        yield Statement(answer.kind, number, rejected=True, codes=said, source_name=answer.sender, about=about)


def _refused_by(
    said: InterchangeAcknowledgement | FunctionalAcknowledgement, one: ClaimSet
) -> tuple[str, tuple[SegmentError, ...]]:
    """The codes that refuse a set as a whole, and its errors; no codes where it is not refused."""
    if isinstance(said, InterchangeAcknowledgement):
        return (f"{said.status}:{said.note}" if said.rejected else ""), ()
    own = next((each for each in said.sets if is_number(each.control_number, one.control_number)), None)
    if own is not None and own.rejected:
        return _codes("IK5", own), own.errors
    return (_codes("AK9", said), ()) if said.rejected else ("", ())


def _codes(segment: str, said: SetAcknowledgement | FunctionalAcknowledgement) -> str:
    return " ".join(f"{segment}:{code}" for code in said.codes or (said.status,))


@dataclass(frozen=True, slots=True)
class _Places:
    """The claims of a set in order, by number, and the segment of the set (from 1, its ST) at which each begins."""

    claims: tuple[str, ...]
    begins: tuple[int, ...]

    def errors_by_claim(self, errors: Iterable[SegmentError]) -> dict[str, list[str]]:
        """Errors as text (``2310B/NM109:7``) by the claim that they name (CTX), or in which they stand."""
        found: dict[str, list[str]] = {}
        for error in errors:
            number = _named(error) or self._at(error.position)
            codes = found.setdefault(number, [])
            codes += [code for code in _error_codes(error) if code not in codes]
        return found

    def _at(self, position: int) -> str:
        """The claim that begins last up to a segment; empty where none does."""
        before = [number for number, place in zip(self.claims, self.begins, strict=True) if place <= position]
        return before[-1] if before else ""


def _places(content: bytes) -> dict[int, _Places]:
    """Those of each set of a file, by the byte at which its ST stands."""
    found: dict[int, list[tuple[str, int]]] = {}
    own: list[tuple[str, int]] = []
    first = 0
    for event in x12.read(content):
        if isinstance(event, x12.Transaction):
            first, own = event.span.segment, found.setdefault(event.span.start, [])
        elif isinstance(event, x12.ClaimRead):
            own.append((normalised(event.claim.control_number), event.span.segment - first + 1))
    return {
        start: _Places(tuple(number for number, _ in claims), tuple(place for _, place in claims))
        for start, claims in found.items()
    }


def _named(error: SegmentError) -> str:
    """The claim that an error's contexts name, or empty."""
    contexts = [*error.contexts, *(each for element in error.elements for each in element.contexts)]
    named = (name.reference for context in contexts for name in context.names if name.name == "CLM01")
    return normalised(next(named, ""))


def _error_codes(error: SegmentError) -> list[str]:
    where = f"{error.loop}/{error.segment}" if error.loop else error.segment
    if error.elements:
        return [f"{where}{each.place.element:02d}:{each.code}" for each in error.elements]
    return [f"{where}:{error.code}"]
