"""Waiting for one's turn, where the database has more than one writer."""

from sqlalchemy import text
from sqlmodel import Session


def one_at_a_time(session: Session, what: str) -> None:
    """From here to the transaction's end nobody else is past this point for the same thing; SQLite has one writer."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(hashtext(:what))"), {"what": what})
