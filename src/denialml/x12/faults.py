"""What validation finds: a :class:`Fault`, with its place in the file and in its transaction, and what to do.

The words of each kind are data (``guides/faults.yaml``; those of situational rules are in the guides). None quotes the
file: a fault names segments and elements, never what they hold.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from denialml.claims.value import Value
from denialml.errors import Finding, Severity


class FaultKind(NamedTuple):
    """One kind of fault: its WEDI SNIP type (1 to 4), severity, what is wrong and what to do."""

    snip: int
    severity: Severity
    message: str
    remedy: str


class Fault(Value, frozen=True):
    """One fault of a file.

    ``loop`` is the guide's loop id, empty outside loops; ``segment`` is a segment's name, or empty. ``segment_number``
    counts segments of the file from 1, ``set_position`` those of the transaction set (ST is 1; 0 outside any set).
    ``element``, ``component`` and ``repetition`` count from 1 and are 0 when the fault is about more. ``byte_offset``
    counts from 0. ``label`` names what is missing or too many (``REF*G1``, ``loop 2310B``), for people.
    """

    code: str
    severity: Severity
    snip: int
    loop: str
    segment: str
    segment_number: int
    set_position: int
    byte_offset: int
    message: str
    remedy: str
    element: int = 0
    component: int = 0
    repetition: int = 0
    label: str = ""

    @property
    def where(self) -> str:
        """Position in words: ``segment 14, byte 812, loop 2300, CLM05-3``."""
        name = self.segment + (f"{self.element:02d}" if self.element else "")
        name += f"-{self.component}" if self.component else ""
        loop = f"loop {self.loop}, " if self.loop else ""
        return f"segment {self.segment_number}, byte {self.byte_offset}, {loop}{name or 'file'}"

    def finding(self) -> Finding:
        """The same as the house speaks of problems everywhere."""
        about = f" ({self.label})" if self.label else ""
        return Finding(self.code, self.severity, self.where, f"{self.message}{about}: {self.remedy}")


@cache
def kinds() -> dict[str, FaultKind]:
    """Every kind of fault that is not a rule of a guide, by its code."""
    text: Any = yaml.safe_load(files("denialml.x12").joinpath("guides", "faults.yaml").read_text("utf-8"))
    return {code: FaultKind(snip, Severity(severity), say, do) for code, (snip, severity, say, do) in text.items()}
