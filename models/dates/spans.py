"""Spans of days: from one day to another, both included."""

from collections.abc import Iterable, Sequence
from datetime import date

from models.dates.local_time import ONE_DAY

Span = tuple[date, date]


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same days as spans that neither overlap nor touch, in order."""
    found: list[Span] = []
    for begins, ends in sorted(spans):
        if found and begins.toordinal() <= found[-1][1].toordinal() + 1:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((begins, ends))
    return found


def without(spans: Iterable[Span], taken: Sequence[Span]) -> list[Span]:
    """What is left of the spans without the days of `taken`; those are `merged`."""
    found: list[Span] = []
    for begins, ends in spans:
        for first, last in taken:
            if last < begins or first > ends:
                continue
            if first > begins:
                found.append((begins, first - ONE_DAY))
            if last >= ends:
                break
            begins = last + ONE_DAY
        else:
            found.append((begins, ends))
    return found
