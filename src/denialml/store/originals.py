"""Claims and answers read again from the files they stand in: all they say, also what no column holds."""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Select, select

from denialml import x12
from denialml.claims import Claim, ClaimPayment
from denialml.store import schema
from denialml.store.files import load_file
from denialml.store.lookup import rows_with
from denialml.x12 import ClaimPaymentRead, ClaimRead, ClaimsHead, Transaction

_CLAIM: Final = schema.claim
_CLAIMS: Final = select(_CLAIM.c.id, _CLAIM.c.file_id, _CLAIM.c.file_start, _CLAIM.c.file_end)
_PAYMENT: Final = schema.claim_payment
_PAYMENTS: Final = select(
    _PAYMENT.c.id, schema.remittance.c.file_id, _PAYMENT.c.file_start, _PAYMENT.c.file_end
).join_from(_PAYMENT, schema.remittance, _PAYMENT.c.remittance_id == schema.remittance.c.id)


@dataclass(frozen=True, slots=True)
class ClaimAsSent:
    """A claim with the transaction it stands in, and who sent that to whom."""

    claim_id: int
    read: ClaimRead
    transaction: Transaction
    head: ClaimsHead


def claims_as_sent(connection: Connection, claim_ids: Iterable[int], *, holding: bytes = b"") -> dict[int, ClaimAsSent]:
    """Claim versions by id, as their files tell them; only those whose own bytes hold ``holding``."""
    found: dict[int, ClaimAsSent] = {}
    for content, places in _files(connection, _CLAIMS, _CLAIM.c.id, claim_ids):
        wanted = {span: identity for span, identity in places.items() if holding in content[slice(*span)]}
        if not wanted:
            continue
        heads = list(x12.claims_heads(content))
        starts = [head.start for head in heads]
        transaction: Transaction | None = None
        for event in x12.read(content):
            if isinstance(event, Transaction):
                transaction = event
            elif isinstance(event, ClaimRead) and (event.span.start, event.span.end) in wanted:
                assert transaction is not None
                head = heads[bisect(starts, event.span.start) - 1]
                identity = wanted[event.span.start, event.span.end]
                found[identity] = ClaimAsSent(identity, event, transaction, head)
    return found


def claims_by_id(connection: Connection, claim_ids: Iterable[int]) -> dict[int, Claim]:
    """Claim versions as their files tell them, without who sent them to whom."""
    found: dict[int, Claim] = {}
    for content, wanted in _files(connection, _CLAIMS, _CLAIM.c.id, claim_ids):
        for event in x12.read(content):
            if isinstance(event, ClaimRead) and (event.span.start, event.span.end) in wanted:
                found[wanted[event.span.start, event.span.end]] = event.claim
    return found


def answers_as_told(connection: Connection, claim_payment_ids: Iterable[int]) -> dict[int, ClaimPayment]:
    """Claim payments by id, as their remittances tell them."""
    found: dict[int, ClaimPayment] = {}
    for content, wanted in _files(connection, _PAYMENTS, _PAYMENT.c.id, claim_payment_ids):
        for event in x12.read(content):
            if isinstance(event, ClaimPaymentRead) and (event.span.start, event.span.end) in wanted:
                found[wanted[event.span.start, event.span.end]] = event.payment
    return found


def _files(
    connection: Connection, statement: Select[Any], column: Any, ids: Iterable[int]
) -> Iterator[tuple[bytes, dict[tuple[int, int], int]]]:
    """Each file that is needed, one at a time, with the ids of what stands at which bytes of it."""
    places: dict[int, dict[tuple[int, int], int]] = defaultdict(dict)
    for identity, file_id, start, end in rows_with(connection, statement, column, ids):
        places[file_id][start, end] = identity
    for file_id, wanted in sorted(places.items()):
        yield load_file(connection, file_id), wanted
