"""Every real 5010 remittance in an empty practice: all parked, to the cent, and a second run changes nothing."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest
import sqlalchemy as sa

from denialml.service.exceptions import list_exceptions
from denialml.service.posting import post_files
from denialml.settings import Settings
from denialml.store import open_store, schema
from denialml.store.books import books, standing_books, trial_balance
from store_reading import looking

pytestmark = pytest.mark.samples


def naive_sums(path: Path) -> tuple[int, int]:
    """Cents of CLP04 and of all PLB amounts of a file, by splitting text and nothing else."""
    text = path.read_text(encoding="utf-8-sig").lstrip()
    element = text[3]
    terminator = text[: text.index(f"GS{element}")].rstrip()[-1]  # not at a fixed place: some samples' ISA is odd
    claims = adjustments = 0
    for raw in text.split(terminator):
        parts = raw.strip().split(element)
        if parts[0] == "CLP":
            claims += cents(parts[4]) if len(parts) > 4 else 0
        elif parts[0] == "PLB":
            adjustments += sum(cents(amount) for amount in parts[4::2])
    return claims, adjustments


def cents(text: str) -> int:
    try:
        return int(Decimal(text) * 100)
    except InvalidOperation:
        return 0  # a sample holds letters where the amount should be


def remittances_5010(samples: Path) -> list[Path]:
    """Files that hold an 835 of version 5010, wherever their authors filed them."""
    files = [path for path in sorted((samples / "x12").rglob("*")) if path.is_file()]
    return [p for p in files if b"ST*835" in (content := p.read_bytes()) and b"005010X221" in content]


def test_every_sample_adds_up_and_only_once(samples: Path, settings: Settings) -> None:
    files = remittances_5010(samples)
    assert len(files) >= 8
    report = post_files(settings, files)
    assert report.unreadable_files == 0
    for path, file in zip(files, report.files, strict=True):
        claims, adjustments = naive_sums(path)
        assert file.posted_cents + file.parked_cents + file.repeated_cents == claims, path.name
        total = file.posted_adjustments_cents + file.parked_adjustments_cents + file.repeated_adjustments_cents
        assert total == adjustments, path.name
    assert report.posted_claims == 0
    store = open_store(settings.url)
    with store.reading() as connection:
        before = books(connection)
        balance = trial_balance(connection)
        parked = connection.execute(
            sa.select(schema.claim_payment.c.disposition, sa.func.count()).group_by(schema.claim_payment.c.disposition)
        ).all()
        kinds = connection.execute(
            sa.select(schema.parked_item.c.kind, sa.func.count()).group_by(schema.parked_item.c.kind)
        ).all()
    assert [disposition for disposition, _ in parked] == ["parked"]
    assert sum(count for _, count in kinds) == report.parked_items
    assert set(balance) <= {"cash_clearing", "suspense_remit", "interest_income", "recoup_payer"}
    assert sum(balance.values()) == 0

    again = post_files(settings, files)
    assert again.repeated_files == len(files)
    assert again.posted_cents == again.parked_cents == 0
    with store.reading() as connection:
        assert books(connection) == before
    store.close()


def test_each_sample_alone_posts_or_parks_all_of_it(samples: Path, tmp_path: Path) -> None:
    for place, path in enumerate(remittances_5010(samples)):
        report = post_files(Settings(home=tmp_path / str(place)), [path])
        claims, adjustments = naive_sums(path)
        assert report.posted_cents + report.parked_cents == claims, path.name
        assert report.posted_adjustments_cents + report.parked_adjustments_cents == adjustments, path.name


def test_samples_forwards_and_backwards_come_to_the_same_books(samples: Path, tmp_path: Path) -> None:
    files = remittances_5010(samples)
    found = []
    for name, order in (("forwards", files), ("backwards", files[::-1])):
        settings = Settings(home=tmp_path / name)
        report = post_files(settings, order)
        queue = list_exceptions(settings)
        books_of = looking(settings, standing_books), looking(settings, trial_balance)
        found.append((*books_of, report.parked_cents, queue.kinds))
        assert queue.amount_cents == report.parked_cents + report.parked_adjustments_cents
    assert found[0] == found[1]
