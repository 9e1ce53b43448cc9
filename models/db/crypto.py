"""What is personal is sealed with the office's own key, and looked up by a keyed hash (domain.md section 10)."""

import base64
import hmac
import os
from contextlib import suppress
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from models.errors import SettingsError
from models.settings import settings
from models.text import nfc as nfc

WRONG_KEY = "LOTS_DATA_KEY does not open this database: give the key that wrote it (several: comma-separated)."
SEALED = b"\x01"
FERNET = b"gAAAAA"  # a token's version and the first bytes of its time; in letters, SEALED begins otherwise
NONCE = 12


def _derived(key: str, purpose: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=f"natverkslots {purpose}".encode()).derive(key.encode())


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key, "columns"))) for key in keys])


def encrypt(plain: bytes) -> bytes:
    """`plain` under the first of LOTS_DATA_KEY, as letters."""
    return base64.b64encode(seal(plain))


def decrypt(secret: bytes) -> bytes:
    """What `encrypt` was given, by this version or one that wrote Fernet's tokens. Raises SettingsError when no key of
    LOTS_DATA_KEY opens it.
    """
    if not secret.startswith(FERNET):
        try:
            return unseal(base64.b64decode(secret, validate=True))
        except ValueError:
            raise SettingsError(WRONG_KEY) from None
    try:
        return _cipher(settings().data_keys).decrypt(secret)
    except InvalidToken:
        raise SettingsError(WRONG_KEY) from None


@lru_cache(maxsize=4)
def _seals(keys: tuple[str, ...]) -> list[AESGCM]:
    return [AESGCM(_derived(key, "bytes")) for key in keys]


def seal(plain: bytes) -> bytes:
    """Many bytes under the first of LOTS_DATA_KEY (AES-256-GCM): a thirtieth of the time `encrypt` takes for a mail."""
    nonce = os.urandom(NONCE)
    return SEALED + nonce + _seals(settings().data_keys)[0].encrypt(nonce, plain, None)


def unseal(sealed: bytes) -> bytes:
    """What `seal` was given. Raises SettingsError when no key of LOTS_DATA_KEY opens it."""
    nonce, secret = sealed[len(SEALED) :][:NONCE], sealed[len(SEALED) + NONCE :]
    for key in _seals(settings().data_keys):
        with suppress(InvalidTag):
            return key.decrypt(nonce, secret, None)
    raise SettingsError(WRONG_KEY)


def is_of_first_key(secret: bytes) -> bool:
    """Whether `secret`, bytes or their letters, is as `seal` or `encrypt` would write it now."""
    if secret.startswith(FERNET):
        return False
    sealed = secret if secret.startswith(SEALED) else base64.b64decode(secret)
    nonce, rest = sealed[len(SEALED) :][:NONCE], sealed[len(SEALED) + NONCE :]
    with suppress(InvalidTag):
        _seals(settings().data_keys)[0].decrypt(nonce, rest, None)
        return True
    return False


def keyed_hash(purpose: str, *parts: str) -> str:
    """A hash that cannot be looked up without LOTS_HASH_KEY (by default the last of LOTS_SECRET_KEY).

    Equal parts give equal hashes within one purpose.
    """
    text = "\x1f".join((purpose, *parts))
    return hmac.digest(settings().lasting_key.encode(), text.encode(), "sha256").hex()
