"""How calendar programs read a file: what each of them takes of it, and refuses, written down as rules.

Outlook: MS-STANOICAL (2.2.47 on time zones, 2.2.63 on alarms) · Google: its help on imports and subscriptions ·
Apple and everybody: RFC 5545, RFC 5546, RFC 7986.
"""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Calendar

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MOST_ALARMS = 2
LONGEST_LINE = 75
KNOWN_STATUS = {"CONFIRMED", "CANCELLED"}
OUTLOOK_READS = {"DTSTART", "RRULE", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME"}


def check_file(content: bytes) -> list[Any]:
    """The events of a file that each of them reads as it was meant. Raises AssertionError on what one would not."""
    _check_lines(content)
    calendar: Any = Calendar.from_ical(content)
    assert str(calendar["version"]) == "2.0" and str(calendar["prodid"]) and str(calendar["method"])
    events = list(calendar.walk("VEVENT"))
    zones = {str(zone["tzid"]): zone for zone in calendar.walk("VTIMEZONE")}
    for event in events:
        _check_event(event, zones)
    # Google takes the first of an UID and drops the others.
    assert max(Counter(str(one["uid"]) for one in events).values(), default=0) <= 1
    return events


def _check_lines(content: bytes) -> None:
    assert content.endswith(b"\r\n") and b"\n" not in content.replace(b"\r\n", b""), "lines end with CRLF"
    for line in content.split(b"\r\n"):
        assert len(line) <= LONGEST_LINE, "a line is folded at 75 octets"
        line.decode()  # no letter is cut in two


def _check_event(event: Any, zones: dict[str, Any]) -> None:
    for name in ("uid", "dtstamp", "dtstart", "dtend", "sequence", "organizer", "summary", "status"):
        assert name in event, name
    assert 0 < len(str(event["uid"])) <= 255
    assert str(event["organizer"]).startswith("mailto:")
    assert str(event["status"]) in KNOWN_STATUS
    assert int(event["sequence"]) >= 0
    assert event["dtstamp"].dt.tzinfo in (UTC, ZoneInfo("UTC")) or event["dtstamp"].dt.utcoffset() == timedelta(0)
    assert event["dtend"].dt > event["dtstart"].dt
    for name in ("dtstart", "dtend"):
        zone = zones[event[name].params["tzid"]]  # a TZID that the file does not define is floating time to Outlook
        moment = event[name].dt
        assert outlooks_offset(zone, moment.replace(tzinfo=None)) == moment.utcoffset(), "an hour off"
    alarms = [one for one in event.subcomponents if one.name == "VALARM"]
    assert len(alarms) <= MOST_ALARMS
    for alarm in alarms:
        assert str(alarm["action"]) == "DISPLAY" and str(alarm["description"]), "RFC 5545, 3.6.6"
        assert alarm["trigger"].dt < timedelta(0), "before it begins"
    assert not (alarms and str(event["status"]) == "CANCELLED")


def outlooks_offset(zone: Any, local: datetime) -> timedelta:
    """The offset from UTC as Outlook tells it: by each half's DTSTART and RRULE alone; a list of dates it ignores."""
    began: list[tuple[datetime, timedelta]] = []
    for half in zone.subcomponents:
        assert set(half) - {"RDATE"} <= OUTLOOK_READS
        first = half["dtstart"].dt
        assert first.tzinfo is None and re.fullmatch(r"\d{8}T\d{6}", half["dtstart"].to_ical().decode())
        starts = [first]
        if "rrule" in half:
            rule = rrulestr(half["rrule"].to_ical().decode(), dtstart=first)
            starts += [moment] if (moment := rule.before(local, inc=True)) else []
        began += [(moment, half["tzoffsetto"].td) for moment in starts if moment <= local]
    return max(began)[1]
