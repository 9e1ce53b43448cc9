"""Whatever the mail server does, at whatever stage: each mail ends in a stated status, and none is lost or doubled."""

import asyncio
import time
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import select

from models.db.crypto import encrypt, seal
from models.db.engine import reading, transaction
from models.errors import MailEncryptionRefused, MailLoginRefused, MailServerUnavailable
from models.mail import delivery as sending_rules
from models.mail import in_doubt
from models.mail.queue import QueuedMail, enqueue
from models.settings import Settings, settings
from models.stages import outbox as rules
from models.tables.mail import OutgoingMail, Template
from models.tables.office import Intervention
from models.tables.person import EmailStatus, Person
from tasks.smtp import batch_sender, delivery
from tasks.smtp.batch_sender import send_due
from tasks.smtp.composer import Composer
from tasks.smtp.group_commit import clock
from tests.acts import AKE, at, member, network_in, organisers
from tests.certificates import Authority
from tests.smtp_server import DROP, MailServer, mail_server, point_at
from tests.tasks.smtp.receipts import NOW, queue_receipts, rows, send_all, statuses

CODES = (421, 450, 451, 452, 454, 550, 552, 554)


@pytest.fixture(autouse=True, params=[False, True], ids=["one by one", "pipelining"])
def _login(request: pytest.FixtureRequest, office: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTS_SMTP_CONNECTIONS", "2")
    monkeypatch.setattr(MailServer, "pipelining", request.param)


async def finish(monkeypatch: pytest.MonkeyPatch, server: MailServer) -> None:
    """A healthy server, two days on: what waited goes, and in all nothing went twice."""
    before = statuses()
    async with mail_server() as healthy:
        point_at(monkeypatch, healthy.port, tls="none", username="", password="")
        await send_all(NOW + timedelta(days=2))
    waited = before.get("queued", 0) + before.get("deferred", 0)
    assert len(healthy.taken) == waited
    assert statuses().get("sent", 0) == before.get("sent", 0) + waited
    ids = [mail["Message-ID"] for mail in server.mails + healthy.mails]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("stage", ["connect", "AUTH"])
async def test_a_refusal_before_any_mail_stops_the_run_and_leaves_the_queue_untouched(
    monkeypatch: pytest.MonkeyPatch, stage: str, code: int
) -> None:
    queue_receipts()
    async with mail_server({stage: code}) as server:
        server.offers = ("AUTH PLAIN LOGIN",)
        point_at(monkeypatch, server.port, username="office", password="secret")
        error = MailLoginRefused if stage == "AUTH" and code >= 500 else MailServerUnavailable
        with pytest.raises(error, match=r"[Kk]ön är orörd") as told:
            await send_all()
    assert "secret" not in str(told.value)
    assert statuses() == {"queued": 3}
    assert [(mail.attempts, mail.body, mail.claimed_by) for mail in rows()] == [(0, None, None)] * 3
    await finish(monkeypatch, server)


@pytest.mark.parametrize("code", CODES)
async def test_a_server_that_knows_no_ehlo_is_greeted_the_old_way(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    queue_receipts()
    async with mail_server({"EHLO": code}) as server:
        point_at(monkeypatch, server.port)
        if code == 421:
            with pytest.raises(MailServerUnavailable):
                await send_all()
        else:
            assert await send_all() == {"sent": 3}
    await finish(monkeypatch, server)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "dot"])
async def test_a_refusal_of_one_mail_costs_that_mail_alone(
    monkeypatch: pytest.MonkeyPatch, stage: str, code: int
) -> None:
    queue_receipts()
    monkeypatch.setenv("LOTS_SMTP_CONNECTIONS", "1")
    async with mail_server({stage: code}) as server:
        server.times = 1
        point_at(monkeypatch, server.port)
        await send_all()
        status = "deferred" if code < 500 else "failed"
        assert statuses() == {"sent": 2, status: 1}
    await finish(monkeypatch, server)


@pytest.mark.parametrize("stage", ["MAIL", "RCPT"])
async def test_a_server_that_asks_for_a_login_writes_no_mail_off(monkeypatch: pytest.MonkeyPatch, stage: str) -> None:
    queue_receipts()
    monkeypatch.setenv("LOTS_SMTP_CONNECTIONS", "1")
    async with mail_server({stage: 530}) as server:
        server.times = 1
        point_at(monkeypatch, server.port)
        await send_all()
        assert statuses() == {"sent": 2, "deferred": 1}
    await finish(monkeypatch, server)


@pytest.mark.parametrize(
    ("stage", "status"),
    [("MAIL", "deferred"), ("RCPT", "deferred"), ("DATA", "deferred"), ("body", "in_doubt"), ("dot", "in_doubt")],
)
async def test_a_line_that_breaks_before_the_dot_defers_and_after_it_leaves_a_doubt(
    monkeypatch: pytest.MonkeyPatch, stage: str, status: str
) -> None:
    queue_receipts()
    async with mail_server({stage: DROP}) as server:
        server.times = 1
        point_at(monkeypatch, server.port)
        await send_all()
        assert statuses() == {"sent": 2, status: 1}
        assert (await send_all()) == {}, "what is in doubt is never sent again by itself"
    [troubled] = [mail for mail in rows() if mail.status == status]
    assert sending_rules.bytes_of(troubled)
    await finish(monkeypatch, server)


async def test_who_would_send_a_refused_mail_to_nobody_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    queue_receipts()
    monkeypatch.setenv("LOTS_SMTP_CONNECTIONS", "1")
    async with mail_server({"RCPT": 450}) as server:
        server.times, server.without_readers = 1, 354
        point_at(monkeypatch, server.port)
        await send_all()
        assert statuses() == {"sent": 2, "deferred": 1}
    assert len(server.taken) == 2
    await finish(monkeypatch, server)


async def test_a_line_on_which_the_server_speaks_unasked_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    queue_receipts()
    monkeypatch.setenv("LOTS_SMTP_CONNECTIONS", "1")
    async with mail_server() as server:
        server.says_twice = 1
        point_at(monkeypatch, server.port)
        await send_all()
    assert statuses() == {"sent": 3}
    assert len(server.taken) == 3
    assert server.lines > 1


async def test_nonsense_after_the_dot_is_a_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    queue_receipts(1)
    async with mail_server({"dot": 199}) as server:
        point_at(monkeypatch, server.port)
        await send_all()
    assert statuses() == {"in_doubt": 1}


@pytest.mark.parametrize(("stage", "status"), [("RCPT", "deferred"), ("dot", "in_doubt")])
async def test_a_server_that_never_answers_is_given_up_in_time(
    monkeypatch: pytest.MonkeyPatch, stage: str, status: str
) -> None:
    monkeypatch.setattr(delivery, "COMMAND_SECONDS", 0.3)
    monkeypatch.setattr(delivery, "AFTER_DOT_SECONDS", 0.3)
    queue_receipts(1)
    async with mail_server() as server:
        server.slow = {stage: 2}
        point_at(monkeypatch, server.port)
        await send_all()
    assert statuses() == {status: 1}


async def test_a_slow_server_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    queue_receipts()
    async with mail_server() as server:
        server.slow = dict.fromkeys(("connect", "EHLO", "MAIL", "RCPT", "DATA", "dot"), 0.05)
        point_at(monkeypatch, server.port)
        assert await send_all() == {"sent": 3}


def test_after_the_final_dot_the_server_has_ten_minutes() -> None:
    assert delivery.AFTER_DOT_SECONDS == 600


@pytest.mark.parametrize("goodbye", [421, DROP])
async def test_a_server_that_takes_one_mail_a_line_gets_them_all(monkeypatch: pytest.MonkeyPatch, goodbye: int) -> None:
    queue_receipts(5)
    async with mail_server() as server:
        server.mails_a_line, server.goodbye = 1, goodbye
        point_at(monkeypatch, server.port)
        await send_all()
    assert statuses() == {"sent": 5}
    assert {mail.attempts for mail in rows()} == {1}
    assert len(server.taken) == 5


async def test_many_mails_share_a_few_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    queue_receipts(30)
    async with mail_server() as server:
        point_at(monkeypatch, server.port)
        await send_all()
    assert (len(server.taken), server.lines) == (30, 2)


class TestEncryption:
    @pytest.fixture
    def authority(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
        made = Authority(tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(made.file))
        yield made

    async def sends(self, monkeypatch: pytest.MonkeyPatch, tls: str, server: MailServer) -> None:
        queue_receipts()
        point_at(monkeypatch, server.port, tls=tls)
        await send_all()

    async def test_starttls_with_a_good_certificate_sends(
        self, monkeypatch: pytest.MonkeyPatch, authority: Authority
    ) -> None:
        async with mail_server() as server:
            server.offers, server.certificate = ("STARTTLS",), authority.server()
            await self.sends(monkeypatch, "starttls", server)
        assert statuses() == {"sent": 3}
        assert server.heard.index("STARTTLS") < next(
            n for n, line in enumerate(server.heard) if line.startswith("MAIL")
        )

    async def test_tls_from_the_first_byte_sends(self, monkeypatch: pytest.MonkeyPatch, authority: Authority) -> None:
        async with mail_server(tls=authority.server()) as server:
            await self.sends(monkeypatch, "tls", server)
        assert statuses() == {"sent": 3}

    @pytest.mark.parametrize("what", ["stripped", "expired", "wrong name", "unknown authority", "plain"])
    async def test_a_server_that_cannot_prove_itself_gets_nothing(
        self, monkeypatch: pytest.MonkeyPatch, authority: Authority, tmp_path: Path, what: str
    ) -> None:
        certificates: dict[str, Any] = {"expired": {"valid_days": -2}, "wrong name": {"address": "127.0.0.9"}}
        (tmp_path / "other").mkdir()
        signer = Authority(tmp_path / "other") if what == "unknown authority" else authority
        async with mail_server() as server:
            server.offers = () if what == "stripped" else ("STARTTLS",)
            server.certificate = signer.server(**certificates.get(what, {}))
            with pytest.raises(MailEncryptionRefused, match="krypterad"):
                await self.sends(monkeypatch, "tls" if what == "plain" else "starttls", server)
            assert not any(line.startswith("MAIL") for line in server.heard)
        assert statuses() == {"queued": 3}
        await finish(monkeypatch, server)


class TestAddresses:
    async def refused(self, monkeypatch: pytest.MonkeyPatch, text: str) -> Person:
        with transaction() as session:
            network = network_in(session)
            for mail in session.exec(select(OutgoingMail)):
                session.delete(mail)
            person = organisers(session, network)[0].person_id
            letter = QueuedMail(Template.closed, person, "x", network.id, context={"meetings": 3})
            enqueue(session, [letter], at("2026-11-02"))
        async with mail_server({"RCPT": 550}) as server:
            server.text = text
            point_at(monkeypatch, server.port)
            await send_all(at("2026-11-30"))
        with reading() as session:
            return session.get_one(Person, person)

    @pytest.mark.parametrize("text", ["5.1.1 no such user", "5.0.0 User unknown", "5.1.1 no", "sorry"])
    async def test_an_address_nobody_reads_is_written_to_no_more_and_staff_are_told(
        self, monkeypatch: pytest.MonkeyPatch, text: str
    ) -> None:
        person = await self.refused(monkeypatch, text)
        assert person.email_status == EmailStatus.bounced
        with reading() as session:
            assert session.exec(select(Intervention)).all()

    @pytest.mark.parametrize(
        "text", ["5.7.1 relaying denied", "5.1.1 blocked using zen.spamhaus.org", "mailbox full", "5.0.0 no"]
    )
    async def test_a_refusal_that_is_not_about_the_address_writes_nobody_off(
        self, monkeypatch: pytest.MonkeyPatch, text: str
    ) -> None:
        assert (await self.refused(monkeypatch, text)).email_status == EmailStatus.ok
        assert statuses() == {"failed": 1}

    async def test_letters_before_the_at_go_where_the_server_takes_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        queue_receipts(1)
        with transaction() as session:
            person = member(session, AKE)
            assert person
            person.email = "åke@exämple.org"
        async with mail_server() as server:
            server.offers = ("SMTPUTF8", "DSN")
            point_at(monkeypatch, server.port)
            assert await send_all() == {"sent": 1}
        assert "RCPT TO:<åke@xn--exmple-cua.org>" in server.heard
        [begun] = [line for line in server.heard if line.startswith("MAIL")]
        assert begun.endswith(f"SMTPUTF8 RET=HDRS ENVID={rows()[0].id.hex}")
        assert "<åke@xn--exmple-cua.org>\r\n".encode() in server.taken[0]


async def test_a_rate_holds_for_all_who_send(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_sender, "BATCH", 6)
    queue_receipts(12)
    async with mail_server() as server:
        point_at(monkeypatch, server.port, rate=20)
        began = time.monotonic()  # a busy machine may take the first mail late, and no other sooner for it
        await asyncio.gather(send_due(NOW), send_due(NOW))
    assert len(server.taken) == 12
    assert server.taken_at[-1] - began > 11 / 20 - 0.01


def test_who_is_protected_while_mail_goes_slowly_is_not_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow office fetches a minute's mail at a time, not a handful that takes hours."""
    queue_receipts()
    monkeypatch.setenv("LOTS_SMTP_RATE", "0.02")
    settings.cache_clear()
    worker = uuid4()
    with transaction() as session:
        ids = rules.claim(session, worker, NOW, clock(), 3)
    composer = Composer(worker, ids, NOW)
    assert composer.take()
    with transaction() as session:
        for person in session.exec(select(Person)):
            person.protected_at = NOW
            session.add(person)
    assert composer.take() is None and not composer.left
    assert statuses() == {"queued": 1, "skipped": 2}


async def test_a_run_that_is_cancelled_ends_the_mail_it_is_at(monkeypatch: pytest.MonkeyPatch) -> None:
    queue_receipts(20)
    async with mail_server() as server:
        server.slow = {"dot": 0.1}
        point_at(monkeypatch, server.port)
        run = asyncio.create_task(send_due(NOW))
        await asyncio.sleep(0.5)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
    found = statuses()
    assert 0 < found["sent"] == len(server.taken) < 20
    assert found == {"sent": found["sent"], "queued": 20 - found["sent"]}
    await finish(monkeypatch, server)


def test_bytes_that_an_earlier_version_kept_are_still_read() -> None:
    kept = OutgoingMail(body=encrypt(zlib.compress(b"From: natverk@example.org\r\n", 1)))  # type: ignore[call-arg]
    assert sending_rules.bytes_of(kept) == b"From: natverk@example.org\r\n"
    assert sending_rules.bytes_of(OutgoingMail(body=seal(b"x"))) == b"x"  # type: ignore[call-arg]


async def test_what_staff_let_go_again_has_the_same_bytes_and_is_never_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    queue_receipts(1)
    async with mail_server({"dot": DROP}) as server:
        point_at(monkeypatch, server.port)
        await send_all()
    [mail] = rows()
    first_try = sending_rules.bytes_of(mail)
    later = NOW + timedelta(days=30)
    with transaction() as session:
        assert in_doubt.settle_in_doubt(session, [mail.id.hex[:8]], "resend", later) == 1
    with transaction() as session:
        assert rules.skip_backlog(session, later) == 0
    async with mail_server() as server:
        point_at(monkeypatch, server.port)
        assert await send_all(later) == {"sent": 1}
    assert first_try and server.taken[0].strip() == first_try.strip()
