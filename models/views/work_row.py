"""What waits on the office as its list shows it: one row a request or network (domain.md section 8, work-list)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from models.views.work_item import WorkItem


@dataclass(frozen=True)
class WorkRow:
    """A request or network with all that waits about it, the most pressing first; what is about neither alone."""

    things: tuple[WorkItem, ...]

    @property
    def whose(self) -> str:
        """By signature, with whom the most pressing of it is."""
        return self.things[0].with_whom

    @property
    def fresh(self) -> bool:
        """Whether something about it is new, or its day is today."""
        return any(one.fresh for one in self.things)

    @property
    def overdue(self) -> bool:
        """Whether the day of something about it has passed."""
        return any(one.overdue for one in self.things)

    @property
    def pressing(self) -> tuple[bool, bool, date]:
        """What of many is shown: what is new or due today, then what is overdue, then what comes next."""
        return not self.fresh, not self.overdue, min(one.due or date.max for one in self.things)


def collected(things: Iterable[WorkItem]) -> list[WorkRow]:
    """The rows of these things, the most pressing first. `things` come as `what_waits` gives them, overdue first."""
    about: dict[object, list[WorkItem]] = {}
    for one in things:
        about.setdefault(one.about or one.key, []).append(one)
    return sorted((WorkRow(tuple(some)) for some in about.values()), key=lambda row: row.pressing)


def in_reading_order(rows: Iterable[WorkRow]) -> list[WorkRow]:
    """What is new or due today first, then signature by signature, so that everybody finds their own together."""
    return sorted(rows, key=lambda row: (not row.fresh, "" if row.fresh else row.whose))
