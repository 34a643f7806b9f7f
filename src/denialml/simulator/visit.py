"""What the practice brings forth: a claim that is ready, with what only the world knows of it."""

from __future__ import annotations

from dataclasses import dataclass

from denialml.claims import Claim
from denialml.simulator.edits import Edit
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
