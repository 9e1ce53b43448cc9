"""What was overtaken while it waited is not sent (domain.md section 9)."""

from datetime import datetime

from sqlmodel import Session

from models.db.engine import transaction
from models.meetings import booking
from models.networks.changes import hand_over
from models.office.staff import by_signature
from models.people.roles import roles_of
from models.requests.assignment import invite_to_talk
from models.settings import Settings
from models.stages import check_in as check_in_round
from models.stages import kickoff, phase_out
from models.tables.meeting import MeetingForm
from models.tables.network import Network
from models.tables.transition import Actor
from models.views.still_holds import overtaken_reason
from tests.acts import ask, at, by, change, first_meeting_booked, mails, meet, network_in, talk


def reasons(session: Session, template: str, moment: datetime) -> list[str | None]:
    return [overtaken_reason(session, mail, moment) for mail in mails(session, template)]


def book(session: Session, network: Network, starts_at: datetime, day: str) -> None:
    role = roles_of(session, network.id)[0]
    kickoff.book(session, network, role, booking.Booking(starts_at, MeetingForm.in_person), by(Actor.member, day))
    session.flush()


def test_an_invitation_holds_until_the_meeting_has_begun_or_is_moved_and_then_the_update_does(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        book(session, network, at("2027-02-10", 17), "2027-01-11")
        assert set(reasons(session, "calendar-invitation", at("2027-02-09"))) == {None}
        assert set(reasons(session, "calendar-invitation", at("2027-02-10", 18))) == {"overtaken"}
        book(session, network, at("2027-02-10", 18), "2027-01-12")
        found = reasons(session, "calendar-invitation", at("2027-01-12"))
        assert (found.count("overtaken"), found.count(None)) == (3, 3)
        meet(session, network, "2027-02-10", status="cancelled")
        found = reasons(session, "calendar-invitation", at("2027-02-09"))
        assert (found.count("overtaken"), found.count(None)) == (6, 3), "the cancellation alone holds"


def test_a_request_that_was_handed_on_or_answered_meanwhile_is_no_longer_told_to_who_had_it(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        assert reasons(session, "staff-case", at("2026-11-03")) == [None]
        asj, gol = by_signature(session, "asj", ""), by_signature(session, "gol", "")
        hand_over(session, asj, gol, by(Actor.staff, "2026-11-03"))
        assert sorted(reasons(session, "staff-case", at("2026-11-03")), key=str) == [None, "overtaken"]
        talk(session, request, decision="decline", reason="outside_purpose")
        assert set(reasons(session, "staff-case", at("2026-11-05"))) == {"overtaken"}


def test_the_checklist_of_a_first_meeting_that_was_called_off_is_not_sent(office: Settings) -> None:
    with transaction() as session:
        network = first_meeting_booked(session)
        kickoff.checklists(session, at("2026-11-12"))
        assert set(reasons(session, "kickoff-checklist", at("2026-11-12"))) == {None}
        assert set(reasons(session, "kickoff-checklist", at("2026-11-26"))) == {"overtaken"}
        meet(session, network, "2026-11-25", status="cancelled")
        assert set(reasons(session, "kickoff-checklist", at("2026-11-12"))) == {"overtaken"}


def test_a_reminder_is_not_sent_after_a_report_and_no_question_to_a_network_that_rests(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        check_in_round.send_due(session, at("2026-12-01"))
        check_in_round.remind(session, at("2026-12-10"))
        assert reasons(session, "check-in-reminder", at("2026-12-10")) == [None]
        meet(session, network, "2026-12-09")
        assert reasons(session, "check-in-reminder", at("2026-12-10")) == ["overtaken"]
        assert reasons(session, "first-meeting", at("2026-12-10")) == [None]
        change(session, network, "rest", "2026-12-10", member="m1")
        assert reasons(session, "first-meeting", at("2026-12-10")) == ["overtaken"]


def test_a_notice_of_the_end_is_not_sent_beside_the_end_or_when_the_end_has_moved(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session, day="2027-01-20")
        phase_out.give_notice(session, at("2027-08-16"))
        assert reasons(session, "ending", at("2027-08-19")) == [None]
        told = {"days": 30, "approver": "mla", "reason": "Två arrangörer blev sjuka."}
        change(session, network, "extend", "2027-08-17", **told)
        assert reasons(session, "ending", at("2027-08-19")) == ["overtaken"]


def test_an_invitation_to_talk_is_not_sent_after_the_talk(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        invite_to_talk(session, request, at("2026-11-02"))
        assert reasons(session, "talk-invitation", at("2026-11-03")) == [None]
        talk(session, request)
        assert reasons(session, "talk-invitation", at("2026-11-06")) == ["overtaken"]
        assert set(reasons(session, "granted", at("2026-11-06"))) == {None}, "a decision always holds"
