"""Who sends an 837 to whom: the submitter and the receiver that stand before its claims (loops 1000A and 1000B).

Claims are read without them, since nothing that is decided about a claim depends on them; who sends a claim again asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from denialml.claims import Party
from denialml.x12.parties import PartyBuilder, padded
from denialml.x12.source import Source, opened
from denialml.x12.tokens import batches

_SUBMITTER: Final = "41"
_RECEIVER: Final = "40"


class ClaimsHead(NamedTuple):
    """The parties of one 837 transaction set, which begins at byte ``start``; a party that was not sent is empty."""

    start: int
    submitter: Party
    receiver: Party


def claims_heads(source: Source) -> Iterator[ClaimsHead]:
    """The heads of all 837 sets of a file, in order.

    Raises:
        X12Error: the bytes are no X12, or cannot be followed any further.
    """
    parties: dict[str, PartyBuilder] | None = None
    start, builder = 0, None
    with opened(source) as stream:
        for batch in batches(stream):
            mark = batch.delimiters.element
            for raw, offset in zip(batch.raws, batch.offsets, strict=True):
                if raw.startswith(f"ST{mark}837{mark}"):
                    parties, start, builder = {}, offset, None
                elif parties is None:
                    continue
                elif raw.startswith(f"HL{mark}"):
                    yield ClaimsHead(start, _party(parties, _SUBMITTER), _party(parties, _RECEIVER))
                    parties = None
                elif raw.startswith(f"NM1{mark}"):
                    e = padded(raw, mark, 9)
                    builder = parties[e[1]] = PartyBuilder(e)
                elif builder is not None:
                    builder.take(padded(raw, mark, 9))


def _party(parties: dict[str, PartyBuilder], role: str) -> Party:
    return parties[role].party() if role in parties else Party()
