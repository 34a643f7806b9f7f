"""Streamlit's harness runs a page as the program's main module and leaves it there."""

import sys

import pytest


@pytest.fixture(autouse=True)
def _own_main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the main module back afterwards: a process spawned by a later test would run the page again."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
