"""`lots preview`: what somebody at the office opens to see how the mails look."""

import email
import json
import sys
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from icalendar import Calendar

from deployments.cli.app import main
from deployments.cli.preview import write_preview
from models.errors import UserError
from models.settings import Settings, settings
from models.tables.mail import Template
from templates.mail_examples import example, variants
from templates.rendering.mail import LANGUAGES, render_mail
from tests.deployments.browsing import Page

OTHER_WAYS = sum(len(variants(name, language)) - 1 for name in Template for language in LANGUAGES)
ONE_OF_EACH = [(name, language) for name in Template for language in LANGUAGES]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("preview") / "not" / "there yet"
    write_preview(folder)
    return folder


def mail_in(path: Path) -> EmailMessage:
    message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def part_of(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part
    return str(part.get_content()).replace("\r\n", "\n").rstrip("\n")


def calendar_in(message: EmailMessage) -> tuple[str, Calendar]:
    [attached] = message.iter_attachments()
    return str(attached["Content-Type"].params["method"]), Calendar.from_ical(attached.get_content())


def test_every_mail_is_there_in_both_languages_as_mail_page_and_text(folder: Path) -> None:
    expected = {f"{name}.{language}.{kind}" for name, language in ONE_OF_EACH for kind in ("eml", "html", "txt")}
    assert {path.name for path in folder.iterdir()} == expected | {"index.html", "variants"}
    assert len(list((folder / "variants").iterdir())) == 3 * OTHER_WAYS


@pytest.mark.parametrize(("name", "language"), ONE_OF_EACH)
def test_a_mail_file_says_what_the_mail_says(folder: Path, name: Template, language: str) -> None:
    context = example(name, language)
    rendered = render_mail(name, language, context)
    message = mail_in(folder / f"{name}.{language}.eml")
    assert message["Subject"] == rendered.subject
    assert part_of(message, "plain") == rendered.text.rstrip("\n")
    assert part_of(message, "html") == rendered.html.rstrip("\n")
    assert context["contact"].email in message["Reply-To"]
    assert message.defects == []
    assert (folder / f"{name}.{language}.html").read_text(encoding="utf-8") == rendered.html
    assert (folder / f"{name}.{language}.txt").read_text(encoding="utf-8") == rendered.text


@pytest.mark.parametrize(
    ("file", "method", "status"),
    [
        ("calendar-invitation.sv", "PUBLISH", "CONFIRMED"),
        ("variants/calendar-invitation-2.sv", "PUBLISH", "CONFIRMED"),
        ("variants/calendar-invitation-3.en", "CANCEL", "CANCELLED"),
    ],
)
def test_an_invitation_carries_its_calendar_file(folder: Path, file: str, method: str, status: str) -> None:
    told, calendar = calendar_in(mail_in(folder / f"{file}.eml"))
    [event] = calendar.walk("VEVENT")
    assert (told, calendar["METHOD"], event["STATUS"]) == (method, method, status)
    assert event.decoded("DTSTART").isoformat() == "2027-06-07T17:30:00+02:00"
    assert str(event["LOCATION"]) == "Kulturens hus, sal 2, Örnsköldsvik"
    assert str(event["SUMMARY"]).endswith(": Att leda när allt ändras")


def test_the_page_shows_them_side_by_side_and_asks_nothing_of_other_hosts(folder: Path) -> None:
    html = (folder / "index.html").read_text(encoding="utf-8")
    page = Page(html)
    shown = [frame["src"] for frame in page.all("iframe")]
    assert shown == [f"{name}.{language}.html" for name, language in ONE_OF_EACH]
    links = [link["href"] for link in page.all("a")]
    assert all(link.removeprefix("#") in html for link in links if link.startswith("#"))
    assert all((folder / link).is_file() for link in (*shown, *links) if not link.startswith("#"))
    assert not page.all("script", "link", "img") and "://" not in html


def test_what_the_page_says_of_itself_is_in_the_language_of_the_office(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles = {}
    for language in LANGUAGES:
        monkeypatch.setenv("LOTS_LANGUAGE", language)
        settings.cache_clear()
        write_preview(tmp_path)
        titles[language] = "All mails" in (tmp_path / "index.html").read_text(encoding="utf-8")
    settings.cache_clear()
    assert titles == {"sv": False, "en": True}


def test_a_folder_that_is_there_is_used_again_and_what_else_lies_in_it_stays(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert write_preview(tmp_path) == write_preview(tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("place", "sentence"), [("notes.txt", r"notes\.txt: är en fil"), ("notes.txt/below", r"below: Not a directory")]
)
def test_a_file_is_not_a_folder(tmp_path: Path, place: str, sentence: str) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match=sentence):
        write_preview(tmp_path / place)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_scripts_get_counts(
    office: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["lots", "preview", str(tmp_path / "mails"), "--json"])
    main()
    files = 3 * (len(ONE_OF_EACH) + OTHER_WAYS) + 1
    told = {"mails": len(Template), "languages": 2, "variants": OTHER_WAYS, "files": files}
    assert json.loads(capsys.readouterr().out) == told
    assert len([path for path in (tmp_path / "mails").rglob("*") if path.is_file()]) == files
