"""Forms in words: what staff choose, what scripts send, and what either of them comes to."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
import yaml
from prefect.utilities.schema_tools.validation import is_valid, is_valid_schema
from pydantic import ValidationError
from sqlmodel import Session, select

from deployments.server.environment import PREFECT_YAML
from models import vocabulary
from models.db.engine import reading, transaction
from models.forms.kit.base import Form
from models.forms.kit.fields import MOST_LISTED, Coded, Entries, mark_of
from models.forms.outbox import OutboxForm
from models.forms.registry import ABOUT, FORMS, TAG
from models.mail.in_doubt import settle_in_doubt
from models.office.interventions import open_once
from models.office.staff_links import staff_link
from models.settings import Settings, settings
from models.tables.check_in import Sharing, Wish
from models.tables.mail import MailStatus, OutgoingMail, Template
from models.tables.meeting import Duty, MeetingForm
from models.tables.network import Nature, Network, NetworkState
from models.tables.office import InterventionKind
from models.tables.request import Channel, RefusalReason, RequestState
from models.tables.support import Item
from models.tables.transition import Actor
from models.views import form_options
from models.views.form_options import all_lists
from tasks.staff_ui.form_schema import form_schema, ui_schema
from templates.vocabulary.mail import ITEMS
from templates.vocabulary.tasks import TASKS
from tests.acts import AKE, GOREL, ask, at, change, network_in, network_of, talk

LISTS = {
    "requests": Entries(("Luleå · ort · #12",)),
    "networks": Entries(("Luleå · ort · #7", "Skövde · samma roll · #8")),
    "planned": Entries(("Luleå · ort · #7",)),
    "matters": Entries(("Luleå · ort · #7 · tidig signal",)),
    "doubtful": Entries(("Luleå · ort · #12 · kvitto · 1a2b3c4d",)),
    "signatures": Entries(("asj", "gol")),
    "members": Entries(("m1", "m2", "m3")),
    "municipalities": Entries(("Luleå", "Skövde")),
}
# Each form as staff fill it in, and as a script sends it.
IN_WORDS: dict[str, dict[str, Any]] = {
    "support-request": {"member_number": AKE, "place": "Luleå", "need": "Ses.", "nature": "Samma roll",
                        "municipality": "Luleå", "wished": ["Bollplank"], "predecessor": "Nej, det är nytt"},
    "needs-talk": {"request_number": "Luleå · ort · #12", "signature": "asj", "talked_on": "2026-11-05",
                   "decision": "Bevilja", "cadence_days": "Varje månad", "reason": "Inget avslag",
                   "grants": [{"item": "Startpaket", "signature": "asj", "from_on": "2026-11-05",
                               "to_on": "2027-01-01", "reason": "Behövs."}]},
    "need-signal": {"signature": "asj", "place": "Luleå", "municipality": "Luleå", "words": "Många frågar."},
    "kickoff": {"network_number": "Luleå · ort · #7", "signature": "Ingen", "confirmed": ["m2"],
                "first_meeting_at_day": "2026-11-25", "first_meeting_at_time": "17:30",
                "meeting_form": "Digitalt"},
    "meeting-report": {"network_number": "Luleå · ort · #7", "on": "2026-11-25", "status": "Träffen blev av",
                       "host": "Kansliet", "lead": "Vet inte", "meeting_form": "Digitalt",
                       "next_form": "Som bokat, annars på plats"},
    "check-in": {"network_number": "Luleå · ort · #7", "sharing": "Tre eller fler", "motivation": "4 – gärna",
                 "wish": "En talare", "met_on": "2026-11-25"},
    "catch-up": {"network_number": "Luleå · ort · #7 · tidig signal", "signature": "asj", "talked_on": "2026-11-05",
                 "outcome": "Vila", "member": "m1"},
    "network-change": {"network_number": "Luleå · ort · #7", "signature": "asj", "change": "Gå ihop med ett annat",
                       "other_networks": ["Skövde · samma roll · #8"], "approver": "Ingen",
                       "agreed": [{"network": "Luleå · ort · #7", "member": "m1"}]},
    "capacity": {"action": "Använda timmar", "network_number": "Luleå · ort · #7", "item": "Hjälp att hitta talare"},
    "health-check": {"network_number": "Luleå · ort · #7"},
    "congress-report": {"action": "Läget en annan dag", "cutoff": "2027-01-01", "signature": "asj"},
    "outbox": {"action": "De osäkra kom fram", "mails": ["Luleå · ort · #12 · kvitto · 1a2b3c4d"], "signature": "asj"},
    "data-protection": {"request": "radering · senast 2027-04-02 · 3f2a1b9c", "answer": "Nej, av skälet nedan",
                        "signature": "dpo"},
}  # fmt: skip
IN_CODES: dict[str, dict[str, Any]] = {
    "support-request": {"nature": "role", "municipality": "Luleå", "wished": ["sounding_board"], "predecessor": 0},
    "needs-talk": {"request_number": 12, "decision": "grant", "cadence_days": 30, "reason": "",
                   "grants": [IN_WORDS["needs-talk"]["grants"][0] | {"item": "starter_kit"}]},
    "need-signal": {},
    "kickoff": {"network_number": 7, "signature": "", "first_meeting_at": "2026-11-25 17:30",
                "meeting_form": "digital"},
    "meeting-report": {"network_number": 7, "status": "held", "host": "office", "lead": "", "meeting_form": "digital",
                       "next_form": ""},
    "check-in": {"network_number": 7, "sharing": "3", "motivation": 4, "wish": "speaker"},
    "catch-up": {"network_number": 7, "kind": "early_warning", "outcome": "rest"},
    "network-change": {"network_number": 7, "change": "merge", "other_networks": [8], "approver": "",
                       "agreed": ["7:m1"]},
    "capacity": {"action": "hours", "network_number": 7, "item": "speaker"},
    "health-check": {"network_number": 7},
    "congress-report": {"action": "day", "cutoff": "2027-01-01"},
    "outbox": {"action": "sent", "mails": ["1a2b3c4d"]},
    "data-protection": {"request": "3f2a1b9c", "answer": "refused"},
}  # fmt: skip


def in_codes(name: str) -> dict[str, Any]:
    """As a script sends it: codes and numbers, and none of the fields that only the form has."""
    same = {key: value for key, value in IN_WORDS[name].items() if not key.endswith(("_day", "_time"))}
    return same | IN_CODES[name]


@pytest.mark.parametrize("name", sorted(FORMS))
def test_a_form_in_words_and_one_in_codes_come_to_the_same(name: str) -> None:
    assert FORMS[name].model_validate(IN_WORDS[name]) == FORMS[name].model_validate(in_codes(name))


@pytest.mark.parametrize("name", sorted(FORMS))
@pytest.mark.parametrize("form", [IN_WORDS, None], ids=["in words", "in codes"])
def test_prefects_api_takes_both_and_refuses_what_is_neither(name: str, form: Mapping[str, Any] | None) -> None:
    schema = form_schema(FORMS[name], LISTS)
    is_valid_schema(schema)
    filled = (form or {}).get(name) or in_codes(name)
    assert is_valid({"form": filled, "as_of": ""}, schema)
    assert not is_valid({"form": filled | {"unknown": 1}}, schema)
    for field in ("nature", "decision", "outcome", "change", "action", "wish", "status", "meeting_form"):
        if field in FORMS[name].model_fields:
            assert not is_valid({"form": filled | {field: "Åke Öhman"}}, schema)
    for field in ("signature", "member", "reported_by", "host", "approver", "convener"):
        if field in FORMS[name].model_fields:
            assert not is_valid({"form": filled | {field: "Åke Öhman"}}, schema), "a name would stay in Prefect"


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("name", sorted(FORMS))
def test_every_choice_that_is_shown_is_understood(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "language", language)
    kind = FORMS[name]
    for field, info in kind.model_fields.items():
        mark = mark_of(info)
        if isinstance(mark, Coded):
            assert [str(mark.read(label)) for label in mark.labels()] == list(mark.words)
            own = ui_schema(kind, LISTS)["properties"].get(field, {})
            assert "default" not in own or own["default"] in own["enum"]


def test_every_code_has_its_words() -> None:
    enums: dict[type[Any], vocabulary.Words] = {
        Nature: vocabulary.NATURE, Channel: vocabulary.CHANNEL, Item: vocabulary.ITEM, RefusalReason: vocabulary.REASON,
        RequestState: vocabulary.REQUEST_STATE, NetworkState: vocabulary.NETWORK_STATE,
        MeetingForm: vocabulary.MEETING_FORM,
        Duty: vocabulary.DUTY, Sharing: vocabulary.SHARING, Wish: vocabulary.WISH, Actor: vocabulary.ACTOR,
    }  # fmt: skip
    for kind, names in enums.items():
        assert [str(code) for code in kind] == list(names)
    assert set(Template) == set(vocabulary.MAIL)
    assert {*InterventionKind, "oldest", "all"} == set(vocabulary.MATTER)


def test_forms_and_mails_call_things_by_the_same_names() -> None:
    for code, (swedish, english) in vocabulary.ITEM.items():
        assert (ITEMS[code]["sv"][0], ITEMS[code]["en"][0]) == (swedish, english)
    for code, (swedish, english) in vocabulary.MATTER.items():
        if code not in ("oldest", "all"):
            assert (TASKS[code]["sv"].name, TASKS[code]["en"].name) == (swedish, english)


@pytest.mark.parametrize("name", sorted(FORMS))
def test_a_form_has_no_switch_between_types_no_raw_code_and_a_title_on_every_field(name: str) -> None:
    def look(schema: dict[str, Any]) -> None:
        for field in schema["properties"].values():
            assert field["title"] and "anyOf" not in field and "$ref" not in field
            assert not any("_" in str(choice) for choice in field.get("enum", []))
            if field.get("items", {}).get("properties"):
                look(field["items"])
        positions = [field["position"] for field in schema["properties"].values() if "position" in field]
        assert positions == sorted(positions)

    look(ui_schema(FORMS[name], LISTS))


def test_what_awaits_a_decision_can_be_chosen_and_what_has_one_cannot(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        assert listed(session, "requests") == ["Luleå · ort · #1"]
        assert listed(session, "planned") == listed(session, "networks") == []
        network = talk(session, request)
        assert network
        assert listed(session, "requests") == []
        assert listed(session, "planned") == listed(session, "networks") == ["Luleå · ort · #1"]
        assert listed(session, "signatures") == ["asj", "gol", "mla"]
        assert listed(session, "members") == ["m1", "m2", "m3"]


def test_no_code_can_be_chosen_that_no_living_network_has(office: Settings) -> None:
    with transaction() as session:
        assert listed(session, "members") == []
        network = network_in(session)
        network_of(session, GOREL)
        assert listed(session, "members") == ["m1", "m2", "m3"]
        change(session, network, "close", "2027-01-11", member="m1")
        assert listed(session, "members") == ["m1"]


@pytest.mark.parametrize("name", ["kickoff", "meeting-report", "catch-up", "network-change"])
def test_a_form_that_asks_for_codes_says_where_the_network_is_chosen_who_they_are(name: str) -> None:
    network = ui_schema(FORMS[name], LISTS)["properties"]["network_number"]
    assert f"[dess sida]({staff_link('register')})" in network["description"]


def test_what_is_open_can_be_chosen_until_it_is_settled_and_a_network_until_it_has_ended(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        open_once(session, network, InterventionKind.early_warning, "a", at("2026-12-01"))
        session.flush()
        assert listed(session, "matters") == ["Luleå · ort · #1 · tidig signal"]
        change(session, network, "close", "2027-01-11", member="m1")
        assert listed(session, "matters") == listed(session, "networks") == []
        assert listed(session, "past") == ["Luleå · ort · #1"]


def test_where_a_talk_settles_several_matters_all_can_be_chosen_at_once(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        for kind in (InterventionKind.early_warning, InterventionKind.hard_bounce):
            open_once(session, network, kind, "a", at("2026-12-01"))
        assert "Luleå · ort · #1 · allt som är öppet" not in listed(session, "matters")  # an address takes no talk
        open_once(session, network, InterventionKind.wish, "a", at("2026-12-01"))
        assert listed(session, "matters") == [
            "Luleå · ort · #1 · allt som är öppet",
            "Luleå · ort · #1 · mejladress som inte fungerar",
            "Luleå · ort · #1 · tidig signal",
            "Luleå · ort · #1 · önskan om hjälp",
        ]
        chosen = {"signature": "asj", "talked_on": "2026-12-02", "outcome": "settled"}
        label = {"network_number": "Luleå · ort · #1 · allt som är öppet"}
        form = FORMS["catch-up"].model_validate(chosen | label)
        assert form == FORMS["catch-up"].model_validate(chosen | {"network_number": 1, "kind": "all"})


def test_all_that_somebody_has_can_be_handed_over_from_the_form_without_choosing_a_network(office: Settings) -> None:
    with transaction() as session:
        network_in(session)
        lists = all_lists(session, at("2027-03-02"))
    kind = FORMS["network-change"]
    told = {"signature": "gol", "change": "Lämna över allt en förhandlare har", "former": "asj", "negotiator": "gol"}
    assert is_valid({"form": told}, form_schema(kind, lists))
    assert kind.model_validate(told).all_problems(date(2027, 3, 2)) == []
    refused = kind.model_validate(told | {"network_number": "Luleå · ort · #1"}).all_problems(date(2027, 3, 2))
    assert refused == [
        "«Nätverk»: hör inte till valet «Lämna över allt en förhandlare har». Töm det, eller ändra valet."
    ]


def test_a_label_holds_no_word_that_a_member_typed(office: Settings) -> None:
    with transaction() as session:
        ask(session, place="Hemma hos Åke Öhman")
        ask(session, member_number=GOREL, place="", municipality="", need="Ses.")
        assert listed(session, "requests") == ["Luleå · ort · #1"]  # the other was declined: it has no place


def test_of_more_than_two_hundred_the_newest_are_listed_and_the_others_number_is_typed(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(form_options, "MOST_LISTED", 1)
    assert MOST_LISTED == 200
    with transaction() as session:
        network_in(session)
        other = talk(session, ask(session, member_number=GOREL, place="Umeå", municipality="Umeå", need="Ses."))
        assert other
    with reading() as session:
        lists = all_lists(session, at("2027-03-02"))
    assert lists["networks"] == Entries(("Umeå · ort · #2",), more=True)
    kind = FORMS["meeting-report"]
    assert "network_number_typed" in ui_schema(kind, lists)["properties"]
    assert "network_number_typed" not in ui_schema(kind, LISTS)["properties"]
    typed = {"network_number_typed": 1, "on": "2026-11-25"}
    assert is_valid({"form": typed}, form_schema(kind, lists))
    assert kind.model_validate(typed).network_number == 1  # type: ignore[attr-defined]


def test_of_more_signatures_than_a_list_holds_each_is_typed(office: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form_options, "MOST_LISTED", 2)
    with reading() as session:
        properties = ui_schema(FORMS["kickoff"], all_lists(session, at("2027-03-02")))["properties"]
    assert "enum" not in properties["signature"]


def test_nothing_chosen_is_told_in_a_sentence_before_the_run_and_in_it() -> None:
    kind = FORMS["meeting-report"]
    assert not is_valid({"form": {"on": "2026-11-25"}}, form_schema(kind, LISTS))
    form: Form = kind.model_validate({"on": "2026-11-25"})
    assert "Nätverk: välj i listan." in form.problems(at("2026-11-26").date())


def test_a_number_that_is_none_is_refused_by_the_form() -> None:
    with pytest.raises(ValidationError):
        FORMS["meeting-report"].model_validate({"network_number": "Luleå", "on": "2026-11-25"})


def test_a_run_keeps_what_was_chosen_as_it_was_chosen_and_no_words_of_anybody() -> None:
    kept = FORMS["needs-talk"].redacted(IN_WORDS["needs-talk"] | {"notes": "Hemligt."})
    assert (kept["request_number"], kept["decision"]) == ("Luleå · ort · #12", "Bevilja")
    assert (kept["notes"], kept["grants"][0]["reason"], kept["grants"][0]["item"]) == ("", "", "Startpaket")
    assert FORMS["needs-talk"].model_validate(kept)


def listed(session: Session, name: str) -> list[str]:
    session.flush()
    return list(all_lists(session, at("2027-03-02"))[name].labels)


def test_the_number_at_a_labels_end_is_the_networks(office: Settings) -> None:
    with transaction() as session:
        network_in(session)
        [label] = listed(session, "networks")
        form = FORMS["meeting-report"].model_validate({"network_number": label, "on": "2026-11-25"})
        assert form.network_number == session.exec(select(Network.number)).one()  # type: ignore[attr-defined]


def test_a_mail_in_doubt_can_be_chosen_by_what_it_is_about_until_it_is_settled(office: Settings) -> None:
    with transaction() as session:
        ask(session, place="Hemma hos Åke Öhman")
        mail = session.exec(select(OutgoingMail).where(OutgoingMail.template == Template.receipt)).one()
        assert listed(session, "doubtful") == []
        mail.status = MailStatus.in_doubt
        [label] = listed(session, "doubtful")
        assert label == f"Luleå · ort · #1 · kvitto · {mail.id.hex[:8]}"
        form = OutboxForm.model_validate({"action": "De osäkra kom fram", "mails": [label], "signature": "asj"})
        assert settle_in_doubt(session, form.mails, "sent", at("2026-11-03")) == 1
        assert listed(session, "doubtful") == []


def test_who_settles_must_sign_and_say_what_became_of_the_mail() -> None:
    chosen = OutboxForm(action="send", mails=["1a2b3c4d"], signature="asj")
    assert chosen.problems(at("2026-11-03").date()) == [
        "Vad ska göras: välj om de osäkra kom fram eller ska skickas en gång till."
    ]
    unsigned = OutboxForm(action="resend")
    assert unsigned.problems(at("2026-11-03").date()) == ["Din signatur: välj den, den behövs för att avgöra."]
    with pytest.raises(ValidationError):
        OutboxForm(mails=["Åke Öhman"])


def test_every_deployment_has_its_line_in_both_languages_and_prefect_yaml_the_swedish_one() -> None:
    deployed = yaml.safe_load(PREFECT_YAML.read_text())["deployments"]
    assert {one["name"]: one["description"] for one in deployed} == {name: about[0] for name, about in ABOUT.items()}
    assert all(swedish != english for swedish, english in ABOUT.values())


def test_every_deployment_says_what_kind_of_work_it_is_and_those_of_every_day_stand_on_one_page() -> None:
    deployed = yaml.safe_load(PREFECT_YAML.read_text())["deployments"]
    assert {one["name"]: one["tags"] for one in deployed} == {name: [tag[0]] for name, tag in TAG.items()}
    assert {tag[0] for tag in TAG.values()} == {"dagligt arbete", "sköts av sig självt", "inställningar"}
    assert [tag[0] for tag in TAG.values()].count("dagligt arbete") <= 10, "Prefect's list has ten on a page"


def test_what_has_no_form_shows_no_field_and_takes_a_day_to_play_all_the_same() -> None:
    schema = form_schema(None, LISTS)
    assert schema["properties"] == {}
    assert is_valid({"as_of": "2027-03-02"}, schema)


def test_an_empty_list_says_that_there_is_nothing_to_choose() -> None:
    empty = LISTS | {"doubtful": Entries(), "planned": Entries()}
    assert "Just nu finns inget att välja" in ui_schema(OutboxForm, empty)["properties"]["mails"]["description"]
    assert "Just nu" not in ui_schema(OutboxForm, LISTS)["properties"]["mails"]["description"]
