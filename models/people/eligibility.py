"""Since when somebody may carry or ask for a network no more: they left, or work at the office (domain.md section 10).

The register says what is so now, never since when: it is looked at every morning, and what is new is dated.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, and_, col, exists, or_, select, update

from models.errors import UserError
from models.i18n import localized
from models.people.person import known_by_number, written_down
from models.tables.network import Role
from models.tables.office import Staff
from models.tables.person import Membership, Person
from models.tables.request import OPEN, SupportRequest
from models.text import canonical_address

GRACE = timedelta(days=14)
# A representative need not be a member. An unknown membership takes nothing from anybody: the register may be down.
IS_INELIGIBLE = or_(
    and_(col(Person.membership).in_((Membership.left, Membership.none)), col(Person.is_representative).is_(False)),
    col(Person.is_employee).is_(True),
)
CARRIES = exists().where(col(Role.person_id) == col(Person.id), col(Role.until).is_(None))
ASKS = exists().where(col(SupportRequest.initiator_id) == col(Person.id), col(SupportRequest.state).in_(OPEN))


def note_who_may_no_more(session: Session, at: datetime) -> int:
    """Date those who carry or ask for something and may no more, and take the date from those who may again.

    Returns how many are new. Who works at the office is known by the register, or by their address: that is looked at
    anew each time, and never written down as the register's word.
    """
    may_not = or_(IS_INELIGIBLE, col(Person.id).in_(_on_the_staff(session)))
    fresh = (may_not, col(Person.ineligible_since).is_(None), col(Person.erased_at).is_(None), or_(CARRIES, ASKS))
    found = session.exec(select(Person.id).where(*fresh)).all()
    session.execute(update(Person).where(*fresh).values(ineligible_since=at))
    again = (~may_not, col(Person.ineligible_since).is_not(None))
    session.execute(update(Person).where(*again).values(ineligible_since=None))
    return len(found)


def _on_the_staff(session: Session) -> list[UUID]:
    """Who of those that carry or ask for something has the address of somebody on the staff."""
    addresses = staff_addresses(session)
    rows = select(Person.id, Person.email).where(or_(CARRIES, ASKS), col(Person.email).is_not(None))
    return [key for key, email in session.exec(rows) if canonical_address(email or "") in addresses]


def works_at_the_office(session: Session, person: Person) -> bool:
    """Whether the register says so, or their address is that of somebody on the staff (domain.md S8)."""
    return person.is_employee or canonical_address(person.email or "") in staff_addresses(session)


def staff_addresses(session: Session) -> set[str]:
    """The addresses of everybody who works at the office now, as they are compared."""
    return {canonical_address(one) for one in session.exec(select(Staff.email).where(col(Staff.active)))}


def who_may_carry(session: Session, member_number: str) -> Person:
    """The member or representative outside the office who has this number: they may carry a network or ask for one.
    From now on they are written down.

    Raises UserError that names the field.
    """
    person = known_by_number(session, member_number)
    if person is None or not person.may_initiate or works_at_the_office(session, person):
        raise UserError(
            localized(
                "Medlemsnummer: ingen aktiv medlem eller företrädare utanför kansliet har det numret. Kontrollera det.",
                "Member number: no active member or representative outside the office has it. Check the number.",
            )
        )
    return written_down(session, person)
