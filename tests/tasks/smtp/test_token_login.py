"""Mail goes out over a server that takes tokens alone, whatever becomes of the tokens; and a no names what to mend."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from models.errors import MailLoginRefused, MailServerUnavailable
from models.settings import settings
from tasks.smtp.login import connect
from tasks.smtp.server import server_of_settings
from tests.oauth_server import CLIENT, MAILBOX, SCOPE, SECRET, TokenServer, token_server
from tests.smtp_server import mail_server, point_at
from tests.tasks.smtp.receipts import queue_receipts, rows, send_all, statuses
from tests.token_mail import OAUTHBEARER, XOAUTH2, TokenMail, token_mail

pytestmark = pytest.mark.usefixtures("office")
MECHANISMS = [(XOAUTH2,), (OAUTHBEARER,)]


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    with token_server() as running:
        yield running


@pytest.fixture(params=MECHANISMS, ids=" ".join)
async def mail(
    request: pytest.FixtureRequest, tokens: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[TokenMail]:
    """The office's mail server, which takes tokens alone."""
    async with token_mail(tokens, *request.param) as running:
        choose(monkeypatch, tokens, running.port)
        yield running


def choose(monkeypatch: pytest.MonkeyPatch, tokens: TokenServer, port: int, **changes: str) -> None:
    """The office logs in there by its client's tokens."""
    chosen = {"token_url": tokens.url, "client_id": CLIENT, "client_secret": SECRET, "scope": SCOPE} | changes
    for name, value in chosen.items():
        monkeypatch.setenv(f"LOTS_OAUTH_{name.upper()}", value)
    monkeypatch.setenv("LOTS_SMTP_CONNECTIONS", "4")
    point_at(monkeypatch, port, auth="oauth2", username=MAILBOX)


async def refused() -> str:
    with pytest.raises(MailLoginRefused) as told:
        await connect(server_of_settings())
    assert SECRET not in str(told.value) and "@" not in str(told.value)
    return str(told.value)


async def test_mail_goes_out_and_one_token_serves_every_line(mail: TokenMail, tokens: TokenServer) -> None:
    queue_receipts(20)
    assert await send_all() == {"sent": 20}
    assert len(mail.recipients) == 20
    assert (mail.judge.logins, mail.judge.refused) == ([mail.mechanisms[0]] * 4, [])
    assert len(tokens.asked) == 1


async def test_tokens_that_end_while_mail_goes_cost_no_mail(
    mail: TokenMail, tokens: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOTS_SMTP_CONNECTIONS", "1")
    settings.cache_clear()
    tokens.seconds, mail.mails_a_line, mail.slow = 0.5, 1, 0.1
    queue_receipts(15)
    await send_all()
    assert statuses() == {"sent": 15} and len(mail.recipients) == 15
    assert len(tokens.asked) >= 3


@pytest.mark.parametrize("after", [1, 4])
async def test_a_login_that_ends_with_its_token_costs_no_mail(
    mail: TokenMail, tokens: TokenServer, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """The server looks at the token before each mail; each was revoked after so many."""
    monkeypatch.setenv("LOTS_SMTP_CONNECTIONS", "1")
    settings.cache_clear()
    mail.strict, mail.after_mail = True, lambda count: tokens.revoke_all() if count % after == 0 else None
    queue_receipts(12)
    await send_all()
    assert statuses() == {"sent": 12} and len(mail.recipients) == 12
    assert mail.sent_away > 0 and {row.attempts for row in rows()} == {1}


@pytest.mark.parametrize("challenges", [True, False])
async def test_a_token_that_was_revoked_is_fetched_anew_once_for_all(
    mail: TokenMail, tokens: TokenServer, challenges: bool
) -> None:
    mail.judge.challenges = challenges
    await (await connect(server_of_settings())).quit()
    tokens.revoke_all()
    queue_receipts(8)
    assert await send_all() == {"sent": 8}
    assert len(tokens.asked) == 2
    assert set(mail.judge.refused) == {"invalid_token"}


async def test_a_wrong_secret_leaves_the_queue_untouched(
    mail: TokenMail, tokens: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_receipts()
    choose(monkeypatch, tokens, mail.port, client_secret="another secret")
    with pytest.raises(MailLoginRefused) as told:
        await send_all()
    assert "LOTS_OAUTH_CLIENT_SECRET är fel" in str(told.value) and str(told.value).endswith("Kön är orörd.")
    assert (statuses(), len(tokens.asked), mail.judge.logins) == ({"queued": 3}, 1, [])


@pytest.mark.parametrize("challenges", [True, False])
async def test_a_mailbox_that_the_client_may_not_open_is_told_apart_from_a_client_that_is_refused(
    mail: TokenMail, tokens: TokenServer, challenges: bool
) -> None:
    mail.judge.challenges = challenges
    tokens.mailboxes.clear()
    queue_receipts()
    with pytest.raises(MailLoginRefused) as told:
        await send_all()
    assert str(told.value) == (
        f"E-postservern 127.0.0.1:{mail.port} släpper inte in i brevlådan, fast token-servern gav en ny token: rätta "
        "LOTS_SMTP_USERNAME, eller ge programmet rätt till den brevlådan (docs/operator.md); kön är orörd."
    )
    assert statuses() == {"queued": 3} and len(tokens.asked) <= 4, "one, and one more for each line at most"
    tokens.mailboxes.add(MAILBOX)
    assert await send_all() == {"sent": 3}


async def test_a_token_server_that_is_away_is_waited_for_and_nothing_is_lost_or_doubled(
    mail: TokenMail, tokens: TokenServer
) -> None:
    queue_receipts()
    tokens.answers = 503, b""
    with pytest.raises(MailServerUnavailable, match=r"svarar inte som den ska\. Kör om \(Retry\)") as told:
        await send_all()
    assert not isinstance(told.value, MailLoginRefused) and "Kön är orörd" in str(told.value)
    assert statuses() == {"queued": 3}
    tokens.answers = None
    assert await send_all() == {"sent": 3}
    assert len(mail.recipients) == 3


async def test_a_token_server_that_goes_away_while_mail_goes_stops_the_run_with_the_rest_untouched(
    mail: TokenMail, tokens: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOTS_SMTP_CONNECTIONS", "1")
    settings.cache_clear()

    def end(count: int) -> None:
        if count == 4:
            tokens.revoke_all()
            tokens.answers = 503, b""

    mail.strict, mail.after_mail = True, end
    queue_receipts(10)
    with pytest.raises(MailServerUnavailable):
        await send_all()
    assert statuses() == {"sent": 4, "queued": 6}
    tokens.answers = None
    assert await send_all() == {"sent": 6}
    assert len(mail.recipients) == 10


async def test_eight_lines_do_not_wait_one_after_the_other_for_a_server_that_never_answers(
    mail: TokenMail, tokens: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.oauth.token_request.SECONDS", 0.5)
    tokens.slow = 2
    lines = await asyncio.gather(*(connect(server_of_settings()) for _ in range(8)), return_exceptions=True)
    assert {type(one) for one in lines} == {MailServerUnavailable}
    assert tokens.knocks <= 4, "who waited is told what the first was told; a busy machine lets some come late"


async def test_where_both_are_offered_the_standards_is_taken(
    tokens: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with token_mail(tokens, OAUTHBEARER, XOAUTH2) as server:
        choose(monkeypatch, tokens, server.port)
        await (await connect(server_of_settings())).quit()
    assert server.judge.logins == [OAUTHBEARER]


async def test_a_server_that_takes_no_token_is_told_as_that(
    tokens: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with mail_server() as server:
        server.offers = ("AUTH PLAIN LOGIN",)
        choose(monkeypatch, tokens, server.port)
        told = await refused()
    assert "tar inte OAuth 2" in told and "välj password i LOTS_SMTP_AUTH" in told


async def test_a_token_that_is_for_something_else_is_told_by_its_scope(
    tokens: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with token_mail(tokens, OAUTHBEARER) as mail:
        choose(monkeypatch, tokens, mail.port)
        monkeypatch.setattr(tokens, "why_not", lambda *_: "insufficient_scope")
        told = await refused()
    assert "rätta LOTS_OAUTH_SCOPE, eller ge programmet behörigheten (SMTP.SendAsApp)" in told


async def test_a_challenge_that_is_none_is_a_refusal_like_any(
    tokens: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with mail_server({"AUTH": 334, "": 535}) as server:
        server.offers = ("AUTH XOAUTH2",)
        choose(monkeypatch, tokens, server.port)
        assert "släpper inte in i brevlådan" in await refused()


async def test_a_server_that_is_busy_with_logins_is_waited_for(
    tokens: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with mail_server({"AUTH": 454}) as server:
        server.offers = ("AUTH XOAUTH2",)
        choose(monkeypatch, tokens, server.port)
        with pytest.raises(MailServerUnavailable, match="svarar inte som den ska") as told:
            await connect(server_of_settings())
    assert not isinstance(told.value, MailLoginRefused) and len(tokens.asked) == 1


class TestPasswords:
    """The office has a password set, and the server goes with the time."""

    async def told(self, monkeypatch: pytest.MonkeyPatch, offers: str, text: str = "no", auth: str = "password") -> str:
        async with mail_server({"AUTH": 535}) as server:
            server.offers, server.text = (offers,), text
            point_at(monkeypatch, server.port, username=MAILBOX, password="hemligt", auth=auth)
            self.heard = server.heard
            return await refused()

    @pytest.mark.parametrize("mechanisms", ["XOAUTH2", "OAUTHBEARER XOAUTH2"])
    async def test_a_server_that_takes_tokens_alone_is_told_as_that_and_hears_no_password(
        self, monkeypatch: pytest.MonkeyPatch, mechanisms: str
    ) -> None:
        told = await self.told(monkeypatch, f"AUTH {mechanisms}")
        assert "tar bara OAuth 2, inget lösenord: välj oauth2 i LOTS_SMTP_AUTH" in told and "Retry" not in told
        assert not any(line.startswith("AUTH") for line in self.heard)

    @pytest.mark.parametrize(
        "text",
        [
            "5.7.139 Authentication unsuccessful, basic authentication is disabled. [X.PROD.OUTLOOK.COM]",
            "5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated.",
        ],
    )
    async def test_a_server_that_offers_passwords_and_takes_none_is_told_as_that_too(
        self, monkeypatch: pytest.MonkeyPatch, text: str
    ) -> None:
        assert "tar bara OAuth 2" in await self.told(monkeypatch, "AUTH LOGIN XOAUTH2", text)

    @pytest.mark.parametrize("text", ["5.7.8 no", "5.7.139 unsuccessful, the user credentials were incorrect."])
    async def test_a_wrong_password_is_a_wrong_password(self, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
        told = await self.told(monkeypatch, "AUTH LOGIN XOAUTH2", text)
        assert "Rätta användarnamn och lösenord" in told and "eller välj oauth2 i LOTS_SMTP_AUTH" in told
        assert "oauth2" not in await self.told(monkeypatch, "AUTH LOGIN", text)

    @pytest.mark.parametrize("auth", ["password", "oauth2"])
    async def test_a_mailbox_that_may_not_send_at_all_is_told_with_what_its_administrator_runs(
        self, monkeypatch: pytest.MonkeyPatch, tokens: TokenServer, auth: str
    ) -> None:
        choose(monkeypatch, tokens, 1)
        text = "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox."
        told = await self.told(monkeypatch, "AUTH LOGIN XOAUTH2", text, auth)
        assert "Set-CASMailbox med -SmtpClientAuthenticationDisabled $false" in told
