"""need-signal and meeting-report as real runs: the form is forgotten, a retry finds it, nothing is done twice."""

from datetime import date

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from sqlmodel import select

from flows.meeting_report import meeting_report
from flows.need_signal import need_signal
from flows.support_request import support_request
from models.db.engine import reading, transaction
from models.errors import DatabaseBusy
from models.forms.meeting_report import MeetingReportForm
from models.forms.need_signal import NeedSignalForm
from models.settings import Settings
from models.stages import kickoff
from models.tables.intake import Intake
from models.tables.mail import OutgoingMail
from models.tables.meeting import Meeting, MeetingForm, Partner, ReportEntry
from models.tables.need_signal import NeedSignal
from models.tables.request import NearNeighbour
from tasks.runtime import form_intake
from tests.acts import GOREL, ask, emptied, request_form, say_yes, talk


async def parameters_of_newest_run() -> str:
    async with get_client() as client:
        [run] = await client.read_flow_runs(sort="START_TIME_DESC", limit=1)  # type: ignore[arg-type]
    return str(run.parameters)


async def test_a_need_signal_is_noted_its_words_forgotten_and_nobody_mailed(office: Settings) -> None:
    form = NeedSignalForm(signature="asj", place="Piteå", municipality="Piteå", words="Många nya i hamnen.")
    assert await need_signal(form=form, as_of="2026-11-02") == {"noted": 1, "municipality": "Piteå"}
    kept = await parameters_of_newest_run()
    assert "hamnen" not in kept and "Piteå" in kept
    with reading() as session:
        assert session.exec(select(NeedSignal)).one().words == "Många nya i hamnen."
        assert session.exec(select(OutgoingMail)).all() == []
        assert [row.form for row in session.exec(select(Intake))] == [None]


async def test_a_report_is_forgotten_by_its_run_and_a_retry_neither_loses_nor_doubles_it(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        network = talk(session, ask(session))
        assert network
        say_yes(session, network)
    form = MeetingReportForm(
        network_number=1,
        on=date(2026, 11, 25),
        attended=9,
        host_company="Stål AB",
        participants="Stålverket",
        next_at="2027-01-20 17:30",
        next_form=MeetingForm.digital,
    )
    rule = kickoff.start_if_kickoff

    def stumble(*_: object) -> bool:
        raise DatabaseBusy

    monkeypatch.setattr(kickoff, "start_if_kickoff", stumble)
    with pytest.raises(DatabaseBusy):
        await meeting_report(form=form, as_of="2026-11-26")
    assert "Stål" not in await parameters_of_newest_run()
    monkeypatch.setattr(kickoff, "start_if_kickoff", rule)
    # What the worker does on Retry: the same run, its form blank by now.
    monkeypatch.setattr(form_intake, "intake_of_run", lambda session, _: session.exec(select(Intake)).one())
    told = await meeting_report(form=emptied(form), as_of="2026-11-26")
    assert (told["started"], told["invited"]) == (1, 3)
    with reading() as session:
        assert sorted(one.company for one in session.exec(select(Partner))) == ["Stål AB", "Stålverket"]
        assert session.exec(select(ReportEntry)).one().attended == 9
        meetings = sorted((str(meeting.status), str(meeting.form)) for meeting in session.exec(select(Meeting)))
        assert meetings == [("held", "in_person"), ("planned", "digital")]


async def test_a_request_near_another_counts_it_and_keeps_the_pair_once(office: Settings) -> None:
    with transaction() as session:
        ask(session)
    form = request_form(member_number=GOREL, co_organisers="", need="Andra skäl.")
    for _ in range(2):
        assert (await support_request(form=form, as_of="2026-11-03"))["nearby"] == 1
    with reading() as session:
        assert len(session.exec(select(NearNeighbour)).all()) == 1
    async with get_client() as client:
        shown = await client.read_artifacts(
            artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=["neighbours-2"]))
        )
    assert "Luleå · ort · #1 (förfrågan): Samma kommun" in str(shown[0].data)
