"""Chance, reproducibly: each concern has its own stream of numbers, so that a change in one leaves the others alone."""

from __future__ import annotations

import hashlib
import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Generic, TypeVar

import numpy as np

_Choice = TypeVar("_Choice")
_BLOCK = 4096  # numbers drawn at a time: one call of the generator costs as much as a thousand of its numbers


@dataclass(frozen=True, slots=True)
class Weighted(Generic[_Choice]):
    """Choices with the running sums of their weights, ready to be drawn from."""

    choices: tuple[_Choice, ...]
    sums: tuple[float, ...]

    @classmethod
    def of(cls, weights: Mapping[_Choice, float]) -> Weighted[_Choice]:
        """Choices in the mapping's own order, each with its weight."""
        return cls(tuple(weights), tuple(accumulate(float(weight) for weight in weights.values())))

    def at(self, uniform: float) -> _Choice:
        """The choice that a number from 0 up to, not including, 1 falls on."""
        return self.choices[min(bisect_right(self.sums, uniform * self.sums[-1]), len(self.sums) - 1)]


class Dice:
    """Uniform numbers of one concern (``"visits"``, ``"front desk"``), and what can be made of them.

    Only uniforms are taken from numpy's PCG64, whose stream is fixed by its specification (O'Neill 2014).
    """

    __slots__ = ("_block", "_generator", "_next")

    def __init__(self, seed: int, concern: str) -> None:
        entropy = [seed, *concern.encode("ascii")]
        self._generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))
        self._block: list[float] = []
        self._next = 0

    def uniform(self) -> float:
        """A number from 0 up to, not including, 1."""
        if self._next == len(self._block):
            self._block = self._generator.random(_BLOCK).tolist()
            self._next = 0
        number = self._block[self._next]
        self._next += 1
        return number

    def chance(self, probability: float) -> bool:
        """Whether something of this probability happens. Always takes one number, whatever the probability."""
        return self.uniform() < probability

    def below(self, count: int) -> int:
        """A whole number from 0 up to, not including, ``count``."""
        return int(self.uniform() * count)

    def one_of(self, choices: Sequence[_Choice]) -> _Choice:
        """One of the choices, all alike."""
        return choices[int(self.uniform() * len(choices))]

    def weighted(self, choices: Weighted[_Choice]) -> _Choice:
        """One of the choices by its weight."""
        return choices.at(self.uniform())

    def lognormal(self, median: float, spread: float) -> float:
        """A positive number of that median; ``spread`` is the standard deviation of its logarithm."""
        radius = math.sqrt(-2.0 * math.log(1.0 - self.uniform()))
        return median * math.exp(spread * radius * math.cos(2.0 * math.pi * self.uniform()))

    def geometric(self, mean: float) -> float:
        """A waiting time of that mean with no memory (exponential)."""
        return -mean * math.log(1.0 - self.uniform())

    def digits(self, count: int) -> str:
        """That many decimal digits, the first not zero."""
        first = 10 ** (count - 1)
        return str(first + int(self.uniform() * 9 * first))


class Fates:
    """Uniform numbers that belong to things: the same thing has the same number, whenever and in whatever order asked.

    A payer's die for a rule and a line is such a number, so that what would have happened under an edit can be told
    beside what did (common random numbers).
    """

    __slots__ = ("_hash",)

    def __init__(self, seed: int, concern: str) -> None:
        self._hash = hashlib.blake2b(f"{seed}\0{concern}\0".encode(), digest_size=8)

    def uniform(self, *thing: str | int) -> float:
        """The number of a thing, from 0 up to, not including, 1."""
        copy = self._hash.copy()
        copy.update("\0".join(map(str, thing)).encode())
        return (int.from_bytes(copy.digest(), "big") >> 11) / 2**53

    def chance(self, probability: float, *thing: str | int) -> bool:
        """Whether something of this probability happens to the thing."""
        return self.uniform(*thing) < probability
