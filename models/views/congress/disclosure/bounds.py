"""Between what a hidden figure must lie for whoever adds and subtracts all that is shown: linear programming, small."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
NEARLY: Final = 1e-9
ENOUGH_PIVOTS: Final = 20_000


class Bounds:
    """Figures of at least zero that fulfil equations: `rows` of (unknown's place: coefficient), each equal to `right`.

    The true figures fulfil them, so that there is a solution. One tableau serves every question: the simplex method
    goes on from where the last one ended.
    """

    def __init__(self, rows: Sequence[Mapping[int, float]], right: Sequence[float], unknowns: int) -> None:
        self.unknowns = unknowns
        table = np.zeros((len(rows), unknowns + len(rows) + 1))
        for place, (row, value) in enumerate(zip(rows, right, strict=True)):
            for column, coefficient in row.items():
                table[place, column] = coefficient
            table[place, -1] = value
            if value < 0:
                table[place] *= -1
            table[place, unknowns + place] = 1  # an artificial one, to begin with
        self.table = table
        self.basis = list(range(unknowns, unknowns + len(rows)))
        self._find_a_solution()

    def most(self, unknown: int, enough: float) -> float:
        """The largest that it can be, or something above `enough`."""
        goal = np.zeros(self.unknowns)
        goal[unknown] = 1
        return self._raise(goal, enough)

    def least(self, unknown: int, enough: float) -> float:
        """The smallest that it can be, or something below `enough`."""
        goal = np.zeros(self.unknowns)
        goal[unknown] = -1
        return -self._raise(goal, -enough)

    def _find_a_solution(self) -> None:
        artificial = np.concatenate([np.zeros(self.unknowns), -np.ones(len(self.basis))])
        self._raise(artificial, 0.0)
        for place, variable in enumerate(self.basis):
            if variable >= self.unknowns:
                candidates = np.flatnonzero(np.abs(self.table[place, : self.unknowns]) > NEARLY)
                if len(candidates):
                    self._pivot(place, int(candidates[0]))
        kept = [place for place, variable in enumerate(self.basis) if variable < self.unknowns]  # the rest repeats them
        columns = [*range(self.unknowns), self.table.shape[1] - 1]
        self.table = self.table[np.ix_(kept, columns)]
        self.basis = [self.basis[place] for place in kept]

    def _raise(self, goal: Floats, enough: float) -> float:
        """Raise the sum of goal · unknowns as far as it goes, by Bland's rule, or until it is above `enough`."""
        value = 0.0
        for _ in range(ENOUGH_PIVOTS):
            weights = goal[self.basis]
            value = float(weights @ self.table[:, -1])
            if value > enough + NEARLY:
                return value
            gains = goal - weights @ self.table[:, :-1]
            better = np.flatnonzero(gains > NEARLY)
            if not len(better):
                return value
            entering = int(better[0])
            column = self.table[:, entering]
            falling = np.flatnonzero(column > NEARLY)
            if not len(falling):
                return float("inf")
            ratios = self.table[falling, -1] / column[falling]
            tied = falling[ratios <= ratios.min() + NEARLY]
            self._pivot(min(tied.tolist(), key=lambda place: self.basis[place]), entering)
        return value

    def _pivot(self, place: int, entering: int) -> None:
        self.table[place] /= self.table[place, entering]
        factors = self.table[:, entering].copy()
        factors[place] = 0
        touched = np.flatnonzero(np.abs(factors) > 0)
        self.table[touched] -= factors[touched, None] * self.table[place]
        self.basis[place] = entering
