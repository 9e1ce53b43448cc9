"""Made-up but likely values for every mail: for `lots preview` and for the tests."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, Final

from templates.vocabulary.mail import ITEMS, ORGANISATION, staff_title

PLACE: Final = "Örnsköldsvik"
NETWORK: Final = {"sv": "Ledare i Örnsköldsvik", "en": "Leaders in Örnsköldsvik"}
REASON: Final = {
    "sv": "Ni är nya på orten och vill nå fler.",
    "en": "You are new in the town and want to reach more people.",
}
REFUSAL: Final = {
    "sv": "Vi behöver ditt namn så länge du är kontakt. När någon annan har tagit vid raderar vi det.",
    "en": "We need your name for as long as you are the contact. When somebody else has taken over, we erase it.",
}
STARTS_AT: Final = datetime(2027, 6, 7, 15, 30, tzinfo=UTC)
CHECK_IN: Final = {"check_in_link": "https://natverk.example.org/svara/Zk3xPq"}
MEETING: Final = {"meeting_link": "https://natverk.example.org/traff/Wm7tLb"}  # where the next meeting is booked
OURS: Final = {"network_link": "https://natverk.example.org/natverket/Bq6zNd"}  # to those who carry a network
STOP: Final = {"stop_link": "https://natverk.example.org/sluta/Hv2nQd"}  # in mails that ask again and again

REQUEST: Final = {"request_link": "https://natverk.example.org/forfragan/Bd6mXs"}
DATA: Final = "https://natverk.example.org/mina-uppgifter/Ru8yMz"
UI: Final = "https://natverk.example.org/ui/oppna"
STAFF: Final = "https://natverk.example.org/staff"
_ROWS: Final[list[dict[str, object]]] = [
    {"what": "talk", "subject": "Kramfors · samma roll · #51", "since": "2027-02-25", "due": "2027-03-04",
     "overdue": False, "link": f"{UI}/talk", "page_link": f"{STAFF}/request/51"},
    {"what": "over_helping", "subject": f"{PLACE} · ort · #12", "since": "2027-02-08", "due": "2027-02-22",
     "overdue": True, "link": "", "page_link": f"{STAFF}/network/12"},
    {"what": "in_doubt", "subject": "Sollefteå · företagsområde · #7", "since": "2027-03-01", "due": None,
     "overdue": False, "link": f"{UI}/in-doubt"},
    {"what": "decision", "subject": "Härnösand · tema · #48", "since": "2027-02-10", "due": "2027-02-26",
     "overdue": True, "link": f"{UI}/decision", "page_link": f"{STAFF}/request/48"},
]  # fmt: skip


def example(template: str, language: str) -> dict[str, Any]:
    """A full context for that mail."""
    return {**_common(language), **_own(language)[template]}


def variants(template: str, language: str) -> list[dict[str, object]]:
    """The example, and one more context for each other way that the mail can read."""
    usual = example(template, language)
    return [usual] + [{**usual, **change} for change in _CHANGES.get(template, [])]


def _common(language: str) -> dict[str, object]:
    return {
        "name": "Åsa",
        "place": PLACE,
        "contact": SimpleNamespace(
            name="André Sjögren",
            email="andre.sjogren@kansliet.example.org",
            title=staff_title("negotiator", language),
        ),
        "privacy_link": "https://natverk.example.org/integritet",
        "stop_link": "",
        "network_link": "",
        "request_link": "",
        "language": language,
        "today": date(2027, 3, 2),
    }


def _own(language: str) -> dict[str, dict[str, object]]:
    support = {
        "who": "André Sjögren",
        "from_on": date(2027, 5, 10),
        "to_on": date(2027, 9, 30),
        "reason": REASON[language],
    }
    office = SimpleNamespace(
        name=ORGANISATION, email="natverk@kansliet.example.org", title=staff_title("office", language)
    )
    staff = {"name": "Åsa", "contact": office}  # greeted by their first name
    network: dict[str, object] = {"network": NETWORK[language], **OURS}
    to_book: dict[str, object] = {**network, **MEETING}
    check_in: dict[str, object] = {**CHECK_IN, **STOP, **OURS}
    return {
        "receipt": {**REQUEST, "number": 42, "talk_due": date(2027, 3, 9), "answer_due": date(2027, 3, 23)},
        "talk-invitation": {**REQUEST, "talk_due": date(2027, 3, 9)},
        "more-information": {**REQUEST, "missing": ["membership", "place", "need", "contact_details"]},
        "granted": {
            **to_book,
            **REQUEST,
            "without_support": False,
            "items": [
                {"item": "starter_kit", "hours": "0", **support, "reason": ""},
                {"item": "send_out", "hours": "1.5", **support},
                {"item": "negotiator_at_meeting", "hours": "6.00", **support, "reason": ""},
            ],
        },
        "waiting": {**REQUEST, "items_now": ["starter_kit", "digital_room"]},
        "declined": {**REQUEST, "reason": "not_a_member", "final": False},
        "co-organiser": {
            "network": NETWORK[language],  # who is only asked has no page of it yet
            "asker": "René Lindqvist",
            "way": "",
            "has_met": False,
            "confirm_link": "https://natverk.example.org/medarrangor/Jp9sTy",
        },
        "kickoff-checklist": {**OURS, **STOP, "starts_at": STARTS_AT},
        "calendar-invitation": {
            **network, "starts_at": STARTS_AT, "date": date(2027, 6, 7), "form": "in_person",
            "change": "new", "first": True, "minutes": 120, "venue": "Kulturens hus, sal 2",
            "topic": "Att leda när allt ändras", "link": "",
            "note": "Ring på porten, så öppnar vi.\nFika finns från klockan fem.",
        },
        "first-meeting": {**check_in, "has_met": False},
        "check-in": check_in,
        "check-in-reminder": check_in,
        "second-organiser": check_in,
        "step": {**OURS, "step": 2, "office_duties": 2, "support_ends_on": date(2027, 12, 7)},
        "ending": {**OURS, "support_ends_on": date(2027, 12, 7), "days": 60},
        "independent": {**network, "met_criteria": True, "meetings": 6},
        "talk-offer": {**OURS, "due_on": date(2027, 3, 16)},
        "queue-offer": {**REQUEST, "offer_until": date(2027, 3, 16)},
        "resting": {**network, "rested_on": date(2027, 3, 1)},
        "wake": {**to_book, **STOP, "months": 6},
        "closed": {"network": NETWORK[language], "meetings": 11},
        "starter-kit": {**network, "kit_link": f"{OURS['network_link']}?do=share"},
        "contact-question": network,
        "new-contact": network,
        "introduction": {
            "other_name": "Jörgen Ågren", "other_email": "jorgen.agren@example.org", "other_place": "Kramfors",
            "why": ["neighbouring_municipality", "same_nature", "similar_words"],
        },
        "still-planned": {**to_book, **STOP, "active_days": 90},
        "data-request": {
            "stage": "receipt", "kind": "access", "deadline": date(2027, 4, 2), "data_link": "",
            "outcome": "", "reason": REFUSAL[language],
        },
        "fresh-link": {
            "fresh_link": "https://natverk.example.org/svara/Tn5cKw", "valid_until": date(2027, 8, 29),
            "about": "meeting",
        },
        "staff-case": {
            **staff, "came": "new", "number": 51, "due": date(2027, 3, 4), "page_link": f"{STAFF}/request/51",
        },
        "staff-digest": {
            **staff, "region": "Västernorrlands län", "rows": _ROWS, "page_link": STAFF, "list_link": f"{UI}/lista",
        },
        "staff-alarm": {
            **staff, "what": "health_talk", "subject": f"{PLACE} · ort · #12", "due": date(2027, 3, 2),
            "link": f"{UI}/health-talk", "page_link": f"{STAFF}/network/12",
        },
        "request-ended": {**REQUEST, "ended": "expired"},
        "sign-in": {**staff, "sign_in_link": "https://natverk.example.org/staff/sign-in/Qx4nVb"},
        "confirm-request": {
            "confirm_link": "https://natverk.example.org/confirm/Lw8rVc", "valid_until": date(2027, 3, 9),
        },
        "correction": {
            **network, "about": "grant",
            "items": [{"item": "negotiator_at_meeting", "hours": "6.00", **support, "reason": ""}],
            "answer_due": "", "was": "", "kickoff_on": None, "support_ends_on": None,
        },
        "report-ready": {
            **staff, "cutoff": date(2027, 1, 1), "link": f"{UI}/congress-report", "folder": "rapporter/2027-01-01",
        },
    }  # fmt: skip


_REASONS: Final = (
    "employee", "no_place", "whole_country", "other_network", "no_member_interest", "outside_purpose",
)  # fmt: skip
_ANSWER: Final = {"stage": "answer", "outcome": "done"}
_CHANGES: Final[dict[str, list[dict[str, Any]]]] = {
    "granted": [{"without_support": True, "items": []}, {"more": True, "meeting_link": "", "request_link": ""}],
    "waiting": [{"items_now": list(ITEMS)}],
    "first-meeting": [{"has_met": True}],
    "co-organiser": [
        {"network": ""},
        {"way": "number"},
        {"way": "link", "has_met": True},
        {"way": "office", "has_met": True, "asker": ""},
        {"way": "merged", "has_met": True, "asker": ""},
    ],
    "declined": [
        *({"reason": reason} for reason in _REASONS),
        {"reason": "other_network", "final": True, "request_link": ""},
    ],
    "calendar-invitation": [
        {"change": "update"},
        {"change": "cancel", **MEETING},
        {"first": False},
        {"form": "digital", "link": "https://rum.example.org/ledare?kod=4711", "venue": "", "note": ""},
        {"form": "mixed", "link": "https://rum.example.org/ledare?kod=4711", "minutes": 90},
        {"venue": "", "topic": "", "note": ""},
    ],
    "step": [{"step": 3, "office_duties": 1}],
    "ending": [{"days": 30}],
    "independent": [{"met_criteria": False, "meetings": 3}, {"met_criteria": False, "meetings": 1}],
    "more-information": [{"missing": ["place"]}],
    "wake": [{"months": 11}],
    "closed": [{"meetings": 1}, {"meetings": 0}],
    "introduction": [{"other_name": "", "why": []}],
    "still-planned": [{"active_days": 150}],
    "data-request": [
        *({"kind": kind} for kind in ("portability", "erasure", "rectification", "restriction", "objection")),
        *(_ANSWER | {"kind": kind, "data_link": DATA} for kind in ("access", "portability")),
        *(_ANSWER | {"kind": kind} for kind in ("access", "erasure", "rectification", "restriction")),
        _ANSWER | {"kind": "erasure", "outcome": "refused"},
    ],
    "fresh-link": [{"place": ""}, {"place": "", "about": "my-data", "valid_until": date(2027, 3, 9)}],
    "request-ended": [{"ended": "withdrawn"}, {"ended": "left"}],
    "correction": [
        {"about": "kickoff", "kickoff_on": date(2027, 3, 3), "support_ends_on": date(2027, 12, 3)},
        {"about": "kickoff", "kickoff_on": date(2027, 3, 3)},
        {"about": "not_started", **MEETING},
        {"about": "annulled", "answer_due": date(2027, 3, 23)},
        {"about": "annulled"},
        *({"about": "reopened", "was": was, "answer_due": date(2027, 3, 23)} for was in ("declined", "waiting")),
        {"about": "not_you"},
    ],
    "report-ready": [{"link": ""}, {"folder": ""}],
    "staff-case": [{"came": "appealed"}, {"came": "handed_over"}, {"came": "handed_over", "due": None}],
    "staff-digest": [{"rows": [{**_ROWS[0], "subject": ""}]}, {"rows": _ROWS[1:2]}, {"rows": [], "list_link": ""}],
    "staff-alarm": [
        {"what": "in_doubt", "subject": "", "due": None, "link": "", "page_link": ""},
        {
            "what": "rights_erasure",
            "subject": "",
            "link": "",
            "due": date(2027, 4, 2),
            "page_link": f"{STAFF}/person/7c9e6679-7425-40de-944b-e07fc1f90ae7",
            "other_name": "Jörgen Ågren",
            "other_email": "jorgen.agren@example.org",
        },
    ],
}
