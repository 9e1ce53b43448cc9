"""Whom a network's questions reach: who carries it, may be mailed, and has not stopped reminders."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlmodel import Session, col, select

from models.db.queries import some_at_a_time
from models.people.person import may_be_mailed
from models.people.roles import contacts_then_organisers
from models.tables.network import Role
from models.tables.person import Person


def who_may_be_reminded(session: Session, ids: Collection[UUID]) -> set[UUID]:
    """Those of these persons who may be mailed and have not stopped reminders; decisions still come to them.

    Nobody's encrypted columns are opened.
    """
    may = select(Person.id).where(*may_be_mailed(), col(Person.reminders_stopped_at).is_(None))
    found = set[UUID]()
    for some in some_at_a_time(ids):
        found.update(session.exec(may.where(col(Person.id).in_(some))))
    return found


def reachable_roles(session: Session, network_ids: Iterable[UUID]) -> dict[UUID, list[Role]]:
    """Of those who may be asked about each network, the ones whom a check-in may go to; the first comes first.

    A network where nobody can be written to has an empty list; one that nobody carries is left out.
    """
    carriers = contacts_then_organisers(session, network_ids)
    reachable = who_may_be_reminded(session, {role.person_id for roles in carriers.values() for role in roles})
    return {
        network_id: [role for role in roles if role.person_id in reachable] for network_id, roles in carriers.items()
    }
