"""What had happened and been told by a cut-off, read from the database (domain.md section 11).

Each fact counts by when it was told: a meeting, an hour used or a rest of December that is told in January is none of
the report of 1 January, whenever that is made. Networks of before this system are kept apart by their origin, and what
was annulled by then is left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from models.dates.local_time import local, midnight
from models.tables.health import HealthSnapshot, Level
from models.tables.need_signal import NeedSignal
from models.tables.network import STEP_OF, Network, NetworkState, Role, RoleKind
from models.tables.place import Municipality, Region
from models.tables.request import RefusalReason, RequestState, SupportRequest
from models.tables.support import BookedTalk, SupportGrant, SupportTime
from models.tables.transition import Transition
from models.views.congress.facts.held import meetings_held
from models.views.congress.facts.office import budgets, check_ins, hours_taken
from models.views.congress.facts.rows import Asked, Checked, Facts, Given, Life, Step
from models.views.congress.facts.told_then import Grant, Since


def known_facts(session: Session, cutoff: date) -> Facts:
    """What was known when the day of the cut-off began in Stockholm; a fixed number of questions."""
    session.flush()
    before = midnight(cutoff)
    region_of = dict(session.execute(sql_select(col(Municipality.code), col(Municipality.region))).tuples().all())
    regions = dict(session.execute(sql_select(col(Region.code), col(Region.name))).tuples().all())
    since = Since(session, before)
    lives, number_of = _lives(session, since, region_of)
    return Facts(
        cutoff=cutoff,
        regions=dict(sorted(regions.items())),
        lives=tuple(lives),
        asked=tuple(_asked(session, since, region_of)),
        used=_used(session, since, number_of),
        granted=tuple(sorted(_granted(session, since, number_of))),
        checked=tuple(sorted(_checked(session, cutoff, number_of))),
        signals=tuple(sorted(_signals(session, before, region_of))),
        budgets=budgets(session, before),
        held=meetings_held(session, since, number_of),
        taken=hours_taken(session, before),
        municipalities=len(region_of),
        check_ins=tuple(check_ins(session, cutoff)),
    )


# --- lives ----------------------------------------------------------------------------------------


def _lives(session: Session, since: Since, region_of: dict[str, str]) -> tuple[list[Life], dict[UUID, int]]:
    before = since.before
    steps = _steps(session, before, Network, Transition.network_id)
    supported, said_yes = _supported(session, before), _said_yes(session, before)
    columns: Any = (
        Network.id, Network.number, Network.municipality, Network.nature, Network.origin, Network.without_support,
        Network.created_at, Network.kickoff_on, Network.support_ends_on,
    )  # fmt: skip
    started_before, without_support = since.kickoffs(), since.without_support()
    municipality_before, _ = since.municipalities()
    lives, number_of = [], {}
    rows: Any = session.execute(
        sql_select(*columns).where(col(Network.created_at) < before).order_by(col(Network.number))
    )
    for id, number, municipality, nature, origin, is_without, created_at, kickoff_on, ends_on in rows:
        theirs = steps.get(number, ())
        if not theirs or theirs[-1].to_state == NetworkState.annulled:
            continue
        number_of[id] = number
        started = _started(theirs, started_before.get(id, kickoff_on))
        by, place = started or date.max, municipality_before.get(id, municipality)
        lives.append(
            Life(
                number, region_of[place], place, str(nature), str(origin), is_without or id in without_support,
                local(created_at).date(), started, ends_on if started else None,
                any(on <= by for on in supported.get(id, ())),
                _organisers(theirs, sum(on <= by for on in said_yes.get(id, ()))), theirs,
            )
        )  # fmt: skip
    started_on = {id: life.started_on for id, life in zip(number_of, lives, strict=True) if not life.without_support}
    ends = since.support_ends(started_on.get)
    return [
        replace(life, support_ends_on=ends[id]) if id in ends else life
        for id, life in zip(number_of, lives, strict=True)
    ], number_of


def _organisers(steps: tuple[Step, ...], said_yes: int) -> int:
    """How many had said yes when it started, as that step says; of an older one, as their roles still tell."""
    planned = max((place for place, step in enumerate(steps) if step.to_state == NetworkState.planned), default=-1)
    told = [step.why.rpartition(":")[2] for step in steps[planned + 1 : planned + 2]]
    return int(told[0]) if told and told[0].isdecimal() else said_yes


def _started(steps: tuple[Step, ...], kickoff_on: date | None) -> date | None:
    """When it first met, of one that has left planned for the ladder, and not gone back to it."""
    on_ladder = [step for step in steps if step.to_state in STEP_OF]
    if not on_ladder or on_ladder[-1].to_state == NetworkState.planned:
        return None
    return kickoff_on or on_ladder[0].on


def _steps(session: Session, before: datetime, kind: Any, subject: Any) -> dict[int, tuple[Step, ...]]:
    """The steps of each before a moment, by its number and in their order: those of one moment follow one another."""
    columns: Any = (kind.number, Transition.at, Transition.from_state, Transition.to_state, Transition.cause)
    rows: Any = sql_select(*columns).join(kind, col(kind.id) == col(subject)).where(col(Transition.at) < before)
    found: defaultdict[int, list[tuple[datetime, str | None, str, str]]] = defaultdict(list)
    for number, at, from_state, to_state, cause in session.execute(rows):
        found[number].append((at, from_state, to_state, cause))
    return {one: tuple(_chained(sorted(some, key=lambda step: (step[0], step[2])))) for one, some in found.items()}


def _chained(steps: list[tuple[datetime, str | None, str, str]]) -> Iterator[Step]:
    state: str | None = None
    while steps:
        same = [one for one in steps if one[0] == steps[0][0]]
        now = next((one for one in same if one[1] == state), same[0])
        steps.remove(now)
        state = now[2]
        yield Step(local(now[0]).date(), state, now[3])


def _supported(session: Session, before: datetime) -> dict[UUID, list[date]]:
    """When each network was granted support that takes hours."""
    columns: Any = (SupportGrant.network_id, SupportGrant.granted_at)
    rows: Any = sql_select(*columns).where(col(SupportGrant.granted_at) < before, col(SupportGrant.hours) > 0)
    return _days(session.execute(rows))


def _said_yes(session: Session, before: datetime) -> dict[UUID, list[date]]:
    """When each who carries or carried a network said yes to it: once a person."""
    said: Any = func.min(col(Role.confirmed_at), type_=Role.__table__.c.confirmed_at.type)  # type: ignore[attr-defined]
    carries = col(Role.kind).in_((RoleKind.initiator, RoleKind.organiser))
    rows: Any = (
        sql_select(col(Role.network_id), said)
        .where(carries, col(Role.confirmed_at).is_not(None), col(Role.confirmed_at) < before)
        .group_by(col(Role.network_id), col(Role.code))
    )
    return _days(session.execute(rows))


def _days(rows: Iterable[tuple[UUID, datetime]]) -> dict[UUID, list[date]]:
    found: defaultdict[UUID, list[date]] = defaultdict(list)
    for id, at in rows:
        found[id].append(local(at).date())
    return found


# --- requests, support, health --------------------------------------------------------------------


def _asked(session: Session, since: Since, region_of: dict[str, str]) -> Iterator[Asked]:
    before, (_, municipality_before) = since.before, since.municipalities()
    steps = _steps(session, before, SupportRequest, Transition.request_id)
    columns: Any = (
        SupportRequest.id, SupportRequest.number, SupportRequest.municipality, SupportRequest.received_at,
        SupportRequest.reason,
    )  # fmt: skip
    rows: Any = sql_select(*columns).where(col(SupportRequest.received_at) < before)
    for id, number, municipality, received_at, reason in session.execute(rows.order_by(col(SupportRequest.number))):
        theirs = steps.get(number, ())
        if not theirs:
            continue
        state = theirs[-1].to_state
        place = municipality_before.get(id, municipality)
        yield Asked(
            number, region_of.get(place, ""), local(received_at).date(), state, _reason(theirs[-1], str(reason)),
            _first(theirs, RequestState.talking),
            _first(theirs, RequestState.granted, RequestState.declined, RequestState.referred),
            any(step.to_state == RequestState.waiting for step in theirs), theirs,
        )  # fmt: skip


def _reason(last: Step, now: str) -> str:
    """Why it was refused, as that step says; of an older one, as the request still does."""
    if last.to_state not in (RequestState.declined, RequestState.referred):
        return ""
    told = last.why.rpartition(":")[2]
    return told if told in set(RefusalReason) else now


def _first(steps: tuple[Step, ...], *states: str) -> date | None:
    return next((step.on for step in steps if step.to_state in states), None)


def _told(column: Any, before: datetime, on: Any) -> ColumnElement[bool]:
    """What was told before a moment; what an earlier version wrote down without saying when, on its day."""
    told: ColumnElement[bool] = or_(column < before, column.is_(None)) & (on < local(before).date())
    return told


def _used(session: Session, since: Since, number_of: dict[UUID, int]) -> tuple[Given, ...]:
    """The hours that were used of grants, and of talks with a network: of each network, day and item together."""
    found: defaultdict[tuple[UUID, date, str], Any] = defaultdict(int, since.hours_used())
    of_grants: Any = sql_select(
        col(SupportGrant.network_id), col(SupportTime.on), col(SupportGrant.item), col(SupportTime.hours)
    ).join(SupportTime, col(SupportTime.grant_id) == col(SupportGrant.id))
    talks: Any = sql_select(col(BookedTalk.network_id), col(BookedTalk.on), col(BookedTalk.item), col(BookedTalk.hours))
    for rows, table in ((of_grants, SupportTime), (talks, BookedTalk)):
        told = _told(col(table.told_at), since.before, col(table.on))
        for id, on, item, hours in session.execute(rows.where(told)):
            found[id, on, str(item)] += hours
    given = ((id, on, item, hours) for (id, on, item), hours in found.items() if hours)
    return tuple(sorted(_given(given, number_of)))


def _granted(session: Session, since: Since, number_of: dict[UUID, int]) -> Iterator[Given]:
    columns: Any = (
        SupportGrant.network_id, SupportGrant.granted_at, SupportGrant.item, SupportGrant.hours, SupportGrant.from_on,
        SupportGrant.to_on,
    )  # fmt: skip
    rows: Any = sql_select(*columns).where(col(SupportGrant.granted_at) < since.before)
    found: defaultdict[UUID, list[tuple[datetime, Grant]]] = defaultdict(list)
    for id, at, item, hours, first, last in session.execute(rows.order_by(col(SupportGrant.granted_at))):
        found[id].append((at, (str(item), hours, first, last)))
    for id, theirs in found.items():
        then = since.grants(id, (grant for _, grant in theirs))
        given = ((id, local(at).date(), item, hours) for (at, _), (item, hours, *_) in zip(theirs, then, strict=True))
        yield from _given(given, number_of)


def _given(rows: Iterable[tuple[UUID, date, str, Any]], number_of: dict[UUID, int]) -> Iterator[Given]:
    for id, on, item, hours in rows:
        if id in number_of:
            yield Given(number_of[id], on, str(item), int(hours * 100))


def _checked(session: Session, cutoff: date, number_of: dict[UUID, int]) -> Iterator[Checked]:
    """Each network at the last health check of each year, as it was scored then."""
    days: Any = session.execute(sql_select(col(HealthSnapshot.on)).where(col(HealthSnapshot.on) < cutoff).distinct())
    last: dict[int, date] = {}
    for day in sorted(one for (one,) in days):
        last[day.year] = day
    columns: Any = (HealthSnapshot.network_id, HealthSnapshot.on, HealthSnapshot.level, HealthSnapshot.r)
    for year, day in last.items():
        rows = sql_select(*columns).where(col(HealthSnapshot.on) == day).order_by(col(HealthSnapshot.model_version))
        newest = {id: (level, rhythm) for id, _, level, rhythm in session.execute(rows)}
        for id, (level, rhythm) in newest.items():
            if id in number_of:
                yield Checked(year, number_of[id], str(Level(level)), round(rhythm, 9))


def _signals(session: Session, before: datetime, region_of: dict[str, str]) -> Iterator[tuple[str, date]]:
    columns: Any = (NeedSignal.municipality, NeedSignal.noted_at)
    for municipality, at in session.execute(sql_select(*columns).where(col(NeedSignal.noted_at) < before)):
        yield region_of[municipality], local(at).date()
