"""Data of the simulation: medicine, offices, worlds, fees, made-up names, and one policy file a payer."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

PAYER_KEYS = ("medicare", "medicaid", "community", "advantage", "prairie", "northfield", "keystone", "lakeshore")


@cache
def document(name: str) -> dict[str, Any]:
    """One YAML file of this folder (``"medicine.yaml"``, ``"payers/medicare.yaml"``), read once."""
    text = (files(__package__) / name).read_bytes()
    # libyaml's safe loader where PyYAML was built with it: ten times as fast, the same safe subset.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - both loaders are the safe ones
    return loaded
