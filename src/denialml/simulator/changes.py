"""What changes in a history, and when: payers' policies, the clearinghouse's edits, codes, people, habits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from denialml.simulator.clearinghouse_edits import edit_changes
from denialml.simulator.config import SimulationConfig
from denialml.simulator.data import code_updates, document
from denialml.simulator.denialwork import DenialOffice
from denialml.simulator.payer import Payer
from denialml.simulator.policy import PolicyChange, policy_changes
from denialml.simulator.practice import Practice
from denialml.simulator.truth import Change

_KINDS = {"(new payer)": "new payer", "(fee schedule)": "fee schedule"}


def changes_of(
    payers: Iterable[Payer], practice: Practice, denials: DenialOffice, config: SimulationConfig
) -> list[Change]:
    """Every change between the first and the last day of a history."""
    found = [*_of_others(payers, config), *_of_codes(), *_of_people(practice, denials)]
    return [change for change in found if config.start <= change.day <= config.as_of]


def _of_others(payers: Iterable[Payer], config: SimulationConfig) -> Iterator[Change]:
    span = config.start, config.as_of
    for payer in payers:
        for each in policy_changes(payer.policy, *span):
            kind = "drift" if each.rule.endswith("(drift)") else _KINDS.get(each.rule, "policy")
            yield _told(each, kind)
    for each in edit_changes(document("clearinghouse.yaml"), *span):
        yield _told(each, "clearinghouse edit")


def _of_codes() -> Iterator[Change]:
    for kind in ("diagnoses", "procedures"):
        for each in code_updates(kind):
            yield Change(each.first, "code update", "code sets", kind, each.old, each.new)


def _of_people(practice: Practice, denials: DenialOffice) -> Iterator[Change]:
    for each in practice.turnover():
        yield Change(each.day, "staff", practice.billing.name, each.seat, each.leaves, each.comes)
    for day, name, what in denials.team.changes():
        yield Change(day, "staff", "denials desk", name, None, what)
    for day, name, order in denials.habits.changes():
        yield Change(day, "office rule", "denials desk", name, None, order)


def _told(change: PolicyChange, kind: str) -> Change:
    def plain(value: Any) -> Any:
        return dict(value) if value is not None else None

    return Change(change.day, kind, change.payer, change.rule, plain(change.before), plain(change.after))
