"""A change to a network as a real flow run: done once, told without a person, and refused in words."""

from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.sorting import FlowRunSort
from sqlmodel import select

from flows.network_change import network_change
from models.db.engine import reading, transaction
from models.errors import UserError
from models.forms.network_change import NetworkChangeForm
from models.settings import Settings
from models.tables.intake import Intake
from models.tables.mail import OutgoingMail
from models.tables.network import Network, NetworkState
from tasks.runtime import form_intake
from tests.acts import GOREL, emptied, network_in


def form(**changes: Any) -> NetworkChangeForm:
    return NetworkChangeForm.model_validate({"network_number": 1, "signature": "ASJ"} | changes)


async def parameters() -> str:
    async with get_client() as client:
        [run] = await client.read_flow_runs(sort=FlowRunSort.START_TIME_DESC, limit=1)
    return f"{run.parameters} {run.name} {run.state and run.state.message}"


async def test_a_network_rests_wakes_and_closes_and_its_run_knows_no_person(office: Settings) -> None:
    with transaction() as session:
        network_in(session)
    told = await network_change(form=form(change="rest", member="m1"), as_of="2027-01-11")
    assert told == {"network": 1, "state": "resting", "changed": 1}
    assert "Nätverk #1: Vila, nu vilande" in await parameters()
    again = await network_change(form=form(change="rest", member="m1"), as_of="2027-01-12")
    assert (again["changed"], "var redan så" in await parameters()) == (0, True)
    assert (await network_change(form=form(change="wake", member="m2"), as_of="2027-02-01"))["state"] == "trial"
    assert (await network_change(form=form(change="close", member="m1"), as_of="2027-02-02"))["state"] == "closed"
    with reading() as session:
        assert {row.form for row in session.exec(select(Intake))} == {None}
        templates = session.exec(select(OutgoingMail.template)).all()
        assert (templates.count("resting"), templates.count("closed")) == (1, 3)


async def test_a_new_organisers_number_is_gone_from_the_run_and_its_retry_asks_once(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        network_in(session)
        before = len(session.exec(select(OutgoingMail)).all())
    whole = form(change="new_organiser", member_number=GOREL)
    assert (await network_change(form=whole, as_of="2027-01-11"))["changed"] == 1
    assert GOREL not in await parameters()
    # What the worker does on Retry: the same run, its form blank by now.
    monkeypatch.setattr(form_intake, "intake_of_run", lambda session, _: session.exec(select(Intake)).one())
    assert (await network_change(form=emptied(whole), as_of="2027-01-11"))["changed"] == 0
    with reading() as session:
        assert len(session.exec(select(OutgoingMail)).all()) == before + 1


async def test_what_cannot_be_done_fails_in_words_changes_nothing_and_keeps_no_form(office: Settings) -> None:
    with transaction() as session:
        network_in(session)
    with pytest.raises(UserError, match="Medlem: skriv vem som bett om vila"):
        await network_change(form=form(change="rest"), as_of="2027-01-11")
    with pytest.raises(UserError, match="«Skäl eller anteckning»: hör inte till valet «Vila»"):
        await network_change(form=form(change="rest", member="m1", reason="De är trötta."), as_of="2027-01-11")
    with reading() as session:
        assert session.exec(select(Intake)).all() == []
        assert session.exec(select(Network.state)).one() == NetworkState.starting


async def test_all_that_one_has_is_handed_over_in_one_run_that_says_to_whom(office: Settings) -> None:
    with transaction() as session:
        network_in(session)
    whole = {"signature": "gol", "change": "hand_over", "former": "asj", "negotiator": "gol"}
    told = await network_change(form=NetworkChangeForm.model_validate(whole), as_of="2027-01-11")
    assert told == {"networks": 1, "requests": 0, "matters": 0}
    assert "Till gol: 1 nätverk, 0 förfrågningar, 0 ärenden" in await parameters()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("name", {"network_name": "Chefer hos Åke", "member": "m1"}),
        ("place", {"place": "Hemma hos Åke", "municipality": "Luleå", "member": "m1"}),
        ("contact", {"other_channel": "phone", "reason": "Eva är sjuk."}),
        ("end_role", {"whose": "m2", "approver": "gol", "reason": "Eva säger att hon säljer."}),
    ],
)
async def test_what_was_written_about_a_change_is_gone_from_its_run(
    office: Settings, change: str, told: dict[str, str]
) -> None:
    with transaction() as session:
        network_in(session)
    assert (await network_change(form=form(change=change, **told), as_of="2027-01-11"))["changed"] == 1
    kept = await parameters()
    assert "Åke" not in kept and "Eva" not in kept
