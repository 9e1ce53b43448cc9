"""Signed links for founders' pages: bound to a purpose and a role; ids and no person; worthless when altered."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

import orjson
from itsdangerous import BadSignature, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode

from models.errors import UserError
from models.i18n import localized
from models.settings import settings


class Purpose(StrEnum):
    """The page that a link opens. What its ids are of stands beside each."""

    check_in = "check-in"  # the check-in, the reader's role
    meeting = "meeting"  # the reader's role
    organiser = "organiser"  # the role that somebody is asked to take
    stop = "stop"  # the network, the reader's code in it: works on after the role has ended
    network = "network"  # the reader's role: a calendar that goes on being asked for
    my_data = "my-data"  # the mail that the link went with
    my_request = "my-request"  # the request, and who asked
    confirm = "confirm"  # the request that somebody typed
    our_network = "our-network"  # the reader's role: the network's page, at /network/ as its calendar is
    pass_on = "join"  # the role of who passed it on: whoever has it may ask to be asked
    sign_in = "staff/sign-in"  # the sign-in that somebody of staff asked for


VALID_FOR = {purpose: timedelta(days=180) for purpose in Purpose}
VALID_FOR |= {Purpose.network: timedelta(days=3 * 365), Purpose.my_data: timedelta(days=7)}
VALID_FOR |= {Purpose.sign_in: timedelta(minutes=15), Purpose.pass_on: timedelta(days=30)}
VALID_FOR |= {Purpose.confirm: timedelta(days=7)}
_PATH = {Purpose.our_network: Purpose.network}


def place_of(purpose: Purpose) -> str:
    """Where the addresses of its pages begin."""
    return f"/{_PATH.get(purpose, purpose)}/"


def purpose_at(path: str) -> Purpose | None:
    """What the link in a page's address is for; None for an address that holds none."""
    found = next((one for one in Purpose if path.startswith(f"/{one}/")), None)
    return Purpose.our_network if found is Purpose.network and not path.endswith(".ics") else found


# A token ends with the second it was made, until 2106 four bytes long, and SHA-256's 32 bytes, as letters.
TIME_LETTERS, SIGNATURE_LETTERS = 6, 43


class _Tokens(URLSafeTimedSerializer):
    """Tokens without a dot: proxies take what stands behind one for the ending of a file, and some refuse it."""

    def dump_payload(self, obj: Any) -> bytes:
        """As letters only; the library would squeeze it, and mark that with a dot."""
        return base64_encode(orjson.dumps(obj))

    def make(self, ids: Sequence[str]) -> str:
        return str(self.dumps(ids)).replace(".", "")

    def read(self, token: str, longest: int | None) -> Any:
        """What was made here, or by a version that set dots: such are out until they expire."""
        if "." not in token:
            signed, signature = token[:-SIGNATURE_LETTERS], token[-SIGNATURE_LETTERS:]
            token = f"{signed[:-TIME_LETTERS]}.{signed[-TIME_LETTERS:]}.{signature}"
        return self.loads(token, max_age=longest)


def _tokens(purpose: Purpose) -> _Tokens:
    return _tokens_of(settings().secret_keys, purpose)


@lru_cache(maxsize=32)
def _tokens_of(keys: tuple[str, ...], purpose: Purpose) -> _Tokens:
    signing = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    return _Tokens(list(reversed(keys)), salt=f"natverkslots link {purpose}", signer_kwargs=signing)


def make_link(purpose: Purpose, *ids: str) -> str:
    """The address of the page for `purpose`, under LOTS_PUBLIC_URL, signed with the first of LOTS_SECRET_KEY."""
    return f"{settings().public_url}{place_of(purpose)}{_tokens(purpose).make(ids)}"


def read_link(purpose: Purpose, token: str, *, also_expired: bool = False) -> list[str]:
    """The ids in a token that any of LOTS_SECRET_KEY signed.

    Raises UserError alike for a forged, altered, expired or wrong-purpose one.
    """
    longest = None if also_expired else int(VALID_FOR[purpose].total_seconds())
    try:
        ids = _tokens(purpose).read(token, longest)
    except BadSignature:
        raise UserError(
            localized(
                "Länken gäller inte längre. Be kansliet om en ny.", "This link is no longer valid. Ask for a new one."
            )
        ) from None
    return [str(part) for part in ids]
