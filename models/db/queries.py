"""What several queries share: ids a portion at a time, and the next free number."""

from sqlalchemy.orm import Mapped
from sqlmodel import Session, func, select

from models.db.locks import one_at_a_time

IDS_AT_A_TIME = 5000  # a database takes only so many values in one question


def next_number(session: Session, numbers: Mapped[int]) -> int:
    """The next number that staff will know a request or network by; `numbers` is the column that holds them.

    Nobody else is given one until the transaction ends.
    """
    one_at_a_time(session, str(numbers))
    return (session.exec(select(func.max(numbers))).one() or 0) + 1
