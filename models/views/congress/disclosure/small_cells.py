"""Which cells are hidden: those of few persons or networks, and what would give them away (domain.md section 10).

What a reader knows: every figure that is shown, how figures add up or are no more than others, and that none is less
than nothing. That a cell is hidden says nothing of it: a nought is hidden as well where it is needed, and its row
stands there as any other. Of a small cell everything that "few" can be remains possible then, and that it is no few.
What the last report hid stays hidden; what it showed and still is so is known, and to hide it would be vain.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from models.views.congress.disclosure.bounds import Bounds, Floats

PERSONS: Final = 5
NETWORKS: Final = 3
"""A cell of fewer is hidden."""
HALF: Final = 0.5
SAME: Final = 1e-6

CellId: TypeAlias = tuple[str, tuple[int | str, ...], str]
"""A table's key, the cells that name its row, and its column's key."""
Relation: TypeAlias = Mapping[CellId, int]
"""Cells that add up to nothing: the parts with 1, their sum with -1."""
Cost: TypeAlias = tuple[bool, bool, int]


@dataclass(frozen=True)
class Count:
    """A figure that adds up, and how many persons or networks stand behind it; of fewer than `least` it is hidden."""

    value: float
    of: int
    least: int = NETWORKS
    is_told: bool = True
    """Whether a reader is ever told it: what is not only ties others, as how much one is less than another."""

    @property
    def is_small(self) -> bool:
        """Whether it is of too few; nobody is no few."""
        return self.is_told and 0 < self.of < self.least

    @property
    def is_a_number_of_them(self) -> bool:
        """Whether it is those that it is of, and not what they did."""
        return self.value == self.of

    @property
    def must_span(self) -> tuple[float, float]:
        """What must remain possible when it is hidden: one, and so many that it would be no few; or half less and half
        more of what few did.
        """
        if self.is_a_number_of_them:
            return 1, self.least
        return self.value * HALF, self.value * (1 + HALF)


@dataclass(frozen=True)
class Published:
    """What the last report showed, so that it is known already where it is still so, and what it hid."""

    shown: Mapping[CellId, float] = field(default_factory=dict)
    hidden: frozenset[CellId] = frozenset()


def hidden(
    counts: Mapping[CellId, Count], relations: Iterable[Relation], before: Published = Published()
) -> frozenset[CellId]:
    """The cells to hide: also what was hidden `before`, and what was shown only when nothing else is left to hide."""
    return _Audit(counts, list(relations), before).cells()


class _Audit:
    """Hides the small cells, and more until no reader learns too much of one."""

    def __init__(self, counts: Mapping[CellId, Count], relations: list[Relation], before: Published) -> None:
        self.counts = counts
        self.relations = relations
        self.of_cell: defaultdict[CellId, list[Relation]] = defaultdict(list)
        for relation in relations:
            for cell in relation:
                self.of_cell[cell].append(relation)
        self.sums = {
            cell
            for relation in relations
            if all(counts[one].is_told for one in relation)
            for cell, sign in relation.items()
            if sign < 0
        }
        shown = before.shown
        self.known = {cell for cell, count in counts.items() if cell in shown and abs(shown[cell] - count.value) < SAME}
        self.unsafe = {cell for cell, count in counts.items() if count.is_small}
        """Small cells that a reader may know too well; who hides more tells no more of any."""
        self.found = self.unsafe | {cell for cell in before.hidden if cell in counts}
        self.found |= {cell for cell, count in counts.items() if not count.is_told}

    def cells(self) -> frozenset[CellId]:
        while more := self._lonely() or self._beside_the_tight():
            self.found |= more
        return frozenset(cell for cell in self.found if self.counts[cell].is_told)

    def _lonely(self) -> set[CellId]:
        """One more of each sum in which a single cell is hidden."""
        more: set[CellId] = set()
        for relation in self.relations:
            hides = [cell for cell in relation if cell in self.found or cell in more]
            if (
                len(hides) == 1
                and self.counts[hides[0]].is_told
                and (other := self._cheapest(relation, more) or self._cheapest(relation, more, is_vain=True))
            ):
                more.add(other)
        return more

    def _beside_the_tight(self) -> set[CellId]:
        """One more for each small cell whose bounds are too tight, unless what was found for another helps it too."""
        more: set[CellId] = set()
        for group in self._connected():
            for would_help in self._tight(group):
                if would_help and not more & would_help.keys():
                    more.add(min((cost, cell) for cell, cost in would_help.items())[1])
        return more

    def _connected(self) -> list[list[CellId]]:
        """Hidden cells in groups that share sums."""
        left, groups = self.found - self.known, []
        for first in sorted(left):
            if first not in left:
                continue
            left.discard(first)
            group = waiting = [first]
            while waiting:
                near = (one for cell in waiting for relation in self.of_cell[cell] for one in relation)
                waiting = sorted({one for one in near if one in left})
                left -= set(waiting)
                group = [*group, *waiting]
            groups.append(group)
        return groups

    def _tight(self, group: list[CellId]) -> list[dict[CellId, Cost]]:
        """Of each small cell of a group that a reader knows too well: what, were it hidden, would make it less known.
        The others are safe from now on.
        """
        asked = [cell for cell in group if cell in self.unsafe]
        if not asked:
            return []
        counts, place = self.counts, {cell: number for number, cell in enumerate(group)}
        sums = list({id(relation): relation for cell in group for relation in self.of_cell[cell]}.values())
        rows = [{place[cell]: float(sign) for cell, sign in one.items() if cell in place} for one in sums]
        right = [sum(sign * counts[cell].value for cell, sign in one.items() if cell in place) for one in sums]
        bounds = Bounds(rows, right, len(group))
        found = []
        for cell in asked:
            low, high = counts[cell].must_span
            if (most := bounds.most(place[cell], high)) < high - SAME:
                found.append(self._would_help(sums, bounds.prices(place[cell]), high - most))
            elif (least := bounds.least(place[cell], low)) > low + SAME:
                found.append(self._would_help(sums, -bounds.prices(place[cell]), least - low))
            else:
                self.unsafe.discard(cell)
        return found

    def _would_help(self, sums: list[Relation], prices: Floats, lacking: float) -> dict[CellId, Cost]:
        """What is shown and, as more or as less than it is, would let a cell move on, and what it costs to hide it."""
        gains: defaultdict[CellId, float] = defaultdict(float)
        for relation, price in zip(sums, prices.tolist(), strict=True):
            for cell, sign in relation.items():
                if cell not in self.found and cell not in self.known:
                    gains[cell] -= price * sign
        found = {}
        for cell, gain in gains.items():
            of_all = self.counts[cell].value * -gain
            if gain > SAME or of_all > SAME:
                found[cell] = (gain < 0 and of_all < lacking, *self._cost(cell))
        return found

    def _cost(self, cell: CellId) -> tuple[bool, int]:
        """What it costs the reader: sums more than parts, many more than few."""
        return cell in self.sums, self.counts[cell].of

    def _cheapest(self, relation: Relation, more: set[CellId], *, is_vain: bool = False) -> CellId | None:
        """What costs the reader least to hide of a sum. What is known already is hidden in vain."""
        shown = {
            (*self._cost(cell), cell)
            for cell in relation
            if cell not in self.found and cell not in more and (cell in self.known) == is_vain
        }
        return min(shown)[-1] if shown else None
