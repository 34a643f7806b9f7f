"""Feature rows as the number matrix that LightGBM reads; categories become codes by a mapping stored with the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import pandas as pd

from denialml.errors import RefusedError
from denialml.learning.table import FloatArray, Table

OTHER: Final = "(other)"  # every value too rare in training to stand for itself, and every value unknown then


@dataclass(frozen=True, slots=True)
class Encoder:
    """``names`` is the order of the matrix's columns; ``codes`` maps each category's values to integers from 0."""

    names: tuple[str, ...]
    codes: Mapping[str, Mapping[str, int]]

    @classmethod
    def fit(cls, table: Table, minimum: int) -> Self:
        """Codes for the values that ``minimum`` training lines have, in alphabetic order; the rest share one code."""
        codes = {}
        for name in table.categories:
            counts = _text(table.rows[name]).value_counts()
            frequent = sorted(str(value) for value, count in counts.items() if count >= minimum and value != OTHER)
            codes[name] = {value: code for code, value in enumerate([*frequent, OTHER])}
        return cls(table.names, codes)

    @property
    def categorical(self) -> list[int]:
        """Columns of the matrix that hold codes."""
        return [place for place, name in enumerate(self.names) if name in self.codes]

    def matrix(self, table: Table) -> FloatArray:
        """One row a line; a missing number is NaN.

        Raises:
            RefusedError: the table lacks a feature that the model was trained on.
        """
        missing = [name for name in self.names if name not in table.rows.columns]
        if missing:
            raise RefusedError(f"the feature table lacks {', '.join(missing)}: train a model on today's features")
        columns = [
            self._coded(name, table.rows[name])
            if name in self.codes
            else pd.to_numeric(table.rows[name]).to_numpy(np.float64, na_value=np.nan)
            for name in self.names
        ]
        return np.column_stack(columns)

    def _coded(self, name: str, values: pd.Series[str]) -> FloatArray:
        codes = self.codes[name]
        places, distinct = pd.factorize(_text(values))
        lookup = np.array([codes.get(str(value), codes[OTHER]) for value in distinct], dtype=np.float64)
        return lookup[places] if len(places) else np.zeros(0)


def _text(values: pd.Series[str]) -> pd.Series[str]:
    return values.astype(object).where(values.notna(), "").astype(str)
