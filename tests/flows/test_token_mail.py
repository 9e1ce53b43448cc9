"""An office whose mail provider takes OAuth 2 alone: its inbox is read, its mail goes, and staff read what to mend."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound

from deployments.cli.doctor import examine
from flows.inbox import inbox
from flows.mail_check import mail_check
from flows.outbox import outbox
from models.db.engine import transaction
from models.errors import InboxUnavailable, MailLoginRefused, SettingsError
from models.settings import Settings, settings
from tasks.smtp.server_config import BLOCK_NAME, BLOCK_TYPE, MailServerBlock
from tests import smtp_server
from tests.acts import ask_for_a_receipt
from tests.inboxes import DONE, an_asked_network, answers, reply
from tests.oauth_server import (
    CLIENT,
    MAILBOX,
    SCOPE,
    SECRET,
    TokenServer,
    certified,
    service_account,
    token_server,
)
from tests.token_mail import OAUTHBEARER, XOAUTH2, TokenInbox, token_inbox, token_mail

NOW = "2026-12-02T10:00"
MECHANISMS = [(XOAUTH2,), (OAUTHBEARER,)]


@pytest.fixture
def tokens(monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenServer]:
    """A token server, and an office that is its client."""
    with token_server() as running:
        choose(monkeypatch, token_url=running.url, client_id=CLIENT, client_secret=SECRET, scope=SCOPE)
        yield running


def choose(monkeypatch: pytest.MonkeyPatch, **changes: str) -> None:
    """LOTS_OAUTH_* as told."""
    for name, value in changes.items():
        monkeypatch.setenv(f"LOTS_OAUTH_{name.upper()}", value)
    settings.cache_clear()


class TestInbox:
    @pytest.fixture(params=MECHANISMS, ids=" ".join)
    def box(
        self, request: pytest.FixtureRequest, office: Settings, tokens: TokenServer, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[TokenInbox]:
        with token_inbox(tokens, *request.param) as running:
            monkeypatch.setenv("LOTS_INBOX", running.address)
            monkeypatch.setenv("LOTS_INBOX_USERNAME", MAILBOX)
            monkeypatch.setenv("LOTS_INBOX_AUTH", "oauth2")
            settings.cache_clear()
            yield running

    async def refused(self) -> str:
        with pytest.raises(InboxUnavailable) as told:
            await inbox(as_of=NOW)
        sentence = str(told.value)
        assert SECRET not in sentence and "@" not in sentence and "\n" not in sentence
        assert "nget gick förlorat" in sentence
        return sentence

    async def test_it_is_read_by_a_token_that_is_fetched_once(self, box: TokenInbox, tokens: TokenServer) -> None:
        mail = an_asked_network()
        box.deliver(reply(refers_to=mail.id))
        assert (await inbox(as_of=NOW))["answers"] == 1
        assert len(answers()) == 1
        assert (len(box.lying()), len(box.lying(DONE)), len(tokens.asked)) == (0, 1, 1)
        assert set(box.judge.logins) == set(box.mechanisms)

    async def test_a_token_that_was_revoked_is_fetched_anew(self, box: TokenInbox, tokens: TokenServer) -> None:
        for _ in range(2):
            await inbox(as_of=NOW)
            tokens.revoke_all()
        assert len(tokens.asked) == 2 and box.judge.refused == ["invalid_token"]

    @pytest.mark.parametrize("challenges", [True, False])
    async def test_a_mailbox_that_the_client_may_not_open_is_told_as_that(
        self, box: TokenInbox, tokens: TokenServer, challenges: bool
    ) -> None:
        tokens.mailboxes.clear()
        box.judge.challenges = challenges
        told = await self.refused()
        assert told.startswith("Inkorgen släpper inte in i brevlådan, fast token-servern gav en ny token: rätta")
        assert "LOTS_INBOX_USERNAME" in told and "LOTS_OAUTH" not in told

    async def test_a_login_that_is_taken_to_a_mailbox_that_stays_shut_is_told_as_that_too(
        self, box: TokenInbox
    ) -> None:
        box.opens = False
        assert "släpper inte in i brevlådan" in await self.refused()

    async def test_a_client_that_is_refused_is_told_by_the_setting(
        self, box: TokenInbox, tokens: TokenServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        choose(monkeypatch, client_secret="another secret")
        assert "LOTS_OAUTH_CLIENT_SECRET är fel" in await self.refused()
        assert len(tokens.asked) == 1 and box.judge.logins == box.judge.refused == []

    async def test_a_token_server_that_is_away_is_waited_for(self, box: TokenInbox, tokens: TokenServer) -> None:
        mail = an_asked_network()
        box.deliver(reply(refers_to=mail.id))
        tokens.answers = 503, b""
        assert "Kör om (Retry) när den är igång" in await self.refused()
        tokens.answers = None
        assert (await inbox(as_of=NOW))["answers"] == 1

    @pytest.mark.parametrize("can_log_in", [True, False])
    async def test_a_password_where_tokens_alone_are_taken_is_told_as_that(
        self, box: TokenInbox, monkeypatch: pytest.MonkeyPatch, can_log_in: bool
    ) -> None:
        monkeypatch.setenv("LOTS_INBOX_AUTH", "password")
        monkeypatch.setenv("LOTS_INBOX_PASSWORD", "hemligt")
        settings.cache_clear()
        box.can_log_in = can_log_in
        told = await self.refused()
        assert told.startswith("Inkorgen tar bara OAuth 2, inget lösenord: sätt LOTS_INBOX_AUTH=oauth2")
        assert "Retry" not in told and "hemligt" not in told
        assert box.passwords == can_log_in, "a server that says beforehand that it takes none hears none"

    async def test_a_wrong_password_is_one_where_passwords_are_taken_too_and_not_at_microsoft(
        self, box: TokenInbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Microsoft offers passwords still, and takes none."""
        monkeypatch.setenv("LOTS_INBOX_AUTH", "password")
        monkeypatch.setenv("LOTS_INBOX_PASSWORD", "hemligt")
        settings.cache_clear()
        box.mechanisms, box.can_log_in = ("PLAIN", *box.mechanisms), True
        told = await self.refused()
        assert "LOTS_INBOX_PASSWORD, eller sätt LOTS_INBOX_AUTH=oauth2, som servern också tar" in told
        monkeypatch.setattr("tasks.mailbox.imap_login.MICROSOFT", re.compile(r"127\.0\.0\.1"))
        assert "tar bara OAuth 2, inget lösenord" in await self.refused()

    async def test_a_server_that_takes_no_token_is_told_as_that(self, box: TokenInbox) -> None:
        box.mechanisms = ("PLAIN",)
        assert "Inkorgen tar inte OAuth 2: kontrollera LOTS_INBOX" in await self.refused()

    def test_the_doctor_opens_it_too(
        self, box: TokenInbox, tokens: TokenServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def found() -> tuple[bool, str]:
            [check] = [one for one in examine(settings()).checks if one.name == "inbox"]
            return check.ok, check.what

        assert found() == (True, f"{box.address} answers, 0 waiting to be read")
        tokens.revoke_all()
        tokens.mailboxes.clear()
        ok, what = found()
        assert not ok and "LOTS_INBOX_USERNAME" in what


class TestMail:
    @pytest.fixture(autouse=True)
    async def _no_block(self) -> AsyncIterator[None]:
        yield
        async with get_client() as client:
            try:
                kept = await client.read_block_document_by_name(BLOCK_NAME, BLOCK_TYPE)
            except ObjectNotFound:
                return
            await client.delete_block_document(kept.id)

    async def save(self, **changes: Any) -> None:
        """Staff fill the block in, and save it."""
        filled = {"host": "127.0.0.1", "tls": "none", "username": MAILBOX, "auth": "oauth2"} | changes
        await MailServerBlock.model_validate(filled).asave(BLOCK_NAME, overwrite=True)

    @pytest.mark.parametrize("shown", ["secret", "certificate", "service account", "refresh token"])
    async def test_the_check_logs_in_and_the_outbox_sends(
        self, office: Settings, tokens: TokenServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shown: str
    ) -> None:
        if shown == "certificate":
            path, tokens.certificates[CLIENT] = certified(tmp_path)
            choose(monkeypatch, client_secret="", client_key=str(path))
        if shown == "service account":
            path = service_account(tmp_path, tokens)
            choose(monkeypatch, provider="google", client_id="", client_secret="", client_key=str(path), token_url="")
        if shown == "refresh token":
            tokens.refresh_tokens.add("of long ago")
            choose(monkeypatch, refresh_token="of long ago")
        with transaction() as session:
            ask_for_a_receipt(session)
        async with token_mail(tokens, XOAUTH2) as server:
            smtp_server.point_at(monkeypatch, server.port, auth="oauth2", username=MAILBOX)
            assert (await mail_check())["reachable"] == 1
            assert (await outbox(as_of="2026-11-02T10:30"))["sent"] == 1
        assert server.recipients == ["ake.ohman@example.org"] and len(tokens.asked) == 1

    async def test_the_block_chooses_its_own_client_or_takes_that_of_the_settings(
        self, office: Settings, tokens: TokenServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tokens.secrets = {"of the block": "its secret"}
        own = {
            "oauth_token_url": tokens.url,
            "oauth_client_id": "of the block",
            "oauth_client_secret": "its secret",
        }
        async with token_mail(tokens, OAUTHBEARER) as server:
            await self.save(port=server.port, **own)
            assert (await mail_check())["reachable"] == 1
            await self.save(port=server.port, **own | {"oauth_client_secret": "wrong"})
            with pytest.raises(MailLoginRefused) as told:
                await mail_check()
            assert "Blocks, mail-server/lots: oauth_client_secret är fel" in str(told.value)
            await self.save(port=server.port)
            with pytest.raises(MailLoginRefused, match="LOTS_OAUTH_CLIENT_SECRET är fel"):
                await mail_check()
            tokens.secrets[CLIENT] = SECRET
            assert (await mail_check())["reachable"] == 1
            tokens.revoke_all()
            tokens.mailboxes.clear()
            with pytest.raises(MailLoginRefused, match="rätta Blocks, mail-server/lots: username, eller ge programmet"):
                await mail_check()

    @pytest.mark.parametrize(
        ("filled", "sentence"),
        [
            ({"username": ""}, "username saknas"),
            ({"oauth_client_id": "x"}, "sätt Blocks, mail-server/lots: oauth_provider till microsoft eller google"),
            ({"oauth_provider": "microsoft", "oauth_client_id": "x"}, "oauth_tenant går inte att använda"),
        ],
    )
    async def test_a_block_that_can_get_no_token_is_refused_in_a_sentence(
        self, office: Settings, filled: dict[str, str], sentence: str
    ) -> None:
        await self.save(**filled)
        with pytest.raises(SettingsError) as told:
            await mail_check()
        assert sentence in str(told.value) and "kön är orörd" in str(told.value).lower()

    async def test_nobody_reads_the_blocks_secrets_in_prefect(self, office: Settings, tokens: TokenServer) -> None:
        hidden = {"oauth_client_secret": SECRET, "oauth_refresh_token": "of long ago"}
        await self.save(**hidden, oauth_client_id="shown")
        async with get_client() as client:
            kept = await client.read_block_document_by_name(BLOCK_NAME, BLOCK_TYPE, include_secrets=False)
        told = f"{json.dumps(kept.data)} {MailServerBlock.model_validate({'host': 'x'} | hidden)!r}"
        assert SECRET not in told and "of long ago" not in told and kept.data["oauth_client_id"] == "shown"

    async def test_prefect_hears_no_token_and_no_secret(
        self, office: Settings, tokens: TokenServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = []
        async with token_mail(tokens, XOAUTH2) as server:
            smtp_server.point_at(monkeypatch, server.port, auth="oauth2", username=MAILBOX)
            for mailboxes in ({MAILBOX}, set[str]()):
                tokens.mailboxes = mailboxes
                state: Any = await mail_check(return_state=True)  # type: ignore[misc]
                known.append(f"{state!r} {await state.result(raise_on_failure=False)}")
        async with get_client() as client:
            known += [log.message for log in await client.read_logs()]
            known.append(str([run.model_dump_json() for run in await client.read_flow_runs()]))
        assert tokens.issued
        hidden = [SECRET, MAILBOX, "Bearer", *tokens.issued]
        assert not [word for word in hidden if word in " ".join(known)]
