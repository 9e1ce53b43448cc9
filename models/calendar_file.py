"""A meeting as a calendar file (RFC 5545, RFC 6047): the same UID always, a higher SEQUENCE for every change.

It is published, not a request to answer: who says that they come is nobody's to keep (domain.md section 3), so it names
no attendee, and as organiser, which RFC 5546 asks for, the office's address under the network's name.
"""

from datetime import datetime, timedelta
from email.utils import parseaddr

from icalendar import Calendar, Event, Timezone, vCalAddress

from models.meeting import Meeting
from models.network import Network
from models.quiet_days import STOCKHOLM, local
from models.settings import settings

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
    organizer = vCalAddress(f"mailto:{parseaddr(settings().mail_from)[1]}")
    organizer.params["cn"] = network.name.replace('"', "'")
    event.add("organizer", organizer)
    event.add("summary", network.name)
    event.add("location", network.place)
    event.add("status", "CANCELLED" if change == "cancel" else "CONFIRMED")
    calendar.add_component(event)
    return method, calendar.to_ical()
