"""The catalogue of a payer's file: every table and entry, what values it takes and what it means."""

from __future__ import annotations

from denialml.simulator.decisions import Family
from denialml.simulator.policy import kinds
from denialml.simulator.policy.kinds import Each, Field, Kind, Rows, Table

_CLOCKS = {
    "corrected": "a corrected claim",
    "reconsideration": "a reconsideration",
    "appeal": "an appeal",
    "second": "an appeal of the second level, from the lost first one",
}
_ACTIONS = {
    "reconsideration": "a reconsideration",
    "appeal": "an appeal",
    "with_records": "an appeal with the patient's record",
    "second": "an appeal of the second level",
}

_PAYER = Table(
    {
        "identifier": Field(kinds.TEXT, "the payer's identifier on claims (NM109), unlike that of any other payer"),
        "name": Field(kinds.TEXT, "its name"),
        "kind": Field(
            kinds.choice("medicare", "medicaid", "managed medicaid", "advantage", "commercial"),
            "with which published figures it is compared",
        ),
        "filing_indicator": Field(kinds.TEXT, "the claim filing indicator (SBR09)"),
        "originator": Field(kinds.DIGITS, "the originating company of its payments (BPR10)"),
        "line1": Field(kinds.TEXT, "street or box"),
        "city": Field(kinds.TEXT, "town"),
        "state": Field(kinds.STATE, "state"),
        "postal_code": Field(kinds.DIGITS, "ZIP code"),
        "telephone": Field(kinds.DIGITS, "whom to call about a payment"),
    }
)

_POPULATION = Table(
    {
        "share": Field(
            Table(
                {
                    "child": Field(kinds.WEIGHT, "under 18"),
                    "adult": Field(kinds.WEIGHT, "18 to 64"),
                    "senior": Field(kinds.WEIGHT, "from 65"),
                }
            ),
            "its weight among the payers of a patient, by age",
        ),
        "send": Field(kinds.WEEKDAYS, "when the practice sends it claims"),
        "monthly_end": Field(kinds.SHARE, "the chance that a cover ends at the end of a month"),
        "january_switch": Field(kinds.SHARE, "the chance that it ends with the year"),
        "gap": Field(kinds.SHARE, "the chance of some months without cover after an end"),
        "switches_to": Field(kinds.WEIGHTS, "the payers that follow (keys are names of files) and their weights"),
        "sister": Field(kinds.TEXT, "the payer to which a member may be moved without a gap", required=False),
        "other_insurance": Field(kinds.SHARE, "the share of members for whom somebody else pays first"),
        "asks_authorization": Field(kinds.FLAG, "whether the practice seeks prior authorisations from it"),
        "joins": Field(kinds.DAY, "a new payer: it insures nobody before that day", required=False),
    }
)

_FEES = Table(
    {
        "from": Field(kinds.DAY, "the first day of service; none for the first schedule", required=False),
        "factor": Field(kinds.TIMES, "its fees over Medicare's (`fees.yaml`)"),
        "visit_factor": Field(kinds.TIMES, "the same for visits"),
    }
)

_SHARE = Table(
    {
        "deductible": Field(kinds.DOLLARS, "a year", required=False),
        "deductible_chance": Field(kinds.SHARE, "the share of members who have one left to pay", required=False),
        "copay": Field(kinds.DOLLARS, "a visit", required=False),
        "copay_chance": Field(kinds.SHARE, "the share of members whose visits have one", required=False),
        "coinsurance": Field(
            kinds.SHARE, "the patient's part of what is allowed beyond the deductible", required=False
        ),
        "out_of_pocket": Field(kinds.DOLLARS, "the most a member pays in a year", required=False),
    }
)

_REMITS = Table(
    {
        "median_days": Field(kinds.SOME_DAYS, "from receipt to the answer, in the median (log-normal)"),
        "spread": Field(kinds.TIMES, "the standard deviation of the logarithm"),
        "floor": Field(kinds.DAYS, "no answer comes sooner"),
        "weekdays": Field(kinds.WEEKDAYS, "its pay days"),
        "denials_apart": Field(
            kinds.FLAG, "claims denied whole are told in a transaction of their own", required=False
        ),
        "keeps_number": Field(
            kinds.FLAG, "a corrected claim is answered under the number of the first one (CLP07)", required=False
        ),
        "forwards": Field(
            kinds.SHARE, "share of claims with a second payer that it sends on by itself", required=False
        ),
    }
)

_VARIANCE = Table(
    {
        "rate": Field(kinds.SHARE, "the share of lines for which less than the contract's fee is allowed"),
        "low": Field(kinds.PERCENT, "what is allowed then, in percent of the fee: at least"),
        "high": Field(kinds.PERCENT, "and at most"),
        "late_days": Field(kinds.DAYS, "for so many days of service a new schedule is not loaded yet", required=False),
    }
)

_ERROR = Table(
    {
        "rate": Field(kinds.RATE, "the probability that a line is denied for no reason at all"),
        "reasons": Field(kinds.REASONS, "what is told then"),
        "remarks": Field(kinds.REMARKS, "the remark codes that go with a reason", required=False),
    }
)


def _for_each(names: dict[str, str], kind: Kind) -> Table:
    return Table({name: Field(kind, says) for name, says in names.items()})


_REVIEW = Table(
    {
        "window": Field(_for_each(_CLOCKS, kinds.DAYS), "days from the answer in which something may be filed"),
        "lag": Field(
            Table(
                {
                    "median_days": Field(kinds.SOME_DAYS, "in the median (log-normal)"),
                    "spread": Field(kinds.TIMES, "the standard deviation of the logarithm"),
                }
            ),
            "how long a review takes",
        ),
        "half_life_days": Field(
            _for_each(_CLOCKS, kinds.SOME_DAYS), "in so many days the chance of winning falls to a half"
        ),
        "wins": Field(
            Each(tuple(family.value for family in Family), _for_each(_ACTIONS, kinds.SHARE)),
            "the chance of winning at once, by the true cause of the denial",
        ),
    }
)

_DRIFT = Table(
    {
        "per_year": Field(kinds.CHANGE, "how much the probability changes in a year"),
        "from": Field(kinds.DAY, "the day of receipt from which it does"),
    }
)

_RULE = Table(
    {
        "name": Field(kinds.TEXT, "two rules of one name are two versions of it"),
        "scope": Field(
            kinds.choice("claim", "line"), "what is denied: the whole claim or, unless told, the line", False
        ),
        "cause": Field(kinds.choice(*(f.value for f in Family if f is not Family.ERROR)), "the true cause"),
        "when": Field(kinds.CONDITIONAL, "the conditions, which must all hold"),
        "reason": Field(kinds.CARC, "the reason told"),
        "group": Field(kinds.choice("CO", "PR", "OA", "PI"), "who bears it (CAS01)"),
        "remarks": Field(kinds.RARCS, "the remarks told", required=False),
        "probability": Field(kinds.CHANCE, "how probable it is that the rule is enforced"),
        "drift": Field(_DRIFT, "a slow change of the probability", required=False),
        "from": Field(kinds.DAY, "the first day of service", required=False),
        "until": Field(kinds.DAY, "the last day of service", required=False),
    }
)

_INTAKE = Table(
    {
        "name": Field(kinds.TEXT, "two of one name are two versions of it"),
        "when": Field(kinds.CONDITIONAL, "the conditions of claims, which must all hold"),
        "category": Field(kinds.choice("A3", "A6", "A7", "A8"), "claim status category (STC01-1)"),
        "status": Field(kinds.DIGITS, "claim status code (STC01-2)"),
        "entity": Field(kinds.TEXT, "of whom the status speaks (STC01-3)", required=False),
        "probability": Field(kinds.CHANCE, "how probable it is that the rule is enforced"),
        "from": Field(kinds.DAY, "the first day of service", required=False),
        "until": Field(kinds.DAY, "the last day of service", required=False),
    }
)

#: A payer's file.
FILE = Table(
    {
        "payer": Field(_PAYER, "who it is"),
        "member_shape": Field(kinds.MEMBER_SHAPE, "the shape of its member numbers"),
        "group_numbers": Field(kinds.FLAG, "whether members belong to an employer's group"),
        "population": Field(_POPULATION, "whom it insures and for how long"),
        "fees": Field(Rows(_FEES), "fee schedules by day of service, the oldest first"),
        "patient_share": Field(_SHARE, "what members pay themselves"),
        "sequestration": Field(kinds.SHARE, "the part withheld from what the payer owes", required=False),
        "variance": Field(_VARIANCE, "payment that is not as the contract says", required=False),
        "remits": Field(_REMITS, "when it answers"),
        "random_error": Field(_ERROR, "denials that no rule explains"),
        "review": Field(_REVIEW, "what may be done about a denial, and what comes of it"),
        "lists": Field(kinds.LISTS, "procedures that rules name together", required=False),
        "intake": Field(Rows(_INTAKE), "claims refused by the payer's front end with a 277CA", required=False),
        "rules": Field(Rows(_RULE), "why it denies"),
    },
    "a payer's file",
)
