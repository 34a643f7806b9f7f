"""The chart of accounts, and the closed lists that rows of the books use."""

from __future__ import annotations

from enum import StrEnum


class Account(StrEnum):
    """An account of the books. Debits are positive, credits negative."""

    __hash__ = str.__hash__  # an enumeration's own is slow, and these are looked up for every entry of the books

    AR_INSURER = "ar_insurer"  # what the payer of the claim owes us
    AR_PATIENT = "ar_patient"  # the patient's share, for the patient or whoever pays next
    AR_NEXT_PAYER = "ar_next_payer"  # what is asked of a later payer: passed on by the one before, or claimed by us
    REVENUE_CHARGES = "revenue_charges"
    ADJ_CONTRACTUAL = "adj_contractual"
    ADJ_SEQUESTRATION = "adj_sequestration"
    WITHHOLD_RECEIVABLE = "withhold_receivable"
    CASH_CLEARING = "cash_clearing"  # remittances say it was paid; the bank's word clears it
    CASH_BANK = "cash_bank"  # what the bank says came in
    CASH_UNDEPOSITED = "cash_undeposited"  # patients' money taken at the desk, not yet at the bank
    PATIENT_CREDIT = "patient_credit"  # patients' money that no service has used up
    ADJ_WRITE_OFF = "adj_write_off"  # given up by a person, with approval: denials, small balances, bad debt
    SUSPENSE_REMIT = "suspense_remit"  # the other side of parked money
    RECOUP_PAYER = "recoup_payer"
    FORWARD_BALANCE = "forward_balance"
    REFUND_CLEARING = "refund_clearing"
    PAYER_ADVANCE = "payer_advance"
    PAYER_LOAN = "payer_loan"
    PERIODIC_INTERIM = "periodic_interim"
    LEVY = "levy"
    DUE_FROM_AFFILIATE = "due_from_affiliate"
    TAX_WITHHELD = "tax_withheld"
    NONREIMBURSABLE = "nonreimbursable"
    INTEREST_INCOME = "interest_income"
    INCENTIVE_INCOME = "incentive_income"
    CAPITATION_INCOME = "capitation_income"
    PASSTHROUGH_INCOME = "passthrough_income"
    SETTLEMENT_INCOME = "settlement_income"
    BAD_DEBT_RECOVERY = "bad_debt_recovery"
    OTHER_INCOME = "other_income"
    INTEREST_EXPENSE = "interest_expense"
    LATE_PENALTY = "late_penalty"
    PENALTY = "penalty"
    EARLY_PAY_DISCOUNT = "early_pay_discount"
    TRANSMISSION_FEE = "transmission_fee"


class TransactionKind(StrEnum):
    """What a ledger transaction records."""

    CHARGE = "charge"
    CHARGE_CANCELLED = "charge_cancelled"  # a replacement or void of the claim was sent
    PAYMENT = "payment"  # one claim payment: cash, write-offs and shares together
    REVERSAL = "reversal"
    PROVIDER_ADJUSTMENT = "provider_adjustment"
    SUSPENSE = "suspense"  # parked money
    CORRECTION = "correction"  # the mirror of what was booked, because more is known now
    DEPOSIT = "deposit"  # money at the bank
    PATIENT_PAYMENT = "patient_payment"
    REFUND = "refund"
    WRITE_OFF = "write_off"
    NEXT_PAYER = "next_payer"  # the patient's share is asked of a later payer
    TRANSFER = "transfer"  # a person, or a patient's payment, moves money from one account to another


class Disposition(StrEnum):
    """What became of a claim payment or provider adjustment."""

    POSTED = "posted"
    PARKED = "parked"
    RETURNED = "returned"  # a person said that its money is not ours
    NOTED = "noted"  # forwarded or only priced (CLP02 23 and 25): kept, nothing to post


class Standing(StrEnum):
    """How a remittance stands as a whole."""

    POSTED = "posted"  # each of its answers is settled
    QUARANTINED = "quarantined"  # it does not balance, or its head is lost: all of it waits, its money in suspense
    SET_ASIDE = "set_aside"  # another remittance with its trace number counts: nothing of it is in the books


class ParkedKind(StrEnum):
    """Why something waits for a person."""

    UNBALANCED_LINE = "unbalanced_line"
    UNBALANCED_CLAIM = "unbalanced_claim"
    UNBALANCED_TRANSACTION = "unbalanced_transaction"
    PAYMENT_DIFFERS = "payment_differs"  # what a released remittance pays beyond its parts, or short of them
    TRACE_CONFLICT = "trace_conflict"
    UNREADABLE_TRANSACTION = "unreadable_transaction"
    UNREADABLE_CLAIM = "unreadable_claim"
    UNKNOWN_CODE = "unknown_code"
    UNCLASSIFIED_GROUP = "unclassified_group"
    UNMATCHED_CLAIM = "unmatched_claim"
    UNMATCHED_LINE = "unmatched_line"
    AMBIGUOUS = "ambiguous"
    CHARGE_DIFFERS = "charge_differs"
    NOT_SENT = "not_sent"
    SECONDARY_BEFORE_PRIMARY = "secondary_before_primary"
    UNEXPECTED_MONEY = "unexpected_money"
    OVERPAYMENT = "overpayment"
    REVERSAL_WITHOUT_ORIGINAL = "reversal_without_original"
    PROVIDER_ADJUSTMENT_UNCLASSIFIED = "provider_adjustment_unclassified"
