"""What has stood so long that somebody must look."""

from datetime import timedelta

from sqlmodel import select

from models import outbox
from models.database import transaction
from models.mail import Letter, Template, queue
from models.settings import Settings
from models.staff import Staff
from tests.acts import ask, at


def test_a_mail_waits_only_in_the_hours_in_which_its_kind_may_go(office: Settings) -> None:
    """Mail to staff goes on working days from nine to three."""
    with transaction() as session:
        assert outbox.longest_wait(session, at("2026-11-06")) == timedelta()
        asa = session.exec(select(Staff)).first()
        assert asa
        queue(session, [Letter(Template.staff_digest, None, "2026-W45", context={}, staff_id=asa.id)], at("2026-11-06"))
        assert outbox.longest_wait(session, at("2026-11-06", 12)) == timedelta(hours=2)
        assert outbox.longest_wait(session, at("2026-11-07", 12)) == timedelta(), "a Saturday"
        assert outbox.longest_wait(session, at("2026-11-09", 11)) == timedelta(hours=2), "since nine on Monday"


def test_a_receipt_waits_at_any_hour(office: Settings) -> None:
    with transaction() as session:
        ask(session, day="2026-11-06")
        assert outbox.longest_wait(session, at("2026-11-07", 10)) == timedelta(days=1)
