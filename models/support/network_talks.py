"""The hours of talks with a network: one a network, day and signature, whatever it settled (domain.md section 5)."""

from datetime import date, datetime
from decimal import Decimal

from sqlmodel import Session, col, select

from models.office.menu import MENU
from models.support.ledger import book_talk, lock_ledger, take_what_is_left
from models.tables.network import Network
from models.tables.office import Staff
from models.tables.support import BookedTalk, Item


def book_network_talk(session: Session, network: Network, talker: Staff, on: date, kind: Item, at: datetime) -> Decimal:
    """Book a talk with a network that was held; told of again that day by the same signature it is the same talk.

    One that was booked as shorter than `kind` is on the menu takes the difference: the longest counts, once. Returns
    the hours that it took now, at most what is left of the quarter.
    """
    lock_ledger(session)
    booked = session.exec(
        select(BookedTalk).where(
            col(BookedTalk.network_id) == network.id, col(BookedTalk.staff_id) == talker.id, col(BookedTalk.on) == on
        )
    ).one_or_none()
    if booked is None:
        hours = book_talk(session, talker, on, at, kind)
        talk = BookedTalk(network_id=network.id, staff_id=talker.id, on=on, item=kind, hours=hours, told_at=at)
        session.add(talk)
        session.flush()
        return hours
    longer = MENU[kind].hours - MENU[booked.item].hours
    if longer <= 0:
        return Decimal(0)
    more = take_what_is_left(session, talker, on, longer, at)
    booked.item, booked.hours = kind, booked.hours + more
    session.add(booked)
    session.flush()
    return more
