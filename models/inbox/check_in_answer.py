"""An answer by mail: whose it is, and to which check-in (domain.md section 6)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from models.check_ins.questions import asked_besides, latest_of
from models.db.queries import some_at_a_time
from models.forms.check_in import CheckInAnswers
from models.mail.kinds import ASKS
from models.people.roles import roles_of
from models.tables.check_in import CheckIn
from models.tables.mail import OutgoingMail
from models.tables.person import Person
from models.text import canonical_address


@dataclass(frozen=True)
class MailedAnswer:
    """Whole answers, from somebody who was asked."""

    check_in: CheckIn
    person_id: UUID
    form: CheckInAnswers


def find_asked(session: Session, sender: str, refers_to: Sequence[OutgoingMail]) -> tuple[CheckIn, UUID] | None:
    """The check-in that somebody answers, and who they are, if it is certain that they were asked.

    `refers_to` are our mails that the reply answers. Only where it names none does the sender's address decide.
    """
    return _of_mails(session, sender, refers_to) if refers_to else _of_sender(session, sender)


def _of_mails(session: Session, sender: str, mails: Sequence[OutgoingMail]) -> tuple[CheckIn, UUID] | None:
    """The check-in that one of these mails asks, when the reply comes from whom that mail went to.

    They must still carry the network: who has left answers for nobody.
    """
    for mail in mails:
        if mail.template not in ASKS or not mail.person_id or not mail.network_id:
            continue
        person = session.get_one(Person, mail.person_id)
        carries = any(role.person_id == person.id for role in roles_of(session, mail.network_id))
        if carries and _writes_from(person, sender):
            return session.get_one(CheckIn, UUID(json.loads(mail.context)["check_in"])), person.id
    return None


def _of_sender(session: Session, sender: str) -> tuple[CheckIn, UUID] | None:
    """The one open check-in that the sender's address was asked, when one person has it and was asked one only."""
    check_ins = {one.id: one for one in latest_of(session, col(CheckIn.answered_at).is_(None)).values()}
    asked = {(one.id, one.person_id) for one in check_ins.values()}
    asked |= {
        (check_in, person)
        for check_in, person in asked_besides(session, [one.network_id for one in check_ins.values()])
        if check_in in check_ins
    }
    theirs = _people_at(session, sender, [person for _, person in asked])
    matching = [(check_in, person) for check_in, person in asked if person in theirs]
    if len(matching) != 1:
        return None
    [(check_in, person)] = matching
    found = check_ins[check_in]
    carries = any(role.person_id == person for role in roles_of(session, found.network_id))
    return (found, person) if carries else None


def _people_at(session: Session, address: str, ids: list[UUID]) -> set[UUID]:
    found = set()
    for some in some_at_a_time(ids):
        people = session.exec(select(Person).where(col(Person.id).in_(some)))
        found |= {person.id for person in people if _writes_from(person, address)}
    return found


def _writes_from(person: Person, address: str) -> bool:
    return bool(person.email) and canonical_address(person.email or "") == canonical_address(address)
