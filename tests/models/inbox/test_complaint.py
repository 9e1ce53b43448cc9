"""A complaint about our mail: its reader is spared reminders, as if they had pressed stop, and staff are told."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from models.db.engine import transaction
from models.inbox.complaint import Complaint
from models.inbox.verdict import Incoming
from models.settings import Settings
from models.stages import check_in as check_in_round
from models.stages.inbox import handle
from models.tables.incoming_mail import IncomingKind
from models.tables.office import Intervention
from models.tables.person import EmailStatus, Person
from tests.acts import at, mails, organisers
from tests.inboxes import SENT, asked

CAME = at("2026-12-02")


def complain(session: Session, about: str, *mails: object) -> IncomingKind:
    complaint = Complaint(about, tuple(mails))  # type: ignore[arg-type]
    return handle(
        session, f"{about}{len(mails)}".ljust(64, "k"), Incoming("fbl@example.net", complaint=complaint), CAME
    )[0]


@pytest.mark.parametrize("about", ["abuse", "opt-out", "fraud", ""])
def test_who_does_not_want_our_mail_hears_no_more_reminders_and_staff_are_told(office: Settings, about: str) -> None:
    with transaction() as session:
        network, mail = asked(session)
        assert complain(session, about, mail.id) == IncomingKind.staff
        contact, other = organisers(session, network)[:2]
        person = session.get_one(Person, contact.person_id)
        assert (person.reminders_stopped_at, person.email_status) == (CAME, EmailStatus.ok)
        [waits] = session.exec(select(Intervention)).all()
        assert (waits.kind, waits.network_id) == ("mail_waits", network.id)
        check_in_round.send_due(session, at("2027-01-12"))
        assert [one.person_id for one in mails(session, "check-in")] == [other.person_id]


@pytest.mark.parametrize("about", ["not-spam", "auth-failure"])
def test_a_report_that_is_nobodys_wish_is_only_told(office: Settings, about: str) -> None:
    with transaction() as session:
        network, mail = asked(session)
        assert complain(session, about, mail.id) == IncomingKind.staff
        assert session.get_one(Person, organisers(session, network)[0].person_id).reminders_stopped_at is None


def test_a_complaint_that_names_no_mail_of_ours_stops_nothing_and_is_told(office: Settings) -> None:
    with transaction() as session:
        network, mail = asked(session)
        assert complain(session, "abuse") == IncomingKind.staff
        assert session.get_one(Person, organisers(session, network)[0].person_id).reminders_stopped_at is None
        assert len(mails(session, "staff-alarm")) == 1
        assert mail.network_id == network.id


def test_who_had_stopped_reminders_before_stopped_them_then(office: Settings) -> None:
    with transaction() as session:
        network, mail = asked(session)
        person = session.get_one(Person, organisers(session, network)[0].person_id)
        person.reminders_stopped_at = at(SENT) + timedelta(hours=1)
        complain(session, "abuse", mail.id)
        assert person.reminders_stopped_at == at(SENT) + timedelta(hours=1)
