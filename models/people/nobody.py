"""Nobody: a member who is not, for whom all is done that would be done for one, and taken back."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from sqlmodel import Session

from models.tables.person import EmailStatus, Membership, Person

NAME = "Ingen Alls"  # as long as a name is


@contextmanager
def nobody(session: Session, member_number: str) -> Iterator[Person]:
    """Somebody who is not written down yet, as `known_by_number` tells of one. Whatever is written of them in here is
    taken back.

    Who knocks at another page while a stranger's number is worked off would notice whose is known: there is more to
    write for a member (domain.md section 13).
    """
    with session.begin_nested() as written:
        yield Person(
            member_hash=f"nobody {uuid4()}",
            member_number=member_number,
            name=NAME,
            email="ingen@example.org",
            email_status=EmailStatus.ok,
            membership=Membership.active,
        )
        session.flush()
        written.rollback()
