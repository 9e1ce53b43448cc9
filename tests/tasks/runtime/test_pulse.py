"""A run of a deployment tells that it lives, and how it ended, before it says so to Prefect."""

import os
import subprocess
import sys
from datetime import timedelta
from uuid import uuid4

import pytest
from prefect.states import Completed

from models.db.engine import reading
from models.forms.capacity import CapacityForm
from models.forms.kickoff import KickoffForm
from models.forms.outbox import OutboxForm
from models.forms.support_request import EMPTY as SUPPORT_REQUEST_SAVED_BY_THE_WEB
from models.operation import run_pulse as rules
from models.settings import Settings
from models.tables.run_pulse import FlowRunPulse
from tasks.runtime import processes
from tasks.runtime.processes import Process
from tasks.runtime.pulse import Pulse, is_by_hand, pulse_of_run
from tests.acts import request_form


async def test_a_pulse_says_who_runs_it_beats_and_tells_the_very_end(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "BEAT", timedelta(milliseconds=50))
    run = uuid4()
    pulse = Pulse(run, "outbox", restarts_itself=True)
    await pulse.ended(Completed(name="Klar med anmärkning", message="3 skickade"))
    with reading() as session:
        told = session.get_one(FlowRunPulse, run)
    assert (told.pid, told.process_started) == (os.getpid(), processes.started(os.getpid()))
    assert (told.end_type, told.end_name, told.end_message) == ("COMPLETED", "Klar med anmärkning", "3 skickade")
    assert told.started_at and told.ended_at and told.started_at <= told.ended_at


async def test_a_run_that_was_stopped_has_no_end_of_its_own(office: Settings) -> None:
    run = uuid4()
    await Pulse(run, "outbox", restarts_itself=True).ended(None)
    with reading() as session:
        assert session.get_one(FlowRunPulse, run).ended_at is None


async def test_a_run_that_whoever_started_it_sees_end_has_no_pulse() -> None:
    assert pulse_of_run() is None


@pytest.mark.parametrize(
    ("form", "by_hand"),
    [
        (KickoffForm(sweep=True), False),
        (KickoffForm(network_number=7), True),
        (OutboxForm(action="send"), False),
        (OutboxForm(action="resend", signature="asj"), True),
        (CapacityForm(action="quarter"), False),
        (SUPPORT_REQUEST_SAVED_BY_THE_WEB, False),
        (request_form(), True),
        (None, False),
    ],
)
def test_only_a_form_that_somebody_filled_in_is_theirs_to_begin_again(form: object, by_hand: bool) -> None:
    assert is_by_hand({"form": form, "as_of": ""}) is by_hand


def test_a_process_is_alive_until_it_ends_and_its_number_may_be_anothers_later() -> None:
    child = subprocess.Popen((sys.executable, "-c", "input()"), stdin=subprocess.PIPE)
    mine = Process(processes.place(), child.pid, processes.started(child.pid))
    assert processes.is_alive(mine)
    assert processes.is_alive(Process(mine.place, mine.pid, mine.started - 1)) is False
    assert processes.is_alive(Process("before the machine started anew", mine.pid, mine.started)) is None
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not processes.is_alive(mine), "also before its parent has heard of it"
    child.wait()
