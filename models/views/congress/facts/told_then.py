"""What was put right or changed since a moment, so that it is read as it was then (domain.md sections 11 and 13)."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from models.dates.local_time import add_months, quarter
from models.office.menu import MENU
from models.support.ladder import ABSOLUTE_MONTHS, nine_months_after
from models.tables.change_entry import ChangedField, ChangeEntry
from models.tables.place import Municipality
from models.tables.request import SupportRequest
from models.tables.support import CapacityEntry, EntryKind, Item, SupportGrant, SupportTime

Grant = tuple[str, Decimal, date, date]
"""Its item, hours, and from and to which day."""


class Since:
    """The log of changes from a moment on, the newest first: undone one by one, they give what was known before it."""

    def __init__(self, session: Session, before: datetime) -> None:
        self.session = session
        self.before = before
        since = or_(col(ChangeEntry.at) >= before, col(ChangeEntry.refused_at) >= before)
        rows: list[ChangeEntry] = list(
            session.scalars(sql_select(ChangeEntry).where(since).order_by(col(ChangeEntry.at).desc()))
        )
        self.refused = [one for one in rows if one.refused_at and one.refused_at >= before]
        self.entries = _newest_first([one for one in rows if one.at >= before])

    def of(self, what: ChangedField) -> list[ChangeEntry]:
        """What was changed of a kind, the newest first."""
        return [one for one in self.entries if one.what == what]

    def kickoffs(self) -> dict[UUID | None, date]:
        """When networks had started, whose kickoff was put right since."""
        return {one.network_id: date.fromisoformat(one.before) for one in self.of(ChangedField.kickoff) if one.before}

    def municipalities(self) -> tuple[dict[UUID | None, str], dict[UUID | None, str | None]]:
        """In which municipality networks were that have moved, and requests that were changed, by their code then."""
        moved, changed = self.of(ChangedField.place), self.of(ChangedField.asked_place)
        if not moved and not changed:
            return {}, {}
        names = sql_select(col(Municipality.name), col(Municipality.code))
        code_of = dict(self.session.execute(names).tuples().all())
        theirs = {one.network_id: code_of.get(one.before.rpartition(" (")[2].removesuffix(")")) for one in moved}
        known = {id: code for id, code in theirs.items() if code}
        return known, {
            one.request_id: code_of.get(one.before) for one in changed if not one.before or one.before in code_of
        }

    def support_ends(self, kickoff_of: Callable[[UUID], date | None]) -> dict[UUID, date]:
        """When the office's support of networks was to end, where that was put off or put right since."""
        kinds = (ChangedField.extension, ChangedField.kickoff)
        touched = {one.network_id for one in (*self.entries, *self.refused) if one.what in kinds and one.network_id}
        if not touched:
            return {}
        of_them = sql_select(ChangeEntry).where(
            col(ChangeEntry.network_id).in_(touched),
            col(ChangeEntry.what).in_(kinds),
            col(ChangeEntry.at) < self.before,
        )
        days: defaultdict[UUID | None, int] = defaultdict(int)
        for one in self.session.scalars(of_them.order_by(col(ChangeEntry.at))):
            if one.what == ChangedField.extension and not (one.refused_at and one.refused_at < self.before):
                days[one.network_id] = (date.fromisoformat(one.after) - date.fromisoformat(one.before)).days
            elif not one.after:
                days[one.network_id] = 0  # it had never met: its time is counted anew
        found = {}
        for network in touched:
            if kickoff := kickoff_of(network):
                agreed = nine_months_after(kickoff) + timedelta(days=days[network])
                found[network] = min(agreed, add_months(kickoff, ABSOLUTE_MONTHS))
        return found

    def without_support(self) -> set[UUID | None]:
        """Networks that had begun without the office's support, and were granted some since."""
        paid = [item for item in Item if not MENU[item].is_free]
        of_network: Any = (
            sql_select(col(SupportGrant.network_id))
            .where(col(SupportGrant.item).in_(paid))
            .group_by(col(SupportGrant.network_id))
            .having(func.min(col(SupportGrant.granted_at)) >= self.before)
        )
        asked = sql_select(col(SupportRequest.network_id)).where(col(SupportRequest.without_support))
        return set(self.session.scalars(asked.where(col(SupportRequest.network_id).in_(of_network))))

    def grants(self, network: UUID, now: Iterable[Grant]) -> list[Grant]:
        """The grants of a network, each as it was before it was put right."""
        found = list(now)
        for one in self.of(ChangedField.grant):
            if one.network_id == network and (after := _grant(one.after)) in found:
                found[found.index(after)] = _grant(one.before)
        return found

    def hours_used(self) -> dict[tuple[UUID, date, str], Decimal]:
        """How many more hours (fewer: below nothing) had been told of as used, by network, day and item, than of what
        was told then is left: the ledger has lost no line of them.
        """
        corrected: defaultdict[tuple[UUID, str, str], dict[date, Decimal]] = defaultdict(dict)
        for one in self.of(ChangedField.used):
            (item, before, day), after = one.before.split(" "), one.after.split(" ")[1]
            on = date.fromisoformat(day)
            if one.network_id:
                days = corrected[one.network_id, item, quarter(on)]
                days[on] = days.get(on, Decimal(0)) + Decimal(before) - Decimal(after)
        found: dict[tuple[UUID, date, str], Decimal] = {}
        for (network, item, in_quarter), days in corrected.items():
            lacking = self._lacking(network, item, in_quarter)
            *others, last = sorted(days)
            for on in others:
                found[network, on, item] = days[on]
                lacking -= days[on]
            found[network, last, item] = lacking
        return found

    def _lacking(self, network: UUID, item: str, in_quarter: str) -> Decimal:
        grants = sql_select(col(SupportGrant.id)).where(
            col(SupportGrant.network_id) == network, col(SupportGrant.item) == item
        )
        lines: Any = sql_select(func.sum(col(CapacityEntry.hours))).where(
            col(CapacityEntry.grant_id).in_(grants), col(CapacityEntry.quarter) == in_quarter,
            col(CapacityEntry.kind) == EntryKind.used, col(CapacityEntry.at) < self.before,
        )  # fmt: skip
        times: Any = sql_select(col(SupportTime.on), col(SupportTime.hours)).where(
            col(SupportTime.grant_id).in_(grants), col(SupportTime.told_at) < self.before
        )
        left = sum((hours for on, hours in self.session.execute(times) if quarter(on) == in_quarter), Decimal(0))
        return -Decimal(str(self.session.scalar(lines) or 0)) - left


def _newest_first(entries: list[ChangeEntry]) -> list[ChangeEntry]:
    """In the order of their moments; of one thing changed twice in a moment, what the other began from is older."""
    left, found = list(entries), []
    while left:
        first = left[0]
        same = [
            one
            for one in left
            if (one.at, one.what, one.network_id, one.request_id)
            == (first.at, first.what, first.network_id, first.request_id)
        ]
        newest = next(
            (one for one in same if all(one.after != other.before for other in same if other is not one)), first
        )
        left.remove(newest)
        found.append(newest)
    return found


def _grant(told: str) -> Grant:
    item, hours, first, last = told.split(" ")
    return item, Decimal(hours), date.fromisoformat(first), date.fromisoformat(last)
