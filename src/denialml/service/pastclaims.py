"""Claims of the record with how they were first answered, each with what was known on the day it was sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from denialml import x12
from denialml.claims import Claim
from denialml.scrub import Context, Override
from denialml.scrub.history import Beside, Together
from denialml.scrub.national import National
from denialml.scrub.practice import Practice
from denialml.store import Store
from denialml.store.files import load_file
from denialml.store.overrides import overrides
from denialml.store.past import past
from denialml.store.verdicts import Refusal, Verdict, refusals, verdicts


@dataclass(frozen=True, slots=True)
class PastClaim:
    """A claim that was sent and answered. ``context`` and ``overrides`` hold nothing that came after it was sent."""

    claim: Claim
    context: Context
    verdict: Verdict
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True)
class RefusedClaim:
    """A claim that was refused before adjudication. ``context`` holds nothing that was learnt after it was sent."""

    claim: Claim
    context: Context
    refusal: Refusal


def refused_claims(
    store: Store, national: National, practice: Practice, since: date, until: date
) -> Iterator[RefusedClaim]:
    """The claims of the record that were refused, in the order of the days they were sent."""
    with store.reading() as connection:
        for told in refusals(connection, since, until):
            claims = _claims_in(load_file(connection, told[0].file_id))
            sent_on = told[0].sent_on
            history = Beside(past(connection, claims.values(), sent_on), Together.of(claims.values()))
            context = Context(national, history, practice, sent_on)
            for refusal in told:
                if refusal.control_number in claims:
                    yield RefusedClaim(claims[refusal.control_number], context, refusal)


def past_claims(store: Store, national: National, practice: Practice, since: date, until: date) -> Iterator[PastClaim]:
    """The original claims of the record sent from one day to another, in the order of days."""
    with store.reading() as connection:
        for told in verdicts(connection, since, until):
            claims = _claims_in(load_file(connection, told[0].file_id))
            sent_on = told[0].sent_on
            history = Beside(past(connection, claims.values(), sent_on), Together.of(claims.values()))
            context = Context(national, history, practice, sent_on)
            overridden = overrides(connection, claims, sent_on)
            for verdict in told:
                number = verdict.control_number
                if number in claims:
                    yield PastClaim(claims[number], context, verdict, overridden.get(number, ()))


def _claims_in(content: bytes) -> dict[str, Claim]:
    claims = (event.claim for event in x12.read(content) if isinstance(event, x12.ClaimRead))
    return {claim.control_number.strip().upper(): claim for claim in claims}
