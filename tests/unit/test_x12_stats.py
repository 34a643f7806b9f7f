"""What is counted in a file, against counts made by hand."""

from __future__ import annotations

import x12_cases as cases
from denialml.x12.stats import Money, stats

BODY_835 = (
    "CLP*A1*1*100*60**12*ICN\nCAS*CO*45*30\nNM1*QC*1*STONE*ADA\nSVC*HC:99213*100*60\nCAS*CO*45*5**97*5\n"
    "CLP*A2*1*50*x\nCLP*A3*1*20.5*20.5\nPLB*1*20261231*WO:X*7.25\n"
)


def test_a_remittance_is_counted() -> None:
    content = cases.interchange(cases.HEAD_835 + BODY_835)
    found = stats(content)
    assert (found.bytes, found.interchanges, found.groups, found.stopped) == (len(content), 1, 1, "")
    assert found.transactions == {("835", "005010X221A1"): 1}
    assert found.loops["835", "2100"] == 3
    assert found.loops["835", "2110"] == 1
    assert found.segments["835", "CLP"] == 3
    assert found.segments["", "ISA"] == found.segments["", "GE"] == 1
    assert sum(found.segments.values()) == content.count(b"~")
    assert found.charges == {"835": Money(2, 12050)}
    assert found.payments == {"835": Money(2, 8050)}
    assert found.adjustments == {("CO", "45"): Money(2, 3500), ("CO", "97"): Money(1, 500)}
    assert found.provider_adjustments == {"WO": Money(1, 725)}
    assert found.refused == {"bad-amount": 1}


def test_claims_are_counted_and_where_reading_stopped_is_said() -> None:
    content = cases.interchange(
        cases.HEAD_837 + cases.CLAIM_837 * 2, functional="HC", version="005010X222A1", set_id="837"
    )
    found = stats(content + b"ISA*broken")
    assert found.stopped == "truncated-isa"
    assert found.charges == {"837": Money(2, 25100)}
    assert found.loops["837P", "2300"] == 2
    assert found.loops["837P", "2000B"] == 1


def test_hostile_names_fill_no_counter() -> None:
    many = "".join(f"{at:03d}*1\n" for at in range(1000)) + "STONE*1\n"
    found = stats(cases.interchange(cases.HEAD_835 + many))
    assert found.segments["835", "(no segment name)"] == 1
    assert "STONE" not in repr(found)
