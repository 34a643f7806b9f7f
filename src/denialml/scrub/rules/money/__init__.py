"""Charges, units and sums."""
