"""A mail's bytes: whatever names, places and texts hold, they come out as they went in, and cannot break a header."""

import quopri
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parsedate_to_datetime, unquote
from typing import Any
from uuid import UUID

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from models.meetings.icalendar import calendar_file
from models.settings import Settings
from models.tables.meeting import Meeting
from models.tables.network import Network
from tasks.smtp.mime import Head, ascii_domain, mailbox, message_id, pack
from tasks.smtp.quoted_printable import quoted_printable
from templates.rendering.mail import Rendered

KEY = UUID("6f1c0f5e-3b1d-4c55-9a5e-0d6b7a1c2d3e")
DATE = datetime(2027, 3, 2, 9, 10, tzinfo=UTC)
STOP = "https://natverk.example.org/stop/" + "WyJhYmMiLCJtMSJd." * 12
NASTY = (
    "Åsa \r\nBcc: evil@example.org",
    "=?utf-8?q?falsk?=",
    "\u202eadlaK",
    "👩‍💼 Bö",
    '"Ek", <x@y>',
    "x" * 300,
    "å" * 300,
)
texts = st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=["Cs"]), max_size=300))


def flat(text: str) -> str:
    """As every value stands in a header: one line, single blanks."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).strip()


def made(name: str = "Åsa Öst", subject: str = "Hej", text: str = "Hej!\n", html: str = "<p>Hej!</p>") -> EmailMessage:
    head = Head(KEY, name, "asa@example.org", ("orjan@example.org",), DATE, STOP)
    return read(pack(head, Rendered(flat(subject), (text,), (html,), "1")))


def named(mail: EmailMessage) -> str:
    """Whom the mail is to, decoded word by word (RFC 2047): the standard library's parser of addresses of Python 3.11
    puts blanks between encoded words."""
    [raw] = [value for name, value in mail.raw_items() if name == "To"]
    before = str(make_header(decode_header(re.sub(r"\r?\n", "", raw).rpartition("asa@example.org")[0].rstrip(" <"))))
    return unquote(before)


def read(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


@given(name=texts, subject=texts)
def test_names_and_subjects_come_out_as_they_went_in(name: str, subject: str) -> None:
    mail = made(name, subject)
    assert mail["Subject"] == flat(subject)
    assert mail["To"].addresses[0].addr_spec == "asa@example.org"
    assert named(mail) == flat(name)
    assert set(mail.keys()) == set(made().keys()), "nothing that is written can add a header"
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]


@given(name=texts, subject=texts)
def test_headers_say_what_the_standard_library_would_have_said(name: str, subject: str) -> None:
    # There the standard library writes what it reads as something else.
    assume("=?" not in name + subject and len(name) <= 40)
    reference = EmailMessage(policy=policy.SMTP)
    reference["Subject"] = flat(subject)
    reference["To"] = Address(flat(name), addr_spec="asa@example.org")
    theirs, ours = read(reference.as_bytes()), made(name, subject)
    # Where it loses a blank between two of its own encoded words, it is no reference.
    assume(named(theirs) == flat(name) and theirs["Subject"] == flat(subject))
    assert ours["Subject"] == theirs["Subject"]
    assert named(ours) == named(theirs)
    assert ours["To"].addresses[0].addr_spec == theirs["To"].addresses[0].addr_spec


@given(text=texts, html=texts)
def test_texts_come_out_as_they_went_in(text: str, html: str) -> None:
    text, html = (one.replace("\r", " ") + "\n" for one in (text, html))
    mail = made(text=text, html=html)
    for kind, written in (("plain", text), ("html", html)):
        part = mail.get_body((kind,))
        assert part and not part.defects
        assert part.get_content().replace("\r\n", "\n") == written


@given(name=texts, subject=texts, text=texts)
def test_every_line_is_short_enough_and_plain_ascii(name: str, subject: str, text: str) -> None:
    raw = pack(
        Head(KEY, name, "asa@example.org", ("orjan@example.org",), DATE, STOP),
        Rendered(flat(subject), (text.replace("\r", " "),), (text.replace("\r", " "),), "1"),
    )
    assert raw.isascii()
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 998  # RFC 5322 section 2.1.1
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    for word in re.findall(rb"=\?utf-8\?[bq]\?[^?]*\?=", raw):
        assert len(word) <= 75  # RFC 2047 section 2


@given(pieces=st.lists(st.one_of(texts, st.sampled_from(("å" * 130, "x" * 75, "x" * 76, ".", "=", " ", "\n")))))
def test_a_text_in_pieces_is_the_same_text_on_lines_of_at_most_76(pieces: list[str]) -> None:
    pieces = [piece.replace("\r", " ") for piece in pieces]
    encoded = quoted_printable(pieces)
    assert encoded.isascii()
    assert max(map(len, encoded.split(b"\r\n"))) <= 76  # RFC 2045 section 6.7
    assert quopri.decodestring(encoded.replace(b"\r\n", b"\n")).decode() == "".join(pieces)


def test_the_way_out_stands_on_one_line_as_clients_read_it() -> None:
    head = Head(KEY, "Åsa", "asa@example.org", ("orjan@example.org",), DATE, STOP)
    raw = pack(head, Rendered("Hej", ("Hej\n",), ("Hej\n",), "1"))
    assert f"\r\nList-Unsubscribe: <{STOP}>\r\n".encode() in raw
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw  # RFC 8058
    assert b"List-Unsubscribe" not in pack(
        Head(KEY, "", "a@b.se", ("c@d.se",), DATE), Rendered("x", ("x",), ("x",), "1")
    )


def test_the_same_mail_has_the_same_bytes_date_and_id(office: Settings) -> None:
    first, again = made(), made()
    assert first.as_bytes() == again.as_bytes()
    assert first["Message-ID"] == message_id(KEY) == f"<{KEY}@localhost>"
    assert parsedate_to_datetime(first["Date"]) == DATE
    assert (first["Auto-Submitted"], first["Reply-To"]) == ("auto-generated", "orjan@example.org")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a@",
        "@b.se",
        "a b@c.se",
        "a@b.se>\r\nRCPT TO:<evil@example.org",
        "a@b.se\r\nBcc: x@y",
        "a,b@c.se",
        "<a@b>",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError):
        mailbox("Åsa", address)


def test_a_domain_with_letters_goes_in_punycode() -> None:
    assert mailbox("", "asa@exämple.org") == "asa@xn--exmple-cua.org"
    assert ascii_domain("faß.de") == "xn--fa-hia.de"  # IDNA 2008: not the same as fass.de


@settings(max_examples=30)
@example(name="Träff\\", place="Boden\\")
@given(name=texts, place=texts)
def test_every_calendar_file_can_be_read(name: str, place: str) -> None:
    starts = datetime(2027, 3, 25, 16, 30, tzinfo=UTC)
    network = Network.model_construct(id=KEY, name=flat(name), place=flat(place))
    for sequence, change in enumerate(("new", "update", "cancel")):
        meeting = Meeting.model_construct(id=KEY, network_id=KEY, starts_at=starts, sequence=sequence)
        method, ics = calendar_file(network, meeting, change, DATE)
        head = Head(KEY, "Åsa", "asa@example.org", ("orjan@example.org",), DATE)
        mail = read(pack(head, Rendered("Träff", ("Träff\n",), ("Träff\n",), "1"), (method, ics)))
        [part] = [one for one in mail.walk() if one.get_content_type() == "text/calendar"]
        assert part.get_param("method") == method == ("CANCEL" if change == "cancel" else "PUBLISH")
        calendar: Any = Calendar.from_ical(part.get_content())
        [event] = calendar.walk("VEVENT")
        assert calendar["METHOD"] == method
        assert (str(event["UID"]), event["SEQUENCE"]) == (f"{KEY}@natverkslots", sequence)
        assert event["DTSTART"].dt == starts and event["DTSTART"].params["TZID"] == "Europe/Stockholm"
        assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Stockholm"]
        assert str(event["SUMMARY"]) == flat(name) and str(event.get("LOCATION", "")) == flat(place)
        assert str(event["ORGANIZER"]).lower().startswith("mailto:")
