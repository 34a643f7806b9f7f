"""SQL that makes one enriched line of a snapshot's line: nothing null that is a key, the claim's other lines counted.

Read are ``snapshot_lines`` and ``snapshot_outcomes``. Made are ``prepared`` (lines with their missing texts empty and
the flags of their procedure), ``claim`` (what a claim's lines have together), ``repeated`` (procedures that stand more
than once on a claim), ``enriched`` (all of it, a row a line) and ``outcome`` (first adjudications).
"""

# ruff: noqa: S608 -- the SQL is put together from this package's declarations; values from outside are parameters
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from denialml.features.levels import DELAY_BANDS_DAYS, LEVELS
from denialml.features.vocabulary import FAMILIES

EPOCH: Final = "DATE '1970-01-01'"

_TEXTS: Final = (
    "payer", "payer_name", "filing_indicator", "procedure", "modifiers", "place_of_service", "frequency", "diagnosis",
    "principal_diagnosis", "billing_npi", "rendering_npi", "taxonomy", "patient_sex", "relationship",
    "coverage_sequence", "member_key",
)  # fmt: skip
_FLAGS: Final = ("has_referring", "has_prior_authorization", "has_referral")
_AS_THEY_ARE: Final = (
    "line_id", "claim_id", "control_number", "line_number", "known_on", "sent_on", "served_on", "units", "charge_cents",
    "diagnosis_count", "patient_id", "patient_age", "line_count", "claim_charge_cents",
)  # fmt: skip

_DELAY_BAND: Final = (
    "CASE "
    + " ".join(f"WHEN day - served_day <= {days} THEN {band}" for band, days in enumerate(DELAY_BANDS_DAYS))
    + f" ELSE {len(DELAY_BANDS_DAYS)} END"
)
_DERIVED_KEYS: Final[Mapping[str, str]] = MappingProxyType(
    {"units": "coalesce(units, -1)", "diagnosis_category": "left(diagnosis, 3)", "delay_band": _DELAY_BAND}
)

KEYS: Final[Mapping[str, str]] = MappingProxyType(
    {key: _DERIVED_KEYS.get(key, key) for level in LEVELS.values() for key in level.keys}
)
"""What each key column of a level is, as SQL over an enriched line. Never null."""

_VISIT: Final = "procedure BETWEEN '99202' AND '99499' AND length(procedure) = 5"
_PROCEDURE: Final = (
    "length(procedure) = 5 AND (procedure BETWEEN '10004' AND '69990' OR procedure BETWEEN '90281' AND '99199')"
)

PREPARED: Final = f"""
CREATE VIEW prepared AS
SELECT {", ".join(_AS_THEY_ARE)},
    {", ".join(f"coalesce({name}, '') AS {name}" for name in _TEXTS)},
    {", ".join(f"coalesce({name}, false) AS {name}" for name in _FLAGS)},
    CAST(known_on - {EPOCH} AS INTEGER) AS day,
    CAST(served_on - {EPOCH} AS INTEGER) AS served_day,
    {_VISIT.replace("procedure", "coalesce(procedure, '')")} AS is_visit,
    {_PROCEDURE.replace("procedure", "coalesce(procedure, '')")} AS is_procedure
FROM snapshot_lines
"""

CLAIM: Final = """
CREATE TABLE claim AS
SELECT claim_id, count(*) AS lines_known, min(line_id) AS first_line_id, count(*) FILTER (is_visit) AS visits,
    count(*) FILTER (is_procedure) AS procedures,
    max({'charge_cents': charge_cents, 'procedure': procedure, 'line_id': line_id}, 2) AS dearest
FROM prepared GROUP BY claim_id
"""

REPEATED: Final = """
CREATE TABLE repeated AS
SELECT claim_id, procedure, list(line_id ORDER BY line_number, line_id) AS line_ids
FROM prepared SEMI JOIN (FROM claim WHERE lines_known > 1) USING (claim_id)
GROUP BY claim_id, procedure HAVING count(*) > 1
"""

ENRICHED: Final = """
CREATE TABLE enriched AS
SELECT prepared.*,
    CASE WHEN modifiers = '' THEN [] ELSE string_split(modifiers, ':') END AS modifier_list,
    prepared.line_id = first_line_id AS opens_claim,
    visits - CAST(is_visit AS INTEGER) AS visits_beside,
    procedures - CAST(is_procedure AS INTEGER) AS procedures_beside,
    coalesce(
        CASE WHEN dearest[1].line_id = prepared.line_id THEN dearest[2].procedure ELSE dearest[1].procedure END, ''
    ) AS companion,
    coalesce(len(line_ids) - 1, 0) AS same_procedure_beside,
    coalesce(list_position(line_ids, prepared.line_id) - 1, 0) AS same_procedure_above
FROM prepared JOIN claim USING (claim_id) LEFT JOIN repeated USING (claim_id, procedure)
ORDER BY line_id
"""

OUTCOME: Final = """
CREATE VIEW outcome AS
SELECT line_id, received_on, denied, denied_cents, allowed_cents, charge_cents, coalesce(reason, '') AS reason
FROM snapshot_outcomes WHERE first
ORDER BY line_id
"""

_FAMILY: Final = (
    "CASE "
    + " ".join(
        f"WHEN reason IN ({', '.join(repr(code) for code in sorted(codes))}) THEN {number}"
        for number, codes in enumerate(FAMILIES.values())
    )
    + " ELSE -1 END"
)
_PAID: Final = "NOT coalesce(denied, false) AND allowed_cents IS NOT NULL AND charge_cents > 0"
_PRICED: Final = "charge_cents > 0 AND units > 0"

OUTCOME_EVENTS: Final = f"""
SELECT line_id, CAST(received_on - {EPOCH} AS INTEGER) AS day, coalesce(denied, false) AS is_denied,
    CAST({_FAMILY} AS TINYINT) AS family,
    {_PAID} AS paid_lines,
    CASE WHEN {_PAID} THEN charge_cents ELSE 0 END AS paid_charge_cents,
    CASE WHEN {_PAID} THEN allowed_cents ELSE 0 END AS paid_allowed_cents,
    received_on AS label_known_on, denied, denied_cents, allowed_cents
FROM outcome
"""
"""First adjudications as events and as labels: whose line, which day, what it counts for; in order of line id."""

LINE_EVENTS: Final = f"""
SELECT line_id, day, {", ".join(f"{sql} AS key_{key}" for key, sql in KEYS.items())}, opens_claim AS claims,
    CASE WHEN {_PRICED} THEN charge_cents ELSE 0 END AS usual_charge_cents,
    CASE WHEN {_PRICED} THEN CAST(round(units * 1000) AS BIGINT) ELSE 0 END AS usual_milliunits
FROM enriched
"""
"""Lines as events and as questions: their day, their keys, what they count for; in order of line id."""
