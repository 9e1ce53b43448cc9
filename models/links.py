"""Signed links for founders' pages: bound to a purpose, holding ids and no person, worthless when altered."""

from enum import StrEnum
from functools import lru_cache
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer

from models.errors import UserError
from models.language import say
from models.settings import settings

DAYS_VALID = 180


class Purpose(StrEnum):
    check_in = "check-in"
    meeting = "meeting"
    organiser = "organiser"
    stop = "stop"


def _serializer(purpose: Purpose) -> URLSafeTimedSerializer:
    return _serializer_of(settings().secret_key, purpose)


@lru_cache(maxsize=32)
def _serializer_of(key: str, purpose: Purpose) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(key, salt=f"natverkslots link {purpose}")


def link(purpose: Purpose, *ids: str) -> str:
    """The address of the page for `purpose`, under LOTS_PUBLIC_URL."""
    return f"{settings().public_url}/{purpose}/{_serializer(purpose).dumps(ids)}"


def read(purpose: Purpose, token: str) -> list[str]:
    """The ids in a token. Raises UserError alike for a forged, altered, expired or wrong-purpose one."""
    try:
        ids: Any = _serializer(purpose).loads(token, max_age=DAYS_VALID * 24 * 3600)
    except BadSignature:
        raise UserError(
            say("Länken gäller inte längre. Be kansliet om en ny.", "This link is no longer valid. Ask for a new one.")
        ) from None
    return [str(part) for part in ids]
