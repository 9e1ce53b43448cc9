"""A meeting as a calendar file (RFC 5545, RFC 6047): the same UID always, a higher SEQUENCE for every change.

It is published, not a request to answer: who says that they come is nobody's to keep (domain.md section 3), so it names
no attendee, and as organiser, which RFC 5546 asks for, the office's address under the network's name.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr
from uuid import UUID

from icalendar import Calendar, Event, Timezone, vCalAddress
from sqlmodel import Session, col, select

from models.dates.local_time import STOCKHOLM, local
from models.settings import settings
from models.tables.meeting import Meeting, MeetingForm, MeetingStatus
from models.tables.network import Network

DURATION = timedelta(hours=2)
REFRESH = timedelta(hours=6)
KEPT = timedelta(days=365)
# A parameter's value has no escapes (RFC 5545, 3.2), yet programs read a backslash before the colon as one and lose
# the address.
_IN_PARAMETER = str.maketrans({'"': "'", "\\": "/"})


def calendar_file(network: Network, meeting: Meeting, change: str, at: datetime) -> tuple[str, bytes]:
    """(METHOD, bytes) for a change of "new", "update" or "cancel"; `at` stamps it. Holds no person."""
    method = "CANCEL" if change == "cancel" else "PUBLISH"
    calendar = _calendar(method)
    calendar.add_component(_event(network, meeting, change == "cancel", at))
    return method, calendar.to_ical()


def subscription(network: Network, meetings: Iterable[Meeting]) -> bytes:
    """The network's meetings as a calendar to subscribe to: those to come, and those of the last year."""
    calendar = _calendar("PUBLISH")
    calendar.add("name", network.name)
    calendar.add("x-wr-calname", network.name)
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    for meeting in meetings:
        is_off = meeting.status == MeetingStatus.cancelled
        calendar.add_component(_event(network, meeting, is_off, meeting.reported_at or meeting.booked_at))
    return bytes(calendar.to_ical())


def meetings_to_show(session: Session, network_id: UUID, at: datetime) -> Sequence[Meeting]:
    """What `subscription` shows, in order of time."""
    shown = select(Meeting).where(col(Meeting.network_id) == network_id, col(Meeting.starts_at) > at - KEPT)
    return session.exec(shown.order_by(col(Meeting.starts_at))).all()


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//natverkslots//SV")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(Timezone.from_tzinfo(STOCKHOLM, "Europe/Stockholm"))
    return calendar


def _event(network: Network, meeting: Meeting, is_off: bool, stamp: datetime) -> Event:
    starts = local(meeting.starts_at)
    event = Event()
    event.add("uid", f"{meeting.id}@natverkslots")
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", stamp)
    event.add("dtstart", starts)
    event.add("dtend", starts + DURATION)
    organizer = vCalAddress(f"mailto:{parseaddr(settings().mail_from)[1]}")
    organizer.params["cn"] = network.name.translate(_IN_PARAMETER)
    event.add("organizer", organizer)
    event.add("summary", network.name)
    if meeting.form != MeetingForm.digital:
        event.add("location", network.place)
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    return event
