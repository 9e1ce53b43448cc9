"""The made-up networks' monthly snapshots, by the real model, and the talks that follow from them."""

from dataclasses import replace
from datetime import date, time
from random import Random
from uuid import UUID

import numpy as np
from sqlmodel import SQLModel

from deployments.simulation.network_life import NetworkLife
from deployments.simulation.office import Row, new_id
from deployments.simulation.temperament import local_moment
from models.dates.active_days import subtract_active_days
from models.dates.local_time import add_months
from models.dates.working_days import first_working_day
from models.health.batch import OFFICE, Batch, BatchBuilder
from models.health.engagement import score
from models.stages import health_check
from models.stages.health_check import TALK_AGAIN_ACTIVE_DAYS
from models.tables import health as tables_health
from models.tables.health import Level
from models.tables.network import ACTIVE, STEP_OF, NetworkState
from models.tables.office import InterventionKind

HALF_PAST_SIX = time(6, 30)


def add_health(
    random: Random, lives: list[NetworkLife], first: date, until: date, rows: dict[type[SQLModel], list[Row]]
) -> None:
    """A snapshot of every active network on the first working day of each month before `until`."""
    started = sorted((one for one in lives if one.network.kickoff_on), key=lambda one: one.network.kickoff_on or until)
    if not started:
        return
    batch = _batch(started)
    talked: dict[UUID, date] = {}
    month = first.replace(day=1)
    while (day := first_working_day(month.year, month.month)) < until:
        month = add_months(month, 1)
        count = int(np.searchsorted(batch.kickoff, day.toordinal(), side="right"))
        if not count:
            continue
        states = [_state_on(life, day) for life in started[:count]]
        steps = np.array([STEP_OF.get(state, 0) for state in states], dtype=np.int64)
        result = score(replace(batch.part(0, count), step=steps), day)
        for place, (life, state) in enumerate(zip(started, states, strict=False)):
            if state in ACTIVE:
                health = result.row(place)
                snapshot = health_check.snapshot(life.network.id, health, day) | {"id": new_id(random)}
                rows[tables_health.HealthSnapshot].append(snapshot)
                if health.level in (Level.yellow, Level.red):
                    _talk(life, day, talked)


def _talk(life: NetworkLife, day: date, talked: dict[UUID, date]) -> None:
    if talked.get(life.network.id, date.min) > subtract_active_days(day, TALK_AGAIN_ACTIVE_DAYS):
        return
    talked[life.network.id] = day
    life.open(InterventionKind.health_talk, str(day), local_moment(day, HALF_PAST_SIX))


def _state_on(life: NetworkLife, day: date) -> NetworkState:
    before = local_moment(day, HALF_PAST_SIX)
    return next(
        NetworkState(row["to_state"])
        for row in reversed(life.transitions)
        if row["at"] < before or row is life.transitions[0]
    )


def _batch(lives: list[NetworkLife]) -> Batch:
    builder = BatchBuilder()
    for life in lives:
        network = life.network
        assert network.kickoff_on
        builder.add_network(network.kickoff_on, network.cadence_days, network.target_size, network.step)
        for meeting, carriers in zip(life.meetings, life.duties, strict=True):
            codes = [OFFICE if who is None else builder.organiser(who) for who in carriers]
            numbers = (meeting["attended"], meeting["branches"], meeting["companies"])
            builder.add_meeting(meeting["day"], meeting["status"], *numbers, *([codes] if codes else []))
        for one in life.check_ins:
            answered = one["answered_at"].date() if one["answered_at"] else None
            builder.add_check_in(one["sent_on"], answered, one["q4"])
    return builder.batch()
