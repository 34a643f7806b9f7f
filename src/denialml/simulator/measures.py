"""What is measured of a simulated history so that it can be laid beside published figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from denialml.simulator.decisions import Family
from denialml.simulator.tally import PayerTally, Tally, quantile, ratio


@dataclass(frozen=True, slots=True)
class Scope:
    """What is counted. ``among`` are kinds or keys of payers, reasons or true causes; empty for all of them.

    ``days`` are the first and last lag or age in days, ``at`` is the quantile.
    """

    among: tuple[str, ...] = ()
    days: tuple[int, int] = (0, 9_999)
    at: float = 0.5


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure: its words, its unit (``%``, ``days`` or none), and how it is taken; None where nothing was counted.

    Shares are fractions.
    """

    words: str
    unit: str
    take: Callable[[Tally, Scope], float | None]


def payers_of(tally: Tally, among: Collection[str]) -> list[PayerTally]:
    """The payers of these kinds or keys; all when none is named."""
    return [payer for key, payer in tally.payers.items() if not among or key in among or payer.kind in among]


def _payers_share(part: str, whole: str) -> Callable[[Tally, Scope], float | None]:
    """One count of payers over another."""

    def take(tally: Tally, scope: Scope) -> float | None:
        payers = payers_of(tally, scope.among)
        return ratio(sum(getattr(p, part) for p in payers), sum(getattr(p, whole) for p in payers))

    return take


def _reasons(tally: Tally, among: Collection[str] = ()) -> Counter[str]:
    counts: Counter[str] = Counter()
    for payer in payers_of(tally, among):
        counts.update(payer.reasons)
    return counts


def _reason_share(tally: Tally, scope: Scope) -> float | None:
    reasons = _reasons(tally)
    return ratio(sum(reasons[reason] for reason in scope.among), reasons.total())


def _top_reason_share(tally: Tally, scope: Scope) -> float | None:
    reasons = _reasons(tally, scope.among)
    return ratio(max(reasons.values(), default=0), reasons.total())


def _lags(tally: Tally, scope: Scope) -> Counter[int]:
    counts: Counter[int] = Counter()
    for payer in payers_of(tally, scope.among):
        counts.update(payer.lags)
    return counts


def _lag_share(tally: Tally, scope: Scope) -> float | None:
    lags = _lags(tally, scope)
    first, last = scope.days
    return ratio(sum(count for days, count in lags.items() if first <= days <= last), lags.total())


def _lag_quantile(tally: Tally, scope: Scope) -> float | None:
    return quantile(_lags(tally, scope), scope.at)


def _lines_a_claim(tally: Tally, _: Scope) -> float | None:
    return ratio(tally.lines, tally.claims)


def _charge_over_medicare(tally: Tally, scope: Scope) -> float | None:
    percent = quantile(tally.ratios, scope.at)
    return None if percent is None else percent / 100


def _overturned(tally: Tally, scope: Scope) -> float | None:
    first, last = scope.days
    causes = [Family(name) for name in scope.among] or list(Family)
    return tally.work.won_share(causes, range(first // 30, last // 30 + 1))


def _overturned_late(tally: Tally, scope: Scope) -> float | None:
    late = _overturned(tally, scope)
    early = _overturned(tally, Scope(scope.among, (0, 29)))
    return late / early if late is not None and early else None


def _never_worked(tally: Tally, _: Scope) -> float | None:
    return ratio(tally.work.denials - tally.work.worked, tally.work.denials)


def _attempts_a_denial(tally: Tally, _: Scope) -> float | None:
    return ratio(tally.work.attempts.total(), tally.work.worked)


def _first_pass(tally: Tally, scope: Scope) -> float | None:
    payers = payers_of(tally, scope.among)
    answered = sum(payer.answered_claims for payer in payers)
    rejected = sum(payer.rejected_claims for payer in payers)
    return ratio(answered - sum(payer.denied_claims for payer in payers), answered + rejected)


_denied_claims = _payers_share("denied_claims", "answered_claims")

MEASURES: Mapping[str, Measure] = {
    "denied_claims": Measure("claims with a line denied at first", "%", _denied_claims),
    "denied_lines": Measure("lines denied at first", "%", _payers_share("denied_lines", "answered_lines")),
    "denied_dollars": Measure("dollars charged denied at first", "%", _payers_share("denied_cents", "answered_cents")),
    "reason_share": Measure("share of denied lines", "%", _reason_share),
    "top_reason_share": Measure("most frequent reason, share of denied lines", "%", _top_reason_share),
    "lag_share": Measure("claims first answered after {days} days", "%", _lag_share),
    "lag_median": Measure("days to the first answer, median", "days", _lag_quantile),
    "lines_a_claim": Measure("service lines a claim", "", _lines_a_claim),
    "charge_over_medicare": Measure("charge over Medicare's fee", "", _charge_over_medicare),
    "allowed_to_charge": Measure("allowed of charged", "%", _payers_share("allowed_cents", "charge_of_allowed_cents")),
    "patient_share": Measure("patient's share of allowed", "%", _payers_share("patient_cents", "allowed_cents")),
    "contract_match": Measure("paid lines as the contract says", "%", _payers_share("matched_lines", "contract_lines")),
    "overturned": Measure("attempts on denials that won", "%", _overturned),
    "overturned_late": Measure("attempts that won late", "%", _overturned_late),
    "never_worked": Measure("denials never worked", "%", _never_worked),
    "first_pass": Measure("claims paid whole at first", "%", _first_pass),
    "attempts_a_denial": Measure("attempts a denial", "", _attempts_a_denial),
}
