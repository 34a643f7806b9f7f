"""Claims of the record with how they were first answered, each with what was known on the day it was sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from denialml import x12
from denialml.claims import Claim
from denialml.ledger import normalised
from denialml.scrub import Context, Override
from denialml.scrub.history import Beside, Together
from denialml.service.scrub import Bench
from denialml.store import Store
from denialml.store.files import load_file
from denialml.store.overrides import overrides
from denialml.store.past import Past, past
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


def past_claims(store: Store, bench: Bench, since: date, until: date) -> Iterator[PastClaim]:
    """The original claims of the record sent from one day to another, in the order of days."""
    with store.reading() as connection:
        for told in verdicts(connection, since, until):
            sent_on = told[0].sent_on
            claims = _claims_in(load_file(connection, told[0].file_id))
            context = _as_sent(claims, past(connection, claims.values(), sent_on), bench, sent_on)
            overridden = overrides(connection, claims, sent_on)
            for verdict in told:
                number = verdict.control_number
                if number in claims:
                    yield PastClaim(claims[number], context, verdict, overridden.get(number, ()))


def refused_claims(store: Store, bench: Bench, since: date, until: date) -> Iterator[RefusedClaim]:
    """The claims of the record that were refused, in the order of the days they were sent."""
    with store.reading() as connection:
        for told in refusals(connection, since, until):
            sent_on = told[0].sent_on
            claims = _claims_in(load_file(connection, told[0].file_id))
            context = _as_sent(claims, past(connection, claims.values(), sent_on), bench, sent_on)
            for refusal in told:
                if refusal.control_number in claims:
                    yield RefusedClaim(claims[refusal.control_number], context, refusal)


def _claims_in(content: bytes) -> dict[str, Claim]:
    claims = (event.claim for event in x12.read(content) if isinstance(event, x12.ClaimRead))
    return {normalised(claim.control_number): claim for claim in claims}


def _as_sent(claims: Mapping[str, Claim], known: Past, bench: Bench, sent_on: date) -> Context:
    """The context in which a file's claims were sent, with what was known of their patients before."""
    return bench.context(Beside(known, Together.of(claims.values())), sent_on)
