"""A meeting as a calendar file (RFC 5545, RFC 6047): the same UID always, a higher SEQUENCE for every change.

It is published, not a request to answer: who says that they come is nobody's to keep (domain.md section 3), so it names
no attendee, and as organiser, which RFC 5546 asks for, the office's address under the network's name. It is private:
colleagues who see a calendar see that there is something, and not what.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr
from uuid import UUID

from icalendar import (
    Alarm,
    Calendar,
    Component,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vCalAddress,
    vText,
)
from sqlmodel import Session, col, select

from models.dates.local_time import STOCKHOLM, local
from models.meetings.details import MeetingDetails, details_of
from models.meetings.invitation import Invitation
from models.settings import settings
from models.tables.meeting import Meeting, MeetingForm, MeetingStatus
from models.tables.network import Network

REFRESH = timedelta(hours=6)
KEPT = timedelta(days=365)
ALARMS = (timedelta(days=1), timedelta(hours=2))
"""Before a meeting. Outlook knows one alarm an event, the first; more than two are a nuisance everywhere."""
# A parameter's value has no escapes (RFC 5545, 3.2), yet programs read a backslash before the colon as one and lose
# the address.
_IN_PARAMETER = str.maketrans({'"': "'", "\\": "/"})


def calendar_file(network: Network, meeting: Meeting, change: str, at: datetime) -> tuple[str, bytes]:
    """(METHOD, bytes) for a change of "new", "update" or "cancel"; `at` stamps it. Holds no person."""
    method = "CANCEL" if change == "cancel" else "PUBLISH"
    calendar = _calendar(method)
    calendar.add_component(_event(network, meeting, change == "cancel", at))
    return method, calendar.to_ical()


def public_file(invitation: Invitation, at: datetime) -> bytes:
    """What an invitation page gives to a calendar: what it shows, under a name of its own that leads nowhere else."""
    calendar = _calendar("PUBLISH")
    event = _event(invitation.network, invitation.meeting, False, at, invitation.details)
    event["uid"] = vText(f"{invitation.code}@natverkslots")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def subscription(network: Network, meetings: Iterable[Meeting]) -> bytes:
    """The network's meetings as a calendar to subscribe to: those to come, and those of the last year."""
    calendar = _calendar("PUBLISH")
    calendar.add("name", network.name)
    calendar.add("x-wr-calname", network.name)
    calendar.add("x-wr-timezone", str(STOCKHOLM))
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    for meeting in meetings:
        is_off = meeting.status == MeetingStatus.cancelled
        stamp = max(filter(None, (meeting.reported_at, meeting.booked_at)))
        calendar.add_component(_event(network, meeting, is_off, stamp))
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
    calendar.add_component(_zone())
    return calendar


def _zone() -> Timezone:
    """Swedish time by its rule: Outlook reads no list of dates, only where each half of the year begins (MS-STANOICAL
    2.2.47), and was an hour off all summer by one.
    """
    zone = Timezone()
    zone.add("tzid", str(STOCKHOLM))
    hour = timedelta(hours=1)
    halves: tuple[tuple[Component, str, datetime, int, timedelta, timedelta], ...] = (
        (TimezoneStandard(), "CET", datetime(1970, 10, 25, 3), 10, 2 * hour, hour),
        (TimezoneDaylight(), "CEST", datetime(1970, 3, 29, 2), 3, hour, 2 * hour),
    )
    for half, name, first, month, before, after in halves:
        half.add("dtstart", first)
        half.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1su"})
        half.add("tzoffsetfrom", before)
        half.add("tzoffsetto", after)
        half.add("tzname", name)
        zone.add_component(half)
    return zone


def _event(
    network: Network, meeting: Meeting, is_off: bool, stamp: datetime, shown: MeetingDetails | None = None
) -> Event:
    """`shown`: as much as is for its reader; without it, all that was said with the booking."""
    starts, details = local(meeting.starts_at), shown or details_of(meeting)
    event = Event()
    event.add("uid", f"{meeting.id}@natverkslots")
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", stamp)
    event.add("dtstart", starts)
    # In UTC an hour is an hour, also in the night when the clocks change.
    event.add("dtend", local(meeting.starts_at + timedelta(minutes=details.minutes)))
    organizer = vCalAddress(f"mailto:{parseaddr(settings().mail_from)[1]}")
    organizer.params["cn"] = network.name.translate(_IN_PARAMETER)
    event.add("organizer", organizer)
    event.add("summary", f"{network.name}: {details.topic}" if details.topic else network.name)
    if where := _where(network, meeting, details):
        event.add("location", where)
    if told := "\n\n".join(filter(None, (details.note, details.link))):
        event.add("description", told)
    if details.link:
        event.add("url", details.link)
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    if not is_off and meeting.status == MeetingStatus.planned:
        for before in ALARMS:
            event.add_component(_alarm(network, before))
    return event


def _where(network: Network, meeting: Meeting, details: MeetingDetails) -> str:
    """The venue and the place; of a digital meeting its address, which programs that know them make a button of."""
    if meeting.form == MeetingForm.digital:
        return details.link
    return ", ".join(filter(None, (details.venue, network.place)))


def _alarm(network: Network, before: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", network.name)
    alarm.add("trigger", -before)
    return alarm
