"""What is left when the storm is over: lost, doubled, stuck, turned red, crossed."""

import json
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from tests.left import processes_of
from tests.storm.load import Load
from tests.storm.office import Office

SETTLE_SECONDS: Final = 300
UNDER_WAY = {"type": {"any_": ["PENDING", "RUNNING", "CANCELLING"]}}
GRACE: Final = timedelta(seconds=90)  # the tight schedules go on: what began just now is no sign of anything


def settle(office: Office) -> float:
    """Wait until nothing old is under way and no mail waits; at most five minutes. Returns the seconds it took."""
    began = time.monotonic()
    while time.monotonic() < began + SETTLE_SECONDS and (_waiting_mail(office) or stuck(office)):
        time.sleep(2)
    return time.monotonic() - began


def _waiting_mail(office: Office) -> int:
    counts = _outbox(office)
    return int(counts["queued"]) + int(counts["deferred"]) + int(counts["sending"])


def _outbox(office: Office) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(office.lots("outbox", "--json"))
    return document


def stuck(office: Office) -> list[str]:
    """Runs that stand as under way, or late, since longer than any of ours takes."""
    before = (datetime.now(UTC) - GRACE).isoformat()
    found = [run for run in office.runs(**UNDER_WAY) if run["state"]["timestamp"] < before]
    late = office.runs(name={"any_": ["Late", "AwaitingConcurrencySlot"]})
    found += [run for run in late if run["expected_start_time"] < before]
    return [f"{run['name']}: {run['state_name']}" for run in found]


def turned_red(office: Office) -> list[str]:
    """Runs that had ended well and were made to look as if they had not."""
    found = []
    for run in office.runs(type={"any_": ["CRASHED", "FAILED"]}):
        states = office.api(f"/flow_run_states/?flow_run_id={run['id']}")
        kinds = [state["type"] for state in sorted(states, key=lambda state: str(state["timestamp"]))]
        if "COMPLETED" in kinds:
            found.append(f"{run['name']}: {kinds}")
    return found


def judge(office: Office, load: Load, others: list[Office]) -> dict[str, Any]:
    """The office's figures; every list is empty where all is well."""
    mails = office.mails()
    sent = Counter(message for _, message in mails)
    receipts = {address for address, _ in mails}
    counts = _outbox(office)
    requests, people = _rows(office)
    runs = office.runs()
    crashed = [run for run in runs if run["id"] in load.staff_runs and run["state_type"] != "COMPLETED"]
    asked = len(load.saved) + len(load.staff_runs) - len(crashed)
    unheard = len(load.saved - receipts)
    return {
        "requests saved": len(load.saved),
        "staff forms": f"{len(load.staff_runs)}, {len(crashed)} marked as broken off",
        "runs": len(runs),
        "mails taken": len(mails),
        "lost": max(0, asked - requests) + max(0, unheard - int(counts["in_doubt"])),
        "doubled": sum(count - 1 for count in sent.values()) + max(0, requests - asked - len(crashed)),
        "in doubt": counts["in_doubt"],
        "stuck": stuck(office),
        "ended runs turned red": turned_red(office),
        "crossed": _crossed(office, mails, others) + (["people"] if people != requests else []),
        "answers to members": dict(load.answers),
    }


def _rows(office: Office) -> tuple[int, int]:
    url = f"sqlite:///{office.home / '.lots' / 'lots.db'}"
    if office.cluster:
        url = f"postgresql+psycopg://postgres@127.0.0.1:{office.pg_port}/lots"
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        requests = connection.scalar(sa.text("SELECT count(*) FROM support_request"))
        initiators = connection.scalar(sa.text("SELECT count(DISTINCT initiator_id) FROM support_request"))
    return int(requests or 0), int(initiators or 0)


def _crossed(office: Office, mails: list[tuple[str, str]], others: list[Office]) -> list[str]:
    """Mail to another office's members, and processes of this home that ask another home's server."""
    foreign = [f"mail to {address}" for address, _ in mails if not address.endswith(f"@{office.name}.example.org")]
    for process in processes_of(office.home):
        for other in others:
            if other is not office and f"PREFECT_API_URL={other.running.prefect}/".encode() in process.environment:
                foreign.append(process.command)
    return foreign
