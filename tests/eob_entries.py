"""Entries of made-up checks as a person types them."""

from __future__ import annotations

from collections.abc import Mapping

from posting_cases import NUMBER

PAID = f"""\
payer: OUR PAYER
check: "100234"
date: 2026-01-30
amount: 70.00
claims:
  - claim: {NUMBER}
    payer_claim: ICN1
    charge: 100.00
    paid: 70.00
    patient: 10.00
    lines:
      - code: 99213
        date: 01/05/2026
        units: 1
        charge: 100.00
        allowed: 80.00
        paid: 70.00
        adjustments: [CO-45-20.00, PR-3-10.00]
        remarks: [N130]
"""

CSV = f"""\
payer,check,date,amount,claim,payer_claim,claim_charge,claim_paid,patient,code,service_date,units,charge,allowed,paid,\
adjustments,remarks
OUR PAYER,100234,2026-01-30,70.00,{NUMBER},ICN1,100.00,70.00,10.00,99213,01/05/2026,1,100.00,80.00,70.00,\
CO-45-20.00 PR-3-10.00,N130
"""


def changed(changes: Mapping[str, str], text: str = PAID) -> bytes:
    """The entry with some of its texts put in place of others."""
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text.encode()
