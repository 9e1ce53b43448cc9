"""One mail as staff see it: to whom, about what, and what became of it (domain.md section 13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col

from models.dates.local_time import local
from models.office.sight import Sight
from models.tables.mail import OutgoingMail
from models.tables.network import Network
from models.tables.office import Staff
from models.tables.person import Person
from models.tables.request import SupportRequest
from models.views.cases.mail_history import MailLine, mail_history
from models.views.cases.network_case import network_sight
from models.views.cases.person_case import person_sight
from models.views.cases.request_case import request_sight


@dataclass(frozen=True)
class MailCase:
    """What its page shows; without sight of persons `person` is None, and the page shows no text."""

    mail: OutgoingMail
    line: MailLine
    sight: Sight
    person: Person | None
    network: Network | None
    request: SupportRequest | None
    persons: Sequence[UUID]
    """Whom the page shows to who may see persons."""


def mail_case(session: Session, mail_id: UUID, me: Staff, since: datetime, at: datetime) -> MailCase | None:
    """The mail as `me` may see it; None for none, and for one to staff: that is theirs alone."""
    mail = session.get(OutgoingMail, mail_id)
    person = session.get(Person, mail.person_id) if mail and mail.person_id else None
    if mail is None or person is None or person.erased_at:
        return None
    network = session.get(Network, mail.network_id) if mail.network_id else None
    request = session.get(SupportRequest, mail.request_id) if mail.request_id else None
    if network:
        sight = network_sight(session, network, me, since, at)
    elif request:
        sight = request_sight(session, request, me, since, at)
    else:
        sight = person_sight(session, person.id, me, since, local(at).date())
    [line] = mail_history(session, col(OutgoingMail.id) == mail_id, at)
    shown = person if sight is Sight.all else None
    return MailCase(mail, line, sight, shown, network, request, [person.id])


def page_of(mail_id: UUID) -> str:
    """What a look at it is written down as."""
    return f"mail/{mail_id}"
