"""Eligibility, authorisation, and the order of payers."""
