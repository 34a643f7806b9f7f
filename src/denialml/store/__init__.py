"""The record: schema, units of work, what was known when. The only package that speaks to the database."""

from sqlalchemy import Connection

from denialml.store import schema
from denialml.store.engine import Store, open_store
from denialml.store.units import Unit

__all__ = ["Connection", "Store", "Unit", "open_store", "schema"]
