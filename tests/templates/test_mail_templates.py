"""Every mail in both languages: the words, the look, and what a hostile value can do to them (nothing)."""

import os
import re
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError

from models.tables.mail import Template
from templates.mail_examples import example, variants
from templates.rendering.mail import LANGUAGES, MAIL, read_source, render_mail

SNAPSHOTS = Path(__file__).parent / "snapshots"
PLACE = "Örnsköldsvik"
# domain.md section 9, with the values of the examples.
SUBJECTS = {
    "receipt": (
        f"Vi har fått din förfrågan om nätverk i {PLACE}",
        f"We have your request about a network in {PLACE}",
    ),
    "talk-invitation": ("Ska vi prata om vad ni behöver?", "Shall we talk about what you need?"),
    "more-information": ("Ett par uppgifter till, tack", "A few more details, please"),
    "granted": ("Så kan vi stötta er – och hur länge", "How we can support you, and for how long"),
    "waiting": ("Just nu är det fullt – så kommer ni igång ändå", "Full just now: how to start anyway"),
    "declined": ("Svar på din förfrågan", "Reply to your request"),
    "co-organiser": (
        f"Vill du vara med och ordna träffar i {PLACE}?",
        f"Will you help arrange meetings in {PLACE}?",
    ),
    "kickoff-checklist": ("Checklista inför er första träff", "Checklist for your first meeting"),
    "calendar-invitation": ("Första träffen 7 juni 2027", "First meeting 7 June 2027"),
    "first-meeting": ("Hur gick första träffen?", "How was the first meeting?"),
    "check-in": (f"En minut om nätverket i {PLACE}?", f"One minute about the network in {PLACE}?"),
    "check-in-reminder": (
        f"Påminnelse: en minut om nätverket i {PLACE}",
        f"Reminder: one minute about the network in {PLACE}",
    ),
    "second-organiser": (f"Träffas ni fortfarande i {PLACE}?", f"Do you still meet in {PLACE}?"),
    "step": ("Nu tar ni över lite till", "You take over a bit more"),
    "ending": (
        "Vårt stöd slutar 7 december 2027 – hör av er innan",
        "Our support ends 7 December 2027: talk to us first",
    ),
    "independent": ("Nätverket står på egna ben", "Your network stands on its own"),
    "talk-offer": ("Ska vi höras om nätverket?", "Shall we talk about the network?"),
    "queue-offer": ("Nu finns tid för ert nätverk", "There is now time for your network"),
    "resting": ("Nätverket vilar – ni väcker det när ni vill", "The network is resting: wake it when you like"),
    "wake": ("Vill ni väcka nätverket?", "Wake the network?"),
    "closed": (f"Tack för det ni byggt i {PLACE}", f"Thank you for what you built in {PLACE}"),
    "new-contact": (
        f"Du är nu kontakt för nätverket i {PLACE}",
        f"You are now contact for the network in {PLACE}",
    ),
    "introduction": ("Ett nätverk nära dig?", "A network near you?"),
    "still-planned": (f"Blir det en första träff i {PLACE}?", f"Will there be a first meeting in {PLACE}?"),
    "data-request": ("Din begäran om personuppgifter", "Your request about personal data"),
    "fresh-link": ("Din nya länk", "Your new link"),
    "sign-in": ("Din inloggning", "Your sign-in"),
    "confirm-request": ("Bekräfta din förfrågan", "Confirm your request"),
    "report-ready": ("Kongressrapporten är klar", "The congress report is ready"),
    "staff-digest": ("Veckolista nätverk Västernorrlands län", "Weekly list, networks in Västernorrlands län"),
    "staff-case": (f"Ny förfrågan i {PLACE}", f"New request in {PLACE}"),
    "staff-alarm": (
        "Behöver åtgärd: samtal om hur nätverket mår",
        "Needs action: talk about how the network is",
    ),
    "request-ended": ("Din förfrågan är avslutad", "Your request has ended"),
    "starter-kit": ("Startpaket för ert nätverk", "Starter kit for your network"),
    "contact-question": (
        f"Vill du ta över som kontakt i {PLACE}?",
        f"Will you take over as contact in {PLACE}?",
    ),
    "correction": (f"Rättelse om nätverket i {PLACE}", f"Correction about the network in {PLACE}"),
}
FREE = ("name", "place", "network", "asker", "other_name", "other_place", "region", "folder")
# What asks again and again can be stopped; decisions and answers still come.
STOPPABLE = {
    "first-meeting", "check-in", "check-in-reminder", "second-organiser", "kickoff-checklist", "still-planned", "wake",
}  # fmt: skip
SCALE = re.compile(r"\?q4=[1-5]$")
BEGUN = re.compile(r"\?(q4=[1-5]|status=book)$")  # a page that opens with an answer chosen
HOSTILE = (
    "*Åsa* <b>fet</b>",
    "[x](http://evil.example)",
    "{{ contact.email }} {% if %}",
    "<script>alert(1)</script> & \"'",
    "_å_ `ä` # ö\r\nBcc: evil@example.org",
)
EVERY_MAIL = [(name, language) for name in SUBJECTS for language in LANGUAGES]
EVERY_VARIANT = [
    pytest.param(name, language, context, id=f"{name}-{language}-{i}")
    for name, language in EVERY_MAIL
    for i, context in enumerate(variants(name, language))
]
each_mail = pytest.mark.parametrize(("name", "language"), EVERY_MAIL)
each_variant = pytest.mark.parametrize(("name", "language", "context"), EVERY_VARIANT)


class Page(HTMLParser):
    """What a reader sees and can follow in an HTML mail."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.open: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.language: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in {"meta", "br", "hr"}:
            self.open.append(tag)
        values = dict(attrs)
        assert "title" not in values
        if tag == "html":
            self.language = values["lang"]
        if "href" in values:
            self.links.append(values["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


def flat(text: str) -> str:
    """The text with every run of blanks and line breaks as one blank."""
    return re.sub(r"\s+", " ", text)


def links(context: dict[str, Any]) -> list[str]:
    found = [value for key, value in context.items() if key.endswith("link")]
    in_rows = (row.get(key) for row in context.get("rows", ()) for key in ("link", "page_link"))
    return [link for link in (*found, *in_rows) if link]


def addresses(context: dict[str, Any]) -> list[str]:
    """The mail addresses that a reader can click on."""
    return [context["contact"].email, *([context["other_email"]] if "other_email" in context else [])]


def test_the_mails_are_those_of_the_domain() -> None:
    assert {path.name.removesuffix(".sv.md") for path in MAIL.glob("[a-z]*.sv.md")} == set(Template) == set(SUBJECTS)


def test_every_mail_exists_in_both_languages() -> None:
    by_language = [{path.name.split(".")[0] for path in MAIL.glob(f"*.{language}.md")} for language in LANGUAGES]
    assert by_language[0] == by_language[1]


@each_mail
def test_the_subject_is_the_one_of_the_domain(name: str, language: str) -> None:
    rendered = render_mail(name, language, example(name, language))
    assert rendered.subject == SUBJECTS[name][LANGUAGES.index(language)]


@each_variant
def test_a_mail_greets_names_the_human_and_links_in_text_and_html(
    name: str, language: str, context: dict[str, Any]
) -> None:
    rendered = render_mail(name, language, context)
    page = Page(rendered.html)
    greeting = f"Hej {context['name']}!" if language == "sv" else f"Hello {context['name']},"
    assert page.language == language
    for part in (rendered.text, page.text):
        assert greeting in part
        assert context["contact"].name in part
        assert context["contact"].email in part
        assert "Ledarna" in part
    for address in links(context):
        assert address in rendered.text
        assert address in {BEGUN.sub("", link) for link in page.links}
    assert f"mailto:{context['contact'].email}" in page.links


@each_variant
def test_a_mail_shows_no_trace_of_how_it_is_made(name: str, language: str, context: dict[str, Any]) -> None:
    rendered = render_mail(name, language, context)
    for part in (rendered.subject, rendered.text, Page(rendered.html).text):
        assert not re.search(r"\{\{|\{%|jinja\d|\*\*|\\|^#|\]\(|None|Undefined|mailto:", part, re.MULTILINE)
    assert not re.search(r"\{\{|\{%|jinja\d|<p[^>]*>\s*</p>|<li[^>]*>\s*</li>", rendered.html)
    assert "\n\n\n" not in rendered.text
    assert not re.search(r"[ \t]$", rendered.text, re.MULTILINE)


@each_variant
def test_nothing_stands_behind_an_address_that_could_be_taken_for_a_part_of_it(
    name: str, language: str, context: dict[str, Any]
) -> None:
    """A link with a full stop opens nothing."""
    assert re.findall(r"https?://\S+[.,;:!?)](?=\s|$)", render_mail(name, language, context).text) == []


@each_variant
def test_a_mail_asks_nothing_of_the_network(name: str, language: str, context: dict[str, Any]) -> None:
    html = render_mail(name, language, context).html
    assert not re.search(r"<(img|link|script|iframe|object|form|video)|@import|url\(|src=", html, re.IGNORECASE)
    asked = {BEGUN.sub("", link) for link in Page(html).links}
    assert asked == {*links(context), *(f"mailto:{address}" for address in addresses(context))}


@each_mail
def test_a_mail_suits_phones_and_the_dark(name: str, language: str) -> None:
    html = render_mail(name, language, example(name, language)).html
    for sign in ('name="viewport"', 'name="color-scheme"', "prefers-color-scheme: dark", "max-width: 600px"):
        assert sign in html
    assert 'class="preheader" style="display: none' in html
    assert html.index('charset="utf-8"') < 1024  # where browsers stop looking for it
    assert len(html.encode()) < 9_000


@each_mail
def test_only_mails_that_ask_again_and_again_offer_to_stop(name: str, language: str) -> None:
    context = example(name, language)
    offer = "Sluta påminna mig" if language == "sv" else "Stop reminding me"
    assert bool(context["stop_link"]) == (name in STOPPABLE)
    for part in (render_mail(name, language, context).text, render_mail(name, language, context).html):
        assert (offer in part) == (name in STOPPABLE)
    stopped = render_mail(name, language, {**context, "stop_link": ""})
    assert offer not in stopped.text and offer not in stopped.html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["first-meeting", "check-in", "check-in-reminder"])
def test_a_check_in_can_begin_with_one_of_five_numbers_and_its_text_has_one_address(name: str, language: str) -> None:
    context = example(name, language)
    rendered = render_mail(name, language, context)
    begun = [link for link in Page(rendered.html).links if SCALE.search(link)]
    assert begun == [f"{context['check_in_link']}?q4={number}" for number in range(1, 6)]
    assert rendered.text.count(context["check_in_link"]) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_check_in_shows_a_reply_that_the_grammar_takes(language: str) -> None:
    shown = {
        "sv": "1 ja 2027-03-02 9; 2 nej; 3 2; 4 4; 5 talare",
        "en": "1 yes 2027-03-02 9; 2 no; 3 2; 4 4; 5 speaker",
    }
    for name in ("first-meeting", "check-in", "check-in-reminder"):
        assert shown[language] in render_mail(name, language, example(name, language)).text


@each_mail
@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_is_data_whatever_it_holds(name: str, language: str, value: str) -> None:
    usual = example(name, language)
    free: dict[str, Any] = {key: value for key in FREE if key in usual}
    hostile = {**usual, **free}
    expected, rendered = Page(render_mail(name, language, usual).html), render_mail(name, language, hostile)
    page = Page(rendered.html)
    assert page.tags == expected.tags
    assert page.links == expected.links
    assert flat(value) in flat(page.text)
    assert value.replace("\r\n", "\n") in rendered.text


@each_mail
def test_a_value_cannot_break_the_subject(name: str, language: str) -> None:
    evil = "Umeå\r\nBcc: a@example.org\u2028x\x00y\x85z\tå"
    subject = render_mail(name, language, {**example(name, language), "place": evil, "name": evil}).subject
    message = EmailMessage()
    message["Subject"] = subject
    assert len(subject.splitlines()) == 1
    assert subject.isprintable()
    if PLACE in SUBJECTS[name][0]:
        assert "Umeå Bcc: a@example.org x y z å" in subject


@each_mail
def test_without_a_name_the_greeting_is_still_whole(name: str, language: str) -> None:
    text = render_mail(name, language, {**example(name, language), "name": ""}).text
    assert text.startswith("Hej!\n" if language == "sv" else "Hello,\n")


@each_mail
def test_a_value_that_is_missing_stops_the_mail(name: str, language: str) -> None:
    context = example(name, language)
    del context["contact"]
    with pytest.raises(UndefinedError):
        render_mail(name, language, context)


@each_mail
def test_only_links_to_the_web_are_let_through(name: str, language: str) -> None:
    context = {**example(name, language), "privacy_link": "javascript:alert(1)"}
    with pytest.raises(ValueError, match="must begin with https"):
        render_mail(name, language, context)


@each_mail
def test_a_mail_tells_its_version(name: str, language: str) -> None:
    version = render_mail(name, language, example(name, language)).version
    assert re.fullmatch(r"[0-9a-f]{12}", version)
    assert version == render_mail(name, language, {**example(name, language), "name": "Bo"}).version


@each_mail
def test_a_mail_reads_as_it_did_when_somebody_last_looked(name: str, language: str) -> None:
    rendered = [render_mail(name, language, context) for context in variants(name, language)]
    found = "\n=====\n\n".join(f"{mail.subject}\n\n{mail.text}" for mail in rendered)
    snapshot = SNAPSHOTS / f"{name}.{language}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        snapshot.parent.mkdir(exist_ok=True)
        snapshot.write_text(found, encoding="utf-8")
    assert found == snapshot.read_text(encoding="utf-8"), "look, then run again with UPDATE_SNAPSHOTS=1"


def test_versions_differ_between_mails() -> None:
    versions = {render_mail(*mail, example(*mail)).version for mail in EVERY_MAIL}
    assert len(versions) == len(EVERY_MAIL)


def test_a_file_without_a_subject_is_refused_by_its_name(tmp_path: Path) -> None:
    broken = tmp_path / "hello.sv.md"
    broken.write_text("---\nwhy: x\n---\nHej\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"hello\.sv\.md"):
        read_source(broken)
