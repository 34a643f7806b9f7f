"""Writes the reference of payers' files: ``python -m denialml.simulator.policy.reference FILE``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from denialml.simulator.policy.conditions import CONDITIONS
from denialml.simulator.policy.fields import FILE
from denialml.simulator.policy.kinds import Each, Rows, Table

_COMMAND: Final = "python -m denialml.simulator.policy.reference docs/reference/payer-files.md"

_HEAD: Final = """\
# Payers' files

Written from `src/denialml/simulator/policy` by `{command}`; a test fails when it is stale.

A payer of the simulation is one YAML file. Ours are in `src/denialml/simulator/data/payers`;
`denialml simulate --payers DIR` takes every `*.yaml` of a folder of your own in their place. The name of a file
without `.yaml` is the payer's key, by which other files name it.

## Write your own

1. Copy one of ours into an empty folder, give it another name, and change `payer` (the identifier must be its own) and
   `population`: `switches_to` may name only payers of the folder.
2. Write `rules`. A rule says when it holds, with which probability it is then enforced, and what it tells:

       - name: imaging-authorization
         cause: authorization
         when: {{procedures: ["72148", "73721"], authorization: absent}}
         reason: "197"
         group: CO
         probability: 0.7

   All conditions of `when` must hold. Rules of lines are enforced line by line, rules with `scope: claim` once for all
   lines. The first rule of the file that is enforced gives the reason, those of whole claims before those of lines.
   `procedures` is a list of codes or the name of one of `lists`; it follows the yearly update of codes.
3. Combine conditions with `any` and `all` (lists of conditions) and `not` (conditions):
   `any: [{{weekdays: [4]}}, {{age_over: 74, sex: F}}]`.
4. To change a payer's mind on a day, end one version of a rule with `until` and begin another of the same name with
   `from`. Both are days of service and inclusive. `drift` moves a probability slowly, by the day of receipt.
5. Run `denialml simulate --payers DIR`. A file that is wrong is refused, with the line of everything wrong in it.

`cause` is what is truly behind a denial, `reason` what the payer tells; they need not agree. What the patient's record
really holds stands on no claim: no rule can ask for it, a review can.
"""


def render() -> str:
    """The page in Markdown."""
    return "\n".join([_HEAD.format(command=_COMMAND), *_tables(), *_conditions(), ""])


def _tables() -> Iterator[str]:
    yield "## Entries\n"
    yield "Entries marked with * may be left out.\n"
    yield from _table("", FILE)


def _table(path: str, table: Table) -> Iterator[str]:
    if path:
        yield f"### {path}\n"
    yield "| Entry | Value | Meaning |"
    yield "|---|---|---|"
    for name, field in table.fields.items():
        yield f"| `{name}`{'' if field.required else ' *'} | {_cell(field.kind.name)} | {_cell(field.says)} |"
    yield ""
    for name, field in table.fields.items():
        inner = field.kind.table if isinstance(field.kind, Rows | Each) else field.kind
        if isinstance(inner, Table):
            yield from _table(f"{path}.{name}" if path else name, inner)


def _conditions() -> Iterator[str]:
    for of_line, title in ((False, "Conditions of a claim"), (True, "Conditions of a line")):
        yield f"## {title}\n"
        if of_line:
            yield "Not usable with `scope: claim` nor in `intake`; beside them `procedures`, the codes of the line.\n"
        yield "| Condition | Value | Holds when |"
        yield "|---|---|---|"
        for name, kind in CONDITIONS.items():
            if kind.of_line is of_line:
                yield f"| `{name}` | {_cell(kind.value.name)} | {_cell(kind.says)} |"
        yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render(), encoding="utf-8")
