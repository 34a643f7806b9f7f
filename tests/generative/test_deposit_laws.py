"""Files of made-up money and remittances through the store: whatever their order, the same matches and balances."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bank_files import DAY, FORMATS, Money
from denialml.ledger import RemittanceAsRead
from denialml.service.deposits import import_deposits
from denialml.service.posting import post_files
from denialml.settings import Settings
from deposit_cases import Stand, stand, told
from posting_cases import remit_file

EXAMPLES = settings(
    max_examples=12, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
CENTS = st.sampled_from([100, 200, 300, 500])
SERIAL = st.integers(1, 6)


@st.composite
def money(draw: st.DrawFn) -> list[Money]:
    """The lines of one bank file, of one day."""
    day = DAY + timedelta(days=draw(st.integers(0, 3)))
    return [
        Money(draw(CENTS), f"T{draw(SERIAL)}", day, told=draw(st.booleans()))
        for _ in range(draw(st.integers(1, 3)))
    ]  # fmt: skip


@st.composite
def remittances(draw: st.DrawFn) -> list[RemittanceAsRead]:
    """Up to six, each under a trace number of its own."""
    serials = draw(st.lists(SERIAL, unique=True, max_size=6))
    return [told(f"T{serial}", draw(CENTS)) for serial in serials]


@EXAMPLES
@given(st.lists(st.tuples(st.sampled_from(sorted(FORMATS)), money()), max_size=3), remittances(), st.data())
def test_no_order_of_files_matters_and_twice_is_once(
    files: list[tuple[str, list[Money]]], sources: list[RemittanceAsRead], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = [remit_file(folder / f"{place}.835", each, control=place) for place, each in enumerate(sources, 1)]
        for place, (kind, lines) in enumerate(files):
            path = folder / f"{place}.bank"
            path.write_bytes(FORMATS[kind](*lines))
            paths.append(path)
        usual = _end_of(Settings(home=folder / "usual"), paths)
        turned = data.draw(st.permutations([*paths, *data.draw(st.permutations(paths))[:2]]))
        assert _end_of(Settings(home=folder / "turned"), turned) == usual


def _end_of(home: Settings, paths: list[Path]) -> Stand:
    import_deposits(home, [])  # makes the store, even of no files
    for path in paths:
        if path.suffix == ".835":
            post_files(home, [path])
        else:
            import_deposits(home, [path])
    return stand(home)
