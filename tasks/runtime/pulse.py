"""The pulse of a run: its process tells our database that it lives, and how it ended (operation/run_pulse.py)."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from models.db.engine import transaction
from models.errors import LotsError
from models.forms.kit.base import Form
from models.operation import run_pulse as rules
from models.tables.run_pulse import FlowRunPulse
from tasks.runtime import processes


class Pulse(threading.Thread):
    """Beats beside the run. A beat that is missed because the database is busy hurts nobody."""

    def __init__(self, flow_run_id: UUID, flow: str, *, restarts_itself: bool) -> None:
        super().__init__(name="pulse", daemon=True)
        self.flow_run_id, self.flow, self.restarts_itself = flow_run_id, flow, restarts_itself
        self._over = threading.Event()
        self._end: State[object] | None = None
        self.start()

    def run(self) -> None:
        """Beat until the run has ended, then tell how it ended."""
        _write(self._begin)
        while not self._over.wait(rules.BEAT.total_seconds()):
            _write(lambda session: rules.beat(session, self.flow_run_id, datetime.now(UTC)))
        if self._end is not None:
            told = (self._end.type.value, self._end.name, self._end.message)
            _write(lambda session: rules.end_pulse(session, self.flow_run_id, datetime.now(UTC), *told))

    def _begin(self, session: Session) -> None:
        me, now = processes.myself(), datetime.now(UTC)
        pulse = FlowRunPulse(
            flow_run_id=self.flow_run_id,
            flow=self.flow,
            restarts_itself=self.restarts_itself,
            host=processes.host(),
            place=me.place,
            pid=me.pid,
            process_started=me.started,
            started_at=now,
            beat_at=now,
        )
        rules.begin_pulse(session, pulse)

    async def ended(self, end: State[object] | None) -> None:
        """The flow has ended so (None: it did not, and whoever stopped it says how)."""
        self._end = end
        self._over.set()
        await asyncio.to_thread(self.join)


def _write(work: Callable[[Session], None]) -> None:
    with suppress(LotsError, SQLAlchemyError), transaction() as session:
        work(session)


def pulse_of_run() -> Pulse | None:
    """The pulse of the flow run that this is; none for one that was not deployed: whoever started it sees it end.

    What a form that somebody filled in began is not begun again by itself: they may have changed their mind.
    """
    context = FlowRunContext.get()
    run = context and context.flow_run
    if not context or not run or not run.deployment_id:
        return None
    by_hand = is_by_hand(context.parameters or {})
    return Pulse(run.id, context.flow.name if context.flow else "", restarts_itself=not by_hand)


def is_by_hand(parameters: Mapping[str, Any]) -> bool:
    """Whether somebody filled in the form that a run has; a sweep, or a form left empty by whoever wrote down the rest
    already, is begun by the system.
    """
    form = parameters.get("form")
    return isinstance(form, Form) and not form.is_sweep and any(form.model_dump(exclude_defaults=True).values())
