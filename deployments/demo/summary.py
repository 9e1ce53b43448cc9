"""What the demo came to, in counts: from our database, from Prefect's server, and from the mail catcher."""

from collections import Counter, defaultdict

from sqlmodel import col, func, select

from models.db.engine import reading
from models.mail import queue
from models.tables.health import HealthSnapshot
from models.tables.network import Network
from models.tables.request import SupportRequest


async def sum_up(caught: int, urls: dict[str, str]) -> dict[str, object]:
    """The demo's summary as the contract has it."""
    with reading() as session:
        latest = select(HealthSnapshot.network_id, func.max(HealthSnapshot.on).label("on")).group_by(
            col(HealthSnapshot.network_id)
        )
        newest = latest.subquery()
        levels = session.exec(
            select(HealthSnapshot.level).join(
                newest,
                (newest.c.network_id == HealthSnapshot.network_id) & (newest.c.on == HealthSnapshot.on),
            )
        )
        return {
            "requests": dict(Counter(str(state) for state in session.exec(select(SupportRequest.state)))),
            "networks": dict(Counter(str(state) for state in session.exec(select(Network.state)))),
            "health": dict(Counter(str(level) for level in levels)),
            "flow_runs": await _flow_runs(),
            "mails": queue.counts(session),
            "caught": caught,
            "urls": urls,
        }


async def _flow_runs() -> dict[str, dict[str, int]]:
    from prefect.client.orchestration import get_client

    counts: dict[str, Counter[str]] = defaultdict(Counter)
    async with get_client() as client:
        names = {flow.id: flow.name for flow in await client.read_flows()}
        offset = 0
        while runs := await client.read_flow_runs(limit=200, offset=offset):
            for run in runs:
                counts[names[run.flow_id]][run.state_name or "Unknown"] += 1
            offset += len(runs)
    return {name: dict(states) for name, states in sorted(counts.items())}
