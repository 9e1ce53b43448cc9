"""Staff send a mail once more: to who says it never came, or whose address was put right (domain.md section 13)."""

import json
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from models.dates.local_time import local
from models.errors import UserError
from models.i18n import localized
from models.mail.delivery import FINAL
from models.mail.queue import QueuedMail, enqueue
from models.mail.suppression import is_unsubscribed, suppression_reason
from models.tables.mail import MailStatus, OutgoingMail, Template
from models.tables.person import Person
from models.views.still_holds import overtaken_reason

NEVER_TWICE = frozenset({Template.check_in_reminder, Template.second_organiser, Template.introduction})
"""One reminder, one other organiser asked (section 6), and one introduction that both agreed to."""
ASKED_FOR = frozenset({Template.fresh_link, Template.sign_in})
"""Whoever wants another asks for it on the page."""


def again_refused(session: Session, mail: OutgoingMail, at: datetime) -> str:
    """Why a mail cannot go once more, in a sentence that says what to do instead; empty when it can."""
    person = session.get(Person, mail.person_id) if mail.person_id else None
    if person is None or mail.template in NEVER_TWICE or mail.template in ASKED_FOR:
        return localized("Det här mejlet går bara en gång.", "This mail goes only once.")
    if mail.status == MailStatus.in_doubt:
        return localized(
            "Ingen vet om mejlet gick: avgör det i Prefect, under outbox.",
            "Nobody knows whether the mail went: settle it in Prefect, under outbox.",
        )
    if mail.status not in FINAL:
        return localized("Mejlet väntar på att gå.", "The mail waits to go.")
    if suppression_reason(person, utf8=True) or is_unsubscribed(mail, person):
        return localized(
            "Personen kan inte mejlas dit: ring, eller rätta adressen i registret.",
            "The person cannot be mailed there: call them, or put the address right in the register.",
        )
    if overtaken_reason(session, mail, at):
        return localized("Det mejlet säger gäller inte längre.", "What the mail says no longer holds.")
    if session.exec(select(OutgoingMail.id).where(col(OutgoingMail.idempotency_key) == _copy(mail, at).key)).first():
        return localized("Mejlet har redan skickats igen i dag.", "The mail has been sent again today already.")
    return ""


def send_again(session: Session, mail: OutgoingMail, at: datetime) -> UUID:
    """Queue the mail once more, written anew from what was kept with it; at most once a day. Returns the new one's id.

    Raises UserError as `again_refused` says.
    """
    if refused := again_refused(session, mail, at):
        raise UserError(refused)
    copy = _copy(mail, at)
    enqueue(session, [copy], at)
    return session.exec(select(OutgoingMail.id).where(col(OutgoingMail.idempotency_key) == copy.key)).one()


def _copy(mail: OutgoingMail, at: datetime) -> QueuedMail:
    """The same mail on the occasion of the first, whose parts some rules read, and of this day."""
    occasion = mail.idempotency_key.removeprefix(f"{mail.template}:").rpartition(":")[0]
    return QueuedMail(
        Template(mail.template),
        mail.person_id,
        f"{occasion}:again:{local(at).date()}",
        mail.network_id,
        mail.request_id,
        json.loads(mail.context),
    )
