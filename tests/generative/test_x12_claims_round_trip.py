"""Any claim, professional or institutional, that the guides have room for comes back equal."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import x12_cases as cases
import x12_claims
from denialml import x12
from denialml.claims import Claim
from denialml.x12 import tokens

EXAMPLES = settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
delimiters = st.sampled_from(
    [
        x12.Delimiters(), x12.Delimiters("|", ">", "!", "\n"), x12.Delimiters("\x1d", "\x1f", "\x1e", "\x1c"),
        x12.Delimiters("^", "#", "%", "\r"),
    ]
)  # fmt: skip


def _written(claims: list[Claim], marks: x12.Delimiters) -> bytes:
    envelope = x12.Envelope("SENDER", "RECEIVER", 7, datetime(2026, 1, 2, 3, 4), delimiters=marks)
    return x12.write(cases.batch(claims, envelope))


def _check(claims: list[Claim], marks: x12.Delimiters) -> None:
    events = list(x12.read(_written(claims, marks)))
    assert [event.claim for event in cases.only(events, x12.ClaimRead)] == claims
    assert cases.findings(events) == []


@EXAMPLES
@given(st.lists(x12_claims.professional, min_size=1, max_size=2), delimiters)
def test_professional_claims_come_back_equal(claims: list[Claim], marks: x12.Delimiters) -> None:
    _check(claims, marks)


@EXAMPLES
@given(st.lists(x12_claims.institutional, min_size=1, max_size=2), delimiters)
def test_institutional_claims_come_back_equal(claims: list[Claim], marks: x12.Delimiters) -> None:
    _check(claims, marks)


@settings(EXAMPLES, max_examples=15)
@given(st.lists(x12_claims.professional, min_size=1, max_size=3), delimiters, st.integers(1, 400))
def test_chunks_and_positions(batch: list[Claim], marks: x12.Delimiters, size: int) -> None:
    content = _written(batch, marks)
    whole = list(x12.read(content))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokens, "CHUNK_BYTES", size)
        assert list(x12.read(content)) == whole
    terminator = marks.terminator.encode()
    for event in cases.only(whole, x12.ClaimRead):
        part = content[event.span.start : event.span.end]
        assert part.startswith(b"CLM" + marks.element.encode())
        assert part.endswith(terminator)
        assert content[: event.span.start].count(terminator) == event.span.segment - 1
