"""How fast X12 is read, validated and written, beside the floor and peers. Prints one JSON line.

Files of 10,000 and 100,000 made-up claims (the larger one is ten interchanges) are written by our own writer and read
in a fresh process each, so that peak memory can be compared. The floor splits the same bytes into elements and keeps
nothing. The peers read the same bytes: oxedi (Rust, 835 alone) to its tables, x12sdk to typed models, and pyx12, which
validates, on a file of a hundred claims. Seconds are processor seconds.

    python benchmarks/x12_speed.py [--claims 10000]
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from denialml import x12
from denialml.claims import (
    Address,
    Adjustment,
    Amount,
    Claim,
    ClaimPayment,
    Contact,
    Coverage,
    DatedFact,
    Diagnosis,
    Party,
    Procedure,
    Reference,
    Remark,
    Remittance,
    ServiceLine,
    ServicePayment,
)
from denialml.ids import claim_control_number

INTERCHANGES = 10
PEER_CLAIMS = 100  # for pyx12
FEW_CLAIMS = 1000  # for x12sdk
WRITING_PASSES = 5
FEES = 200  # procedures of a practice
PAYERS = 8
START = date(2026, 1, 1)
CREATED = datetime(2026, 3, 2, 9, 30)  # noqa: DTZ001 - X12 has no time zone

PLACE = Address("1 ELM STREET", "", "SPRINGFIELD", "IL", "627010001")
HELP = (Contact("BL", "HELP DESK", (("TE", "2175550199"),)),)
CLINIC = Party(
    "ELM STREET CLINIC", id_qualifier="XX", identifier="1234567893", taxonomy="207Q00000X", address=PLACE,
    references=(Reference("EI", "123456789"),),
)  # fmt: skip
OFFICE = Party(
    "ELM STREET CLINIC", id_qualifier="46", identifier="S12345",
    contacts=(Contact("IC", "OFFICE", (("TE", "2175550100"),)),),
)  # fmt: skip
CLEARING = Party("CLEARING HOUSE", id_qualifier="46", identifier="R12345")


def _doctor(number: int, taxonomy: str = "") -> Party:
    return Party("REED", f"JO{number}", is_person=True, id_qualifier="XX", identifier="1112223338", taxonomy=taxonomy)


def _member(serial: int, address: Address | None) -> Party:
    return Party(
        f"STONE{serial % 997}", f"ADA{serial % 89}", is_person=True, id_qualifier="MI", identifier=f"MEM{serial:08d}",
        address=address,
    )  # fmt: skip


def _services(randomness: random.Random) -> list[tuple[int, int]]:
    """Fees (cents) and their procedure's number: one to three, two on average."""
    numbers = [randomness.randrange(FEES) for _ in range(1 + randomness.randrange(3))]
    return [(4000 + 173 * number, number) for number in numbers]


def claims(first: int, count: int) -> list[Claim]:
    """Made-up claims, each of another subscriber."""
    randomness = random.Random(first)
    return [_claim(serial, randomness) for serial in range(first, first + count)]


def _claim(serial: int, randomness: random.Random) -> Claim:
    control_number = claim_control_number(serial)
    day = START + timedelta(days=serial % 60)
    lines = tuple(
        ServiceLine(
            at, Procedure(str(99000 + number), ("25",) if number % 5 == 0 else ()), fee, Decimal(1), day, day,
            diagnosis_pointers=(1, 2), control_number=f"{control_number}-{at}",
        )
        for at, (fee, number) in enumerate(_services(randomness), 1)
    )  # fmt: skip
    payer = serial % PAYERS
    coverage = Coverage(
        Party(f"PAYER {payer}", id_qualifier="PI", identifier=f"P{payer}"), _member(serial, PLACE),
        filing_indicator="CI", subscriber_birth=START - timedelta(days=8000 + serial % 9000), subscriber_sex="F",
    )  # fmt: skip
    return Claim(
        control_number, sum(line.charge_cents for line in lines), "11", CLINIC, coverage, lines,
        (Diagnosis(f"E{serial % 100:02d}9", "ABK"), Diagnosis("I10", "ABF")),
        rendering=_doctor(serial % 12, "207R00000X"), references=(Reference("G1", f"AUTH{serial}"),),
    )  # fmt: skip


def payments(first: int, count: int) -> list[ClaimPayment]:
    """Made-up claim payments in balance."""
    randomness = random.Random(first)
    return [_payment(serial, randomness) for serial in range(first, first + count)]


def _payment(serial: int, randomness: random.Random) -> ClaimPayment:
    control_number = claim_control_number(serial)
    day = START + timedelta(days=serial % 60)
    services = []
    for at, (fee, number) in enumerate(_services(randomness), 1):
        allowed = fee * (50 + 5 * (serial % PAYERS)) // 100
        share = allowed // 5
        services.append(
            ServicePayment(
                Procedure(str(99000 + number), ("25",) if number % 5 == 0 else ()), fee, allowed - share,
                units=Decimal(1), service_from=day, service_to=day, line_control_number=f"{control_number}-{at}",
                adjustments=(Adjustment("CO", "45", fee - allowed), Adjustment("PR", "2", share)),
                remarks=(Remark("N130"),) if number % 4 == 0 else (), amounts=(Amount("B6", allowed),),
            )
        )  # fmt: skip
    charge = sum(service.charge_cents for service in services)
    paid = sum(service.paid_cents for service in services)
    share = sum(service.adjustments[1].amount_cents for service in services)
    return ClaimPayment(
        control_number, "1", charge, paid, share, f"ICN{serial:09d}", "12", "11", "1", _member(serial, None),
        rendering=_doctor(serial % 12), remarks=(Remark("MA01", source="MOA"),), services=tuple(services),
        dates=(DatedFact("232", day), DatedFact("050", day + timedelta(days=9))),
    )  # fmt: skip


def claim_file(first: int, count: int) -> bytes:
    """An 837P of made-up claims."""
    return x12.write(x12.ClaimBatch(_envelope(first), OFFICE, CLEARING, claims(first, count)))


def remittance_file(first: int, count: int) -> bytes:
    """An 835 of made-up claim payments."""
    paid = payments(first, count)
    head = Remittance(
        "0001", sum(each.paid_cents for each in paid), "CHK", START, f"T{first}", "1123456789",
        Party("PAYER", address=PLACE, contacts=HELP), Party("CLINIC", id_qualifier="XX", identifier="1234567893"),
    )  # fmt: skip
    return x12.write(x12.RemittanceBatch(_envelope(first), [x12.RemittanceTransaction(head, paid)]))


def _envelope(first: int) -> x12.Envelope:
    return x12.Envelope("SENDER", "RECEIVER", first + 1, CREATED)


def measure_reading(path: Path) -> dict[str, float]:
    """Typed records a second from a file, once its guide is loaded, and the peak memory of this process."""
    before = _peak_mib()
    guide_ms = _load_guide(path)
    start = time.process_time()
    count = sum(isinstance(event, x12.ClaimRead | x12.ClaimPaymentRead) for event in x12.read(path))
    seconds = time.process_time() - start
    return {
        "claims": count,
        "per_second": round(count / seconds),
        "guide_ms": guide_ms,
        "peak_mib": _peak_mib(),
        "started_mib": before,
    }


def measure_writing(first: int, count: int) -> dict[str, float]:
    """Claims a second from values to bytes, read back and compared; the median of several passes."""
    batch = x12.ClaimBatch(_envelope(first), OFFICE, CLEARING, claims(first, count))
    seconds = []
    for _ in range(WRITING_PASSES):
        start = time.process_time()
        x12.write(batch)
        seconds.append(time.process_time() - start)
    return {"claims": count, "per_second": round(count / statistics.median(seconds))}


def measure_floor(path: Path) -> dict[str, float]:
    """Claims a second when segments and elements are split and nothing is kept."""
    content = path.read_bytes()
    start = time.process_time()
    count = 0
    for segment in content.split(b"~"):
        elements = segment.split(b"*")
        count += elements[0] in {b"CLP", b"CLM"}
    return {"claims": count, "per_second": round(count / (time.process_time() - start))}


def measure_peer(path: Path) -> dict[str, float]:
    """Claims a second of pyx12, which validates against its maps."""
    import pyx12.params
    import pyx12.x12n_document

    logging.getLogger("pyx12").setLevel(logging.CRITICAL)
    start = time.process_time()
    accepted = pyx12.x12n_document.x12n_document(pyx12.params.ParamsUnix(), str(path), io.StringIO(), None)
    seconds = time.process_time() - start
    return {"claims": PEER_CLAIMS, "per_second": round(PEER_CLAIMS / seconds), "accepted": bool(accepted)}


def _load_guide(path: Path) -> int:
    """Milliseconds to load the guide of a file's kind, which a process does once."""
    from denialml.x12.guide import guide

    start = time.process_time()
    guide(path.suffix.removeprefix("."))
    return round(1000 * (time.process_time() - start))


def measure_validating(path: Path) -> dict[str, float]:
    """Claims a second checked to SNIP 4, and the faults found."""
    from denialml.x12.faults import Fault
    from denialml.x12.validate import validate

    claims = path.read_bytes().count(b"~CL")
    _load_guide(path)
    start = time.process_time()
    faults = sum(isinstance(item, Fault) for item in validate(path))
    seconds = time.process_time() - start
    return {"claims": claims, "per_second": round(claims / seconds), "faults": faults, "peak_mib": _peak_mib()}


def measure_oxedi(path: Path) -> dict[str, float]:
    """Claims a second of oxedi, to its tables."""
    import oxedi

    content = path.read_bytes()
    start = time.process_time()
    count = oxedi.parse(content).count_claims()
    return {"claims": count, "per_second": round(count / (time.process_time() - start))}


def measure_x12sdk(path: Path) -> dict[str, float]:
    """Claims a second of x12sdk, to its models: one model is a transaction set."""
    from x12sdk.io import X12ModelReader

    claims = path.read_bytes().count(b"~CL")
    start = time.process_time()
    with X12ModelReader(str(path)) as reader:
        models = sum(1 for _ in reader.models())
    return {"claims": claims, "per_second": round(claims / (time.process_time() - start)), "models": models}


def _peak_mib() -> int:
    """Peak resident memory of this process; where Linux tells it, without what the parent had."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _fresh(*words: str) -> dict[str, Any]:
    """One measurement in a process of its own."""
    done = subprocess.run([sys.executable, __file__, *words], check=True, capture_output=True, text=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _write_files(folder: Path, count: int) -> dict[str, Path]:
    makers: dict[str, Callable[[int, int], bytes]] = {"835": remittance_file, "837P": claim_file}
    paths = {}
    for kind, make in makers.items():
        for name, sizes in (
            ("small", [PEER_CLAIMS]),
            ("few", [FEW_CLAIMS]),
            ("one", [count]),
            ("ten", [count] * INTERCHANGES),
        ):
            path = paths[f"{kind} {name}"] = folder / f"{name}.{kind}"
            with path.open("wb") as stream:
                for place, size in enumerate(sizes):
                    stream.write(make(place * count, size))
    return paths


def run(count: int) -> dict[str, Any]:
    """All measurements."""
    with tempfile.TemporaryDirectory() as folder:
        paths = _write_files(Path(folder), count)
        result: dict[str, Any] = {"benchmark": "x12_speed"}
        for kind in ("835", "837P"):
            segments = paths[f"{kind} one"].read_bytes().count(b"~") / count
            result[f"{kind} read"] = {
                "segments_per_claim": round(segments, 1),
                "one": _fresh("read", str(paths[f"{kind} one"])),
                "ten": _fresh("read", str(paths[f"{kind} ten"])),
                "floor": _fresh("floor", str(paths[f"{kind} one"])),
                "x12sdk": _fresh("x12sdk", str(paths[f"{kind} few"])),
            }
            if kind == "835":
                result["835 read"]["oxedi"] = _fresh("oxedi", str(paths["835 one"]))
            result[f"{kind} validate"] = {
                "one": _fresh("validate", str(paths[f"{kind} one"])),
                "pyx12": _fresh("peer", str(paths[f"{kind} small"])),
            }
        result["837P write with read-back"] = _fresh("write", "0", str(count))
    return result


def main(words: Sequence[str]) -> None:
    """Measure all, or one thing when called by itself."""
    match list(words):
        case ["read", path]:
            print(json.dumps(measure_reading(Path(path))))
        case ["floor", path]:
            print(json.dumps(measure_floor(Path(path))))
        case ["peer", path]:
            print(json.dumps(measure_peer(Path(path))))
        case ["validate", path]:
            print(json.dumps(measure_validating(Path(path))))
        case ["oxedi", path]:
            print(json.dumps(measure_oxedi(Path(path))))
        case ["x12sdk", path]:
            print(json.dumps(measure_x12sdk(Path(path))))
        case ["write", first, count]:
            print(json.dumps(measure_writing(int(first), int(count))))
        case _:
            parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
            parser.add_argument("--claims", type=int, default=10_000, help="claims in the smaller file")
            print(json.dumps(run(parser.parse_args(words).claims)))


if __name__ == "__main__":
    main(sys.argv[1:])
