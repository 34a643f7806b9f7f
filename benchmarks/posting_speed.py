"""How long a practice's claims take to be taken in, and its remittances to be posted, through files and SQLite.

    python benchmarks/posting_speed.py [claims]

Every file is one transaction that reaches the disk (synchronous=FULL). The floor beside it: reading the same bytes
with the same reader and storing nothing, and as many one-row transactions on the same disk. CPU seconds are what a
machine busy with other work would still need. Prints one JSON line.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from denialml import x12
from denialml.claims import (
    Address,
    Adjustment,
    Claim,
    ClaimPayment,
    Contact,
    Coverage,
    Diagnosis,
    Party,
    Procedure,
    Reference,
    Remittance,
    ServiceLine,
    ServicePayment,
)
from denialml.ids import claim_control_number
from denialml.service.charges import import_charges
from denialml.service.posting import post_files
from denialml.settings import Settings

FILES = 850
FIRST_DAY = datetime(2025, 1, 6, 9)  # noqa: DTZ001 - X12 envelopes carry no time zone
PLACE = Address("1 ELM STREET", "", "SPRINGFIELD", "IL", "627010001")
CLINIC = Party(
    "ELM STREET CLINIC",
    id_qualifier="XX",
    identifier="1234567893",
    address=PLACE,
    references=(Reference("EI", "123456789"),),
)
PAYER = Party("PRAIRIE HEALTH", id_qualifier="PI", identifier="PH001")
SUBMITTER = Party(
    "ELM", id_qualifier="46", identifier="S1", contacts=(Contact("IC", "BILLING", (("TE", "2175550100"),)),)
)
RECEIVER = Party("CLEARING", id_qualifier="46", identifier="R1")
ANSWERS = (  # cents paid of $150, and why not all
    (9000, (Adjustment("CO", "45", 4500), Adjustment("PR", "2", 1500))),
    (8800, (Adjustment("CO", "45", 4000), Adjustment("PR", "1", 2000), Adjustment("CO", "253", 200))),
    (10500, (Adjustment("CO", "45", 4500),)),
    (0, (Adjustment("CO", "50", 15000),)),
)


def _line(number: int, day: date) -> ServiceLine:
    return ServiceLine(
        number=number,
        procedure=Procedure(f"9921{2 + number}"),
        charge_cents=15000,
        units=Decimal(1),
        service_from=day,
        service_to=day,
        diagnosis_pointers=(1,),
        control_number=f"L{number}",
    )


def claim(serial: int, day: date, lines_each: int = 0) -> Claim:
    """A made-up claim of one or two lines, or of so many."""
    lines = tuple(_line(number, day) for number in range(1, 1 + (lines_each or 1 + (serial % 4 != 0))))
    subscriber = Party(
        f"PERSON{serial % 9000}",
        "ADA",
        is_person=True,
        id_qualifier="MI",
        identifier=f"M{serial % 9000:07d}",
        address=PLACE,
    )
    coverage = Coverage(
        PAYER, subscriber, filing_indicator="CI", subscriber_birth=date(1980, 5, 17), subscriber_sex="F"
    )
    diagnoses = (Diagnosis("E119", "ABK"), Diagnosis("I10"))
    number = claim_control_number(serial)
    return Claim(number, 15000 * len(lines), "11", CLINIC, coverage, lines, diagnoses)


def answer(claim: Claim, serial: int) -> ClaimPayment:
    """A payer's answer to it, in balance."""
    services = []
    for line in claim.lines:
        paid, adjustments = ANSWERS[(serial + line.number) % len(ANSWERS)]
        services.append(
            ServicePayment(
                line.procedure,
                line.charge_cents,
                paid,
                units=line.units,
                service_from=line.service_from,
                service_to=line.service_to,
                line_control_number=line.control_number,
                adjustments=adjustments,
            )
        )
    share = sum(a.amount_cents for service in services for a in service.adjustments if a.group == "PR")
    paid_cents = sum(service.paid_cents for service in services)
    return ClaimPayment(
        claim.control_number, "1", claim.charge_cents, paid_cents, share, f"ICN{serial}", "12", services=tuple(services)
    )


def _write(folder: Path, claims: int) -> tuple[list[Path], list[Path], int]:
    """Files of claims and of the answers to them, and how many lines they hold."""
    sent, remits, lines = [], [], 0
    for place in range(FILES):
        created = FIRST_DAY + timedelta(days=place // 2)
        serials = range(place * claims // FILES, (place + 1) * claims // FILES)
        batch = [claim(serial, created.date() - timedelta(days=2)) for serial in serials]
        if not batch:
            continue
        lines += sum(len(each.lines) for each in batch)
        envelope = x12.Envelope("PRACTICE", "PAYER", place + 1, created)
        sent.append(_save(folder / f"{place:04d}.837", x12.ClaimBatch(envelope, SUBMITTER, RECEIVER, batch)))
        remits.append(
            _save(
                folder / f"{place:04d}.835",
                remittance(
                    place,
                    created + timedelta(days=14),
                    [answer(each, serial) for each, serial in zip(batch, serials, strict=True)],
                ),
            )
        )
    return sent, remits, lines


def remittance(place: int, created: datetime, answers: Sequence[ClaimPayment]) -> x12.RemittanceBatch:
    """One remittance of answers."""
    head = Remittance(
        control_number="0001",
        payment_cents=sum(each.paid_cents for each in answers),
        method="ACH",
        paid_on=created.date(),
        trace=f"EFT{place:07d}",
        originator="1123456789",
        payer=Party("PRAIRIE HEALTH", address=PLACE, contacts=(Contact("BL", "HELP", (("TE", "2175550199"),)),)),
        payee=Party("ELM STREET CLINIC", id_qualifier="XX", identifier="1234567893"),
        produced_on=created.date(),
    )
    envelope = x12.Envelope("PAYER", "PRACTICE", place + 1, created)
    return x12.RemittanceBatch(envelope, [x12.RemittanceTransaction(head, answers, [])])


def _save(path: Path, batch: x12.ClaimBatch | x12.RemittanceBatch) -> Path:
    path.write_bytes(x12.write(batch))
    return path


def _reading_seconds(files: Sequence[Path]) -> float:
    began = time.perf_counter()
    for path in files:
        for _ in x12.read(path):
            pass
    return time.perf_counter() - began


def _commit_seconds(folder: Path, count: int) -> float:
    """Seconds of as many transactions of one row, each to the disk."""
    connection = sqlite3.connect(folder / "floor.sqlite3", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE floor (value INTEGER)")
    began = time.perf_counter()
    for value in range(count):
        connection.execute("INSERT INTO floor VALUES (?)", (value,))
    seconds = time.perf_counter() - began
    connection.close()
    return seconds


def main() -> None:
    """Build the files, take claims in, post, and print."""
    claims = int(sys.argv[1]) if len(sys.argv) > 1 else 40_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sent, remits, lines = _write(folder, claims)
        settings = Settings(home=folder / "home")
        began, worked = time.perf_counter(), time.process_time()
        charges = import_charges(settings, sent, sent=True)
        charges_seconds, charges_cpu_seconds = time.perf_counter() - began, time.process_time() - worked
        began, worked = time.perf_counter(), time.process_time()
        posted = post_files(settings, remits)
        posting_seconds, posting_cpu_seconds = time.perf_counter() - began, time.process_time() - worked
        assert charges.claims == posted.posted_claims == claims
        assert posted.parked_items == 0
        result = {
            "benchmark": "posting_speed",
            "claims": claims,
            "lines": lines,
            "files": len(remits),
            "charges_seconds": round(charges_seconds, 1),
            "charges_cpu_seconds": round(charges_cpu_seconds, 1),
            "charges_target_seconds": 15 if claims == 40_000 else None,
            "posting_seconds": round(posting_seconds, 1),
            "posting_cpu_seconds": round(posting_cpu_seconds, 1),
            "posting_target_seconds": 25 if claims == 40_000 else None,
            "claims_posted_a_second": round(claims / posting_seconds),
            "denial_cases": posted.denial_cases,
            "floor_reading_835_seconds": round(_reading_seconds(remits), 1),
            "floor_reading_837_seconds": round(_reading_seconds(sent), 1),
            "floor_commits_seconds": round(_commit_seconds(folder, len(remits)), 1),
        }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
