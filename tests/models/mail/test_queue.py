"""Which mails go when (domain.md section 9)."""

from collections import defaultdict

from models.dates.send_window import MailClass
from models.mail.queue import mail_class
from models.tables.mail import Template


def test_answers_go_at_once_word_from_the_office_on_working_days_and_the_rest_when_founders_have_time() -> None:
    found: dict[MailClass, set[str]] = defaultdict(set)
    for template in Template:
        found[mail_class(template)].add(template)
    assert found[MailClass.at_once] == {
        "receipt", "declined", "data-request", "fresh-link", "calendar-invitation", "sign-in",
        "confirm-request",
    }  # fmt: skip
    assert found[MailClass.working_day] == {
        "talk-invitation", "more-information", "granted", "waiting", "queue-offer", "request-ended", "correction",
        "staff-case", "staff-digest", "staff-alarm", "report-ready", "starter-kit",
    }  # fmt: skip
