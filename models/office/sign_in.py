"""How staff come in to their own pages, and until when (domain.md section 13)."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from models.db.crypto import keyed_hash
from models.errors import UserError
from models.i18n import localized
from models.mail.queue import QueuedMail, enqueue
from models.tables.mail import Template
from models.tables.office import Staff
from models.tables.staff_session import SignIn, StaffSession
from models.text import canonical_address

SESSION = timedelta(hours=12)
OFTEN = timedelta(hours=1)
MOST_OFTEN = 5
"""Sign-in mails to one member of staff within `OFTEN`: enough for who mislays one, too few to flood an inbox."""


def ask(session: Session, address: str, page: str, at: datetime) -> int:
    """Queue a link to whoever of staff has that address; none for anybody else, or for one who asks too often.

    `page`: where they were going. Returns how many mails were queued.
    """
    wanted = canonical_address(address)
    staff = next(
        (one for one in session.exec(select(Staff).where(col(Staff.active))) if canonical_address(one.email) == wanted),
        None,
    )
    if staff is None or _asked_lately(session, staff, at) >= MOST_OFTEN:
        return 0
    link = new_link(session, staff, page, at)
    letter = QueuedMail(Template.sign_in, None, str(link), context={"sign_in": str(link)}, staff_id=staff.id)
    return enqueue(session, [letter], at)


def _asked_lately(session: Session, staff: Staff, at: datetime) -> int:
    since = col(SignIn.asked_at) > at - OFTEN
    return session.exec(select(func.count()).where(col(SignIn.staff_id) == staff.id, since)).one()


def new_link(session: Session, staff: Staff, page: str, at: datetime) -> UUID:
    """What a signed link to let `staff` in, once, is made of."""
    link = SignIn(staff_id=staff.id, page=page, asked_at=at)
    session.add(link)
    session.flush()
    return link.id


def waiting_link(session: Session, link_id: UUID) -> tuple[SignIn, Staff] | None:
    """The link and whom it lets in, while nobody has used it and they work at the office."""
    found = session.get(SignIn, link_id)
    staff = session.get(Staff, found.staff_id) if found and not found.used_at else None
    return (found, staff) if found and staff and staff.active else None


def use_link(session: Session, link_id: UUID, browser: str, at: datetime) -> tuple[str, str]:
    """Begin a session for whom the link lets in. Returns its key, for their browser alone, and where they were going.

    Raises UserError when it has been used: of two who press at once, one comes in.
    """
    unused = update(SignIn).where(col(SignIn.id) == link_id, col(SignIn.used_at).is_(None)).values(used_at=at)
    found = waiting_link(session, link_id)
    if found is None or session.execute(unused).rowcount != 1:  # type: ignore[attr-defined]
        raise UserError(
            localized(
                "Länken har redan använts eller gäller inte längre. Be om en ny.",
                "The link has been used already, or is no longer valid. Ask for a new one.",
            )
        )
    link, staff = found
    return begin(session, staff, browser, at), link.page


def begin(session: Session, staff: Staff, browser: str, at: datetime) -> str:
    """A session of twelve hours in that browser. Returns its key: it is stored nowhere with us."""
    key = secrets.token_urlsafe(32)
    session.add(
        StaffSession(
            staff_id=staff.id,
            key_hash=_hash(key),
            browser_hash=keyed_hash("browser", browser),
            begun_at=at,
            ends_at=at + SESSION,
        )
    )
    session.flush()
    return key


def signed_in(session: Session, key: str, browser: str, at: datetime) -> tuple[StaffSession, Staff] | None:
    """Whose session a browser holds the key of, while it lasts, they work at the office and it is the same browser."""
    row = session.execute(
        select(StaffSession, Staff)
        .join(Staff, col(Staff.id) == StaffSession.staff_id)
        .where(col(StaffSession.key_hash) == _hash(key), col(StaffSession.ended_at).is_(None))
        .where(col(StaffSession.ends_at) > at, col(Staff.active))
    ).one_or_none()
    if row is None or row[0].browser_hash != keyed_hash("browser", browser):
        return None
    return row[0], row[1]


def end_sessions(session: Session, staff_id: UUID, at: datetime, only: UUID | None = None) -> int:
    """Sign somebody out: of one session, or wherever they are signed in. Returns of how many."""
    theirs = update(StaffSession).where(col(StaffSession.staff_id) == staff_id, col(StaffSession.ended_at).is_(None))
    if only:
        theirs = theirs.where(col(StaffSession.id) == only)
    ended: int = session.execute(theirs.values(ended_at=at)).rowcount  # type: ignore[attr-defined]
    return ended


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
