"""What tests of the app share: the home that its pages open, and a main module that stays as it was."""

import sys

import pytest

from denialml.settings import Settings


@pytest.fixture(autouse=True)
def _own_main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the main module back, as Streamlit's harness leaves the page there: a later process would run it again."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture
def home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A demo home whose day is told by its file, and which the environment names."""
    settings.home.mkdir(parents=True)
    (settings.home / "denialml.toml").write_text("demo = true\ntoday = 2026-06-30\n")
    monkeypatch.setenv("DENIALML_HOME", str(settings.home))
    return settings
