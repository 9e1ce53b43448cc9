"""`lots preview DIR`: every mail in both languages as files to look at, and a page that shows them side by side.

The values are those of `templates/mail_examples.py`: nobody's mail is shown, and no database is needed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import templates
from models.dates.local_time import STOCKHOLM
from models.dates.send_window import MailClass
from models.errors import UserError
from models.i18n import localized
from models.mail.queue import mail_class
from models.meetings.details import MeetingDetails, set_details
from models.meetings.icalendar import calendar_file
from models.settings import settings
from models.tables.mail import Template
from models.tables.meeting import Meeting
from models.tables.network import Nature, Network, Origin
from tasks.smtp.mime import Head, pack
from templates.mail_examples import variants
from templates.rendering.mail import LANGUAGES, Rendered, render_mail

OTHERS: Final = "variants"
READER: Final = "asa.ohrn@example.org"
NOBODY: Final = UUID(int=0)


@dataclass(frozen=True)
class Sample:
    """A mail with example values, in one of the ways that it can read; the first is the usual one."""

    name: Template
    language: str
    number: int
    rendered: Rendered
    bytes: bytes

    @property
    def path(self) -> str:
        """Where its files lie in the folder, but for their ending."""
        if self.number == 1:
            return f"{self.name}.{self.language}"
        return f"{OTHERS}/{self.name}-{self.number}.{self.language}"


def write_preview(folder: Path) -> dict[str, int]:
    """Write every mail to the folder as .html, .txt and .eml, and its index.html. Returns how many.

    Raises UserError when the folder is a file or cannot be written to.
    """
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder}: {localized('är en fil; ange en mapp', 'is a file; give a folder')}")
    samples = [sample for name in Template for language in LANGUAGES for sample in _samples(name, language)]
    try:
        (folder / OTHERS).mkdir(parents=True, exist_ok=True)
        for sample in samples:
            _write(folder / sample.path, sample)
        (folder / "index.html").write_text(_index(samples), encoding="utf-8")
    except OSError as error:
        raise UserError(f"{folder}: {error.strerror}") from None
    others = sum(sample.number > 1 for sample in samples)
    return {"mails": len(Template), "languages": len(LANGUAGES), "variants": others, "files": 3 * len(samples) + 1}


def _samples(name: Template, language: str) -> Iterator[Sample]:
    for number, context in enumerate(variants(name, language), 1):
        rendered = render_mail(name, language, context)
        yield Sample(name, language, number, rendered, _packed(f"{name}-{number}.{language}", rendered, context))


def _write(path: Path, sample: Sample) -> None:
    path.with_name(f"{path.name}.html").write_text(sample.rendered.html, encoding="utf-8")
    path.with_name(f"{path.name}.txt").write_text(sample.rendered.text, encoding="utf-8")
    path.with_name(f"{path.name}.eml").write_bytes(sample.bytes)


def _packed(name: str, rendered: Rendered, context: dict[str, Any]) -> bytes:
    """The mail as it would go: headers, text, HTML, and the calendar file of a mail that has one."""
    answers = (context["contact"].email,)
    head = Head(uuid5(NOBODY, name), context["name"], READER, answers, _sent_at(context), context.get("stop_link", ""))
    return pack(head, rendered, _calendar(context) if "change" in context else None)


def _calendar(context: dict[str, Any]) -> tuple[str, bytes]:
    at = _sent_at(context)
    network = Network(
        id=NOBODY,
        number=1,
        slug="",
        name=context["network"],
        place=context["place"],
        municipality="",
        nature=Nature.town,
        origin=Origin.member,
        created_at=at,
    )
    meeting = Meeting(
        id=NOBODY,
        network_id=NOBODY,
        starts_at=context["starts_at"],
        convener_id=NOBODY,
        booked_at=at,
        form=context["form"],
        sequence=int(context["change"] != "new"),
    )
    told = (context[name] for name in ("minutes", "venue", "topic", "link", "note"))
    set_details(meeting, MeetingDetails(*told))
    return calendar_file(network, meeting, context["change"], at)


def _sent_at(context: dict[str, Any]) -> datetime:
    return datetime.combine(context["today"], time(10, 30, tzinfo=STOCKHOLM))


def _index(samples: list[Sample]) -> str:
    folder = Path(templates.__file__).parent / "preview"
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    mails = [
        {"name": name, "goes": _goes(name), "usual": [_shown(samples, name, language) for language in LANGUAGES]}
        for name in Template
    ]
    return environment.get_template("index.html").render(language=settings().language, words=_words(), mails=mails)


def _shown(samples: list[Sample], name: Template, language: str) -> dict[str, Any]:
    usual, *others = [one for one in samples if (one.name, one.language) == (name, language)]
    return {"language": language, "path": usual.path, "rendered": usual.rendered, "others": others}


def _goes(name: Template) -> str:
    """When such a mail goes, in words."""
    match mail_class(name):
        case MailClass.at_once:
            return localized("Går genast, alla dagar.", "Goes at once, on any day.")
        case MailClass.working_day:
            return localized("Går på vardagar klockan 9–15.", "Goes on working days, 9 to 15.")
        case MailClass.founder:
            return localized(
                "Går måndag–torsdag klockan 9–15, aldrig kring helger eller på sommaren.",
                "Goes Monday to Thursday, 9 to 15, never around holidays or in summer.",
            )


def _words() -> dict[str, str]:
    return {
        "title": localized("Alla mejl", "All mails"),
        "lead": localized(
            "Så här ser mejlen ut, på svenska och engelska, med påhittade namn och dagar.",
            "This is what the mails look like, in Swedish and English, with made-up names and dates.",
        ),
        "text": localized("Ren text", "Plain text"),
        "file": localized("Mejlfil", "Mail file"),
        "others": localized("Så kan det också se ut:", "Other ways that it can read:"),
    }
