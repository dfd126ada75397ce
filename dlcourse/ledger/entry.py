"""One entry of the ledger: two ways to compute the same, compared over random cases."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Generator = np.random.Generator

TOLERANCE = 1e-12  # of an output and of its gradients, in float64
CHECKS = 3  # so many cases of each entry also check gradients by small steps, which takes longer
CHECK_TOLERANCE = 1e-7  # of a gradient against small steps: the rounding of a difference costs 1e-9
SEED = 2_026


@dataclass(frozen=True)
class Case:
    """The errors of one random case; None for what there is none of.

    `forward` is the largest scaled error of what was computed, `gradients` that of all gradients,
    both against the twin. `check` compares the gradients with the slopes that small steps measure.
    """

    forward: float
    gradients: float | None = None
    check: float | None = None


Run = Callable[[Generator, int], Case]


@dataclass(frozen=True)
class Row:
    """A line of the ledger: the largest error of each kind over all cases."""

    entry: Entry
    cases: int
    forward: float
    gradients: float | None
    check: float | None
    plain: float | None

    def problems(self) -> list[str]:
        """Return a sentence for each error that is too large; `not <=` also notices NaN."""
        limits = [
            ("output", self.forward, self.entry.tolerance),
            ("gradients", self.gradients, self.entry.tolerance),
            ("gradient check", self.check, CHECK_TOLERANCE),
        ]
        return [
            f"{self.entry.name}, {what}: error {error:.3g}, allowed {limit:g}."
            for what, error, limit in limits
            if error is not None and not error <= limit
        ]


@dataclass(frozen=True)
class Entry:
    """Something that dlcourse computes, its twin, and how to compare the two.

    `run(rng, number)` draws one random case and compares; the first `CHECKS` also check gradients
    by small steps. `plain(rng)` compares with the twin as it comes, where `run` must make an
    allowance that the `remark` explains.
    """

    name: str
    twin: str
    run: Run
    cases: int = 20
    tolerance: float = TOLERANCE
    remark: str = ""
    plain: Callable[[Generator], float] | None = None
    also: tuple[str, ...] = ()  # other names that the same code goes by, such as a loss's function

    def measure(self, seed: int = SEED, cases: int | None = None) -> Row:
        """Run the random cases and return the largest errors."""
        rng = np.random.default_rng([seed, *self.name.encode()])
        number = self.cases if cases is None else cases
        found = [self.run(rng, i) for i in range(number)]
        return Row(
            entry=self,
            cases=number,
            forward=max(case.forward for case in found),
            gradients=largest([case.gradients for case in found]),
            check=largest([case.check for case in found]),
            plain=self.plain(rng) if self.plain else None,
        )


def largest(errors: list[float | None]) -> float | None:
    """Return the largest error (NaN if there is one), or None if there is none at all."""
    known = [error for error in errors if error is not None]
    return float(np.max(known)) if known else None


def random_shape(rng: Generator, rank: int | None = None, least: int = 1) -> tuple[int, ...]:
    """Return a small random shape: odd and even sizes, one sample, one channel."""
    rank = int(rng.integers(1, 5)) if rank is None else rank
    return tuple(int(n) for n in rng.integers(least, 6, rank))


def choose(rng: Generator, *values: Any) -> Any:
    """Return one of the values, unchanged (rng.choice would make NumPy scalars of them)."""
    return values[int(rng.integers(len(values)))]


def in_turn(values: Sequence[Any], number: int) -> Any:
    """Return the values one after the other, and then again from the first."""
    return values[number % len(values)]


def differences_in(docstring: str | None) -> str:
    """Return what a docstring says after "Differs from the paper:" or "… Keras:", or nothing."""
    found = re.findall(r"(Differs from .+?)(?:\n\s*\n|\Z)", docstring or "", re.DOTALL)
    return " ".join(" ".join(text.split()) for text in found)
