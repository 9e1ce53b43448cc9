"""A token server on loopback that believes nobody: it checks secrets, signatures and audiences, and its tokens end."""

import hmac
import json
import secrets
import threading
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

CLIENT, SECRET = "natverkslots-client", "s3cret/+of the client"
MAILBOX = "kansli@kansliet.example.org"
SCOPE = "https://mail.example.org/.default"
BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Refused(Exception):
    """With the code of RFC 6749 section 5.2, what the server says besides, and the status."""

    def __init__(self, error: str, description: str = "", status: int = 400) -> None:
        self.error, self.description, self.status = error, description, status


@dataclass
class Issued:
    """A token that was given: until when it is good, and to which mailbox (None: whichever the client has)."""

    until: float
    mailbox: str | None


@dataclass
class TokenServer:
    """`seconds`: how long its tokens are good. `mailboxes`: those that its client may open. `answers`: said instead of
    a token. `secret_in_header`: it takes the secret by HTTP Basic alone."""

    url: str = ""
    seconds: float = 3600
    mailboxes: set[str] = field(default_factory=lambda: {MAILBOX})
    secrets: dict[str, str] = field(default_factory=lambda: {CLIENT: SECRET})
    certificates: dict[str, x509.Certificate] = field(default_factory=dict)
    keys: dict[str, Any] = field(default_factory=dict)
    refresh_tokens: set[str] = field(default_factory=set)
    rotates: bool = False
    secret_in_header: bool = False
    answers: tuple[int, bytes] | None = None
    slow: float = 0
    issued: dict[str, Issued] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    knocks: int = 0

    def why_not(self, token: str, mailbox: str) -> str:
        """Why a mail server lets nobody in with that token: invalid_token, no_mailbox, or nothing."""
        known = self.issued.get(token)
        if known is None or known.until < time.monotonic():
            return "invalid_token"
        return "" if mailbox in self.mailboxes and known.mailbox in (None, mailbox) else "no_mailbox"

    def revoke_all(self) -> None:
        """Every token that was given is good no more, whatever its holder thinks."""
        self.issued.clear()

    def give(self, form: dict[str, str], header: str) -> dict[str, object]:
        """What a client gets for what it shows. Raises Refused."""
        self.asked.append(form)
        match form.get("grant_type"):
            case "client_credentials":
                self._client(form, header)
                mailbox = None
            case "refresh_token":
                self._client(form, header)
                if form.get("refresh_token") not in self.refresh_tokens:
                    raise Refused("invalid_grant", "The refresh token has expired or was revoked.")
                mailbox = None
            case "urn:ietf:params:oauth:grant-type:jwt-bearer":
                mailbox = self._service_account(form.get("assertion", ""))
            case _:
                raise Refused("unsupported_grant_type")
        if form.get("scope", SCOPE) != SCOPE:
            raise Refused("invalid_scope", "AADSTS70011: The provided value for scope is not valid.")
        token = secrets.token_urlsafe(300)  # as long as Microsoft's
        self.issued[token] = Issued(time.monotonic() + self.seconds, mailbox)
        told: dict[str, object] = {"access_token": token, "token_type": "Bearer", "expires_in": self.seconds}
        if self.rotates and "refresh_token" in form:
            told["refresh_token"] = secrets.token_urlsafe()
            self.refresh_tokens = {str(told["refresh_token"])}
        return told

    def _client(self, form: dict[str, str], header: str) -> None:
        """Whether the client is who it says: by its secret, or by what it signed (RFC 7523 section 2.2)."""
        name, secret = form.get("client_id", ""), form.get("client_secret", "")
        if header.startswith("Basic "):
            name, _, secret = (unquote_plus(one) for one in b64decode(header[6:]).decode().partition(":"))
        elif self.secret_in_header:
            raise Refused("invalid_client", status=401)
        if "client_assertion" in form:
            assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            told = self._signed(form["client_assertion"], name)
            if told["sub"] != name or told["jti"] in self.seen:
                raise Refused("invalid_client", "replayed, or another's")
            self.seen.add(told["jti"])
        elif not hmac.compare_digest(self.secrets.get(name, "\0").encode(), secret.encode()):
            raise Refused("invalid_client", f"AADSTS7000215: Invalid client secret provided for app '{name}'.", 401)

    def _signed(self, assertion: str, name: str) -> dict[str, Any]:
        certificate = self.certificates.get(name)
        if certificate:
            told = jwt.get_unverified_header(assertion)
            print256 = jwt.utils.base64url_encode(certificate.fingerprint(hashes.SHA256())).decode()
            if told.get("x5t#S256") != print256:
                raise Refused("invalid_client", "AADSTS700027: The certificate is not registered on application.", 401)
        key: Any = certificate.public_key() if certificate else self.keys.get(name)
        try:
            required = ["exp", "iat", "iss", "sub", "aud"]
            claims: dict[str, Any] = jwt.decode(
                assertion, key, ["RS256", "ES256"], audience=self.url, issuer=name, options={"require": required}
            )
        except (jwt.InvalidTokenError, TypeError):
            raise Refused("invalid_client", "the assertion does not hold", 401) from None
        if claims["exp"] - claims["iat"] > 600:
            raise Refused("invalid_client", "the assertion is good for too long", 401)
        return claims

    def _service_account(self, assertion: str) -> str:
        """Whose mailbox a service account is given, as Google does it (RFC 7523 section 2.1)."""
        name = str(jwt.decode(assertion, options={"verify_signature": False}).get("iss"))
        if name not in self.keys:
            raise Refused("invalid_grant", "Invalid grant: account not found")
        try:
            told = self._signed(assertion, name)
        except Refused:
            raise Refused("invalid_grant", "Invalid JWT Signature.") from None
        if told["scope"] != SCOPE:
            raise Refused("unauthorized_client", "Client is unauthorized to retrieve access tokens using this method.")
        if told["sub"] not in self.mailboxes:
            raise Refused("invalid_grant", "Invalid email or User ID")
        return str(told["sub"])


@contextmanager
def token_server() -> Iterator[TokenServer]:
    """A token server of its own, on a free port."""
    server = TokenServer()

    class Request(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            server.knocks += 1
            time.sleep(server.slow)
            try:
                status, body = server.answers or (200, json.dumps(server.give(form, self._authorization())).encode())
            except Refused as refusal:
                status = refusal.status
                told = {"error": refusal.error, "error_description": refusal.description}
                body = json.dumps(told).encode()
            with suppress(ConnectionError):  # who did not wait
                self._answer(status, body)

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            if status == 401 and server.secret_in_header:
                self.send_header("WWW-Authenticate", 'Basic realm="tokens"')
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _authorization(self) -> str:
            return self.headers.get("Authorization", "")

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Request)
    server.url = f"http://127.0.0.1:{listener.server_address[1]}/token"
    thread = threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join(10)


def certified(folder: Path) -> tuple[Path, x509.Certificate]:
    """A PEM file with a private key and its certificate, as an app registration wants one."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "natverkslots")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    certificate = made.not_valid_before(now).not_valid_after(now + timedelta(days=30)).sign(key, hashes.SHA256())
    path = folder / "client.pem"
    path.write_bytes(certificate.public_bytes(Encoding.PEM) + pem(key))
    return path, certificate


def pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def service_account(folder: Path, server: TokenServer, name: str = "lots@kansliet.example.org") -> Path:
    """A service account of that server, and its file as Google gives it."""
    key = rsa.generate_private_key(65537, 2048)
    server.keys[name] = key.public_key()
    path = folder / "service-account.json"
    told = {"type": "service_account", "private_key_id": "k1", "private_key": pem(key).decode(), "client_email": name}
    path.write_text(json.dumps(told | {"token_uri": server.url}))
    return path
