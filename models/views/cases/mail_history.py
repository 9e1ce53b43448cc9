"""What was mailed about a request or a network, or to a person: what, when, to whom, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from models.tables.mail import WAITING, MailStatus, OutgoingMail, Template
from models.tables.network import Network
from models.views.still_holds import overtaken_reason

MOST = 100


@dataclass(frozen=True)
class MailLine:
    """One mail. `to`: the reader's code in the network (m1), "initiator", "staff", or nothing for who is not known.

    `about`: the number of the network it is about. `at`: when it went or was settled, else from when it may go.
    `will_be_dropped`: it waits, and as things are it will not go, for it has nothing left to say.
    """

    id: UUID
    template: Template
    to: str
    status: MailStatus
    reason: str | None
    created_at: datetime
    at: datetime
    is_settled: bool
    will_be_dropped: bool
    about: int | None = None


def mail_history(
    session: Session, about: ColumnElement[bool], at: datetime, readers: Mapping[UUID, str] | None = None
) -> list[MailLine]:
    """The newest mails that `about` holds for. `readers`: what to call each person that they went to."""
    rows = session.exec(
        select(OutgoingMail, Network.number)
        .outerjoin(Network, col(Network.id) == OutgoingMail.network_id)
        .where(about)
        .order_by(col(OutgoingMail.created_at).desc(), col(OutgoingMail.id))
        .limit(MOST)
    )
    return [_line(session, mail, number, at, readers or {}) for mail, number in rows]


def _line(
    session: Session, mail: OutgoingMail, number: int | None, at: datetime, readers: Mapping[UUID, str]
) -> MailLine:
    to = "staff" if mail.staff_id else readers.get(mail.person_id, "") if mail.person_id else ""
    dropped = mail.status in WAITING and overtaken_reason(session, mail, max(at, mail.not_before)) is not None
    return MailLine(
        id=mail.id,
        template=Template(mail.template),
        to=to,
        status=mail.status,
        reason=mail.reason,
        created_at=mail.created_at,
        at=mail.settled_at or mail.not_before,
        is_settled=mail.settled_at is not None,
        will_be_dropped=dropped,
        about=number,
    )
