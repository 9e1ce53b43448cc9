"""A meeting's invitation page: what, when and where, for anybody who has its address; it names nobody (section 13).

The address is drawn at random and opens this alone. The note is for who comes (how to get in, what to bring) and stays
in their calendars; the venue and the address of a digital meeting are shown as the organisers choose.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session, col, select

from models.meetings.details import MeetingDetails, details_of
from models.people.named_in_note import names_of_network
from models.tables.meeting import Meeting, MeetingStatus
from models.tables.network import TERMINAL, Network
from models.text import nfc

WORDS_LENGTH = 300


class PageState(StrEnum):
    """What an invitation page has to say."""

    open = "open"
    cancelled = "cancelled"
    over = "over"


@dataclass(frozen=True)
class Invitation:
    """What an invitation page and a poster may show of a meeting, and whether there is still anything to come to."""

    network: Network
    meeting: Meeting
    details: MeetingDetails
    state: PageState
    words: str

    @property
    def code(self) -> str:
        """What stands in the page's address."""
        return self.meeting.invite_code or ""


def public_details(meeting: Meeting) -> MeetingDetails:
    """What was said with the booking, as far as it is for anybody."""
    told = details_of(meeting)
    venue, link = told.venue if meeting.shows_venue else "", told.link if meeting.shows_link else ""
    return replace(told, venue=venue, link=link, note="")


def invitation_of(session: Session, meeting: Meeting, at: datetime) -> Invitation:
    """What the meeting's page shows at that moment."""
    network = session.get_one(Network, meeting.network_id)
    ends_at = meeting.starts_at + timedelta(minutes=meeting.minutes)
    state = PageState.open
    if meeting.status == MeetingStatus.held or ends_at <= at or network.state in TERMINAL:
        state = PageState.over
    elif meeting.status == MeetingStatus.cancelled:
        state = PageState.cancelled
    words = latest_words(session, meeting)
    return Invitation(network, meeting, public_details(meeting), state, words)


def invitation_by_code(session: Session, code: str, at: datetime) -> Invitation | None:
    """The invitation whose page has that address; None where no page ever had."""
    meeting = session.exec(select(Meeting).where(col(Meeting.invite_code) == code)).one_or_none()
    return invitation_of(session, meeting, at) if meeting else None


def latest_words(session: Session, meeting: Meeting) -> str:
    """The invitation's own words, or else those of the network's meeting before it that had some; empty for none."""
    if meeting.words:
        return meeting.words
    earlier = select(Meeting.words).where(
        col(Meeting.network_id) == meeting.network_id,
        col(Meeting.words).is_not(None),
        col(Meeting.starts_at) < meeting.starts_at,
    )
    return session.exec(earlier.order_by(col(Meeting.starts_at).desc())).first() or ""


def set_invitation(session: Session, meeting_id: UUID, words: str, *, shows_venue: bool, shows_link: bool) -> None:
    """Keep what the organisers want the page to say and show."""
    meeting = session.get_one(Meeting, meeting_id)
    meeting.words, meeting.shows_venue, meeting.shows_link = nfc(words) or None, shows_venue, shows_link
    session.add(meeting)


def names_somebody(session: Session, network_id: UUID, words: str) -> bool:
    """Whether the words name one of those who carry the network or did."""
    return names_of_network(session, session.get_one(Network, network_id), words)
