"""Column types that every table shares: UTC times, encrypted text, keyed hashes, and the UUID key."""

import base64
import hmac
import unicodedata
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from uuid import UUID, uuid4

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import DateTime, Dialect, Enum, Text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field

from models.errors import SettingsError
from models.settings import settings


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the database. A naive time is a bug and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    def fernet(key: str) -> Fernet:
        derived = HKDF(SHA256(), length=32, salt=None, info=b"natverkslots columns").derive(key.encode())
        return Fernet(base64.urlsafe_b64encode(derived))

    return MultiFernet([fernet(key) for key in keys])


def encrypt(plain: bytes) -> bytes:
    """`plain` under the first of LOTS_DATA_KEY."""
    return _cipher(tuple(settings().data_keys)).encrypt(plain)


def decrypt(secret: bytes) -> bytes:
    """What `encrypt` was given. Raises SettingsError when no key of LOTS_DATA_KEY opens it."""
    try:
        return _cipher(tuple(settings().data_keys)).decrypt(secret)
    except InvalidToken:
        raise SettingsError(
            "LOTS_DATA_KEY does not open this database: give the key that wrote it (several: comma-separated)."
        ) from None


class EncryptedText(TypeDecorator[str]):
    """Text that only the holder of LOTS_DATA_KEY can read (domain.md section 10)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else decrypt(value.encode()).decode()


def keyed_hash(purpose: str, *parts: str) -> str:
    """A hash that cannot be looked up without LOTS_SECRET_KEY; equal parts give equal hashes within one purpose."""
    text = "\x1f".join((purpose, *parts))
    return hmac.new(settings().secret_key.encode(), text.encode(), "sha256").hexdigest()


def nfc(text: str) -> str:
    """Text as people mean it: composed letters (å is one), no blanks around, runs of blanks as one."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def code(enum: type[StrEnum]) -> Enum:
    """A column of one of our codes, stored as its value in plain text: a new code needs no migration."""
    return Enum(
        enum, native_enum=False, create_constraint=False, length=32, values_callable=lambda e: [m.value for m in e]
    )


def key_field() -> UUID:
    """The UUID primary key that every entity has."""
    return Field(default_factory=uuid4, primary_key=True)  # type: ignore[no-any-return]
