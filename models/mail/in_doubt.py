"""What a crash left in doubt is settled by staff: nobody else can know whether it went (domain.md I8, RFC 1047)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from models.dates.send_window import next_allowed
from models.errors import UserError
from models.i18n import localized
from models.mail import delivery as sending_rules
from models.mail.queue import mail_class
from models.tables.mail import WAITING, MailStatus, OutgoingMail, Template

Verdict = Literal["sent", "resend"]
SHORTEST = 8


def in_doubt(session: Session) -> list[OutgoingMail]:
    """What waits to be settled, oldest first."""
    doubtful = select(OutgoingMail).where(col(OutgoingMail.status) == MailStatus.in_doubt)
    return list(session.exec(doubtful.order_by(col(OutgoingMail.created_at), col(OutgoingMail.id))))


def settle_in_doubt(
    session: Session, ids: Sequence[str], verdict: Verdict, at: datetime, staff_id: UUID | None = None
) -> int:
    """Mark what is in doubt as sent, or let it go once more with the same bytes. Returns how many.

    An empty list means all. An id may be shortened to its first eight characters. Raises UserError when one of them is
    not in doubt; nothing changes then.
    """
    doubtful = in_doubt(session)
    chosen = [_named(doubtful, one) for one in ids] if ids else doubtful
    for mail in {mail.id: mail for mail in chosen}.values():
        if verdict == "sent":
            sending_rules.record(mail, MailStatus.sent, 0, at)
        else:  # it was allowed to go already; the hour of the day is looked at when it goes
            mail.status = MailStatus.queued
        mail.reason, mail.settled_by = f"settled-{verdict}", staff_id
        session.add(mail)
    return len(chosen)


def doubt_what_may_have_gone(session: Session, made_at: datetime, now: datetime) -> int:
    """After a backup made at `made_at` was restored: what could have gone since is in doubt. Returns how many.

    The office went on after the backup: a mail that waited then, and was allowed to go before `now`, may have gone,
    and would go twice. What was not allowed to go yet still waits.
    """
    waiting = select(OutgoingMail.id, OutgoingMail.template, OutgoingMail.not_before)
    waiting = waiting.where(col(OutgoingMail.status).in_(WAITING))
    may_have_gone = [
        mail
        for mail, kind, opens in session.exec(waiting)
        if next_allowed(max(made_at, opens), mail_class(Template(kind))) <= now
    ]
    free = update(OutgoingMail).values(claimed_by=None, claimed_until=None)
    doubt = free.values(status=MailStatus.in_doubt, reason="restored")
    begun = session.execute(doubt.where(col(OutgoingMail.status) == MailStatus.sending))
    for mail in may_have_gone:
        session.execute(doubt.where(col(OutgoingMail.id) == mail))
    session.execute(free.where(col(OutgoingMail.status).in_(WAITING)))
    return len(may_have_gone) + int(begun.rowcount)  # type: ignore[attr-defined]


def _named(doubtful: Sequence[OutgoingMail], text: str) -> OutgoingMail:
    wanted = text.strip().lower().replace("-", "")
    found = [mail for mail in doubtful if mail.id.hex.startswith(wanted)] if len(wanted) >= SHORTEST else []
    if len(found) != 1:
        raise UserError(
            localized(
                f"Mejl: {text.strip()[:40]!r} är inget av dem som är osäkra. Skriv minst 8 tecken av dess nummer.",
                f"Mail: {text.strip()[:40]!r} is none of those in doubt. Write at least 8 characters of its number.",
            )
        )
    return found[0]
