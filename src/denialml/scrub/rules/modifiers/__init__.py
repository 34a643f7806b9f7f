"""Modifiers: valid, fitting, complete, in order."""
