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
    goes on from where the last one ended. Its columns are the unknowns, an artificial one for each equation, and the
    right side; no product of matrices, whose threads would wait for one another.
    """

    def __init__(self, rows: Sequence[Mapping[int, float]], right: Sequence[float], unknowns: int) -> None:
        self.unknowns = unknowns
        table = np.zeros((len(rows), unknowns + len(rows) + 1))
        for place, row in enumerate(rows):
            table[place, list(row)] = list(row.values())
        table[:, -1] = right
        self.signs = np.where(table[:, -1] < 0, -1.0, 1.0)
        self.table = table * self.signs[:, None]
        self.table[:, unknowns:-1] = np.eye(len(rows))
        self.basis = list(range(unknowns, unknowns + len(rows)))
        self._find_a_solution()

    def most(self, unknown: int, enough: float) -> float:
        """The largest that it can be, or something above `enough`."""
        goal = np.zeros(self.table.shape[1] - 1)
        goal[unknown] = 1
        return self._raise(goal, enough)

    def least(self, unknown: int, enough: float) -> float:
        """The smallest that it can be, or something below `enough`."""
        goal = np.zeros(self.table.shape[1] - 1)
        goal[unknown] = -1
        return -self._raise(goal, -enough)

    def prices(self, unknown: int) -> Floats:
        """By how much more the unknown would be, where it was last brought, with one more on each right side."""
        if unknown not in self.basis:
            return np.zeros(len(self.signs))
        found: Floats = self.table[self.basis.index(unknown), self.unknowns : -1] * self.signs
        return found

    def _find_a_solution(self) -> None:
        goal = np.zeros(self.table.shape[1] - 1)
        goal[self.unknowns :] = -1
        self._raise(goal, 0.0)
        for place, variable in enumerate(self.basis):
            if variable >= self.unknowns:
                candidates = np.flatnonzero(np.abs(self.table[place, : self.unknowns]) > NEARLY)
                if len(candidates):
                    self._pivot(place, int(candidates[0]))
        kept = [place for place, variable in enumerate(self.basis) if variable < self.unknowns]  # the rest repeats them
        self.table = self.table[kept]
        self.basis = [self.basis[place] for place in kept]

    def _raise(self, goal: Floats, enough: float) -> float:
        """Raise the sum of goal · figures as far as it goes, by Bland's rule, or until it is above `enough`."""
        weights = goal[self.basis]
        weighed = np.flatnonzero(weights)
        total = (weights[weighed, None] * self.table[weighed]).sum(axis=0)
        gains, value = goal - total[:-1], float(total[-1])
        for _ in range(ENOUGH_PIVOTS):
            if value > enough + NEARLY:
                return value
            better = np.flatnonzero(gains[: self.unknowns] > NEARLY)  # what is artificial never comes back
            if not len(better):
                return value
            entering = int(better[0])
            column = self.table[:, entering]
            falling = np.flatnonzero(column > NEARLY)
            if not len(falling):
                return float("inf")
            ratios = self.table[falling, -1] / column[falling]
            tied = falling[ratios <= ratios.min() + NEARLY]
            place = min(tied.tolist(), key=lambda one: self.basis[one])
            self._pivot(place, entering)
            value += float(gains[entering] * self.table[place, -1])
            gains = gains - gains[entering] * self.table[place, :-1]
        return value

    def _pivot(self, place: int, entering: int) -> None:
        self.table[place] /= self.table[place, entering]
        factors = self.table[:, entering].copy()
        factors[place] = 0
        touched = np.flatnonzero(np.abs(factors) > 0)
        self.table[touched] -= factors[touched, None] * self.table[place]
        self.basis[place] = entering
