"""Every byte of every real file stands in its tokens, and its segments survive other delimiters and back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from denialml import x12
from denialml.errors import RefusedError
from denialml.x12.rewrite import rewrite
from denialml.x12.tokens import tokens

pytestmark = pytest.mark.samples

CONTROLS = x12.Delimiters("\x1d", "\x1f", "\x1e", "\x1c")


def _files(samples: Path) -> list[Path]:
    return sorted(path for path in (samples / "x12").rglob("*") if path.is_file() and path.name != "MANIFEST.tsv")


def test_tokens_of_every_sample_are_its_bytes(samples: Path) -> None:
    files, refused = _files(samples), []
    for path in files:
        content = path.read_bytes()
        try:
            found = list(tokens(path))
        except x12.X12Error as error:
            refused.append((path.parent.name, path.name, error.code))
            continue
        assert b"".join(token.data for token in found) == content, path.name
        assert all(content[token.offset :].startswith(token.content) for token in found), path.name
    assert len(files) == 234
    assert refused == [("xlate__staedi", "sample837-HL-nested-expected.txt", "bad-delimiters")]  # a parser's log


def _segments(source: bytes | Path) -> list[bytes]:
    """All but the ISA: where ISA11 is no separator in the file, it may become one."""
    return [token.content for token in tokens(source) if token.text and not token.text.startswith("ISA")]


def test_segments_of_every_sample_survive_other_delimiters_and_back(samples: Path) -> None:
    refused = []
    for path in _files(samples):
        try:
            own = {token.delimiters for token in tokens(path)}
            other = b"".join(rewrite(path, CONTROLS))
        except (x12.X12Error, RefusedError):
            refused.append(path.name)
            continue
        marks = own.pop()
        if not own:
            marks = replace(marks, repetition=marks.repetition or "\x02")
            assert _segments(b"".join(rewrite(other, marks))) == _segments(path), path.name
    assert refused == [
        "FromImplementationGuide_1.txt",  # three attachments (275) with binary data
        "sample275_with_HL7_invalid_BIN01.edi",
        "sample275_with_HL7_valid_BIN01.edi",
        "sample837-HL-nested-expected.txt",
    ]
