"""S016: State and postal code agree.

What:
    A United States address has a known state, five or nine digits of postal code, and the code's first three digits
    belong to the state.

Why:
    Mail comes back, and payers that verify addresses refuse the claim.

Source:
    United States Postal Service, three-digit postal code prefixes by state.

Fix:
    Look the address up with the postal service.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.claims import Address
from denialml.scrub.codesets import CodeSet
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import FROM_BOOKING, WARN, claim_rule
from denialml.scrub.view import ClaimView

# First three digits by state, from the postal service's list of prefixes.
_PREFIXES: Final = """
AL 350-369|AK 995-999|AZ 850-865|AR 716-729 755|CA 900-961|CO 800-816|CT 060-069|DE 197-199|DC 200 202-205 569
FL 320-349|GA 300-319 398 399|HI 967 968|ID 832-838|IL 600-629|IN 460-479|IA 500-528|KS 660-679|KY 400-427|LA 700-714
ME 039-049|MD 206-219|MA 010-027 055|MI 480-499|MN 550-567|MS 386-397|MO 630-658|MT 590-599|NE 680-693|NV 889-898
NH 030-038|NJ 070-089|NM 870-884|NY 005 063 100-149|NC 270-289|ND 580-588|OH 430-459|OK 730-749|OR 970-979|PA 150-196
RI 028 029|SC 290-299|SD 570-577|TN 370-385|TX 733 750-799 885|UT 840-847|VT 050-059|VA 201 220-246|WA 980-994
WV 247-268|WI 530-549|WY 820-831|PR 006 007 009|VI 008|GU 969|AS 967|MP 969|AA 340|AE 090-098|AP 962-966
"""
_STATES: Final = {
    state: CodeSet(ranges)
    for state, _, ranges in (each.partition(" ") for each in _PREFIXES.replace("\n", "|").split("|") if each)
}


@claim_rule("S016", severity=WARN, layer=5, prevents=("16",), remarks=("MA37",), stages=FROM_BOOKING)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    for loop, address in (("2010AA", claim.sent.billing.address), ("2010BA", claim.sent.treated.address)):
        if address is not None and not address.country:
            yield from _of(loop, address)


def _of(loop: str, address: Address) -> Iterator[Problem]:
    code, prefixes = address.postal_code, _STATES.get(address.state)
    if prefixes is None:
        yield Problem(f"{loop} N402", "this is no state of the United States", address.state)
    elif len(code) not in {5, 9} or not code.isdigit():
        yield Problem(f"{loop} N403", "a postal code has five or nine digits", code)
    elif code[:3] not in prefixes:
        yield Problem(f"{loop} N403", "the postal code belongs to another state", code)
