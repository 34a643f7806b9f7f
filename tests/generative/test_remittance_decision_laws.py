"""Remittances that conflict or do not balance, with what people decide: the same books whatever order files came in."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bank_files import COMPANY, Money, nacha
from denialml import ledger
from denialml.claims import replace
from denialml.ledger import Action, RemittanceAsRead
from denialml.service.deposits import import_deposits, match_within
from denialml.service.ledger_verify import verify
from denialml.settings import Settings
from denialml.store import Store, open_store, schema
from denialml.store.exceptions import WITHDRAW, add_decision
from denialml.store.restanding import restand
from fault_story import claim, denied, paid, state, to_second
from file_stories import EXAMPLES, START
from posting_cases import PERSON, as_read, claims_file, plb, remit_file, reversal, take_in
from store_reading import rows

SHARED = "T1"  # the trace number that several remittances bear
OWN = "T2"
DECIDED = date(2026, 6, 1)


@dataclass(frozen=True)
class Said:
    """A decision about the remittance of a key, and whether it is taken back again."""

    action: Action
    key: str
    stands: bool = True


@st.composite
def answers(draw: st.DrawFn) -> Any:
    number, cents = draw(st.sampled_from(("C1", "C2", "LOST"))), draw(st.sampled_from([0, 5000, 6000, 7000]))
    patient = PERSON if draw(st.booleans()) else None
    return paid(number, cents, patient=patient) if cents else denied(number)


@st.composite
def remittances(draw: st.DrawFn) -> list[RemittanceAsRead]:
    """Some that share a trace number, no two alike, one that bears its own, and what takes answers back."""
    told: list[RemittanceAsRead] = []
    for trace in (SHARED, SHARED, SHARED, OWN):
        on = START + timedelta(days=draw(st.integers(20, 22)))
        head = {"paid_on": on, "produced_on": on, "originator": COMPANY, "method": "ACH"}
        parts = draw(st.lists(answers(), max_size=3))
        cents = draw(st.sampled_from([0, 0, -10, 20]))
        adjustments = [plb(draw(st.sampled_from(["CS", "L6"])), cents)] if cents else []
        plain = as_read(*parts, adjustments=adjustments, trace=trace, **head)
        off = draw(st.sampled_from([0, 0, 5]))
        total = draw(st.sampled_from([plain.remittance.payment_cents + off, 6000])) or 6000
        told.append(replace(plain, remittance=replace(plain.remittance, payment_cents=total)))
        if parts and draw(st.booleans()):
            told.append(as_read(reversal(parts[0]), trace=f"R{len(told)}", **head))
    return list({ledger.payment_keys(each).kept: each for each in told}.values())


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[RemittanceAsRead], list[Said]]:
    """Remittances and what is decided about them; of those that share a trace number one is said to count at last."""
    sources = draw(remittances())
    traces = {ledger.payment_keys(each).kept: each.remittance.trace for each in sources}
    shared = [key for key, trace in traces.items() if trace == SHARED]
    keys = [key for key, trace in traces.items() if trace in {SHARED, OWN}]
    decided = st.builds(Said, st.just(Action.SUPERSEDE), st.sampled_from(shared), st.booleans())
    released = st.builds(Said, st.just(Action.RELEASE), st.sampled_from(keys), st.booleans())
    said = draw(st.lists(decided | released, max_size=4))
    return sources, [*said, Said(Action.SUPERSEDE, draw(st.sampled_from(shared)))]


@EXAMPLES
@given(stories(), st.booleans(), st.data())
def test_files_and_decisions_alone_make_the_books(
    story: tuple[list[RemittanceAsRead], list[Said]], at_bank: bool, data: st.DataObject
) -> None:
    sources, said = story
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        decided, others = _files(folder, sources, at_bank=at_bank)
        usual = _end(folder / "usual", [*decided, *others], [], said)
        early = data.draw(st.lists(st.sampled_from(others), unique=True))
        first = data.draw(st.permutations([*decided, *early]))
        then = data.draw(st.permutations([each for each in others if each not in early]))
        assert _end(folder / "turned", first, then, said) == usual


@EXAMPLES
@given(stories(), st.data())
def test_a_decision_taken_back_leaves_no_trace(
    story: tuple[list[RemittanceAsRead], list[Said]], data: st.DataObject
) -> None:
    sources, said = story
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        decided, others = _files(folder, sources, at_bank=False)
        files = data.draw(st.permutations([*decided, *others]))
        taken_back = [replace(each, stands=False) for each in said]
        assert _end(folder / "decided", files, [], taken_back) == _end(folder / "plain", files, [], [])


def _files(folder: Path, sources: Sequence[RemittanceAsRead], *, at_bank: bool) -> tuple[list[Path], list[Path]]:
    """The files of remittances that decisions are about, and all others."""
    sent = datetime.combine(START, datetime.min.time())
    claims = [claim("C1"), claim("C2"), to_second("C1")]
    others = [claims_file(folder / f"{n}.837", each, control=n, created=sent) for n, each in enumerate(claims, 1)]
    decided = []
    for place, source in enumerate(sources, 1):
        path = remit_file(folder / f"{place}.835", source, control=place)
        (decided if source.remittance.trace in {SHARED, OWN} else others).append(path)
    if at_bank:
        others.append(folder / "day.bank")
        others[-1].write_bytes(nacha(Money(6000, SHARED, START + timedelta(days=21))))
    return decided, others


def _end(folder: Path, first: Sequence[Path], then: Sequence[Path], said: Sequence[Said]) -> Any:
    """The books after some files, decisions, and the other files: by what stands and what waits."""
    home = Settings(home=folder, today=DECIDED)
    for path in first:
        _take(home, path)
    with _store(home) as store:
        for each in said:
            _decide(store, each)
            if not each.stands:
                _decide(store, each, withdraws=True)
    for path in then:
        _take(home, path)
    broken = verify(home, top=5)
    assert broken.breaches == 0, broken.rows
    found = state(home)
    r, m, u = schema.remittance, schema.deposit_match, schema.deposit_unmatch
    undone = select(u.c.id).where(u.c.deposit_match_id == m.c.id).exists()
    paid_for = rows(home, select(r.c.payment_key).join(m, m.c.remittance_id == r.c.id).where(~undone))
    standing = dict(found.standing)
    if any(path.suffix == ".bank" for path in (*first, *then)):
        del standing["ledger_entry"]  # a match that was undone is undone on its own day
    return standing, found.balances, found.parked, sorted(paid_for)


def _take(home: Settings, path: Path) -> None:
    if path.suffix == ".bank":
        assert import_deposits(home, [path]).unreadable_files == 0
    else:
        take_in(home, path)


@contextmanager
def _store(home: Settings) -> Iterator[Store]:
    store = open_store(home.url)
    try:
        yield store
    finally:
        store.close()


def _decide(store: Store, said: Said, *, withdraws: bool = False) -> None:
    """As the service decides, but also about a remittance that does not wait: in another order it would."""
    with store.unit() as unit:
        d = schema.exception_decision
        last = select(d.c.id).where(d.c.subject == said.key, d.c.action == said.action).order_by(d.c.id.desc()).limit(1)
        of = unit.connection.execute(last).scalar_one() if withdraws else None
        action = WITHDRAW if withdraws else said.action
        decision = add_decision(
            unit, said.key, action, {}, person="Pat", reason="so", at=datetime(2026, 6, 1), known_on=DECIDED,
            withdraws=of,
        )  # fmt: skip
        restand(unit, said.key, decision, DECIDED)
        match_within(unit)
