"""Any claim that the guides have room for: Hypothesis strategies made from the vocabulary and the guides themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, get_type_hints

from hypothesis import strategies as st

from denialml import claims
from denialml.claims import (
    Address,
    Claim,
    Coverage,
    DatedFact,
    Diagnosis,
    Form,
    InstitutionalDetail,
    LineAdjudication,
    OtherCoverage,
    OtherPayerProvider,
    Party,
    Patient,
    Procedure,
    RelatedCauses,
    ServiceLine,
    field_names,
    replace,
)
from denialml.x12.claimloops import INSTITUTIONAL, PARTIES, PROFESSIONAL
from denialml.x12.guide import guide

Strategy = st.SearchStrategy[Any]

# Texts with everything that is no delimiter in any of the tests' delimiter sets; the empty text is apart on purpose.
ALPHABET = "ABCXYZabc019 .,-/&'()_+=@ÉñΩ"
text = st.text(ALPHABET, min_size=1, max_size=8)
maybe = st.just("") | text
code = st.text("ABCDEF0123456789", min_size=1, max_size=5)
cents = st.integers(-(10**9), 10**11)
days = st.dates(date(1900, 1, 1), date(2099, 12, 31))
quantities = st.decimals("-99999", "99999", places=3).map(lambda value: value.normalize() + Decimal(0))
nothing: Strategy = st.none()
_PLAIN: Mapping[Any, Strategy] = {
    str: maybe, int: cents, date: days, Decimal: quantities, bool: st.booleans(), int | None: nothing | cents,
    date | None: nothing | days, Decimal | None: nothing | quantities, tuple[str, ...]: st.just(()),
}  # fmt: skip


def some(strategy: Strategy, most: int = 2, least: int = 0) -> Strategy:
    return st.lists(strategy, min_size=least, max_size=most).map(tuple)


def any_of(kind: type[Any], **fields: Strategy) -> Strategy:
    """A value of a kind: each plain field filled by its type, those named as said."""
    hints = get_type_hints(kind)
    plain = {name: _PLAIN[hints[name]] for name in field_names(kind) if name not in fields}
    return st.builds(kind, **plain, **fields)


dated = st.one_of(
    st.builds(DatedFact, code, days),
    st.builds(DatedFact, code, days, days),
    st.builds(DatedFact, code, days, time=st.sampled_from(["0000", "2359", "081500"])),
)
addresses = any_of(Address, line1=text, city=text)
contacts = some(st.builds(claims.Contact, code, maybe, some(st.tuples(code, text), 3)), 2)
references = some(any_of(claims.Reference, qualifier=code.filter("6R".__ne__), value=text))
procedures = any_of(Procedure, code=code, modifiers=some(code, 4), qualifier=code)
adjustments = some(any_of(claims.Adjustment, group=st.sampled_from(["CO", "PR"]), reason=code), 4)
amounts = some(any_of(claims.Amount, qualifier=code))
remarks = some(code, 5)


@cache
def party(transaction: str, loop: str, *, taxonomy: bool = True) -> Strategy:
    """A party with what its loop has room for."""
    names = {spec.name for spec in guide(transaction).loops[loop].segments}
    return any_of(
        Party,
        taxonomy=maybe if "PRV" in names and taxonomy else st.just(""),
        address=(nothing | addresses) if "N3" in names else nothing,
        references=references if "REF" in names else st.just(()),
        contacts=contacts if "PER" in names else st.just(()),
    )


def parties(transaction: str, begin: str) -> dict[str, Strategy]:
    """The parties of a claim or line, by field; those it has not are none."""
    here = {
        field: nothing | party(transaction, loop)
        for loop, roles in PARTIES[transaction].items()
        if loop.startswith(begin)
        for field in roles.values()
    }
    kinds = (Claim, ServiceLine)
    hints = get_type_hints(kinds[begin == "2420"])
    return {name: here.get(name, nothing) for name, hint in hints.items() if hint == Party | None}


def other_coverages(transaction: str) -> Strategy:
    loops = guide(transaction).loops
    roles = {code: f"2330{letter}" for letter in "CDEFGHI" if f"2330{letter}" in loops
             for code in loops[f"2330{letter}"].opener.key_codes}  # fmt: skip
    providers = st.sampled_from(sorted(roles)).flatmap(
        lambda role: st.builds(OtherPayerProvider, st.just(role), party(transaction, roles[role]))
    )
    inpatient = nothing | any_of(claims.InpatientAdjudication, remarks=remarks)
    return any_of(
        OtherCoverage,
        payer=party(transaction, "2330B"),
        subscriber=party(transaction, "2330A"),
        sequence=st.sampled_from(["P", "S", "T"]),
        amounts=amounts,
        adjustments=adjustments,
        inpatient=inpatient if transaction == INSTITUTIONAL else nothing,
        outpatient=nothing | any_of(claims.OutpatientAdjudication, remarks=remarks),
        providers=some(providers),
    )


adjudications = some(
    any_of(LineAdjudication, payer_id=text, procedure=nothing | procedures, adjustments=adjustments, amounts=amounts)
)
common: dict[str, Strategy] = {
    "references": references,
    "amounts": amounts,
    "notes": some(st.builds(claims.Note, code, text)),
    "attachments": some(any_of(claims.Attachment)),
    "repricing": nothing | any_of(claims.Repricing),
}
trades: dict[str, Strategy] = {
    "contract": nothing | any_of(claims.Contract),
    "ambulance": nothing | any_of(claims.AmbulanceTransport),
    "conditions": some(any_of(claims.Conditions, codes=some(code, 5))),
    "fixed_formats": some(text),
}
line_common: dict[str, Strategy] = common | {
    "number": st.integers(1, 999),
    "units": quantities,
    "dates": some(dated.filter(lambda fact: fact.qualifier != "472")),
    "drug": nothing | any_of(claims.Drug, code=text, references=references),
    "adjudications": adjudications,
    "undated": st.just(False),
}
forms = some(any_of(Form, qualifier=st.sampled_from(["AS", "UT"]), answers=some(any_of(claims.FormAnswer))))
professional_lines = any_of(
    ServiceLine,
    **line_common,
    **trades,
    **parties(PROFESSIONAL, "2420"),
    procedure=procedures,
    diagnosis_pointers=some(st.integers(1, 12), 4),
    revenue_code=st.just(""),
    non_covered_cents=nothing,
    equipment=nothing | any_of(claims.EquipmentService, procedure=procedures),
    equipment_certification=nothing | any_of(claims.EquipmentCertification),
    purchased_service=nothing | any_of(claims.PurchasedService),
    quantities=some(st.builds(claims.Quantity, code, quantities)),
    measurements=some(any_of(claims.Measurement)),
    forms=forms,
)
_NOT_INSTITUTIONAL = (
    "place_of_service", "emergency", "epsdt", "family_planning", "copay_status",
)  # fmt: skip
_LINE_DEFAULTS = ServiceLine(1, Procedure(""), 0, Decimal(1), date(2026, 1, 1), date(2026, 1, 1))
institutional_lines = any_of(
    ServiceLine,
    **line_common,
    **parties(INSTITUTIONAL, "2420"),
    **{name: st.just("") for name in _NOT_INSTITUTIONAL},
    procedure=st.just(Procedure("", (), "")) | procedures,
    **{
        name: st.just(getattr(_LINE_DEFAULTS, name))
        for name in (
            *trades, "diagnosis_pointers", "equipment", "equipment_certification", "purchased_service", "quantities",
            "measurements", "forms",
        )
    },
)  # fmt: skip


def coverages(transaction: str) -> Strategy:
    facts: dict[str, Strategy] = {}
    if transaction == INSTITUTIONAL:
        facts = {"subscriber_death": nothing, "subscriber_weight": nothing, "subscriber_pregnant": st.just("")}
    return any_of(Coverage, payer=party(transaction, "2010BB"), subscriber=party(transaction, "2010BA"), **facts)


def patients(transaction: str) -> Strategy:
    facts: dict[str, Strategy] = {}
    if transaction == INSTITUTIONAL:
        facts = {"death": nothing, "weight": nothing, "pregnant": st.just("")}
    return any_of(Patient, party=party(transaction, "2010CA"), **facts)


def heads(transaction: str) -> dict[str, Strategy]:
    """What claims of both kinds have in common."""
    billing = st.builds(lambda whom, taxonomy: replace(whom, taxonomy=taxonomy), party(transaction, "2010AA"), maybe)
    return common | {
        "billing": billing,
        "coverage": coverages(transaction),
        "patient": nothing | patients(transaction),
        "pay_to": nothing | party(transaction, "2010AB"),
        "pay_to_plan": nothing | party(transaction, "2010AC"),
        "control_number": text,
        "other_payers": some(other_coverages(transaction)),
        "related_causes": nothing | any_of(RelatedCauses, causes=some(code, 3, 1)),
        "condition_codes": some(code, 14),
        "contract": trades["contract"],
        "fixed_formats": trades["fixed_formats"],
        "conditions": some(any_of(claims.Conditions, codes=some(code, 5)), 1),
        "dates": some(dated),
    }


_PARTIES = {
    name: {
        key: value for key, value in parties(name, "2310").items() if key not in {"billing", "pay_to", "pay_to_plan"}
    }
    for name in PARTIES
}
professional = any_of(
    Claim,
    **heads(PROFESSIONAL),
    **_PARTIES[PROFESSIONAL],
    ambulance=trades["ambulance"],
    spinal_manipulation=nothing | any_of(claims.SpinalManipulation),
    lines=some(professional_lines),
    diagnoses=some(st.builds(Diagnosis, code, st.sampled_from(["ABK", "ABF", "BK", "BF"])), 12),
    anaesthesia_procedures=some(code, 2),
    institutional=nothing,
)


def _codes(*qualifiers: str) -> Strategy:
    return st.builds(Diagnosis, code, st.sampled_from(qualifiers), st.sampled_from(["", "Y", "N"]))


def _procedures_of_stay(*qualifiers: str) -> Strategy:
    return any_of(claims.DatedProcedure, code=code, qualifier=st.sampled_from(qualifiers))


details = any_of(
    InstitutionalDetail,
    discharge_hour=st.sampled_from(["", "0830"]),
    admitting_diagnosis=nothing | _codes("ABJ", "BJ"),
    reasons_for_visit=some(_codes("APR"), 3),
    external_causes=some(_codes("ABN"), 12),
    drg=st.just("") | code,
    principal_procedure=nothing | _procedures_of_stay("BBR", "BR", "CAH"),
    other_procedures=some(_procedures_of_stay("BBQ", "BQ"), 14),
    occurrence_spans=some(any_of(claims.OccurrenceSpan, code=code)),
    occurrences=some(any_of(claims.Occurrence, code=code), 14),
    values=some(any_of(claims.ValueCode, code=code)),
    treatment_codes=some(code),
    attending=nothing | party(INSTITUTIONAL, "2310A"),
    operating=nothing | party(INSTITUTIONAL, "2310B"),
    other_operating=nothing | party(INSTITUTIONAL, "2310C"),
)


def _with_a_statement(claim: Claim, first: date, last: date, undated: tuple[bool, ...]) -> Claim:
    """The claim with a statement period, and some lines that have no date of their own."""
    lines = tuple(
        replace(line, undated=True, service_from=first, service_to=last) if without else line
        for line, without in zip(claim.lines, undated, strict=False)
    )
    return replace(claim, dates=(DatedFact("434", first, last), *claim.dates), lines=lines)


institutional = st.builds(
    _with_a_statement,
    any_of(
        Claim,
        **heads(INSTITUTIONAL),
        **_PARTIES[INSTITUTIONAL],
        ambulance=nothing,
        spinal_manipulation=nothing,
        lines=some(institutional_lines),
        diagnoses=some(_codes("ABK", "ABF", "BK", "BF"), 14),
        anaesthesia_procedures=st.just(()),
        institutional=details,
    ),
    days,
    days,
    st.tuples(st.booleans(), st.booleans()),
)
