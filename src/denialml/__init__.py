"""Revenue-cycle software for US medical practices that learns from every denial.

Layers, lowest first: ``money``, ``clock``, ``ids``, ``errors``, ``settings``; ``claims``; ``codes``; ``x12``;
``ledger`` and ``denials``; ``store``; ``features``; ``learning``; ``worklist``; ``service``; ``cli``.
An upper layer may import a lower one, never back.
"""

__version__ = "0.1.0"
