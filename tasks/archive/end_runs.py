"""Runs that were under way when the backup was made have ended: no process works on them, and none would end them.

Run by `restore` as a process on a Prefect database that no server has open. Prints how many there were.
"""

import asyncio
from typing import Any

import sqlalchemy as sa
from prefect.server import models
from prefect.server.database import provide_database_interface
from prefect.server.schemas.filters import FlowRunFilter
from prefect.server.schemas.states import State, StateType

from models.i18n import localized

UNDER_WAY = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
AT_A_TIME = 200


async def end_runs() -> int:
    """Every run that was under way is marked crashed, with a sentence for staff; and holds no place any more."""
    db = provide_database_interface()
    await db.create_db()  # as Prefect's server does at its start
    under_way = FlowRunFilter.model_validate({"state": {"type": {"any_": UNDER_WAY}}})
    why = localized(
        "Körningen pågick när säkerhetskopian gjordes som kansliet lästes tillbaka från. Se efter vad som blev gjort, "
        "och kör om (Retry) om det behövs.",
        "This was under way when the backup was made from which the office was restored. See what was done, and retry "
        "if need be.",
    )
    runs_of: Any = models.flow_runs  # typed by decorators that hide what is awaited
    ended = 0
    async with db.session_context(begin_transaction=True) as session:
        while runs := await runs_of.read_flow_runs(session, flow_run_filter=under_way, limit=AT_A_TIME):
            for run in runs:
                crashed = State(type=StateType.CRASHED, name="Crashed", message=why)
                await runs_of.set_flow_run_state(session, run.id, crashed, force=True)
            ended += len(runs)
        # The leases by which places were held lay in files that no backup keeps: nobody would give them back.
        await session.execute(sa.update(db.ConcurrencyLimitV2).values(active_slots=0))
        await session.execute(sa.update(db.ConcurrencyLimit).values(active_slots=[]))
    return ended


if __name__ == "__main__":
    print(asyncio.run(end_runs()))
