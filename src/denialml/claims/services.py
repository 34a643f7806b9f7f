"""What a service line or claim says in particular trades: ambulance, chiropractic, equipment, drugs, forms."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from denialml.claims.parts import Procedure, Reference
from denialml.claims.value import Value


class AmbulanceTransport(Value, frozen=True):
    """A transport by ambulance (X12 CR1): ``patient_weight`` in pounds, ``distance`` in miles.

    ``reason`` is CR104; the purposes explain a round trip and the use of a stretcher.
    """

    patient_weight: Decimal | None = None
    reason: str = ""
    distance: Decimal | None = None
    round_trip_purpose: str = ""
    stretcher_purpose: str = ""

    def __repr__(self) -> str:
        return "AmbulanceTransport(***)"


class SpinalManipulation(Value, frozen=True):
    """The condition treated by spinal manipulation (X12 CR2): ``A`` acute, ``C`` chronic, ... (CR208), and in words."""

    condition: str = ""
    description: str = ""
    more: str = ""

    def __repr__(self) -> str:
        return f"SpinalManipulation({self.condition}, ***)"


class EquipmentCertification(Value, frozen=True):
    """The certification of durable equipment (X12 CR3): ``I`` initial, ``R`` renewal, ``S`` revised; months needed."""

    kind: str = ""
    months: Decimal | None = None


class EquipmentService(Value, frozen=True):
    """Durable medical equipment as rented or bought (X12 SV5).

    ``days`` is the length of medical necessity, ``frequency`` how often rent is billed: ``1`` weekly, ``4`` monthly,
    ``6`` daily.
    """

    procedure: Procedure
    days: Decimal | None = None
    rental_cents: int | None = None
    purchase_cents: int | None = None
    frequency: str = ""


class PurchasedService(Value, frozen=True):
    """A service bought from another provider (X12 PS1): that provider's identifier and the price in cents."""

    provider_id: str = ""
    price_cents: int | None = None


class Drug(Value, frozen=True):
    """The drug of a line (X12 LIN and CTP, loop 2410). ``qualifier`` ``N4`` is an NDC in eleven digits.

    ``unit`` is ``F2`` international units, ``GR`` grams, ``ME`` milligrams, ``ML`` millilitres, ``UN`` units.
    ``references`` hold the prescription number (``XZ``) or the link between the parts of a compound (``VY``).
    """

    code: str
    quantity: Decimal | None = None
    unit: str = ""
    qualifier: str = "N4"
    references: tuple[Reference, ...] = ()


class FormAnswer(Value, frozen=True):
    """One answer on a form (X12 FRM): the question's number, and yes or no, words, a day or a per cent."""

    question: str = ""
    response: str = ""
    text: str = ""
    day: date | None = None
    percent: Decimal | None = None

    def __repr__(self) -> str:
        return f"FormAnswer({self.question}, ***)"


class Form(Value, frozen=True):
    """A form filled in for a line (X12 LQ and FRM, loop 2440): ``UT`` a certificate of medical necessity."""

    code: str = ""
    qualifier: str = ""
    answers: tuple[FormAnswer, ...] = ()
