"""Made-up claims for tests of the store."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from denialml.claims import Address, Claim, Coverage, Diagnosis, Party, Phi, Procedure, Reference, ServiceLine, replace
from denialml.ids import claim_control_number
from denialml.x12.events import ClaimRead, Span

BILLING = Party(
    name="Example Medical Group",
    id_qualifier="XX",
    identifier="1234567893",
    taxonomy="207Q00000X",
    address=Address("1 Main Street", "", "Springfield", "IL", "62701"),
    references=(Reference("EI", "123456789"),),
)
RENDERING = Party(
    name="Quill", first="Ada", is_person=True, id_qualifier="XX", identifier="1245319599", taxonomy="207R00000X"
)


def made_claim(
    serial: int = 1, *, payer: str = "P1", member: str = "M1", served_on: date = date(2025, 3, 1), lines: int = 2
) -> Claim:
    """A claim of some lines at 100 dollars each, the second line pointing to the second diagnosis."""
    subscriber = Party(
        name="Sample",
        first="Terry",
        is_person=True,
        id_qualifier="MI",
        identifier=Phi(member),
        address=Address("2 Elm"),
    )
    control_number = claim_control_number(serial)
    return Claim(
        control_number=control_number,
        charge_cents=10_000 * lines,
        place_of_service="11",
        billing=BILLING,
        coverage=Coverage(
            payer=Party(name=f"Payer {payer}", id_qualifier="PI", identifier=payer),
            subscriber=subscriber,
            filing_indicator="CI",
            subscriber_birth=date(1960, 3, 2),
            subscriber_sex="F",
        ),
        lines=tuple(
            ServiceLine(
                number=number,
                procedure=Procedure("99213", ("59", "25") if number == 1 else ()),
                charge_cents=10_000,
                units=Decimal("1.5"),
                service_from=served_on,
                service_to=served_on,
                diagnosis_pointers=(number,),
                control_number=f"{control_number}-{number}",
            )
            for number in range(1, lines + 1)
        ),
        diagnoses=(Diagnosis("E119", "ABK"), Diagnosis("I10")),
        rendering=RENDERING,
        references=(Reference("G1", "AUTH1"),),
    )


def made_read(claim: Claim | None = None, start: int = 0, end: int = 10) -> ClaimRead:
    """The claim as if read from these bytes of a file."""
    return ClaimRead(claim or made_claim(), Span(1, start, end))


def with_first_line(claim: Claim, **changes: object) -> Claim:
    """The claim with its first line changed."""
    return replace(claim, lines=(replace(claim.lines[0], **changes), *claim.lines[1:]))  # type: ignore[arg-type]
