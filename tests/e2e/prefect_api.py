"""Asking Prefect's server as a browser or a script does: with the token that it wants for every change."""

import base64
import json
import time
import urllib.request
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError
from uuid import uuid4

from tests.up import Running


def token_of(running: Running) -> dict[str, str]:
    """The headers of a caller that Prefect has let in; they hold for an hour."""
    me = str(uuid4())
    headers = {"Authorization": f"Basic {base64.b64encode(running.login.encode()).decode()}"}
    told = ask(f"{running.prefect}/api/csrf-token?client={me}", headers=headers)
    return headers | {"Prefect-Csrf-Client": me, "Prefect-Csrf-Token": told["token"]}


def ask(url: str, method: str = "GET", body: Any = None, headers: dict[str, str] | None = None) -> Any:
    """The answer as JSON. Raises HTTPError for anything but a success.

    While Prefect says that its database is busy (503), it is asked again, as Prefect's own client does.
    """
    request = urllib.request.Request(
        url,
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={"Content-Type": "application/json"} | (headers or {}),
    )
    for again_after in (0.5, 1, 2, 4, 8, None):
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return json.loads(reply.read() or "null")
        except HTTPError as error:
            if error.code != HTTPStatus.SERVICE_UNAVAILABLE or again_after is None:
                raise
            time.sleep(again_after)
