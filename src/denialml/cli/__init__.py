"""The command line. It translates: words into calls of ``service``, values into tables or JSON, errors into exit codes.

Heavy libraries are imported inside the commands that need them, so that ``denialml --help`` answers at once.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from traceback import extract_tb
from typing import Annotated

import typer

from denialml import __version__
from denialml.cli.claims import claims_app
from denialml.cli.codes import codes_app
from denialml.cli.deposits import deposits_app
from denialml.cli.eob import eob_app
from denialml.cli.exceptions import exceptions_app
from denialml.cli.ledger import ledger_app
from denialml.cli.options import (
    DatabaseOption,
    DayOption,
    FilesArgument,
    HomeOption,
    JsonOption,
    day_of,
    expand,
    finish,
    print_json,
    settings_of,
    the_file,
)
from denialml.cli.patients import patients_app
from denialml.cli.rules import rules_app
from denialml.cli.statements import statements_app
from denialml.cli.variance import variance_app
from denialml.cli.writeoffs import writeoffs_app
from denialml.cli.x12 import x12_app
from denialml.errors import DenialmlError, StorageError, UsageError

app = typer.Typer(
    name="denialml",
    help="Revenue-cycle software that learns from every denial.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
charges_app = typer.Typer(help="Claims to bill.", no_args_is_help=True)
acks_app = typer.Typer(help="Acknowledgements of claims.", no_args_is_help=True)
audit_app = typer.Typer(help="The audit trail.", no_args_is_help=True)
app.add_typer(charges_app, name="charges")
app.add_typer(acks_app, name="acks")
app.add_typer(claims_app, name="claims")
app.add_typer(deposits_app, name="deposits")
app.add_typer(x12_app, name="x12")
app.add_typer(rules_app, name="rules")
app.add_typer(exceptions_app, name="exceptions")
app.add_typer(codes_app, name="codes")
app.add_typer(patients_app, name="patients")
app.add_typer(writeoffs_app, name="writeoffs")
app.add_typer(statements_app, name="statements")
app.add_typer(eob_app, name="eob")
app.add_typer(audit_app, name="audit")
app.add_typer(variance_app, name="variance")
app.add_typer(ledger_app, name="ledger")


def main() -> None:
    """Run the command line; end with the exit code that the error's class names."""
    try:
        app()
    except DenialmlError as error:
        typer.echo(f"denialml: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away; there is nobody left to tell
        sys.exit(0)
    except OSError as error:
        typer.echo(f"denialml: {error.filename or 'the disk'}: {error.strerror or 'failed'}", err=True)
        sys.exit(StorageError.exit_code)
    except Exception as error:  # noqa: BLE001 - a bug: what it says may hold values of patients, where it happened does not
        typer.echo(f"denialml: this is a bug of denialml; please report it: {_whereabouts(error)}", err=True)
        sys.exit(DenialmlError.exit_code)


def _whereabouts(error: Exception) -> str:
    """The kind of an error, and the places in our own code that it came through, the innermost last."""
    home = Path(__file__).parent.parent
    frames = [each for each in extract_tb(error.__traceback__) if Path(each.filename).is_relative_to(home)]
    places = [f"{Path(each.filename).relative_to(home)}:{each.lineno}" for each in frames]
    return " > ".join([type(error).__name__, *places])


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"denialml {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
) -> None:
    """Revenue-cycle software that learns from every denial."""


@charges_app.command("import")
def charges_import(
    files: FilesArgument,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    sent: Annotated[bool, typer.Option("--sent", help="The claims were already sent on their file's date.")] = False,
    known_on: DayOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take claims in from 837P files: drafts to be scored, or with --sent a history."""
    from denialml.cli.progress import stages
    from denialml.service.charges import import_charges

    paths = expand(files, ("*.837", "*.txt", "*.edi"))
    with stages(quiet=as_json) as bars:
        report = import_charges(
            settings_of(home, database_url),
            paths,
            sent=sent,
            known_on=day_of(known_on),
            progress=bars.stage("Taking in claims", len(paths)),
        )
    finish(report, as_json=as_json)


@acks_app.command("import")
def acks_import(
    files: FilesArgument,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    known_on: DayOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in what 277CA, 999 and TA1 say of claims and files sent: accepted, or refused before anybody adjudicates."""
    from denialml.cli.progress import stages
    from denialml.service.acks import import_acks

    paths = expand(files, ("*.277ca", "*.999", "*.ta1", "*.txt", "*.edi"))
    with stages(quiet=as_json) as bars:
        report = import_acks(
            settings_of(home, database_url),
            paths,
            known_on=day_of(known_on),
            progress=bars.stage("Taking in acknowledgements", len(paths)),
        )
    finish(report, as_json=as_json)


@app.command()
def scrub(
    files: FilesArgument,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_of: DayOption = None,
    every: Annotated[bool, typer.Option("--findings", help="Say every finding, one a line.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON; with --findings one object a line, values seen in clear.")
    ] = False,
) -> None:
    """Look claims of 837 files over by every rule, as if they were sent today."""
    from denialml.service.clock import today
    from denialml.service.scrub import scrub_files

    settings = settings_of(home, database_url)
    say = typer.echo if every else None
    paths = expand(files, ("*.837", "*.txt", "*.edi"))
    report = scrub_files(settings, paths, as_of=day_of(as_of) or today(settings), say=say, as_json=as_json)
    finish(report, as_json=as_json)


@app.command()
def post(
    files: FilesArgument,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    received_on: DayOption = None,
    as_json: JsonOption = False,
) -> None:
    """Post 835 files exactly once; park what does not fit, with a reason."""
    from denialml.cli.progress import stages
    from denialml.service.posting import post_files

    paths = expand(files, ("*.835", "*.txt", "*.edi"))
    with stages(quiet=as_json) as bars:
        report = post_files(
            settings_of(home, database_url),
            paths,
            received_on=day_of(received_on),
            progress=bars.stage("Posting remittances", len(paths)),
        )
    finish(report, as_json=as_json)


@app.command()
def simulate(
    directory: Annotated[Path | None, typer.Argument(help="An empty folder for the files.", show_default=False)] = None,
    claims: Annotated[int, typer.Option(help="Claims in the history.", min=100)] = 40_000,
    months: Annotated[int, typer.Option(help="Length of the history.", min=3, max=120)] = 18,
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = 20_260_630,
    world: Annotated[
        str, typer.Option(help="clinic, group or company; a company above 60,000 claims.", show_default=False)
    ] = "",
    payers: Annotated[
        Path | None, typer.Option(help="A folder of payer files, in place of the built-in ones.", show_default=False)
    ] = None,
    fault: Annotated[
        list[str] | None, typer.Option(help="NAME=RATE, as often as wanted; see --faults.", show_default=False)
    ] = None,
    faults: Annotated[bool, typer.Option("--faults", help="List the faults there are, and stop.")] = False,
    random_share: Annotated[float, typer.Option(help="Part of people's choices that a coin makes.")] = 0.0,
    workers: Annotated[int, typer.Option(help="Practices of a company written at once.", min=1)] = 2,
    report: Annotated[bool, typer.Option("--report", help="Lay the history beside published figures.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write practices' history as real X12 files, with truth files beside them."""
    from denialml.cli import screens
    from denialml.cli.progress import stages
    from denialml.service.simulation import SimulationConfig, fault_rates, known_faults
    from denialml.service.simulation import simulate as run

    if faults:
        found_faults = known_faults()
        if as_json:
            print_json(found_faults)
        else:
            screens.print_rows([asdict(each) for each in found_faults])
        return
    if directory is None:
        raise UsageError("name an empty folder for the files")
    config = SimulationConfig(
        claims=claims,
        months=months,
        seed=seed,
        world=world,
        payers=payers,
        faults=fault_rates(fault or ()),
        random_share=random_share,
    )
    with stages(quiet=as_json) as bars:
        found = run(directory, config, bars.stage("Simulating practices and their payers"), workers=workers)
    if as_json:
        print_json(found)
    else:
        screens.show(found, hide=() if report else ("figures",))


@app.command()
def train(
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_of: DayOption = None,
    as_json: JsonOption = False,
) -> None:
    """Learn denial risk from what was posted, calibrate it, and register it as champion."""
    from denialml.service import modelling
    from denialml.service.clock import today

    settings = settings_of(home, database_url)
    finish(modelling.train(settings, as_of=day_of(as_of) or today(settings)), as_json=as_json)


@app.command()
def backtest(
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_of: DayOption = None,
    truth: Annotated[Path | None, typer.Option(help="truth/lines.parquet of a simulation.", show_default=False)] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure the model forward in time, by payer, beside simpler models and the best that is possible."""
    from denialml.service import modelling
    from denialml.service.clock import today

    settings = settings_of(home, database_url)
    known = the_file(truth) if truth else None
    finish(modelling.backtest(settings, as_of=day_of(as_of) or today(settings), truth=known), as_json=as_json)


@app.command()
def score(
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_of: DayOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score every claim that was not sent yet, each with its reasons."""
    from denialml.service import modelling
    from denialml.service.clock import today

    settings = settings_of(home, database_url)
    finish(modelling.score(settings, as_of=day_of(as_of) or today(settings)), as_json=as_json)


@app.command()
def explain(
    claim: Annotated[str, typer.Argument(help="Control number of a scored claim.", show_default=False)],
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say why a claim is risky, and what legitimate edit would help."""
    from denialml.service import modelling

    finish(modelling.explain(settings_of(home, database_url), claim), as_json=as_json)


@app.command()
def worklist(
    queue: Annotated[str, typer.Option(help="risk or denials.")] = "risk",
    top: Annotated[int, typer.Option(help="How many to show.", min=1)] = 20,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what to work next: claims to mend before sending, or denials by what an hour of work is worth."""
    from denialml.cli import queue_screens
    from denialml.service import worklists
    from denialml.service.clock import today

    settings = settings_of(home, database_url)
    if queue == "risk":
        risk = worklists.risk_queue(settings, top=top)
        if as_json:
            print_json(risk)
        else:
            queue_screens.show_risk(risk)
    elif queue == "denials":
        denials = worklists.denials_queue(settings, today=today(settings), top=top)
        if as_json:
            print_json(denials)
        else:
            queue_screens.show_denials(denials)
    else:
        raise UsageError(f"no queue is called {queue}: risk and denials are")


@audit_app.command("verify")
def audit_verify(home: HomeOption = None, database_url: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Recompute the audit trail's chain of hashes; exit 13 when it was broken."""
    from denialml.service.audit import verify

    finish(verify(settings_of(home, database_url)), as_json=as_json)


@app.command()
def backup(
    file: Annotated[Path | None, typer.Argument(help="The copy's file.", show_default=False)] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Check this copy, or without FILE the database in use.")
    ] = False,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy the database into a new file, while others may post, and check the copy; exit 13 when it is not good."""
    from denialml.service.backup import back_up, verify_backup, verify_home

    if file is None and not verify:
        raise UsageError("name a file for the copy")
    settings = settings_of(home, database_url)
    report = verify_home(settings) if file is None else verify_backup(file) if verify else back_up(settings, file)
    finish(report, as_json=as_json)


@app.command("app")
def open_app(
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.", min=1, max=65535)] = 8501,
) -> None:
    """Open the worklists in a browser, on 127.0.0.1 only."""
    from denialml.service.app_launcher import launch

    raise typer.Exit(launch(settings_of(home, database_url), port=port))


@app.command()
def demo(
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    claims: Annotated[int, typer.Option(help="Claims in the history.", min=100)] = 40_000,
    seed: Annotated[int, typer.Option(help="Same seed, same practice.")] = 20_260_630,
    fresh: Annotated[bool, typer.Option("--fresh", help="Rebuild a home that an earlier demo made.")] = False,
    no_app: Annotated[bool, typer.Option("--no-app", help="Stop before opening the app.")] = False,
    port: Annotated[int, typer.Option(help="Port of the app on 127.0.0.1.", min=1, max=65535)] = 8501,
    as_json: JsonOption = False,
) -> None:
    """Build a demo practice, run the whole path, train, and open the app."""
    from denialml.cli.progress import stages
    from denialml.service import demo as path

    settings = settings_of(home, database_url)
    with stages(quiet=as_json) as bars:
        report = path.run(settings, path.DemoConfig(claims=claims, seed=seed, fresh=fresh), bars)
    if as_json:
        print_json(report)
    else:
        from denialml.cli.demo_screen import show_demo

        show_demo(report)
    if not no_app:
        from denialml.service.app_launcher import launch

        raise typer.Exit(launch(settings_of(home, database_url), port=port))
