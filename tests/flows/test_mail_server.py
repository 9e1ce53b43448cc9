"""Which mail server holds: the block that staff filled in, else LOTS_SMTP_*; and a check that sends nothing."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound

from flows.mail_check import mail_check
from flows.outbox import outbox
from models.db.engine import reading, transaction
from models.errors import LotsError, MailLoginRefused, SettingsError
from models.mail.queue import counts
from models.settings import Settings, settings
from tasks.smtp.server import MailServer
from tasks.smtp.server_config import BLOCK_NAME, BLOCK_TYPE, MailServerBlock, mail_server
from tests import smtp_server
from tests.acts import ask_for_a_receipt

SECRET = "hemligt lösenord"


@pytest.fixture(autouse=True)
async def _no_block() -> AsyncIterator[None]:
    yield
    async with get_client() as client:
        try:
            kept = await client.read_block_document_by_name(BLOCK_NAME, BLOCK_TYPE)
        except ObjectNotFound:
            return
        await client.delete_block_document(kept.id)


async def save(**changes: Any) -> None:
    """Staff save the block under the name `lots`."""
    filled = {"host": "smtp.example.org", "username": "kansliet", "password": SECRET} | changes
    await MailServerBlock.model_validate(filled).asave(BLOCK_NAME, overwrite=True)


async def test_without_a_block_the_settings_hold(office: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTS_SMTP_PORT", "2626")
    settings.cache_clear()
    assert await mail_server() == MailServer("localhost", 2626, "", "", "none", "LOTS_SMTP_*")


async def test_a_block_under_the_offices_name_holds_instead(office: Settings) -> None:
    await save()
    found = await mail_server()
    expected = MailServer("smtp.example.org", 587, "kansliet", SECRET, "starttls", "Blocks, mail-server/lots")
    assert found == expected
    assert SECRET not in repr(found) and SECRET not in repr(MailServerBlock(host="x", password=SECRET))


async def test_the_password_is_masked_for_whoever_looks_at_the_block(office: Settings) -> None:
    await save()
    async with get_client() as client:
        shown = await client.read_block_document_by_name(BLOCK_NAME, BLOCK_TYPE, include_secrets=False)
    assert SECRET not in json.dumps(shown.data) and shown.data["host"] == "smtp.example.org"


async def test_mail_never_goes_in_the_open_to_another_machine(office: Settings) -> None:
    await save(tls="none")
    with pytest.raises(SettingsError, match=r"^Blocks, mail-server/lots: utan kryptering .* smtp\.example\.org\."):
        await mail_server()
    await save(tls="none", host="localhost")
    assert (await mail_server()).tls == "none"


async def test_a_block_that_cannot_be_used_is_refused_in_a_sentence_without_what_stands_in_it(office: Settings) -> None:
    await save()
    async with get_client() as client:
        kept = await client.read_block_document_by_name(BLOCK_NAME, BLOCK_TYPE)
        from prefect.client.schemas.actions import BlockDocumentUpdate

        broken = BlockDocumentUpdate(data={"host": "smtp.example.org", "port": 70000, "password": SECRET})
        await client.update_block_document(kept.id, broken)
    with pytest.raises(SettingsError) as refused:
        await mail_server()
    assert (
        str(refused.value) == "Blocks, mail-server/lots: port går inte att använda. Rätta det i blocket; kön är orörd."
    )


async def test_a_check_says_in_one_sentence_that_nobody_answers(
    office: Settings, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    monkeypatch.setenv("LOTS_SMTP_PORT", str(unused_tcp_port))
    settings.cache_clear()
    with pytest.raises(LotsError, match=str(unused_tcp_port)):
        await mail_check()


async def test_mail_goes_to_the_server_of_the_block_and_not_to_that_of_the_settings(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        ask_for_a_receipt(session)
    async with smtp_server.mail_server() as of_block, smtp_server.mail_server() as of_settings:
        smtp_server.point_at(monkeypatch, of_settings.port)
        await save(host="127.0.0.1", port=of_block.port, tls="none", username="", password="")
        assert (await mail_check())["reachable"] == 1
        assert (of_block.lines, of_settings.lines) == (1, 0)
        assert (await outbox(as_of="2026-11-02T10:30"))["sent"] == 1
    assert [mail["To"] for mail in of_block.mails] == ["Åke Öhman <ake.ohman@example.org>"]
    assert of_settings.lines == 0


@pytest.mark.parametrize("kept_in", ["Blocks, mail-server/lots", "LOTS_SMTP_*"])
async def test_a_login_that_is_refused_says_where_to_correct_it(
    office: Settings, monkeypatch: pytest.MonkeyPatch, kept_in: str
) -> None:
    with transaction() as session:
        ask_for_a_receipt(session)
    async with smtp_server.mail_server({"AUTH": 535}) as server:
        server.offers = ("AUTH PLAIN LOGIN",)
        smtp_server.point_at(monkeypatch, server.port, username="kansliet", password=SECRET)
        if kept_in.startswith("Blocks"):
            await save(host="127.0.0.1", port=server.port, tls="none")
        with pytest.raises(MailLoginRefused) as refused:
            await outbox(as_of="2026-11-02T10:30")
    assert f"Rätta användarnamn och lösenord i {kept_in}; kön är orörd." in str(refused.value)
    assert SECRET not in str(refused.value)


async def test_a_block_that_cannot_be_used_leaves_the_queue_untouched(office: Settings) -> None:
    with transaction() as session:
        ask_for_a_receipt(session)
    await save(tls="none")
    with pytest.raises(SettingsError, match="Välj starttls eller tls i blocket"):
        await outbox(as_of="2026-11-02T10:30")
    with reading() as session:
        assert counts(session)["queued"] == 1
