"""What a payer will and will not pay, as data: one YAML file a payer, read and checked with line and reason.

``conditions`` is the catalogue of what a rule may look at, ``fields`` that of what a file holds, ``when`` puts
conditions together, ``rules`` is a policy ready to be asked, ``files`` reads and checks. ``reference`` writes both
catalogues into the documentation.
"""

from __future__ import annotations

from denialml.simulator.policy.facts import NO_LINE, ClaimFacts, LineFacts
from denialml.simulator.policy.files import load_payers, policy_from
from denialml.simulator.policy.rules import IntakeRule, Policy, PolicyChange, Rule, policy_changes

__all__ = [
    "NO_LINE",
    "ClaimFacts",
    "IntakeRule",
    "LineFacts",
    "Policy",
    "PolicyChange",
    "Rule",
    "load_payers",
    "policy_changes",
    "policy_from",
]
