"""A token is asked for once for all who need it, by whatever the office has to show; a no is told so that it helps."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from models.errors import TokenRefused, TokenServerUnavailable
from models.oauth.client import OAuthChoice, OAuthClient, oauth_client
from models.settings import settings
from tasks.oauth.mailbox import Mailbox
from tasks.oauth.tokens import token_for
from tests.oauth_server import CLIENT, MAILBOX, SCOPE, SECRET, TokenServer, certified, service_account, token_server

OFFICES = Mailbox(MAILBOX, "LOTS_SMTP_USERNAME", "LOTS_SMTP_AUTH")


@pytest.fixture
def server() -> Iterator[TokenServer]:
    with token_server() as running:
        yield running


def by_secret(server: TokenServer, secret: str = SECRET) -> OAuthClient:
    return oauth_client(OAuthChoice(token_url=server.url, client_id=CLIENT, client_secret=secret, scope=SCOPE))


def by_key(server: TokenServer, path: Path) -> OAuthClient:
    return oauth_client(OAuthChoice(token_url=server.url, client_id=CLIENT, client_key=str(path), scope=SCOPE))


def by_account(server: TokenServer, path: Path, scope: str = SCOPE) -> OAuthClient:
    return oauth_client(OAuthChoice(provider="google", client_key=str(path), scope=scope))


def refused(client: OAuthClient, mailbox: Mailbox = OFFICES) -> str:
    """The one sentence or two; nothing that is secret stands in them."""
    with pytest.raises(TokenRefused) as told:
        token_for(client, mailbox)
    sentence = str(told.value)
    assert not any(word in f"{sentence} {client!r}" for word in (SECRET, "s3cret", "PRIVATE", "eyJ"))
    assert "@" not in sentence
    return sentence


def opens(server: TokenServer, client: OAuthClient) -> bool:
    return server.why_not(token_for(client, OFFICES).value, MAILBOX) == ""


@pytest.mark.parametrize("in_header", [False, True])
def test_a_client_with_its_secret_gets_a_token(server: TokenServer, in_header: bool) -> None:
    server.secret_in_header = in_header
    assert opens(server, by_secret(server))
    assert server.asked[-1]["scope"] == SCOPE and ("client_secret" in server.asked[-1]) != in_header


def test_a_client_with_a_certificate_gets_a_token(server: TokenServer, tmp_path: Path) -> None:
    path, server.certificates[CLIENT] = certified(tmp_path)
    client = by_key(server, path)
    assert opens(server, client)
    token_for(client, OFFICES, token_for(client, OFFICES))
    header = jwt.get_unverified_header(server.asked[-1]["client_assertion"])
    assert sorted(header) == ["alg", "typ", "x5t", "x5t#S256"], "as Microsoft knows a certificate again"
    assert len(server.seen) == 2, "no two assertions are the same"


def test_a_key_of_elliptic_curves_signs_too(server: TokenServer, tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    server.keys[CLIENT] = key.public_key()
    path = tmp_path / "ec.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    assert opens(server, by_key(server, path))


@pytest.mark.parametrize("file", ["json", "pem"])
def test_a_service_account_gets_a_token_to_each_mailbox_by_itself(
    server: TokenServer, tmp_path: Path, file: str
) -> None:
    path = service_account(tmp_path, server)
    client = by_account(server, path)
    if file == "pem":
        told = json.loads(path.read_text())
        path.write_text(told["private_key"])
        name, key = told["client_email"], str(path)
        choice = OAuthChoice("google", token_url=server.url, client_id=name, client_key=key, scope=SCOPE)
        client = oauth_client(choice)
    other = OFFICES._replace(address="annan@kansliet.example.org")
    server.mailboxes.add(other.address)
    tokens = [token_for(client, mailbox).value for mailbox in (OFFICES, other, OFFICES)]
    assert [server.why_not(token, MAILBOX) for token in tokens] == ["", "no_mailbox", ""]
    assert tokens[0] == tokens[2]


def test_a_refresh_token_gets_a_token_and_makes_room_for_the_next(server: TokenServer) -> None:
    server.refresh_tokens, server.rotates = {"first"}, True
    choice = OAuthChoice(token_url=server.url, client_id=CLIENT, client_secret=SECRET, refresh_token="first")
    client = oauth_client(choice)
    first = token_for(client, OFFICES)
    assert server.why_not(token_for(client, OFFICES, first).value, MAILBOX) == ""
    assert [form["refresh_token"] == "first" for form in server.asked] == [True, False]


def test_one_request_serves_all_who_ask_at_once(server: TokenServer) -> None:
    server.slow = 0.2
    client = by_secret(server)
    with ThreadPoolExecutor(8) as threads:
        tokens = set(threads.map(lambda _: token_for(client, OFFICES), range(8)))
        assert (len(tokens), len(server.asked)) == (1, 1)
        [token] = tokens
        renewed = set(threads.map(lambda _: token_for(client, OFFICES, token), range(8)))
    assert (len(renewed | tokens), len(server.asked)) == (2, 2)


def test_one_refusal_serves_all_who_ask_at_once_and_the_next_asks_anew(server: TokenServer) -> None:
    server.slow = 0.2
    client = by_secret(server)
    server.secrets.clear()
    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(lambda _: refused(client), range(8)))) == 1
    assert len(server.asked) == 1
    server.secrets[CLIENT] = SECRET
    assert opens(server, client)


def test_a_token_is_renewed_before_it_ends(server: TokenServer) -> None:
    server.seconds = 0.5
    client = by_secret(server)
    began = time.monotonic()
    while (now := time.monotonic()) < began + 1.2:
        token = token_for(client, OFFICES)
        assert now < token.until < server.issued[token.value].until - 0.09
        time.sleep(0.01)
    assert 2 <= len(server.asked) <= 4


def test_an_hours_token_is_renewed_two_minutes_before_it_ends(server: TokenServer) -> None:
    assert 3470 < token_for(by_secret(server), OFFICES).until - time.monotonic() <= 3480


def test_a_wrong_secret_is_told_by_the_settings_name(server: TokenServer) -> None:
    assert refused(by_secret(server, "another secret")) == (
        "Token-servern 127.0.0.1 ger ingen token (AADSTS7000215). LOTS_OAUTH_CLIENT_SECRET är fel: kopiera "
        "hemlighetens värde (Value), inte dess id (Secret ID)."
    )


def test_a_certificate_that_nobody_uploaded_is_told(server: TokenServer, tmp_path: Path) -> None:
    path, _ = certified(tmp_path)
    (tmp_path / "other").mkdir()
    _, server.certificates[CLIENT] = certified(tmp_path / "other")
    assert "LOTS_OAUTH_CLIENT_KEY är inget certifikat som appregistreringen känner" in refused(by_key(server, path))


def test_a_refresh_token_that_was_revoked_is_told(server: TokenServer) -> None:
    choice = OAuthChoice(token_url=server.url, client_id=CLIENT, client_secret=SECRET, refresh_token="gone")
    told = refused(oauth_client(choice))
    assert "(invalid_grant). LOTS_OAUTH_REFRESH_TOKEN har gått ut eller återkallats" in told


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("nobody's mailbox", "LOTS_SMTP_USERNAME är ingen brevlåda som tjänstkontot får vara"),
        ("no delegation", "LOTS_OAUTH_CLIENT_ID får inte läsa och skicka åt brevlådan"),
        ("another key", "LOTS_OAUTH_CLIENT_KEY godtas inte: gör en ny nyckel"),
    ],
)
def test_what_a_service_account_is_refused_for_is_told(
    server: TokenServer, tmp_path: Path, what: str, told: str
) -> None:
    path = service_account(tmp_path, server)
    client = by_account(server, path, "https://other.example.org/" if what == "no delegation" else SCOPE)
    if what == "nobody's mailbox":
        server.mailboxes.clear()
    if what == "another key":
        other = ec.generate_private_key(ec.SECP256R1())
        server.keys["lots@kansliet.example.org"] = other.public_key()
    assert told in refused(client)


@pytest.mark.parametrize(
    ("error", "description", "setting"),
    [
        ("invalid_client", "AADSTS7000222: The provided client secret keys are expired.", "CLIENT_SECRET har gått ut"),
        ("unauthorized_client", "AADSTS700016: Application 'x' was not found.", "CLIENT_ID finns inte"),
        ("invalid_request", "AADSTS90002: Tenant 'x' not found.", "TENANT finns inte"),
        ("access_denied", "AADSTS53003: blocked by Conditional Access", "CLIENT_ID stoppas"),
        ("invalid_client", "", "CLIENT_SECRET godtas inte: rätta den och LOTS_OAUTH_CLIENT_ID"),
        ("invalid_scope", "", "SCOPE godtas inte"),
        ("unsupported_grant_type", "", "TOKEN_URL är en server som inte tar en sådan begäran"),
        ("<b>Åke</b>", "", "ger ingen token (?)"),
    ],
)
def test_a_servers_own_codes_are_told_in_our_words(
    server: TokenServer, error: str, description: str, setting: str
) -> None:
    server.answers = 400, json.dumps({"error": error, "error_description": description}).encode()
    told = refused(by_secret(server))
    assert setting in told and "Åke" not in told and "Tenant 'x'" not in told


@pytest.mark.parametrize(
    "answers",
    [
        (503, b"busy"),
        (500, b"{}"),
        (429, b'{"error": "slow_down"}'),
        (400, b'{"error": "temporarily_unavailable"}'),
        (200, b"<html>a page</html>"),
        (200, b'{"token_type": "Bearer"}'),
        (200, b'{"access_token": "a b"}'),
        (200, b'["a list"]'),
        (302, b""),
        (404, b"not here"),
    ],
)
def test_a_server_that_answers_as_none_may_be_asked_again(server: TokenServer, answers: tuple[int, bytes]) -> None:
    client = by_secret(server)
    server.answers = answers
    with pytest.raises(TokenServerUnavailable, match=r"Token-servern 127\.0\.0\.1 svarar inte som den ska") as told:
        token_for(client, OFFICES)
    assert SECRET not in str(told.value)
    server.answers = None
    assert opens(server, client)


def test_a_server_that_is_not_there_may_be_asked_again() -> None:
    with token_server() as server:
        client = by_secret(server)
    with pytest.raises(TokenServerUnavailable):
        token_for(client, OFFICES)


def test_a_key_file_that_has_gone_is_told(server: TokenServer, tmp_path: Path) -> None:
    path, server.certificates[CLIENT] = certified(tmp_path)
    client = by_key(server, path)
    path.unlink()
    assert refused(client).startswith("LOTS_OAUTH_CLIENT_KEY går inte längre att använda")


def test_where_the_office_reads_english_it_is_told_in_english(
    server: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOTS_LANGUAGE", "en")
    settings.cache_clear()
    assert refused(by_secret(server, "x")).startswith("The token server 127.0.0.1 gives no token (AADSTS7000215).")
    settings.cache_clear()


def test_no_token_stands_where_it_could_be_read(server: TokenServer) -> None:
    token = token_for(by_secret(server), OFFICES)
    assert token.value not in repr(token) and SECRET not in repr(by_secret(server))
