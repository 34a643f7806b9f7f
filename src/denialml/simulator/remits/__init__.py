"""Remittances: a payer's answers as 835 files, with what befalls claims, payments and files on the way."""

from denialml.simulator.remits.delivery import Remit
from denialml.simulator.remits.office import RemitOffice

__all__ = ["Remit", "RemitOffice"]
