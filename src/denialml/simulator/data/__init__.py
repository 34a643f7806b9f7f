"""Data of the simulation: medicine, offices, worlds, fees, made-up names, and one policy file a payer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

PAYER_KEYS = tuple(
    sorted(
        file.name.removesuffix(".yaml")
        for file in (files(__package__) / "payers").iterdir()
        if file.name.endswith(".yaml")
    )
)


@cache
def document(name: str) -> dict[str, Any]:
    """One YAML file of this folder (``"medicine.yaml"``, ``"payers/medicare.yaml"``), read once."""
    text = (files(__package__) / name).read_bytes()
    # libyaml's safe loader where PyYAML was built with it: ten times as fast, the same safe subset.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - both loaders are the safe ones
    return loaded


@dataclass(frozen=True, slots=True)
class Renewal:
    """A yearly code update: services from ``first`` on are coded ``new``, those before ``old``."""

    old: str
    new: str
    first: date


@cache
def code_updates(kind: str) -> tuple[Renewal, ...]:
    """The updates of ``"diagnoses"`` (each October) or ``"procedures"`` (each January)."""
    return tuple(Renewal(entry["old"], entry["new"], entry["from"]) for entry in document("code_updates.yaml")[kind])


def renewed(procedures: Iterable[str]) -> frozenset[str]:
    """The procedures and those that have taken their place: a payer's lists follow the update."""
    named = frozenset(procedures)
    return named | {renewal.new for renewal in code_updates("procedures") if renewal.old in named}
