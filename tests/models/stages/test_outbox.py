"""Mail that waited too long: decisions, rights answers and calendar mail go however late, the rest is skipped."""

from datetime import timedelta

import pytest

from models.db.engine import transaction
from models.mail.kinds import NEVER_SKIPPED
from models.mail.queue import QueuedMail, enqueue
from models.settings import Settings
from models.stages.outbox import skip_backlog
from models.tables.mail import MailStatus, Template
from models.views.undelivered import not_sent
from tests.acts import ask, at, mails

DECISIONS = {"granted", "waiting", "queue-offer", "declined", "request-ended", "correction"}


@pytest.mark.parametrize("template", list(Template))
def test_what_has_waited_for_more_than_fourteen_days_is_skipped_unless_it_is_a_decision(
    office: Settings, template: Template
) -> None:
    with transaction() as session:
        request = ask(session, co_organisers="")
        enqueue(session, [QueuedMail(template, request.initiator_id, "late", request_id=request.id)], at("2026-11-02"))
        [mail] = [one for one in mails(session, template) if ":late:" in one.idempotency_key]
        for other in (*mails(session, "receipt"), *mails(session, "staff-case")):
            other.status = MailStatus.sent if other is not mail else other.status
        session.flush()
        goes = template in DECISIONS | {"data-request", "calendar-invitation"}
        assert skip_backlog(session, mail.not_before + timedelta(days=14)) == 0
        moment = mail.not_before + timedelta(days=14, minutes=1)
        assert skip_backlog(session, moment) == (0 if goes else 1)
        session.refresh(mail)
        assert mail.status == (MailStatus.queued if goes else MailStatus.skipped)
        shown = [(one.template, one.reason) for one in not_sent(session, moment, 10)]
        assert shown == ([] if goes else [(template, "backlog")]), "what was skipped stands among what did not go"


def test_a_decision_is_what_the_office_answered_somebody() -> None:
    assert {str(one) for one in NEVER_SKIPPED} == DECISIONS | {"data-request", "calendar-invitation"}
