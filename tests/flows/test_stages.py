"""Each stage as a real flow run: what it tells, what Prefect may know, and what a second run does."""

import json
from datetime import date, timedelta
from functools import cache
from typing import Any, cast

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Crashed
from pydantic import ValidationError
from sqlmodel import select

from flows.check_in import check_in
from flows.data_protection import data_protection
from flows.health_check import health_check
from flows.kickoff import kickoff
from flows.meeting_report import meeting_report
from flows.needs_talk import needs_talk
from flows.outcome import outcome
from flows.phase_out import phase_out
from flows.support_request import support_request
from models.db import engine
from models.db.engine import reading, transaction
from models.errors import DatabaseBusy, UserError
from models.forms.check_in import CheckInForm
from models.forms.kickoff import KickoffForm
from models.forms.meeting_report import MeetingReportForm
from models.forms.needs_talk import NeedsTalkForm
from models.forms.support_request import EMPTY
from models.meetings import booking
from models.people.roles import roles_of
from models.requests import assignment, near_neighbour
from models.settings import Settings
from models.stages import web_request
from models.tables.intake import Intake
from models.tables.mail import OutgoingMail
from models.tables.meeting import MeetingForm
from models.tables.network import Network, Role, RoleKind
from models.tables.office import Staff
from models.tables.request import SupportRequest
from models.tables.transition import Actor
from tasks import data_protection as forgets
from tasks.runtime import form_intake
from tests.acts import AKE, GOREL, MARIT, ask, at, by, grant_line, request_form, talk, type_on_the_web


async def newest_run(flow_name: str) -> FlowRun:
    async with get_client() as client:
        runs = await client.read_flow_runs(sort="START_TIME_DESC", limit=20)  # type: ignore[arg-type]
        flows = {flow.id: flow.name for flow in await client.read_flows()}
    return next(run for run in runs if flows[run.flow_id] == flow_name)


async def test_a_request_is_answered_and_its_run_forgets_who_asked(office: Settings) -> None:
    told = await support_request(form=request_form(name="Åke Öhman"), as_of="2026-11-02")
    assert told == {"request": 1, "state": "received", "new": 1, "nearby": 0, "invited": 1}
    run = await newest_run("support-request")
    assert run.parameters["form"]["municipality"] == "Luleå"
    assert not any(text in str(run.parameters) for text in (AKE, MARIT, "träffas", "Öhman"))
    assert run.state and run.state.message == "Förfrågan #1: mottagen, hos asj"
    with reading() as session:
        assert [row.form for row in session.exec(select(Intake))] == [None]


async def test_a_request_from_the_web_is_taken_further_by_its_id_alone(office: Settings) -> None:
    with transaction() as session:
        saved, _ = web_request.confirm(session, type_on_the_web(session), by(Actor.member, "2026-11-02"))
    told = await support_request(EMPTY, request=str(saved.id), as_of="2026-11-02")
    assert told == {"request": 1, "state": "received", "new": 1, "nearby": 0, "invited": 1}
    run = await newest_run("support-request")
    assert run.parameters["request"] == str(saved.id) and "Luleå" not in str(run.parameters)
    assert run.state and run.state.message == "Förfrågan #1: mottagen, hos asj"
    assert (await support_request(EMPTY, request=str(saved.id), as_of="2026-11-02"))["invited"] == 0
    for unknown in ("x", str(saved.initiator_id)):
        with pytest.raises(UserError, match="ingen förfrågan har det id"):
            await support_request(EMPTY, request=unknown, as_of="2026-11-02")


async def test_a_form_that_is_wrong_fails_in_words_and_writes_nothing(office: Settings) -> None:
    with pytest.raises(UserError, match="Behovet: skriv varför"):
        await support_request(form=request_form(need=" "), as_of="2026-11-02")
    with reading() as session:
        assert session.exec(select(Intake)).all() == []
        assert session.exec(select(SupportRequest)).all() == []


async def test_a_form_that_failed_before_it_was_kept_is_emptied_in_the_night(office: Settings) -> None:
    with pytest.raises(UserError):
        await support_request(form=request_form(municipality="Narnia"), as_of="2026-11-02")
    failed = await newest_run("support-request")
    assert AKE in str(failed.parameters)  # staff can still correct it and send it again
    await data_protection(as_of="2026-11-03")
    async with get_client() as client:
        after = await client.read_flow_run(failed.id)
    assert not any(text in str(after.parameters) for text in (AKE, MARIT, "träffas"))
    assert after.parameters["form"]["municipality"] == "Narnia" and "Luleå" not in str(after.parameters)
    assert (await data_protection(as_of="2026-11-04"))["emptied"] == 0


async def test_a_form_whose_run_died_just_now_is_left_to_the_run_that_goes_on(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = {"form": request_form().model_dump(mode="json"), "request": "", "as_of": ""}
    async with get_client() as client:
        died = await client.create_flow_run(support_request, parameters=typed, state=Crashed())
        assert (await data_protection())["emptied"] == 0
        assert (await client.read_flow_run(died.id)).parameters["form"]["member_number"] == AKE
        monkeypatch.setattr(forgets, "DIED_JUST_NOW", timedelta())
        assert (await data_protection())["emptied"] == 1


async def test_what_has_had_its_time_is_forgotten_in_the_night(office: Settings) -> None:
    with transaction() as session:
        talk(session, ask(session), decision="withdraw")
    assert (await data_protection(as_of="2027-05-04"))["forgotten"]["requests"] == 0
    assert (await data_protection(as_of="2027-05-05"))["forgotten"]["requests"] == 1


async def test_the_talk_grants_and_asks(office: Settings) -> None:
    with transaction() as session:
        ask(session)
    form = NeedsTalkForm(
        request_number=1, signature="ASJ", talked_on=date(2026, 11, 5), grants=[grant_line()], notes="Hemligt."
    )
    told = await needs_talk(form=form, as_of="2026-11-05")
    assert (told["state"], told["network"], told["asked"]) == ("granted", 1, 2)
    assert told["suggested"] == ["starter_kit", "send_out", "negotiator_at_meeting"]
    run = await newest_run("needs-talk")
    assert "Hemligt" not in str(run.parameters) and "Behövs" not in str(run.parameters)
    with reading() as session:
        assert session.exec(select(SupportRequest.talk_notes)).one() == "2026-11-05: Hemligt."
        assert [row.form for row in session.exec(select(Intake))] == [None]


@pytest.mark.each_database
async def test_a_network_walks_from_kickoff_to_health_through_its_flows(office: Settings) -> None:
    with transaction() as session:
        talk(session, ask(session))
    form = KickoffForm(network_number=1, signature="asj", confirmed=["m2", "M3"], first_meeting_at="2026-11-25 17:30")
    assert await kickoff(form=form, as_of="2026-11-12") == {
        "confirmed": 2,
        "invited": 3,
        "checklists": 3,
        "asked": 0,
        "few_organisers": 0,
    }
    report: dict[str, Any] = {"invitation": "m1", "lead": "m2", "next_at": "2027-01-20 17:30"}
    told = await meeting_report(
        form=MeetingReportForm(network_number=1, on=date(2026, 11, 25), attended=9, **report), as_of="2026-11-26"
    )
    assert (told["started"], told["invited"]) == (1, 3)
    assert (await check_in(as_of="2026-12-01"))["sent"] == 1
    answered = await check_in(form=CheckInForm(network_number=1, motivation=5), as_of="2026-12-02")
    assert answered["answered"] == 1
    assert (await health_check(as_of="2027-03-01"))["networks"] == 1
    assert (await phase_out(as_of="2027-03-22"))["sharing"] == 1
    with reading() as session:
        assert session.exec(select(Network.step)).one() == 2


async def test_whoever_keys_in_a_yes_or_a_first_meeting_signs_for_it(office: Settings) -> None:
    with transaction() as session:
        talk(session, ask(session))
    for told in ({"confirmed": ["m2"]}, {"first_meeting_at": "2026-11-25 17:30"}):
        form = KickoffForm.model_validate({"network_number": 1} | told)
        with pytest.raises(UserError, match=r"^Din signatur: välj den, den behövs när någon sagt ja eller"):
            await kickoff(form=form, as_of="2026-11-12")
        with pytest.raises(UserError, match=r"^Din signatur: dpo får inte skriva under"):
            await kickoff(form=form.model_copy(update={"signature": "dpo"}), as_of="2026-11-12")
    with pytest.raises(UserError, match=r"^Har sagt ja: kryssa i vem, eller skriv den första träffens tid"):
        await kickoff(form=KickoffForm(network_number=1), as_of="2026-11-12")
    yes = KickoffForm(network_number=1, signature="mla", confirmed=["m2"])
    assert (await kickoff(form=yes, as_of="2026-11-12"))["confirmed"] == 1
    with reading() as session:
        noted = {role.code: role.noted_by for role in session.exec(select(Role)) if role.kind != RoleKind.contact}
        mla = session.exec(select(Staff.id).where(Staff.signature == "mla")).one()
        assert noted == {"m1": None, "m2": mla, "m3": None}


async def test_a_kickoff_of_one_network_leaves_the_others_to_the_daily_round(office: Settings) -> None:
    with transaction() as session:
        others = talk(session, ask(session, member_number=GOREL, place="Umeå", municipality="Umeå", co_organisers=""))
        talk(session, ask(session, need="Vi vill ses."))
        assert others
        role = roles_of(session, others.id)[0]
        booking.book_meeting(
            session, others, role, booking.Booking(at("2026-11-24", 17), MeetingForm.in_person), at("2026-11-09")
        )
    form = KickoffForm(network_number=2, signature="gol", confirmed=["m2", "m3"], first_meeting_at="2026-11-25 17:30")
    own = await kickoff(form=form, as_of="2026-11-12")
    assert own == {"confirmed": 2, "invited": 3, "checklists": 3, "asked": 0, "few_organisers": 0}
    daily = await kickoff(as_of="2026-11-12")
    assert daily == {"confirmed": 0, "invited": 0, "checklists": 1, "asked": 0, "few_organisers": 1}


async def test_a_fault_in_the_program_shows_where_and_never_what(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models.errors import StepFailed
    from models.stages import phase_out as rules

    def broken(*_: object) -> int:
        raise ValueError(f"bad value {AKE}")

    monkeypatch.setattr(rules, "give_notice", broken)
    with pytest.raises(StepFailed, match=r"ValueError i test_stages.py, rad"):
        await phase_out(as_of="2027-03-22")
    run = await newest_run("phase-out")
    assert run.state and AKE not in str(run.state.message)


@pytest.mark.parametrize("as_of", ["i morgon", "2027-13-01"])
async def test_an_as_of_that_is_no_date_is_refused_in_words(office: Settings, as_of: str) -> None:
    with pytest.raises(UserError, match="as_of: skriv"):
        await phase_out(as_of=as_of)


async def test_a_locked_database_fails_the_step_in_words_and_the_retry_does_the_work_once(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.2)
    monkeypatch.setattr(engine, "engine_on", cache(engine.make_engine))
    blocker = engine.make_engine(office.database_url)
    # The other program takes the write lock first.
    with blocker.begin(), pytest.raises(DatabaseBusy, match="Databasen är upptagen"):
        await support_request(form=request_form(), as_of="2026-11-02")
    blocker.dispose()
    assert (await support_request(form=request_form(), as_of="2026-11-02"))["new"] == 1
    assert (await support_request(form=request_form(), as_of="2026-11-02"))["new"] == 0
    with reading() as session:
        assert len(session.exec(select(SupportRequest)).all()) == 1


@pytest.mark.each_database
@pytest.mark.parametrize("stumbles_at", ["find_neighbours", "assign", "invite_to_talk"])
async def test_a_run_that_failed_halfway_is_finished_by_its_retry_whatever_the_clock_says(
    office: Settings, monkeypatch: pytest.MonkeyPatch, stumbles_at: str
) -> None:
    rules = near_neighbour if stumbles_at == "find_neighbours" else assignment
    rule = getattr(rules, stumbles_at)

    def stumble(*_: object) -> None:
        raise DatabaseBusy

    monkeypatch.setattr(rules, stumbles_at, stumble)
    with pytest.raises(DatabaseBusy):
        await support_request(form=request_form())
    failed = await newest_run("support-request")
    monkeypatch.setattr(rules, stumbles_at, rule)
    # What the worker does on Retry: the same run, its form blank by now, and another moment.
    emptied = request_form().model_validate(failed.parameters["form"])
    monkeypatch.setattr(form_intake, "intake_of_run", lambda session, _: session.exec(select(Intake)).one())
    told = await support_request(form=emptied)
    assert (told["request"], told["state"], told["invited"]) == (1, "received", 1)
    with reading() as session:
        assert sorted(mail.template for mail in session.exec(select(OutgoingMail))) == [
            "receipt", "staff-case", "talk-invitation",
        ]  # fmt: skip


@pytest.mark.parametrize("field", ["reported_by", "host", "signature", "confirmed"])
def test_a_name_typed_where_a_code_belongs_is_refused_by_the_form_itself(field: str) -> None:
    """Prefect checks the same pattern before it stores the run (domain.md I9)."""
    forms: dict[str, tuple[Any, dict[str, Any]]] = {
        "reported_by": (MeetingReportForm, {"network_number": 1, "on": "2026-11-25", "reported_by": "Åke Öhman"}),
        "host": (MeetingReportForm, {"network_number": 1, "on": "2026-11-25", "host": "Märit Sjöö"}),
        "signature": (KickoffForm, {"signature": "Åsa Sjöström"}),
        "confirmed": (KickoffForm, {"confirmed": ["Åke Öhman"]}),
    }
    form, values = forms[field]
    with pytest.raises(ValidationError, match="should match pattern"):
        form.model_validate(values)
    assert "pattern" in json.dumps(form.model_json_schema()["properties"][field])


async def test_a_run_that_fails_says_the_sentence_and_nothing_before_it(office: Settings) -> None:
    with pytest.raises(UserError, match=r"^Behovet: skriv varför"):
        await support_request(form=request_form(need=" "), as_of="2026-11-02")
    run = await newest_run("support-request")
    assert run.state and run.state.is_failed()
    assert run.state.message == "Behovet: skriv varför, med medlemmens egna ord."


def test_a_batch_in_which_some_failed_is_done_with_remarks_and_not_red() -> None:
    well, remarked = cast(State, outcome("3 skickade")), cast(State, outcome("2 skickade", remarks=1))
    assert (well.name, remarked.name) == ("Completed", "Klar med anmärkning")
    assert remarked.is_completed()
