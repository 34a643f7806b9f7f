"""What the practice brings forth: a claim that is ready, with what only the world knows of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from denialml.claims import Claim
from denialml.simulator.edits import Edit, applied
from denialml.simulator.people import Cover, Patient
from denialml.simulator.staff import Provider


@dataclass(frozen=True, slots=True)
class Ready:
    """A claim that is ready to be sent, and whose it is.

    ``edits`` are the legitimate edits still open; ``documented`` says whether the record supports what is billed;
    ``secondary`` is the cover that pays after this one; ``repeats`` the control number of the claim that this one
    repeats by mistake, else empty.
    """

    claim: Claim
    payer: str
    patient: Patient
    cover: Cover
    provider: Provider
    edits: tuple[Edit, ...] = ()
    documented: bool = True
    secondary: Cover | None = None
    repeats: str = ""


def mended(ready: Ready, edits: Sequence[Edit]) -> Ready:
    """The claim after some of its open edits, which are open no longer; another payer's cover makes it that payer's."""
    if not edits:
        return ready
    payer, cover = ready.payer, ready.cover
    for edit in edits:
        if edit.payer:
            payer = edit.payer
            cover = next(each for each in ready.patient.covers if each.coverage is edit.coverage)
    return replace(
        ready,
        claim=applied(edits, ready.claim),
        payer=payer,
        cover=cover,
        edits=tuple(edit for edit in ready.edits if edit not in edits),
    )
