"""Fuzz target: any bytes are read to events or refused in a typed way, and tokens keep every byte.

    python tests/fuzz/fuzz_x12.py --seconds 600       # fuzz; needs atheris
    python tests/fuzz/fuzz_x12.py --input x12-crash-… # one input again, without atheris

Inputs go through the tokenizer, every reader (``x12.read`` picks it by what an input says it is) and the validator.
The corpus starts from one file of every kind that our writer makes. Beside libFuzzer's mutations, which are of bytes,
there is one of whole segments and elements, which keeps more of what leads to a reader.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random

LONGEST = 8192
DICTIONARY = (
    "~", "*", ":", "^", "ISA*", "GS*HC*", "GS*HP*", "ST*837*", "ST*835*", "ST*270*", "ST*271*", "ST*276*", "ST*277*",
    "ST*999*", "TA1*", "SE*", "GE*", "IEA*", "HL*", "CLM*", "CLP*", "SVC*", "LX*", "SV1*", "SV2*", "CAS*", "NM1*IL*",
    "NM1*QC*", "REF*", "DTP*472*D8*", "HI*ABK:", "SBR*", "EB*", "EQ*", "STC*", "TRN*", "AK2*", "IK3*", "IK4*", "CTX*",
    "AK9*", "PLB*", "LS*", "LE*", "005010X222A1", "005010X223A2", "005010X221A1", "005010X279A1", "005010X212",
    "005010X214", "005010X231A1", "1e9", "NaN", "-0", "99999999",
)  # fmt: skip


def check(data: bytes) -> None:
    """What must hold for any input.

    Raises:
        AssertionError: it does not.
    """
    from denialml import x12
    from denialml.x12.tokens import tokens
    from denialml.x12.validate import validate

    kept: list[bytes] = []
    try:
        kept.extend(token.data for token in tokens(data))
    except x12.X12Error:
        assert data.startswith(b"".join(kept))
    else:
        assert b"".join(kept) == data
    begun = ended = 0
    try:
        for event in x12.read(data):
            begun += isinstance(event, x12.Transaction)
            ended += isinstance(event, x12.TransactionEnd)
    except x12.X12Error:
        pass
    else:
        assert begun == ended
    try:
        for _ in validate(data):
            pass
    except x12.X12Error:
        pass


def write_seeds(corpus: Path) -> None:
    """One file of every kind, and a dictionary beside the folder."""
    from x12_written import written

    corpus.mkdir(exist_ok=True)
    for kind, content in written().items():
        (corpus / kind).write_bytes(content)
    words = "".join(f'"{word}"\n' for word in DICTIONARY)
    corpus.with_suffix(".dict").write_text(words, "ascii")


def crossed(data: bytes, other: bytes, longest: int, seed: int) -> bytes:
    """Up to six changes of whole segments or elements; what is put in comes from another input."""
    random = Random(seed)
    terminator = b"~" if b"~" in data else b"\n"
    segments, donors = data.split(terminator), other.split(terminator)
    for _ in range(random.randint(1, 6)):
        at, to, kind = random.randrange(len(segments)), random.randrange(len(segments)), random.randrange(5)
        if kind == 0 and len(segments) > 2:
            del segments[at]
        elif kind == 1:
            segments[at], segments[to] = segments[to], segments[at]
        elif kind == 2:
            segments[at:at] = segments[min(at, to) : max(at, to) + 1][:20]
        elif kind == 3:
            begin = random.randrange(len(donors))
            segments[at:at] = donors[begin : begin + random.choice((1, 1, 1, 4, 12))]
        else:
            segments[at] = _element_changed(segments[at], random.choice(donors), random)
    return terminator.join(segments)[:longest]


def _element_changed(segment: bytes, donor: bytes, random: Random) -> bytes:
    """The segment with one element emptied, made odd, repeated, or taken from another segment."""
    elements = segment.split(b"*")
    at = random.randrange(len(elements))
    word = random.choice(DICTIONARY).encode()
    value = random.choice([b"", word, elements[at] + b":" + word, elements[at] * 2, random.choice(donor.split(b"*"))])
    if random.randrange(4):
        elements[at] = value
    else:
        elements.insert(at + 1, value)
    return b"*".join(elements)


def fuzz(corpus: Path, seconds: int, seed: int, crashes: str) -> None:
    """Fuzz from the corpus and keep what reaches new code there. Ends the process, not zero after a crash."""
    import atheris

    with atheris.instrument_imports(include=["denialml"]):  # it takes packages, not modules: x12 and what x12 imports
        import denialml.x12
        import denialml.x12.validate  # noqa: F401 - imported here to be instrumented
    write_seeds(corpus)
    words = [
        sys.argv[0], f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-seed={seed}",
        f"-dict={corpus.with_suffix('.dict')}", f"-artifact_prefix={crashes}", "-timeout=25", "-rss_limit_mb=2048",
        "-print_final_stats=1", str(corpus),
    ]  # fmt: skip
    atheris.Setup(words, check, custom_crossover=crossed)
    atheris.Fuzz()


def main() -> None:
    """Check one input, or fuzz for some seconds; a crash leaves the input that caused it."""
    parser = argparse.ArgumentParser(description="Fuzz the X12 readers.")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--input", type=Path, help="check this file only")
    parser.add_argument("--corpus", type=Path, help="a folder that keeps the corpus for the next run")
    parser.add_argument("--crashes", default="x12-", help="what the names of files with crashing inputs begin with")
    options = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parents[1]))
    if options.input:
        check(options.input.read_bytes())
    elif options.corpus:
        fuzz(options.corpus, options.seconds, options.seed, options.crashes)
    else:  # libFuzzer ends its process without clearing up
        with tempfile.TemporaryDirectory() as folder:
            again = [sys.executable, __file__, *sys.argv[1:], "--corpus", str(Path(folder) / "corpus")]
            sys.exit(subprocess.call(again))


if __name__ == "__main__":
    main()
