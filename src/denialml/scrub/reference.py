"""The reference of rules, written from them: ``python -m denialml.scrub.reference DIRECTORY CASES``.

One page for each group, one on a practice's own rules, and an index. The words are those of each rule's docstring,
the examples its cases.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from inspect import cleandoc
from pathlib import Path
from typing import Any, Final

import yaml

from denialml.errors import Severity
from denialml.scrub import local
from denialml.scrub.catalogue import rules
from denialml.scrub.conditions import WORDS
from denialml.scrub.fields import FIELDS
from denialml.scrub.rule import LineRule, Rule

INDEX: Final = "index.md"
OWN: Final = "own.md"
ABSENT: Final = {
    "S053": "not a rule of its own: every lookup of a procedure pair is by date of service, in S050 to S052",
    "S106": "the 837 carries no minutes of therapy, and the record has none yet",
    "S151": "the model's advice stands on the claim's page beside the findings; it is not an edit",
}
_COMMAND: Final = "python -m denialml.scrub.reference docs/reference/rules tests/scrub/cases"
_WEIGHT: Final = {Severity.ERROR: "holds the claim", Severity.WARNING: "warns", Severity.INFO: "informs"}
_LAYERS: Final = {
    1: "syntax",
    2: "implementation guide",
    3: "balance",
    4: "situation",
    5: "code sets",
    6: "product or service",
    7: "payer's own",
}
_KINDS: Final = {"pass": "Passes", "fail": "Fails", "repaired": "Is repaired"}

Cases = Mapping[str, Mapping[str, Any]]  # by rule: by kind (pass, fail, repaired): by name, what it describes


def read_cases(folder: Path) -> Cases:
    """The cases of every rule in a folder of ``SNNN.yml``."""
    return {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted(folder.glob("S*.yml"))}


def render(cases: Cases) -> dict[str, str]:
    """Every page in Markdown, by its file name."""
    groups: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules():
        groups[rule.group].append(rule)
    pages = {f"{group}.md": "\n".join([*_page(group, members, cases), ""]) for group, members in groups.items()}
    return {INDEX: "\n".join([*_index(groups), ""]), OWN: "\n".join([*_own(), ""]), **pages}


def _index(groups: Mapping[str, list[Rule]]) -> Iterator[str]:
    yield "# Rules of scrubbing\n"
    yield f"Written from `src/denialml/scrub/rules` and `tests/scrub/cases` by `{_COMMAND}`; a test fails when it is"
    yield f"stale. There are {sum(map(len, groups.values()))} rules. A rule that holds a claim can be overridden by a"
    yield "person with a reason; a contract with a payer can add a rule or take it out. A practice adds"
    yield f"[rules of its own]({OWN}) without code.\n"
    for group in sorted(groups):
        yield f"## [{_heading(group)}]({group}.md)\n"
        yield f"{_about(group)}\n"
        yield "| Rule | What it is about | Weight | SNIP | Prevents |"
        yield "|---|---|---|---|---|"
        for rule in groups[group]:
            reasons = " ".join(rule.prevents)
            title = f"[{rule.id}]({group}.md#{rule.id.lower()})"
            yield f"| {title} | {rule.words.title} | {_WEIGHT[rule.severity]} | {rule.layer} | {reasons} |"
        yield ""
    yield "## Not there\n"
    yield from (f"- {number}: {why}." for number, why in ABSENT.items())


def _own() -> Iterator[str]:
    yield "# Rules of your own\n"
    yield f"Written from `src/denialml/scrub` by `{_COMMAND}`. [All rules]({INDEX}).\n"
    yield f"{cleandoc(local.__doc__ or '')}\n"
    yield f"{cleandoc(local.LocalRule.__doc__ or '')}\n"
    yield (
        "A rule finds fault where every condition of `when` holds and none of `unless`. A condition is a field, a word"
    )
    yield "and a value, or a list of values of which any will do. A rule with a field of lines is asked of each line.\n"
    yield "| Kind of field | Words |"
    yield "|---|---|"
    yield from (f"| {kind.value} | {' '.join(f'`{word}`' for word in words)} |" for kind, words in WORDS.items())
    yield "\n| Field | Kind | Meaning |"
    yield "|---|---|---|"
    yield from (f"| `{name}` | {field.kind.value} | {field.meaning} |" for name, field in FIELDS.items())


def _heading(group: str) -> str:
    return {"ncci": "National correct coding edits"}.get(group, group.capitalize())


def _about(group: str) -> str:
    return (import_module(f"denialml.scrub.rules.{group}").__doc__ or "").strip()


def _page(group: str, members: Iterable[Rule], cases: Cases) -> Iterator[str]:
    yield f"# {_heading(group)}\n"
    yield f"{_about(group)} Written from the rules by `{_COMMAND}`. [All rules]({INDEX}).\n"
    yield "Cases are described over a plain claim; `tests/scrub/README.md` says how."
    for rule in members:
        yield f'\n<a id="{rule.id.lower()}"></a>\n'
        yield f"## {rule.id}: {rule.words.title}\n"
        yield f"{rule.words.what}\n"
        yield f"**Why.** {rule.words.why}\n"
        yield f"**Fix.** {rule.words.fix}\n"
        yield f"**Source.** {rule.words.source}\n"
        yield from _facts(rule)
        yield from _cases(cases.get(rule.id, {}))


def _facts(rule: Rule) -> Iterator[str]:
    yield f"- Weight: {_WEIGHT[rule.severity]}; SNIP type {rule.layer} ({_LAYERS[rule.layer]})"
    yield f"- Looks at: {_scope(rule)}"
    yield f"- Payers: {'all' if rule.payers is None else ', '.join(sorted(rule.payers))}"
    yield f"- Stages: {', '.join(sorted(rule.stages))}"
    if rule.tables:
        yield f"- Tables: {', '.join(rule.tables)}"
    if rule.prevents:
        remarks = f", with remarks {' '.join(rule.remarks)}" if rule.remarks else ""
        yield f"- Prevents adjustment reasons: {' '.join(rule.prevents)}{remarks}"
    for name, dated in rule.parameters.items():
        for since in dated.history:
            yield f"- Parameter {name}: {since.value} from {since.effective.isoformat()} ({since.source})"
    yield ""


def _scope(rule: Rule) -> str:
    kind = {None: "", True: "institutional ", False: "professional "}[rule.institutional]
    scope = f"each line of {kind}claims" if isinstance(rule, LineRule) else f"{kind}claims as a whole"
    scope += " with certain procedures" if rule.codes is not None else ""
    return scope + (f" with modifiers {' '.join(sorted(rule.marks))}" if rule.marks is not None else "")


def _cases(of: Mapping[str, Any]) -> Iterator[str]:
    for kind, title in _KINDS.items():
        if of.get(kind):
            yield f"{title}:\n"
            yield from (f"- {name}{_described(case)}" for name, case in of[kind].items())
            yield ""


def _described(case: Any) -> str:
    """A case in one line of YAML; nothing for the plain claim."""
    if not case:
        return ""
    text = yaml.safe_dump(case, default_flow_style=True, width=10_000, sort_keys=False, allow_unicode=True)
    return f": `{text.strip()}`"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for file_name, page in render(read_cases(Path(sys.argv[2]))).items():
        (target / file_name).write_text(page, encoding="utf-8")
