"""Which cells are hidden: those of few persons or networks, and what would give them away (domain.md section 10).

Whoever adds and subtracts all that is shown, of all tables, years and regions together, learns of a small cell no more
than that it is hidden. What the last report hid stays hidden; what it showed is known, and to hide it would be vain.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from models.views.congress.disclosure.bounds import Bounds

PERSONS: Final = 5
NETWORKS: Final = 3
"""A cell of fewer is hidden."""
HALF: Final = 0.5

CellId: TypeAlias = tuple[str, tuple[int | str, ...], str]
"""A table's key, the cells that name its row, and its column's key."""
Relation: TypeAlias = Mapping[CellId, int]
"""Cells that add up to nothing: the parts with 1, their sum with -1."""


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
        """What must remain possible when it is hidden: all that "few" can be, or half less and half more."""
        if self.is_a_number_of_them:
            return 1, self.least - 1
        return self.value * HALF, self.value * (1 + HALF)


@dataclass(frozen=True)
class Published:
    """What the last report showed, so that it is known already, and what it hid."""

    shown: frozenset[CellId] = frozenset()
    hidden: frozenset[CellId] = frozenset()


def hidden(
    counts: Mapping[CellId, Count], relations: Iterable[Relation], before: Published = Published()
) -> frozenset[CellId]:
    """The cells to hide: also what was hidden `before`, and what was shown only when nothing else is left to hide."""
    known = before.shown
    some = [relation for relation in relations if any(cell in counts for cell in relation)]
    of_cell: defaultdict[CellId, list[Relation]] = defaultdict(list)
    for relation in some:
        for cell in relation:
            of_cell[cell].append(relation)
    small = {cell for cell, count in counts.items() if count.is_small}
    found = small | {cell for cell in before.hidden if cell in counts}
    found |= {cell for cell, count in counts.items() if not count.is_told}
    while True:
        more = _lonely(counts, some, found, known) or _too_well_known(counts, of_cell, small, found, known)
        if not more:
            return frozenset(cell for cell in found if counts[cell].is_told)
        found |= more


def _lonely(
    counts: Mapping[CellId, Count], relations: Iterable[Relation], found: set[CellId], known: Collection[CellId]
) -> set[CellId]:
    """One more of each sum in which a single cell is hidden."""
    more: set[CellId] = set()
    for relation in relations:
        hides = [cell for cell in relation if cell in found or cell in more]
        if (
            len(hides) == 1
            and counts[hides[0]].is_told
            and (other := _cheapest(counts, [relation], found | more, known))
        ):
            more.add(other)
    return more


def _too_well_known(
    counts: Mapping[CellId, Count],
    of_cell: Mapping[CellId, list[Relation]],
    small: set[CellId],
    found: set[CellId],
    known: Collection[CellId],
) -> set[CellId]:
    """One more beside each small cell whose bounds are too tight."""
    more: set[CellId] = set()
    for group in _connected(found, of_cell):
        for cell in _tight(counts, of_cell, small, group):
            reached, near = {cell}, of_cell[cell]
            while near:
                if other := _cheapest(counts, near, found | more, known):
                    more.add(other)
                    break
                reached |= {one for relation in near for one in relation if one in found}
                wider = [relation for one in sorted(reached) for relation in of_cell[one]]
                if len(wider) == len(near):
                    break
                near = wider
    return more


def _connected(found: set[CellId], of_cell: Mapping[CellId, list[Relation]]) -> list[list[CellId]]:
    """Hidden cells in groups that share sums."""
    left, groups = set(found), []
    for first in sorted(found):
        if first not in left:
            continue
        left.discard(first)
        group = waiting = [first]
        while waiting:
            waiting = sorted({one for cell in waiting for relation in of_cell[cell] for one in relation if one in left})
            left -= set(waiting)
            group = [*group, *waiting]
        groups.append(group)
    return groups


def _tight(
    counts: Mapping[CellId, Count], of_cell: Mapping[CellId, list[Relation]], small: set[CellId], group: list[CellId]
) -> list[CellId]:
    place = {cell: number for number, cell in enumerate(group)}
    sums = list({id(relation): relation for cell in group for relation in of_cell[cell]}.values())
    rows = [{place[cell]: float(sign) for cell, sign in relation.items() if cell in place} for relation in sums]
    right = [sum(sign * counts[cell].value for cell, sign in relation.items() if cell in place) for relation in sums]
    bounds = Bounds(rows, right, len(group))
    found = []
    for cell in group:
        if cell in small:
            low, high = counts[cell].must_span
            if bounds.most(place[cell], high) < high - 1e-6 or bounds.least(place[cell], low) > low + 1e-6:
                found.append(cell)
    return found


def _cheapest(
    counts: Mapping[CellId, Count], relations: Iterable[Relation], found: set[CellId], known: Collection[CellId]
) -> CellId | None:
    """What costs the reader least to hide: no sum where a part will do, of few, and nothing that is known already."""
    shown = {
        (cell in known, sign < 0, counts[cell].of, cell)
        for relation in relations
        for cell, sign in relation.items()
        if cell not in found and counts[cell].value > 0
    }
    return min(shown)[-1] if shown else None
