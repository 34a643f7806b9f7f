"""Whatever an eligibility message holds and the guide has room for comes back equal, with any delimiters."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import eligibility_cases as eligibility
import x12_cases as cases
from denialml import x12
from denialml.claims import (
    Address,
    Amount,
    Benefit,
    BenefitDelivery,
    Circumstance,
    Contact,
    DatedFact,
    Diagnosis,
    EligibilityEntity,
    EligibilityInquiry,
    EligibilityQuestion,
    EligibilityResponse,
    InsuredRelation,
    Member,
    MilitaryService,
    Party,
    Procedure,
    ProviderRole,
    Reference,
    Rejection,
    Trace,
    Value,
)
from denialml.x12.guide import guide

EXAMPLES = settings(max_examples=60, derandomize=True, deadline=None, phases=[Phase.explicit, Phase.generate])

text = st.text("ABCXYZabc019 .,-/&'()_+=@ÉñΩ", min_size=1, max_size=12)
maybe = st.just("") | text
# Codes that a guide gives a segment in one loop lead the reader to that loop, and so may not stand in another.
TAKEN = frozenset(
    code
    for transaction in ("270", "271")
    for loop in guide(transaction).loops.values()
    for spec in loop.segments
    for code in spec.key_codes
)
code = st.text("ABCDEF0123456789", min_size=1, max_size=3).filter(lambda each: each not in TAKEN)
days = st.dates(date(1900, 1, 1), date(2099, 12, 31))
cents = st.integers(-(10**11), 10**11)
quantities = st.decimals("-99999", "99999", places=3).map(lambda value: value.normalize() + Decimal(0))
delimiters = st.sampled_from(
    [
        x12.Delimiters(), x12.Delimiters("|", ">", "!", "\n"), x12.Delimiters("\x1d", "\x1f", "\x1e", "\x1c"),
        x12.Delimiters("^", "#", "%", "\r"),
    ]
)  # fmt: skip


def some(strategy: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[Any]:
    return st.lists(strategy, max_size=most).map(tuple)


addresses = st.none() | st.builds(Address, text, maybe, text, maybe, maybe, maybe, maybe)
references = some(st.builds(Reference, code, text, maybe))
contacts = some(st.builds(Contact, code, maybe, some(st.tuples(code, text))), 2)
nothing = st.just(())


def parties(**whole: st.SearchStrategy[Any]) -> st.SearchStrategy[Party]:
    return st.builds(
        Party,
        name=maybe,
        first=maybe,
        middle=maybe,
        prefix=maybe,
        suffix=maybe,
        is_person=st.booleans(),
        id_qualifier=maybe,
        identifier=maybe,
        **whole,
    )


roles = st.none() | st.builds(ProviderRole, maybe, maybe, maybe)
sources = st.builds(EligibilityEntity, st.sampled_from(["PR", "P5"]), parties(contacts=contacts))
receivers = st.builds(
    EligibilityEntity,
    st.sampled_from(["1P", "FA", "80"]),
    parties(address=addresses, references=references),
    roles,
)
related = st.builds(
    EligibilityEntity,
    st.sampled_from(["P3", "PR", "IL", "1P", "PRP"]),
    parties(address=addresses, contacts=contacts),
    roles,
    maybe,
)
dates = some(st.builds(DatedFact, code, days, st.none() | days))
rejections = some(st.builds(Rejection, code, maybe, maybe))
served = st.just((None, None)) | st.tuples(days, st.none() | days)
military = some(
    st.builds(
        lambda texts, when: MilitaryService(*texts, *when),
        st.tuples(maybe, maybe, maybe, maybe, maybe),
        served,
    ),
    2,
)
members = st.builds(
    Member,
    parties(address=addresses, references=references),
    st.none() | days,
    maybe,
    some(st.builds(Trace, text, maybe, maybe, maybe)),
    roles,
    st.none() | st.builds(InsuredRelation, maybe, maybe, maybe, maybe, st.none() | st.integers(0, 99)),
    some(st.builds(Diagnosis, code, code), 8),
    dates,
    military,
)
pointers = some(st.integers(1, 12), 4)
procedures = st.none() | st.builds(Procedure, code, some(code, 4), code, maybe)
circumstances = some(st.builds(Circumstance, maybe, maybe, maybe, maybe))
questions = some(
    st.builds(
        EligibilityQuestion,
        some(code),
        procedures,
        maybe,
        pointers,
        some(st.builds(Amount, code, cents)),
        circumstances,
        references,
        dates,
    )
)
deliveries = some(
    st.builds(
        BenefitDelivery,
        maybe,
        st.none() | quantities,
        maybe,
        st.none() | quantities,
        maybe,
        st.none() | quantities,
        maybe,
        maybe,
    ),
    2,
)
benefits = some(
    st.builds(
        Benefit,
        code,
        maybe,
        some(code),
        maybe,
        maybe,
        maybe,
        st.none() | cents,
        st.none() | quantities,
        maybe,
        st.none() | quantities,
        maybe,
        maybe,
        procedures,
        pointers,
        deliveries,
        references,
        dates,
        rejections,
        some(text),
        circumstances,
        some(related, 2),
    )
)
heads = st.fixed_dictionaries(
    {
        "reference": maybe,
        "sent_on": days,
        "sent_at": st.sampled_from(["0000", "2359", "081530"]),
        "purpose": maybe,
        "transaction_type": maybe,
    }
)
inquiries = heads.flatmap(
    lambda head: st.builds(
        EligibilityInquiry,
        sources,
        receivers,
        members,
        st.none() | members,
        questions,
        **{name: st.just(value) for name, value in head.items()},
    )
)
responses = st.one_of(
    st.builds(EligibilityResponse, sources, receivers, members, st.none() | members, rejections, nothing, benefits,
              maybe, days, st.just("0930")),
    st.builds(EligibilityResponse, sources, receivers, rejections=rejections.filter(bool), sent_on=days,
              sent_at=st.just("0930")),
    st.builds(EligibilityResponse, sources, rejections=rejections.filter(bool), source_rejections=rejections,
              sent_on=days, sent_at=st.just("0930")),
)  # fmt: skip


def _come_back_equal(batch: list[Value], marks: x12.Delimiters) -> None:
    envelope = x12.Envelope("SENDER", "RECEIVER", 7, datetime(2026, 1, 2, 3, 4), delimiters=marks)
    content = x12.write(eligibility.batch(*batch, envelope=envelope))
    assert eligibility.messages(content) == batch
    assert cases.findings(list(x12.read(content))) == []


@EXAMPLES
@given(st.lists(inquiries, min_size=1, max_size=3), delimiters)
def test_inquiries_come_back_equal(batch: list[Value], marks: x12.Delimiters) -> None:
    _come_back_equal(batch, marks)


@EXAMPLES
@given(st.lists(responses, min_size=1, max_size=3), delimiters)
def test_responses_come_back_equal(batch: list[Value], marks: x12.Delimiters) -> None:
    _come_back_equal(batch, marks)


@EXAMPLES
@given(
    st.lists(st.sampled_from([eligibility.HOLDER, eligibility.ADA]), min_size=2, max_size=6),
    st.lists(st.sampled_from([None, eligibility.CHILD]), min_size=6, max_size=6),
    st.lists(st.sampled_from([(), (eligibility.ACTIVE,)]), min_size=6, max_size=6),
)
def test_patients_that_share_levels_come_back_in_order(
    holders: list[Member], dependents: list[Member | None], said: list[tuple[Benefit, ...]]
) -> None:
    patients = zip(holders, dependents, said, strict=False)
    batch = [eligibility.response(subscriber=own, dependent=one, benefits=all_) for own, one, all_ in patients]
    assert eligibility.messages(x12.write(eligibility.batch(*batch))) == batch
