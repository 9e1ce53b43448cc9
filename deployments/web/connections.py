"""The end of slow, huge and idle requests, in the server itself: before any page, whatever the client does.

uvicorn waits for a head or a body as long as its client likes, keeps whatever a head holds, and takes any number of
requests that come before the first is answered. Here every connection is in one stage at a time, each stage has its
seconds, and no request reaches a page before it is whole. When places or memory run out, whoever has waited longest
goes: a newcomer is let in, and whoever sends a request at once is never the one. So one stranger cannot hold all
places, and neither an office nor a carrier's NAT, with hundreds behind one address, is shut out.
"""

import logging
import time
from collections import Counter
from collections.abc import Collection
from enum import Enum, auto
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from deployments.web.addresses import Network, is_within, neighbour
from deployments.web.request import MOST_BYTES

log = logging.getLogger("natverkslots.web")

KEEP_LINE_SECONDS: Final = 75  # a page takes a minute to read
MOST: Final = 512  # a proxy has some; 200 founders at once without one have two each
MOST_BY_NEIGHBOUR: Final = 128
MOST_HEAD: Final = 32 * 1024
MOST_REQUEST: Final = 1024 * 1024  # what is too long a form is read so far, that its sender sees the page that says so
MOST_HELD: Final = 8 * 1024 * 1024  # by all requests that are not whole and no LITTLE, together
LITTLE: Final = 8 * 1024
MOST_UNSENT: Final = 16 * 1024  # then a client that reads nothing gets no further answer
TELL_SECONDS: Final = 600


class Stage(Enum):
    """What a connection waits for."""

    head = auto()
    body = auto()
    page = auto()
    idle = auto()


SECONDS: Final = {Stage.head: 10.0, Stage.body: 30.0, Stage.page: 60.0, Stage.idle: KEEP_LINE_SECONDS + 5.0}
PAGE_SECONDS: Final = 10.0  # every page has its answer by then (patience.py): whoever is left does not read it


class RefusedRequest(Exception):
    """Raised through the parser, which then reads no further."""


class Connections:
    """All connections of a server: how many there may be, and who goes for whom."""

    def __init__(self, trusted: Collection[Network], files: int) -> None:
        self.trusted, self.most_at_one_blow = trusted, files // 2
        self.most = min(MOST, self.most_at_one_blow // 2)
        self.all: set[Connection] = set()
        self.seen: set[Connection] = set()  # when we last looked round
        self.holding: set[Connection] = set()
        self.ended: Counter[str] = Counter()
        self.told_at = -float(TELL_SECONDS)

    def connection(self, **from_uvicorn: Any) -> "Connection":
        """A connection to come, as uvicorn asks for one."""
        return Connection(self, **from_uvicorn)

    def let_in(self, newcomer: "Connection") -> None:
        """Every newcomer: what is too many is ended when it had time to say what it wants (`look_round`)."""
        self.all.add(newcomer)
        if len(self.all) > self.most_at_one_blow:
            _longest_waiting(self.all)[0].end("for others")

    def make_room(self) -> None:
        """See to it that what is held of requests that are not whole stays within MOST_HELD."""
        too_much = sum(one.held for one in self.holding) - MOST_HELD
        for one in _longest_waiting(self.holding) if too_much > 0 else ():
            too_much -= one.held
            one.end("for others")
            if too_much <= 0:
                return

    async def look_round(self) -> None:
        """End what is overdue and what is too many; tell the log now and then how many, and nobody's address."""
        now = time.monotonic()
        for one in [one for one in self.all if now - one.since > SECONDS[one.stage]]:
            one.end("slow")
        near: dict[str, list[Connection]] = {}
        for one in self.all:
            near.setdefault(one.neighbour, []).append(one)
        for theirs in near.values():  # a proxy's are shared by all its clients
            if not is_within(theirs[0].host, self.trusted):
                self._end_too_many(theirs, MOST_BY_NEIGHBOUR)
        self._end_too_many(self.all, self.most)
        self.seen = set(self.all)
        if self.ended and now - self.told_at > TELL_SECONDS:
            self.told_at = now
            log.warning("connections ended: %s", ", ".join(f"{count} {why}" for why, count in self.ended.items()))
            self.ended.clear()

    def _end_too_many(self, among: Collection["Connection"], most: int) -> None:
        """Nobody who came since we last looked round: what they have sent may lie unread, as busy as we are."""
        for one in _longest_waiting(among)[: max(0, len(among) - most)]:
            if one in self.seen:
                one.end("for others")


def _longest_waiting(among: Collection["Connection"]) -> list["Connection"]:
    """Last of all those whose page is being made."""
    now = time.monotonic()
    return sorted(among, key=lambda one: (one.stage is Stage.page and now - one.since < PAGE_SECONDS, one.since))


class Connection(HttpToolsProtocol):
    """uvicorn's own, with an end to everything that a client can draw out."""

    def __init__(self, among: Connections, **from_uvicorn: Any) -> None:
        super().__init__(**from_uvicorn)
        self.among = among
        self.host = self.neighbour = ""
        self.stage, self.since, self.got = Stage.head, 0.0, 0
        self.waiting: Any = None  # the page, until the request is whole
        self.is_refused = False

    @property
    def held(self) -> int:
        """How many bytes of a request are kept that is not whole; after an early answer they are thrown away."""
        is_kept = self.stage is Stage.head or (self.stage is Stage.body and not self.cycle.response_complete)
        return self.got if is_kept else 0

    def end(self, why: str) -> None:
        """At once, whatever is underway."""
        self.is_refused = True
        self.among.ended[why] += 1
        self._forget()
        self.transport.abort()

    # --- what the transport tells --------------------------------------------------------------------

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=MOST_UNSENT)
        self.host = self.client[0] if self.client else ""
        self.neighbour = neighbour(self.host)
        self._enter(Stage.head)
        self.among.let_in(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.is_refused:
            return
        self.got += len(data)
        super().data_received(data)
        if self.is_refused:
            return
        if self.stage is Stage.head and self.got > MOST_HEAD:
            self._refuse(431)
        elif self.got > MOST_REQUEST:
            self.end("large")
        elif self.held > LITTLE:
            self.among.holding.add(self)
            self.among.make_room()

    def shutdown(self) -> None:
        if self.stage is Stage.body:
            self.transport.close()
        else:
            super().shutdown()

    # --- what the parser tells -----------------------------------------------------------------------

    def on_message_begin(self) -> None:
        # Before the answer to the last: its sender asks again where the line is closed (RFC 9112, 9.3.2).
        if self.stage is Stage.page:
            raise RefusedRequest
        super().on_message_begin()
        self._enter(Stage.head)

    def on_headers_complete(self) -> None:
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > MOST_HEAD:
            raise RefusedRequest
        self._enter(Stage.body)
        super().on_headers_complete()
        if self.expect_100_continue:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.cycle.waiting_for_100_continue = False

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        if len(self.cycle.body) > MOST_BYTES:  # its page refuses it, and need not wait for the rest
            self._begin()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._enter(Stage.idle if self.cycle.response_complete else Stage.page)
        self._begin()

    def send_400_response(self, msg: str) -> None:
        """What cannot be read, or is refused above: answered, unless another answer is underway."""
        if self.cycle is not None and self.waiting is None and not self.cycle.response_complete:
            self.is_refused, self.cycle.keep_alive = True, False
        else:
            self._refuse(431 if self.stage is Stage.head and self.got > MOST_HEAD else 400)

    # --- what the page tells -------------------------------------------------------------------------

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self.waiting = app

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.stage is Stage.page:
            self._enter(Stage.idle)

    def _begin(self) -> None:
        if self.waiting is not None:
            app, self.waiting = self.waiting, None
            super()._start_asgi_task(self.cycle, app)

    def _enter(self, stage: Stage) -> None:
        self.stage, self.since = stage, time.monotonic()
        if stage is Stage.idle:
            self.got = 0
        if stage in (Stage.page, Stage.idle):
            self.among.holding.discard(self)

    def _refuse(self, status: int) -> None:
        self.is_refused = True
        self.among.ended["large" if status == 431 else "unreadable"] += 1
        self.transport.write(STATUS_LINE[status] + b"content-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()

    def _forget(self) -> None:
        self.among.all.discard(self)
        self.among.holding.discard(self)
        self.connections.discard(self)
        if self.waiting is not None:  # what was kept is let go now: a thousand may come before Python looks for it
            self.cycle = self.waiting = None  # type: ignore[assignment]
