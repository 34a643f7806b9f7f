"""The steps of a practice's day as programs: each reads its parameters from ``conf/`` and calls one service door.

Run one as ``python -m pipelines.train --home HOME``. A step prints its report as one JSON object and ends with the
exit code of the command line (see ``denialml.errors``).
"""
