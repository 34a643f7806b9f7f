"""What a receiver says of a file before anybody adjudicates it: of the interchange (TA1), and of each group (999).

Codes are those of the 999 guide (005010X231A1) and of X12's TA1, kept as sent. A rejection sends claims back to draft
and starts no appeal clock. What may hold a person's facts (copies of bad elements, references in contexts) is masked.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from denialml.claims.value import Value

_ACCEPTED: Final = frozenset({"A", "E"})
_REJECTED: Final = frozenset({"R", "M", "W", "X"})


class InterchangeAcknowledgement(Value, frozen=True):
    """The answer to an interchange (TA1).

    ``control_number``, ``sent_on`` and ``sent_at`` (HHMM) repeat ISA13, ISA09 and ISA10 of the interchange that is
    answered. ``status`` is ``A`` accepted, ``E`` accepted with errors, ``R`` rejected; ``note`` says why, ``000`` that
    there is nothing to say.
    """

    control_number: str
    sent_on: date
    sent_at: str
    status: str
    note: str = "000"

    @property
    def accepted(self) -> bool:
        """Whether the interchange is processed, with or without errors."""
        return self.status in _ACCEPTED

    @property
    def rejected(self) -> bool:
        """Whether nothing of the interchange is processed."""
        return self.status == "R"


class ElementPosition(Value, frozen=True):
    """An element of a segment, from 1; ``component`` and ``repetition`` are 0 where they say nothing."""

    element: int
    component: int = 0
    repetition: int = 0


class ContextName(Value, frozen=True):
    """What a context is (``CLM01``, ``SITUATIONAL TRIGGER``), and its value there, which may name a person's claim."""

    name: str
    reference: str = ""

    def __repr__(self) -> str:
        return f"ContextName({self.name}{', ***' if self.reference else ''})"


class ErrorContext(Value, frozen=True):
    """Where an error belongs (CTX): the business unit (a claim, a patient) or the segment that made a rule apply.

    ``position`` counts segments of the set from 1, 0 where it is not told. ``dictionary_numbers`` are the numbers of
    the element, and of its component, in X12's data element dictionary.
    """

    names: tuple[ContextName, ...]
    segment: str = ""
    position: int = 0
    loop: str = ""
    place: ElementPosition | None = None
    dictionary_numbers: tuple[str, ...] = ()


class ElementError(Value, frozen=True):
    """An element that is wrong (IK4): where in its segment, its number in the data element dictionary, why (IK403).

    ``bad_value`` is a copy of what the element holds, if the receiver sent one.
    """

    place: ElementPosition
    code: str
    dictionary_number: str = ""
    bad_value: str = ""
    contexts: tuple[ErrorContext, ...] = ()

    def __repr__(self) -> str:
        return f"ElementError({self.place!r}, code={self.code!r}, dictionary_number={self.dictionary_number!r}, ***)"


class SegmentError(Value, frozen=True):
    """A segment that is wrong or missing (IK3), and the elements of it that are (IK4).

    ``position`` counts segments of the set from 1, its ST; of a missing one it is where it should stand. ``loop`` is
    the guide's loop id.
    """

    segment: str
    position: int
    code: str = ""
    loop: str = ""
    contexts: tuple[ErrorContext, ...] = ()
    elements: tuple[ElementError, ...] = ()


class SetAcknowledgement(Value, frozen=True):
    """The answer to one transaction set (AK2 to IK5): the set by ST01, ST02 and ST03, its status and its errors.

    ``status`` is ``A`` accepted, ``E`` accepted with errors, ``R`` rejected (``M``, ``W``, ``X``: rejected for reasons
    of security); ``codes`` are the up to five of IK5.
    """

    set_id: str
    control_number: str
    version: str = ""
    status: str = ""
    codes: tuple[str, ...] = ()
    errors: tuple[SegmentError, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the set is processed, with or without errors."""
        return self.status in _ACCEPTED

    @property
    def rejected(self) -> bool:
        """Whether nothing of the set is processed."""
        return self.status in _REJECTED


class FunctionalAcknowledgement(Value, frozen=True):
    """The answer to one functional group (999): the group by GS01, GS06 and GS08, its status, its sets.

    ``status`` is as of a set, or ``P``: some sets are accepted. ``included`` are the sets that the group announced
    (GE01), ``received`` those that were there, ``accepted_sets`` those that are processed. A group without errors may
    be answered without answers to its sets.
    """

    functional_id: str
    group_control_number: str
    version: str
    status: str
    included: int
    received: int
    accepted_sets: int
    codes: tuple[str, ...] = ()
    sets: tuple[SetAcknowledgement, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the whole group is processed, with or without errors."""
        return self.status in _ACCEPTED

    @property
    def partially_accepted(self) -> bool:
        """Whether some of its sets are processed, and others not."""
        return self.status == "P"

    @property
    def rejected(self) -> bool:
        """Whether nothing of the group is processed."""
        return self.status in _REJECTED
