"""The story as data: what staff fill in, when members meet, and on which days the sweeps run."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from models.dates.local_time import STOCKHOLM
from models.dates.working_days import first_working_day

AKE, MARIT, RENE, GOREL, ORJAN = (f"80010{n}-0{n}" for n in range(1, 6))
FIRST_MONTH, MONTHS = (2026, 12), 13
HEALTH_AT, KICKOFF_AT, PHASE_OUT_AT, CHECK_IN_AT, ANSWER_AT, MEETING_ENDS_AT = (
    time(6, 30),
    time(7, 30),
    time(8),
    time(9, 10),
    time(14),
    time(20),
)
DUTIES = ("invitation", "host", "programme", "lead", "follow_up")


def at(day: str, when: time = time(10)) -> datetime:
    """A moment of the story, in Stockholm."""
    return datetime.combine(date.fromisoformat(day), when, STOCKHOLM)


def _grant(item: str, signature: str, from_on: str, to_on: str, reason: str) -> dict[str, str]:
    return {"item": item, "signature": signature, "from_on": from_on, "to_on": to_on, "reason": reason}


# What staff fill in: each is a flow run on the worker.
STAFF: list[tuple[datetime, str, dict[str, Any]]] = [
    (
        at("2026-11-02"),
        "support-request",
        {
            "member_number": AKE,
            "channel": "phone",
            "place": "Luleå",
            "municipality": "Luleå",
            "nature": "town",
            "need": "Vi är många chefer i industrin kring Luleå som aldrig ses. Vi vill byta erfarenheter.",
            "wished": ["starter_kit", "send_out", "negotiator_at_meeting"],
            "co_organisers": f"{MARIT}, {RENE}",
        },
    ),
    (
        at("2026-11-05"),
        "needs-talk",
        {
            "request_number": 1,
            "signature": "asj",
            "talked_on": "2026-11-05",
            "network_name": "Chefer i Luleå",
            "grants": [
                _grant("starter_kit", "asj", "2026-11-05", "2027-07-31", "De vill komma igång före jul."),
                _grant("send_out", "asj", "2026-11-05", "2027-02-28", "De känner bara dem på det egna företaget."),
                _grant("negotiator_at_meeting", "asj", "2026-11-05", "2026-12-31", "Trygghet vid första träffen."),
            ],
            "notes": "Två till är med, och det finns en lokal.",
        },
    ),
    (
        at("2026-11-09"),
        "kickoff",
        {"network_number": 1, "signature": "asj", "first_meeting_at": "2026-11-25 17:30"},
    ),
    (
        at("2027-02-08"),
        "support-request",
        {
            "member_number": GOREL,
            "channel": "mail",
            "place": "Skövde",
            "municipality": "Skövde",
            "nature": "role",
            "need": "Jag är ny som chef och vill prata med andra i samma roll.",
            "co_organisers": ORJAN,
        },
    ),
    (
        at("2027-02-11"),
        "needs-talk",
        {
            "request_number": 2,
            "signature": "gol",
            "talked_on": "2027-02-11",
            "network_name": "Nya chefer i Skövde",
            "grants": [_grant("sounding_board", "gol", "2027-02-11", "2027-12-31", "Vill ha någon att ringa.")],
        },
    ),
    (
        at("2027-02-15"),
        "kickoff",
        {"network_number": 2, "signature": "gol", "first_meeting_at": "2027-03-10 17:00"},
    ),
    (
        at("2027-03-11"),
        "meeting-report",
        {
            "network_number": 2,
            "on": "2027-03-10",
            "attended": 4,
            "branches": 2,
            "companies": 4,
            "invitation": "m1",
            "host": "office",
            "programme": "m1",
            "lead": "m1",
        },
    ),
]

# Who opens the link in the mail and says yes to organising.
SAY_YES = [
    (at("2026-11-09", time(9)), "marit.sjoo@"),
    (at("2026-11-09", time(9)), "rene.bjorklof@"),
    (at("2027-02-15", time(9)), "orjan.hakansson@"),
]

# Luleå meets: how many came, who carried the five duties, when they meet next. Skövde never meets again.
LULEA_MEETS = {
    date(2026, 11, 25): (9, ("m1", "m2", "m3", "m1", "office"), date(2027, 1, 20)),
    date(2027, 1, 20): (9, ("m2", "m1", "m3", "m2", "m1"), date(2027, 3, 17)),
    date(2027, 3, 17): (10, ("m3", "m2", "m1", "m3", "m2"), date(2027, 5, 12)),
    date(2027, 5, 12): (9, ("m1", "m3", "m2", "m1", "m3"), date(2027, 8, 25)),
    date(2027, 8, 25): (11, ("m2", "m1", "m3", "m2", "m1"), date(2027, 10, 20)),
    date(2027, 10, 20): (10, ("m3", "m2", "m1", "m3", "m2"), date(2027, 12, 15)),
}


def sweeps() -> Iterator[tuple[datetime, str]]:
    """Health on every first working day; phase-out and check-in every second week; the kickoff round when it counts."""
    yield at("2026-11-11", KICKOFF_AT), "kickoff"
    yield at("2027-02-24", KICKOFF_AT), "kickoff"
    for offset in range(MONTHS):
        year, month = divmod(FIRST_MONTH[0] * 12 + FIRST_MONTH[1] - 1 + offset, 12)
        yield datetime.combine(first_working_day(year, month + 1), HEALTH_AT, STOCKHOLM), "health-check"
    monday = date(2026, 11, 30)
    while monday < date(2027, 12, 1):
        yield datetime.combine(monday, PHASE_OUT_AT, STOCKHOLM), "phase-out"
        yield datetime.combine(monday + timedelta(days=1), CHECK_IN_AT, STOCKHOLM), "check-in"
        monday += timedelta(days=14)
