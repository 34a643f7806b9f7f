"""The reference of transactions, written from the guides: ``python -m denialml.x12.reference DIRECTORY``.

One page for each transaction and an index, which also lists what validation finds. All words come from ``guides/``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from denialml.x12.bodies import body_of
from denialml.x12.faults import FaultKind, kinds
from denialml.x12.guide import MANY, TRANSACTIONS, ElementUse, Entry, Guide, LoopSpec, SegmentSpec, guide
from denialml.x12.messages import KINDS

INDEX: Final = "index.md"
_COMMAND: Final = "python -m denialml.x12.reference docs/reference/x12"
_SNIP: Final = {
    1: "Integrity of X12: envelopes, counts, known segments, data types, lengths, conditions between elements.",
    2: "The implementation guide: what is required, what is used, codes, repeats, order, levels.",
    3: "Balances: sums of claims, lines, payments and adjustments, and counts of answers.",
    4: "Situations: what one part of a transaction demands or forbids in another (the rules on each page).",
}
_NOTES: Final = {
    "P": "all of {} or none",
    "R": "at least one of {}",
    "E": "at most one of {}",
    "C": "{first} needs {rest}",
    "L": "{first} needs one of {rest}",
}


def render() -> dict[str, str]:
    """Every page in Markdown, by its file name."""
    pages = {f"{transaction}.md": _page(guide(transaction)) for transaction in TRANSACTIONS}
    return {INDEX: "\n".join([*_index(), ""]), **pages}


def _index() -> Iterator[str]:
    yield "# X12 transactions\n"
    yield f"Written from `src/denialml/x12/guides` by `{_COMMAND}`; a test fails when it is stale."
    yield "The guides there are subsets in our own words; codes, numbers, usage and lengths are facts.\n"
    yield "## Transactions\n"
    yield "All are validated. A version belongs to a guide when it begins with one of those taken. An interchange"
    yield "acknowledgement (TA1) is read and written too: it is one segment beside the groups, and has no guide.\n"
    yield "| Transaction | Meaning | ST01 | GS01 | Version | Versions taken | Read | Written | Rules |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for transaction in TRANSACTIONS:
        yield _index_row(guide(transaction))
    yield ""
    yield from _validation()


def _index_row(of: Guide) -> str:
    taken = ", ".join(of.accepts)
    name = f"[{of.transaction}]({of.transaction}.md)"
    read = "yes" if body_of(of.set_id, of.version, "") else "no"
    written = "yes" if _is_written(of) else "no"
    return (
        f"| {name} | {of.title} | {of.set_id} | {of.group} | {of.version} | {taken} | {read} | {written} "
        f"| {len(of.rules)} |"
    )


def _is_written(of: Guide) -> bool:
    """Claims and remittances have writers of their own; the other kinds are listed."""
    return of.group in {"HC", "HP"} or any((of.group, of.version) == kind[:2] for kind in KINDS.values())


def _validation() -> Iterator[str]:
    yield "## What validation finds\n"
    yield "Types are those of WEDI SNIP. Rules of a guide are of type 4; their codes are on the page of the guide.\n"
    yield from (f"{number}. {what}" for number, what in _SNIP.items())
    for number in sorted({kind.snip for kind in kinds().values()}):
        yield f"\n### Type {number}\n"
        yield "| Code | Severity | What is wrong | What to do |"
        yield "|---|---|---|---|"
        yield from (_kind_row(code, kind) for code, kind in kinds().items() if kind.snip == number)


def _kind_row(code: str, kind: FaultKind) -> str:
    return f"| `{code}` | {kind.severity.value} | {_cell(kind.message)} | {_cell(kind.remedy)} |"


def _page(of: Guide) -> str:
    return "\n".join([*_head(of), *_outline(of), *_loops(of), *_rules(of), ""])


def _head(of: Guide) -> Iterator[str]:
    yield f"# {of.transaction}: {of.title}\n"
    yield f"Written from `src/denialml/x12/guides/{of.transaction}.yaml` by `{_COMMAND}`."
    yield f"[All transactions]({INDEX}).\n"
    yield f"ST01 is {of.set_id}, GS01 {of.group}, the version {of.version}; taken: {', '.join(of.accepts)}.\n"
    yield "R: required, S: situational; what is not listed is not used. Lengths are in characters. Where no codes are"
    yield "listed, any value of the type is taken, or a list kept elsewhere holds.\n"


def _outline(of: Guide) -> Iterator[str]:
    yield "## Loops\n"
    yield from _outlined(of.root, 0)
    yield ""


def _outlined(loop: LoopSpec, depth: int) -> Iterator[str]:
    for inner in loop.loops:
        yield f"{'  ' * depth}- [{inner.id}](#{inner.id.lower()}) {inner.title}: {_usage(inner.required, inner.most)}"
        yield from _outlined(inner, depth + 1)


def _usage(required: bool, most: int) -> str:
    return f"{'R' if required else 'S'}, {'any number' if most == MANY else f'at most {most}'}"


def _loops(of: Guide) -> Iterator[str]:
    for loop in of.loops.values():
        if loop.id:
            yield f"## {loop.id}\n"
            yield f"{loop.title}: {_usage(loop.required, loop.most)}. Begins with `{loop.opener.label}`.\n"
        else:
            yield "## Transaction\n"
        for segment in loop.segments:
            yield from _segment(segment)


def _segment(spec: SegmentSpec) -> Iterator[str]:
    yield f"### `{spec.label}`: {spec.title} ({_usage(spec.required, spec.most)})\n"
    yield "| Element | Meaning | Usage | Type | Length | Codes |"
    yield "|---|---|---|---|---|---|"
    for number, use in spec.uses.items():
        yield from _element(f"{spec.name}{number:02d}", use)
    yield ""
    notes = [_note(spec.entry, kind, numbers) for kind, numbers in spec.entry.notes if spec.uses.keys() >= set(numbers)]
    if notes:
        yield f"Conditions: {'; '.join(notes)}.\n"


def _element(name: str, use: ElementUse) -> Iterator[str]:
    element = use.element
    usage = ("R" if use.required else "S") + (f", {use.repeat} times" if use.repeat > 1 else "")
    length = f"{element.shortest}-{element.longest}" if element.kind else ""
    codes = " ".join(sorted(use.codes, key=lambda code: (len(code), code)))
    yield f"| {name} | {_cell(element.name)} | {usage} | {element.kind or 'composite'} | {length} | {codes} |"
    for number, part in use.parts.items():
        yield from _element(f"{name}-{number}", part)


def _note(entry: Entry, kind: str, numbers: tuple[int, ...]) -> str:
    names = [f"{entry.name}{number:02d}" for number in numbers]
    return _NOTES[kind].format(", ".join(names), first=names[0], rest=", ".join(names[1:]))


def _rules(of: Guide) -> Iterator[str]:
    if not of.rules:
        return
    yield "## Rules\n"
    yield "Findings of SNIP type 4.\n"
    yield "| Code | Loop | What is wrong | What to do |"
    yield "|---|---|---|---|"
    for rule in of.rules:
        yield f"| `{rule.id}` | {rule.loop or 'transaction'} | {_cell(rule.say)} | {_cell(rule.do)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for file_name, page in render().items():
        (target / file_name).write_text(page, encoding="utf-8")
