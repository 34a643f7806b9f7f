"""The catalogue of conditions: everything that a payer's rule may look at, each with its kind of value.

Conditions of a claim may stand in every rule, those of a line only in rules of lines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from denialml.claims import Claim
from denialml.simulator.data import Renewal, code_updates, renewed
from denialml.simulator.policy.facts import ClaimFacts, Condition, LineFacts
from denialml.simulator.policy.kinds import (
    CODES,
    COUNT,
    DAYS,
    DOLLARS,
    FLAG,
    MONTHS,
    TIMES,
    WEEKDAYS,
    YEARS,
    Kind,
    choice,
)


@dataclass(frozen=True, slots=True)
class ConditionKind:
    """One condition of the catalogue: whether it needs a line, what value it takes, what it asks, how it is made."""

    of_line: bool
    value: Kind
    says: str
    make: Callable[[Any], Condition]


def _claim_is(name: str) -> Callable[[Any], Condition]:
    return lambda value: lambda claim, _line: getattr(claim, name) == value


def _present(found: Callable[[Claim], object]) -> Callable[[str], Condition]:
    """Whether something stands on the claim: ``present`` or ``absent``."""

    def make(value: str) -> Condition:
        wanted = value == "present"
        return lambda claim, _line: bool(found(claim.claim)) is wanted

    return make


def _among(codes: Sequence[str], found: Callable[[ClaimFacts], str]) -> Condition:
    wanted = frozenset(codes)
    return lambda claim, _line: found(claim) in wanted


def _places(codes: Sequence[str]) -> Condition:
    wanted = frozenset(codes)
    return lambda _claim, line: line.place in wanted


def _weekdays(days: Sequence[int]) -> Condition:
    return lambda claim, _line: claim.served.weekday() in days


def _months(months: Sequence[int]) -> Condition:
    return lambda claim, _line: claim.served.month in months


def _diagnoses(prefixes: Sequence[str]) -> Condition:
    wanted = tuple(prefixes)

    def holds(_claim: ClaimFacts, line: LineFacts) -> bool:
        return any(code.startswith(wanted) for code in line.diagnoses)

    return holds


def _diagnoses_none(prefixes: Sequence[str]) -> Condition:
    among = _diagnoses(prefixes)
    return lambda claim, line: not among(claim, line)


def _claim_diagnoses(prefixes: Sequence[str]) -> Condition:
    wanted = tuple(prefixes)
    return lambda claim, _line: any(diagnosis.code.startswith(wanted) for diagnosis in claim.claim.diagnoses)


def _with(codes: Sequence[str]) -> Condition:
    wanted = renewed(codes)
    return lambda _claim, line: not wanted.isdisjoint(line.beside)


def _without(codes: Sequence[str]) -> Condition:
    unwanted = renewed(codes)
    return lambda _claim, line: unwanted.isdisjoint(line.beside)


def _modifiers_any(codes: Sequence[str]) -> Condition:
    wanted = frozenset(codes)
    return lambda _claim, line: not wanted.isdisjoint(line.modifiers)


def _modifiers_none(codes: Sequence[str]) -> Condition:
    unwanted = frozenset(codes)
    return lambda _claim, line: unwanted.isdisjoint(line.modifiers)


def _ends(suffixes: Sequence[str], found: Callable[[ClaimFacts], str]) -> Condition:
    wanted = tuple(suffixes)
    return lambda claim, _line: found(claim).endswith(wanted)


def _since_last(days: int) -> Condition:
    return lambda claim, _line: claim.since_last is not None and claim.since_last <= days


def _over_fee(times: float) -> Condition:
    return lambda _claim, line: line.charge_cents > times * line.fee_cents


def _procedure_valid(wanted: bool) -> Condition:
    renewals = {renewal.old: renewal for renewal in code_updates("procedures")}
    renewals |= {renewal.new: renewal for renewal in renewals.values()}

    def holds(claim: ClaimFacts, line: LineFacts) -> bool:
        renewal = renewals.get(line.procedure)
        return (renewal is None or _valid(renewal, line.procedure, claim.served)) is wanted

    return holds


def _diagnoses_valid(wanted: bool) -> Condition:
    renewals = {renewal.old: renewal for renewal in code_updates("diagnoses")}
    renewals |= {renewal.new: renewal for renewal in renewals.values()}

    def holds(claim: ClaimFacts, _line: LineFacts) -> bool:
        for diagnosis in claim.claim.diagnoses:
            renewal = renewals.get(diagnosis.code)
            if renewal is not None and not _valid(renewal, diagnosis.code, claim.served):
                return not wanted
        return wanted

    return holds


def _valid(renewal: Renewal, code: str, served: date) -> bool:
    return (code == renewal.new) is (served >= renewal.first)


_WHOLE_AT_THREE = frozenset({"I10", "R42", "R55", "Z23"})  # categories of three characters that are complete codes


def _diagnosis_cut(wanted: bool) -> Condition:
    def holds(claim: ClaimFacts, _line: LineFacts) -> bool:
        codes = [diagnosis.code for diagnosis in claim.claim.diagnoses]
        return any(len(code) == 3 and code not in _WHOLE_AT_THREE for code in codes) is wanted

    return holds


def _claim(value: Kind, says: str, make: Callable[[Any], Condition]) -> ConditionKind:
    return ConditionKind(False, value, says, make)


def _line(value: Kind, says: str, make: Callable[[Any], Condition]) -> ConditionKind:
    return ConditionKind(True, value, says, make)


_PRESENCE = choice("present", "absent")

CONDITIONS: Mapping[str, ConditionKind] = {
    "cover": _claim(
        choice("active", "ended", "moved", "not-begun", "unknown", "other-primary"),
        "what the payer's roster says of the member on the day of service; `moved`: a sister plan has taken over",
        _claim_is("cover"),
    ),
    "enrolled": _claim(
        FLAG, "whether the payer had enrolled who treated, on the day of service", _claim_is("enrolled")
    ),
    "authorization": _claim(
        choice("valid", "wrong", "absent"),
        "the prior authorisation: issued by this payer, not issued by it, none",
        _claim_is("authorization"),
    ),
    "referral": _claim(_PRESENCE, "a referral number", _present(lambda claim: claim.reference("9F"))),
    "referrer": _claim(_PRESENCE, "who sent the patient", _present(lambda claim: claim.referring)),
    "taxonomy": _claim(
        _PRESENCE,
        "the specialty of who treated",
        lambda value: lambda claim, _line: bool(claim.taxonomy) is (value == "present"),
    ),
    "taxonomies": _claim(
        CODES, "the specialty of who treated is one of these", lambda codes: _among(codes, lambda claim: claim.taxonomy)
    ),
    "npi_ends": _claim(
        CODES,
        "the NPI of who treated ends with one of these: a payer's own sample of providers",
        lambda codes: _ends(codes, lambda claim: claim.npi),
    ),
    "group_number": _claim(
        _PRESENCE, "the number of the employer's group", _present(lambda claim: claim.coverage.group_number)
    ),
    "group_ends": _claim(
        CODES,
        "the number of the employer's group ends with one of these: what one employer bought",
        lambda codes: _ends(codes, lambda claim: claim.claim.coverage.group_number or "-"),
    ),
    "records": _claim(
        _PRESENCE,
        "the patient's record goes along with the claim (PWK), not merely on request",
        _present(lambda claim: any(attachment.transmission != "AA" for attachment in claim.attachments)),
    ),
    "frequencies": _claim(
        CODES,
        "the claim frequency: `1` first claim, `7` replacement",
        lambda codes: _among(codes, lambda claim: claim.claim.frequency),
    ),
    "original": _claim(
        choice("none", "known", "unknown"),
        "the payer's number that a replacement names: none on a first claim, one of this payer's, not one of them",
        _claim_is("original"),
    ),
    "correction_days_over": _claim(
        DAYS,
        "a replacement comes later than so many days after the answer it wants to replace",
        lambda days: lambda claim, _line: claim.correction_days > days,
    ),
    "relationships": _claim(
        CODES,
        "the patient's relationship to the subscriber (`18` self, `19` child)",
        lambda codes: _among(codes, lambda claim: claim.relationship),
    ),
    "sex": _claim(
        choice("F", "M"),
        "the patient's sex as claimed",
        lambda sex: lambda claim, _line: claim.claim.treated_sex == sex,
    ),
    "age_over": _claim(
        YEARS, "more completed years of age on the day of service", lambda years: lambda claim, _line: claim.age > years
    ),
    "age_under": _claim(YEARS, "fewer completed years of age", lambda years: lambda claim, _line: claim.age < years),
    "days_over": _claim(DAYS, "more days from service to receipt", lambda days: lambda claim, _line: claim.days > days),
    "weekdays": _claim(WEEKDAYS, "the day of service is one of these weekdays, Monday 0", _weekdays),
    "months": _claim(MONTHS, "the day of service lies in one of these months", _months),
    "seen_within": _claim(
        DAYS, "the payer paid for an earlier day of the member's, at most so many days before", _since_last
    ),
    "lines_over": _claim(
        COUNT, "the claim has more lines", lambda count: lambda claim, _line: len(claim.claim.lines) > count
    ),
    "claim_charge_over": _claim(
        DOLLARS,
        "the claim's charge is more dollars",
        lambda dollars: lambda claim, _line: claim.claim.charge_cents > dollars * 100,
    ),
    "diagnosis_count_under": _claim(
        COUNT,
        "the claim has fewer diagnoses",
        lambda count: lambda claim, _line: len(claim.claim.diagnoses) < count,
    ),
    "claim_diagnoses": _claim(
        CODES,
        "some diagnosis of the claim begins with one of these, whether a line points to it or not",
        _claim_diagnoses,
    ),
    "diagnosis_cut": _claim(FLAG, "a diagnosis code is cut to its category of three characters", _diagnosis_cut),
    "diagnoses_valid": _claim(
        FLAG, "every diagnosis code is in force on the day of service (`code_updates.yaml`)", _diagnoses_valid
    ),
    "places": _line(CODES, "the place of service is one of these", _places),
    "with": _line(CODES, "one of these procedures is on the same claim", _with),
    "without": _line(CODES, "none of these procedures is on the same claim", _without),
    "modifiers_any": _line(CODES, "the line has one of these modifiers", _modifiers_any),
    "modifiers_none": _line(CODES, "the line has none of these modifiers", _modifiers_none),
    "diagnoses": _line(CODES, "a diagnosis that the line points to begins with one of these", _diagnoses),
    "diagnoses_none": _line(CODES, "no diagnosis that the line points to begins with one of these", _diagnoses_none),
    "units_over": _line(COUNT, "the line has more units", lambda units: lambda _claim, line: line.units > units),
    "charge_over": _line(
        DOLLARS,
        "the line's charge is more dollars",
        lambda dollars: lambda _claim, line: line.charge_cents > dollars * 100,
    ),
    "charge_over_fee": _line(TIMES, "the line's charge is more than so many times this payer's fee", _over_fee),
    "services_over": _line(
        COUNT,
        "the member had this procedure more often this year, by what the payer paid; needs `procedures`",
        lambda count: lambda _claim, line: line.services > count,
    ),
    "duplicate": _line(
        FLAG,
        "the same service was paid before on another claim, and this one does not replace it",
        lambda wanted: lambda _claim, line: line.duplicate is wanted,
    ),
    "procedure_valid": _line(
        FLAG, "the procedure code is in force on the day of service (`code_updates.yaml`)", _procedure_valid
    ),
}
