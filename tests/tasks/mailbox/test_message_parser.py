"""Reading mail as other programs send it: bounces of five kinds, replies of seven programs, and anything at all."""

import time
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from models.inbox.bounce import Weight
from models.inbox.verdict import Incoming
from models.settings import settings
from tasks.mailbox.html_to_text import plain_text
from tasks.mailbox.message_parser import parse_message
from tests.mail_samples import LINE, LINE_EN, TO, names, sample

ID = UUID("6f9619ff-8b86-4d01-b42d-00cf4fc964ff")


@pytest.fixture(autouse=True)
def _returned_by_address(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.setenv("LOTS_MAIL_RETURN_PATH", "studs+{id}@kansliet.example.org")
    settings.cache_clear()
    yield
    settings.cache_clear()


def read_sample(name: str, **changes: str) -> Incoming:
    incoming = parse_message(sample(name, ID, **changes), settings())
    assert incoming
    return incoming


@pytest.mark.parametrize("name", names("bounce"))
def test_a_hard_bounce_tells_which_mail_came_back(name: str) -> None:
    bounce = read_sample(name).bounce
    assert bounce
    assert (bounce.weight, bounce.mails, bounce.names_a_mail) == (Weight.hard, (ID,), True)


@pytest.mark.parametrize("name", ["bounce-postfix", "bounce-exchange", "bounce-gmail"])
def test_a_bounce_that_returns_the_mail_tells_whom_it_was_for(name: str) -> None:
    bounce = read_sample(name).bounce
    assert bounce and bounce.address == TO


@pytest.mark.parametrize(
    ("name", "weight"),
    [("delayed-postfix", Weight.soft), ("refused-blocklisted", Weight.not_delivered), ("forged", Weight.hard)],
)
def test_what_is_not_about_the_address_weighs_less(name: str, weight: Weight) -> None:
    bounce = read_sample(name).bounce
    assert bounce and bounce.weight == weight


def test_a_bounce_without_our_ids_names_no_mail() -> None:
    bounce = read_sample("forged").bounce
    assert bounce and (bounce.mails, bounce.names_a_mail) == ((), False)


def test_a_bounce_of_somebody_elses_mail_names_one_that_is_not_of_our_form() -> None:
    raw = sample("bounce-postfix", ID).replace(str(ID).encode(), b"20261201.abc")
    incoming = parse_message(raw, settings())
    assert incoming and incoming.bounce
    assert (incoming.bounce.mails, incoming.bounce.names_a_mail) == ((), True)


def test_where_a_forwarding_address_reaches_one_of_two_it_is_not_dead() -> None:
    ok = b"\nFinal-Recipient: rfc822; other@example.org\nAction: delivered\nStatus: 2.0.0\n\n--64F1A2A0511"
    raw = sample("bounce-postfix", ID).replace(b"\n--64F1A2A0511.1796116329/mx.kansliet.example.org\nContent-Desc"
                                               b"ription: Undelivered", ok + b".1796116329/mx.kansliet.example.org\n"
                                               b"Content-Description: Undelivered")  # fmt: skip
    incoming = parse_message(raw, settings())
    assert incoming and incoming.bounce
    assert (len(incoming.bounce.reports), incoming.bounce.weight) == (2, Weight.none)


@pytest.mark.parametrize("name", names("reply"))
def test_of_a_reply_the_senders_own_line_is_read(name: str) -> None:
    incoming = read_sample(name)
    line = LINE_EN if name == "reply-apple-english" else LINE
    assert incoming.text.replace("\n", "; ") == line
    assert (incoming.sender, incoming.refers_to) == (TO, (ID,))
    assert (incoming.machine, incoming.has_more, incoming.bounce) == ("", False, None)


@pytest.mark.parametrize("name", names("auto"))
def test_what_a_machine_wrote_is_known_for_it(name: str) -> None:
    incoming = read_sample(name)
    assert incoming.machine and incoming.bounce is None


def test_a_bounce_that_a_person_forwards_is_theirs_and_no_bounce() -> None:
    forwarded = (
        b"From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=F\n\n--F\n\nSe nedan.\n"
    )
    forwarded += b"\n--F\nContent-Type: message/rfc822\n\n" + sample("bounce-postfix", ID) + b"\n--F--\n"
    incoming = parse_message(forwarded, settings())
    assert incoming and (incoming.text, incoming.bounce) == ("Se nedan.", None)


@pytest.mark.parametrize("name", names("refused"))
def test_a_refusal_that_is_not_about_the_address_is_known_in_every_form(name: str) -> None:
    bounce = read_sample(name).bounce
    assert bounce and (bounce.weight, bounce.mails) == (Weight.not_delivered, (ID,))


def test_an_unknown_form_that_says_nothing_for_certain_is_a_bounce_that_says_nothing() -> None:
    raw = sample("unknown-form", ID).replace(b"550 5.1.1 User unknown: " + TO.encode(), b"The user has other plans.")
    incoming = parse_message(raw.replace(b"Date:", b"Auto-Submitted: auto-replied\nDate:"), settings())
    assert incoming and incoming.bounce and (incoming.bounce.reports, incoming.bounce.mails) == ((), (ID,))


def test_a_complaint_tells_which_mail_it_is_about() -> None:
    complaint = read_sample("complaint-arf").complaint
    assert complaint and (complaint.about, complaint.mails, complaint.is_a_wish) == ("abuse", (ID,), True)


@pytest.mark.parametrize("name", ["human-picture-between", "human-attachment"])
def test_what_stands_or_lies_beside_an_answer_is_seen(name: str) -> None:
    incoming = read_sample(name)
    assert incoming.has_more and LINE in incoming.text


def test_of_a_text_that_a_program_split_around_a_picture_every_part_is_read() -> None:
    assert "Vi är oense" in read_sample("human-picture-between").text


def test_what_a_program_split_and_quoted_is_still_one_answer() -> None:
    raw = sample("human-picture-between", ID)
    own = "Kan ni ringa mig? Vi är oense och behöver hjälp.".encode()
    incoming = parse_message(raw.replace(own, b"> Hej!\n> Har ni setts?"), settings())
    assert incoming and (incoming.text, incoming.has_more) == (LINE, False)


def test_a_mail_system_that_says_nothing_we_understand_is_a_bounce_that_says_nothing() -> None:
    incoming = parse_message(
        b"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.org\nSubject: ?\n\nSomething happened.\n",
        settings(),
    )
    assert incoming and incoming.bounce and incoming.bounce.reports == ()


def test_the_tail_of_a_huge_mail_is_not_looked_at() -> None:
    incoming = parse_message(b"From: a@example.org\n\n" + b"x\n" * 5_000_000, settings())
    assert incoming and len(incoming.text) <= 100_000


@pytest.mark.parametrize(
    "line", [b"x\n", b"-", b"550 5.1.1 user unknown\n", b"> x\n", b"<message-id: <", b"den 10:10 skrev x@y\n", b"-- \n"]
)
@pytest.mark.parametrize("kind", [b"plain", b"html"])
@pytest.mark.parametrize("sender", [b"a@example.org", b"MAILER-DAEMON@example.org"])
def test_megabytes_of_anything_are_read_at_once(line: bytes, kind: bytes, sender: bytes) -> None:
    begun = time.perf_counter()
    parse_message(
        b"From: " + sender + b"\nContent-Type: text/" + kind + b"\n\n" + line * (3_000_000 // len(line)), settings()
    )
    assert time.perf_counter() - begun < 5  # a tenth of that on a machine that does nothing else


def test_html_becomes_what_its_reader_saw() -> None:
    html = "<head><title>x</title><style>p {}</style></head><p>1&nbsp;ja</p>\n<div>två<br>tre</div><script>x</script>"
    assert plain_text(html) == "1 ja\ntvå\ntre"
    assert plain_text("a<blockquote><p>b</p>c</blockquote>d") == "a\n> b\n> c\nd"


@given(st.binary())
def test_any_bytes_are_read_or_left_for_a_human(raw: bytes) -> None:
    parse_message(raw, settings())


@trying(suppress_health_check=[HealthCheck.too_slow], max_examples=200)
@given(st.data())
def test_a_mail_that_was_damaged_on_its_way_is_read_or_left_for_a_human(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["bounce", "reply", "auto"]))
    raw = sample(data.draw(st.sampled_from(names(kind))), uuid4())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw)))
        raw = raw[:at] + data.draw(st.binary(max_size=12)) + raw[at + data.draw(st.integers(0, 40)) :]
    parse_message(raw, settings())
