"""Every rule that denialml comes with: each module of ``scrub/rules/<group>`` holds one, named ``check``."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from denialml.scrub import rules as rule_package
from denialml.scrub.rule import ClaimRule, LineRule


@cache
def rules() -> tuple[ClaimRule | LineRule, ...]:
    """The rules in the order of their numbers. The first call loads their modules."""
    found = [
        import_module(module.name).check
        for module in pkgutil.walk_packages(rule_package.__path__, f"{rule_package.__name__}.")
        if not module.ispkg
    ]
    return tuple(sorted(found, key=lambda rule: rule.id))
