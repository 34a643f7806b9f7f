"""Fuzz target: any bytes are read to events or refused in a typed way, and tokens keep every byte.

    python tests/fuzz/fuzz_x12.py --seconds 600

Inputs go through the tokenizer, every reader (``x12.read`` picks it by what an input says it is) and the validator.
The corpus starts from one file of every kind that our writer makes, in a temporary folder.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

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


def write_seeds(folder: Path) -> None:
    """One file of every kind, and a dictionary beside the folder."""
    from x12_written import written

    for kind, content in written().items():
        (folder / kind).write_bytes(content)
    words = "".join(f'"{word}"\n' for word in DICTIONARY)
    folder.with_suffix(".dict").write_text(words, "ascii")


def main() -> None:
    """Fuzz for some seconds; a crash ends the process with the input that caused it in the present folder."""
    parser = argparse.ArgumentParser(description="Fuzz the X12 readers.")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    import atheris

    sys.path.insert(0, str(Path(__file__).parents[1]))
    with atheris.instrument_imports(include=["denialml"]):
        import denialml.x12
        import denialml.x12.validate  # noqa: F401 - imported here to be instrumented
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        write_seeds(corpus)
        words = [
            sys.argv[0], f"-max_total_time={options.seconds}", f"-max_len={LONGEST}", f"-seed={options.seed}",
            f"-dict={corpus.with_suffix('.dict')}", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1",
            str(corpus),
        ]  # fmt: skip
        atheris.Setup(words, check)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
