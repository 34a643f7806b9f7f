"""Bank files of made-up money: NACHA as the simulator writes it, BAI2 and CSV as banks do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from denialml.simulator import bank

DAY = date(2026, 2, 2)
PAYER = "PRAIRIE HEALTH"
COMPANY = "1123456789"


@dataclass(frozen=True)
class Money:
    """One payment of a payer as the bank sees it; without ``told`` nothing names its remittance."""

    cents: int
    trace: str = "T1"
    day: date = DAY
    told: bool = True
    originator: str = COMPANY
    payer: str = PAYER


def nacha(*payments: Money, name: str = "BANK") -> bytes:
    """A file of one day's payments, in the order given within each company."""
    desk = bank.Bank(name, "ELM STREET CLINIC", "841935027")
    for each in payments:
        desk.keep(
            bank.Deposit(
                each.day, each.cents, each.payer, each.originator, each.trace, each.originator, "990000013", "5550001",
                "991000012", each.told,
            )
        )  # fmt: skip
    file = desk.issue(payments[0].day)
    assert file is not None
    return file.content


def trn(money: Money) -> str:
    """The TRN segment in a bank's text, or no more than the payer's name."""
    return f"{money.payer} TRN*1*{money.trace}*{money.originator}\\" if money.told else f"{money.payer} HCCLAIMPMT"


def bai2(*payments: Money) -> bytes:
    """A file with a group for each day, one account in it, with a balance and each text over two lines."""
    lines, groups, sums = ["01,BANK,CLINIC,260202,0600,1,,,2/"], 0, 0
    for day, members in groupby(sorted(payments, key=lambda each: each.day), key=lambda each: each.day):
        account = ["03,5550001,USD,010,100000,,/"]
        total = 100_000
        for number, each in enumerate(members, 1):
            code = "165" if each.cents >= 0 else "455"
            text = trn(each)
            account += [f"16,{code},{abs(each.cents)},Z,REF{day:%y%m%d}{number},,{text[:24]}", f"88,{text[24:]}"]
            total += abs(each.cents)
        account.append(f"49,{total},{len(account) + 1}/")
        lines += [f"02,CLINIC,BANK,1,{day:%y%m%d},,USD,2/", *account, f"98,{total},1,{len(account) + 2}/"]
        groups, sums = groups + 1, sums + total
    lines.append(f"99,{sums},{groups},{len(lines) + 1}/")
    return "\r\n".join(lines).encode()


def csv(*payments: Money) -> bytes:
    """An export with the columns that most banks have."""
    rows = ["Date,Description,Reference,Amount"]
    rows += [
        f'{each.day:%m/%d/%Y},"{trn(each)}",R{number},"{each.cents / 100:,.2f}"'
        for number, each in enumerate(payments, 1)
    ]
    return "\n".join(rows).encode()


FORMATS = {"nacha": nacha, "bai2": bai2, "csv": csv}


def records(content: bytes) -> list[str]:
    """The lines of a file."""
    return content.decode().splitlines()


def file(lines: Sequence[str]) -> bytes:
    """A file of lines."""
    return "".join(f"{line}\n" for line in lines).encode()
