"""A complaint: somebody pressed "this is spam", and their mail provider says so (RFC 5965).

They hear no more of what they can be spared, as if they had pressed *stop* in the mail, and staff are told: whether
they still want to carry their network is for a human to ask.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from models.tables.mail import OutgoingMail
from models.tables.person import Person

# A report that a mail was taken for spam by mistake, or failed a check, is nobody's wish (RFC 5965 section 7.3, 6591).
NOT_A_WISH = frozenset({"not-spam", "auth-failure"})


@dataclass(frozen=True)
class Complaint:
    """What is reported (abuse, opt-out …), and the mails of our form that it names."""

    about: str
    mails: tuple[UUID, ...] = ()

    @property
    def is_a_wish(self) -> bool:
        """Whether a person has said that they do not want such mail."""
        return self.about not in NOT_A_WISH


def heed(session: Session, mail: OutgoingMail, at: datetime) -> None:
    """Stop reminders to whom the mail went. Decisions and what they ask for still come (domain.md section 9)."""
    person = session.get(Person, mail.person_id) if mail.person_id else None
    if person and not person.erased_at:
        person.reminders_stopped_at = person.reminders_stopped_at or at
        session.add(person)
