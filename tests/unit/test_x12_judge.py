"""An independent judge: what we write passes pyx12's maps of the implementation guides.

Where the judge would be wrong, the case avoids it and says why:

- pyx12 cannot build its 999 for a rejected 835, because it looks for ST03, which the 835 guide does not use
  (``Cannot create AK2``); so its own verdict on each transaction is read, not the 999.
"""

from __future__ import annotations

from pathlib import Path

import x12_cases as cases
from denialml import x12
from denialml.claims import Contact, Reference, replace
from pyx12_judge import verdict


def _claims() -> x12.ClaimBatch:
    plain = cases.claim()
    dependent = cases.claim(
        "0000000003T", coverage=replace(cases.COVERAGE, relationship="", sequence="P"), patient=cases.CHILD
    )
    rich = cases.rich_claim()
    # The rich claim is rich in shape; this is what of it the codes of the guide allow.
    line = replace(
        rich.lines[0],
        procedure=replace(rich.lines[0].procedure, modifiers=("25", "GT", "95", "Q5")),
        dates=(),
        unit_basis="UN",
    )
    sensible = replace(
        rich,
        lines=(line, rich.lines[1]),
        supervising=replace(cases.DOCTOR, taxonomy=""),
        facility=replace(rich.facility, references=()) if rich.facility else None,
        dates=rich.dates[:1],
        coverage=dependent.coverage,
    )
    return cases.batch([plain, replace(plain, control_number="0000000004R"), dependent, sensible])


def test_claims_pass(tmp_path: Path) -> None:
    assert verdict(x12.write(_claims()), tmp_path) == (True, [])


def test_claims_with_other_delimiters_pass(tmp_path: Path) -> None:
    envelope = replace(cases.ENVELOPE, delimiters=x12.Delimiters("|", ">", "!", "\x1c"))
    assert verdict(x12.write(replace(_claims(), envelope=envelope)), tmp_path) == (True, [])


def test_remittances_pass(tmp_path: Path) -> None:
    rich = cases.rich_payment()
    # The rich payment is rich in shape; these are the codes that the published lists have.
    service = replace(
        rich.services[0],
        adjustments=tuple(replace(each, reason="45") for each in rich.services[0].adjustments if each.amount_cents),
        references=(Reference("LU", "11"),),
        remarks=rich.services[0].remarks[:1],
        procedure=replace(rich.services[0].procedure, description=""),
        revenue_code="",
        dates=(),
    )
    sensible = replace(
        rich,
        services=(service,),
        remarks=tuple(replace(each, code="MA01") for each in rich.remarks if each.source == "MOA"),
        corrected=replace(rich.patient, first="ADAH", id_qualifier="C") if rich.patient else None,
    )
    denied = cases.payment("0000000003T", status="4", paid_cents=0, patient_responsibility_cents=0, services=())
    denied = replace(denied, adjustments=(cases.rich_payment().adjustments[0],))
    first = x12.RemittanceTransaction(
        cases.rich_remittance(), [cases.claim_group(), cases.payment(), sensible, denied], [cases.provider_adjustment()]
    )
    nothing = cases.remittance(control_number="0002", payment_cents=0, method="NON")
    batch = cases.remittances(first, x12.RemittanceTransaction(nothing, [denied]))
    assert verdict(x12.write(batch), tmp_path) == (True, [])


def test_the_judge_does_object(tmp_path: Path) -> None:
    """The judge is awake: without the payer's technical contact, which the guide requires, it says no."""
    head = cases.remittance()
    silent = replace(head, payer=replace(head.payer, contacts=(Contact("XX", "NOBODY"),)))
    accepted, complaints = verdict(
        x12.write(cases.remittances(x12.RemittanceTransaction(silent, [cases.payment()]))), tmp_path
    )
    assert not accepted
    assert complaints
