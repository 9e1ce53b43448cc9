"""What has stood so long that somebody must look: mail, runs, schedules, and last night's sweep."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlmodel import Session, col, func, select

from models.db.column_types import UtcDateTime
from models.operation.run_pulse import COMPLETED
from models.tables.run_pulse import FlowRunPulse

MAIL_LATE: Final = timedelta(hours=1)
"""In which its kind of mail may go (domain.md section 9)."""
RUN_LATE: Final = timedelta(minutes=10)
"""Past the time at which a run was to start."""
RUN_STUCK: Final = timedelta(minutes=5)
"""In a state that a run leaves within seconds: taken and not started, or being cancelled."""
NIGHT_LATE: Final = timedelta(hours=26)
"""Since what comes every night last ended well: the longest night, and time to go on after it died."""


class Fault(StrEnum):
    """What stands still."""

    mail_late = "mail_late"
    run_late = "run_late"
    run_stuck = "run_stuck"
    not_planned = "not_planned"
    night_missed = "night_missed"


@dataclass(frozen=True)
class Alarm:
    """`minutes` of the oldest that waits, `count` of those that stand still, or the names of the `flows`."""

    fault: Fault
    minutes: int = 0
    count: int = 0
    flows: tuple[str, ...] = ()


def of_mail(wait: timedelta) -> list[Alarm]:
    """`wait`: of the oldest mail that may go."""
    return [Alarm(Fault.mail_late, minutes=_minutes(wait))] if wait > MAIL_LATE else []


def of_runs(wait: timedelta, stuck: int, unplanned: Collection[str]) -> list[Alarm]:
    """`wait`: of the oldest run past its time; `stuck` runs stand still; `unplanned` flows have no next run."""
    found = [Alarm(Fault.run_late, minutes=_minutes(wait))] if wait > RUN_LATE else []
    if stuck:
        found.append(Alarm(Fault.run_stuck, count=stuck))
    if unplanned:
        found.append(Alarm(Fault.not_planned, flows=tuple(unplanned)))
    return found


def of_nights(session: Session, now: datetime, *, embedded: bool) -> list[Alarm]:
    """Of what is to come every night."""
    missed = nights_missed(session, nightly_flows(embedded=embedded), now)
    return [Alarm(Fault.night_missed, flows=tuple(missed))] if missed else []


def nightly_flows(*, embedded: bool) -> list[str]:
    """What every night brings; the backup only where the databases are ours to back up."""
    return ["data-protection", "backup"] if embedded else ["data-protection"]


def nights_missed(session: Session, flows: Collection[str], now: datetime) -> list[str]:
    """Those of `flows` whose sweep has not ended well for `NIGHT_LATE`; none where runs were first seen later."""
    begun = func.coalesce(col(FlowRunPulse.started_at), col(FlowRunPulse.beat_at), type_=UtcDateTime)
    first: datetime | None = session.exec(select(func.min(begun, type_=UtcDateTime))).one()
    if first is None or first > now - NIGHT_LATE:
        return []
    wanted = select(FlowRunPulse.flow).where(
        col(FlowRunPulse.flow).in_(flows),
        col(FlowRunPulse.restarts_itself),  # the same form also answers a request
        col(FlowRunPulse.end_type) == COMPLETED,
        col(FlowRunPulse.ended_at) > now - NIGHT_LATE,
    )
    done = set(session.exec(wanted))
    return [one for one in flows if one not in done]


def _minutes(wait: timedelta) -> int:
    return int(wait.total_seconds() // 60)
