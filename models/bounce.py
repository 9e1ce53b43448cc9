"""An address that nobody reads mail at: the person is not written to again, and staff are told (section 12)."""

from datetime import datetime

from sqlmodel import Session

from models.intervention import InterventionKind, open_once
from models.mail import OutgoingMail
from models.network import Network
from models.person import EmailStatus, Person


def hard_bounce(session: Session, mail: OutgoingMail, at: datetime) -> None:
    """Write to this person no more, and have staff call."""
    person = session.get(Person, mail.person_id) if mail.person_id else None
    if person:
        person.email_status = EmailStatus.bounced
        session.add(person)
    ask_staff_to_call(session, mail, at)


def ask_staff_to_call(session: Session, mail: OutgoingMail, at: datetime) -> None:
    """Somebody who carries a network cannot be mailed: staff call them."""
    network = session.get(Network, mail.network_id) if mail.network_id and mail.person_id else None
    if network:
        open_once(session, network, InterventionKind.phone_only, str(mail.person_id), at)
