"""The doctor logs in to the mail server that is in use, sends nothing, and says what keeps it out."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from prefect.client.orchestration import get_client

from deployments.cli.check import Check
from deployments.cli.mail_checks import look_at_sending
from models.settings import Settings, settings
from tasks.smtp.server_config import BLOCK_NAME, BLOCK_TYPE, MailServerBlock
from tests.oauth_server import CLIENT, MAILBOX, SCOPE, SECRET, token_server
from tests.smtp_server import mail_server, point_at
from tests.token_mail import OAUTHBEARER, token_mail

pytestmark = pytest.mark.usefixtures("office")


async def looked_at(*, prefect_answers: bool = False) -> Check:
    [found] = await asyncio.to_thread(look_at_sending, settings(), None, prefect_answers=prefect_answers)
    return found


@pytest.mark.parametrize("username", ["", "kansliet"])
async def test_a_server_that_answers_and_takes_the_login_is_in_order(
    monkeypatch: pytest.MonkeyPatch, username: str
) -> None:
    async with mail_server() as server:
        server.offers = ("AUTH PLAIN",)
        point_at(monkeypatch, server.port, username=username, password="hemligt")
        found = await looked_at()
    assert found == Check(
        "mail", True, f"127.0.0.1:{server.port} answers{' and takes the password' if username else ''}"
    )
    assert not any(line.startswith("MAIL") for line in server.heard)


@pytest.mark.parametrize(
    ("offers", "told"),
    [("AUTH PLAIN", "godtar inte inloggningen"), ("AUTH XOAUTH2", "tar bara OAuth 2, inget lösenord")],
)
async def test_a_login_that_is_refused_is_told_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, offers: str, told: str
) -> None:
    async with mail_server({"AUTH": 535}) as server:
        server.offers = (offers,)
        point_at(monkeypatch, server.port, username="kansliet", password="hemligt")
        found = await looked_at()
    assert not found.ok and told in found.what and found.do
    assert "hemligt" not in str(found)


async def test_a_server_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deployments.cli.mail_checks.LOGIN_SECONDS", 0.2)
    async with mail_server() as server:
        server.slow = {"EHLO": 2}
        point_at(monkeypatch, server.port, username="kansliet", password="hemligt")
        found = await looked_at()
    assert not found.ok and "lets nobody in within 0.2 seconds" in found.what


async def test_a_token_is_taken_or_what_keeps_it_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with token_server() as tokens:
        for name, value in (("TOKEN_URL", tokens.url), ("CLIENT_ID", CLIENT), ("CLIENT_SECRET", SECRET)):
            monkeypatch.setenv(f"LOTS_OAUTH_{name}", value)
        monkeypatch.setenv("LOTS_OAUTH_SCOPE", SCOPE)
        async with token_mail(tokens, OAUTHBEARER) as server:
            point_at(monkeypatch, server.port, auth="oauth2", username=MAILBOX)
            assert (await looked_at()).what == f"127.0.0.1:{server.port} answers and takes the token"
            tokens.revoke_all()
            tokens.secrets.clear()
            found = await looked_at()
    assert not found.ok and "LOTS_OAUTH_CLIENT_SECRET" in found.what and server.recipients == []


class TestBlock:
    @pytest.fixture(autouse=True)
    async def _block(self, prefect_api: None) -> AsyncIterator[None]:
        yield
        async with get_client() as client:
            kept = await client.read_block_document_by_name(BLOCK_NAME, BLOCK_TYPE)
            await client.delete_block_document(kept.id)

    async def test_the_block_is_looked_at_where_it_holds(
        self, office: Settings, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
    ) -> None:
        point_at(monkeypatch, unused_tcp_port)
        async with mail_server() as server:
            filled = {"host": "127.0.0.1", "port": server.port, "tls": "none"}
            await MailServerBlock.model_validate(filled).asave(BLOCK_NAME, overwrite=True)
            assert (await looked_at(prefect_answers=True)).ok and not (await looked_at()).ok
            await MailServerBlock.model_validate(filled | {"auth": "oauth2"}).asave(BLOCK_NAME, overwrite=True)
            found = await looked_at(prefect_answers=True)

        assert not found.ok and "Blocks, mail-server/lots: username saknas" in found.what and "Blocks" in found.do
