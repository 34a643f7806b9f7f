"""A payer's file that is wrong is refused, with the line of everything wrong in it and what to do."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from denialml.errors import BadInputError
from denialml.simulator.policy import load_payers, policy_from
from simulated_payer import policy_data

RULE = (
    "  - {name: no-leave, cause: authorization, when: {authorization: absent}, "
    'reason: "197", group: CO, probability: 0.7}'
)


def written(directory: Path, rules: str = RULE, key: str = "test", **changes: Any) -> None:
    """A payer's file whose rules begin on line 2."""
    data = policy_data(**changes)
    del data["rules"]
    (directory / f"{key}.yaml").write_text(f"rules:\n{rules}\n{yaml.safe_dump(data)}", encoding="utf-8")


def refused(directory: Path) -> list[str]:
    with pytest.raises(BadInputError) as caught:
        load_payers(directory)
    return str(caught.value).splitlines()


def rule(**changes: str) -> str:
    """One rule on a line, with entries changed; an empty one is left out."""
    entries = {
        "name": "no-leave",
        "cause": "authorization",
        "when": "{authorization: absent}",
        "reason": '"197"',
        "group": "CO",
        "probability": "0.7",
    } | changes
    return "  - {" + ", ".join(f"{name}: {value}" for name, value in entries.items() if value) + "}"


def test_a_folder_of_files_is_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    written(tmp_path, key="zebra")
    written(tmp_path)
    data = yaml.safe_load((tmp_path / "zebra.yaml").read_text())
    data["payer"]["identifier"] = "ZB1"
    (tmp_path / "zebra.yaml").write_text(yaml.safe_dump(data))
    assert list(load_payers(tmp_path)) == ["test", "zebra"]


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    assert "no payer files" in refused(tmp_path)[0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"probability": "1.5"}, "`probability` is 1.5: write a probability above 0 and below 1"),
        ({"probability": "1"}, "`probability` is 1: write a probability above 0 and below 1"),
        ({"probability": "0"}, "`probability` is 0: write a probability above 0 and below 1"),
        ({"reason": "197"}, "`reason` is 197: write a reason code (CARC) in quotes"),
        ({"reason": '"9999"'}, "`reason` is '9999': write a reason code (CARC) in quotes"),
        ({"remarks": "[X1]"}, "`remarks` is ['X1']: write a list of remark codes (RARC)"),
        ({"group": "XX"}, "`group` is 'XX': write one of CO, PR, OA, PI"),
        ({"cause": "weather"}, "`cause` is 'weather': write one of eligibility"),
        ({"cause": "error"}, "`cause` is 'error': write one of eligibility"),
        ({"cause": ""}, "lacks `cause`: add it, the true cause"),
        ({"from": "soon"}, "`from` is 'soon': write a date"),
        ({"from": "2025-05-01", "until": "2025-04-01"}, "`until` lies before `from`: put the dates right"),
        ({"weight": "3"}, "unknown entry `weight`: known are name, scope, cause"),
        ({"drift": "{per_year: 3, from: 2025-01-01}"}, "`per_year` is 3: write a number from -1 to 1"),
        ({"when": "{weather: rain}"}, "unknown condition `weather`: take one of docs/reference/payer-files.md"),
        ({"when": "{}"}, "conditions are missing"),
        ({"when": "{cover: good}"}, "condition `cover` is 'good': write one of active, ended"),
        ({"when": "{places: [11]}"}, "condition `places` is [11]: write a list of codes, those of digits in quotes"),
        ({"when": "{procedures: imaging}"}, "no list `imaging`: define it under `lists`"),
        ({"when": "{procedures: [99213]}"}, "`procedures` is [99213]: write a list of codes or the name"),
        ({"when": "{services_over: 3}"}, "`services_over` counts the procedures that the rule names: add `procedures`"),
        ({"when": "{any: {places: ['11']}}"}, "`any` holds no list: write `any: [{condition: value}, ...]`"),
        ({"when": "{any: [{weather: rain}]}"}, "unknown condition `weather`"),
        ({"when": "{not: {all: [{age_over: old}]}}"}, "condition `age_over` is 'old': write years"),
        ({"scope": "claim", "when": "{units_over: 3}"}, "`units_over` looks at a line, the rule at a whole claim"),
        ({"scope": "claim", "when": "{procedures: ['99213']}"}, "`procedures` are those of lines"),
        ({"scope": "page"}, "`scope` is 'page': write one of claim, line"),
    ],
)
def test_a_wrong_rule_is_told_with_its_line(tmp_path: Path, changes: dict[str, str], message: str) -> None:
    written(tmp_path, f"{RULE.replace('no-leave', 'sound')}\n{rule(**changes)}")
    (told,) = refused(tmp_path)
    assert told.startswith("test.yaml:3: rule no-leave: ")
    assert message in told


def test_versions_of_a_rule_may_not_overlap(tmp_path: Path) -> None:
    written(tmp_path, rule(until="2025-06-30") + "\n" + rule(**{"from": "2025-06-30"}))
    (told,) = refused(tmp_path)
    assert told.startswith("test.yaml:3: rule no-leave: this version begins before the one before it ends")


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    written(tmp_path, rule(probability="2", reason="") + "\n" + rule(name="second", group="YOU"))
    told = refused(tmp_path)
    assert [line.split(": ")[0] for line in told] == ["test.yaml:2", "test.yaml:2", "test.yaml:3"]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("fees",), [], "there is no fee schedule"),
        (("fees",), 1.0, "`fees` is 1.0: write a list, one entry a line after a dash"),
        (("fees", 0, "from"), "2025-01-01", "`from` is '2025-01-01': write a date"),
        (("fees", 0, "factor"), 0, "`factor` is 0: write a number above 0"),
        (("payer", "kind"), "blue", "`kind` is 'blue': write one of medicare"),
        (("payer", "originator"), 12, "`originator` is 12: write digits in quotes"),
        (("payer",), "us", "`payer` is 'us': write its entries"),
        (("member_shape",), "long", "`member_shape` is 'long': write `mbi`"),
        (("population", "send"), [7], "`send` is [7]: write a list of weekdays"),
        (("population", "share", "child"), -1, "`child` is -1: write a weight from 0"),
        (("random_error", "rate"), 1, "`rate` is 1: write a number from 0, below 1"),
        (("random_error", "reasons"), {}, "`reasons` is {}: write weights by reason code"),
        (("remits", "weekdays"), [], "`weekdays` is []: write a list of weekdays"),
        (("review", "wins", "data", "appeal"), 1.2, "`appeal` is 1.2: write a number from 0 to 1"),
        (("review", "wins", "luck"), {}, "unknown entry `luck`"),
        (("variance",), {"rate": 0.1, "low": 90, "high": 80}, "`low` is above `high`: exchange them"),
        (("population", "switches_to"), {"elsewhere": 1}, "no payer `elsewhere`: known are test"),
        (("population", "sister"), "elsewhere", "no payer `elsewhere`: known are test"),
    ],
)
def test_a_wrong_entry_is_told(tmp_path: Path, path: tuple[Any, ...], value: Any, message: str) -> None:
    data = deepcopy(policy_data())
    inner: Any = data
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    text = yaml.safe_dump(data)
    (tmp_path / "test.yaml").write_text(text)
    (told,) = refused(tmp_path)
    line = text.splitlines()[int(told.split(":")[1]) - 1]
    assert message in told
    assert any(str(word) in line for word in (path[-1], *(value if isinstance(value, dict) else ())))


@pytest.mark.parametrize("block", ["payer", "population", "review", "remits", "random_error", "fees", "rules"])
def test_a_missing_block_is_told(tmp_path: Path, block: str) -> None:
    data = policy_data()
    del data[block]
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(data))
    assert f"test.yaml:1: the file lacks `{block}`" in refused(tmp_path)[0]


def test_two_payers_may_not_share_an_identifier(tmp_path: Path) -> None:
    written(tmp_path)
    written(tmp_path, key="other")
    (told,) = refused(tmp_path)
    assert told.startswith("test.yaml:")
    assert "TP001 is that of other.yaml too" in told


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"rules:\n  - {name: a\nfees: [}\n", "test.yaml:3: this is not YAML"),
        (b"rules: \xff\xfe", "test.yaml:1: this is not text in UTF-8"),
        (b"- a\n- b\n", "test.yaml:1: the file is ['a', 'b']: write its entries"),
        (b"", "test.yaml:1: the file is None: write its entries"),
        (b"rules: []\nrules: []\n", "test.yaml:2: rules: `rules` stands twice: leave one"),
        (b"rules: !!python/object/apply:os.getcwd []\n", "test.yaml:1: this is not YAML"),
        (b"rules: [a, b]\n", "entry 1 of `rules` is 'a': write its entries"),
    ],
)
def test_what_is_no_payer_file_is_told(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "test.yaml").write_bytes(content)
    assert any(message in line for line in refused(tmp_path))


def test_an_intake_rule_is_of_claims_and_of_known_categories() -> None:
    entry = {"name": "front", "when": {"units_over": 1}, "category": "F1", "status": "33", "probability": 0.5}
    with pytest.raises(BadInputError) as caught:
        policy_from("test", policy_data(intake=[entry]))
    assert "intake rule front: `category` is 'F1': write one of A3, A6, A7, A8" in str(caught.value)
    assert "intake rule front: `units_over` looks at a line" in str(caught.value)
