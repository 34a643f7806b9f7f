"""Whatever the vocabulary holds and X12 has room for comes back equal, with any delimiters and any chunks."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import x12_cases as cases
from denialml import x12
from denialml.claims import (
    Address,
    Adjustment,
    Amount,
    BankAccount,
    ClaimGroup,
    ClaimPayment,
    Contact,
    DatedFact,
    Delivery,
    InpatientAdjudication,
    InpatientSummary,
    Note,
    OutpatientAdjudication,
    Party,
    Procedure,
    ProviderAdjustment,
    ProviderSummary,
    Quantity,
    Reference,
    Remark,
    Remittance,
    ServicePayment,
    Value,
    field_names,
    replace,
)
from denialml.x12.guide import guide

V = TypeVar("V", bound=Value)
EXAMPLES = settings(max_examples=50, derandomize=True, deadline=None, phases=[Phase.explicit, Phase.generate])

# Texts with everything that is no delimiter in any of the delimiter sets below; the empty text is apart on purpose.
ALPHABET = "ABCXYZabc019 .,-/&'()_+=@ÉñΩ"
text = st.text(ALPHABET, min_size=1, max_size=12)
maybe = st.just("") | text
# Codes that the guide gives a segment in one loop lead the reader to that loop, and so may not stand in another. Those
# of the guide have tests of their own; which texts come up here depends on what else Hypothesis finds in the code.
TAKEN = frozenset(code for loop in guide("835").loops.values() for spec in loop.segments for code in spec.key_codes)
code = st.text("ABCDEF0123456789", min_size=1, max_size=5).filter(lambda each: each not in TAKEN)
cents = st.integers(-(10**11), 10**11)
days = st.dates(date(1900, 1, 1), date(2099, 12, 31))
quantities = st.decimals("-99999", "99999", places=3).map(lambda value: value.normalize() + Decimal(0))
delimiters = st.sampled_from(
    [
        x12.Delimiters(), x12.Delimiters("|", ">", "!", "\n"), x12.Delimiters("\x1d", "\x1f", "\x1e", "\x1c"),
        x12.Delimiters("^", "#", "%", "\r"),
    ]
)  # fmt: skip


def some(strategy: st.SearchStrategy, most: int = 3) -> st.SearchStrategy:  # type: ignore[type-arg]  # any tuple
    return st.lists(strategy, max_size=most).map(tuple)


references = some(st.builds(Reference, code, text, maybe))
amounts = some(st.builds(Amount, code, cents))
notes = some(st.builds(Note, code, text))
measured = some(st.builds(Quantity, code, quantities))
procedures = st.builds(Procedure, code, some(code, 4), code, maybe)
addresses = st.builds(Address, text, maybe, text, maybe, maybe, maybe)
contacts = some(st.builds(Contact, code, maybe, some(st.tuples(code, text))), 2)
dated = st.one_of(
    st.builds(DatedFact, code, days),
    st.builds(DatedFact, code, days, days),
    st.builds(DatedFact, code, days, time=st.sampled_from(["0000", "2359", "081500"])),
)


def parties(*, taxonomy: bool = True, whole: bool = True) -> st.SearchStrategy[Party]:
    nothing = st.just(())
    return st.builds(
        Party,
        maybe,
        maybe,
        maybe,
        maybe,
        st.booleans(),
        maybe,
        maybe,
        maybe if taxonomy else st.just(""),
        (st.none() | addresses) if whole else st.none(),
        references if whole else nothing,
        contacts if whole else nothing,
    )


adjustments = some(st.builds(Adjustment, st.sampled_from(["CO", "PR", "OA"]), code, cents, st.none() | quantities), 9)
services = st.builds(
    ServicePayment,
    procedures,
    cents,
    cents,
    maybe,
    st.none() | quantities,
    st.none() | procedures,
    st.none() | quantities,
    st.none() | days,
    st.none() | days,
    maybe,
    adjustments,
    some(st.builds(Remark, code, code)),
    amounts,
    references,
    some(st.builds(DatedFact, code, days)),
    measured,
)
persons = st.none() | parties(taxonomy=False, whole=False)
inpatient_remarks = some(st.builds(Remark, code, st.just("HE"), st.just("MIA")), 5)
outpatient_remarks = some(st.builds(Remark, code, st.just("HE"), st.just("MOA")), 5)


def filled(kind: type[V], **others: st.SearchStrategy[object]) -> st.SearchStrategy[V]:
    """Any value of a kind whose fields are amounts, quantities and texts, but for one that says nothing."""
    kinds: dict[str, st.SearchStrategy[object]] = {
        "int | None": st.none() | cents, "Decimal | None": st.none() | quantities, "date | None": st.none() | days,
        "str": maybe,
    }  # fmt: skip
    known = {name: kinds[str(kind.__annotations__[name])] for name in field_names(kind) if name not in others}
    return st.builds(kind, **known, **others).filter(lambda value: value != kind())


# The remark codes of a claim are its own, and those of MIA need one to stand in.
adjudications = st.one_of(
    st.tuples(st.none(), st.none() | filled(OutpatientAdjudication, remarks=st.just(())), outpatient_remarks),
    st.tuples(
        filled(InpatientAdjudication, remarks=st.just(())),
        st.none() | filled(OutpatientAdjudication, remarks=st.just(())),
        st.tuples(inpatient_remarks, outpatient_remarks).map(lambda both: both[0] + both[1]),
    ),
)
plain_payments = st.builds(
    ClaimPayment,
    text,
    maybe,
    cents,
    cents,
    cents,
    maybe,
    maybe,
    maybe,
    maybe,
    persons,
    persons,
    persons,
    persons,
    persons,
    adjustments,
    st.just(()),
    some(services),
    some(st.builds(DatedFact, code, days)),
    amounts,
    references,
    maybe,
    st.none() | quantities,
    st.none() | quantities,
    persons,
    persons,
    st.none(),
    st.none(),
    contacts,
    measured,
)
payments = st.builds(
    lambda payment, said: replace(payment, inpatient=said[0], outpatient=said[1], remarks=said[2]),
    plain_payments,
    adjudications,
)
groups = st.builds(ClaimGroup, text, st.none() | filled(ProviderSummary), st.none() | filled(InpatientSummary))
organisations = st.builds(
    Party, text, id_qualifier=maybe, identifier=maybe, address=st.none() | addresses, references=references,
    contacts=contacts,
)  # fmt: skip
heads = st.builds(
    Remittance,
    st.text("0123456789", min_size=4, max_size=9),
    cents,
    maybe,
    st.none() | days,
    text,
    maybe,
    organisations,
    organisations.map(lambda party: replace(party, contacts=())),  # the guide has a PER for the payer only
    maybe,
    st.none() | days,
    maybe,
    maybe,
    st.none() | filled(BankAccount),
    st.none() | filled(BankAccount),
    maybe,
    maybe,
    maybe,
    maybe,
    maybe,
    st.none() | filled(Delivery),
)
provider_adjustments = st.builds(ProviderAdjustment, text, st.none() | days, code, maybe, cents)


def _envelope(marks: x12.Delimiters) -> x12.Envelope:
    return x12.Envelope("SENDER", "RECEIVER", 7, datetime(2026, 1, 2, 3, 4), delimiters=marks)


def _without(marks: x12.Delimiters, content: str) -> bool:
    return not any(mark in content for mark in (marks.element, marks.component, marks.repetition, marks.terminator))


transactions = st.builds(
    x12.RemittanceTransaction,
    heads,
    st.lists(payments | groups, max_size=4),
    st.lists(provider_adjustments, max_size=8),
)
batches = st.lists(transactions, min_size=1, max_size=2, unique_by=lambda each: each.remittance.control_number)


@EXAMPLES
@given(
    st.lists(transactions, min_size=1, max_size=2, unique_by=lambda each: each.remittance.control_number), delimiters
)
def test_remittances_come_back_equal(batch: list[x12.RemittanceTransaction], marks: x12.Delimiters) -> None:
    content = x12.write(cases.remittances(*batch, envelope=_envelope(marks)))
    events = list(x12.read(content))
    expected = [value for each in batch for value in (each.remittance, *each.headed(), *each.adjustments)]
    found: list[object] = []
    for event in events:
        match event:
            case x12.RemittanceRead():
                found.append(event.remittance)
            case x12.ClaimGroupRead():
                found.append(event.group)
            case x12.ClaimPaymentRead():
                found.append(event.payment)
            case x12.ProviderAdjustmentRead():
                found.append(event.adjustment)
            case _:
                pass
    assert found == expected
    assert cases.findings(events) == []


@settings(max_examples=150, derandomize=True, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(st.binary(max_size=300))
def test_any_bytes_after_an_isa_have_a_typed_outcome(tail: bytes) -> None:
    content = cases.interchange("BPR*I*1*C*CHK\n")
    for lead in (b"", content[:106], content[: content.index(b"SE*")]):
        try:
            events = list(x12.read(lead + tail))
        except x12.X12Error:
            continue
        assert len(cases.only(events, x12.Transaction)) == len(cases.only(events, x12.TransactionEnd))
