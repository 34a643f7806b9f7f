"""Claims put into files: one file for each payer and way it goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from denialml.claims import Claim, Party


@dataclass(frozen=True, slots=True)
class Route:
    """Who sends to whom (ISA, loops 1000A and 1000B), as in the file that an earlier claim went in.

    ``usage`` is ISA15: ``T`` test, ``P`` production.
    """

    sender_id: str
    receiver_id: str
    usage: str
    submitter: Party
    receiver: Party

    def onward(self, first: Party, second: Party) -> Route:
        """The way to the second payer: by the same clearinghouse, or to itself where the first one had it so."""
        direct = self.receiver.identifier == first.identifier
        return replace(
            self,
            receiver=Party(name=second.name, id_qualifier="46", identifier=second.identifier)
            if direct
            else self.receiver,
            receiver_id=second.identifier if self.receiver_id == first.identifier else self.receiver_id,
        )


@dataclass(frozen=True, slots=True)
class Shipment:
    """Claims of one kind to one payer on one route, in their order."""

    route: Route
    payer: Party
    claims: tuple[Claim, ...]


def batches(routed: Iterable[tuple[Route, Claim]]) -> tuple[Shipment, ...]:
    """The claims by payer, kind (professional or institutional) and route, in the order of each one's first claim."""
    found: dict[tuple[Route, str, bool], list[Claim]] = {}
    for route, claim in routed:
        found.setdefault((route, claim.payer_id, claim.institutional is not None), []).append(claim)
    return tuple(Shipment(route, claims[0].coverage.payer, tuple(claims)) for (route, _, _), claims in found.items())
