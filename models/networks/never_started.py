"""A network that is planned and has not met: asked twice whether it will, before staff may close it (section 4)."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial

from sqlmodel import Session, col, select

from models.dates.active_days import active_days_between, add_active_days
from models.dates.local_time import local
from models.errors import UserError
from models.i18n import localized
from models.mail.queue import QueuedMail, enqueue
from models.networks.nudges import Nudge, how_asked, next_nudge, nudges_sent
from models.office.interventions import open_many
from models.people.roles import contacts_of
from models.tables.mail import Template
from models.tables.meeting import Meeting, MeetingStatus
from models.tables.network import Network, NetworkState
from models.tables.office import InterventionKind

ASK_ACTIVE_DAYS = (90, 150)
CLOSE_ACTIVE_DAYS = 180
OCCASION = "planned"


def ask_still_planned(session: Session, at: datetime) -> int:
    """Ask networks without a kickoff after 90 and 150 active days, unless a meeting is booked ahead. How many."""
    today, due = local(at).date(), []
    for network, waited, asked in _planned(session, at):
        come = [days for days in ASK_ACTIVE_DAYS if days <= waited]
        turn = next_nudge(come, asked, f"{network.id}:", partial(_long_ago, today))
        if turn:
            due.append((network, turn, come[-1]))
    contacts = contacts_of(session, [network.id for network, _, _ in due])
    letters = [
        QueuedMail(Template.still_planned, contact.person_id, f"{one.id}:{turn}", one.id, context={"active_days": days})
        for one, turn, days in due
        if (contact := contacts.get(one.id))
    ]
    return enqueue(session, letters, at)


def _planned(session: Session, at: datetime) -> Iterator[tuple[Network, int, list[Nudge]]]:
    """Planned networks with no meeting ahead, the active days since they were created, and what they were asked."""
    ahead = select(Meeting.network_id).where(col(Meeting.status) == MeetingStatus.planned, col(Meeting.starts_at) > at)
    waiting = select(Network).where(col(Network.state) == NetworkState.planned, col(Network.id).not_in(ahead))
    asked = nudges_sent(session, Template.still_planned, NetworkState.planned)
    for network in session.exec(waiting.order_by(col(Network.number))):
        waited = active_days_between(local(network.created_at).date(), local(at).date())
        yield network, waited, asked.get(network.id, [])


def _long_ago(today: date, asked_on: date) -> bool:
    first, second = ASK_ACTIVE_DAYS
    return active_days_between(asked_on, today) >= second - first


def propose_closing_planned(session: Session, at: datetime) -> int:
    """Put networks on the list that after 180 active days and two mails, or with nobody to mail, still have no meeting:
    staff may close them.
    """
    long = [(network, asked) for network, waited, asked in _planned(session, at) if waited >= CLOSE_ACTIVE_DAYS]
    asked = how_asked(session, {one.id: (local(one.created_at).date(), mails) for one, mails in long})
    due = [(network, OCCASION) for network, _ in long if asked[network.id].is_for_staff]
    return open_many(session, due, InterventionKind.propose_close, at)


def check_planned_long(session: Session, network: Network, today: date) -> None:
    """Raises UserError unless 180 active days went by without a kickoff and it was asked twice (section 4)."""
    created = local(network.created_at).date()
    earliest = add_active_days(created, CLOSE_ACTIVE_DAYS)
    if earliest > today:
        raise UserError(
            localized(
                f"Ändring: nätverk #{network.number} är planerat och kan avslutas tidigast {earliest}. Vänta.",
                f"Change: network #{network.number} is planned and can close on {earliest} at the earliest. Wait.",
            )
        )
    mails = nudges_sent(session, Template.still_planned, NetworkState.planned).get(network.id, [])
    if not how_asked(session, {network.id: (created, mails)})[network.id].enough:
        raise UserError(
            localized(
                "Ändring: nätverket har inte frågats två gånger om en första träff. Vänta på mejlen, eller anteckna "
                "två kontaktförsök med 14 dagar emellan.",
                "Change: the network has not been asked twice about a first meeting. Wait for the mails, or note two "
                "attempts 14 days apart.",
            )
        )
