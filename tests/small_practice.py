"""A practice of a few made-up claims, put straight into the tables: three unsent, two denied, twelve paid."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from denialml.ids import claim_control_number
from denialml.ledger import Account
from denialml.settings import Settings
from denialml.store import Unit, open_store, schema

TODAY = date(2026, 6, 30)
RISKY, MIDDLING, SAFE = (claim_control_number(serial) for serial in (1, 2, 3))
UNAUTHORIZED, EXPIRED = (claim_control_number(serial) for serial in (4, 5))
PAID_LINES = 12

_ISA = (
    "ISA*00*          *00*          *ZZ*PRACTICE       *ZZ*PAYER          *260629*1200*^*00501*000000001*0*T*:~"
    "GS*HC*PRACTICE*PAYER*20260629*1200*1*X*005010X222A1~"
)


def build(settings: Settings, *, scored: bool = True, denials: bool = True) -> None:
    """Fill the home's database. ``scored`` adds predictions, ``denials`` the sent claims with the payer's answers."""
    store = open_store(settings.url)
    with store.unit() as unit:
        _Builder(unit).fill(scored=scored, denials=denials)
    store.close()


@dataclass
class _Builder:
    unit: Unit
    claims: dict[str, int] = field(default_factory=dict)
    lines: dict[tuple[str, int], int] = field(default_factory=dict)

    def add(self, table: Any, **values: Any) -> int:
        identity = self.unit.allocate(table.name, 1)
        self.unit.insert(table, [{"id": identity, **values}])
        return identity

    def fill(self, *, scored: bool, denials: bool) -> None:
        self.people()
        self.claim(RISKY, self.harbor, [("70553", 180_000), ("99213", 15_000)], date(2026, 6, 25))
        self.claim(MIDDLING, self.harbor, [("99214", 22_000)], date(2026, 6, 20))
        self.claim(SAFE, self.summit, [("99213", 14_000)], date(2026, 6, 27))
        if scored:
            self.score()
        if denials:
            self.history()
            self.denied(UNAUTHORIZED, "197", "authorization", "retro_auth_or_appeal", days_to_appeal=20, billed=90_000)
            self.denied(EXPIRED, "16", "missing_data", "correct_resubmit_7", days_to_appeal=-10, billed=30_000)

    def people(self) -> None:
        known = date(2026, 6, 29)
        self.harbor = self.add(schema.payer, identifier="HARBOR01", name="Harbor Health Plan", filing_indicator="CI")
        self.summit = self.add(schema.payer, identifier="SUMMIT01", name="Summit Mutual", filing_indicator="MB")
        self.patient = self.add(
            schema.patient,
            key=_digest("patient"),
            last_name="Quince",
            first_name="Marigold",
            birth=date(1970, 3, 4),
            sex="F",
        )
        content = (
            _ISA + "CLM*X*1950***11:B:1*Y*A*Y*Y~HI*ABK:M5416~LX*1~SV1*HC:70553*1800*UN*1***1~SE*5*0001~"
        ).encode()
        self.start, self.end = content.index(b"CLM*"), content.index(b"SE*")
        self.file = self.add(
            schema.file,
            sha256=_digest("file"),
            name="charges-0001.837",
            kind="837P",
            size_bytes=len(content),
            content=zlib.compress(content),
            known_on=known,
        )

    def claim(
        self, number: str, payer: int, lines: list[tuple[str, int]], known: date, *, sent: date | None = None
    ) -> None:
        total = sum(cents for _, cents in lines)
        self.claims[number] = identity = self.add(
            schema.claim,
            control_number=number,
            frequency="1",
            payer_id=payer,
            patient_id=self.patient,
            member_id="MEMBER-1",
            coverage_sequence="P",
            billing_npi="1234567893",
            rendering_npi="1234567893",
            place_of_service="11",
            charge_cents=total,
            served_from=known - timedelta(days=3),
            served_to=known - timedelta(days=3),
            known_on=known,
            file_id=self.file,
            file_start=self.start,
            file_end=self.end,
            version_key=_digest(number),
        )
        self.unit.insert(schema.diagnosis, [{"claim_id": identity, "position": 1, "code": "M5416"}])
        for place, (procedure, cents) in enumerate(lines, 1):
            self.lines[number, place] = self.add(
                schema.service_line,
                claim_id=identity,
                number=place,
                procedure=procedure,
                modifiers="",
                units=1,
                charge_cents=cents,
                served_from=known - timedelta(days=3),
                served_to=known - timedelta(days=3),
                pointers="1",
            )
        if sent:
            self.add(schema.submission, claim_id=identity, sent_on=sent, known_on=sent)
            entries = [
                (Account.AR_INSURER, self.lines[number, 1], total),
                (Account.REVENUE_CHARGES, self.lines[number, 1], -total),
            ]
            self.book("charge", number, sent, entries)

    def book(self, kind: str, number: str, known: date, entries: list[tuple[Account, int, int]]) -> None:
        transaction = self.add(
            schema.ledger_transaction,
            key=_digest(kind + number),
            kind=kind,
            happened_on=known,
            known_on=known,
            claim_id=self.claims[number],
        )
        self.unit.insert(
            schema.ledger_entry,
            [
                {
                    "transaction_id": transaction,
                    "ordinal": place,
                    "account": account.value,
                    "line_id": line,
                    "amount_cents": cents,
                }
                for place, (account, line, cents) in enumerate(entries)
            ],
        )

    def score(self) -> None:
        run = self.add(
            schema.scoring_run,
            model_name="denial-risk",
            model_version="3",
            model_hash="m",
            data_hash="d",
            as_of=TODAY,
            known_on=TODAY,
        )
        groups = {RISKY: "authorization", MIDDLING: "payer_procedure_history", SAFE: "payer_history"}
        for number, probability, allowed in ((RISKY, 0.62, 80_000), (MIDDLING, 0.31, 11_000), (SAFE, 0.04, 6_000)):
            self.predict(run, number, None, probability, allowed, None, [])
            reasons = [
                (groups[number], 1.9, "No authorization is on the claim.", "Enter the authorization number."),
                ("diagnosis_history", 0.4, "Denied 12% of 40 such lines in 90 days.", ""),
                ("demographics", -0.3, "Adults are denied less often.", ""),
            ]
            base = -1.5105 if number == RISKY else -2.8
            self.predict(run, number, 1, probability, allowed, base, reasons)

    def predict(
        self,
        run: int,
        number: str,
        line: int | None,
        probability: float,
        allowed: int,
        base: float | None,
        reasons: list[tuple[str, float, str, str]],
    ) -> None:
        prediction = self.add(
            schema.prediction,
            run_id=run,
            claim_id=self.claims[number],
            line_id=None if line is None else self.lines[number, line],
            probability=probability,
            base_log_odds=base,
            expected_allowed_cents=allowed,
            expected_denied_cents=round(allowed * probability),
        )
        self.unit.insert(
            schema.prediction_reason,
            [
                {
                    "prediction_id": prediction,
                    "rank": rank,
                    "group_name": group,
                    "contribution": contribution,
                    "sentence": sentence,
                    "edit": edit,
                }
                for rank, (group, contribution, sentence, edit) in enumerate(reasons, 1)
            ],
        )

    def remit(self, number: str, status: str, charge: int, paid: int, known: date) -> int:
        remittance = self.add(
            schema.remittance,
            file_id=self.file,
            ordinal=len(self.claims),
            trace=f"T{number}",
            payer_name="Harbor Health Plan",
            payment_cents=paid,
            noticed_on=known,
            known_on=known,
            status="posted",
            payment_key=_digest("p" + number),
            content_key=_digest("c" + number),
        )
        return self.add(
            schema.claim_payment,
            remittance_id=remittance,
            place=0,
            occurrence=1,
            claim_id=self.claims[number],
            account=number,
            sequence="P",
            control_number=number,
            payer_claim_number="P1",
            status=status,
            charge_cents=charge,
            paid_cents=paid,
            patient_cents=0,
            adjudicated_on=known,
            known_on=known,
            disposition="posted",
            strange=False,
            event_key=_digest("e" + number),
            revision=1,
            outcome="",
            segment=1,
            file_start=0,
            file_end=1,
        )

    def service(self, payment: int, number: str, charge: int, allowed: int | None, reason: str = "") -> int:
        return self.add(
            schema.service_payment,
            claim_payment_id=payment,
            line_id=self.lines[number, 1],
            ordinal=1,
            procedure="72148",
            charge_cents=charge,
            paid_cents=allowed or 0,
            allowed_cents=allowed,
            denied=allowed is None,
            denial_reason=reason,
            derived=False,
        )

    def adjust(self, payment: int, service: int, reason: str, cents: int) -> None:
        self.add(
            schema.adjustment,
            claim_payment_id=payment,
            service_payment_id=service,
            group_code="CO",
            reason=reason,
            amount_cents=cents,
        )

    def history(self) -> None:
        """Twelve paid lines of the same payer and procedure: 60,000 allowed of 100,000 charged each."""
        for serial in range(100, 100 + PAID_LINES):
            number = claim_control_number(serial)
            self.claim(number, self.harbor, [("72148", 100_000)], date(2026, 3, 1), sent=date(2026, 3, 2))
            payment = self.remit(number, "1", 100_000, 60_000, date(2026, 3, 20))
            service = self.service(payment, number, 100_000, 60_000)
            self.adjust(payment, service, "45", 40_000)
            line = self.lines[number, 1]
            self.book(
                "payment",
                number,
                date(2026, 3, 20),
                [
                    (Account.CASH_CLEARING, line, 60_000),
                    (Account.ADJ_CONTRACTUAL, line, 40_000),
                    (Account.AR_INSURER, line, -100_000),
                ],
            )

    def denied(self, number: str, reason: str, category: str, route: str, *, days_to_appeal: int, billed: int) -> None:
        noticed = date(2026, 6, 10)
        self.claim(number, self.harbor, [("72148", billed)], date(2026, 5, 20), sent=date(2026, 5, 21))
        payment = self.remit(number, "4", billed, 0, noticed)
        service = self.service(payment, number, billed, None, reason)
        self.adjust(payment, service, reason, billed)
        deadline = TODAY + timedelta(days=days_to_appeal)
        self.add(
            schema.denial_case,
            claim_id=self.claims[number],
            line_id=self.lines[number, 1],
            service_payment_id=service,
            group_code="CO",
            reason=reason,
            remarks="",
            category=category,
            stage="authorization",
            route=route,
            preventable=True,
            appealable=True,
            denied_cents=billed,
            noticed_on=noticed,
            known_on=noticed,
            correct_by=deadline,
            appeal_by=deadline,
            clock_source="appeal: contract",
        )
        if reason == "16":
            self.add(
                schema.parked_item,
                key=_digest("park" + number),
                kind="charge_differs",
                claim_payment_id=payment,
                amount_cents=1_000,
                message="the payer names another charge",
                known_on=noticed,
            )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
