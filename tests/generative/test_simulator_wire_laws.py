"""Laws of the wire: whatever is paid in, the bank file ties; whatever is refused, nothing is lost or told twice."""

from __future__ import annotations

from datetime import date, datetime, time

from hypothesis import given, settings
from hypothesis import strategies as st

from denialml import x12
from denialml.claims import Address, Claim, Contact, Party, StatusLevel, replace
from denialml.simulator.bank import Bank, Deposit
from denialml.simulator.clearinghouse import Clearinghouse
from denialml.simulator.data import document
from denialml.simulator.payer import Payer
from denialml.simulator.policy import policy_from
from made_up_claims import BILLING, made_claim
from simulated_payer import policy_data

DAY = date(2025, 3, 14)
SUBMITTER = Party(
    "GROUP", id_qualifier="46", identifier="SUB01", contacts=(Contact("IC", "A", (("TE", "3095550140"),)),)
)

DEPOSITS = st.builds(
    Deposit, settles_on=st.just(DAY), cents=st.integers(1, 10**9), company=st.sampled_from(["A PLAN", "B" * 40]),
    company_id=st.sampled_from(["1340502502", "1350401401", "1360041041"]), trace=st.from_regex(r"\A[0-9A-Z]{1,50}\Z"),
    originator=st.just("1340502502"), routing=st.sampled_from(["990000013", "991000012"]), account=st.just("841935027"),
    origin=st.just("992000011"), told=st.booleans(),
)  # fmt: skip


@given(st.lists(DEPOSITS, min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_bank_files_tie(deposits: list[Deposit]) -> None:
    bank = Bank("BANK", "GROUP", "841935027")
    for deposit in deposits:
        bank.keep(deposit)
    file = bank.issue(DAY)
    assert file is not None
    records = file.content.decode().splitlines()
    of = {kind: [record for record in records if record[0] == kind] for kind in "15678"}
    control = next(record for record in records if record[0] == "9" and record != "9" * 94)
    assert {len(record) for record in records} == {94}
    assert len(records) == 10 * int(control[7:13])
    assert len(of["5"]) == len(of["8"]) == int(control[1:7]) == len({deposit.company_id for deposit in deposits})
    assert len(of["6"]) + len(of["7"]) == int(control[13:21]) == sum(int(record[4:10]) for record in of["8"])
    hashes = sum(int(record[3:11]) for record in of["6"])
    assert hashes % 10**10 == int(control[21:31]) == sum(int(record[10:20]) for record in of["8"]) % 10**10
    cents = sum(int(record[29:39]) for record in of["6"])
    assert cents == int(control[43:55]) == sum(int(record[32:44]) for record in of["8"])
    assert cents == sum(deposit.cents for deposit in deposits)
    assert sum(record[78] == "1" for record in of["6"]) == len(of["7"]) == sum(deposit.told for deposit in deposits)


class _Why:
    category, status, entity = "A3", "116", ""


_WHY = _Why()


class _Payer(Payer):
    refused: frozenset[str] = frozenset()

    def refusal(self, claim: Claim, _received_on: date) -> _Why | None:
        return _WHY if claim.control_number in self.refused else None


def _claim(serial: int, *, spoilt: bool) -> Claim:
    billing = replace(BILLING, address=Address("1 Main Street", "", "Springfield", "IL", "627010001"))
    member = "12-45" if spoilt else f"12345{serial:04d}"
    return replace(made_claim(serial, member=member), billing=billing)


@given(st.lists(st.sampled_from(["passes", "clearinghouse", "payer"]), min_size=1, max_size=12))
@settings(max_examples=40, deadline=None)
def test_every_claim_is_answered_once_and_goes_on_or_back(fates: list[str]) -> None:
    claims = [_claim(number, spoilt=fate == "clearinghouse") for number, fate in enumerate(fates, 1)]
    payer = _Payer(policy_from("test", policy_data()), 1)
    by = dict(zip((claim.control_number for claim in claims), fates, strict=True))
    payer.refused = frozenset(number for number, fate in by.items() if fate == "payer")
    envelope = x12.Envelope("SUB01", "TP001", 1, datetime.combine(DAY, time(17, 30)), "P")
    receiver = Party("TEST PAYER", id_qualifier="46", identifier="TP001")
    content = x12.write(x12.ClaimBatch(envelope, SUBMITTER, receiver, claims))
    intake = Clearinghouse(document("clearinghouse.yaml"), SUBMITTER).take(x12.Reading.of(content), "test", DAY, payer)
    assert {each.control_number: each.by for each in intake.refused} == {
        number: fate for number, fate in by.items() if fate != "passes"
    }
    passed = () if intake.accepted is None else x12.Reading.of(intake.accepted).claims
    assert passed == intake.claims
    assert list(passed) == [claim for claim in claims if by[claim.control_number] == "passes"]
    told = [
        event.message
        for file in intake.files
        if file.name.endswith("277ca")
        for event in x12.read(file.content)
        if isinstance(event, x12.MessageRead)
    ]
    answers = [each for each in told if each.level is StatusLevel.CLAIM]
    assert sorted(each.trace for each in answers if each.rejected) == sorted(e.control_number for e in intake.refused)
    for whole in (each for each in told if each.level is StatusLevel.BATCH):
        own = [each for each in answers if each.source == whole.source]
        assert (whole.accepted_count or 0) + (whole.rejected_count or 0) == len(own)
        assert whole.rejected_count == (sum(each.rejected for each in own) or None)
