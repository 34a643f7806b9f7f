"""Whatever stands in an interchange and around its segments, tokens keep all of it."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from denialml import x12
from denialml.errors import RefusedError
from denialml.x12 import tokens
from denialml.x12.rewrite import rewrite

EXAMPLES = settings(max_examples=150, derandomize=True, deadline=None, phases=[Phase.explicit, Phase.generate])
MARKS = "*:^~|>!\n\r\x1c\x1d\x1e\x1f#%&"
blanks = st.text(" \t\r\n\x00\x1a", max_size=3)


@st.composite
def interchanges(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    """A file of one to three interchanges, each with delimiters and line ends of its own; and its segments."""
    content, segments = b"", []
    for _ in range(draw(st.integers(1, 3))):
        element, component, repetition, terminator = draw(st.permutations(MARKS))[:4]
        if {element, component, repetition} & set("\r\n"):
            element, component, repetition, terminator = "*:^~"
        plain = "".join(set("AZaz09 .-/'()" + MARKS) - {element, component, repetition, terminator, "\r", "\n"}) + "éΩ"
        words = st.lists(st.text(plain + component + repetition, max_size=9), min_size=1, max_size=6)
        isa = element.join(
            [
                "ISA", "00", " " * 10, "00", " " * 10, "ZZ", "S" + " " * 14, "ZZ", "R" + " " * 14, "260201", "1200",
                repetition, "00501", "000000001", "0", "T", component,
            ]
        )  # fmt: skip
        encoding = draw(st.sampled_from(["utf-8", "latin-1"]))
        texts = [isa, *(element.join(["N" + draw(st.text("ABC19", max_size=2)), *each]) for each in
                        draw(st.lists(words, max_size=8)))]  # fmt: skip
        around = draw(st.lists(blanks, min_size=len(texts), max_size=len(texts)))
        for text, blank in zip(texts, around, strict=True):
            segment = text.encode(encoding, errors="replace")
            segments.append(segment)
            content += segment + terminator.encode() + blank.encode()
    return content, segments


@EXAMPLES
@given(interchanges(), st.integers(1, 400))
def test_tokens_are_the_file_and_its_segments(case: tuple[bytes, list[bytes]], size: int) -> None:
    content, segments = case
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokens, "CHUNK_BYTES", size)
        found = list(tokens.tokens(content))
    assert b"".join(token.data for token in found) == content
    assert [token.content for token in found if token.text] == segments


@EXAMPLES
@given(interchanges(), st.permutations(MARKS).filter(lambda marks: not set(marks[:3]) & set("\r\n")))
def test_what_is_rewritten_has_the_same_elements_or_is_refused(
    case: tuple[bytes, list[bytes]], marks: list[str]
) -> None:
    content, segments = case
    wanted = x12.Delimiters(*marks[:4])
    try:
        written = b"".join(rewrite(content, wanted, line_end="\r\n" if wanted.terminator not in "\r\n" else ""))
    except RefusedError:
        before = b"".join(segments)
        assert any(mark.encode() in before for mark in marks[:4])
        return
    had, has = list(tokens.tokens(content)), list(tokens.tokens(written))
    pairs = zip([token for token in had if token.text], [token for token in has if token.text], strict=True)
    for old, new in pairs:
        assert new.delimiters == wanted
        if not old.text.startswith("ISA"):
            assert _parts(old) == _parts(new)


def _parts(token: tokens.Token) -> list[list[list[bytes]]]:
    marks = token.delimiters
    return [
        [repeat.split(marks.component.encode()) for repeat in element.split(marks.repetition.encode())]
        for element in token.content.split(marks.element.encode())
    ]


@EXAMPLES
@given(interchanges(), st.binary(max_size=200), st.integers(0, 400))
def test_damage_keeps_every_byte_or_is_refused(case: tuple[bytes, list[bytes]], rubbish: bytes, at: int) -> None:
    content = case[0][:at] + rubbish + case[0][at:]
    found: list[bytes] = []
    error = None
    try:
        found.extend(token.data for token in tokens.tokens(content))
    except x12.X12Error as caught:
        error = caught
    kept = b"".join(found)
    if error is None:
        assert kept == content
    else:
        assert content.startswith(kept)
        assert len(kept) <= error.byte_offset
