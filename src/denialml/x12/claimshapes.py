"""Segments of an 837 that are values one to one, each declared once for reading and for writing.

Element numbers are those of the implementation guides 005010X222A1 and 005010X223A2, loops 2300, 2320, 2400 and 2440.
"""

from __future__ import annotations

from typing import Final

from denialml.claims import (
    AmbulanceTransport,
    Attachment,
    Conditions,
    Contract,
    EquipmentCertification,
    EquipmentService,
    FormAnswer,
    InpatientAdjudication,
    Measurement,
    OutpatientAdjudication,
    PurchasedService,
    Quantity,
    Repricing,
    SpinalManipulation,
)
from denialml.x12.shapes import DAY, MONEY, NUMBER, PROCEDURE, Shape

PWK: Final = Shape(Attachment, "PWK", {1: "report_type", 2: "transmission", 5: "qualifier", 6: "control_number"})
CN1: Final = Shape(
    Contract,
    "CN1",
    {
        1: "kind", 2: ("amount_cents", MONEY), 3: ("percent", NUMBER), 4: "code", 5: ("discount_percent", NUMBER),
        6: "version",
    },
)  # fmt: skip
CR1: Final = Shape(
    AmbulanceTransport,
    "CR1",
    {
        2: ("patient_weight", NUMBER), 4: "reason", 6: ("distance", NUMBER), 9: "round_trip_purpose",
        10: "stretcher_purpose",
    },
    fixed={1: ("LB", "patient_weight"), 5: ("DH", "distance")},
)  # fmt: skip
CR2: Final = Shape(SpinalManipulation, "CR2", {8: "condition", 10: "description", 11: "more"})
CR3: Final = Shape(EquipmentCertification, "CR3", {1: "kind", 3: ("months", NUMBER)}, fixed={2: ("MO", "months")})
CRC: Final = Shape(Conditions, "CRC", {1: "category", 2: "applies"}, spread={"codes": (3, 4, 5, 6, 7)})
QTY: Final = Shape(Quantity, "QTY", {1: "qualifier", 2: ("quantity", NUMBER)})
MEA: Final = Shape(Measurement, "MEA", {1: "subject", 2: "qualifier", 3: ("value", NUMBER)})
PS1: Final = Shape(PurchasedService, "PS1", {1: "provider_id", 2: ("price_cents", MONEY)})
SV5: Final = Shape(
    EquipmentService,
    "SV5",
    {
        1: ("procedure", PROCEDURE), 3: ("days", NUMBER), 4: ("rental_cents", MONEY), 5: ("purchase_cents", MONEY),
        6: "frequency",
    },
    fixed={2: ("DA", "days")},
)  # fmt: skip
HCP: Final = Shape(
    Repricing,
    "HCP",
    {
        1: "method", 2: ("allowed_cents", MONEY), 3: ("saving_cents", MONEY), 4: "repricer_id", 5: ("rate", NUMBER),
        6: "group_code", 7: ("group_cents", MONEY), 8: "revenue_code", 9: "procedure_qualifier", 10: "procedure_code",
        11: "unit_basis", 12: ("units", NUMBER), 13: "rejection", 14: "compliance", 15: "exception",
    },
)  # fmt: skip
FRM: Final = Shape(
    FormAnswer, "FRM", {1: "question", 2: "response", 3: "text", 4: ("day", DAY), 5: ("percent", NUMBER)}
)
MIA: Final = Shape(
    InpatientAdjudication,
    "MIA",
    {
        1: ("covered_days", NUMBER), 2: ("operating_outlier_cents", MONEY), 3: ("lifetime_psychiatric_days", NUMBER),
        4: ("drg_cents", MONEY), 6: ("disproportionate_share_cents", MONEY),
        7: ("secondary_payer_pass_through_cents", MONEY), 8: ("capital_cents", MONEY),
        9: ("capital_federal_drg_cents", MONEY), 10: ("capital_hospital_drg_cents", MONEY),
        11: ("capital_disproportionate_share_cents", MONEY), 12: ("old_capital_cents", MONEY),
        13: ("capital_indirect_education_cents", MONEY), 14: ("operating_hospital_drg_cents", MONEY),
        15: ("cost_report_days", NUMBER), 16: ("operating_federal_drg_cents", MONEY),
        17: ("capital_outlier_cents", MONEY), 18: ("indirect_teaching_cents", MONEY),
        19: ("professional_component_cents", MONEY), 24: ("capital_exception_cents", MONEY),
    },
    spread={"remarks": (5, 20, 21, 22, 23)},
)  # fmt: skip
MOA: Final = Shape(
    OutpatientAdjudication,
    "MOA",
    {
        1: ("reimbursement_rate", NUMBER), 2: ("hcpcs_payable_cents", MONEY), 8: ("esrd_cents", MONEY),
        9: ("professional_component_cents", MONEY),
    },
    spread={"remarks": (3, 4, 5, 6, 7)},
)  # fmt: skip
