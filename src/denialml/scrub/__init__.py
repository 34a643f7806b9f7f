"""Scrubbing: claims are looked over before they leave, by rules that anybody can read, test and switch off.

One door: :func:`run`. A rule is one module of ``scrub/rules``; ``docs/reference/rules`` is written from them.
"""

from denialml.scrub.context import Context, Stage
from denialml.scrub.engine import Report, RuleSet, run, standard
from denialml.scrub.finding import Override, Repair, ScrubFinding

__all__ = ["Context", "Override", "Repair", "Report", "RuleSet", "ScrubFinding", "Stage", "run", "standard"]
