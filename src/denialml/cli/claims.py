"""``denialml claims``: claims made from a payer's answer, as files of drafts."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from denialml.cli.options import DatabaseOption, HomeOption, JsonOption, print_json, settings_of, the_file
from denialml.errors import UsageError

if TYPE_CHECKING:
    from denialml.service.claims import DraftReport

claims_app = typer.Typer(help="Claims to second payers, corrected and void claims.", no_args_is_help=True)

ClaimArgument = Annotated[str, typer.Argument(help="The claim's control number.", show_default=False)]
OutOption = Annotated[Path, typer.Option("--out", help="The folder for the 837 files.", show_default=False)]
PayerNumberOption = Annotated[
    str,
    typer.Option(
        "--payer-number", help="The payer's number of the claim (CLP07), where no answer in the record has it."
    ),
]


class Sequence(StrEnum):
    """Which payer of a claim (SBR01)."""

    FIRST = "P"
    SECOND = "S"
    THIRD = "T"


SequenceOption = Annotated[Sequence, typer.Option("--payer", help="To which payer: P the first, S, T.")]


@claims_app.command("secondary")
def claims_secondary(
    out: OutOption,
    claims: Annotated[list[str] | None, typer.Argument(help="Control numbers of claims.", show_default=False)] = None,
    every: Annotated[bool, typer.Option("--all", help="Every claim of which the patient owes a share.")] = False,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write claims to second payers from what the first payers answered; never twice, and none that was passed on."""
    from denialml.service.claims import secondary
    from denialml.service.clock import moment
    from denialml.submission import HeldReason

    if bool(claims) == every:
        raise UsageError("name claims, or say --all")
    settings = settings_of(home, database_url)
    report = secondary(settings, None if every else claims, out, moment(settings))
    if every and not as_json:  # most patients have one cover; that they are counted is enough
        told = tuple(each for each in report.held if each.reason is not HeldReason.NO_SECOND_COVER)
        report = replace(report, held=told)
    _show(report, as_json=as_json)


@claims_app.command("correct")
def claims_correct(
    claim: ClaimArgument,
    out: OutOption,
    payer_number: PayerNumberOption = "",
    content: Annotated[
        Path | None,
        typer.Option(
            "--with", help="An 837 file with what the claim should say; else what was sent.", show_default=False
        ),
    ] = None,
    payer: SequenceOption = Sequence.FIRST,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the corrected claim (frequency 7) in place of the one sent last, under the payer's own number of it."""
    from denialml.service.claims import correct
    from denialml.service.clock import moment

    settings = settings_of(home, database_url)
    report = correct(
        settings,
        claim,
        out,
        moment(settings),
        payer_number=payer_number,
        content=the_file(content) if content else None,
        sequence=payer.value,
    )
    _show(report, as_json=as_json)


@claims_app.command("void")
def claims_void(
    claim: ClaimArgument,
    out: OutOption,
    payer_number: PayerNumberOption = "",
    payer: SequenceOption = Sequence.FIRST,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the void claim (frequency 8) of the one sent last, under the payer's own number of it."""
    from denialml.service.claims import void
    from denialml.service.clock import moment

    settings = settings_of(home, database_url)
    report = void(settings, claim, out, moment(settings), payer_number=payer_number, sequence=payer.value)
    _show(report, as_json=as_json)


def _show(report: DraftReport, *, as_json: bool) -> None:
    if as_json:
        print_json(report)
        return
    from denialml.cli.screens import show, terminal

    show(report, hide=("next_step",))
    if report.next_step:
        terminal().print(report.next_step)
