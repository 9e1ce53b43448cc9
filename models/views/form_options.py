"""What staff can choose in the forms now: open requests, networks, matters, mails in doubt, signatures.

By labels that name nobody.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, func, select

from models.dates.local_time import local
from models.forms.kit.fields import MOST_LISTED, Entries, Lists
from models.office.labels import label, label_of, mail_label, rights_label
from models.office.staff import ANSWERING, SIGNING
from models.privacy.rights_request import unanswered
from models.reference.places import municipality_names
from models.requests.appeals import can_be_appealed
from models.requests.reopening import can_be_reopened
from models.tables.mail import MailStatus, OutgoingMail
from models.tables.network import ENDED, TERMINAL, Network, NetworkState, Role
from models.tables.office import TALKS, Intervention, Staff, StaffRole
from models.tables.place import Municipality
from models.tables.request import OPEN, SupportRequest
from models.text import alphabetical
from models.vocabulary import MATTER, word

MOST_CODES = 40


def all_lists(session: Session, at: datetime) -> Lists:
    """Every list that a form shows at that moment, by its name."""
    living = col(Network.state).not_in(TERMINAL)
    return {
        "requests": _entries(_requests(session, local(at).date())),
        "networks": _entries(_networks(session, living)),
        "planned": _entries(_networks(session, col(Network.state) == NetworkState.planned)),
        "past": _entries(_networks(session, col(Network.state).in_((*ENDED, NetworkState.resting)))),
        "matters": _entries(_matters(session)),
        "doubtful": _entries(_doubtful(session)),
        "rights": Entries(tuple(rights_label(one) for one in unanswered(session)[:MOST_LISTED])),
        "signatures": Entries(tuple(_signatures(session, SIGNING))),
        "carriers": Entries(tuple(_carriers(session))),
        "answering": Entries(tuple(_signatures(session, ANSWERING))),
        "members": Entries(tuple(_codes(session))),
        "municipalities": Entries(tuple(municipality_names(session))),
    }


def _entries(rows: Iterable[tuple[Any, ...] | str]) -> Entries:
    """The rows' labels in the order of the alphabet, at most 200; what there are more of is typed by number."""
    labels = [row if isinstance(row, str) else label(*row) for row in rows]
    return Entries(tuple(sorted(labels[:MOST_LISTED], key=alphabetical)), more=len(labels) > MOST_LISTED)


def _requests(session: Session, today: date) -> list[tuple[Any, ...]]:
    """Requests that await a talk or a decision, or whose decision can be appealed or opened again, the oldest first."""
    columns: Any = (Municipality.name, SupportRequest.nature, SupportRequest.number)
    rows: Select[Any] = select(*columns).outerjoin(
        Municipality, col(Municipality.code) == col(SupportRequest.municipality)
    )
    which = or_(col(SupportRequest.state).in_(OPEN), can_be_appealed(today), can_be_reopened(today))
    open_ones = rows.where(which).order_by(col(SupportRequest.number))
    return [tuple(row) for row in session.execute(open_ones.limit(MOST_LISTED + 1))]


def _networks(session: Session, which: ColumnElement[bool]) -> list[tuple[Any, ...]]:
    """Networks that `which` holds for, the newest first."""
    columns: Any = (Municipality.name, Network.nature, Network.number)
    rows: Select[Any] = select(*columns).join(Municipality, col(Municipality.code) == col(Network.municipality))
    newest = rows.where(which).order_by(col(Network.number).desc())
    return [tuple(row) for row in session.execute(newest.limit(MOST_LISTED + 1))]


def _matters(session: Session) -> list[tuple[Any, ...]]:
    """What is open about a network, each kind once, what is due first; all at once where a talk settles several."""
    columns: Any = (Municipality.name, Network.nature, Network.number)
    due = func.min(col(Intervention.due_on))
    rows: Select[Any] = (
        select(*columns)
        .join(Intervention, col(Intervention.network_id) == col(Network.id))
        .join(Municipality, col(Municipality.code) == col(Network.municipality))
        .where(col(Intervention.ended_at).is_(None))
        .order_by(due, col(Network.number))
        .limit(MOST_LISTED + 1)
    )
    each = rows.add_columns(col(Intervention.kind)).group_by(*columns, Intervention.kind)
    several = func.count(func.distinct(col(Intervention.kind))) > 1
    at_once = rows.where(col(Intervention.kind).in_(TALKS)).group_by(*columns).having(several)
    found = [(*row[:3], word(MATTER, row[3])) for row in session.execute(each)]
    return found + [(*row, word(MATTER, "all")) for row in session.execute(at_once)]


def _doubtful(session: Session) -> list[str]:
    """Mails that a crash left in doubt, the oldest first."""
    rows = session.exec(
        select(OutgoingMail.id, OutgoingMail.template, Network, SupportRequest)
        .outerjoin(Network, col(Network.id) == OutgoingMail.network_id)
        .outerjoin(SupportRequest, col(SupportRequest.id) == OutgoingMail.request_id)
        .where(col(OutgoingMail.status) == MailStatus.in_doubt)
        .order_by(col(OutgoingMail.created_at), col(OutgoingMail.id))
        .limit(MOST_LISTED + 1)
    )
    return [
        mail_label(label_of(session, about) if (about := network or request) else "", template, key.hex[:8])
        for key, template, network, request in rows
    ]


def _signatures(session: Session, roles: tuple[StaffRole, ...]) -> list[str]:
    """Who may sign; none of so many that no list holds them: then they are typed."""
    signing = select(Staff.signature).where(col(Staff.active), col(Staff.role).in_(roles))
    found = list(session.exec(signing.order_by(col(Staff.signature)).limit(MOST_LISTED + 1)))
    return found if len(found) <= MOST_LISTED else []


def _carriers(session: Session) -> list[str]:
    """Who looks after a living network, an open request or a matter, also when they have left."""
    owners: tuple[Select[Any], ...] = (
        sql_select(col(Network.negotiator)).where(col(Network.state).not_in(TERMINAL)),
        sql_select(col(SupportRequest.assigned_to)).where(col(SupportRequest.state).in_(OPEN)),
        sql_select(col(Intervention.owner)).where(col(Intervention.ended_at).is_(None)),
    )
    carrying = select(Staff.signature).where(or_(*(col(Staff.id).in_(one) for one in owners)))
    return list(session.exec(carrying.order_by(col(Staff.signature)).limit(MOST_LISTED)))


def _codes(session: Session) -> list[str]:
    """m1, m2 … as far as a living network has them: a list cannot know which network is chosen beside it."""
    living = select(Role.code).join(Network).where(col(Network.state).not_in(TERMINAL)).distinct()
    highest = max((int(code[1:]) for code in session.exec(living)), default=0)
    return [f"m{number}" for number in range(1, min(highest, MOST_CODES) + 1)]
