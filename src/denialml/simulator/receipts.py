"""The 277CA of a file of claims: an answer to the batch, to each billing provider, and to each claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

from denialml.claims import Claim, ClaimAcknowledgement, DatedFact, Party, StatusCode, StatusInformation, replace


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim with the status that it is answered with, and whether that refuses it."""

    claim: Claim
    status: StatusCode
    refused: bool


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who answers: a clearinghouse (``role`` ``AY``) or a payer (``PR``). ``taken`` is its status of a batch."""

    party: Party
    role: str
    taken: StatusCode


def receipt(
    of: Answerer, receiver: Party, batch: str, stamp: tuple[str, date, str], judged: Sequence[Judged]
) -> list[ClaimAcknowledgement]:
    """The messages of a 277CA, in the order of the claims.

    ``batch`` is BHT03 of the 837, ``stamp`` the reference, day and time of this answer, which is also its trace.
    """
    reference, day, at = stamp
    whole = ClaimAcknowledgement(
        source=of.party, receiver=receiver, trace=batch, reference=reference, sent_on=day, sent_at=at,
        source_role=of.role, source_trace=reference, received_on=day, processed_on=day,
    )  # fmt: skip
    messages = [_counted(whole, judged, _status(of.taken, day, _charges(judged)))]
    for billing, run in groupby(judged, key=attrgetter("claim.billing")):
        of_provider = list(run)
        provider = Party(
            billing.name, billing.first, is_person=billing.is_person, id_qualifier=billing.id_qualifier,
            identifier=billing.identifier,
        )  # fmt: skip
        around = replace(whole, provider=provider, trace="0")
        messages.append(_counted(around, of_provider, _status(of.taken, None, _charges(of_provider))))
        messages += [_of_claim(around, each) for each in of_provider]
    return messages


def _counted(around: ClaimAcknowledgement, judged: Sequence[Judged], status: StatusInformation) -> ClaimAcknowledgement:
    """The answer to many claims, with how many, and how many cents, are accepted and refused; none is not told."""
    accepted = [each for each in judged if not each.refused]
    refused = [each for each in judged if each.refused]
    return replace(
        around,
        statuses=(status,),
        accepted_count=len(accepted) or None,
        accepted_cents=_charges(accepted) if accepted else None,
        rejected_count=len(refused) or None,
        rejected_cents=_charges(refused) if refused else None,
    )


def _charges(judged: Sequence[Judged]) -> int:
    return sum(each.claim.charge_cents for each in judged)


def _of_claim(around: ClaimAcknowledgement, judged: Judged) -> ClaimAcknowledgement:
    claim, treated = judged.claim, judged.claim.treated
    patient = Party(
        treated.name, treated.first, treated.middle, treated.suffix, is_person=True, id_qualifier="MI",
        identifier=claim.coverage.member_id,
    )  # fmt: skip
    first = min([line.service_from for line in claim.lines])
    last = max([line.service_to or line.service_from for line in claim.lines])
    day = around.processed_on
    return ClaimAcknowledgement(
        source=around.source, receiver=around.receiver, trace=claim.control_number, reference=around.reference,
        sent_on=day, sent_at=around.sent_at, source_role=around.source_role, source_trace=around.source_trace,
        received_on=day, processed_on=day, provider=around.provider, patient=patient,
        statuses=(_status(judged.status, day, claim.charge_cents, "U" if judged.refused else "WQ"),),
        dates=(DatedFact("472", first, last if last != first else None),),
    )  # fmt: skip


def _status(code: StatusCode, day: date | None, charge_cents: int, action: str = "WQ") -> StatusInformation:
    return StatusInformation(code, effective_on=day, action=action, charge_cents=charge_cents)
