"""Explanations of benefits on paper: what a person types, or what is found on a page, as a remittance.

All meet in one value, the ``Sheet``: texts by the names of their fields, each with the place it comes from. A person
types it as a file (``sheet_of``), or it is drafted from a document's words (``draft``); ``looked_over`` checks it as an
835 would be, and ``entered`` makes the remittance of it. ``documents`` alone knows PDF and OCR.
"""

from denialml.eob.draft import draft
from denialml.eob.entry import Entered, entered, looked_over
from denialml.eob.files import entry_text, sheet_of
from denialml.eob.sheet import CLAIM, HEAD, LINE, Cell, Place, Sheet, SheetClaim
from denialml.eob.words import Page, Word

__all__ = [
    "CLAIM",
    "HEAD",
    "LINE",
    "Cell",
    "Entered",
    "Page",
    "Place",
    "Sheet",
    "SheetClaim",
    "Word",
    "draft",
    "entered",
    "entry_text",
    "looked_over",
    "sheet_of",
]
