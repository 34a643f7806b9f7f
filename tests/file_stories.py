"""Made-up stories of files, for the laws of posting: claims sent, replaced and voided, answers, takebacks."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st

from denialml.claims import Claim, ClaimPayment, Party, replace
from fault_story import FIRST, SECOND
from posting_cases import PERSON, as_read, claims_file, co, our_claim, payment, plb, pr, remit_file, reversal, service

START = date(2026, 1, 1)
NUMBERS = ("C1", "C2")
# To shrink a failure takes minutes and seldom helps.
EXAMPLES = settings(
    max_examples=25, deadline=None, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate)
)

LINES = {
    "paid": (6000, co("45", 3000), pr("2", 1000)),
    "paid more": (7000, co("45", 3000)),
    "denied": (0, co("16", 10000)),
    "second": (800, replace(co("23", 9000), group="OA"), pr("2", 200)),
    "second pays": (5000, co("45", 4000), pr("2", 1000)),
    "second denies": (0, pr("96", 10000)),
}


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    claim = our_claim(draw(st.sampled_from(NUMBERS)), 10000, frequency=draw(st.sampled_from("1117778")))
    if draw(st.integers(0, 3)):
        return claim
    return replace(claim, coverage=replace(claim.coverage, sequence="S", payer=SECOND))


@st.composite
def answers(draw: st.DrawFn) -> ClaimPayment:
    kind = draw(st.sampled_from([*LINES]))
    paid, *adjustments = LINES[kind]
    number = draw(st.sampled_from([*NUMBERS, *NUMBERS, "LOST"]))
    status = {"denied": "4"}.get(kind, "2" if kind.startswith("second") else "1")
    return payment(
        service(10000, paid, *adjustments, line_control_number="L1"),
        number=number,
        status=status,
        payer_control_number=draw(st.sampled_from(["", "ICN1", "ICN2"])),
        patient=PERSON if draw(st.booleans()) else None,
    )


@st.composite
def stories(draw: st.DrawFn) -> list[tuple[int, Any, Party]]:
    """Claims and remittances with their days (from the first); some answers are taken back later."""
    sent = st.lists(claims(), min_size=1, max_size=4, unique_by=repr)
    told: list[tuple[int, Any, Party]] = [(draw(st.integers(0, 30)), each, FIRST) for each in draw(sent)]
    for answer in draw(st.lists(answers(), min_size=1, max_size=5)):
        day = draw(st.integers(5, 60))
        payer = SECOND if answer.status == "2" else draw(st.sampled_from([FIRST, FIRST, SECOND]))
        told.append((day, answer, payer))
        if draw(st.booleans()):
            told.append((draw(st.integers(day, 90)), reversal(answer), payer))
    return told


def file_of(folder: Path, place: int, day: int, what: Claim | ClaimPayment, payer: Party) -> Path:
    """What was told, at its place in the story, as a file."""
    created = datetime.combine(START + timedelta(days=day), datetime.min.time())
    if isinstance(what, Claim):
        return claims_file(folder / f"{place}.837", what, control=place + 1, created=created)
    on = created.date()
    source = as_read(what, adjustments=[plb("L6", -5)], trace=f"T{place}", paid_on=on, produced_on=on, payer=payer)
    return remit_file(folder / f"{place}.835", source, control=place + 1, created=created)
