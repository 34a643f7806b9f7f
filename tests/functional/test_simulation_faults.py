"""Faults on request: as many in the files as in the log. And histories that repeat byte for byte, or are refused."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from denialml import x12
from denialml.claims import ClaimPayment, FunctionalAcknowledgement, InterchangeAcknowledgement
from denialml.errors import BadInputError, UsageError
from denialml.service.simulation import SimulationConfig, simulate
from denialml.simulator.faults import FAULTS
from denialml.x12.faults import Fault
from denialml.x12.validate import validate
from written_history import Row, WrittenHistory, day_of

NEVER = dict.fromkeys(("reversal-correction", "takeback", "takeback-plb", "misdirected", "interest"), 0.0)
DECK = Path(__file__).parents[1] / "decks" / "heldout"
SMALL = SimulationConfig(claims=250, months=4, seed=5, world="clinic")


def with_fault(directory: Path, fault: str, rate: float) -> WrittenHistory:
    config = SimulationConfig(
        claims=500, months=5, seed=3, world="clinic", faults=tuple(sorted((NEVER | {fault: rate}).items()))
    )
    return WrittenHistory(simulate(directory, config).directory)


def claims_that(are: Callable[[x12.ClaimPaymentRead], bool]) -> Callable[[WrittenHistory], int]:
    """Claims answered so; reversals repeat what they take back."""

    def count(history: WrittenHistory) -> int:
        events = (event for _, event in history.events("remits") if isinstance(event, x12.ClaimPaymentRead))
        return sum(event.payment.status != "22" and are(event) for event in events)

    return count


def alone(*, reversal: bool) -> Callable[[WrittenHistory], int]:
    """Claims of which a file tells the reversal without a new answer, or a second answer without the reversal.

    Not torn apart is the first version of a claim sent twice: the file that takes it back answers its replacement.
    """

    def count(history: WrittenHistory) -> int:
        replaced = {
            told_of(payment.file, claim)
            for payment in history.payments
            for claim in payment.claims
            if claim.frequency == "7" and claim.status != "22"
        }
        found = 0
        for answers in history.answers.values():
            files = Counter(
                (each.file, each.reverses) for each in answers[1:] if told_of(each.file, each.payment) not in replaced
            )
            found += sum(
                number for (file, back), number in files.items() if back is reversal and not files[file, not back]
            )
        return found

    return count


def told_of(file: Path, claim: ClaimPayment) -> tuple[Path, str, str, date | None]:
    """In which file, of whom and of which day a claim tells."""
    return file, claim.patient.name, claim.patient.first, claim.services[0].service_from


def told_again(history: WrittenHistory) -> int:
    """Files that tell nothing but payments told before, in an interchange of their own."""
    known: set[str] = set()
    found = 0
    for path in history.files("remits"):
        traces = {payment.head.trace for payment in history.payments if payment.file == path}
        found += traces <= known
        known |= traces
    return found


def rejected(history: WrittenHistory) -> int:
    files = set()
    for path in (*history.files("acks", "999"), *history.files("acks", "ta1")):
        for event in x12.read(path):
            if isinstance(event, x12.MessageRead):
                said = event.message
                assert isinstance(said, FunctionalAcknowledgement | InterchangeAcknowledgement)
                files |= set() if said.accepted else {path.stem}
    return len(files)


def late(history: WrittenHistory) -> int:
    return len(
        {path for path, e in history.events("remits") if isinstance(e, x12.Transaction) and e.created_on < day_of(path)}
    )


IN_THE_FILES: dict[str, Callable[[WrittenHistory], int]] = {
    "downcoded": claims_that(lambda e: any(s.submitted is not None for s in e.payment.services)),
    "zero-pay": claims_that(lambda e: e.payment.paid_cents == 0 and _falls_to_the_patient(e)),
    "missing-line-number": claims_that(lambda e: not any(s.line_control_number for s in e.payment.services)),
    "misdirected": claims_that(lambda e: e.payment.control_number.startswith("X")),
    "crossover": claims_that(lambda e: e.payment.status in {"19", "20", "21"}),
    "reversal-elsewhere": alone(reversal=True),
    "correction-first": alone(reversal=False),
    "plb-l3": lambda history: sum(
        isinstance(e, x12.ProviderAdjustmentRead) and e.adjustment.reason == "L3" for _, e in history.events("remits")
    ),
    "wrong-payee": lambda history: len(history.payments) - max(
        Counter(payment.head.payee.npi for payment in history.payments).values()
    ),
    "unbalanced": lambda history: sum(_is_broken(path) for path in history.files("remits")),
    "resent": told_again,
    "renamed": lambda history: len(history.files("remits")) - len({p.read_bytes() for p in history.files("remits")}),
    "delayed": late,
    "truncated": lambda history: sum(not p.read_bytes().rstrip().endswith(b"~IEA*1*" + p.read_bytes()[90:99] + b"~")
                                     for p in history.files("remits")),
    "damaged-837": rejected,
}  # fmt: skip


def _falls_to_the_patient(event: x12.ClaimPaymentRead) -> bool:
    return any((a.group, a.reason) == ("PR", "1") for s in event.payment.services for a in s.adjustments)


def _is_broken(path: Path) -> bool:
    return any(isinstance(each, Fault) for each in validate(path))


@pytest.mark.parametrize("fault", IN_THE_FILES)
def test_a_fault_is_as_often_in_the_files_as_in_the_log(fault: str, tmp_path: Path) -> None:
    history = with_fault(tmp_path / "history", fault, 1.0 if fault == "crossover" else 0.3)
    rows = history.truth("faults")
    kinds = Counter(row["fault"] for row in rows)
    others = kinds.keys() - {fault, "crossover"}  # an everyday habit of one payer
    counted = IN_THE_FILES[fault](history)
    if fault == "zero-pay":
        counted -= IN_THE_FILES[fault](with_fault(tmp_path / "usual", fault, 0.0))  # deductibles take all of some
    if fault == "unbalanced":  # a file may hold two
        kinds[fault] = len({row["file"] for row in rows if row["fault"] == fault})
    assert kinds[fault] == counted > 3
    assert not others
    for row in rows:
        assert (history.directory / row["file"]).exists()
        assert day_of(Path(row["file"])) == row["day"]


@pytest.mark.parametrize("fault", ["deposit-missing", "deposit-late", "deposit-amount", "deposit-addenda"])
def test_a_fault_of_the_banks_is_in_their_files_and_in_the_log(fault: str, tmp_path: Path) -> None:
    history = with_fault(tmp_path / "history", fault, 0.3)
    today = SimulationConfig().as_of
    struck = {row["trace"]: row for row in history.truth("faults") if row["fault"] == fault}
    arrived = {deposit.trace: deposit for deposit in history.deposits}
    heads = {payment.head.trace: payment.head for payment in history.payments}
    odd = set()
    for trace, head in heads.items():
        if not head.payment_cents or head.paid_on is None or head.paid_on > today - timedelta(days=9):
            continue
        deposit = arrived.get(trace)
        if deposit is None or (deposit.day, deposit.cents) != (head.paid_on, head.payment_cents):
            odd.add(trace)
    recent = {trace for trace, row in struck.items() if row["day"] > today - timedelta(days=14)}
    assert odd - recent == struck.keys() - recent
    assert len(odd) > 5
    entries = sum(path.read_text("ascii").count("\n6") for path in history.files("bank"))
    without = entries - len(history.deposits)
    assert (without > 5) is (fault == "deposit-addenda")
    if fault == "deposit-late":
        assert all(arrived[trace].day > _paid_on(heads[trace].paid_on) for trace in odd)
    if fault == "deposit-amount":
        assert all(arrived[trace].cents == heads[trace].payment_cents - 1 for trace in odd)


def _paid_on(day: date | None) -> date:
    assert day is not None
    return day


def test_a_damaged_file_goes_again_with_all_of_its_claims(tmp_path: Path) -> None:
    history = with_fault(tmp_path / "history", "damaged-837", 0.3)
    struck: list[Row] = [row for row in history.truth("faults") if row["fault"] == "damaged-837"]
    by_file: dict[str, set[str]] = {}
    for sent in history.sent:
        by_file.setdefault(f"sent/{sent.file.name}", set()).add(sent.claim.control_number)
    last = max(by_file)
    for row in struck:
        later = set().union(*(claims for name, claims in by_file.items() if name > row["file"]))
        if row["day"] < day_of(Path(last)) - timedelta(days=21):
            assert by_file[row["file"]] <= later
    assert not {path.stem for path in history.files("acks", "277ca")} & {Path(row["file"]).stem for row in struck}


def test_what_strikes_only_sometimes_strikes_nothing_else(tmp_path: Path) -> None:
    """A fault of the banks leaves every file of the payers as it is."""
    usual, missing = (with_fault(tmp_path / str(rate), "deposit-missing", rate) for rate in (0.0, 0.5))
    for folder in ("sent", "acks", "remits", "eligibility", "decisions"):
        files = [{path.name: path.read_bytes() for path in each.files(folder)} for each in (usual, missing)]
        assert files[0] == files[1]


def test_an_unknown_fault_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown fault gremlin; there are:") as caught:
        simulate(tmp_path / "history", SimulationConfig(claims=100, months=3, faults=(("gremlin", 0.1),)))
    assert all(name in str(caught.value) for name in FAULTS)
    assert not (tmp_path / "history").exists()


def test_faults_that_exclude_each_other_add_up_to_one_at_most(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="resent, delayed"):
        simulate(tmp_path / "history", SimulationConfig(faults=(("delayed", 0.7), ("resent", 0.7))))


def digests(directory: Path) -> dict[str, str]:
    return {
        path.relative_to(directory).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in directory.rglob("*")
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    first, again = (digests(simulate(tmp_path / name, SMALL).directory) for name in "ab")
    other = digests(simulate(tmp_path / "c", SimulationConfig(claims=250, months=4, seed=6, world="clinic")).directory)
    assert first == again
    telling = {name for name in first.keys() & other.keys() if name.startswith(("sent/", "remits/", "truth/lines"))}
    assert len(telling) > 20
    assert not [name for name in telling if first[name] == other[name]]


def test_a_company_is_the_same_whoever_writes_it(tmp_path: Path) -> None:
    config = SimulationConfig(claims=300, months=3, world="company")
    one, two = (simulate(tmp_path / str(workers), config, workers=workers) for workers in (1, 2))
    assert digests(one.directory) == digests(two.directory)
    practices = sorted((one.directory / "practices").iterdir())
    assert len(practices) == 30
    manifests = [json.loads((practice / "manifest.json").read_text("utf-8")) for practice in practices]
    whole = json.loads((one.directory / "manifest.json").read_text("utf-8"))
    for count in ("claims", "drafts", "lines"):
        assert sum(manifest[count] for manifest in manifests) == whole[count] == getattr(one, count)
    assert len({manifest["practice"] for manifest in manifests}) == 30
    numbers = [row["control_number"] for each in practices for row in WrittenHistory(each).truth("lines")]
    assert len(set(numbers)) <= one.claims
    assert one.figures == two.figures


def test_payers_that_somebody_else_wrote_are_taken(tmp_path: Path) -> None:
    config = SimulationConfig(claims=600, months=6, seed=2, payers=DECK)
    report = simulate(tmp_path / "history", config)
    history = WrittenHistory(report.directory)
    assert {sent.payer for sent in history.sent} == {path.stem for path in DECK.glob("*.yaml")}
    assert {row["payer"] for row in history.truth("lines")} <= {payer.payer for payer in report.payers}
    assert 0.03 < report.denied_lines / report.answered_lines < 0.5
    for folder in ("sent", "remits", "acks", "eligibility"):
        for path in history.files(folder)[::3]:
            assert [each for each in validate(path) if isinstance(each, Fault)] == [], path.name
    for payment in history.payments:
        paid = sum(claim.paid_cents for claim in payment.claims)
        assert paid - sum(payment.beside_cents) == payment.head.payment_cents


def test_a_bad_payer_file_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    deck = tmp_path / "deck"
    shutil.copytree(DECK, deck)
    lines = (deck / "granite.yaml").read_text("utf-8").splitlines()
    place = next(number for number, line in enumerate(lines) if "probability:" in line)
    before, _, after = lines[place].partition("probability: ")
    lines[place] = f"{before}probability: 7{after.lstrip('0123456789.')}"
    (deck / "granite.yaml").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(BadInputError, match=rf"granite\.yaml:{place + 1}: .*`probability` is 7"):
        simulate(tmp_path / "history", SimulationConfig(claims=100, months=3, payers=deck))
    assert not (tmp_path / "history").exists()
