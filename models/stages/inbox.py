"""Mail that comes in: what follows from each message, once (domain.md sections 6, 8 and 12).

What a message is, and why, is decided in models/inbox/verdict.py.
"""

from datetime import datetime

from sqlmodel import Session, col, select

from models.dates.local_time import local
from models.db.queries import insert_unless_there
from models.errors import UserError
from models.inbox.bounce import NOT_DELIVERED, hard_bounce, mark_returned
from models.inbox.check_in_answer import MailedAnswer
from models.inbox.complaint import heed
from models.inbox.verdict import Incoming, judge
from models.mail.queue import QueuedMail, enqueue
from models.office.interventions import open_for, open_once
from models.stages.check_in import take_answer
from models.tables.incoming_mail import IncomingKind, IncomingMail
from models.tables.mail import OutgoingMail, Template
from models.tables.network import TERMINAL, Network
from models.tables.office import InterventionKind, Staff, StaffRole
from models.tables.transition import Actor, Cause


def handle(session: Session, key: str, incoming: Incoming | None, at: datetime) -> tuple[IncomingKind, bool]:
    """Let follow what follows from a message, once, in the caller's transaction: (what it was, whether it was new).

    What cannot be read (None) is for staff. Whoever handles the same message at the same moment waits here, and then
    finds it done.
    """
    if not _is_new(session, key, at):
        return _row(session, key).kind, False
    row = _row(session, key)
    row.kind = _follow(session, key, incoming, at)
    session.add(row)
    return row.kind, True


def _row(session: Session, key: str) -> IncomingMail:
    return session.exec(select(IncomingMail).where(col(IncomingMail.key) == key)).one()


def _is_new(session: Session, key: str, at: datetime) -> bool:
    row = IncomingMail(key=key, kind=IncomingKind.staff, handled_at=at).model_dump()
    return insert_unless_there(session, IncomingMail, [row], ["key"]) == 1


def _follow(session: Session, key: str, incoming: Incoming | None, at: datetime) -> IncomingKind:
    """What a message is: what follows from that is done. An answer that can still not be taken is for staff."""
    verdict = judge(session, incoming, at)
    mail = verdict.mail
    match verdict.kind:
        case IncomingKind.bounce if mail and incoming and incoming.bounce:
            hard_bounce(session, mail, at, incoming.bounce.address)
        case IncomingKind.not_delivered if mail:
            mark_returned(mail, NOT_DELIVERED, at)
            session.add(mail)
        case IncomingKind.answer if verdict.answer:
            if not _is_taken(session, verdict.answer, at):
                return _hand_to_staff(session, mail, key, at)
        case IncomingKind.staff:
            if mail and incoming and incoming.complaint and incoming.complaint.is_a_wish:
                heed(session, mail, at)
            return _hand_to_staff(session, mail, key, at)
    return verdict.kind


def _is_taken(session: Session, answer: MailedAnswer, at: datetime) -> bool:
    """False when what follows from the answer is refused, such as its report of a meeting."""
    try:
        with session.begin_nested():
            take_answer(session, answer.check_in, answer.form, Cause("check-in", Actor.member, at), answer.person_id)
    except UserError:
        return False
    return True


def _hand_to_staff(session: Session, mail: OutgoingMail | None, key: str, at: datetime) -> IncomingKind:
    """Say that mail waits, and nothing of what is in it: on the network's list, else to the office, once a day."""
    network = session.get(Network, mail.network_id) if mail and mail.network_id else None
    if network and network.state not in TERMINAL:
        if not open_for(session, network, (InterventionKind.mail_waits,)):
            open_once(session, network, InterventionKind.mail_waits, key, at)
        return IncomingKind.staff
    told = {"what": InterventionKind.mail_waits.value, "subject": "", "due": None, "link": ""}
    office = select(Staff.id).where(col(Staff.active), col(Staff.role) == StaffRole.office)
    occasion = f"{InterventionKind.mail_waits}:{local(at).date()}"
    letters = [
        QueuedMail(Template.staff_alarm, None, occasion, context=told, staff_id=staff) for staff in session.exec(office)
    ]
    enqueue(session, letters, at)
    return IncomingKind.staff
