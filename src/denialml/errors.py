"""Problems in data are values (:class:`Finding`); broken operations are exceptions (:class:`DenialmlError`).

Each exception class carries the exit code of the command line, so that a script knows the cause without reading text.
No message may hold a patient's values: name the file, the segment, the element or our own key instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"  # the value it speaks of could not be used
    WARNING = "warning"  # used, but look at it
    INFO = "info"  # kept and counted


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem in the data: collected, shown in a list, never raised.

    ``code`` is stable and kebab-case (``unknown-segment``), ``where`` says file position or element
    (``segment 14, byte 812, CLP03``), ``message`` says what is wrong and what to do, without any patient's values.
    """

    code: str
    severity: Severity
    where: str
    message: str


class DenialmlError(Exception):
    """A failed operation, with the exit code that the command line ends with."""

    exit_code: ClassVar[int] = 1


class UsageError(DenialmlError):
    """The words of a command or call are off."""

    exit_code: ClassVar[int] = 2


class BadInputError(DenialmlError):
    """A file or value from outside cannot be used; the message names what, where and what to do."""

    exit_code: ClassVar[int] = 10


class RefusedError(DenialmlError):
    """A safety rule said no (writing an unbalanced claim, overwriting a home that holds data)."""

    exit_code: ClassVar[int] = 11


class NotFoundError(DenialmlError):
    """What was asked for does not exist."""

    exit_code: ClassVar[int] = 12


class StorageError(DenialmlError):
    """The database or the disk failed; nothing was half written."""

    exit_code: ClassVar[int] = 13


class PermissionDeniedError(DenialmlError):
    """The person may not do this."""

    exit_code: ClassVar[int] = 14
