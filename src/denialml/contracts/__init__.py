"""What a payer owes by contract: the expected allowed amount of a service, and how far an allowed one is off.

One door: :func:`expected` prices a service under an :class:`Agreement` with the code tables as of its day and tells
every step in words; :func:`compared` lays what was allowed beside it. Pure: no clock, no files, no database. What
cannot be told is None with a reason, never a guess.
"""

from denialml.contracts.expected import Expected, Service, Step, expected
from denialml.contracts.schedule import FeeSchedule, read_schedule
from denialml.contracts.terms import Agreement, Terms
from denialml.contracts.variance import Variance, compared

__all__ = [
    "Agreement",
    "Expected",
    "FeeSchedule",
    "Service",
    "Step",
    "Terms",
    "Variance",
    "compared",
    "expected",
    "read_schedule",
]
