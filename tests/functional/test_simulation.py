"""A small history, written for real: its files are good X12, they balance, and they repeat byte for byte."""

from __future__ import annotations

import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import pyx12.params
import pyx12.x12n_document
from sklearn.metrics import roc_auc_score
from typer.testing import CliRunner

from denialml import x12
from denialml.cli import app
from denialml.errors import RefusedError, Severity
from denialml.service.simulation import SimulationReport, simulate
from denialml.simulator.config import SimulationConfig
from denialml.x12.faults import Fault
from denialml.x12.validate import validate
from oxedi_judge import ours, theirs

CONFIG = SimulationConfig(claims=4_500, months=8, seed=11)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> SimulationReport:
    return simulate(tmp_path_factory.mktemp("history") / "practice", CONFIG)


@pytest.fixture(scope="module")
def truth(history: SimulationReport) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(history.directory / "truth" / "lines.parquet").to_pylist()
    return rows


def events(directory: Path, pattern: str) -> Iterator[tuple[Path, x12.Event]]:
    for path in sorted(directory.glob(pattern)):
        for event in x12.read(path):
            yield path, event


def test_counts_agree_with_the_configuration(history: SimulationReport) -> None:
    assert history.claims == CONFIG.claims
    assert 0 < history.drafts < CONFIG.claims * 0.06
    assert len(list((history.directory / "sent").iterdir())) == history.sent_files
    assert len(list((history.directory / "charges").iterdir())) == history.draft_files
    assert len(list((history.directory / "remits").iterdir())) == history.remit_files
    assert history.answered_claims < history.claims - history.drafts


@pytest.mark.parametrize("pattern", ["sent/*.837", "charges/*.837", "remits/*.835"])
def test_every_file_reads_without_a_finding_and_is_dated_by_its_name(history: SimulationReport, pattern: str) -> None:
    for path, event in events(history.directory, pattern):
        assert not isinstance(event, x12.Refused), event.finding
        if isinstance(event, x12.Noticed):
            assert event.finding.severity is not Severity.ERROR, event.finding
        if isinstance(event, x12.Transaction):
            assert f"{event.created_on:%Y%m%d}" == path.name[:8]
            assert event.usage == "P"


@pytest.mark.parametrize("pattern", ["sent/*.837", "charges/*.837", "remits/*.835"])
def test_an_independent_judge_accepts_the_files(history: SimulationReport, pattern: str) -> None:
    """pyx12's maps of the implementation guides: the last eighth of the files, a month, which takes it 20 seconds."""
    paths = sorted(history.directory.glob(pattern))
    paths = paths[-(len(paths) // 8 + 1) :]
    for path in paths:
        said = io.StringIO()
        pyx12.x12n_document.x12n_document(pyx12.params.ParamsUnix(), str(path), io.StringIO(), None, fd_json=said)
        (interchange,) = json.loads(said.getvalue())["interchanges"]
        codes = [t["ack_code"] for group in interchange["groups"] for t in group["transactions"]]
        assert set(codes) == {"A"}, path.name


@pytest.mark.parametrize("pattern", ["sent/*.837", "charges/*.837", "remits/*.835"])
def test_our_own_validation_finds_nothing(history: SimulationReport, pattern: str) -> None:
    for path in history.directory.glob(pattern):
        assert [item for item in validate(path) if isinstance(item, Fault)] == [], path.name


def test_another_reader_reads_the_same_amounts(history: SimulationReport) -> None:
    for path in history.directory.glob("remits/*.835"):
        assert theirs(path.read_bytes()) == ours(path.read_bytes()), path.name


def test_claims_in_the_files_are_those_of_the_truth(history: SimulationReport, truth: list[dict[str, Any]]) -> None:
    found = {
        (event.claim.control_number, line.number, event.claim.payer_id, line.procedure.code, line.service_from, draft)
        for pattern, draft in (("sent/*.837", False), ("charges/*.837", True))
        for _, event in events(history.directory, pattern)
        if isinstance(event, x12.ClaimRead)
        for line in event.claim.lines
    }
    known = {
        (r["control_number"], r["line_number"], r["payer"], r["procedure"], r["served_on"], r["draft"]) for r in truth
    }
    assert found == known
    assert len(truth) == len(known) == history.lines


def test_every_remit_balances_to_the_cent(history: SimulationReport) -> None:
    paid, head, checked = 0, None, 0
    for _, event in events(history.directory, "remits/*.835"):
        if isinstance(event, x12.RemittanceRead):
            head, paid = event.remittance, 0
        elif isinstance(event, x12.ClaimPaymentRead):
            payment = event.payment
            for service in payment.services:
                assert service.charge_cents - sum(a.amount_cents for a in service.adjustments) == service.paid_cents
            assert sum(service.paid_cents for service in payment.services) == payment.paid_cents
            assert sum(service.charge_cents for service in payment.services) == payment.charge_cents
            paid += payment.paid_cents
        elif isinstance(event, x12.ProviderAdjustmentRead):
            paid -= event.adjustment.amount_cents
        elif isinstance(event, x12.TransactionEnd):
            assert head is not None
            assert paid == head.payment_cents
            checked += 1
    assert checked > history.remit_files  # some payers tell denied claims in a transaction of their own


def test_what_the_payers_said_is_what_the_truth_says_happened(
    history: SimulationReport, truth: list[dict[str, Any]]
) -> None:
    said: dict[tuple[str, int], bool] = {}
    ours = {row["control_number"] for row in truth}
    for _, event in events(history.directory, "remits/*.835"):
        if isinstance(event, x12.ClaimPaymentRead) and event.payment.status != "22":
            if event.payment.control_number not in ours:
                assert event.payment.control_number.startswith("X")  # paid to us by mistake
                continue
            for service in event.payment.services:
                contractual = all(a.reason in {"45", "253", "1", "2", "3"} for a in service.adjustments)
                control_number, _, number = service.line_control_number.rpartition("-")
                said.setdefault((control_number, int(number)), not contractual)
    happened = {(r["control_number"], r["line_number"]): r["denied"] for r in truth if r["denied"] is not None}
    assert said == happened
    assert sum(happened.values()) == history.denied_lines


def test_nothing_is_answered_after_today_and_recent_claims_wait(truth: list[dict[str, Any]]) -> None:
    waiting = Counter(row["known_on"] >= date(2026, 6, 12) for row in truth if row["denied"] is None)
    assert waiting[True] > waiting[False]
    assert all(row["known_on"] <= CONFIG.as_of for row in truth)


def test_drafts_have_a_true_probability_and_no_outcome(truth: list[dict[str, Any]]) -> None:
    drafts = [row for row in truth if row["draft"]]
    assert drafts
    assert all(row["denied"] is None and row["known_on"] > CONFIG.last_sent for row in drafts)
    assert len({round(row["true_probability"], 6) for row in drafts}) > 5


def test_denials_come_at_realistic_rates(history: SimulationReport) -> None:
    rates = {payer.payer: payer.denied_line_rate for payer in history.payers}
    assert 0.085 < history.denied_lines / history.answered_lines < 0.135
    assert 0.055 < rates["MR041"] < 0.11
    assert 0.14 < rates["MDC27"] < 0.28
    assert 0.11 < rates["HM310"] < 0.20
    assert 0.09 < rates["MA162"] < 0.17
    for payer in ("BL401", "CI502", "CI603", "CI704"):
        assert 0.03 < rates[payer] < 0.15
    assert 1.6 < history.lines / history.claims < 1.9


def test_truth_predicts_what_happened_as_well_as_it_should(truth: list[dict[str, Any]]) -> None:
    answered = [row for row in truth if row["denied"] is not None]
    denied = [row["denied"] for row in answered]
    probabilities = [row["true_probability"] for row in answered]
    assert 0.88 < roc_auc_score(denied, probabilities) < 0.95
    assert sum(probabilities) == pytest.approx(sum(denied), rel=0.08)
    assert all(0 < probability < 1 for probability in probabilities)


def test_true_reasons_are_the_likeliest_of_denials(history: SimulationReport, truth: list[dict[str, Any]]) -> None:
    likely = [row for row in truth if row["true_probability"] > 0.6]
    assert likely
    assert all(row["true_reason"] for row in likely)
    assert {payer.top_reason for payer in history.payers} <= {row["true_reason"] for row in truth}


def test_claims_hold_nothing_but_what_a_claim_says(history: SimulationReport) -> None:
    """No segment in which a truth could hide: no notes, no fixed-format information, no attachments."""
    usual = {
        "ISA",
        "GS",
        "ST",
        "BHT",
        "NM1",
        "PER",
        "HL",
        "PRV",
        "N3",
        "N4",
        "REF",
        "SBR",
        "DMG",
        "PAT",
        "CLM",
        "HI",
        "LX",
        "SV1",
        "DTP",
        "SE",
        "GE",
        "IEA",
    }
    for folder in ("sent", "charges"):
        for path in (history.directory / folder).iterdir():
            names = {segment.partition("*")[0] for segment in path.read_text("ascii").split("~")}
            assert names - {""} <= usual


def test_the_manifest_and_changes_tell_where_the_history_stands(history: SimulationReport) -> None:
    manifest = json.loads((history.directory / "manifest.json").read_text("utf-8"))
    changes = json.loads((history.directory / "truth" / "changes.json").read_text("utf-8"))
    assert manifest["as_of"] == "2026-06-30"
    assert manifest["config"]["seed"] == CONFIG.seed
    assert len(manifest["payers"]) == 9
    assert [change["date"] for change in changes] == sorted(change["date"] for change in changes)
    assert all(change["date"] >= manifest["start"] for change in changes)
    assert len(changes) >= 3


def test_the_report_stands_beside_published_figures(history: SimulationReport) -> None:
    assert all(figure.published and figure.source and figure.simulated for figure in history.figures)
    assert len(history.figures) >= 50
    measured = [figure for figure in history.figures if figure.within_a_fifth is not None]
    assert sum(bool(figure.within_a_fifth) for figure in measured) > len(measured) / 2


def test_bounds_say_how_well_the_best_of_all_models_could_do(
    history: SimulationReport, truth: list[dict[str, Any]]
) -> None:
    bounds = json.loads((history.directory / "truth" / "bounds.json").read_text("utf-8"))
    answered = [row for row in truth if row["denied"] is not None]
    denied, probabilities = (
        [row["denied"] for row in answered],
        [row["true_probability"] for row in answered],
    )
    lines = bounds["lines"]["all"]
    assert lines["count"] == history.answered_lines
    assert lines["denied"] == history.denied_lines
    assert lines["realised_auc"] == pytest.approx(roc_auc_score(denied, probabilities), abs=1e-4)
    assert lines["bayes_auc"] == pytest.approx(lines["realised_auc"], abs=0.02)
    assert set(bounds["lines"]["payers"]) == {payer.payer for payer in history.payers}
    assert bounds["claims"]["all"]["denied"] == history.denied_claims


def digest(directory: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(path for path in directory.rglob("*") if path.is_file()):
        whole.update(path.relative_to(directory).as_posix().encode() + path.read_bytes())
    return whole.hexdigest()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    small = SimulationConfig(claims=250, months=3, seed=5)
    digests = [
        digest(simulate(tmp_path / name, config).directory)
        for name, config in (("a", small), ("b", small), ("c", SimulationConfig(claims=250, months=3, seed=6)))
    ]
    assert digests[0] == digests[1]
    assert digests[0] != digests[2]


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(RefusedError, match="not an empty folder"):
        simulate(tmp_path, SimulationConfig(claims=10, months=1))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_command_lays_the_history_beside_published_figures_when_asked(tmp_path: Path) -> None:
    runner = CliRunner()
    words = ["simulate", "--claims", "200", "--months", "3"]
    plain = runner.invoke(app, [*words, str(tmp_path / "plain")])
    asked = runner.invoke(app, [*words, str(tmp_path / "asked"), "--report"])
    told = json.loads(runner.invoke(app, [*words, str(tmp_path / "told"), "--json"]).stdout)
    assert plain.exit_code == asked.exit_code == 0
    assert "within a fifth" in asked.stdout
    assert "within a fifth" not in plain.stdout
    assert {"published", "within_a_fifth", "difference", "source", "read"} <= told["figures"][0].keys()
