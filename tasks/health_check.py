"""All networks are scored at once; what worries is talked about."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.dates.local_time import local
from models.db.engine import reading, transaction
from models.health.parameters import LEVELS
from models.i18n import localized
from models.networks.lookup import network_by_number
from models.office.labels import label_of
from models.stages import health_check
from models.tables.health import Level
from models.tables.network import Network
from models.tables.transition import Actor, Cause
from models.views import health_overview
from models.views.health_overview import Move
from models.views.office_share import dependence
from tasks.runtime.step import run_id, step
from tasks.staff_ui import health_artifacts

PAGES = 60  # about 31 kB each in Prefect's database, which keeps it thrice; a smaller office gets one for each network
MOVES_SHOWN = 10
WARNINGS_SHOWN = 20


@step("Räkna engagemang och varna tidigt", "Score every network and warn early")
async def take_snapshots(at: datetime) -> dict[str, Any]:
    """Score all, keep the snapshots, warn early. Returns what the overview shows, as plain values."""
    today = local(at).date()
    with transaction() as session:
        found = health_check.take_snapshots(session, today)
        warnings = health_check.warn_early(session, found, at)
        moved = health_overview.moves(session, found, today)
        warned = health_overview.warned(session)
        telling = health_overview.most_urgent(session, found, moved, {network.id for network, _ in warned}, PAGES)
        shares = dependence(session, today)
        levels = Counter(level for some in found for level in some.result.level.tolist())
        return {
            "levels": {level.value: levels[LEVELS.index(level)] for level in Level},
            "networks": levels.total(),
            "warnings": warnings,
            "distribution": {level.value: counts for level, counts in health_overview.distribution(found).items()},
            "falls": [_move(session, one) for one in moved[:MOVES_SHOWN] if round(one.by, 1) < 0],
            "rises": [_move(session, one) for one in reversed(moved[-MOVES_SHOWN:]) if round(one.by, 1) > 0],
            "warned": [(network.number, label_of(session, network), occasion) for network, occasion in warned],
            "dependence": [(one.quarter, one.step, one.office, one.recorded) for one in shares],
            "rows": [health_artifacts.row(session, network, health) for network, health in telling],
        }


def _move(session: Session, move: Move) -> dict[str, object]:
    return {
        "number": move.number,
        "label": label_of(session, session.get_one(Network, move.network_id)),
        "before": move.before,
        "now": move.now,
        "by": move.by,
        "level_before": move.level_before.value,
        "level": move.level.value,
    }


@step("Erbjud samtal, föreslå vila", "Offer talks, propose rest")
async def open_talks(at: datetime) -> dict[str, int]:
    """Talks on yellow and red, rest where adapting did not help. Returns how many of each."""
    with transaction() as session:
        proposals = health_check.propose_rest(session, Cause("health-check", Actor.rule, at, flow_run_id=run_id()))
        return {"talks": health_check.open_talks(session, at), "proposals": proposals}


@step("Rita nätverkens egna sidor", "Draw the networks' own pages")
async def draw_pages(numbers: Sequence[int], at: datetime) -> int:
    """Draw these networks' own pages, one after the other in portions. Returns how many."""
    today = local(at).date()
    with reading() as session:
        wanted = select(Network).where(col(Network.number).in_(numbers)).order_by(col(Network.number))
        networks = session.exec(wanted).all()
        pages = health_artifacts.pages(session, networks, today)
    await health_artifacts.keep_network_pages(pages)
    return len(pages)


@step("Rita nätverkets sida", "Draw the network's page")
async def draw_page(number: int, at: datetime) -> str:
    """Draw one network's page. Returns its label."""
    with reading() as session:
        network = network_by_number(session, number, localized("Nätverk #", "Network #"))
        pages = health_artifacts.pages(session, [network], local(at).date())
    await health_artifacts.keep_network_pages(pages)
    return pages[0].label


@step("Visa hälsokontrollen", "Show the health check")
async def show(found: dict[str, object], opened: dict[str, int], at: datetime) -> None:
    """Put the overview on the run and in its own place."""
    await health_artifacts.show_all(found, opened, local(at).date(), WARNINGS_SHOWN)
