"""What a payer will and will not pay, as data: one YAML file a payer, read and checked with line and reason.

``conditions`` is the catalogue of what a rule may look at, ``fields`` that of what a file holds, ``rules`` is a policy
ready to be asked, ``files`` reads and checks. ``reference`` writes both catalogues into the documentation.
"""

from __future__ import annotations

from denialml.simulator.policy.conditions import ClaimFacts, LineFacts
from denialml.simulator.policy.files import load_payers, load_policy, policy_from
from denialml.simulator.policy.rules import IntakeRule, Policy, PolicyChange, Rule, policy_changes

__all__ = [
    "ClaimFacts",
    "IntakeRule",
    "LineFacts",
    "Policy",
    "PolicyChange",
    "Rule",
    "load_payers",
    "load_policy",
    "policy_changes",
    "policy_from",
]
