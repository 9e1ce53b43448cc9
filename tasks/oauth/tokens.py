"""Tokens, kept in this process's memory and nowhere else: one for all connections, fetched before it ends.

The same for whoever waits on a loop and whoever waits in a thread: the former ask from a thread of their own.
"""

import threading
import time
from typing import NamedTuple

from models.errors import TokenRefused, TokenServerUnavailable
from models.oauth.client import Grant, OAuthClient
from tasks.oauth.mailbox import Mailbox
from tasks.oauth.token_request import Answer, Token, request_token

Key = tuple[OAuthClient, str]


class _Failure(NamedTuple):
    at: float
    error: TokenRefused | TokenServerUnavailable


_one_at_a_time = threading.Lock()
_answers: dict[Key, Answer] = {}
_failures: dict[Key, _Failure] = {}


def token_for(client: OAuthClient, mailbox: Mailbox, refused: Token | None = None) -> Token:
    """A token to that mailbox that is good for a while; another than `refused`, which a mail server did not take.

    Who asks while another fetches gets what that one got, its error too. Raises as `request_token`.
    """
    asked = time.monotonic()
    # A service account's token is one mailbox's, any other the client's.
    key = client, mailbox.address if client.grant == Grant.jwt_bearer else ""
    with _one_at_a_time:
        kept = _answers.get(key)
        if kept and kept.token is not refused and time.monotonic() < kept.token.until:
            return kept.token
        failed = _failures.get(key)
        if failed and failed.at >= asked:
            raise type(failed.error)(str(failed.error))
        try:
            fresh = request_token(client, mailbox, kept.refresh_token if kept else client.refresh_token)
        except (TokenRefused, TokenServerUnavailable) as error:
            _failures[key] = _Failure(time.monotonic(), error)
            raise
        _answers[key] = fresh
        return fresh.token
