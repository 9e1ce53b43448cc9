"""Prefect's API asked without its client, which takes two seconds to import and 90 MB to keep."""

import os
import time
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx

from models.errors import ServiceUnavailable

BUSY_TRIES, BUSY_SECONDS = 4, 0.5


class PrefectApi:
    """One caller of the server at `api_url`, with its password and, for every change, the token that it wants.

    Raises ServiceUnavailable when the server does not answer, refuses the password, or stays busy.
    """

    def __init__(self, api_url: str, auth: str = "", seconds: float = 10) -> None:
        self.url = api_url
        user, _, password = auth.partition(":")
        self._client = httpx.Client(
            base_url=api_url,
            auth=(user, password) if auth else None,
            timeout=seconds,
            verify=api_url.startswith("https:"),  # without TLS there is no need to read the world's certificates
            headers={"Prefect-Csrf-Client": str(uuid4())},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """The answer as JSON; asked again while the server says that its database is busy (503)."""
        for again in range(BUSY_TRIES, -1, -1):
            reply = self._send(method, path, body)
            if reply.status_code == HTTPStatus.FORBIDDEN and self._take_token():
                reply = self._send(method, path, body)
            if reply.status_code != HTTPStatus.SERVICE_UNAVAILABLE or not again:
                break
            time.sleep(BUSY_SECONDS)
        if reply.status_code == HTTPStatus.UNAUTHORIZED:
            raise ServiceUnavailable("PREFECT_API_AUTH_STRING: the server does not take this password")
        if reply.is_error:
            raise ServiceUnavailable(f"Prefect answers {reply.status_code} to {method} {path}")
        return reply.json() if reply.content else None

    def _send(self, method: str, path: str, body: object) -> httpx.Response:
        try:
            return self._client.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise ServiceUnavailable(f"Prefect does not answer ({type(error).__name__})") from None

    def _take_token(self) -> bool:
        """Fetch the token for changes; it holds for an hour. Whether the server gives one."""
        reply = self._client.get("/csrf-token", params={"client": self._client.headers["Prefect-Csrf-Client"]})
        if reply.is_success:
            self._client.headers["Prefect-Csrf-Token"] = reply.json()["token"]
        return reply.is_success


def configured_api(seconds: float = 10) -> PrefectApi:
    """The server of PREFECT_API_URL. Raises ServiceUnavailable when none is named."""
    api_url = os.environ.get("PREFECT_API_URL", "")
    if not api_url:
        raise ServiceUnavailable("PREFECT_API_URL: no server is named; start `lots up`")
    return PrefectApi(api_url, os.environ.get("PREFECT_API_AUTH_STRING", ""), seconds)
