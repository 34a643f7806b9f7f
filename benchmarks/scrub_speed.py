"""How fast claims are scrubbed by all rules with full-size code tables, beside other validators on the same claims.

The tables are those of ``code_tables.py``, loaded from publishers' layouts and asked through the same door as by
``denialml scrub``: 2.5 million procedure pairs, 15,000 unit limits, 75,000 diagnoses, a million covered pairs, and
15,000 rows of a fee schedule. One JSON line: claims a second on one core of a practice (1,500 procedures and 3,000
diagnoses, few of them common), for the first claims and for twice as many (the cost must be linear); the same where
codes are drawn evenly from all the tables, which no practice does; from a cold start to the first claim scrubbed; the
most memory used. The floor is making the claims' views alone. Rates are by processor time, which does not count what
other work on the machine takes; the cold start is by the clock on the wall.

``--peers PYTHON`` names the interpreter of an environment with the packages ``claim-validator`` and ``validedi``
(``pip install claim-validator httpx validedi``); each then gets some of the same claims, as objects and as an 837 file.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import code_tables
from denialml import x12
from denialml.claims import Address, Claim, Contact, Coverage, Diagnosis, Party, Procedure, Reference, ServiceLine
from denialml.codes import Tables
from denialml.codes.loading import load
from denialml.codes.publishers import Edition
from denialml.codes.releases import Shelf
from denialml.scrub import Context, run, standard
from denialml.scrub.history import Together
from denialml.scrub.national import National
from denialml.scrub.practice import Practice
from denialml.scrub.view import ClaimView

SEED = 20_260_630
CLAIMS = 10_000
FOR_PEERS = 500
PROCEDURES, DIAGNOSES = code_tables.codes(code_tables.PAIRS // 250), code_tables.diagnoses(code_tables.DIAGNOSES)
SENT = date(2026, 8, 5)
GROUP, DOCTOR = "1234567893", "1245319599"
ADDRESS = Address("1 Main Street", "", "Springfield", "IL", "627011234")


def tables(folder: Path) -> Tables:
    """The full-size tables, loaded into a folder."""
    files = code_tables.write_files(folder)
    periods = ("XXX", "000", "010", "090")
    fees = [f"{code},,A,{periods[int(code) % 4]}" for code in code_tables.codes(15_000)]
    fees_file = folder / "fee_schedule.csv"
    fees_file.write_text("\n".join(["code,modifier,status,global_days", *fees]) + "\n", encoding="ascii")
    shelf = Shelf(folder / "codes")
    load(shelf, files[:1], SENT)
    load(shelf, [*files[1:], fees_file], SENT, edition=Edition("made up", date(2026, 7, 1)))
    return shelf.open()


def drawn(codes: Sequence[str], common: int, dice: random.Random, *, evenly: bool) -> str:
    """One of the codes: of all alike, or of some with the first of them much more often."""
    return dice.choice(codes) if evenly else codes[7 * int(common * dice.random() ** 3)]


def made_claim(number: int, dice: random.Random, *, evenly: bool = False) -> Claim:
    """A claim to Medicare or another payer of one to five lines and up to four diagnoses."""
    day = date(2026, 7, 1) + timedelta(days=dice.randrange(31))
    lines = tuple(
        ServiceLine(
            number=at,
            procedure=Procedure(
                drawn(PROCEDURES, 1_400, dice, evenly=evenly), dice.choice(((), (), ("59",), ("RT",), ("25",)))
            ),
            charge_cents=10_000,
            units=Decimal(1),
            service_from=day,
            service_to=day,
            diagnosis_pointers=(1,),
        )
        for at in range(1, dice.randrange(2, 7))
    )
    member = f"M{number // 4}"
    subscriber = Party(
        name="Sample", first="Terry", is_person=True, id_qualifier="MI", identifier=member, address=ADDRESS
    )
    references = (Reference("EI", "123456789"),)
    return Claim(
        control_number=f"C{number}",
        charge_cents=10_000 * len(lines),
        place_of_service="11",
        billing=Party(
            name="Group", id_qualifier="XX", identifier=GROUP, taxonomy="207R00000X", address=ADDRESS,
            references=references,
        ),
        coverage=Coverage(
            payer=Party(name="Payer", id_qualifier="PI", identifier="P1"),
            subscriber=subscriber,
            filing_indicator=dice.choice(("MB", "CI", "BL", "16", "MC")),
            subscriber_birth=date(1950, 5, 1),
            subscriber_sex="F",
        ),
        lines=lines,
        diagnoses=tuple(
            Diagnosis(code, "ABF" if place else "ABK")
            for place, code in enumerate(
                dict.fromkeys(drawn(DIAGNOSES, 3_000, dice, evenly=evenly) for _ in range(dice.randrange(1, 5)))
            )
        ),
        rendering=Party(
            name="Quill", first="Ada", is_person=True, id_qualifier="XX", identifier=DOCTOR, taxonomy="207R00000X"
        ),
    )  # fmt: skip


def claims_per_second(claims: list[Claim], context: Context) -> int:
    """All rules on all claims."""
    began = time.process_time()
    for claim in claims:
        run(claim, context)
    return round(len(claims) / (time.process_time() - began))


def views_per_second(claims: list[Claim], context: Context) -> int:
    """The floor: what every claim costs before a rule is asked."""
    began = time.process_time()
    for claim in claims:
        ClaimView(claim, context)
    return round(len(claims) / (time.process_time() - began))


COLD = """
import time; began = time.perf_counter()
import pickle, sys; from pathlib import Path
from denialml.codes.releases import Shelf
from denialml.scrub import Context, run
from denialml.scrub.history import Together
from denialml.scrub.national import National
from denialml.scrub.practice import Practice
from datetime import date
claim = pickle.loads(sys.stdin.buffer.read())
run(claim, Context(National(Shelf(Path(sys.argv[1])).open()), Together.of([]), Practice(), date(2026, 8, 5)))
print(time.perf_counter() - began)
"""


def first_claim_seconds(folder: Path, claim: Claim) -> float:
    """From the first import of a fresh process to its first claim scrubbed, the tables opened."""
    import pickle

    command = [sys.executable, "-c", COLD, str(folder / "codes")]
    times = [
        float(subprocess.run(command, input=pickle.dumps(claim), capture_output=True, check=True).stdout)
        for _ in range(3)
    ]
    return round(sorted(times)[1], 3)


PEERS = """
import json, sys, time
given = json.load(sys.stdin)
told = {}
def measure(name, work, count):
    began = time.process_time()
    found = work()
    told[name] = {"claims_per_second": round(count / (time.process_time() - began), 1), "findings": found}
try:
    import claim_validator
    def objects():
        results = claim_validator.validate_batch(given["claims"])
        outputs = (output for r in results for phase in r.phase_results for output in phase.validator_outputs)
        return sum(len(output.findings) for output in outputs)
    claim_validator.validate(given["claims"][0])
    measure("claim_validator", objects, len(given["claims"]))
except Exception as error:
    told["claim_validator"] = repr(error)[:200]
try:
    import validedi
    validedi.validate(given["one"])
    measure("validedi", lambda: len(validedi.validate(given["file"]).errors), len(given["claims"]))
except Exception as error:
    told["validedi"] = repr(error)[:200]
print(json.dumps(told))
"""


def peers(python: str, folder: Path, claims: Sequence[Claim]) -> dict[str, Any]:
    """What other validators need for the same claims, in their own environment."""
    given: dict[str, Any] = {"claims": [as_object(each) for each in claims]}
    for name, part in (("one", claims[:1]), ("file", claims)):
        given[name] = str(folder / f"{name}.edi")
        (folder / f"{name}.edi").write_bytes(as_file(part))
    done = subprocess.run([python, "-c", PEERS], input=json.dumps(given), capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def as_file(claims: Sequence[Claim]) -> bytes:
    """The claims as an 837P file."""
    envelope = x12.Envelope("PRACTICE", "PAYER", 1, datetime(2026, 8, 5, 9, 0))  # noqa: DTZ001 - X12 has none
    contact = Contact(name="DESK", numbers=(("TE", "3095550100"),))
    submitter = Party(name="PRACTICE", id_qualifier="46", identifier="P1", contacts=(contact,))
    receiver = Party(name="PAYER", id_qualifier="46", identifier="P2")
    return x12.write(x12.ClaimBatch(envelope, submitter, receiver, claims))


def as_object(claim: Claim) -> dict[str, Any]:
    """The claim in the shape of claim-validator; it takes no service day after today."""
    day = "2025-07-01"
    return {
        "claim_id": claim.control_number,
        "patient_dob": "1950-05-01",
        "patient_gender": "F",
        "billing_provider_npi": GROUP,
        "rendering_provider_npi": DOCTOR,
        "payer_id": "P1",
        "place_of_service": claim.place_of_service,
        "total_charge": claim.charge_cents / 100,
        "service_date_from": day,
        "service_date_to": day,
        "diagnosis_codes": [
            {"code": f"{code[:3]}.{code[3:]}", "pointer": place, "type": "secondary" if place > 1 else "principal"}
            for place, code in enumerate((each.code for each in claim.diagnoses), 1)
        ],
        "lines": [
            {
                "procedure_code": line.procedure.code,
                "modifiers": list(line.procedure.modifiers),
                "diagnosis_pointers": list(line.diagnosis_pointers),
                "charge_amount": line.charge_cents / 100,
                "units": float(line.units),
                "service_date_from": day,
                "service_date_to": day,
                "place_of_service": claim.place_of_service,
            }
            for line in claim.lines
        ],
    }


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--peers", help="interpreter of the other validators' environment")
    asked = arguments.parse_args()
    dice = random.Random(SEED)
    claims = [made_claim(number, dice) for number in range(2 * CLAIMS)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        national = National(tables(folder))
        loading_memory = code_tables.peak_memory_mb()
        told: dict[str, Any] = json.loads(in_a_process_of_its_own(folder))
        told |= {"loading_memory_mb": loading_memory, "first_claim_seconds": first_claim_seconds(folder, claims[0])}
        if asked.peers:
            context = Context(national, Together.of(claims), Practice(), SENT)
            told["on_the_peers_claims"] = {
                "denialml": claims_per_second(claims[:FOR_PEERS], context),
                **peers(asked.peers, folder, claims[:FOR_PEERS]),
            }
    print(json.dumps({"benchmark": "scrub_speed", **told, "target_claims_per_second": 5_000, "target_memory_mb": 1024}))


def in_a_process_of_its_own(folder: Path) -> str:
    """The measure without what loading the tables left in memory."""
    command = [sys.executable, "-c", "import scrub_speed, sys; scrub_speed.warm(sys.argv[1])", str(folder / "codes")]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent).stdout


def warm(folder: str) -> None:
    """Scrub some claims and twice as many, and print."""
    shelf = Shelf(Path(folder))
    told: dict[str, Any] = {"rules": len(standard().rules), "claims": CLAIMS}
    for name, evenly in (("", False), ("_evenly_drawn", True)):
        dice = random.Random(SEED)
        claims = [made_claim(number, dice, evenly=evenly) for number in range(2 * CLAIMS)]
        context = Context(National(shelf.open()), Together.of(claims), Practice(), SENT)
        run(claims[0], context)
        told[f"lines{name}"] = sum(len(claim.lines) for claim in claims[:CLAIMS])
        told[f"claims_per_second{name}"] = claims_per_second(claims[:CLAIMS], context)
        told[f"claims_per_second_of_twice_as_many{name}"] = claims_per_second(claims, context)
        told[f"floor_views_per_second{name}"] = views_per_second(claims, context)
        told[f"memory_mb{name}"] = code_tables.peak_memory_mb()
    print(json.dumps(told))


if __name__ == "__main__":
    main()
