"""What a payer would have done with a claim under each of its legitimate edits, thrown with the same dice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from denialml.claims import Claim
from denialml.simulator.decisions import Judgement
from denialml.simulator.edits import Edit, EditKind, applied

ALL = "all"  #: the kind of the outcome under all edits together

Judge = Callable[[Claim, date], Sequence[Judgement]]


@dataclass(frozen=True, slots=True)
class EditOutcome:
    """A claim's lines ``before`` and ``after`` one edit, or all of them (``kind`` is ``all``).

    ``payer`` is the key of the payer that gets the edited claim, ``fixed`` whether the edit was made before sending.
    """

    kind: str
    edit_line: int
    payer: str
    minutes: int
    fixed: bool
    before: tuple[Judgement, ...]
    after: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class Laboratory:
    """Tries edits out on payers: ``judges`` by payer key, ``minutes`` by kind of edit."""

    judges: Mapping[str, Judge]
    minutes: Mapping[EditKind, int]

    def outcomes(
        self, claim: Claim, payer: str, edits: Sequence[Edit], fixed: Iterable[Edit], day: date
    ) -> tuple[EditOutcome, ...]:
        """One outcome an edit and one for all together, for a claim that payer ``payer`` would receive on ``day``.

        ``claim`` is as it stood before anybody put anything right; ``fixed`` are the edits that somebody made.
        Without edits there is nothing to try.
        """
        if not edits:
            return ()
        made = tuple(fixed)
        before = tuple(self.judges[payer](claim, day))
        each = tuple(
            EditOutcome(
                edit.kind, edit.line, edit.payer or payer, self.minutes[edit.kind], edit in made, before,
                tuple(self.judges[edit.payer or payer](applied((edit,), claim), day)),
            )
            for edit in edits
        )  # fmt: skip
        return (*each, self._together(claim, payer, each, edits, day))

    def _together(
        self, claim: Claim, payer: str, each: Sequence[EditOutcome], edits: Sequence[Edit], day: date
    ) -> EditOutcome:
        """All edits at once; with one alone its outcome is known. The last edit of cover says who gets the claim."""
        sent_to = next((edit.payer for edit in reversed(edits) if edit.payer), payer)
        after = each[0].after if len(each) == 1 else tuple(self.judges[sent_to](applied(edits, claim), day))
        minutes = sum(outcome.minutes for outcome in each)
        return EditOutcome(ALL, 0, sent_to, minutes, all(o.fixed for o in each), each[0].before, after)
