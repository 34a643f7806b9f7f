"""Whether a payer handed a claim on to the next one by itself (crossover)."""

from __future__ import annotations

from typing import Final

from denialml.claims import ClaimPayment

#: CLP02: processed and forwarded, or forwarded as another's.
FORWARDED: Final = frozenset({"19", "20", "21", "23"})
# RARC: forwarded to a supplemental insurer (MA18), to Medicaid (MA07), to more than one payer (N89).
_TELLING: Final = frozenset({"MA07", "MA18", "N89"})


def is_passed_on(payment: ClaimPayment) -> bool:
    """Whether the answer says so: by its status, by naming the other payer (NM1*TT), or by a remark code."""
    remarks = {each.code for each in payment.remarks}
    return payment.status in FORWARDED or payment.crossover is not None or not remarks.isdisjoint(_TELLING)
