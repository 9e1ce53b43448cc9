"""The weekly look at who has come a step further."""

from datetime import datetime

from models.db.engine import transaction
from models.stages import phase_out
from models.tables.transition import Actor, Cause
from tasks.runtime.step import run_id, step


@step("Varsla 60 och 30 dagar före", "Give notice 60 and 30 days before")
async def give_notice(at: datetime) -> int:
    """Tell networks whose support ends in 60 or 30 days. Returns how many."""
    with transaction() as session:
        return phase_out.give_notice(session, at)


@step("Ta nästa steg på trappan", "Take the next step of the ladder")
async def step_down(at: datetime) -> dict[str, int]:
    """Take each network that is ready a step further. Returns how many moved, and how many stand by themselves."""
    with transaction() as session:
        return phase_out.step_down(session, Cause("phase-out", Actor.rule, at, flow_run_id=run_id()))
