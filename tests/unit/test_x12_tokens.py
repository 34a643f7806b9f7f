"""Tokens keep every byte, and the same segments can be written under other delimiters."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

import x12_cases as cases
from denialml import x12
from denialml.errors import BadInputError, RefusedError
from denialml.x12 import tokens
from denialml.x12.rewrite import rewrite
from denialml.x12.tokens import Token

CONTENT = cases.interchange(cases.HEAD_835 + "CLP*A1*1*10*10\nNM1*QC*1*STONE*ADA\nSVC*HC:99213^HC:99214*10*10\n")
BARS = x12.Delimiters("|", ">", "!", "\n")


def _texts(content: bytes) -> list[str]:
    return [token.text for token in tokens.tokens(content)]


@pytest.mark.parametrize("size", [1, 7, 106, 200, 1 << 17])
@pytest.mark.parametrize(
    "content",
    [
        CONTENT,
        b"\xef\xbb\xbf\r\n" + CONTENT.replace(b"~", b"~\r\n") + b"\x1a",
        CONTENT.replace(b"~", b"\r\n"),
        CONTENT.replace(b"~", b"\n~~  "),
        CONTENT[:-1],
        CONTENT[:-30],
        CONTENT + b"\x00" * 900 + CONTENT.replace(b"*", b"|").replace(b"~", b"\n") + b"\n\n",
        CONTENT.replace(b"STONE", "ÑANDÚ".encode()) + CONTENT.replace(b"STONE", b"\xd1\xc3\x91"),
    ],
)
def test_joined_tokens_are_the_file(content: bytes, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = list(tokens.tokens(content))
    monkeypatch.setattr(tokens, "CHUNK_BYTES", size)
    found = list(tokens.tokens(content))
    assert found == whole
    assert b"".join(token.data for token in found) == content
    numbered = [token for token in found if token.text]
    assert [token.number for token in numbered] == list(range(1, len(numbered) + 1))
    for token in numbered:
        assert content[token.offset :].startswith(token.content)
        assert token.content in {token.text.encode(), token.text.encode("latin-1")}
        assert token.data[token.lead :].startswith(token.content)


def test_a_token_says_what_follows_an_unterminated_end() -> None:
    *_, iea = tokens.tokens(CONTENT[:-1])
    assert (iea.text, iea.complete) == ("IEA*1*000000007", False)
    *_, iea, blank = tokens.tokens(CONTENT + b"\r\n\x1a")
    assert iea.complete
    assert (blank.text, blank.data, blank.offset, blank.complete) == ("", b"\r\n\x1a", len(CONTENT) + 3, False)


def test_blanks_of_any_length_may_stand_between_interchanges() -> None:
    gap = b"\x00" * 200_000
    content = gap[:50_000] + CONTENT + gap + CONTENT + gap
    found = list(tokens.tokens(content))
    assert b"".join(token.data for token in found) == content
    assert [token.text for token in found if token.text] == _texts(CONTENT) * 2
    assert len(cases.only(list(x12.read(content)), x12.ClaimPaymentRead)) == 2


def test_a_file_that_begins_with_endless_blanks_is_refused() -> None:
    with pytest.raises(x12.X12Error, match="no X12 file"):
        list(tokens.tokens(b" " * 300_000 + CONTENT))


def test_a_token_shows_no_data() -> None:
    for token in tokens.tokens(CONTENT.replace(b"NM1*", b"STONE*")):
        assert "STONE" not in repr(token)
    assert repr(Token(x12.Delimiters(), 3, 200, "NM1*QC*1*STONE", b"NM1*QC*1*STONE~", 0)) == (
        "Token(3, NM1, 15 bytes at 200)"
    )


def test_rewriting_leaves_out_only_what_stands_around_segments() -> None:
    messy = b"\n" + CONTENT.replace(b"~", b"~\r\n~ ") + b"\x1a"
    assert b"".join(rewrite(messy)) == CONTENT
    assert b"".join(rewrite(messy, line_end="\n")) == CONTENT.replace(b"~", b"~\n")
    assert b"".join(rewrite(CONTENT[:-1])) == CONTENT[:-1]


def test_rewriting_under_other_delimiters_changes_nothing_else() -> None:
    other = b"".join(rewrite(io.BytesIO(CONTENT), BARS))
    assert other == CONTENT.translate(bytes.maketrans(b"*:^~", b"|>!\n"))
    assert _texts(other) == [text.translate(str.maketrans("*:^", "|>!")) for text in _texts(CONTENT)]
    assert b"".join(rewrite(other, x12.Delimiters())) == CONTENT
    swapped = x12.Delimiters(":", "*", "~", "^")
    assert b"".join(rewrite(b"".join(rewrite(CONTENT, swapped)), x12.Delimiters())) == CONTENT


def test_rewriting_keeps_the_encoding_and_old_versions_without_repetition() -> None:
    latin = CONTENT.replace(b"STONE", b"\xd1AND\xda").replace(b"^*00501", b"U*00401").replace(b"^", b"/")
    other = b"".join(rewrite(latin, BARS))
    assert b"|\xd1AND\xda|" in other
    assert b"|U|00401|" in other
    assert b"".join(rewrite(other, x12.Delimiters())) == latin


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"STONE", b"ST|NE"), (b"STONE", b"ST>NE"), (b"STONE", b"ST!NE"), (b"STONE", b"ST\nNE"),
        (b"CLINIC         *2602", b"CLIN|C         *2602"),
    ],
)  # fmt: skip
def test_no_element_smuggles_a_delimiter(old: bytes, new: bytes) -> None:
    assert old in CONTENT
    with pytest.raises(RefusedError, match=r"segment \d+, byte \d+: (NM1|ISA) holds") as caught:
        list(rewrite(CONTENT.replace(old, new), BARS))
    assert "NE" not in str(caught.value)


def test_an_isa_has_no_components() -> None:
    content = CONTENT.replace(b"PAYER          ", b"PAY:ER^        ")
    assert b"|PAY:ER^        |" in b"".join(rewrite(content, BARS))


def test_unfit_wishes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError):
        list(rewrite(CONTENT, x12.Delimiters("*", "*")))
    with pytest.raises(RefusedError, match="line end"):
        list(rewrite(CONTENT, line_end="  "))
    with pytest.raises(RefusedError, match="BIN holds binary data"):
        list(rewrite(CONTENT.replace(b"CLP*", b"BIN*"), BARS))
    with pytest.raises(BadInputError, match=r"none\.835"):
        list(tokens.tokens(tmp_path / "none.835"))
