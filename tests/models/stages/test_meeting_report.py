"""What is kept of a report: the latest on the meeting, every telling beside it, companies but no people."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from models.db.engine import transaction
from models.errors import UserError
from models.forms.meeting_report import COMPANY_LENGTH, MeetingReportForm
from models.health.assessment import assess
from models.meetings.booking import next_booked
from models.people.roles import roles_of
from models.settings import Settings
from models.stages.health_check import take_snapshots
from models.tables.health import HealthSnapshot
from models.tables.meeting import Meeting, MeetingForm, Partner, ReportEntry
from models.tables.network import Network, NetworkState
from models.tables.transition import Transition
from tests.acts import (
    ALONE,
    GOREL,
    MARIT,
    SHARED,
    all_open,
    ask,
    at,
    change,
    emptied,
    leave_union,
    mails,
    meet,
    network_in,
    network_of,
    say_yes,
    step_down,
    talk,
    tell,
)


def test_two_reports_of_one_meeting_are_one_row_and_both_are_logged(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        meet(session, network, "2027-01-20", attended=9)
        meeting = meet(session, network, "2027-01-20", attended=11, reported_by="m2")
        assert meeting.attended == 11
        tellings = session.exec(select(ReportEntry).where(col(ReportEntry.meeting_id) == meeting.id)).all()
        assert [(one.told_by, one.attended) for one in tellings] == [("m1", 9), ("m2", 11)]


def test_a_kickoff_taken_back_leaves_the_network_started_and_both_tellings_logged(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session, day="2026-11-25")
        changes = len(session.exec(select(Transition)).all())
        meeting = meet(session, network, "2026-11-25", status="cancelled")
        assert (meeting.status, network.state) == ("cancelled", NetworkState.starting)
        assert str(network.kickoff_on) == "2026-11-25"
        assert [one.status for one in session.exec(select(ReportEntry))] == ["held", "cancelled"]
        assert len(session.exec(select(Transition)).all()) == changes


def test_a_cancelled_meeting_gives_no_minus(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        meet(session, network, "2027-01-20")
        before = score(session, network)
        meet(session, network, "2027-02-10", carriers=ALONE, status="cancelled")
        assert score(session, network) == before
        meet(session, network, "2027-02-10", carriers=ALONE)
        assert score(session, network) != before


def score(session: Session, network: Network) -> dict[str, float | None]:
    session.flush()
    [(_, health)] = assess(session, [network], date(2027, 3, 1))
    return health.components


def test_a_report_sixty_days_late_is_accepted_and_old_snapshots_stay_untouched(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        take_snapshots(session, date(2027, 3, 1))
        session.flush()
        [before] = [row.model_dump() for row in session.exec(select(HealthSnapshot))]
        late = at("2027-01-20") + timedelta(days=60)
        meeting = tell(session, network, "2027-01-20", late, 4, SHARED)
        assert (meeting.status, meeting.attended) == ("held", 4)
        take_snapshots(session, date(2027, 3, 1))
        session.flush()
        session.expire_all()
        assert [row.model_dump() for row in session.exec(select(HealthSnapshot))] == [before]
        with pytest.raises(UserError, match="högst 60 dagar tillbaka"):
            tell(session, network, "2027-01-20", late + timedelta(days=1), 4, SHARED)


@pytest.mark.parametrize("attended", [-1, 900])
def test_an_attendance_of_minus_one_or_nine_hundred_is_refused(attended: int) -> None:
    form = MeetingReportForm(network_number=1, on=date(2027, 1, 20), attended=attended)
    assert any("Hur många kom: ange 0–300" in problem for problem in form.problems(date(2027, 1, 21)))


@pytest.mark.parametrize("night", ["2027-03-28 02:30", "2027-10-31 02:30"])
def test_half_past_two_on_the_night_clocks_change_is_refused(night: str) -> None:
    form = MeetingReportForm(network_number=1, on=date(2027, 1, 20), attended=9, next_at=night)
    assert any(problem.startswith("Nästa träff: ") for problem in form.problems(date(2027, 1, 21)))


def test_only_a_member_who_said_yes_can_tell_of_a_meeting(office: Settings) -> None:
    with transaction() as session:
        network = talk(session, ask(session))
        assert network
        with pytest.raises(UserError, match="Vem berättar: m2 har inte sagt ja"):
            meet(session, network, "2026-11-25", reported_by="m2")
        say_yes(session, network)
        meeting = meet(session, network, "2026-11-25", reported_by="M2")
        [m2] = [role for role in roles_of(session, network.id) if role.code == "m2"]
        assert meeting.convener_id == m2.person_id


def test_whoever_has_left_the_union_or_the_network_tells_of_no_meeting(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        leave_union(session, MARIT, day="2027-01-11")
        change(session, network, "end_role", "2027-01-11", whose="m3", approver="gol", reason="Vill inte mer.")
        for code in ("m2", "m3"):
            with pytest.raises(UserError, match=f"Vem berättar: {code} finns inte i nätverk"):
                meet(session, network, "2027-01-20", carriers=("m1",) * 5, reported_by=code)
        assert len(session.exec(select(Meeting)).all()) == 1


def test_a_partner_is_kept_once_however_often_it_is_told(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        companies: dict[str, Any] = {"host_company": "Norrbottens  Bygg", "speaker_company": "Stål AB"}
        for day in ("2027-01-20", "2027-01-20", "2027-02-17"):
            meet(session, network, day, **companies)
        meet(session, network, "2027-03-17", host_company="NORRBOTTENS BYGG", speaker_company="")
        found = [(partner.company, str(partner.kind)) for partner in session.exec(select(Partner))]
        assert sorted(found) == [("Norrbottens Bygg", "host"), ("Stål AB", "speaker")]


def test_companies_that_took_part_are_kept_each_once_beside_what_else_they_were(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        meet(
            session, network, "2027-01-20", host_company="Stål AB", participants="Stål AB, Bygg & Co.;  BYGG & CO.\nEl"
        )
        meet(session, network, "2027-02-17", participants="stål ab, Måleri Norr")
        found = [(str(partner.kind), partner.company) for partner in session.exec(select(Partner))]
        assert sorted(found) == [
            ("host", "Stål AB"),
            *(("participant", company) for company in ("Bygg & Co.", "El", "Måleri Norr", "Stål AB")),
        ]


def test_a_company_belongs_to_the_network_that_named_it(office: Settings) -> None:
    with transaction() as session:
        networks = network_in(session), network_of(session, GOREL)
        for network in networks:
            meet(session, network, "2027-01-20", carriers=ALONE, participants="Stål AB")
        assert {partner.network_id for partner in session.exec(select(Partner))} == {one.id for one in networks}


BAD_COMPANIES = [
    ({"host_company": "<b>Stål</b>"}, "Företag ni träffades hos: skriv bara bokstäver"),
    ({"speaker_company": "www.stal.example"}, "Företag som talaren kom från: skriv bara bokstäver"),
    ({"participants": "El AB, stal.example, a@b.se"}, "Företag som var med: skriv bara bokstäver"),
    ({"participants": f"El AB, {'x' * (COMPANY_LENGTH + 1)}"}, "Företag som var med: korta till högst 120 tecken."),
    ({"participants": ",".join(f"AB {number}" for number in range(21))}, "Företag som var med: nämn högst 20."),
]


@pytest.mark.parametrize(("typed", "sentence"), BAD_COMPANIES)
def test_a_company_that_cannot_be_gets_one_sentence_that_names_its_field(typed: dict[str, str], sentence: str) -> None:
    form = MeetingReportForm(network_number=1, on=date(2027, 1, 20), **typed)
    [problem] = form.all_problems(date(2027, 1, 21))
    assert problem.startswith(sentence)


def test_as_many_companies_as_may_be_named_are_taken() -> None:
    named = ",".join([*(f"AB {number}" for number in range(20)), "ab 0", ""])
    assert (
        MeetingReportForm(network_number=1, on=date(2027, 1, 20), participants=named).problems(date(2027, 1, 21)) == []
    )


def test_a_report_tells_how_they_met_and_one_that_does_not_leaves_it_as_it_was_booked(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        meeting = meet(session, network, "2027-01-20", next_at="2027-03-17 17:30", next_form="digital")
        booked = next_booked(session, network.id, at("2027-01-21"))
        assert booked and (meeting.form, booked.form) == (MeetingForm.in_person, MeetingForm.digital)
        assert meet(session, network, "2027-03-17").form == MeetingForm.digital
        assert meet(session, network, "2027-03-17", meeting_form="mixed").form == MeetingForm.mixed
        assert meet(session, network, "2027-03-17", attended=10).form == MeetingForm.mixed


def test_a_next_meeting_told_of_again_stays_in_the_form_it_was_booked_in(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        meet(session, network, "2027-01-20", next_at="2027-03-17 17:30", next_form="digital")
        invited = len(mails(session, "calendar-invitation"))
        meet(session, network, "2027-01-20", next_at="2027-03-17 17:30")
        assert len(mails(session, "calendar-invitation")) == invited, "nothing has changed"
        meet(session, network, "2027-01-20", next_at="2027-03-17 18:30")
        booked = next_booked(session, network.id, at("2027-01-21"))
        assert booked and (booked.form, booked.sequence) == (MeetingForm.digital, 1)


def test_the_next_meetings_form_goes_with_a_next_meeting() -> None:
    form = MeetingReportForm(network_number=1, on=date(2027, 1, 20), next_form=MeetingForm.digital)
    assert form.all_problems(date(2027, 1, 21)) == [
        "«Nästa träffs form»: hör inte till valet «Nästa träff: inte bokad än». Töm det, eller ändra valet."
    ]


def test_a_cancelled_meeting_had_no_partners(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        with pytest.raises(UserError, match="«Företag ni träffades hos»: hör inte till valet «Träffen ställdes in»"):
            meet(session, network, "2027-01-20", status="cancelled", host_company="Stål AB")
        assert session.exec(select(Partner)).all() == []


def test_a_company_name_that_is_too_long_is_refused_and_the_form_can_be_emptied_of_it() -> None:
    form = MeetingReportForm(
        network_number=1, on=date(2027, 1, 20), host_company="x" * (COMPANY_LENGTH + 1), participants="Yyy"
    )
    assert form.problems(date(2027, 1, 21)) == ["Företag ni träffades hos: korta till högst 120 tecken."]
    kept = emptied(form).model_dump_json()
    assert "xxx" not in kept and "Yyy" not in kept


def test_help_beyond_the_step_is_judged_by_the_step_on_the_meetings_day_and_a_correction_takes_the_flag_away(
    office: Settings,
) -> None:
    with transaction() as session:
        network = network_in(session)
        helped = ("m1", "office", "office", "office", "m2")
        meet(session, network, "2027-03-10", carriers=helped)
        step_down(session, "2027-03-16")
        assert network.step == 2 and all_open(session) == [], "three of five, on step 1"
        tell(session, network, "2027-03-10", at("2027-03-20"), 9, helped)
        assert all_open(session) == [], "told again when the network had come a step further"
        meet(session, network, "2027-03-30", carriers=helped)
        assert [one.kind for one, _ in all_open(session)] == ["over_helping"]
        meet(session, network, "2027-03-30", carriers=SHARED)
        assert all_open(session) == []
