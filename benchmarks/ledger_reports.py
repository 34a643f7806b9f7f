"""How long trial balance and aging take on the books of many claims, beside a plain sum of all entries.

    python benchmarks/ledger_reports.py [claims] [--database-url URL]

The books are made by the database itself: a charge for each claim, an answer for four in five, a patient's share that
stays open for one in four of these. The floor is ``SELECT account, sum(amount_cents) ... GROUP BY account``. Without a
URL the database is SQLite in a temporary folder. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, func, select, text

from denialml.ledger import CountFrom, GroupBy
from denialml.store import Store, open_store, schema
from denialml.store.ledger_reports import account_totals, aged
from denialml.store.sums import rebuild

PAYERS = 20
DAYS = 730
FIRST = date(2024, 1, 1)
LAST = FIRST + timedelta(days=DAYS + 60)
TARGET_SECONDS = 2.0
PATIENCE_SECONDS = 5.0

# What a claim of serial n books: entry number, of its charge (0) or answer (1), account, cents, and of which claims.
ENTRIES = (
    (1, 0, "ar_insurer", 15000, "1 = 1"),
    (2, 0, "revenue_charges", -15000, "1 = 1"),
    (1, 1, "cash_clearing", 9000, "n % 5 > 0"),
    (2, 1, "ar_insurer", -9000, "n % 5 > 0"),
    (3, 1, "adj_contractual", 4500, "n % 5 > 0"),
    (4, 1, "ar_insurer", -4500, "n % 5 > 0"),
    (5, 1, "adj_sequestration", 1500, "n % 5 > 1"),
    (6, 1, "ar_insurer", -1500, "n % 5 > 1"),
    (5, 1, "ar_patient", 1500, "n % 5 = 1"),
    (6, 1, "ar_insurer", -1500, "n % 5 = 1"),
)


def _day(number: str, *, sqlite: bool) -> str:
    """SQL for the first day and so many more."""
    return f"date('{FIRST}', '+' || ({number}) || ' days')" if sqlite else f"date '{FIRST}' + ({number})::int"


def _statements(claims: int, *, sqlite: bool) -> list[str]:
    pad = "printf('%064d', {})" if sqlite else "lpad(({})::text, 64, '0')"
    series = f"WITH RECURSIVE serial(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM serial WHERE n < {claims})"
    served, sent = _day(f"n / 3 % {DAYS}", sqlite=sqlite), _day(f"n / 3 % {DAYS} + 2", sqlite=sqlite)
    known = _day(f"n / 3 % {DAYS} + 2 + 21 * half", sqlite=sqlite)
    entries = " UNION ALL ".join(
        f"SELECT {half} AS half, {number} AS number, '{account}' AS account, {cents} AS cents, '{when}' AS kind"
        for number, half, account, cents, when in ENTRIES
    )
    fits = " OR ".join(f"(kind = '{when}' AND {when})" for when in sorted({when for *_, when in ENTRIES}))
    halves = "(SELECT 0 AS half UNION ALL SELECT 1) AS halves"
    return [
        (
            f"{series} INSERT INTO payer (id, identifier, name) SELECT n, 'P' || n, 'PAYER ' || n FROM serial "
            f"WHERE n <= {PAYERS}"
        ),
        f"{series} INSERT INTO patient (id, key) SELECT n, {pad.format('n')} FROM serial WHERE n <= {claims // 20 + 1}",
        (
            "INSERT INTO file (id, sha256, size_bytes, content, known_on) "
            f"VALUES (1, 'made up', 0, {'x' if sqlite else ''}'', '{FIRST}')"
        ),
        (
            f"{series} INSERT INTO claim (id, control_number, payer_id, patient_id, charge_cents, served_from, "
            "served_to, known_on, file_id, file_start, file_end, version_key) "
            f"SELECT n, 'C' || n, 1 + n / 7 % {PAYERS}, 1 + n / 20, 15000, {served}, {served}, {sent}, 1, 0, 0, "
            f"{pad.format('n')} FROM serial"
        ),
        (
            f"{series} INSERT INTO service_line (id, claim_id, number, units, charge_cents, served_from, served_to) "
            f"SELECT n, n, 1, 1, 15000, {served}, {served} FROM serial"
        ),
        f"{series} INSERT INTO submission (id, claim_id, sent_on, known_on) SELECT n, n, {sent}, {sent} FROM serial",
        (
            f"{series} INSERT INTO ledger_transaction (id, key, kind, happened_on, known_on, claim_id) "
            f"SELECT 2 * n + half, {pad.format('2 * n + half')}, CASE half WHEN 0 THEN 'charge' ELSE 'payment' END, "
            f"{known}, {known}, n FROM serial CROSS JOIN {halves} WHERE half = 0 OR n % 5 > 0"
        ),
        (
            f"{series} INSERT INTO ledger_entry (transaction_id, ordinal, account, line_id, amount_cents) "
            f"SELECT 2 * n + half, number, account, n, cents FROM serial CROSS JOIN ({entries}) AS entries WHERE {fits}"
        ),
    ]


def _fill(store: Store, url: str, claims: int) -> None:
    """Past the program's own door, and without what makes writing safe: only reading is measured."""
    if not store.is_sqlite:
        with store.unit() as unit:
            unit.connection.execute(text("SET LOCAL session_replication_role = replica"))
            for statement in _statements(claims, sqlite=False):
                unit.connection.execute(text(statement))
        return
    store.close()  # the journal is switched off only where nobody else is connected
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF", "cache_size = -2000000"):
        connection.execute(f"PRAGMA {pragma}")
    for statement in _statements(claims, sqlite=True):
        connection.execute(statement)
    connection.close()


def _seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """The best of three, or of fewer where it takes long."""
    best, found, began = float("inf"), None, time.perf_counter()
    for _ in range(3):
        started = time.perf_counter()
        found = work()
        best = min(best, time.perf_counter() - started)
        if time.perf_counter() - began > PATIENCE_SECONDS:
            break
    return round(best, 3), found


def _measure(connection: Connection) -> dict[str, Any]:
    entry = schema.ledger_entry
    trial, totals = _seconds(lambda: account_totals(connection, LAST))
    aging, rows = _seconds(lambda: aged(connection, LAST, GroupBy.PAYER, CountFrom.SERVICE))
    past = LAST - timedelta(days=60)
    before, _ = _seconds(lambda: aged(connection, past, GroupBy.PAYER, CountFrom.SERVICE))
    providers, _ = _seconds(lambda: aged(connection, LAST, GroupBy.PROVIDER, CountFrom.SERVICE))
    patients, _ = _seconds(lambda: aged(connection, LAST, GroupBy.PATIENT, CountFrom.SENT))
    plain = select(entry.c.account, func.sum(entry.c.amount_cents)).group_by(entry.c.account)
    floor, sums = _seconds(lambda: connection.execute(plain).all())
    nets = {each.account: each.debit_cents - each.credit_cents for each in totals}
    assert nets == {account: int(cents) for account, cents in sums}
    open_cents = sum(cents for row in rows for cents in row.buckets.values())
    assert open_cents == nets["ar_insurer"] + nets["ar_patient"]
    return {
        "trial_balance_seconds": trial,
        "aging_by_payer_seconds": aging,
        "aging_as_of_a_past_day_seconds": before,
        "aging_by_provider_seconds": providers,
        "aging_by_patient_seconds": patients,
        "target_seconds": TARGET_SECONDS,
        "floor_plain_sum_seconds": floor,
    }


def _run(url: str, claims: int) -> dict[str, Any]:
    store = open_store(url)
    began = time.perf_counter()
    _fill(store, url, claims)
    filled = time.perf_counter() - began
    began = time.perf_counter()
    with store.unit() as unit:
        rebuild(unit)
    rebuilt = time.perf_counter() - began
    with store.unit() as unit:
        unit.connection.execute(text("ANALYZE"))
    with store.reading() as connection:
        result = {
            "benchmark": "ledger_reports",
            "database": "sqlite" if store.is_sqlite else "postgresql",
            "claims": claims,
            "entries": connection.execute(select(func.count()).select_from(schema.ledger_entry)).scalar(),
            "open_rows": connection.execute(select(func.count()).select_from(schema.receivable)).scalar(),
            "filling_seconds": round(filled, 1),
            "replay_seconds": round(rebuilt, 1),
            **_measure(connection),
        }
    store.close()
    return result


def main() -> None:
    """Make the books, ask them, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("claims", type=int, nargs="?", default=500_000)
    parser.add_argument("--database-url", default="")
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(_run(words.database_url or f"sqlite:///{folder}/books.sqlite3", words.claims)))


if __name__ == "__main__":
    main()
