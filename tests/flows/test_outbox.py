"""Mail goes out once: whatever the server answers, whoever is in the way, and whenever the process dies."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import select

from flows.outbox import outbox
from models.db.crypto import seal
from models.db.engine import reading, transaction
from models.errors import MailServerUnavailable
from models.mail import delivery as sending_rules
from models.mail import in_doubt
from models.mail.delivery import ComposedMail
from models.mail.queue import QueuedMail, enqueue
from models.people.person import by_member_number
from models.requests import assignment
from models.settings import Settings
from models.stages import outbox as rules
from models.tables.mail import MailStatus, OutgoingMail, Template
from models.tables.office import Intervention
from models.tables.person import EmailStatus
from models.views.undelivered import not_sent
from tasks.smtp import batch_sender, delivery
from tests.acts import AKE, ask, ask_for_a_receipt, at, mails, member, network_in, organisers, type_on_the_web
from tests.smtp_server import DROP, mail_server, point_at

NOW = "2026-11-02T10:30"


def queue_receipts(count: int = 1) -> None:
    with transaction() as session:
        for number in range(count):
            ask_for_a_receipt(session, need=f"Behov {number}.")


def statuses() -> dict[str, int]:
    """Mails to members by status; what staff are told about them is looked at where it matters."""
    with reading() as session:
        found = session.exec(select(OutgoingMail.status).where(OutgoingMail.staff_id.is_(None)))  # type: ignore[union-attr]
        return dict(Counter(str(status) for status in found))


def alarms() -> int:
    with reading() as session:
        return len(mails(session, Template.staff_alarm))


async def test_a_receipt_arrives_as_it_was_written(office: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    queue_receipts()
    async with mail_server() as server:
        point_at(monkeypatch, server.port)
        assert (await outbox(as_of=NOW))["sent"] == 1
        assert (await outbox(as_of=NOW))["sent"] == 0
    [mail] = server.mails
    assert mail["Subject"] == "Vi har fått din förfrågan om nätverk i Luleå"
    assert mail["To"] == "Åke Öhman <ake.ohman@example.org>"
    assert mail["Reply-To"] == "asa.sjostrom@kansliet.example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    html, text = mail.get_body(("html",)), mail.get_body(("plain",))
    assert html and text and "Luleå" in html.get_content() and "Hej Åke!" in text.get_content()


async def test_the_bytes_of_a_mail_are_forgotten_once_it_is_sent(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_receipts()
    async with mail_server() as server:
        point_at(monkeypatch, server.port)
        await outbox(as_of=NOW)
    with reading() as session:
        row = session.exec(select(OutgoingMail)).one()
    assert (row.status, row.body, row.language) == (MailStatus.sent, None, "sv")
    assert row.template_version and row.message_id == server.mails[0]["Message-ID"]


@pytest.mark.parametrize(
    ("stage", "code", "status"),
    [
        ("MAIL", 451, "deferred"),
        ("RCPT", 450, "deferred"),
        ("RCPT", 550, "failed"),
        ("RCPT", 421, "deferred"),
        ("DATA", 452, "deferred"),
        ("DATA", 554, "failed"),
        ("dot", 451, "deferred"),
        ("dot", 552, "failed"),
        ("MAIL", DROP, "deferred"),
        ("DATA", DROP, "deferred"),
        ("dot", DROP, "in_doubt"),
    ],
)
async def test_each_answer_of_the_server_has_its_status_and_the_run_goes_on(
    office: Settings, monkeypatch: pytest.MonkeyPatch, stage: str, code: int, status: str
) -> None:
    queue_receipts(3)
    monkeypatch.setenv("LOTS_SMTP_CONNECTIONS", "1")
    async with mail_server({stage: code}) as server:
        server.times = 1
        point_at(monkeypatch, server.port)
        await outbox(as_of=NOW)
    assert statuses() == {"sent": 2, status: 1}
    assert len(server.taken) == 2
    assert alarms() == (status in ("failed", "in_doubt"))


async def test_a_server_that_is_away_fails_the_step_in_words_and_leaves_the_queue_untouched(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_receipts(2)
    point_at(monkeypatch, 1)
    told = r"E-postservern 127.0.0.1:1 \(LOTS_SMTP_\*\) svarar inte som den ska. Kön är orörd"
    with pytest.raises(MailServerUnavailable, match=told):
        await outbox(as_of=NOW)
    assert statuses() == {"queued": 2}
    async with mail_server() as server:
        point_at(monkeypatch, server.port)
        assert (await outbox(as_of=NOW))["sent"] == 2
    assert len(server.taken) == 2


async def test_what_is_deferred_goes_later_with_the_same_bytes(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_receipts()
    async with mail_server({"dot": 451}) as server:
        server.times = 1
        point_at(monkeypatch, server.port)
        await outbox(as_of=NOW)
        with reading() as session:
            first_try = sending_rules.bytes_of(session.exec(select(OutgoingMail)).one())
        assert (await outbox(as_of=NOW))["sent"] == 0
        assert (await outbox(as_of="2026-11-02T10:45"))["sent"] == 1
    assert first_try and server.taken[0].strip() == first_try.strip()


async def test_what_may_not_go_yet_stays_and_what_should_have_gone_long_ago_is_skipped(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_receipts()
    async with mail_server() as server:
        point_at(monkeypatch, server.port)
        assert (await outbox(as_of="2026-11-01"))["sent"] == 0
        assert (await outbox(as_of="2026-11-17"))["skipped"] == 1
    assert (server.taken, statuses()) == ([], {"skipped": 1})


@pytest.mark.parametrize("why", ["protected", "bounced", "no-address", "erased"])
async def test_a_person_who_must_not_be_mailed_is_not(
    office: Settings, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    queue_receipts()
    with transaction() as session:
        person = member(session, AKE)
        assert person
        match why:
            case "protected":
                person.protected_at = at("2026-11-01")
            case "bounced":
                person.email_status = EmailStatus.bounced
            case "no-address":
                person.email = None
            case "erased":
                person.erased_at = at("2026-11-01")
    async with mail_server() as server:
        point_at(monkeypatch, server.port)
        await outbox(as_of=NOW)
    with reading() as session:
        assert session.exec(select(OutgoingMail.reason)).one() == why
    assert server.taken == []


async def test_what_a_dead_process_had_claimed_is_freed_and_what_it_was_sending_is_in_doubt(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_receipts(3)
    long_ago = datetime.now(UTC) - timedelta(minutes=1)
    with transaction() as session:
        worker = uuid4()
        claimed = rules.claim(session, worker, at("2026-11-02", 11), long_ago, most=2)
        half = ComposedMail(b"half sent", seal(b"half sent"), "<x>", "sv", "1")
        sending_rules.mark_sending(session, {claimed[0]: half}, worker, long_ago)
    async with mail_server() as server:
        point_at(monkeypatch, server.port)
        assert (await outbox(as_of=NOW))["in_doubt"] == 1
    assert statuses() == {"sent": 2, "in_doubt": 1}
    with transaction() as session:
        assert in_doubt.settle_in_doubt(session, [], "resend", at("2026-11-02")) == 1
    async with mail_server() as server:
        point_at(monkeypatch, server.port)
        await outbox(as_of=NOW)
    assert [raw.strip() for raw in server.taken if b"kansliet.example.org>" not in raw] == [b"half sent"]


async def test_one_address_that_cannot_be_mailed_costs_one_mail_and_becomes_a_task_for_staff(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        network = network_in(session)
        enqueue(
            session,
            [QueuedMail(Template.step, organisers(session, network)[0].person_id, "x", network.id)],
            at("2026-11-02"),
        )
        person = member(session, AKE)
        assert person
        person.email = "åke@exämple.org"
        for mail in session.exec(select(OutgoingMail)):
            mail.not_before = at("2026-11-02")
    async with mail_server() as server:
        point_at(monkeypatch, server.port)
        await outbox(as_of=NOW)
    assert not any("Åke" in str(mail["To"]) for mail in server.mails)
    with reading() as session:
        reasons = set(session.exec(select(OutgoingMail.reason).where(OutgoingMail.person_id == person.id)))
        assert reasons == {"address-needs-staff"}
        assert session.exec(select(Intervention.kind)).one() == "phone_only"


async def test_a_mail_that_cannot_be_written_does_not_stop_the_others(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_receipts(3)
    with transaction() as session:
        mail = session.exec(select(OutgoingMail).order_by(OutgoingMail.created_at)).first()  # type: ignore[arg-type]
        assert mail
        mail.context = "{}"  # what the template needs is gone
    async with mail_server() as server:
        point_at(monkeypatch, server.port)
        told = await outbox(as_of=NOW)
    assert (told["sent"], told["failed"]) == (2, 1)
    assert statuses() == {"sent": 2, "failed": 1}


async def test_a_sender_that_slept_too_long_sends_nothing_that_another_has_taken_over(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_receipts(3)
    awake = delivery.deliver

    async def falls_asleep(*given: Any, **more: Any) -> Any:
        """While the first mail is on its way, the claim runs out and another run takes the rest."""
        monkeypatch.setattr(batch_sender, "deliver", awake)
        with transaction() as session:
            for mail in session.exec(select(OutgoingMail).where(OutgoingMail.claimed_by.is_not(None))):  # type: ignore[union-attr]
                mail.claimed_until = datetime.now(UTC) - timedelta(seconds=1)
        assert (await outbox(as_of=NOW))["sent"] == 2
        return await awake(*given, **more)

    monkeypatch.setenv("LOTS_SMTP_CONNECTIONS", "1")
    monkeypatch.setattr(batch_sender, "deliver", falls_asleep)
    async with mail_server() as server:
        point_at(monkeypatch, server.port)
        await outbox(as_of=NOW)
    to_members = [mail["Message-ID"] for mail in server.mails if "kansliet" not in mail["To"]]
    assert len(set(to_members)) == len(to_members) == 3
    assert statuses() == {"sent": 3}


async def test_what_fell_due_on_a_working_day_still_waits_out_the_weekend(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        request = ask(session, day="2026-11-19")
        assignment.invite_to_talk(session, request, at("2026-11-19"))
    async with mail_server() as server:
        point_at(monkeypatch, server.port)
        assert (await outbox(as_of="2026-11-21T22:00"))["sent"] == 1  # the receipt goes on any day
        assert (await outbox(as_of="2026-11-23T09:00"))["sent"] == 2  # the talk's, and to staff whose request it is


async def test_a_server_that_takes_fewer_connections_than_we_would_like_is_no_failure(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_receipts(4)
    async with mail_server({"connect": 421}) as server:
        server.times = 3
        point_at(monkeypatch, server.port)
        assert (await outbox(as_of=NOW))["sent"] == 4


def test_two_workers_never_claim_the_same_mail(office: Settings) -> None:
    queue_receipts(5)
    now = datetime.now(UTC)
    with transaction() as session:
        first = rules.claim(session, uuid4(), at("2026-11-02", 11), now, most=3)
    with transaction() as session:
        second = rules.claim(session, uuid4(), at("2026-11-02", 11), now, most=3)
    assert (len(first), len(second), set(first) & set(second)) == (3, 2, set())


async def test_whether_a_request_is_theirs_is_asked_at_once_of_whom_its_number_belongs_to(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        for number in (AKE, "990101-99"):
            type_on_the_web(session, at("2026-11-07"), member_number=number, place="Kallax")
    async with mail_server() as server:
        point_at(monkeypatch, server.port)
        ended = await outbox(as_of="2026-11-07T21:30")
        assert (ended["sent"], ended["skipped"]) == (1, 1), "on a Saturday night"
        assert (await outbox(as_of="2026-11-09T10:30"))["sent"] == 0
    [mail] = server.mails
    assert mail["Subject"] == "Bekräfta din förfrågan" and mail["To"] == "Åke Öhman <ake.ohman@example.org>"
    body = mail.get_body(("plain",))
    text = body.get_content() if body else ""
    assert "nätverk i Luleå" in text and "Kallax" not in text
    with reading() as session:
        unread = [one for one in mails(session, Template.confirm_request) if one.person_id is None]
        assert [(one.status, one.reason) for one in unread] == [(MailStatus.skipped, "no-reader")]
        assert not_sent(session, at("2026-11-09"), 10) == [], "nothing for staff to do"
        assert by_member_number(session, "990101-99") is None


@pytest.mark.parametrize("why", ["protected_at", "email"])
async def test_who_may_not_be_mailed_is_not_asked_and_nobody_is_told(
    office: Settings, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    with transaction() as session:
        person = member(session)
        setattr(person, why, at("2026-11-01") if why == "protected_at" else None)
        type_on_the_web(session)
    async with mail_server() as server:
        point_at(monkeypatch, server.port)
        assert (await outbox(as_of=NOW))["skipped"] == 1
    assert server.mails == [] and alarms() == 0
