"""A meeting as a calendar file (RFC 5545, RFC 6047): the same UID always, a higher SEQUENCE for every change."""

from datetime import datetime, timedelta

from icalendar import Calendar, Event, Timezone

from models.meeting import Meeting
from models.network import Network
from models.quiet_days import STOCKHOLM, local

DURATION = timedelta(hours=2)


def calendar_file(network: Network, meeting: Meeting, change: str, at: datetime) -> tuple[str, bytes]:
    """(METHOD, bytes) for a change of "new", "update" or "cancel"; `at` stamps it. Holds no person."""
    method = "CANCEL" if change == "cancel" else "PUBLISH"
    starts = local(meeting.starts_at)
    calendar = Calendar()
    calendar.add("prodid", "-//natverkslots//SV")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(Timezone.from_tzinfo(STOCKHOLM, "Europe/Stockholm"))
    event = Event()
    event.add("uid", f"{meeting.id}@natverkslots")
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", at)
    event.add("dtstart", starts)
    event.add("dtend", starts + DURATION)
    event.add("summary", network.name)
    event.add("location", network.place)
    event.add("status", "CANCELLED" if change == "cancel" else "CONFIRMED")
    calendar.add_component(event)
    return method, calendar.to_ical()
