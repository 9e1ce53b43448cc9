"""What a booking tells beside its day: where they meet, about what, for how long (domain.md section 13)."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from models.tables.meeting import Meeting

LENGTHS: Final = (30, 60, 90, 120, 150, 180, 240, 300, 480)
"""Minutes that a meeting can be booked for."""
USUAL_LENGTH: Final = 120
VENUE_LENGTH, TOPIC_LENGTH, LINK_LENGTH, NOTE_LENGTH = 120, 100, 300, 500
_LINK_SIGNS: Final = re.compile(r"[!#-;=?-\[\]_a-z~%]+")  # RFC 3986, without what ends an address in a text


@dataclass(frozen=True)
class MeetingDetails:
    """Length in minutes, and in the organisers' own words where, about what, and what else there is to know; `link` is
    the address of a digital meeting. Empty is not said.
    """

    minutes: int = USUAL_LENGTH
    venue: str = ""
    topic: str = ""
    link: str = ""
    note: str = ""


def details_of(meeting: Meeting) -> MeetingDetails:
    """As it is booked now."""
    words = (meeting.venue, meeting.topic, meeting.link, meeting.note)
    return MeetingDetails(meeting.minutes, *(text or "" for text in words))


def set_details(meeting: Meeting, details: MeetingDetails) -> None:
    """Keep what was said with the booking; what was not said is kept as nothing."""
    meeting.minutes = details.minutes
    meeting.venue, meeting.topic = details.venue or None, details.topic or None
    meeting.link, meeting.note = details.link or None, details.note or None


def is_meeting_link(text: str) -> bool:
    """Whether it is the whole address of a page behind TLS, as digital meetings have."""
    try:
        address = urlsplit(text)
        host = address.hostname or ""
    except ValueError:
        return False
    whole = address.scheme == "https" and "." in host and address.username is None
    return whole and len(text) <= LINK_LENGTH and _LINK_SIGNS.fullmatch(text) is not None
