"""Made-up patients with two covers, for the tests of claims to second payers."""

from __future__ import annotations

from denialml.claims import Claim, OtherCoverage, Party, replace
from x12_cases import PLACE

SECOND = OtherCoverage(
    payer=Party("SECOND MUTUAL", id_qualifier="PI", identifier="SM002"),
    subscriber=Party("STONE", "ADA", is_person=True, id_qualifier="MI", identifier="MEM0000002", address=PLACE),
    sequence="S",
    relationship="18",
    group_number="GRP2",
    filing_indicator="CI",
    benefits_assigned="Y",
    release="Y",
)
OF_SPOUSE = replace(
    SECOND,
    subscriber=Party("STONE", "KIM", is_person=True, id_qualifier="MI", identifier="MEM0000003", address=PLACE),
    relationship="01",
)


def as_if_named(first: Claim, second: Claim) -> Claim:
    """A claim to the first payer as it would name the cover under which ``second`` was sent."""
    cover = second.coverage
    return replace(
        first,
        other_payers=(
            OtherCoverage(
                payer=cover.payer,
                subscriber=cover.subscriber,
                sequence="S",
                relationship=second.patient.relationship if second.patient else cover.relationship,
                group_number=cover.group_number,
                group_name=cover.group_name,
                insurance_type=cover.insurance_type,
                filing_indicator=cover.filing_indicator,
                benefits_assigned="Y",
                release="Y",
            ),
        ),
    )
