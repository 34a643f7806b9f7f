"""The vocabulary of the billing core: frozen values without I/O. Money is integer cents; units are decimals.

One import serves: ``from denialml.claims import Claim, ServiceLine, Remittance``.
"""

from denialml.claims.acknowledgement import (
    ContextName,
    ElementError,
    ElementPosition,
    ErrorContext,
    FunctionalAcknowledgement,
    InterchangeAcknowledgement,
    SegmentError,
    SetAcknowledgement,
)
from denialml.claims.claim import Claim, ServiceLine
from denialml.claims.coverage import Coverage, Patient
from denialml.claims.encounter import Encounter, EncounterCharge, claim_from
from denialml.claims.parts import Amount, DatedFact, Diagnosis, Note, Procedure, Reference
from denialml.claims.people import Address, Contact, Party, Phi
from denialml.claims.remittance import Adjustment, ClaimPayment, ProviderAdjustment, Remark, Remittance, ServicePayment
from denialml.claims.value import Value, field_names, replace

__all__ = [
    "Address",
    "Adjustment",
    "Amount",
    "Claim",
    "ClaimPayment",
    "Contact",
    "ContextName",
    "Coverage",
    "DatedFact",
    "Diagnosis",
    "ElementError",
    "ElementPosition",
    "Encounter",
    "EncounterCharge",
    "ErrorContext",
    "FunctionalAcknowledgement",
    "InterchangeAcknowledgement",
    "Note",
    "Party",
    "Patient",
    "Phi",
    "Procedure",
    "ProviderAdjustment",
    "Reference",
    "Remark",
    "Remittance",
    "SegmentError",
    "ServiceLine",
    "ServicePayment",
    "SetAcknowledgement",
    "Value",
    "claim_from",
    "field_names",
    "replace",
]
