"""Every real file at hand is read whole or refused in words: no traceback, and no claim lost without one."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from denialml import x12
from denialml.claims import Claim, ClaimGroup, ClaimPayment, Party, ProviderAdjustment
from denialml.errors import Severity
from denialml.x12.guide import guide_for

pytestmark = pytest.mark.samples

READ_VERSIONS = ("005010X222", "005010X223", "005010X221")

WRONG_MARK = "ISA16 announces another component separator than the one its composites are cut by"
DAMAGED = "damaged on purpose by its author"
# Every file of which something is refused, and why. A file that is not here is read whole.
EXPLAINED = {
    "277CA/Inteligenz__X12Parser/FromBogeyone.txt": "breaks off",
    "277CA/Inteligenz__X12Parser/FromLatitude81uk.txt": "its dates were overwritten",
    "835/Inteligenz__X12Parser/Example1.txt": "its PLB amount is no number, in a file without a guide's version",
    "835/LinuxForHealth__x12/cob-contractural-adjustment.835": WRONG_MARK,
    "835/LinuxForHealth__x12/secondary-payment.835": WRONG_MARK,
    "835/LinuxForHealth__x12/tertiary-payment.835": WRONG_MARK,
    "837I/LinuxForHealth__x12/out-of-network-repriced-claim.837i": WRONG_MARK,
    "837I/LinuxForHealth__x12/ppo-repriced-claim.837i": WRONG_MARK,
    "837P/Inteligenz__X12Parser/Spec_3.1.1.txt": WRONG_MARK,
    "837P/Inteligenz__X12Parser/Spec_3.1.3_PPORepricedClaim.txt": WRONG_MARK,
    "837P/Inteligenz__X12Parser/Spec_3.1.4_OutOfNetworkRepricedClaim.txt": WRONG_MARK,
    "837P/LinuxForHealth__x12/demo.cob.2ndary.example4.837": WRONG_MARK,
    "837P/LinuxForHealth__x12/demo.example11.837": WRONG_MARK,
    "837P/LinuxForHealth__x12/demo.example12.837": WRONG_MARK,
    "837P/LinuxForHealth__x12/demo.example9.837": WRONG_MARK,
    "837P/imsweb__x12-parser/x12_bad_segment_identifier.txt": DAMAGED,
    "837P/imsweb__x12-parser/x12_bad_valid_code.txt": DAMAGED,
    "837P/imsweb__x12-parser/x12_loop_errors3_missing_loops.txt": DAMAGED,
    "837P/imsweb__x12-parser/x12_missing_required_loop_in_one_repeat.txt": DAMAGED,
    "837P/imsweb__x12-parser/x12_missing_required_loops_mult_repeats.txt": DAMAGED,
    "unknown/xlate__staedi/sample837-HL-nested-expected.txt": "no X12 but XML",
}


@dataclass
class Outcome:
    """What reading one file came to."""

    claims: int = 0
    messages: int = 0
    refused: int = 0
    transactions: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    error: str = ""


def _files(samples: Path) -> list[Path]:
    return sorted(path for path in (samples / "x12").rglob("*") if path.is_file() and path.name != "MANIFEST.tsv")


def _outcome(path: Path) -> Outcome:
    outcome = Outcome()
    try:
        for event in x12.read(path):
            outcome.events[type(event).__name__] += 1
            match event:
                case x12.ClaimRead() | x12.ClaimPaymentRead():
                    outcome.claims += 1
                case x12.MessageRead():
                    outcome.messages += 1
                case x12.Transaction():
                    guide = guide_for(event.set_id, event.version)
                    outcome.transactions[guide.transaction if guide else f"{event.set_id} {event.version}"] += 1
                case x12.Refused():
                    assert event.finding.where.startswith("segment ")
                    assert event.finding.severity is Severity.ERROR
                    assert event.segments
                    outcome.refused += event.segments[0].name in {"CLM", "CLP"}
                    outcome.codes[event.finding.code] += 1
                case x12.Noticed():
                    assert event.finding.where.startswith("segment ")
                    outcome.codes[event.finding.code] += 1
                case _:
                    pass
    except x12.X12Error as error:
        outcome.error = f"{error.code}: {error}"
    return outcome


def _naive_count(path: Path) -> int:
    """CLM and CLP segments of the transactions that must be read, by splitting the whole text and nothing else."""
    text = path.read_bytes().decode("latin-1")
    if "ISA" not in text:
        return 0
    text = text[text.index("ISA") :]
    separator = text[3]
    fields = text.split(separator, 17)
    if len(fields) < 17:
        return 0
    terminator = fields[16][1:2]
    version = group_version = set_id = ""
    count = 0
    for segment in text.split(terminator):
        elements = segment.strip().split(separator)
        if elements[0] == "GS" and len(elements) > 8:
            group_version = elements[8]
        elif elements[0] == "ST" and len(elements) > 1:
            set_id = elements[1]
            version = elements[3] if len(elements) > 3 else group_version
        elif elements[0] == "SE":
            version = ""
        elif version.startswith(READ_VERSIONS) and (set_id, elements[0]) in {("837", "CLM"), ("835", "CLP")}:
            count += 1
    return count


def test_every_sample_has_a_typed_outcome_and_no_claim_is_lost(
    samples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = _files(samples)
    assert len(files) == 234
    lines, counted = [], 0
    for path in files:
        outcome = _outcome(path)
        expected = _naive_count(path)
        counted += expected
        name = path.relative_to(samples / "x12").as_posix()
        lines.append(
            f"{name[:72]:72} {'+'.join(sorted(outcome.transactions))[:24]:24} claims {outcome.claims:4} "
            f"messages {outcome.messages:3} refused {outcome.events['Refused']:2} {EXPLAINED.get(name, '')} "
            f"{outcome.error or ', '.join(f'{code} {n}' for code, n in sorted(outcome.codes.items()))}"
        )
        if outcome.error:
            assert re.search(r"\(segment \d+, byte \d+\)", outcome.error), name
        if expected:
            assert outcome.claims + outcome.refused == expected, name
        assert bool(outcome.error or outcome.events["Refused"]) == (name in EXPLAINED), name
        assert outcome.error or outcome.events["TransactionEnd"] == outcome.events["Transaction"], name
    with capsys.disabled():
        print("\n" + "\n".join(lines))  # noqa: T201 - the table of outcomes is what this test is asked to show
    assert counted > 1600


def _batches(events: list[x12.Event]) -> list[x12.ClaimBatch | x12.RemittanceBatch]:
    """What was read, each transaction as a batch of ours."""
    envelope = x12.Envelope("SENDER", "RECEIVER", 1, datetime(2026, 1, 2, 3, 4))
    office = Party("OFFICE", id_qualifier="46", identifier="12345")
    batches: list[x12.ClaimBatch | x12.RemittanceBatch] = []
    claims: list[Claim] = []
    payments: list[ClaimPayment | ClaimGroup] = []
    adjustments: list[ProviderAdjustment] = []
    for event in events:
        match event:
            case x12.Transaction():
                claims, payments, adjustments = [], [], []
            case x12.ClaimRead():
                claims.append(event.claim)
            case x12.RemittanceRead():
                transaction = x12.RemittanceTransaction(event.remittance, payments, adjustments)
                batches.append(x12.RemittanceBatch(envelope, [transaction]))
            case x12.ClaimGroupRead():
                payments.append(event.group)
            case x12.ClaimPaymentRead():
                payments.append(event.payment)
            case x12.ProviderAdjustmentRead():
                adjustments.append(event.adjustment)
            case x12.TransactionEnd() if claims:
                batches.append(x12.ClaimBatch(envelope, office, office, claims))
            case _:
                pass
    return batches


@pytest.mark.parametrize(("kind", "least"), [("835", 12), ("837P", 340)])
def test_what_is_read_from_samples_survives_writing(samples: Path, kind: str, least: int) -> None:
    """A claim of the world outside, written by us and read again, is the same claim: ``write`` compares them."""
    written = 0
    for path in _files(samples):
        if path.relative_to(samples / "x12").parts[0] == kind:
            for batch in _batches(list(x12.read(path))):
                assert x12.write(batch), path.name
                written += 1
    assert written >= least
