"""What can be told of a form before its run is made, each sentence under its field."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError
from sqlmodel import Session, func, select

from models.db.engine import reading, transaction
from models.forms.kit.placed import placed, unreadable
from models.forms.registry import FORMS
from models.settings import Settings
from models.stages.form_check import CHECKS, told_of
from models.tables.mail import OutgoingMail
from models.tables.network import Network
from models.tables.transition import Transition
from tests.acts import AKE, ask, at, first_meeting_booked, network_in

DAY = "2027-01-11"
NOW = at(DAY)
REQUEST = {"member_number": AKE, "place": "Luleå", "municipality": "Luleå", "need": "Vi vill ses."}
TALK = {"request_number": 1, "signature": "asj", "talked_on": DAY}
LINE = {"item": "send_out", "signature": "asj", "from_on": DAY, "to_on": "2027-07-31", "reason": "Behövs."}
REPORT = {"network_number": 1, "on": DAY, "attended": 5}
CHANGE = {"network_number": 1, "signature": "asj"}
BY_ASJ = {"signed_by": "asj", "signature": "asj"}
HOURS = BY_ASJ | {"network_number": 1}
AWAY = BY_ASJ | {"action": "absence", "from_on": DAY, "to_on": DAY}
CAUGHT_UP = {"network_number": 1, "signature": "asj", "talked_on": DAY, "member": "m1", "agreement": "Lunch."}
ALIVE: dict[str, Callable[[Session], object]] = {
    "needs-talk": ask,
    "kickoff": first_meeting_booked,
    **dict.fromkeys(("meeting-report", "network-change", "capacity", "check-in", "catch-up"), network_in),
}
# flow, the form as it is filled in, and the one thing that is wrong: where, and how it begins.
WRONG: list[tuple[str, dict[str, Any], tuple[str | int, ...], str]] = [
    ("support-request", REQUEST | {"member_number": "1"}, ("member_number",), "Medlemsnummer: finns inte"),
    ("support-request", REQUEST | {"need": "x" * 501}, ("need",), "Behovet: korta"),
    ("support-request", REQUEST | {"municipality": "Mora."}, ("municipality",), "Kommun: namnet"),
    ("support-request", REQUEST | {"place": "Hemma", "municipality": ""}, ("municipality",), "Kommun: välj"),
    ("support-request", REQUEST | {"email": "ake"}, ("email",), "E-post: adressen"),
    ("support-request", REQUEST | {"co_organisers": "1"}, ("co_organisers",), "Medarrangörers medlemsnummer: nummer 1"),
    ("support-request", REQUEST | {"predecessor": 9}, ("predecessor",), "Tidigare nätverk #: det finns inget"),
    ("needs-talk", TALK | {"decision": "decline"}, ("reason",), "Skäl: välj"),
    ("needs-talk", TALK | {"request_number": 9}, ("request_number",), "Förfrågan: det finns ingen"),
    ("needs-talk", TALK | {"signature": "zz"}, ("signature",), "Din signatur: signaturen finns inte"),
    ("needs-talk", TALK | {"decision": "appeal"}, ("decision",), "Beslut: det går inte"),
    ("needs-talk", TALK | {"talked_on": "2027-01-12"}, ("talked_on",), "Samtalet hölls: dagen"),
    ("needs-talk", TALK | {"notes": "Åke ringer."}, ("notes",), "Anteckning från samtalet: skriv initiativtagaren"),
    ("needs-talk", TALK | {"decision": "wait", "grants": [LINE]}, ("grants",), "«Beviljat stöd»: hör inte"),
    ("needs-talk", TALK | {"grants": [LINE, LINE | {"item": "talk", "reason": " "}]}, ("grants", 1, "reason"), "Stöd "),
    ("needs-talk", TALK | {"grants": [LINE | {"signature": "zz"}]}, ("grants", 0, "item"), "Stöd "),
    (
        "needs-talk",
        TALK | {"grants": [LINE | {"hours": 40}]},
        ("grants", 0, "hours"),
        "Stöd Utskick av er inbjudan: högst 20",
    ),
    (
        "needs-talk",
        TALK | {"grants": [LINE | {"item": "speaker", "hours": 12.5}, LINE | {"item": "speaker", "hours": 12.5}]},
        ("grants",),
        "Beviljat stöd: 25 timmar är mer än 20 första",
    ),
    ("need-signal", {"signature": "asj", "place": "Luleå", "municipality": "X", "words": "Ja"}, ("municipality",), "K"),
    ("kickoff", {"network_number": 9, "signature": "asj", "confirmed": ["m1"]}, ("network_number",), "Nätverk: det"),
    ("kickoff", {"network_number": 1, "signature": "asj"}, ("confirmed",), "Har sagt ja: kryssa i vem"),
    ("kickoff", {"network_number": 1, "confirmed": ["m1"]}, ("signature",), "Din signatur: välj"),
    ("kickoff", {"network_number": 1, "signature": "asj", "confirmed": ["m9"]}, ("confirmed",), "Har sagt ja: m9"),
    (
        "kickoff",
        {"network_number": 1, "signature": "asj", "convener": "m9", "first_meeting_at": "2027-02-01 17:30"},
        ("convener",),
        "Sammankallande: m9 finns inte",
    ),
    (
        "kickoff",
        {"network_number": 1, "signature": "asj", "first_meeting_at": f"{DAY} 09:30"},
        ("first_meeting_at_day",),
        "Träffens tid: har redan varit",
    ),
    ("meeting-report", REPORT | {"lead": "m9"}, ("lead",), "Vem ledde träffen: m9"),
    ("meeting-report", REPORT | {"reported_by": "m9"}, ("reported_by",), "Vem berättar: m9"),
    ("meeting-report", REPORT | {"on": "2027-01-12"}, ("on",), "Träffens dag: dagen"),
    ("meeting-report", REPORT | {"attended": 61}, ("attended",), "Hur många kom: kryssa i"),
    ("meeting-report", REPORT | {"branches": -1}, ("branches",), "Branscher och företag"),
    ("meeting-report", REPORT | {"participants": "LKAB, Märit Sjöö"}, ("participants",), "Företag som var med: skriv"),
    ("meeting-report", REPORT | {"speaker_company": "märit"}, ("speaker_company",), "Företag som talaren kom från: sk"),
    ("check-in", {"network_number": 1, "motivation": 9}, ("motivation",), "Fråga 4"),
    ("check-in", {"network_number": 1, "met": True}, ("met_on",), "Fråga 1, dag"),
    ("check-in", {"network_number": 1}, ("network_number",), "Nätverk: ingen avstämning"),
    ("catch-up", CAUGHT_UP | {"outcome": "rest"}, ("network_number",), "Vilket ärende: nätverk #1 har inget"),
    ("catch-up", CAUGHT_UP | {"outcome": "adapt", "member": ""}, ("member",), "Medlem: skriv"),
    ("network-change", CHANGE | {"change": "close"}, ("member",), "Medlem: välj den arrangör som sa det"),
    (
        "network-change",
        CHANGE | {"change": "extend", "days": 9, "reason": "Sjuk.", "approver": "asj"},
        ("approver",),
        "Godkänd av: någon annan",
    ),
    (
        "network-change",
        CHANGE | {"change": "extend", "days": 999, "reason": "Sjuk.", "approver": "mla"},
        ("days",),
        "Dagar: ange",
    ),
    ("network-change", CHANGE | {"change": "rest", "member": "m9"}, ("member",), "Medlem: m9 finns inte"),
    ("network-change", CHANGE | {"change": "new_organiser"}, ("member_number",), "Medlemsnummer: fyll i"),
    ("network-change", CHANGE | {"change": "merge"}, ("other_networks",), "Andra nätverk: ange"),
    ("network-change", CHANGE | {"change": "contact"}, ("other_channel",), "Hur du har försökt"),
    (
        "network-change",
        CHANGE | {"change": "contact", "other_channel": "phone", "reason": "Märit sa nej."},
        ("reason",),
        "Skäl eller anteckning: skriv m2",
    ),
    ("capacity", {"action": "absence"}, ("signature",), "Vem det gäller: välj i listan"),
    ("capacity", {"action": "paid", "network_number": 1}, ("signed_by",), "Din signatur: välj"),
    (
        "capacity",
        {"action": "hours", "signature": "asj", "network_number": 1, "item": "speaker", "hours": 1},
        ("item",),
        "Stöd: ",
    ),
    ("capacity", HOURS | {"action": "hours", "item": "send_out", "hours": 90}, ("hours",), "Timmar: nätverk #1"),
    ("capacity", HOURS | {"action": "correct_use", "item": "send_out", "on": DAY}, ("why",), "Varför rättas det: välj"),
    ("capacity", HOURS | {"action": "correct_use", "item": "send_out", "why": "told"}, ("on",), "Dag: välj dagen"),
    (
        "capacity",
        HOURS | {"action": "correct_use", "item": "send_out", "on": DAY, "why": "told"},
        ("item",),
        "Stöd: inga timmar av Utskick",
    ),
    (
        "capacity",
        HOURS | {"action": "hours", "item": "send_out", "on": "2026-11-04", "hours": 1},
        ("on",),
        "Dag: Utskick av er inbjudan gäller från 2026-11-05.",
    ),
    ("capacity", HOURS | {"action": "talk_hour"}, ("network_number",), "Nätverk: #1 har läget"),
    ("capacity", BY_ASJ | {"action": "budget", "quarter": "2026Q4", "hours": 0.5}, ("hours",), "Timmar: asj har redan"),
    ("capacity", AWAY | {"substitute": "asj"}, ("substitute",), "Ersättare: ingen ersätter"),
    ("outbox", {"action": "resend", "signature": "asj", "mails": ["1234abcd"]}, ("mails",), "Mejl: "),
    ("health-check", {"network_number": 9}, ("network_number",), "Nätverk: det finns inget"),
    ("data-protection", {"request": "1234abcd", "signature": "asj"}, ("request",), "Begäran: ingen sådan"),
    (
        "data-protection",
        {"request": "new", "signature": "asj", "member_number": "1"},
        ("member_number",),
        "Personens medlemsnummer: vi har inga",
    ),
]


@pytest.mark.parametrize(("flow", "given", "path", "begins"), WRONG)
def test_what_is_wrong_is_told_under_its_field_and_changes_nothing(
    office: Settings, flow: str, given: dict[str, Any], path: tuple[str | int, ...], begins: str
) -> None:
    with transaction() as session:
        if flow in ALIVE:
            ALIVE[flow](session)
    before = _traces()
    with reading() as session:
        told = dict(told_of(session, flow, given, NOW))
    assert path in told, told
    assert told[path].startswith(begins)
    assert _traces() == before


def _traces() -> tuple[object, ...]:
    with reading() as session:
        states = session.exec(select(Network.state, Network.version)).all()
        counts = [session.exec(select(func.count()).select_from(one)).one() for one in (Transition, OutgoingMail)]
        return states, *counts


def test_every_form_is_asked_about() -> None:
    assert set(CHECKS) == set(FORMS)


@pytest.mark.parametrize(
    ("flow", "given"),
    [
        ("support-request", REQUEST),
        ("needs-talk", TALK | {"grants": [LINE]}),
        ("network-change", CHANGE | {"change": "rest", "member": "m1"}),
        ("network-change", CHANGE | {"change": "close", "member": "m1"}),
        ("meeting-report", REPORT | {"lead": "m2"}),
        ("kickoff", {"sweep": True}),
        ("kickoff", {"network_number": 1, "signature": "asj", "confirmed": ["m2"]}),
        ("capacity", {"action": "quarter"}),
    ],
)
def test_of_a_form_that_can_go_nothing_is_told(office: Settings, flow: str, given: dict[str, Any]) -> None:
    with transaction() as session:
        if flow in ALIVE:
            ALIVE[flow](session)
    before = _traces()
    with reading() as session:
        assert told_of(session, flow, given, NOW) == []
    assert _traces() == before


def test_what_is_missing_and_what_the_register_does_not_know_are_told_at_once(office: Settings) -> None:
    with reading() as session:
        told = dict(told_of(session, "support-request", REQUEST | {"member_number": "1", "need": ""}, NOW))
    assert set(told) == {("need",), ("member_number",)}


def test_of_what_is_left_empty_the_database_says_nothing(office: Settings) -> None:
    with reading() as session:
        assert dict(told_of(session, "data-protection", {}, NOW)).keys() == {("request",)}


def test_an_empty_form_is_told_field_by_field_in_words() -> None:
    told = dict(told_of(None, "need-signal", {}, NOW))  # type: ignore[arg-type]
    assert told == {
        ("signature",): "Din signatur: välj i listan.",
        ("place",): "Plats: fyll i det.",
        ("municipality",): "Kommun: välj i listan.",
        ("words",): "Vad du såg eller hörde: fyll i det.",
    }


def test_a_request_that_nobody_chose_is_asked_for_together_with_what_else_is_missing() -> None:
    told = dict(told_of(None, "needs-talk", {"request_number": ""}, NOW))  # type: ignore[arg-type]
    assert told[("request_number",)] == "Förfrågan: välj i listan."
    assert told[("talked_on",)] == "Samtalet hölls: välj dagen."


@pytest.mark.parametrize(
    ("changes", "path", "told"),
    [
        ({"talked_on": "igår"}, ("talked_on",), "Samtalet hölls: välj dagen."),
        ({"target_size": "många"}, ("target_size",), "Hur många vill de bli: skriv ett tal."),
        ({"signature": "Åsa Sjöström"}, ("signature",), "Din signatur: välj i listan."),
        ({"grants": [LINE | {"to_on": ""}]}, ("grants", 0, "to_on"), "Till och med: välj dagen."),
    ],
)
def test_what_cannot_be_read_is_told_in_words_and_never_repeated(
    changes: dict[str, Any], path: tuple[str | int, ...], told: str
) -> None:
    assert told_of(None, "needs-talk", TALK | changes, NOW) == [(path, told)]  # type: ignore[arg-type]


def test_a_sentence_that_names_no_field_stands_at_the_first() -> None:
    form = FORMS["network-change"].model_validate(CHANGE | {"change": "rest"})
    assert placed(form, ["Det gick inte."]) == [(("network_number",), "Det gick inte.")]


def test_a_field_that_the_form_does_not_have_is_told_by_nobody() -> None:
    with pytest.raises(ValidationError) as error:
        FORMS["health-check"].model_validate({"nätverk": 1})
    assert unreadable(FORMS["health-check"], error.value, {"nätverk": 1}) == []
