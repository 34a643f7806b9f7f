"""What goes wrong in the files that payers send: each fault by its name, how often, and a log of where it was put.

A fault strikes a thing (a claim, a payment, a file) by a number that belongs to that thing, so that asking for one
fault changes nothing where another strikes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from types import MappingProxyType
from typing import Final

from denialml.errors import UsageError
from denialml.simulator.dice import Fates


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault. ``rate`` is the share of the things it can strike, when nobody asks for another.

    A ``broken`` one makes files that validation must refuse; all others are what the guides allow, or the letter of it.
    """

    name: str
    sentence: str
    rate: float = 0.0
    broken: bool = False


# What a payer does with a claim that it has answered: at most one of these befalls a paid claim.
REWORKS: Final = (
    Fault("reversal-correction", "A paid claim is reversed and answered anew in the same file.", 0.0039),
    Fault("reversal-elsewhere", "A paid claim is reversed, and answered anew only in a later file."),
    Fault("correction-first", "A paid claim is answered anew, and reversed only in a later file."),
    Fault("takeback", "A paid claim is reversed and denied 60 to 210 days later.", 0.00105),
    Fault("takeback-plb", "As takeback; the money stays for now (PLB WO) and is collected weeks later.", 0.00105),
    Fault("payer-number-changed", "As reversal-correction, under a payer's claim number never told before."),
)
# What is odd in the answer to a paid claim: at most one of these.
ALTERATIONS: Final = (
    Fault("dropped-modifier", "A service comes back without its last modifier."),
    Fault("changed-units", "A service comes back with other units than were billed."),
    Fault("split-claim", "A claim is answered in two parts, in one file or two."),
    Fault("bundled", "Services are paid as part of the first one (SVC06; CARC 97 on the others)."),
    Fault("downcoded", "A visit is paid as a cheaper one (SVC06), at that one's price."),
    Fault("zero-pay", "A covered claim is paid nothing: all that was due falls to the deductible."),
    Fault("missing-line-number", "No service names the line that it answers (REF*6R)."),
    Fault("duplicate-claim-in-file", "A claim is answered, and paid, twice in one file."),
    Fault("cr-group", "An adjustment has the group CR, which 5010 forbids.", broken=True),
)
# What is odd in one payment (ST to SE): at most one of these.
PAYMENT_FAULTS: Final = (
    Fault("plb-72", "The payer acknowledges a refund (PLB 72) against what it was owed (PLB WO)."),
    Fault("plb-cs", "An adjustment of no told kind (PLB CS), in either direction."),
    Fault("plb-l3", "A penalty is kept back (PLB L3)."),
    Fault("plb-90", "A discount is taken for paying early (PLB 90)."),
    Fault("plb-ir", "Tax is withheld for the revenue service (PLB IR)."),
    Fault("plb-j1", "Part of what claims say is paid is not reimbursable (PLB J1)."),
    Fault("plb-ap", "Benefits are advanced (PLB AP, negative), and taken back three months later."),
    Fault("plb-b2", "A rebate is paid (PLB B2)."),
    Fault("plb-50", "A late charge is kept back (PLB 50)."),
    Fault("plb-e3", "A contract's withhold is kept back (PLB E3)."),
    Fault("plb-le", "A levy is taken (PLB LE)."),
    Fault("same-trace", "A payment has the trace number of the one before it."),
    Fault("wrong-payee", "A payment names somebody else as its payee."),
    Fault("unbalanced", "A line, a claim or a payment is a cent off its balance.", broken=True),
)
# What happens to a file: at most one of these.
FILE_FAULTS: Final = (
    Fault("resent", "A file comes again on the next pay day under a new interchange number."),
    Fault("renamed", "A file comes twice under two names, byte for byte the same."),
    Fault("delayed", "A file comes one to six weeks late, its money on time."),
    Fault("out-of-order", "A file comes after the next one, which already reverses one of its claims."),
    Fault("truncated", "A file is cut off; the whole one comes on the next pay day.", broken=True),
)
# What happens to the money of a payment on its way through the banks: at most one of these.
DEPOSIT_FAULTS: Final = (
    Fault("deposit-missing", "Money that a remittance announces never reaches the bank."),
    Fault("deposit-late", "Money reaches the bank a week after the day that the remittance tells."),
    Fault("deposit-amount", "A deposit is a cent less than its remittance tells."),
    Fault("deposit-addenda", "A deposit comes without the record that names its remittance."),
)
_APART: Final = (
    Fault("damaged-837", "A file of claims is damaged on its way; a 999 or TA1 rejects all of it.", broken=True),
    Fault("misdirected", "Beside a paid claim, one of another practice's is paid by mistake.", 0.001),
    Fault("interest", "A payment later than the law allows bears interest (PLB L6).", 1.0),
    Fault("crossover", "A payer forwards a claim to the next payer (CLP02 19 to 21, NM1*TT, MA18)."),
)

FAULTS: Final[Mapping[str, Fault]] = MappingProxyType(
    {each.name: each for each in (*REWORKS, *ALTERATIONS, *PAYMENT_FAULTS, *FILE_FAULTS, *DEPOSIT_FAULTS, *_APART)}
)


@dataclass(frozen=True, slots=True)
class FaultRow:
    """A fault that was put into a file: ``file`` below the history's folder, the claim and payment, the money moved."""

    fault: str
    day: date
    file: str
    control_number: str
    trace: str
    cents: int


class OneOf:
    """Faults of which at most one strikes a thing."""

    __slots__ = ("_concern", "_fates", "_names", "_sums")

    def __init__(self, rates: Mapping[str, float], fates: Fates, concern: str) -> None:
        self._names = tuple(rates)
        self._sums = tuple(accumulate(rates.values()))
        self._fates = fates
        self._concern = concern

    def of(self, thing: str) -> str:
        """The name of the fault that strikes the thing, or empty."""
        if not self._sums:
            return ""
        place = bisect_right(self._sums, self._fates.uniform(self._concern, thing))
        return self._names[place] if place < len(self._names) else ""


class Faults:
    """The faults of one practice's history: how often each strikes, and the ``log`` of those that did.

    Raises:
        UsageError: a name is unknown; a rate is no probability; faults that exclude each other add up to more than 1.
    """

    def __init__(self, asked: Mapping[str, float], seed: int) -> None:
        unknown = sorted(asked.keys() - FAULTS.keys())
        if unknown:
            raise UsageError(f"unknown fault {', '.join(unknown)}; there are: {', '.join(FAULTS)}")
        for name, rate in asked.items():
            if not 0 <= rate <= 1:
                raise UsageError(f"fault {name}: the rate is a share between 0 and 1")
        self._asked = dict(asked)
        self._fates = Fates(seed, "faults")
        self.log: list[FaultRow] = []
        self.reworks = self._one_of(REWORKS, "rework")
        self.alterations = self._one_of(ALTERATIONS, "alteration")
        self.payment_faults = self._one_of(PAYMENT_FAULTS, "payment")
        self.file_faults = self._one_of(FILE_FAULTS, "file")
        self.deposit_faults = self._one_of(DEPOSIT_FAULTS, "deposit")

    def strikes(self, name: str, thing: str) -> bool:
        """Whether a fault that stands alone strikes a thing."""
        rate = self._asked.get(name, FAULTS[name].rate)
        return rate > 0 and self._fates.uniform(name, thing) < rate

    def put(self, name: str, day: date, file: str, *, trace: str = "", cents: int = 0) -> None:
        """Log a fault that was put into a file."""
        self.log.append(FaultRow(name, day, file, "", trace, cents))

    def counts(self) -> dict[str, int]:
        """How often each fault was put into a file, by name."""
        return dict(sorted(Counter(row.fault for row in self.log).items()))

    def _one_of(self, faults: Iterable[Fault], concern: str) -> OneOf:
        """Those asked for come first, so that they are as frequent as asked; the everyday ones take what is left."""
        table = tuple(faults)
        rates = {each.name: self._asked[each.name] for each in table if self._asked.get(each.name)}
        if sum(rates.values()) > 1:
            raise UsageError(f"faults {', '.join(rates)}: at most one strikes a {concern}, so their rates add up to 1")
        rates |= {each.name: each.rate for each in table if each.rate and each.name not in self._asked}
        return OneOf(rates, self._fates, concern)
