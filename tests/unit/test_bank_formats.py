"""Bank files to values: what is in them, and that broken or unbalanced ones are refused whole with a clear message."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bank_files import COMPANY, DAY, FORMATS, Money, bai2, csv, file, nacha, records
from denialml import bank
from denialml.bank import BankEntry, Statement
from denialml.errors import BadInputError

MONEY = (Money(10_050, "T1"), Money(1, "T2"), Money(250_001, "T3"), Money(999, "T4", told=False))


@pytest.mark.parametrize("write", FORMATS.values(), ids=FORMATS)
def test_every_format_tells_amount_day_and_remittance(write: Callable[..., bytes]) -> None:
    found = bank.read(write(*MONEY)).entries
    assert [each.cents for each in found] == [each.cents for each in MONEY]
    assert [each.trace for each in found] == ["T1", "T2", "T3", ""]
    assert {each.originator for each in found[:3]} == {COMPANY}
    assert {each.settled_on for each in found} == {DAY}
    assert len({each.reference for each in found}) == 4
    assert all("PRAIRIE HEALTH" in (each.payer or each.description) for each in found)


def test_what_files_say_of_themselves() -> None:
    told = [bank.read(write(*MONEY)) for write in FORMATS.values()]
    assert [(each.format, each.made_on) for each in told] == [("NACHA", DAY), ("BAI2", DAY), ("CSV", DAY)]
    assert told[0].entries[0].account == told[1].entries[0].account == "5550001"
    assert "T1" not in repr(told[0].entries[0])


@pytest.mark.parametrize("write", [nacha, bai2])
def test_a_file_cut_off_anywhere_is_refused(write: Callable[..., bytes]) -> None:
    lines = records(write(*MONEY))
    whole = next(place for place, line in enumerate(lines, 1) if line[:1] == "9")  # NACHA's 9, BAI2's 98
    whole = whole if write is nacha else len(lines)
    for length in range(1, whole):
        with pytest.raises(BadInputError, match="nothing of the file was kept"):
            bank.read(file(lines[:length]))
    assert bank.read(file(lines[:whole])).entries


NACHA_CONTROLS = [(1, 7, "batches"), (7, 13, "blocks"), (13, 21, "entries and addenda"), (21, 31, "entry hash"),
                  (31, 43, "debits"), (43, 55, "credits")]  # fmt: skip


@pytest.mark.parametrize(("start", "end", "what"), NACHA_CONTROLS)
def test_a_wrong_control_of_a_nacha_file_is_refused(start: int, end: int, what: str) -> None:
    lines = records(nacha(*MONEY))
    place = next(place for place, line in enumerate(lines) if line[0] == "9")
    wrong = f"{int(lines[place][start:end]) + 1:0{end - start}d}"
    lines[place] = lines[place][:start] + wrong + lines[place][end:]
    with pytest.raises(BadInputError, match=f"NACHA record {place + 1}.*{what}"):
        bank.read(file(lines))


@pytest.mark.parametrize(("start", "end"), [(4, 10), (10, 20), (20, 32), (32, 44), (87, 94)])
def test_a_wrong_control_of_a_batch_is_refused(start: int, end: int) -> None:
    lines = records(nacha(*MONEY))
    place = next(place for place, line in enumerate(lines) if line[0] == "8")
    wrong = f"{int(lines[place][start:end]) + 1:0{end - start}d}"
    lines[place] = lines[place][:start] + wrong + lines[place][end:]
    with pytest.raises(BadInputError, match=f"NACHA record {place + 1}: the batch control's"):
        bank.read(file(lines))


@pytest.mark.parametrize(("code", "field", "what"), [
    ("49", 1, "control total"), ("49", 2, "number of records"), ("98", 1, "control total"),
    ("98", 2, "number of accounts"), ("98", 3, "number of records"), ("99", 1, "control total"),
    ("99", 2, "number of groups"), ("99", 3, "number of records"),
])  # fmt: skip
def test_a_wrong_total_of_a_bai2_file_is_refused(code: str, field: int, what: str) -> None:
    lines = records(bai2(*MONEY))
    place = next(place for place, line in enumerate(lines) if line.startswith(code))
    parts = lines[place].rstrip("/").split(",")
    parts[field] = str(int(parts[field]) + 1)
    lines[place] = ",".join(parts) + "/"
    with pytest.raises(BadInputError, match=f"BAI2 line {place + 1}: the {what}.* of record {code} does not tie"):
        bank.read(file(lines))


def test_returns_and_debits_are_negative() -> None:
    lines = records(nacha(Money(5_000, "T1"), Money(700, "T2")))
    entry = next(place for place, line in enumerate(lines) if line[0] == "6")
    lines[entry] = lines[entry][:1] + "21" + lines[entry][3:]
    lines[entry + 1] = f"799R03{'99100001' + '0000009':<15}{'':6}99000001{'':44}{lines[entry][79:]}"
    returned, kept = bank.read(file(lines)).entries
    assert (returned.cents, returned.returns, kept.cents, kept.returns) == (-5_000, "991000010000009", 700, "")
    assert [each.cents for each in bank.read(bai2(Money(-300), Money(400))).entries] == [-300, 400]
    assert [each.cents for each in bank.read(csv(Money(-300), Money(400))).entries] == [-300, 400]


def test_a_debit_of_a_nacha_file_counts_on_the_other_side() -> None:
    lines = records(nacha(Money(5_000, "T1")))
    for place, line in enumerate(lines):
        if line[0] == "6":
            lines[place] = "627" + line[3:]
        elif line[0] == "8":
            lines[place] = line[:20] + line[32:44] + line[20:32] + line[44:]
        elif line[0] == "9" and set(line) != {"9"}:
            lines[place] = line[:31] + line[43:55] + line[31:43] + line[55:]
    assert [each.cents for each in bank.read(file(lines)).entries] == [-5_000]


def test_a_nacha_file_without_line_ends_reads_alike() -> None:
    content = nacha(*MONEY)
    assert bank.read(content.replace(b"\n", b"")) == bank.read(content)


def bai2_of(*entries: str) -> Statement:
    """A file of one account with entries as written."""
    flat = [line for entry in entries for line in entry.split("\n")]
    cents = sum(int(line.split(",")[2]) for line in flat if line.startswith("16,"))
    lines = ["01,B,C,260202,0600,1,,,2/", "02,C,B,1,260201,,USD,2/", "03,123456789,USD/", *flat]
    lines += [f"49,{cents},{len(flat) + 2}/", f"98,{cents},1,{len(flat) + 4}/", f"99,{cents},1,{len(flat) + 6}/"]
    return bank.read(file(lines))


@pytest.mark.parametrize(("entry", "reference", "day"), [
    ("16,165,500,Z,REF1,CUST,HELLO, WORLD", "REF1", date(2026, 2, 1)),
    ("16,165,500,S,100,200,200,REF1,CUST,HELLO, WORLD", "REF1", date(2026, 2, 1)),
    ("16,165,500,V,260131,0900,REF1,CUST,HELLO, WORLD", "REF1", date(2026, 1, 31)),
    ("16,165,500,D,2,0,300,1,200,REF1,CUST,HELLO, WORLD", "REF1", date(2026, 2, 1)),
    ("16,165,500,V/\n88,260131,0900,REF1,CUST,HELLO, WORLD", "REF1", date(2026, 1, 31)),
    ("16,165,500,,,CUST,HELLO,\n88, WORLD", "CUST", date(2026, 2, 1)),
    ("16,165,500,Z/\n88,REF1,CUST,HELLO, WORLD", "REF1", date(2026, 2, 1)),
])  # fmt: skip
def test_funds_types_and_continuations(entry: str, reference: str, day: date) -> None:
    (found,) = bai2_of(entry).entries
    assert (found.cents, found.reference, found.settled_on, found.description) == (500, reference, day, "HELLO, WORLD")


def test_a_value_date_that_is_left_out_is_the_groups() -> None:
    (found,) = bai2_of("16,165,500,V/").entries
    assert (found.cents, found.settled_on) == (500, date(2026, 2, 1))


def test_what_is_no_money_of_payers_is_counted() -> None:
    found = bai2_of("16,475,900,Z,CHECK/", "16,165,500,Z,REF/", "16,495,100,Z,WIRE OUT/")
    assert (len(found.entries), found.passed_over) == (1, 2)


@pytest.mark.parametrize(("line", "message"), [
    ("02,C,B,2,260201,,USD,2/", "deletes, corrects or tests"),
    ("02,C,B,1,260201,,CAD,2/", "not in US dollars"),
    ("02,C,B,1,26020,,USD,2/", "YYMMDD"),
    ("16,165,5/", "cannot stand here"),
    ("17,165,5/", "a record begins with"),
])  # fmt: skip
def test_what_a_bai2_file_may_not_say(line: str, message: str) -> None:
    lines = ["01,B,C,260202,0600,1,,,2/", line, "03,1,USD/", "16,165,5,Z,R/", "49,5,3/", "98,5,1,5/", "99,5,1,7/"]
    with pytest.raises(BadInputError, match=message):
        bank.read(file(lines))


@pytest.mark.parametrize(("heading", "row", "cents"), [
    ("Posting Date,Credit,Debit,Details", "2026-02-02,12.34,,X", 1_234),
    ("Posting Date,Credit,Debit,Details", "2026-02-02,,12.34,X", -1_234),
    ("Posting Date,Credit,Debit,Details", "2026-02-02,,-12.34,X", -1_234),
    ("DATE;AMOUNT;REFERENCE NUMBER", "02/02/26;($1,234.50);X", -123_450),
    ("date\tamount\tmemo", "20260202\t-$5\tX", -500),
    ("Posting Date,Credit,Debit,Details", "2026-02-02,-12.34,,CORRECTED", -1_234),
    ("Date,Amount,Type,Memo", "2026-02-02,12.34,DEBIT,RENT", -1_234),
    ("Date,Amount,Debit/Credit,Memo", "2026-02-02,-12.34,DR,RENT", -1_234),
    ("Date,Amount,Type,Memo", "2026-02-02,12.34,Credit,X", 1_234),
    ("Date,Amount,Type,Memo", "2026-02-02,12.34,ACH_CREDIT,X", 1_234),
    ("Date,Amount,Memo", "2026-02-02,$ 12.3400,X", 1_234),
    ("Date,Amount,Memo", "2026-02-02,$(12.34),X", -1_234),
    ("Date,Amount,Memo", "2026-02-02,12.34-,X", -1_234),
])  # fmt: skip
def test_ways_to_write_a_row(heading: str, row: str, cents: int) -> None:
    (found,) = bank.read(f"{heading}\n\n{row}\n".encode("utf-8-sig")).entries
    assert (found.cents, found.settled_on) == (cents, DAY)


@pytest.mark.parametrize(("content", "message"), [
    ("Day,Amount,Description\n2026-02-02,1,X", "the column date is missing"),
    ("Date,Sum,Description\n2026-02-02,1,X", "the column amount is missing"),
    ("Date,Amount,Balance\n2026-02-02,1,5", "the column description is missing"),
    ("Date,Amount,Description\n2026-02-02,1", "CSV line 2: 2 columns where the heading has 3"),
    ("Date,Amount,Description\n2026-02-30,1,X", "CSV line 2: its date"),
    ("Date,Amount,Description\n2026-02-02,1.005,X", "CSV line 2: its amount"),
    ('Date,Amount,Description\n2026-02-02,1,"X', "does the file break off"),
    ("Date,Amount,Description\n", "no row has an amount"),
    ("Date;Amount;Description\n2026-02-02;1234,56;X", "CSV line 2: its amount"),
    ('Date,Amount,Description\n2026-02-02,"25,00",X', "CSV line 2: its amount"),
    ("Date,Amount,Description\n2026-02-02,(-5.00),X", "CSV line 2: its amount"),
    ("Date,Amount,Description\n2026-02-02,99999999999999999,X", "CSV line 2: its amount"),
    ("Date,Amount,Description\n02/02/0026,1,X", "CSV line 2: its date"),
    (" \n", "is empty"),
    (",,,\n,,\n", "is empty"),
    ("\ufeff", "is empty"),
    ("PK\0\0", "is no text"),
])  # fmt: skip
def test_a_csv_that_cannot_be_understood_says_what_is_missing(content: str, message: str) -> None:
    with pytest.raises(BadInputError, match=message):
        bank.read(content.encode())


@pytest.mark.parametrize("text", [
    "TRN*1*T9*1123456789~", "TRN*1*T9*1123456789*SUPP\\",
    "PAYER HCCLAIMPMT TRN*1*T9*1123456789", "trn|1|T9|1123456789|",
    "TRN 1 T9 1123456789",
])  # fmt: skip
def test_the_trace_is_found_whatever_the_bank_made_of_it(text: str) -> None:
    (found,) = bank.read(f"Date,Amount,Description\n2026-02-02,1,{text}".encode()).entries
    assert (found.trace, found.originator) == ("T9", "1123456789")


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.sampled_from([nacha(*MONEY), bai2(*MONEY), csv(*MONEY)]), st.data())
def test_bytes_of_any_kind_are_read_or_refused(content: bytes, data: st.DataObject) -> None:
    """Never another error: a byte changed, put in or taken out anywhere."""
    place = data.draw(st.integers(0, len(content) - 1))
    byte = data.draw(st.binary(max_size=3))
    spoilt = content[:place] + byte + content[place + data.draw(st.integers(0, 4)) :]
    with suppress(BadInputError):
        assert all(isinstance(each, BankEntry) for each in bank.read(spoilt).entries)


def _first(lines: list[str], kind: str) -> int:
    return next(place for place, line in enumerate(lines) if line[0] == kind)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda lines: lines.pop(_first(lines, "8")), "the last batch has no control record"),
        (lambda lines: lines.pop(_first(lines, "6")), "an addenda record .* before any entry"),
        (lambda lines: lines.insert(1, lines[_first(lines, "6")]), "a batch header .* is expected here"),
        (lambda lines: lines.append("x" * 95), "95 characters long"),
        (lambda lines: _put(lines, "6", 1, "20"), "transaction code 20"),
        (lambda lines: _put(lines, "6", 78, "0"), "addenda indicator"),
        (lambda lines: _put(lines, "6", 29, "00000X0000"), "its amount is no number"),
        (lambda lines: _put(lines, "5", 69, "261399"), "YYMMDD"),
    ],
)
def test_what_a_nacha_file_may_not_say(spoil: Callable[[list[str]], object], message: str) -> None:
    lines = records(nacha(Money(5_000, "T1")))
    spoil(lines)
    with pytest.raises(BadInputError, match=f"NACHA record .*{message}"):
        bank.read(file(lines))


def _put(lines: list[str], kind: str, start: int, text: str) -> None:
    place = _first(lines, kind)
    lines[place] = lines[place][:start] + text + lines[place][start + len(text) :]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("16,165,5.00,Z,R/", "no whole number"),
        ("16,165,5,D,900,R/", "no such number of parts"),
        ("16,165,5,V,2602,0900,R/", "YYMMDD"),
        ("16,165,5555555555555555,Z,R/", "no whole number"),
    ],
)
def test_what_a_bai2_entry_may_not_say(entry: str, message: str) -> None:
    lines = ["01,B,C,260202,0600,1,,,2/", "02,C,B,1,260201,,USD,2/", "03,1,USD/", entry]
    lines += ["49,5,3/", "98,5,1,5/", "99,5,1,7/"]
    with pytest.raises(BadInputError, match=f"BAI2 line 4: .*{message}"):
        bank.read(file(lines))


def test_nothing_stands_after_the_trailer_of_a_bai2_file() -> None:
    with pytest.raises(BadInputError, match="after the file's trailer"):
        bank.read(bai2(Money(5)) + b"\n01,B,C,260202,0600,1,,,2/")


def test_an_account_not_in_dollars_is_refused() -> None:
    with pytest.raises(BadInputError, match="the account is not in US dollars"):
        bank.read(bai2(Money(5)).replace(b"03,5550001,USD", b"03,5550001,CAD"))
