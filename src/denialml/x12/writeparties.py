"""Parties as they are written, in the order of their loop."""

from __future__ import annotations

from denialml.claims import Address, Contact, Party
from denialml.errors import RefusedError
from denialml.x12.segments import SegmentWriter

_MOST_NUMBERS = 3  # PER03 to PER08


def nm1(writer: SegmentWriter, role: str, party: Party) -> None:
    """NM1 alone."""
    kind = "1" if party.is_person else "2"
    writer.add(
        "NM1", role, kind, party.name, party.first, party.middle, party.prefix, party.suffix, party.id_qualifier,
        party.identifier,
    )  # fmt: skip


def n1(writer: SegmentWriter, role: str, party: Party) -> None:
    """N1 alone."""
    writer.add("N1", role, party.name, party.id_qualifier, party.identifier)


def address(writer: SegmentWriter, place: Address | None) -> None:
    """N3 and N4."""
    if place is None:
        return
    if place.line1 or place.line2:
        writer.add("N3", place.line1, place.line2)
    if place.city or place.state or place.postal_code or place.country or place.subdivision:
        writer.add("N4", place.city, place.state, place.postal_code, place.country, "", "", place.subdivision)


def references(writer: SegmentWriter, party: Party) -> None:
    """One REF for each identifier."""
    for reference in party.references:
        writer.add("REF", reference.qualifier, reference.value, reference.description)


def contacts(writer: SegmentWriter, party: Party) -> None:
    """One PER for each contact."""
    for each in party.contacts:
        contact(writer, each)


def contact(writer: SegmentWriter, whom: Contact) -> None:
    """PER.

    Raises:
        RefusedError: it has more than three numbers.
    """
    if len(whom.numbers) > _MOST_NUMBERS:
        raise RefusedError("PER: a contact has at most three numbers")
    writer.add("PER", whom.function, whom.name, *[text for number in whom.numbers for text in number])
