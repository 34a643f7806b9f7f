"""Files of any length that are made while they are read."""

from __future__ import annotations

import io
from collections.abc import Iterator

import x12_cases as cases


class Made(io.RawIOBase):
    """A stream of the pieces of an iterator, with what was handed out counted."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""
        self.length = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # narrower than any buffer
        while len(self._rest) < len(buffer) and (piece := next(self._pieces, b"")):
            self._rest += piece
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        self.length += count
        return count


def endless(kind: str, size: int) -> Made:
    """About ``size`` bytes of one transaction set: claims of an 837P or claim payments of an 835."""
    if kind == "835":
        content = cases.interchange(cases.HEAD_835)
        block = (
            "CLP*A{at}*1*125.5*80*20*12*ICN{at}~NM1*QC*1*STONE*ADA****MI*M{at}~SVC*HC:99213*125.5*80~CAS*CO*45*25.5~"
        )
        block += "CAS*PR*2*20~DTM*472*20260105~"
    else:
        content = cases.interchange(cases.HEAD_837, functional="HC", version="005010X222A1", set_id="837")
        block = "CLM*A{at}*125.5***11:B:1*Y*A*Y*Y~HI*ABK:E119~LX*1~SV1*HC:99213*125.5*UN*1***1~DTP*472*D8*20260105~"
    at_end = content.index(b"~SE*") + 1
    head, tail = content[:at_end], content[at_end:]

    def pieces() -> Iterator[bytes]:
        yield head
        length, at = 0, 0
        while length < size:
            piece = "".join(block.replace("{at}", str(each)) for each in range(at, at + 500)).encode()
            at += 500
            length += len(piece)
            yield piece
        yield tail

    return Made(pieces())
