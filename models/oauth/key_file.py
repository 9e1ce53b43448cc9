"""The private key by which a token server knows its client: a PEM file, or the JSON file that Google gives."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

LARGEST = 64 * 1024
PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey


@dataclass(frozen=True)
class KeyFile:
    """A key, the certificate that stands beside it, and what Google's file tells besides (else empty)."""

    key: PrivateKey = field(repr=False)
    certificate: x509.Certificate | None = None
    service_account: str = ""
    key_id: str = ""
    token_url: str = ""

    @property
    def algorithm(self) -> str:
        """How it signs, as RFC 7518 section 3.1 names it."""
        return "RS256" if isinstance(self.key, RSAPrivateKey) else "ES256"

    @property
    def header(self) -> dict[str, str]:
        """What tells the token server which of its client's keys this is (RFC 7515 sections 4.1.4, 4.1.7 and 4.1.8)."""
        if self.key_id:
            return {"kid": self.key_id}
        if not self.certificate:
            return {}
        prints = {"x5t": hashes.SHA1(), "x5t#S256": hashes.SHA256()}
        return {name: _base64url(self.certificate.fingerprint(one)) for name, one in prints.items()}


def read_key_file(path: str) -> KeyFile:
    """The key in a file. Raises OSError when it cannot be read, ValueError when no key that signs is in it.

    Nothing of the file is in the error.
    """
    with Path(path).open("rb") as file:
        raw = file.read(LARGEST)
    if not raw.lstrip().startswith(b"{"):
        key = _key(raw)
        return KeyFile(key, _certificate_of(key, raw))
    try:
        told = json.loads(raw)
        texts = [told[name] for name in ("private_key", "client_email")]
        more = [told.get(name, "") for name in ("private_key_id", "token_uri")]
    except (ValueError, KeyError):
        raise ValueError("no service account's file") from None
    if not all(isinstance(one, str) for one in (*texts, *more)):
        raise ValueError("no service account's file")
    return KeyFile(_key(texts[0].encode()), None, texts[1], *more)


def _key(raw: bytes) -> PrivateKey:
    try:
        key = load_pem_private_key(raw, password=None)
    except Exception:  # an encrypted key is a TypeError, an unknown kind UnsupportedAlgorithm
        raise ValueError("no private key") from None
    if isinstance(key, RSAPrivateKey):
        return key
    if isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1):
        return key
    raise ValueError("a key of another kind")


def _certificate_of(key: PrivateKey, raw: bytes) -> x509.Certificate | None:
    """The certificate in the file that is the key's own, whatever chain stands around it."""
    try:
        found = x509.load_pem_x509_certificates(raw)
    except ValueError:
        return None
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    own = key.public_key().public_bytes(*form)
    return next((one for one in found if one.public_key().public_bytes(*form) == own), None)


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
