"""A flow run's own word that it lives and how it ended, and what follows when its process is gone.

Prefect's events live in memory and its states are told by whoever still can: a run whose process was killed says
nothing. So each run that was deployed writes here, and whoever watches compares.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, delete, select

from models.i18n import localized
from models.tables.run_pulse import FlowRunPulse

BEAT: Final = timedelta(seconds=10)
SILENT: Final = timedelta(minutes=3)
"""Where the process cannot be looked at, a run that has not been heard of for so long is dead."""


# The first is longer than what a dead sender of mail had claimed stays claimed: its mail is then settled at once.
BACK_OFF: Final = (timedelta(seconds=35), timedelta(seconds=60), timedelta(seconds=300))
"""How long a sweep waits before it goes on by itself, each time it died; then somebody must look."""


START_PATIENCE: Final = timedelta(seconds=60)
"""From being taken by a worker until a process of its own."""


SAME_DEATH: Final = timedelta(seconds=60)
SAME_START: Final = timedelta(seconds=2)
KEPT: Final = timedelta(days=30)
COMPLETED: Final = "COMPLETED"
"""How a run ends well, in Prefect's word."""


class Act(StrEnum):
    """What is to be told to Prefect about a run whose process is gone."""

    report = "report"
    """It had ended and could not say so."""
    cancelled = "cancelled"
    begin = "begin"
    """Nothing was done yet: it waits again as it did."""
    wait_on = "wait_on"
    """It was told to go on already, and somebody told of the same death once more."""
    go_on = "go_on"
    """It goes on by itself, after a while."""
    interrupted = "interrupted"
    """Somebody must start it again."""


@dataclass(frozen=True)
class Verdict:
    """What to tell, and after how long the run goes on."""

    act: Act
    wait: timedelta = timedelta()


def verdict(state: str, since: datetime, pulse: FlowRunPulse | None, run_count: int = 1) -> Verdict:
    """Of a run that has stood in this state (Prefect's type) since then with no process behind it.

    A pulse that has ended tells the very end. Without one of its own the process had not begun the flow, so nothing can
    be done twice; one that never gets so far is still not started for ever.
    """
    if state == "CANCELLING":
        return Verdict(Act.cancelled)
    if state == "PENDING":
        return Verdict(Act.begin)
    begun = pulse if pulse and _is_of(pulse, state, since) else None
    if begun and begun.ended_at:
        return Verdict(Act.report)
    deaths = pulse.deaths if pulse else 0
    if pulse and pulse.died_at and pulse.died_as == run_count and since < pulse.died_at + SAME_DEATH:
        return Verdict(Act.wait_on, BACK_OFF[deaths - 1])
    if deaths >= len(BACK_OFF) or (begun and not begun.restarts_itself):
        return Verdict(Act.interrupted)
    return Verdict(Act.go_on, BACK_OFF[deaths])


def _is_of(pulse: FlowRunPulse, state: str, since: datetime) -> bool:
    """Whether it is the pulse of the process that brought the run into this state, and not of an earlier one."""
    if pulse.started_at is None:
        return False
    return state != "RUNNING" or pulse.started_at > since - SAME_START


def interruption() -> tuple[str, str]:
    """The name and the sentence of a run that somebody must start again."""
    return localized("Avbruten", "Interrupted"), localized(
        "Körningen avbröts (datorn eller arbetaren stannade). Kör om med Retry; det som är gjort görs inte om.",
        "The run was interrupted (the machine or the worker stopped). Start it again with Retry; what is done is not "
        "done again.",
    )


def begin_pulse(session: Session, pulse: FlowRunPulse) -> None:
    """A process has begun this run, for the first time or again: what earlier ones said no longer holds."""
    before = session.get(FlowRunPulse, pulse.flow_run_id)
    if before:
        pulse.deaths, pulse.died_at, pulse.died_as = before.deaths, before.died_at, before.died_as
    session.merge(pulse)


def beat(session: Session, flow_run_id: UUID, now: datetime) -> None:
    """The run's process lives at this moment."""
    session.get_one(FlowRunPulse, flow_run_id).beat_at = now


def end_pulse(
    session: Session, flow_run_id: UUID, now: datetime, kind: str, name: str | None, message: str | None
) -> None:
    """The run has ended so; from here on its process only has to say it to Prefect."""
    pulse = session.get_one(FlowRunPulse, flow_run_id)
    pulse.beat_at = pulse.ended_at = now
    pulse.end_type, pulse.end_name, pulse.end_message = kind, name, message


def died(
    session: Session, flow_run_id: UUID, flow: str, now: datetime, *, run_count: int = 1, for_good: bool = False
) -> None:
    """Count a death of the run's start number `run_count`; `for_good`: it waits on somebody."""
    pulse = session.get(FlowRunPulse, flow_run_id) or FlowRunPulse(flow_run_id=flow_run_id, flow=flow)
    pulse.deaths += 1
    pulse.died_at, pulse.died_as = now, run_count
    pulse.interrupted_at = now if for_good else None
    pulse.beat_at = now
    session.add(pulse)


def pulses(session: Session, ids: list[UUID]) -> dict[UUID, FlowRunPulse]:
    """The pulses of these runs, by run."""
    found = session.exec(select(FlowRunPulse).where(col(FlowRunPulse.flow_run_id).in_(ids)))
    return {one.flow_run_id: one for one in found}


def interrupted(session: Session, at: datetime) -> list[FlowRunPulse]:
    """Runs that wait on somebody to start them again, the oldest first.

    Not one that turned out to have done its work all the same, nor one older than Prefect keeps its runs.
    """
    when, ended = col(FlowRunPulse.interrupted_at), col(FlowRunPulse.ended_at)
    waits = ended.is_(None) | (ended < when) | (col(FlowRunPulse.end_type) != COMPLETED)
    return list(session.exec(select(FlowRunPulse).where(when > at - KEPT, waits).order_by(when)))


def forget_old_pulses(session: Session, now: datetime) -> int:
    """As Prefect forgets its runs (domain.md section 10: 30 days)."""
    gone = session.execute(delete(FlowRunPulse).where(col(FlowRunPulse.beat_at) < now - KEPT))
    return int(gone.rowcount)  # type: ignore[attr-defined]
