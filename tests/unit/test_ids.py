import pytest
from hypothesis import given
from hypothesis import strategies as st

from denialml import ids

KINDS = [ids.NPI, ids.MBI, ids.TAX_ID, ids.TAXONOMY, ids.ICD10CM, ids.HCPCS, ids.MODIFIER, ids.CONTROL_NUMBER]
JUNK = [
    None,
    "",
    " ",
    "\x00",
    b"1234567893",
    1234567893,
    12.5,
    [],
    {},
    "²²²",
    "١٢٣٤٥٦٧٨٩٠",
    "🙂",
    "a" * 10_000,
    "-",
    "\n",
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.name)
@pytest.mark.parametrize("junk", JUNK, ids=repr)
def test_is_valid_never_raises_and_refuses_junk(kind: ids.IdKind, junk: object) -> None:
    assert kind.is_valid(junk) is False


@pytest.mark.parametrize(
    ("kind", "text", "compact", "written"),
    [
        (ids.NPI, "1234-567-893", "1234567893", "1234567893"),
        (ids.MBI, "1EG4-TE5-MK73", "1EG4TE5MK73", "1EG4-TE5-MK73"),
        (ids.TAX_ID, "12-3456789", "123456789", "12-3456789"),
        (ids.TAXONOMY, "207q00000x", "207Q00000X", "207Q00000X"),
        (ids.ICD10CM, "e11.9", "E119", "E11.9"),
        (ids.ICD10CM, "I10", "I10", "I10"),
        (ids.ICD10CM, "O30.0011", "O300011", "O30.0011"),
        (ids.HCPCS, "99213", "99213", "99213"),
        (ids.HCPCS, "g0439", "G0439", "G0439"),
        (ids.HCPCS, "0502F", "0502F", "0502F"),
        (ids.MODIFIER, "lt", "LT", "LT"),
    ],
)
def test_accepts_and_formats(kind: ids.IdKind, text: str, compact: str, written: str) -> None:
    assert kind.validate(text) == compact
    assert kind.format(text) == written


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (ids.NPI, "1234567890"),  # wrong check digit
        (ids.NPI, "3234567893"),  # starts with 3
        (ids.MBI, "1SG4TE5MK73"),  # S is not used
        (ids.MBI, "0EG4TE5MK73"),  # starts with 0
        (ids.TAX_ID, "111111111"),
        (ids.TAXONOMY, "207Q000000"),
        (ids.ICD10CM, "E1"),
        (ids.ICD10CM, "E119000000"),
        (ids.HCPCS, "9921"),
        (ids.HCPCS, "W1234"),
        (ids.MODIFIER, "LTT"),
    ],
)
def test_refuses_near_misses(kind: ids.IdKind, text: str) -> None:
    with pytest.raises(ids.InvalidIdError, match=kind.name):
        kind.validate(text)


@given(st.integers(100_000_000, 299_999_999))
def test_npi_check_digit_makes_a_valid_npi(first_nine: int) -> None:
    body = str(first_nine)
    npi = body + ids.npi_check_digit(body)
    assert ids.NPI.is_valid(npi)
    wrong = body + str((int(npi[-1]) + 1) % 10)
    assert not ids.NPI.is_valid(wrong)


@given(st.integers(0, 32**10 - 1), st.data())
def test_control_number_finds_any_single_wrong_character(serial: int, data: st.DataObject) -> None:
    number = ids.claim_control_number(serial)
    assert ids.CONTROL_NUMBER.is_valid(number)
    place = data.draw(st.integers(0, 10))
    other = data.draw(st.sampled_from([c for c in "0123456789ABCDEFGHJKMNPQRSTVWXYZ" if c != number[place]]))
    assert not ids.CONTROL_NUMBER.is_valid(number[:place] + other + number[place + 1 :])


def test_control_numbers_have_bounds() -> None:
    with pytest.raises(ValueError, match="fit"):
        ids.claim_control_number(-1)
    with pytest.raises(ValueError, match="fit"):
        ids.claim_control_number(32**10)


def test_message_never_holds_the_value() -> None:
    with pytest.raises(ids.InvalidIdError) as caught:
        ids.MBI.validate("SECRETVALUE")
    assert "SECRET" not in str(caught.value)
