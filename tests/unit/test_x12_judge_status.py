"""Strangers read what we write: x12sdk the 276 and 277, to the same facts, and pyx12 the 277CA, without complaint.

Where a judge is wrong, the case avoids it and says why:

- x12sdk takes one name in loop 2100C, where the guide allows the provider a second time under another identifier.
- x12sdk reads no file whose segments end in a line break (it returns nothing, and no error).
- x12sdk hangs the second service of a claim into the first one, drops it, and then finds the count of SE wrong; so its
  claims have one service each.
- x12sdk keeps a composite as one text, so that components are compared after joining.
- pyx12 wants a provider below each receiver, a patient below each provider and a status for each provider. The guide
  lets what is rejected at one level have none below it (HL04 is 0), and a provider's status be left out; the batches
  judged have all of them.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pyx12.params
import pyx12.x12n_document
from x12sdk.io import X12ModelReader

import status_cases as status
import x12_cases as cases
from denialml import x12
from denialml.claims import (
    ClaimStatusInquiry,
    ClaimStatusResponse,
    DatedFact,
    Party,
    Procedure,
    StatusCode,
    StatusInformation,
    StatusLine,
    StatusPerson,
    replace,
)

# What x12sdk read of one claim, by the names used below.
Facts = dict[str, Any]


def _money(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents) / 100


# Our values as facts


def _party(party: Party | None) -> list[str]:
    if party is None:
        return []
    return [party.name, party.first, party.middle, party.suffix, party.id_qualifier, party.identifier]


def _person(person: StatusPerson | None, *, demographics: bool) -> list[Any]:
    if person is None:
        return []
    return [*_party(person.party), *([person.birth, person.sex] if demographics else [])]


def _composite(code: StatusCode | Procedure | None) -> str:
    if code is None:
        return ""
    if isinstance(code, Procedure):
        return ":".join((code.qualifier, code.code, *code.modifiers))
    return f"{code.category}:{code.status}:{code.entity}:{code.code_list}".rstrip(":")


def _status(each: StatusInformation) -> list[Any]:
    return [
        *map(_composite, (each.first, each.second, each.third)), each.effective_on, _money(each.charge_cents),
        _money(each.paid_cents), each.adjudicated_on, each.paid_on, each.payment_number,
    ]  # fmt: skip


def _span(dates: tuple[DatedFact, ...]) -> list[tuple[date, date]]:
    return [(each.day, each.until or each.day) for each in dates]


def _line(line: StatusLine) -> list[Any]:
    return [
        _composite(line.procedure), _money(line.charge_cents), _money(line.paid_cents), line.revenue_code, line.units,
        [_status(each) for each in line.statuses], line.control_number, _span(line.dates),
    ]  # fmt: skip


def _facts(message: ClaimStatusInquiry | ClaimStatusResponse) -> Facts:
    asked = isinstance(message, ClaimStatusInquiry)
    return {
        "payer": _party(message.payer),
        "receiver": _party(message.receiver),
        "provider": _party(message.provider),
        "subscriber": _person(message.subscriber, demographics=asked),
        "dependent": _person(message.dependent, demographics=asked),
        "trace": message.trace,
        "charge": _money(message.charge_cents) if isinstance(message, ClaimStatusInquiry) else None,
        "statuses": [_status(each) for each in message.statuses] if isinstance(message, ClaimStatusResponse) else [],
        "references": [(each.qualifier, each.value) for each in message.references],
        "dates": _span(message.dates),
        "lines": [_line(each) for each in message.lines],
    }


# The judge's models as facts


def _text(value: Any) -> str:
    return "" if value is None else str(getattr(value, "value", value))


def _their_party(loop: Any) -> list[str]:
    nm1 = loop.nm1_segment
    names = ("name_last_or_organization_name", "name_first", "name_middle", "name_suffix")
    parts = [_text(getattr(nm1, name, None)) for name in names]
    return [
        *parts,
        _text(getattr(nm1, "identification_code_qualifier", None)),
        _text(getattr(nm1, "identification_code", None)),
    ]


def _their_person(level: Any, loop: Any, *, demographics: bool) -> list[Any]:
    facts: list[Any] = _their_party(loop)
    if demographics:
        dmg = level.dmg_segment
        facts += [_day(dmg.date_time_period), _text(dmg.gender_code)] if dmg else [None, ""]
    return facts


def _day(value: Any) -> date | None:
    if value is None or value == "":
        return None
    return date.fromisoformat(str(value)[:10].replace("/", "-"))


def _their_status(stc: Any) -> list[Any]:
    composites = (stc.health_care_claim_status_1, stc.health_care_claim_status_2, stc.health_care_claim_status_3)
    return [
        *map(_text, composites), _day(stc.status_effective_date), stc.total_claim_charge_amount,
        stc.claim_payment_amount, _day(stc.adjudication_finalized_date), _day(stc.remittance_date),
        _text(stc.remittance_trace_number),
    ]  # fmt: skip


def _their_span(dtp: Any) -> list[tuple[date | None, date | None]]:
    if dtp is None:
        return []
    period = dtp.date_time_period
    if isinstance(period, str) and "-" in period and len(period) == len("20260105-20260109"):
        first, _, last = period.partition("-")
        return [(_day(first), _day(last))]
    return [(_day(period), _day(period))]


def _their_line(loop: Any) -> list[Any]:
    svc = loop.svc_segment
    ref = loop.ref_segment
    return [
        _text(svc.composite_medical_procedure_identifier_1), svc.line_item_charge_amount,
        getattr(svc, "line_item_provider_payment_amount", None), _text(svc.revenue_code),
        getattr(svc, "original_units_of_service_count", None),
        [_their_status(each) for each in getattr(loop, "stc_segment", None) or ()],
        _text(ref.reference_identification) if ref else "", _their_span(loop.dtp_segment),
    ]  # fmt: skip


def _their_claim(loop: Any, around: Facts, lines: str) -> Facts:
    amount = getattr(loop, "amt_segment", None)
    return around | {
        "trace": loop.trn_segment.reference_identification_1,
        "charge": amount.monetary_amount if amount else None,
        "statuses": [_their_status(each) for each in getattr(loop, "stc_segment", None) or ()],
        "references": [
            (_text(each.reference_identification_qualifier), each.reference_identification)
            for each in getattr(loop, "ref_segment", None) or ()
        ],
        "dates": _their_span(getattr(loop, "dtp_segment", None)),
        "lines": [_their_line(each) for each in getattr(loop, lines, None) or ()],
    }


def _their_facts(model: Any, letter: str, *, demographics: bool) -> Iterator[Facts]:
    """Each answer of a transaction, in the order of the file; ``letter`` begins the loop of a line (2210 or 2220)."""
    nobody: Facts = {"provider": [], "subscriber": [], "dependent": []}
    for payer in model.loop_2000a:
        for receiver in payer.loop_2000b:
            asker = nobody | {"payer": _their_party(payer.loop_2100a), "receiver": _their_party(receiver.loop_2100b)}
            if getattr(receiver, "loop_2200b", None):
                yield _their_claim(receiver.loop_2200b, asker, "")
            for provider in receiver.loop_2000c or ():
                clinic = asker | {"provider": _their_party(provider.loop_2100c)}
                if getattr(provider, "loop_2200c", None):
                    yield _their_claim(provider.loop_2200c, clinic, "")
                for subscriber in provider.loop_2000d or ():
                    yield from _their_people(subscriber, clinic, letter, demographics=demographics)


def _their_people(subscriber: Any, around: Facts, letter: str, *, demographics: bool) -> Iterator[Facts]:
    own = around | {"subscriber": _their_person(subscriber, subscriber.loop_2100d, demographics=demographics)}
    for claim in subscriber.loop_2200d or ():
        yield _their_claim(claim, own, f"loop_{letter}d")
    for dependent in subscriber.loop_2000e or ():
        child = own | {"dependent": _their_person(dependent, dependent.loop_2100e, demographics=demographics)}
        for claim in dependent.loop_2200e or ():
            yield _their_claim(claim, child, f"loop_{letter}e")


def _models(content: bytes) -> list[Any]:
    with X12ModelReader(content.decode()) as reader:
        return list(reader.models())


def _one_service_each(messages: list[Any]) -> list[Any]:
    """Each message once for each of its services."""
    return [
        replace(message, lines=lines)
        for message in messages
        for lines in ([(line,) for line in message.lines] or [()])
    ]  # fmt: skip


def test_x12sdk_reads_the_same_inquiries() -> None:
    messages = _one_service_each(status.inquiries())
    models = _models(x12.write(status.batch(messages)))
    theirs = [facts for model in models for facts in _their_facts(model, "2210", demographics=True)]
    assert theirs == [_facts(message) for message in messages]


def test_x12sdk_reads_the_same_responses() -> None:
    messages = _one_service_each(status.responses())
    models = _models(x12.write(status.batch(messages)))
    theirs = [facts for model in models for facts in _their_facts(model, "2220", demographics=False)]
    assert theirs == [_facts(message) for message in messages]


def test_x12sdk_still_drops_the_second_service() -> None:
    """When this fails, the judge has been mended, and each claim can keep its services."""
    with pytest.raises(ValueError, match="segment count"):
        _models(x12.write(status.batch(status.inquiries())))


def test_x12sdk_is_awake() -> None:
    """Another amount, another fact: the comparison does not pass by comparing nothing."""
    (model,) = _models(x12.write(status.batch([status.inquiry()])))
    (theirs,) = _their_facts(model, "2210", demographics=True)
    assert theirs == _facts(status.inquiry())
    assert theirs != _facts(status.inquiry(charge_cents=12551))


def test_x12sdk_still_reads_nothing_of_a_file_in_lines() -> None:
    """When this fails, the judge has been mended, and the note above can go."""
    envelope = replace(cases.ENVELOPE, delimiters=x12.Delimiters("*", ":", "^", "\n"))
    content = x12.write(status.batch([status.inquiry()], envelope))
    assert status.read_back(content) == [status.inquiry()]
    assert _models(content) == []


# pyx12


def _verdict(content: bytes, folder: Path) -> tuple[bool, list[str]]:
    """Whether all is accepted, and every complaint."""
    path = folder / "judged.x12"
    path.write_bytes(content)
    report = io.StringIO()
    valid = pyx12.x12n_document.x12n_document(pyx12.params.ParamsUnix(), str(path), io.StringIO(), None, fd_json=report)
    found = json.loads(report.getvalue())
    codes = {
        transaction["ack_code"]
        for interchange in found["interchanges"]
        for group in interchange["groups"]
        for transaction in group["transactions"]
    }
    return bool(valid) and codes == {"A"}, list(_complaints(found))


def _complaints(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "err_str" in node:
            yield node["err_str"]
        for value in node.values():
            yield from _complaints(value)
    elif isinstance(node, list):
        for value in node:
            yield from _complaints(value)


@pytest.mark.parametrize("marks", [x12.Delimiters(), x12.Delimiters("|", ">", "!", "\x1c")])
def test_pyx12_accepts_the_acknowledgements(marks: x12.Delimiters, tmp_path: Path) -> None:
    envelope = replace(cases.ENVELOPE, delimiters=marks)
    assert _verdict(x12.write(status.batch(status.acknowledgements(), envelope)), tmp_path) == (True, [])


def test_pyx12_does_object(tmp_path: Path) -> None:
    """The judge is awake: an action that the guide has not is refused."""
    odd = status.answer(statuses=(status.status("A1", "20", action="ZZ", charge_cents=1),))
    accepted, complaints = _verdict(x12.write(status.batch([odd])), tmp_path)
    assert not accepted
    assert complaints
