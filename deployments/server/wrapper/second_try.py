"""A request that met a locked database is asked again, here, before anybody sees that it failed.

On SQLite Prefect answers 503 to a write that lost to another one. Its own client then waits two seconds and more and
asks again, and its UI shows an error to whoever pressed Submit. As with that client, it is taken on Prefect's word that
what was answered so may be asked again: a request of several transactions is not known to be all or nothing.
"""

import asyncio
import random
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deployments.server.wrapper.whole_body import read_whole, replay

TRIES: Final = 8
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0  # seconds
BUSY: Final = 503


class SecondTry:
    """Asks `app` again while it answers 503, at most TRIES times; a large body is passed on as it comes, once."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            return await self.app(scope, receive, send)
        body, is_whole = await read_whole(receive)
        if not is_whole:
            return await self.app(scope, replay(body, receive), send)
        for count in range(1, TRIES + 1):
            answer = _Answer(send, may_be_refused=count < TRIES)
            try:
                # A scope of its own: what the app notes in it on one try must not be there on the next.
                await self.app({**scope}, replay(body, receive), answer)
            except Exception:
                if not answer.is_busy:  # Prefect raises anew what it has already answered as busy
                    raise
            if not answer.is_busy:
                return
            await asyncio.sleep(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (count - 1)) * random.uniform(0.5, 1))


class _Answer:
    """Passes an answer on, but keeps back one that says 503."""

    def __init__(self, send: Send, *, may_be_refused: bool) -> None:
        self.send, self.may_be_refused, self.is_busy = send, may_be_refused, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == BUSY and self.may_be_refused:
            self.is_busy = True
        if not self.is_busy:
            await self.send(message)
