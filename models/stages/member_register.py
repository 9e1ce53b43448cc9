"""The member register that the office has fetched every night could not be taken in: whom that is told."""

from datetime import datetime

from sqlmodel import Session, col, select

from models.dates.local_time import local
from models.i18n import localized
from models.mail.queue import QueuedMail, enqueue
from models.tables.mail import Template
from models.tables.office import Staff, StaffRole

REFUSED = "register_refused"


def tell_office(session: Session, why: str, at: datetime) -> int:
    """One mail to each of the office, once a day, with why in a sentence. Returns how many."""
    subject = localized(f"Medlemsregistret ({why})", f"The member register ({why})")
    told = {"what": REFUSED, "subject": subject, "due": None, "link": ""}
    office = select(Staff.id).where(col(Staff.active), col(Staff.role) == StaffRole.office)
    letters = [
        QueuedMail(Template.staff_alarm, None, f"{REFUSED}:{local(at).date()}", context=told, staff_id=staff)
        for staff in session.exec(office)
    ]
    return enqueue(session, letters, at)
