"""What comes in by mail: each message followed up once, and nothing taken for an answer that is none."""

import asyncio
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from prefect.client.orchestration import get_client
from sqlmodel import col, select

from flows.inbox import inbox
from models.check_ins import questions
from models.db.engine import reading, transaction
from models.errors import InboxUnavailable, StepFailed
from models.mail.queue import QueuedMail, enqueue
from models.settings import Settings, settings
from models.stages import check_in as check_in_round
from models.stages.inbox import handle
from models.tables.check_in import CheckIn, Sharing, Wish
from models.tables.incoming_mail import IncomingKind, IncomingMail
from models.tables.mail import MailStatus, OutgoingMail, Template
from models.tables.office import Intervention
from models.tables.person import EmailStatus, Person
from tasks import inbox as stage
from tasks.mailbox import sources
from tests.acts import GOREL, ORJAN, at, mails, network_of, organisers
from tests.inboxes import (
    DONE,
    FOR_STAFF,
    SENT,
    AnyInbox,
    MaildirInbox,
    address_of,
    an_asked_network,
    answers,
    asked,
    choose,
    imap_server,
    reply,
    went,
)
from tests.mail_samples import LINE, names, sample

NOW = "2026-12-02T10:00"


@pytest.fixture
def box(tmp_path: Path, office: Settings, monkeypatch: pytest.MonkeyPatch) -> MaildirInbox:
    """An empty inbox, chosen for this process."""
    made = MaildirInbox(tmp_path / "Maildir")
    choose(monkeypatch, made.address)
    return made


@pytest.fixture(params=["a folder", "a server"])
def any_box(
    request: pytest.FixtureRequest, tmp_path: Path, office: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[AnyInbox]:
    """The same, as a folder and as a server."""
    made = nullcontext(MaildirInbox(tmp_path / "Maildir")) if request.param == "a folder" else imap_server()
    with made as box:
        choose(monkeypatch, box.address)
        yield box


async def run(as_of: str = NOW) -> dict[str, int]:
    """The run's counts, without those that are zero."""
    told: dict[str, int] = await inbox(as_of=as_of)
    return {name: count for name, count in told.items() if count}


def opened() -> list[str]:
    with reading() as session:
        return sorted(session.exec(select(Intervention.kind)))


async def test_each_message_ends_where_it_belongs(any_box: AnyInbox) -> None:
    mail = an_asked_network()
    never_sent = sample("bounce-postfix", uuid4())
    strange = [b"\xff\xfe\x00 not a mail", sample("forged", mail.id)]
    fine = [sample("reply-gmail", mail.id), sample("auto-outlook", mail.id), sample("delayed-postfix", mail.id)]
    any_box.deliver(*strange, *fine, never_sent, sample("bounce-exchange", mail.id))
    assert await run() == {
        "answers": 1, "opened": 1, "auto_replies": 1, "soft": 1, "ignored": 1, "bounces": 1, "staff": 2
    }  # fmt: skip
    assert any_box.lying() == []
    assert (len(any_box.lying(DONE)), len(any_box.lying(FOR_STAFF))) == (5, 2)
    assert await run() == {}


async def test_the_run_ends_with_a_line_of_counts_and_no_more(box: MaildirInbox) -> None:
    mail = an_asked_network()
    box.deliver(sample("bounce-gmail", mail.id), sample("auto-vacation", mail.id), reply("Ring mig!"))
    state: Any = await inbox(as_of=NOW, return_state=True)  # type: ignore[misc]
    assert state.message == "1 studsar, 1 autosvar, 0 svar, 1 till personal"


async def test_without_an_inbox_nothing_is_read(office: Settings) -> None:
    assert await run() == {}


@pytest.mark.parametrize("name", names("bounce"))
async def test_a_hard_bounce_of_every_kind_stops_mail_there_and_asks_the_other_organiser(
    box: MaildirInbox, name: str
) -> None:
    mail = an_asked_network()
    box.deliver(sample(name, mail.id))
    assert await run() == {"bounces": 1}
    with reading() as session:
        assert session.get_one(Person, mail.person_id).email_status == EmailStatus.bounced
        assert session.get_one(OutgoingMail, mail.id).status == MailStatus.failed
        assert len(mails(session, "second-organiser")) == 1
    assert opened() == ["hard_bounce"]


@pytest.mark.parametrize(
    ("name", "outcome", "status"),
    [
        ("delayed-postfix", {"soft": 1}, MailStatus.sent),
        *((name, {"not_delivered": 1}, MailStatus.failed) for name in names("refused")),
        ("forged", {"staff": 1}, MailStatus.sent),
        ("auto-outlook", {"auto_replies": 1}, MailStatus.sent),
    ],
)
async def test_what_is_no_hard_bounce_leaves_the_address_good(
    box: MaildirInbox, name: str, outcome: dict[str, int], status: MailStatus
) -> None:
    mail = an_asked_network()
    box.deliver(sample(name, mail.id))
    assert await run() == outcome
    with reading() as session:
        assert session.get_one(Person, mail.person_id).email_status == EmailStatus.ok
        assert session.get_one(OutgoingMail, mail.id).status == status
    assert answers() == [] and opened() == []


@pytest.mark.parametrize("name", names("reply"))
async def test_an_answer_from_every_program_is_recorded(box: MaildirInbox, name: str) -> None:
    mail = an_asked_network()
    box.deliver(sample(name, mail.id))
    assert await run() == {"answers": 1, "opened": 1}
    [check_in] = answers()
    assert (check_in.q1_met, str(check_in.q1_on), check_in.q1_attended) == (True, "2026-12-01", 9)
    assert (check_in.q2_next_on, check_in.q3_sharing, check_in.q4) == (None, Sharing.two, 4)
    assert (check_in.q5_wish, check_in.answered_at) == (Wish.speaker, at("2026-12-02"))
    assert opened() == ["wish"]


@pytest.mark.parametrize("name", names("human"))
async def test_what_a_human_wrote_is_read_by_a_human_whatever_it_looks_like(box: MaildirInbox, name: str) -> None:
    mail = an_asked_network()
    box.deliver(sample(name, mail.id))
    assert await run() == {"staff": 1}
    assert answers() == [] and len(box.lying(FOR_STAFF)) == 1
    with reading() as session:
        assert session.get_one(Person, mail.person_id).email_status == EmailStatus.ok


async def test_a_bounce_of_no_known_form_is_what_its_words_and_code_say(box: MaildirInbox) -> None:
    mail = an_asked_network()
    box.deliver(sample("unknown-form", mail.id))
    assert await run() == {"bounces": 1}


async def test_a_complaint_is_for_staff_and_stops_reminders(box: MaildirInbox) -> None:
    mail = an_asked_network()
    box.deliver(sample("complaint-arf", mail.id))
    assert await run() == {"staff": 1}
    assert opened() == ["mail_waits"]
    with reading() as session:
        assert session.get_one(Person, mail.person_id).reminders_stopped_at == at("2026-12-02")


@pytest.mark.parametrize("name", names("auto"))
async def test_what_a_machine_wrote_is_never_an_answer(box: MaildirInbox, name: str) -> None:
    mail = an_asked_network()
    box.deliver(sample(name, mail.id))
    assert await run() == {"auto_replies": 1}
    assert answers() == [] and len(box.lying(DONE)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "Vi har inte setts men det går bra!",
        f"{LINE}\n\nKan ni ringa mig?",
        LINE.replace("2026-12-01", "2027-12-01"),  # has not come yet
        LINE.replace("2026-12-01", "2026-13-01"),
        LINE.replace("2 nej", "2 2026-11-30"),  # has been
        LINE.replace(" 9;", " 900;"),
        "",
    ],
)
async def test_what_is_not_a_whole_answer_is_left_for_staff_and_nothing_is_recorded(
    box: MaildirInbox, line: str
) -> None:
    mail = an_asked_network()
    box.deliver(reply(line, refers_to=mail.id))
    assert await run() == {"staff": 1}
    assert answers() == [] and len(box.lying(FOR_STAFF)) == 1
    with reading() as session:
        [waits] = session.exec(select(Intervention)).all()
        assert (waits.kind, waits.network_id, waits.agreement) == ("mail_waits", mail.network_id, None)


async def test_the_other_organiser_who_was_asked_may_answer(box: MaildirInbox) -> None:
    with transaction() as session:
        network, _ = asked(session)
        check_in = questions.latest(session, network.id)
        assert check_in and questions.ask_another(session, check_in, at("2026-12-02"))
        [mail] = mails(session, "second-organiser")
        sender = address_of(session, went(mail).person_id)
    box.deliver(reply(sender=sender.upper(), refers_to=mail.id))
    assert (await run())["answers"] == 1


@pytest.mark.parametrize("who", ["another organiser", "a stranger", "who has left"])
async def test_nobody_else_may_answer(box: MaildirInbox, who: str) -> None:
    with transaction() as session:
        network, mail = asked(session)
        contact, other = organisers(session, network)[:2]
        sender = address_of(session, other.person_id if who == "another organiser" else contact.person_id)
        if who == "who has left":
            for role in session.exec(select(type(contact)).where(col(type(contact).person_id) == contact.person_id)):
                role.until = at(SENT).date()
    box.deliver(reply(sender="nagon@example.net" if who == "a stranger" else sender, refers_to=mail.id))
    assert await run() == {"staff": 1}
    assert answers() == []


async def test_without_a_reference_the_senders_address_decides_if_it_was_asked_once(box: MaildirInbox) -> None:
    an_asked_network()
    box.deliver(reply())
    assert (await run())["answers"] == 1


@pytest.mark.parametrize("why", ["two open check-ins", "two people at one address", "not asked", "answered before"])
async def test_an_address_that_leaves_a_doubt_decides_nothing(box: MaildirInbox, why: str) -> None:
    with transaction() as session:
        network, _ = asked(session)
        contact, other = organisers(session, network)[:2]
        sender = address_of(session, (other if why == "not asked" else contact).person_id)
        if why == "answered before":
            check_in = questions.latest(session, network.id)
            assert check_in
            check_in.q4, check_in.answered_at = 3, at(SENT)
        elif why != "not asked":
            second = network_of(session, GOREL, ORJAN)
            check_in_round.send_due(session, at(SENT))
            person = session.get_one(Person, organisers(session, second)[0].person_id)
            if why == "two people at one address":
                person.email = sender
            else:
                check_in = questions.latest(session, second.id)
                assert check_in
                check_in.person_id = contact.person_id
    box.deliver(reply(sender=sender))
    before = len(answers())
    assert await run() == {"staff": 1}
    assert len(answers()) == before


async def test_a_reply_to_another_mail_is_for_staff_of_that_network(box: MaildirInbox) -> None:
    with transaction() as session:
        network, mail = asked(session)
        enqueue(session, [QueuedMail(Template.step, mail.person_id, "x", network.id, context={"step": 2})], at(SENT))
        step = went(mails(session, "step")[0])
    box.deliver(reply(refers_to=step.id))
    assert await run() == {"staff": 1}
    assert opened() == ["mail_waits"]


async def test_an_answer_can_be_changed_by_mail_as_long_as_on_the_page(box: MaildirInbox) -> None:
    mail = an_asked_network()
    for as_of, line, outcome in (
        (NOW, LINE, "answers"),
        ("2026-12-16T10:00", LINE.replace("4 4", "4 2"), "answers"),
        ("2026-12-17T10:00", LINE.replace("4 4", "4 5"), "staff"),
    ):
        box.deliver(reply(line, refers_to=mail.id))
        assert (await run(as_of))[outcome] == 1
    assert [check_in.q4 for check_in in answers()] == [2]


async def test_who_asks_to_close_goes_on_the_negotiators_list_the_same_day(box: MaildirInbox) -> None:
    mail = an_asked_network()
    box.deliver(reply(LINE.replace("talare", "avsluta"), refers_to=mail.id))
    assert await run() == {"answers": 1, "opened": 1}
    assert opened() == ["pause_or_close"]


async def test_mail_that_belongs_to_no_network_alarms_the_office_once_a_day_without_a_word_of_it(
    box: MaildirInbox,
) -> None:
    for as_of in (NOW, "2026-12-02T11:00", "2026-12-03T10:00"):
        box.deliver(reply("Hemlig fråga"))
        assert await run(as_of) == {"staff": 1}
    with reading() as session:
        alarms = mails(session, "staff-alarm")
        assert len(alarms) == 2
        assert not any("Hemlig" in mail.context or "@" in mail.context for mail in alarms)


async def test_a_process_that_dies_before_the_move_finds_its_messages_done(
    any_box: AnyInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = an_asked_network()
    any_box.deliver(reply(refers_to=mail.id), reply("Ring mig!", refers_to=mail.id))
    with monkeypatch.context() as patch:
        for kind in (sources._Maildir, sources._Imap):
            patch.setattr(kind, "put_aside", _dies)
        with pytest.raises(StepFailed):
            await run()
    assert (len(any_box.lying()), len(answers())) == (2, 1)
    with transaction() as session:  # answered anew on the page, before the next run
        session.exec(select(CheckIn)).one().q4 = 1
    assert await run() == {}
    assert (len(any_box.lying()), len(any_box.lying(DONE)), len(any_box.lying(FOR_STAFF))) == (0, 1, 1)
    assert [check_in.q4 for check_in in answers()] == [1]


def _dies(*_: Any, **__: Any) -> None:
    raise ProcessDied


class ProcessDied(Exception):
    """As far as the database can tell."""


async def test_a_message_that_somebody_moves_meanwhile_is_left_to_them(
    box: MaildirInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = an_asked_network()
    box.deliver(reply("Ring mig!"), reply(refers_to=mail.id))
    waiting = sources._Maildir.waiting
    monkeypatch.setattr(sources._Maildir, "waiting", lambda self, most: ["new/gone", *waiting(self, most)])
    assert await run() == {"staff": 1, "answers": 1, "opened": 1}


async def test_a_mail_that_has_not_gone_cannot_come_back(box: MaildirInbox) -> None:
    mail = an_asked_network()
    with transaction() as session:
        waiting = session.get_one(OutgoingMail, mail.id)
        waiting.status, waiting.message_id = MailStatus.queued, None
    box.deliver(sample("bounce-gmail", mail.id))
    assert await run() == {"ignored": 1}


async def test_nothing_is_written_over_in_the_folders(box: MaildirInbox) -> None:
    for text in ("den första", "den andra"):
        (Path(box.address) / "new" / "1.same").write_bytes(reply(text))
        assert await run() == {"staff": 1}
    assert len(box.lying(FOR_STAFF)) == 2


async def test_many_messages_are_read_in_batches(box: MaildirInbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "BATCH", 4)
    box.deliver(*(sample("auto-vacation", uuid4()) for _ in range(10)))
    assert await run() == {"auto_replies": 10}
    assert len(box.lying(DONE)) == 10


def test_the_same_message_is_followed_once_whoever_else_has_it_in_hand(office: Settings) -> None:
    with transaction() as session:
        assert handle(session, "k" * 64, None, at(SENT)) == (IncomingKind.staff, True)
    with transaction() as session:
        assert handle(session, "k" * 64, None, at(SENT)) == (IncomingKind.staff, False)
        assert len(session.exec(select(IncomingMail)).all()) == 1


async def test_two_that_have_the_same_message_in_hand_at_once_follow_it_once(office: Settings) -> None:
    begun = Barrier(2)

    def follow() -> bool:
        begun.wait(10)
        with transaction() as session:
            return handle(session, "k" * 64, None, at(SENT))[1]

    assert sorted(await asyncio.gather(*(asyncio.to_thread(follow) for _ in range(2)))) == [False, True]


async def test_prefect_hears_nothing_of_who_wrote_and_what(box: MaildirInbox) -> None:
    mail = an_asked_network()
    secret = [reply("Hemlig fråga", refers_to=mail.id), reply("Hemlig", "nagon@example.net")]
    box.deliver(*secret, reply(refers_to=mail.id), sample("bounce-postfix", mail.id))
    state: Any = await inbox(as_of=NOW, return_state=True)  # type: ignore[misc]
    async with get_client() as client:
        run = await client.read_flow_run(state.state_details.flow_run_id)
        told = [log.message for log in await client.read_logs() if log.flow_run_id == run.id]
    known = f"{run.model_dump_json()} {told} {await state.result()}"
    assert not any(word in known for word in ("Hemlig", "@example", "Öhman", LINE))


async def test_where_the_office_reads_english_the_folders_have_english_names(
    box: MaildirInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOTS_LANGUAGE", "en")
    settings.cache_clear()
    box.deliver(reply("Hello"), sample("auto-vacation", uuid4()))
    await run()
    assert (len(box.lying("For staff")), len(box.lying("Done"))) == (1, 1)


@pytest.mark.parametrize("inbox_is", ["a folder that is not there", "a server that is not there", "a wrong password"])
async def test_an_inbox_that_cannot_be_reached_fails_the_run_in_one_sentence(
    office: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inbox_is: str
) -> None:
    with imap_server() as server:
        if inbox_is == "a folder that is not there":
            choose(monkeypatch, str(tmp_path / "none"))
        elif inbox_is == "a server that is not there":
            choose(monkeypatch, "imap://127.0.0.1:1")
        else:
            choose(monkeypatch, server.address)
            monkeypatch.setenv("LOTS_INBOX_PASSWORD", "fel")
            settings.cache_clear()
        with pytest.raises(InboxUnavailable) as failed:
            await run()
    told = str(failed.value)
    assert told.startswith("Inkorgen") and "\n" not in told and "fel" not in told
    assert ("LOTS_INBOX_PASSWORD" in told) == (inbox_is == "a wrong password")
