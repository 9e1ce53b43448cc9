"""Mail that comes in: what each message is, and what follows from it, once (domain.md sections 6, 8 and 12)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from models.dates.local_time import local
from models.db.queries import insert_unless_there
from models.errors import UserError
from models.inbox.bounce import NOT_DELIVERED, Bounce, Weight, hard_bounce, mark_returned
from models.inbox.check_in_answer import MailedAnswer, read_answer
from models.mail.queue import QueuedMail, enqueue
from models.office.interventions import open_for, open_once
from models.stages.check_in import take_answer
from models.tables.incoming_mail import IncomingKind, IncomingMail
from models.tables.mail import OutgoingMail, Template
from models.tables.network import TERMINAL, Network
from models.tables.office import InterventionKind, Staff, StaffRole
from models.tables.transition import Actor, Cause


@dataclass(frozen=True)
class Incoming:
    """A message as it was read: `text` is the sender's own words, `refers_to` the mails of our form that it answers."""

    sender: str
    refers_to: tuple[UUID, ...] = ()
    text: str = ""
    automatic: bool = False
    bounce: Bounce | None = None


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
    if incoming is None:
        return _hand_to_staff(session, None, key, at)
    if incoming.bounce:
        return _take_back(session, incoming.bounce, key, at)
    if incoming.automatic:
        return IncomingKind.auto_reply
    mails = _ours(session, incoming.refers_to)
    answer = read_answer(session, incoming.sender, mails, incoming.text, at)
    if answer and _is_taken(session, answer, at):
        return IncomingKind.answer
    return _hand_to_staff(session, next((mail.network_id for mail in mails if mail.network_id), None), key, at)


def _is_taken(session: Session, answer: MailedAnswer, at: datetime) -> bool:
    """False when the days in which an answer can be changed have passed."""
    try:
        with session.begin_nested():
            take_answer(session, answer.check_in, answer.form, Cause("check-in", Actor.member, at), answer.person_id)
    except UserError:
        return False
    return True


def _ours(session: Session, ids: Iterable[UUID]) -> list[OutgoingMail]:
    """The mails that we did send, in the order of `ids`; an id of our form can be made up."""
    return [mail for one in ids if (mail := session.get(OutgoingMail, one)) and mail.message_id]


def _take_back(session: Session, bounce: Bounce, key: str, at: datetime) -> IncomingKind:
    """A bounce counts only for the mail whose id it holds, which nobody can guess."""
    mails = _ours(session, bounce.mails)
    if not mails:
        known = bounce.reports and bounce.names_a_mail
        return IncomingKind.ignored if known else _hand_to_staff(session, None, key, at)
    mail = mails[0]
    if not bounce.reports:
        return _hand_to_staff(session, mail.network_id, key, at)
    match bounce.weight:
        case Weight.none:
            return IncomingKind.ignored
        case Weight.soft:
            return IncomingKind.soft
        case Weight.not_delivered:
            mark_returned(mail, NOT_DELIVERED, at)
            session.add(mail)
            return IncomingKind.not_delivered
        case Weight.hard:
            hard_bounce(session, mail, at, bounce.address)
            return IncomingKind.bounce


def _hand_to_staff(session: Session, network_id: UUID | None, key: str, at: datetime) -> IncomingKind:
    """Say that mail waits, and nothing of what is in it: on the network's list, else to the office, once a day."""
    network = session.get(Network, network_id) if network_id else None
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
