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
from denialml.claims.adjudication import InpatientAdjudication, OutpatientAdjudication
from denialml.claims.claim import Claim, ServiceLine
from denialml.claims.coverage import Coverage, Patient
from denialml.claims.encounter import Encounter, EncounterCharge, claim_from
from denialml.claims.institutional import DatedProcedure, InstitutionalDetail, Occurrence, OccurrenceSpan, ValueCode
from denialml.claims.other_payer import LineAdjudication, OtherCoverage, OtherPayerProvider
from denialml.claims.parts import (
    Amount,
    Attachment,
    Conditions,
    Contract,
    DatedFact,
    Diagnosis,
    Measurement,
    Note,
    Procedure,
    Quantity,
    Reference,
    RelatedCauses,
    Repricing,
)
from denialml.claims.people import Address, Contact, Party, Phi
from denialml.claims.remittance import (
    Adjustment,
    BankAccount,
    ClaimGroup,
    ClaimPayment,
    Delivery,
    ProviderAdjustment,
    Remark,
    Remittance,
    ServicePayment,
)
from denialml.claims.services import (
    AmbulanceTransport,
    Drug,
    EquipmentCertification,
    EquipmentService,
    Form,
    FormAnswer,
    PurchasedService,
    SpinalManipulation,
)
from denialml.claims.summaries import InpatientSummary, ProviderSummary
from denialml.claims.value import Value, field_names, replace

__all__ = [
    "Address",
    "Adjustment",
    "AmbulanceTransport",
    "Amount",
    "Attachment",
    "BankAccount",
    "Claim",
    "ClaimGroup",
    "ClaimPayment",
    "Conditions",
    "Contact",
    "ContextName",
    "Contract",
    "Coverage",
    "DatedFact",
    "DatedProcedure",
    "Delivery",
    "Diagnosis",
    "Drug",
    "ElementError",
    "ElementPosition",
    "Encounter",
    "EncounterCharge",
    "EquipmentCertification",
    "EquipmentService",
    "ErrorContext",
    "Form",
    "FormAnswer",
    "FunctionalAcknowledgement",
    "InpatientAdjudication",
    "InpatientSummary",
    "InstitutionalDetail",
    "InterchangeAcknowledgement",
    "LineAdjudication",
    "Measurement",
    "Note",
    "Occurrence",
    "OccurrenceSpan",
    "OtherCoverage",
    "OtherPayerProvider",
    "OutpatientAdjudication",
    "Party",
    "Patient",
    "Phi",
    "Procedure",
    "ProviderAdjustment",
    "ProviderSummary",
    "PurchasedService",
    "Quantity",
    "Reference",
    "RelatedCauses",
    "Remark",
    "Remittance",
    "Repricing",
    "SegmentError",
    "ServiceLine",
    "ServicePayment",
    "SetAcknowledgement",
    "SpinalManipulation",
    "Value",
    "ValueCode",
    "claim_from",
    "field_names",
    "replace",
]
