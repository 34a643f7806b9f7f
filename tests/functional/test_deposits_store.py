"""Money at the bank through files and the store, on both databases: exactly once, in any order, undone by mirrors."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bank_files import COMPANY, DAY, FORMATS, Money, bai2, csv, nacha
from denialml.errors import NotFoundError, RefusedError, UsageError
from denialml.ledger import RemittanceState
from denialml.service import deposits
from denialml.service.audit import verify
from denialml.service.deposits import import_deposits
from denialml.service.posting import post_files
from denialml.settings import Settings
from denialml.store import schema
from deposit_cases import TODAY, Stand, stand, take, told, view
from posting_cases import as_read, payment, plb, remit_file, service
from store_reading import rows

AT = datetime(2026, 2, 20, 12, 0, tzinfo=UTC)
WHO = {"person": "ada", "reason": "the bank's letter says so", "at": AT, "known_on": TODAY}


@pytest.mark.parametrize("write", FORMATS.values(), ids=FORMATS)
def test_deposits_are_booked_whichever_came_first(home: Settings, tmp_path: Path, write: Callable[..., bytes]) -> None:
    first = remit_file(tmp_path / "1.835", told("T1", 5_000), told("T2", 700))
    assert take(home, tmp_path, write(Money(700, "T2"), Money(900, "T3"), Money(5_000, "T1"))).entries == 3
    assert stand(home).balances == {}
    post_files(home, [first])
    assert stand(home).balances == {"cash_bank": 5_700, "suspense_remit": -5_700}
    post_files(home, [remit_file(tmp_path / "2.835", told("T3", 900), control=2)])
    assert stand(home).states == {"matched": 6}
    booked = rows(home, sa.select(schema.ledger_transaction).where(schema.ledger_transaction.c.kind == "deposit"))
    assert {(row.happened_on, row.known_on) for row in booked} == {(DAY, DAY)}
    assert verify(home).events == 5  # two posted files, one of the bank, two runs of matching


def test_the_same_money_twice_is_there_once(home: Settings, tmp_path: Path) -> None:
    post_files(home, [remit_file(tmp_path / "1.835", told("T1", 5_000))])
    payments = (Money(5_000, "T1"), Money(40, "T8"), Money(40, "T8"))
    assert take(home, tmp_path, nacha(*payments)).entries == 3
    before, events = stand(home), verify(home).events
    again = take(home, tmp_path, nacha(*payments), nacha(*payments, name="ANOTHER NAME"))
    assert (again.entries, again.repeated, again.matched, again.undone) == (0, 6, 0, 0)
    assert (stand(home), verify(home).events) == (before, events)


def test_a_run_that_stopped_before_matching_is_made_good_by_the_next(
    home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    post_files(home, [remit_file(tmp_path / "1.835", told("T1", 5_000))])
    with monkeypatch.context() as stopped:
        stopped.setattr(deposits, "match_deposits", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            take(home, tmp_path, nacha(Money(5_000, "T1")))
    again = take(home, tmp_path, nacha(Money(5_000, "T1")))
    assert (again.entries, again.repeated, again.matched) == (0, 1, 1)
    assert stand(home).states == {"matched": 2}


def test_statements_that_overlap_bring_each_line_once(home: Settings, tmp_path: Path) -> None:
    """Two lines alike on one day are two, and the next export that holds them again adds none."""
    early = [Money(500, told=False), Money(500, told=False)]
    late = [*early, Money(600, day=DAY + timedelta(days=1), told=False)]
    plain = [content.replace(b",R1,", b",,").replace(b",R2,", b",,") for content in (csv(*early), csv(*late))]
    found = [take(home, tmp_path, content) for content in plain]
    assert [(each.entries, each.repeated) for each in found] == [(2, 0), (1, 2)]


def test_a_file_that_does_not_tie_is_refused_whole(home: Settings, tmp_path: Path) -> None:
    content = nacha(Money(5_000, "T1"), Money(1, "T2")).replace(b"0000000001841935027", b"0000000002841935027")
    report = take(home, tmp_path, content, bai2(Money(3, "T4"))[:-20], csv(Money(7, "T7")))
    assert (report.unreadable_files, report.entries) == (2, 1)
    assert "credits do not tie" in report.files[0].error
    assert "breaks off" in report.files[1].error


BANK = [
    nacha(Money(5_000, "T1"), Money(700, "T2"), Money(333, "T9")),
    nacha(Money(5_000, "T1", DAY + timedelta(days=1))),  # a second time: one of the two waits
    bai2(Money(900, told=False), Money(-250, "T5"), Money(4_000, "T6", DAY + timedelta(days=2))),
    csv(Money(1_500, told=False), Money(800, "T7"), Money(-800, "T7", DAY + timedelta(days=1)), Money(321, "NONE")),
]
REMITS = [
    [told("T1", 5_000), told("T2", 701)],
    [told("T3", 900)],
    [told("T4", 900)],  # makes the deposit of 900 ambiguous
    [as_read(payment(service(0, 0), number="C5"), trace="T5", adjustments=[plb("WO", 250)], method="NON", paid_on=DAY,
             originator=COMPANY)],
    [told("T6", 4_000), told("T7", 800)],
    [told("TA", 1_000), told("TB", 500)],
    [told("TZ", 0, method="NON", payment_format="", payer_account=None, payee_account=None, originating_company="")],
]  # fmt: skip


def test_any_order_of_files_ends_in_the_same(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """The order decides nothing, not even where a match that seemed clear is in doubt later."""
    remits = [
        remit_file(tmp_path / f"{number}.835", *sources, control=number) for number, sources in enumerate(REMITS, 1)
    ]
    money = []
    for number, content in enumerate(BANK):
        money.append(tmp_path / f"{number}.bank")
        money[-1].write_bytes(content)
    orders = [remits + money, money + remits, money[::-1] + remits[::-1]]
    orders += [random.Random(seed).sample(remits + money, len(remits + money)) for seed in range(5)]
    ends = [_end_of(home, order) for home, order in zip(_homes(request, tmp_path, len(orders)), orders, strict=True)]
    assert all(end == ends[0] for end in ends)
    states = {(trace, cents): (state, rule) for trace, _, cents, state, rule, _ in ends[0].pairs if trace != "T1"}
    assert states == {
        ("T2", 700): ("amount_differs", ""),
        ("T9", 333): ("no_remittance", ""),
        ("", 900): ("ambiguous", ""),
        ("", 1_500): ("matched", "sum"),
        ("T5", -250): ("matched", "trace"),
        ("T6", 4_000): ("matched", "trace"),
        ("T7", 800): ("returned", ""),
        ("T7", -800): ("returned", ""),
        ("NONE", 321): ("no_remittance", ""),
    }
    first = {day: (state, rule) for trace, day, _, state, rule, _ in ends[0].pairs if trace == "T1"}
    assert first == {DAY: ("matched", "trace"), DAY + timedelta(days=1): ("already_paid", "")}


def _homes(request: pytest.FixtureRequest, folder: Path, count: int) -> list[Settings]:
    """Empty stores: on PostgreSQL, databases of its own that are dropped with the server."""
    if "postgres" not in request.node.name:
        return [Settings(home=folder / str(number)) for number in range(count)]
    server, template = request.getfixturevalue("postgres_server"), request.getfixturevalue("postgres_template")
    return [Settings(home=folder, database_url=server.url(server.create(template))) for _ in range(count)]


def _end_of(home: Settings, files: Sequence[Path]) -> Stand:
    for path in files:
        if path.suffix == ".835":
            assert not post_files(home, [path]).unreadable_files
        else:
            assert not import_deposits(home, [path]).unreadable_files
    return stand(home)


def test_a_person_matches_and_undoes(home: Settings, tmp_path: Path) -> None:
    check = {"method": "CHK", "payment_format": "", "payer_account": None, "payee_account": None,
             "originating_company": ""}  # fmt: skip
    post_files(home, [remit_file(tmp_path / "1.835", told("K1", 600, **check), told("K2", 400, **check))])
    take(home, tmp_path, csv(Money(1_000, told=False), Money(999, told=False)))
    shown = view(home, waiting=True)
    assert {each.state for each in shown.remittances} == {RemittanceState.BY_PERSON}
    first, second = (each.deposit for each in shown.deposits)
    both = [each.remittance for each in shown.remittances]
    with pytest.raises(RefusedError, match=r"the amounts differ: deposit 2 is \$9.99, the remittances put \$10.00"):
        deposits.match(home, second, both, **WHO)
    with pytest.raises(NotFoundError, match="no remittance 77"):
        deposits.match(home, first, [77], **WHO)
    with pytest.raises(NotFoundError, match="no deposit 77"):
        deposits.match(home, 77, both, **WHO)
    with pytest.raises(UsageError, match="say why"):
        deposits.match(home, first, both, **(WHO | {"reason": " "}))
    assert stand(home).balances["cash_clearing"] == 1_000

    deposits.match(home, first, both, **WHO)
    assert stand(home).balances == {"cash_bank": 1_000, "suspense_remit": -1_000}
    with pytest.raises(RefusedError, match="matched already"):
        deposits.match(home, first, both, **WHO)
    with pytest.raises(RefusedError, match="remittance 1 has its money"):
        deposits.match(home, second, both, **WHO)

    deposits.unmatch(home, first, **WHO)
    assert stand(home).balances == {"cash_clearing": 1_000, "suspense_remit": -1_000}
    with pytest.raises(NotFoundError, match="no deposit 1 is matched"):
        deposits.unmatch(home, first, **WHO)
    deposits.match(home, first, both, **WHO)
    assert stand(home).states == {"matched": 3, "no_remittance": 1}
    assert verify(home).events == 5


def test_what_a_person_undid_no_rule_does_again(home: Settings, tmp_path: Path) -> None:
    post_files(home, [remit_file(tmp_path / "1.835", told("T1", 600))])
    take(home, tmp_path, nacha(Money(600, "T1")))
    deposits.unmatch(home, 1, **WHO)
    take(home, tmp_path, nacha(Money(5, "T2")))
    assert stand(home).states == {"by_person": 1, "no_remittance": 1, "no_deposit": 1}
    deposits.match(home, 1, [1], **WHO)
    assert stand(home).states == {"matched": 2, "no_remittance": 1}


def test_what_comes_later_undoes_a_match_in_doubt(home: Settings, tmp_path: Path) -> None:
    post_files(home, [remit_file(tmp_path / "1.835", told("T1", 600))])
    assert take(home, tmp_path, nacha(Money(600, told=False))).matched == 1
    post_files(home, [remit_file(tmp_path / "2.835", told("T2", 600), control=2)])
    assert stand(home).states == {"ambiguous": 1, "no_deposit": 2}
    assert take(home, tmp_path, nacha(Money(600, "T2"))).matched == 2
    assert stand(home).states == {"matched": 4}
    kinds = sorted(kind for (kind,) in rows(home, sa.select(schema.ledger_transaction.c.kind)))
    assert kinds == ["correction", "deposit", "deposit", "deposit", "suspense", "suspense"]


def test_a_payment_that_conflicts_with_another_has_nothing_to_clear(home: Settings, tmp_path: Path) -> None:
    post_files(home, [remit_file(tmp_path / "1.835", told("T1", 600)),
                      remit_file(tmp_path / "2.835", told("T1", 601), control=2)])  # fmt: skip
    take(home, tmp_path, nacha(Money(601, "T1")))
    shown = view(home)
    assert [each.state for each in shown.remittances] == ["amount_differs", "not_in_books"]
    assert not any(each.remittances for each in shown.deposits)


def test_a_month_ties_to_the_cent_and_lateness_counts_business_days(home: Settings, tmp_path: Path) -> None:
    sources = [told("T1", 600), told("T2", 50), told("T3", 7, paid_on=date(2026, 3, 2))]
    post_files(home, [remit_file(tmp_path / "1.835", *sources)])
    take(home, tmp_path, nacha(Money(600, "T1"), Money(9, "T9")))
    month = view(home, since=date(2026, 2, 1), until=date(2026, 2, 28))
    assert (month.bank_cents, month.matched_cents, month.unmatched_cents) == (609, 600, 9)
    assert (month.announced_cents, month.awaited_cents, month.late) == (650, 50, 1)
    (waits,) = view(home, waiting=True, until=date(2026, 2, 28)).remittances
    assert (waits.trace, waits.business_days, waits.late) == ("T2", 14, True)
    early = deposits.view(home, today=date(2026, 2, 6), waiting=True)
    assert [(each.business_days, each.late) for each in early.remittances] == [(4, False), (0, False)]


def test_what_the_bank_took_back_pays_for_nothing(home: Settings, tmp_path: Path) -> None:
    """A person matched a deposit that then came back: undone, it goes with its return, and is not matched again."""
    post_files(home, [remit_file(tmp_path / "1.835", told("T1", 5_000), told("T2", 0))])
    take(home, tmp_path, csv(Money(5_000, "T9")))
    (deposit,) = [each.deposit for each in view(home).deposits]
    paid, unpaid = (each.remittance for each in sorted(view(home).remittances, key=lambda each: -each.amount_cents))
    with pytest.raises(RefusedError, match="put no money into the books"):
        deposits.match(home, deposit, [paid, unpaid], **WHO)
    deposits.match(home, deposit, [paid], **WHO)
    take(home, tmp_path, csv(Money(-5_000, "T9", day=DAY + timedelta(days=3))))
    assert stand(home).states == {"matched": 2, "no_remittance": 1, "no_money": 1}
    deposits.unmatch(home, deposit, **WHO)
    assert stand(home).states == {"returned": 2, "no_deposit": 1, "no_money": 1}
    with pytest.raises(RefusedError, match="took it back"):
        deposits.match(home, deposit, [paid], **WHO)
