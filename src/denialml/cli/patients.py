"""``denialml patients``: patients' payments, refunds, credit and payment plans."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from denialml.cli.options import (
    DatabaseOption,
    HomeOption,
    JsonOption,
    PersonOption,
    ReasonOption,
    day_of,
    finish,
    finish_rows,
    settings_of,
)

if TYPE_CHECKING:
    from denialml.service.patients import Money
    from denialml.settings import Settings

patients_app = typer.Typer(help="Patients' payments, refunds, credit and payment plans.", no_args_is_help=True)

WhoArgument = Annotated[str, typer.Argument(help="Control number of a claim, or a patient's key.", show_default=False)]
AmountArgument = Annotated[str, typer.Argument(help="Dollars: 25 or 25.50.", show_default=False)]
MethodOption = Annotated[str, typer.Option("--method", help="cash, check or card.", show_default=False)]
ReferenceOption = Annotated[str, typer.Option("--reference", help="Number of the check or receipt.")]
DayOption = Annotated[
    datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], help="Its day, if not today.", show_default=False)
]
OccurrenceOption = Annotated[
    int, typer.Option("--occurrence", help="2 when the same came a second time on the same day, and so on.", min=1)
]


@patients_app.command("pay")
def patients_pay(
    who: WhoArgument,
    amount: AmountArgument,
    method: MethodOption,
    person: PersonOption,
    reference: ReferenceOption = "",
    day: DayOption = None,
    occurrence: OccurrenceOption = 1,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a payment, once, and put it to what is owed: the claim named first, then the oldest."""
    from denialml.service.patients import pay

    settings = settings_of(home, database_url)
    money = _money(settings, amount, method, reference, day, occurrence)
    finish(pay(settings, who, money, person=person), as_json=as_json)


@patients_app.command("refund")
def patients_refund(
    who: WhoArgument,
    amount: AmountArgument,
    method: MethodOption,
    person: PersonOption,
    reason: ReasonOption,
    reference: ReferenceOption = "",
    day: DayOption = None,
    occurrence: OccurrenceOption = 1,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Pay credit out, once, and only what is there."""
    from denialml.service.patients import refund

    settings = settings_of(home, database_url)
    money = _money(settings, amount, method, reference, day, occurrence)
    finish(refund(settings, who, money, person=person, reason=reason), as_json=as_json)


@patients_app.command("undo")
def patients_undo(
    event: Annotated[int, typer.Argument(help="Number of the payment or refund.", show_default=False)],
    person: PersonOption,
    reason: ReasonOption,
    day: DayOption = None,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a payment (a bounced check, the wrong patient) or a refund back; the books keep both."""
    from denialml.service.patients import undo

    settings = settings_of(home, database_url)
    finish(undo(settings, event, person=person, reason=reason, day=day_of(day)), as_json=as_json)


@patients_app.command("apply")
def patients_apply(
    person: PersonOption,
    who: Annotated[str, typer.Argument(help="One patient, by claim or key; else all.", show_default=False)] = "",
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put credit to what patients owe, after remittances came."""
    from denialml.service.patients import apply_credit

    finish(apply_credit(settings_of(home, database_url), who, person=person), as_json=as_json)


@patients_app.command("list")
def patients_list(home: HomeOption = None, database_url: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List patients who owe something or have credit, by key."""
    from denialml.service.patients import list_patients

    rows = list_patients(settings_of(home, database_url))
    finish_rows(rows, as_json=as_json, empty="no patient owes anything or has credit")


@patients_app.command("show")
def patientsfinish(
    who: WhoArgument, home: HomeOption = None, database_url: DatabaseOption = None, as_json: JsonOption = False
) -> None:
    """Show one patient's account: what is owed, what is held back and why, payments, the plan."""
    from denialml.service.patients import show_account

    finish(show_account(settings_of(home, database_url), who), as_json=as_json)


@patients_app.command("credits")
def patients_credits(home: HomeOption = None, database_url: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List credit balances with their age: patients' money, and insurers' overpayments of claims."""
    from denialml.service.patients import credit_balances

    rows = credit_balances(settings_of(home, database_url))
    finish_rows(rows, as_json=as_json, empty="there is no credit balance")


@patients_app.command("plan")
def patients_plan(
    who: WhoArgument,
    person: PersonOption,
    monthly: Annotated[str, typer.Option(help="Dollars a month.")] = "",
    day_of_month: Annotated[int, typer.Option(help="Day of the month a part is due.", min=1, max=31)] = 1,
    start: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Parts are due from then on.", show_default=False)
    ] = None,
    end: Annotated[str, typer.Option("--end", help="End the plan, and say why.")] = "",
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Agree monthly parts for all that is owed today, or end a plan."""
    from denialml.errors import UsageError
    from denialml.service.clock import today
    from denialml.service.patients import amount_from_text, end_plan, set_plan

    settings = settings_of(home, database_url)
    if bool(end) is bool(monthly):
        raise UsageError("say --monthly DOLLARS to agree a plan, or --end REASON to end one")
    if end:
        finish(end_plan(settings, who, person=person, reason=end), as_json=as_json)
        return
    agreed = set_plan(
        settings,
        who,
        monthly_cents=amount_from_text(monthly),
        day_of_month=day_of_month,
        starts_on=day_of(start) or today(settings),
        person=person,
    )
    finish(agreed, as_json=as_json)


@patients_app.command("bill")
def patients_bill(
    claim: Annotated[str, typer.Argument(help="The claim's control number.", show_default=False)],
    person: PersonOption,
    reason: ReasonOption,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decide that no other payer pays the rest of a claim: its patient is asked."""
    from denialml.service.patients import bill_patient

    finish(bill_patient(settings_of(home, database_url), claim, person=person, reason=reason), as_json=as_json)


@patients_app.command("unbill")
def patients_unbill(
    claim: Annotated[str, typer.Argument(help="The claim's control number.", show_default=False)],
    by: PersonOption,
    reason: ReasonOption,
    home: HomeOption = None,
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take back what `patients bill` moved to a claim's patient: other payers owe it again."""
    from denialml.service.patients import unbill_patient

    finish(unbill_patient(settings_of(home, database_url), claim, person=by, reason=reason), as_json=as_json)


def _money(
    settings: Settings, amount: str, method: str, reference: str, day: datetime | None, occurrence: int
) -> Money:
    from denialml.service.clock import today
    from denialml.service.patients import Money, amount_from_text, method_from_text

    on = day_of(day) or today(settings)
    return Money(amount_from_text(amount), method_from_text(method), reference, on, occurrence)
