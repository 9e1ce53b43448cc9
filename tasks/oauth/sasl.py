"""How a token is shown to a mail server: OAUTHBEARER (RFC 7628), or XOAUTH2, as Google and Microsoft had it before."""

import json
from collections.abc import Collection

OAUTHBEARER, XOAUTH2 = "OAUTHBEARER", "XOAUTH2"
# What a client says to a server that has told, in a challenge, why it refuses; only then does the refusal itself come.
GIVING_UP = {OAUTHBEARER: b"\x01", XOAUTH2: b""}
PASSWORDS = {"PLAIN", "LOGIN", "CRAM-MD5"}


def bearer_of(offered: Collection[str]) -> str | None:
    """The mechanism to show a token by, of those that a server offers (in capitals): the standard's first."""
    return next((one for one in (OAUTHBEARER, XOAUTH2) if one in offered), None)


def takes_tokens_alone(offered: Collection[str]) -> bool:
    """Whether a server that offers these takes a token and no password."""
    return bearer_of(offered) is not None and not PASSWORDS.intersection(offered)


def first_response(mechanism: str, user: str, token: str, host: str, port: int) -> bytes:
    """What the client says first, before it is encoded for the line."""
    if mechanism == XOAUTH2:
        return f"user={user}\x01auth=Bearer {token}\x01\x01".encode()
    name = user.replace("=", "=3D").replace(",", "=2C")  # RFC 5801 section 4
    return f"n,a={name},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01".encode()


def status_of(challenge: bytes) -> str:
    """Why a server refuses, by the code in its challenge (RFC 7628 section 3.2.2); empty when it tells none."""
    try:
        told = json.loads(challenge)
    except ValueError:
        return ""
    return str(told.get("status", "")) if isinstance(told, dict) else ""
