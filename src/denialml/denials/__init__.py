"""What the payer's answer means: paid, the patient's share, undecided, or denied, and what to do about a denial.

Pure: values in, values out. ``judge`` looks at a whole claim payment, ``classify`` at one adjustment, ``route`` says
the next step, ``clocks`` until when it can be taken.
"""

from denialml.denials.classify import NEVER_FINAL, Outcome, classify
from denialml.denials.clocks import Clocks, clocks
from denialml.denials.judge import Denial, Verdict, judge
from denialml.denials.routes import Route, route

__all__ = ["NEVER_FINAL", "Clocks", "Denial", "Outcome", "Route", "Verdict", "classify", "clocks", "judge", "route"]
