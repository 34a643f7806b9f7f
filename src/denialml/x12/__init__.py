"""Bytes to the vocabulary and back: ``x12.read`` and ``x12.write`` for 837P claims and 835 remittances."""

from denialml.x12.reading import read

__all__ = ["read"]
