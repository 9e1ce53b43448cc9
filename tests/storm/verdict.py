"""What is left when the storm is over: lost, doubled, stuck, turned red, crossed."""

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col

from models.stages import outbox
from models.tables.intake import Intake
from models.tables.mail import OutgoingMail
from models.tables.request import SupportRequest
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
    """Mails that may go now; what is to go tomorrow at nine waits as it should."""
    with Session(office.engine) as session:
        under_way = sa.select(sa.func.count()).where(col(OutgoingMail.status).in_(["sending", "deferred"]))
        return outbox.count_due(session, datetime.now(UTC)) + (session.scalar(under_way) or 0)


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
    heard = Counter(address for address, _ in mails)
    requests, people, in_doubt = _rows(office)
    runs = office.runs()
    broken_off = [run for run in runs if run["id"] in load.staff_runs and run["state_type"] != "COMPLETED"]
    emptied = [run for run in broken_off if _is_nowhere(office, run)]
    asked = len(load.confirmed) + len(load.staff_runs) - len(broken_off)
    # Each is asked whether it was they; who said so has a receipt too.
    unheard = len(load.saved - set(heard)) + sum(heard[one] < 2 for one in load.confirmed)
    return {
        "requests saved": f"{len(load.saved)}, {len(load.confirmed)} of them confirmed",
        "staff forms": f"{len(load.staff_runs)}, {len(broken_off)} to be started again by hand",
        "runs": len(runs),
        "mails taken": len(mails),
        "lost": len(emptied) + max(0, asked - requests) + max(0, unheard - in_doubt),
        "doubled": sum(count - 1 for count in sent.values()) + max(0, requests - asked - len(broken_off)),
        "in doubt": in_doubt,
        "stuck": stuck(office),
        "ended runs turned red": turned_red(office),
        "crossed": _crossed(office, mails, others) + (["people"] if people != requests else []),
        "answers to members": dict(load.answers),
    }


def _is_nowhere(office: Office, run: dict[str, Any]) -> bool:
    """Whether what staff typed stands neither in the run nor in the office's database: no Retry brings it back."""
    if run["parameters"]["form"].get("need"):
        return False
    with Session(office.engine) as session:
        kept = sa.select(sa.func.count()).where(col(Intake.flow_run_id) == run["id"])
        return not session.scalar(kept)


def _rows(office: Office) -> tuple[int, int, int]:
    """Requests of the storm's own members, who asked them, and mails in doubt."""
    with Session(office.engine) as session:
        asked = col(SupportRequest.received_at) > office.began
        requests, initiators = sa.func.count(), sa.func.count(sa.distinct(col(SupportRequest.initiator_id)))
        found = session.execute(sa.select(requests, initiators).where(asked)).one()
        in_doubt = sa.select(sa.func.count()).where(col(OutgoingMail.status) == "in_doubt")
        return found[0], found[1], session.scalar(in_doubt) or 0


def _crossed(office: Office, mails: list[tuple[str, str]], others: list[Office]) -> list[str]:
    """Mail to another office's members, and processes of this home that ask another home's server."""
    strangers = tuple(f"@{other.name}.example.org" for other in others if other is not office)
    foreign = [f"mail to {address}" for address, _ in mails if address.endswith(strangers)]
    for process in processes_of(office.home):
        for other in others:
            if other is not office and f"PREFECT_API_URL={other.running.prefect}/".encode() in process.environment:
                foreign.append(process.command)
    return foreign
