"""The practice's open claims: what was sent of each, what its payer decided last, what is still to be put right."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from denialml.simulator.decisions import Decision
from denialml.simulator.edits import Edit, EditKind
from denialml.simulator.visit import Ready, mended

# What a biller can put right in a claim that was sent back: what its refusal names.
_NAMED_BY_REFUSALS = frozenset(
    {EditKind.MEMBER, EditKind.DIAGNOSIS, EditKind.TAXONOMY, EditKind.REFERRER, EditKind.ELIGIBILITY}
)


@dataclass(slots=True)
class Account:
    """One claim on its way. ``made`` is the claim as it stands now, ``coded`` as the coder left it.

    ``sent_on`` is the day of its last sending, ``standing`` the payer's last decision, which a remittance has told
    when ``told``; ``answered`` says that any was; ``refused`` counts how often it came back undecided. ``forwarded``
    says that the first payer sends it on to the second by itself, ``second`` that it is with that one.
    """

    coded: Ready
    made: Ready
    sent_on: date | None = None
    standing: Decision | None = None
    told: bool = False
    answered: bool = False
    refused: int = 0
    forwarded: bool = False
    second: bool = False

    @property
    def control_number(self) -> str:
        """Our number of the claim (CLM01)."""
        return self.made.claim.control_number

    @property
    def fixed(self) -> tuple[Edit, ...]:
        """The edits that somebody chose to make since it was coded."""
        return tuple(edit for edit in self.undone.edits if edit not in self.made.edits)

    @property
    def undone(self) -> Ready:
        """The claim without the edits that somebody chose to make; those that a refusal forced are made."""
        if not self.refused:
            return self.coded
        done = [edit for edit in self.coded.edits if edit not in self.made.edits]
        return mended(self.coded, tuple(edit for edit in done if edit.kind in _NAMED_BY_REFUSALS))

    @property
    def replaces_first(self) -> bool:
        """Whether it repeats an earlier claim by mistake, and was put right to replace that."""
        return any(edit.kind is EditKind.FREQUENCY for edit in self.fixed)

    def put_right(self, edits: Collection[Edit]) -> None:
        """Make edits: they are in the claim from now on, and no longer open."""
        self.made = mended(self.made, tuple(edits))

    def repair_refused(self) -> None:
        """Make the edits that a refusal points to."""
        self.put_right([edit for edit in self.made.edits if edit.kind in _NAMED_BY_REFUSALS])


class Standing(Mapping[str, Decision]):
    """The decisions that stand, by control number: a view of the accounts, which costs nothing until it is asked."""

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self._accounts = accounts

    def __getitem__(self, control_number: str) -> Decision:
        decision = self._accounts[control_number].standing
        if decision is None:
            raise KeyError(control_number)
        return decision

    def __iter__(self) -> Iterator[str]:
        return (number for number, account in self._accounts.items() if account.standing is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)
