"""Duplicates, replacements, voids and attachments."""
