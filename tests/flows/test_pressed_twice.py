"""Run pressed twice: whatever the form, what is done is done once, one run after the other or both at a time."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from deployments.cli.run_flow import flow_named
from models.dates.local_time import local
from models.db.engine import engine, transaction
from models.forms.need_signal import NeedSignalForm
from models.forms.registry import FORMS
from models.networks.lookup import network_by_number
from models.office.interventions import open_once
from models.settings import Settings
from models.stages import need_signal
from models.stages.check_in import send_due
from models.tables.office import InterventionKind
from tasks.runtime.form_intake import keep_form
from tests.acts import ask, at, change, grant_line, network_in, request_form, talk

DAY = "2027-01-12"


def nothing(session: Session) -> None:
    return None


def a_network(session: Session) -> None:
    network_in(session, grants=[grant_line("speaker", to_on="2027-03-31")])


def a_paid_network(session: Session) -> None:
    network_in(session, grants=[grant_line("grant_money", sek=1000, to_on="2027-03-31")])


def a_planned_network(session: Session) -> None:
    talk(session, ask(session))


def a_worried_network(session: Session) -> None:
    network = network_in(session)
    open_once(session, network, InterventionKind.wish, "a", at("2026-12-01"))
    open_once(session, network, InterventionKind.early_warning, "b", at("2026-12-02"))


def an_asked_network(session: Session) -> None:
    network = network_in(session)
    network.check_in_due_on = date(2026, 12, 1)
    session.flush()
    assert send_due(session, at("2026-12-01")) == 1


GRANT = grant_line("sounding_board", from_on=DAY, to_on="2027-03-31").model_dump(mode="json")
SIGNED: dict[str, Any] = {"signature": "asj"}
BOTH = SIGNED | {"signed_by": "mla"}
PRESSED: dict[str, tuple[str, Callable[[Session], Any], dict[str, Any]]] = {
    "a request": ("support-request", nothing, request_form().model_dump(mode="json")),
    "a granted talk": ("needs-talk", ask, {"request_number": 1, "talked_on": DAY, "grants": [GRANT], **SIGNED}),
    "a declined talk": (
        "needs-talk",
        ask,
        {"request_number": 1, "talked_on": DAY, "decision": "decline", "reason": "no_member_interest", **SIGNED},
    ),
    "a signal": (
        "need-signal",
        nothing,
        {"place": "Luleå", "municipality": "Luleå", "words": "Många frågar.", **SIGNED},
    ),
    "a booked kickoff": (
        "kickoff",
        a_planned_network,
        {"network_number": 1, "confirmed": ["m2", "m3"], "first_meeting_at": "2027-01-20 17:30", **SIGNED},
    ),
    "a report": (
        "meeting-report",
        a_network,
        {"network_number": 1, "on": "2027-01-11", "attended": 8, "host_company": "Bolaget",
         "next_at": "2027-02-20 17:30", **dict.fromkeys(("host", "lead", "programme", "follow_up"), "office")},
    ),
    "an answer": ("check-in", an_asked_network, {"network_number": 1, "motivation": 2, "wish": "speaker"}),
    "a talk about the oldest": (
        "catch-up",
        a_worried_network,
        {"network_number": 1, "talked_on": DAY, "outcome": "adapt", "member": "m1", "agreement": "Prova.",
         "grants": [GRANT], **SIGNED},
    ),
    "rest": ("network-change", a_network, {"network_number": 1, "change": "rest", "member": "m1", **SIGNED}),
    "an extension": (
        "network-change",
        a_network,
        {"network_number": 1, "change": "extend", "days": 30, "approver": "gol", "reason": "Sjukdom.",
         "signature": "mla"},
    ),
    "hours": (
        "capacity",
        a_network,
        {"action": "hours", "network_number": 1, "item": "speaker", "hours": 1, "on": "2027-01-11", **BOTH},
    ),
    "money": (
        "capacity",
        a_paid_network,
        {"action": "paid", "network_number": 1, "on": "2027-01-11", "paid_sek": 900, "receipt_seen_by": "asj",
         "signed_by": "mla"},
    ),
    "an absence": ("capacity", nothing, {"action": "absence", "from_on": DAY, "to_on": "2027-01-20", **BOTH}),
    "a budget": ("capacity", nothing, {"action": "budget", "quarter": "2027Q1", "hours": 30, **BOTH}),
}  # fmt: skip


ONCE = (
    "intake",
    "support_request",
    "network",
    "support_grant",
    "need_signal",
    "absence",
    "support_time",
    "report_entry",
)


def rows() -> dict[str, int]:
    with engine().connect() as connection:
        return {
            table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in SQLModel.metadata.sorted_tables
        }


async def press(flow: str, form: dict[str, Any], as_of: str = DAY) -> Any:
    return await flow_named(flow)(form=FORMS[flow].model_validate(form), as_of=as_of)


@pytest.mark.parametrize("what", PRESSED)
async def test_one_after_the_other(office: Settings, what: str) -> None:
    flow, before, form = PRESSED[what]
    with transaction() as session:
        before(session)
    nobody_yet = rows()
    await press(flow, form)
    once = rows()
    assert once != nobody_yet or what == "rest"
    await press(flow, form)
    assert rows() == once


@pytest.mark.each_database
@pytest.mark.parametrize("what", ["a request", "a granted talk", "a report", "rest", "hours"])
async def test_both_at_a_time(office: Settings, what: str) -> None:
    flow, before, form = PRESSED[what]
    with transaction() as session:
        before(session)
    nobody_yet = rows()
    await asyncio.gather(press(flow, form), press(flow, form))
    once = rows()
    await press(flow, form)
    assert rows() == once
    added = {table: count - nobody_yet[table] for table, count in once.items()}
    assert all(added[table] <= 1 for table in ONCE)
    assert added["meeting"] <= (2 if what == "a report" else 1)  # the one told of, and the next


async def test_the_same_words_on_another_day_are_another_form(office: Settings) -> None:
    with transaction() as session:
        network_in(session)
    form = {"network_number": 1, "change": "rest", "member": "m1", **SIGNED}
    assert (await press("network-change", form))["changed"] == 1
    with transaction() as session:
        change(session, network_by_number(session, 1, ""), "wake", "2027-02-01", member="m1")
    assert (await press("network-change", form, "2027-02-10"))["changed"] == 1


@pytest.mark.each_database
def test_two_processes_that_take_the_same_form_in_keep_it_once(office: Settings) -> None:
    form = NeedSignalForm(signature="asj", place="Luleå", municipality="Luleå", words="Många frågar.")
    moment = at(local(at(DAY)).date())
    with ThreadPoolExecutor(4) as processes:
        kept = list(processes.map(lambda _: keep_form(form, "need-signal", moment, need_signal.check_signal), range(4)))
    assert len(set(kept)) == 1


@pytest.mark.each_database
def test_two_requests_at_a_time_are_given_two_numbers(office: Settings) -> None:
    def come_in(need: str) -> int:
        with transaction() as session:
            return ask(session, need=need).number

    with ThreadPoolExecutor(4) as processes:
        numbers = list(processes.map(come_in, ("Ett.", "Två.", "Tre.", "Fyra.")))
    assert sorted(numbers) == [1, 2, 3, 4]
