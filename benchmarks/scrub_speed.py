"""How fast claims are scrubbed by all rules, with tables of the publishers' sizes held in plain dictionaries.

Made up: 2.5 million procedure pairs, 15,000 unit limits, 75,000 diagnoses, 10,000 procedures and a million covered
pairs of procedure and diagnosis. One JSON line: claims a second on one core for some claims and for twice as many (the
cost must be linear), seconds to the first claim of a fresh process, and the most memory used. The floor is making the
claims' views alone.
"""

# ruff: noqa: ARG002  # the tables here are the same on every day

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
from datetime import date, timedelta
from decimal import Decimal

from denialml.claims import Address, Claim, Coverage, Diagnosis, Party, Procedure, Reference, ServiceLine
from denialml.scrub import Context, run, standard
from denialml.scrub.history import Together
from denialml.scrub.practice import Practice
from denialml.scrub.tables import (
    CoveragePolicy,
    FeeRow,
    Icd10Row,
    NoTables,
    PairEdit,
    ProcedureRow,
    ProviderRow,
    UnitLimit,
)
from denialml.scrub.view import ClaimView

SEED = 20_260_630
CLAIMS = 10_000
PAIRS, LIMITS, DIAGNOSES, PROCEDURES, POLICIES, COVERED = 2_500_000, 15_000, 75_000, 10_000, 1_000, 1_000
GROUP, DOCTOR = "1234567893", "1245319599"
ADDRESS = Address("1 Main Street", "", "Springfield", "IL", "627011234")


class FullTables(NoTables):
    """Tables as large as the publishers', made up."""

    def __init__(self, dice: random.Random) -> None:
        self.codes = [f"{n:05d}" for n in range(90_000, 90_000 + PROCEDURES)]
        self.conditions = [f"{chr(65 + n % 26)}{n:05d}" for n in range(DIAGNOSES)]
        edit = PairEdit("", "", "1")
        self._pairs = {dice.randrange(PROCEDURES**2): edit for _ in range(PAIRS)}
        self._mue = {f"{n:05d}": UnitLimit("", 2, "3") for n in range(100_000 - LIMITS, 100_000)}
        self._icd10 = {code: Icd10Row(code) for code in self.conditions}
        self._procedures = {code: ProcedureRow(code) for code in self.codes}
        self._fees = {code: FeeRow(code, global_days=dice.choice(["XXX", "000", "090"])) for code in self.codes}
        self._policies = {
            code: (CoveragePolicy(code, frozenset(dice.sample(self.conditions, COVERED))),)
            for code in dice.sample(self.codes, POLICIES)
        }
        self._providers = {npi: ProviderRow(npi, npi == DOCTOR, "") for npi in (GROUP, DOCTOR)}

    def release(self, table: str, on: date) -> str:
        """Every table is there."""
        return f"{table} {on.year}"

    def ptp(self, column1: str, column2: str, on: date, *, hospital: bool) -> PairEdit | None:
        """See the protocol; so the others."""
        return self._pairs.get((int(column1) - 90_000) * PROCEDURES + int(column2) - 90_000)

    def mue(self, code: str, on: date, *, hospital: bool) -> UnitLimit | None:
        """A unit limit."""
        return self._mue.get(code)

    def icd10(self, code: str, on: date) -> Icd10Row | None:
        """A diagnosis."""
        return self._icd10.get(code)

    def procedure(self, code: str, on: date) -> ProcedureRow | None:
        """A procedure."""
        return self._procedures.get(code)

    def fee_schedule(self, code: str, modifier: str, on: date) -> FeeRow | None:
        """A row of the fee schedule."""
        return self._fees.get(code)

    def coverage(self, procedure: str, on: date) -> tuple[CoveragePolicy, ...]:
        """Policies on a procedure."""
        return self._policies.get(procedure, ())

    def provider(self, npi: str) -> ProviderRow | None:
        """A provider."""
        return self._providers.get(npi)

    def modifier(self, code: str, on: date) -> bool:
        """Every modifier is in force, and so is every place and taxonomy."""
        return True

    place = taxonomy = modifier


def made_claim(number: int, tables: FullTables, dice: random.Random) -> Claim:
    """A claim to Medicare or another payer of one to five lines and up to four diagnoses."""
    day = date(2025, 1, 6) + timedelta(days=dice.randrange(300))
    lines = tuple(
        ServiceLine(
            number=at,
            procedure=Procedure(dice.choice(tables.codes), dice.choice(((), (), ("59",), ("RT",), ("25",)))),
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
            for place, code in enumerate(dice.sample(tables.conditions, dice.randrange(1, 5)))
        ),
        rendering=Party(
            name="Quill", first="Ada", is_person=True, id_qualifier="XX", identifier=DOCTOR, taxonomy="207R00000X"
        ),
    )  # fmt: skip


def claims_per_second(claims: list[Claim], context: Context) -> int:
    """All rules on all claims."""
    began = time.perf_counter()
    for claim in claims:
        run(claim, context)
    return round(len(claims) / (time.perf_counter() - began))


def views_per_second(claims: list[Claim], context: Context) -> int:
    """The floor: what every claim costs before a rule is asked."""
    began = time.perf_counter()
    for claim in claims:
        ClaimView(claim, context)
    return round(len(claims) / (time.perf_counter() - began))


def first_claim_seconds() -> float:
    """From the start of a process to its first claim scrubbed, without reading tables."""
    code = (
        "from datetime import date; import scrub_speed as s, random; from denialml.scrub import run; "
        "t = s.NoTables(); t.codes = ['99213']; t.conditions = ['I10', 'E119', 'I120', 'N185', 'J4520']; "
        "run(s.made_claim(1, t, random.Random(1)), s.Context(t, s.Together.of([]), s.Practice(), date(2026, 1, 1)))"
    )
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, cwd=sys.path[0])
    return round(time.perf_counter() - began, 3)


def main() -> None:
    """Measure and print."""
    cold = first_claim_seconds()
    dice = random.Random(SEED)
    tables = FullTables(dice)
    claims = [made_claim(number, tables, dice) for number in range(2 * CLAIMS)]
    context = Context(tables, Together.of(claims), Practice(), date(2026, 1, 5))
    run(claims[0], context)
    print(
        json.dumps(
            {
                "benchmark": "scrub_speed",
                "rules": len(standard().rules),
                "claims": CLAIMS,
                "lines": sum(len(claim.lines) for claim in claims[:CLAIMS]),
                "claims_per_second": claims_per_second(claims[:CLAIMS], context),
                "claims_per_second_of_twice_as_many": claims_per_second(claims, context),
                "floor_views_per_second": views_per_second(claims, context),
                "first_claim_seconds": cold,
                "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                "target_claims_per_second": 5_000,
            }
        )
    )


if __name__ == "__main__":
    main()
