"""Claim status messages come back equal, whatever they hold, in any order and under any delimiters."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import status_cases as status
import x12_cases as cases
from denialml import x12
from denialml.claims import (
    ClaimAcknowledgement,
    ClaimStatusInquiry,
    ClaimStatusResponse,
    Contact,
    DatedFact,
    Party,
    Procedure,
    Reference,
    StatusCode,
    StatusInformation,
    StatusLine,
    StatusPerson,
    replace,
)

EXAMPLES = settings(max_examples=60, derandomize=True, deadline=None, phases=[Phase.explicit, Phase.generate])

text = st.text("ABCXYZabc019 .,-/&'()_+=@ÉñΩ", min_size=1, max_size=12)
maybe = st.just("") | text
code = st.text("ABCDEF0123456789", min_size=1, max_size=5)
cents = st.integers(-(10**11), 10**11)
days = st.dates(date(1900, 1, 1), date(2099, 12, 31))
quantities = st.decimals("-99999", "99999", places=3)
delimiters = st.sampled_from(
    [x12.Delimiters(), x12.Delimiters("|", ">", "!", "\n"), x12.Delimiters("\x1d", "\x1f", "\x1e", "\x1c")]
)


def some(strategy: st.SearchStrategy[Any], most: int = 2) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=most).map(tuple)


def perhaps(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


references = some(st.builds(Reference, code, text, maybe))
line_references = some(st.builds(Reference, st.sampled_from(["FJ", "Q4"]), text, maybe))  # none that claims have too
dates = some(st.builds(DatedFact, code, days, perhaps(days)))
contacts = some(st.builds(Contact, code, maybe, some(st.tuples(code, text), 3)))
procedures = st.builds(Procedure, code, some(code, 4), code, maybe)
codes = st.builds(StatusCode, code, maybe, maybe, maybe)
statuses = some(
    st.builds(
        StatusInformation, codes, perhaps(codes), perhaps(codes), perhaps(days), maybe, perhaps(cents), perhaps(cents),
        perhaps(days), maybe, perhaps(days), maybe, maybe,
    )
)  # fmt: skip
parties = st.builds(Party, maybe, maybe, maybe, maybe, st.booleans(), maybe, maybe, prefix=maybe)
payers = st.builds(lambda party, calls: replace(party, contacts=calls), parties, contacts)
answered = st.builds(StatusPerson, parties)
asked = st.builds(StatusPerson, parties, perhaps(days), maybe)
asked_lines = st.builds(
    StatusLine, perhaps(procedures), cents, st.none(), maybe, perhaps(quantities), st.just(()), line_references, dates
)
lines = st.builds(
    StatusLine, perhaps(procedures), cents, perhaps(cents), maybe, perhaps(quantities), statuses, line_references, dates
)
sent = st.fixed_dictionaries({"reference": text, "sent_on": days, "sent_at": st.sampled_from(["0000", "235959"])})

# Each draws from few values, so that runs of messages share their levels.
two_payers = st.sampled_from([status.PAYER, status.PAYER_WITH_HELP])
two_providers = st.sampled_from([status.CLINIC, status.OTHER_CLINIC])
two_people = st.sampled_from([StatusPerson(status.ADA), StatusPerson(status.EVE)])
child = perhaps(st.just(StatusPerson(status.BO)))
heads = st.sampled_from([status.SENT, status.SENT | {"reference": "OTHER"}])

inquiries = st.builds(
    lambda head, **fields: ClaimStatusInquiry(**head, **fields),
    heads | sent, payer=two_payers | payers, receiver=parties, provider=two_providers | parties,
    other_provider=perhaps(parties), subscriber=two_people | asked, dependent=child | asked, trace=text,
    charge_cents=perhaps(cents), references=references, dates=dates, lines=some(asked_lines),
)  # fmt: skip
near_inquiries = st.builds(
    status.inquiry,
    payer=two_payers, provider=two_providers, subscriber=two_people, dependent=child, trace=text,
)  # fmt: skip
of_claims = st.fixed_dictionaries(
    {"provider": two_providers | parties, "other_provider": perhaps(parties), "subscriber": two_people | answered},
    optional={"dependent": child | answered, "lines": some(lines)},
)
of_providers = st.fixed_dictionaries({"provider": two_providers | parties})
responses = st.builds(
    lambda head, level, **fields: ClaimStatusResponse(**head, **level, **fields),
    heads | sent, of_claims | of_providers | st.just({}), payer=two_payers | payers,
    receiver=st.just(status.ASKER) | parties, trace=text, statuses=statuses, references=references, dates=dates,
)  # fmt: skip

totals = st.fixed_dictionaries(
    {name: perhaps(st.integers(0, 10**6)) for name in ("accepted_count", "rejected_count")}
    | {name: perhaps(cents) for name in ("accepted_cents", "rejected_cents")}
)
facts = st.fixed_dictionaries({"trace": text, "statuses": statuses, "references": references, "dates": dates})


@st.composite
def acknowledgements(draw: st.DrawFn) -> list[ClaimAcknowledgement]:
    """Answers to batches, each before those for its providers, each of these before those to its claims."""
    messages = []
    for _ in range(draw(st.integers(1, 3))):
        around = draw(heads | sent) | draw(
            st.fixed_dictionaries(
                {
                    "source": two_payers | payers, "source_role": st.sampled_from(["PR", "AY"]), "source_trace": text,
                    "received_on": days, "processed_on": days, "receiver": st.just(status.ASKER) | parties,
                }
            )
        )  # fmt: skip
        messages.append(ClaimAcknowledgement(**around, **draw(facts), **draw(totals)))
        for _ in range(draw(st.integers(0, 2))):
            around["provider"] = draw(two_providers | parties)
            messages.append(ClaimAcknowledgement(**around, **draw(facts), **draw(totals)))
            for _ in range(draw(st.integers(0, 3))):
                patient = draw(st.sampled_from([status.ADA, status.EVE]) | parties)
                claim = draw(facts) | {"patient": patient, "lines": draw(some(lines, 1))}
                messages.append(ClaimAcknowledgement(**around, **claim))
    return messages


def _same(messages: list[Any], marks: x12.Delimiters) -> None:
    envelope = replace(cases.ENVELOPE, delimiters=marks)
    assert status.read_back(x12.write(status.batch(messages, envelope))) == messages


@EXAMPLES
@given(st.lists(inquiries | near_inquiries, min_size=1, max_size=5), delimiters)
def test_inquiries_come_back_equal(messages: list[ClaimStatusInquiry], marks: x12.Delimiters) -> None:
    _same(messages, marks)


@EXAMPLES
@given(st.lists(responses | st.sampled_from(status.responses()), min_size=1, max_size=6), delimiters)
def test_responses_come_back_equal(messages: list[ClaimStatusResponse], marks: x12.Delimiters) -> None:
    _same(messages, marks)


@EXAMPLES
@given(acknowledgements(), delimiters)
def test_acknowledgements_come_back_equal(messages: list[ClaimAcknowledgement], marks: x12.Delimiters) -> None:
    _same(messages, marks)
