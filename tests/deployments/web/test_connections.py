"""Strangers who send slowly, endlessly, hugely or not at all: the real server ends them and answers others."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from deployments.web import connections
from deployments.web.connections import Stage
from deployments.web.request import MOST_BYTES
from deployments.web.server import make_server
from models.settings import Settings, settings
from tests.bench.memory import memory_of
from tests.bench.web import web

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
MANY = 400
asked: list[int] = []


async def app(scope: dict[str, object], receive: object, send: object) -> None:
    """Answers with how much was sent, as a page does that reads no more than 64 KiB."""
    request, got = Request(scope, receive), 0  # type: ignore[arg-type]
    async for chunk in request.stream():
        got += len(chunk)
        if got > MOST_BYTES:
            break
    asked.append(got)
    reply: Response = PlainTextResponse(str(got), 413 if got > MOST_BYTES else 200)
    await reply(scope, receive, send)  # type: ignore[arg-type]


@contextmanager
def serving() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
        server = make_server(app)  # type: ignore[arg-type]
        thread = threading.Thread(target=lambda: uvicorn.Server.run(server, [listener]), daemon=True)
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join(10)
            assert not thread.is_alive(), "the server waits for a stranger"


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server whose patience is short, so that a test's is not needed."""
    for stage in Stage:
        monkeypatch.setitem(connections.SECONDS, stage, 0.5)
    asked.clear()
    with serving() as port:
        yield port


def dial(port: int, sent: bytes = b"") -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port), timeout=8)
    line.sendall(sent)
    return line


def heard(line: socket.socket) -> bytes:
    """All that comes until the other end hangs up."""
    told = b""
    try:
        while more := line.recv(65536):
            told += more
    except ConnectionError:
        pass
    return told


@pytest.mark.parametrize(
    "sent", [b"", GET, GET + b"X-Slow: ", POST + b"Content-Length: 10\r\n\r\nfive", b"\r\n", GET + b"\r\n"]
)
def test_whoever_draws_it_out_is_ended(port: int, sent: bytes) -> None:
    with dial(port, sent) as line:
        began = time.monotonic()
        while time.monotonic() - began < 6:  # one sign now and then keeps nothing open
            time.sleep(0.2)
            try:
                line.sendall(b"\r" if sent in (b"", b"\r\n") else b"x")
            except ConnectionError:
                break
        else:
            pytest.fail("it still listens")
    assert not asked or sent.endswith(b"\r\n\r\n"), "a page saw what was not whole"


@pytest.mark.parametrize("field", [b"X-Huge: " + b"x" * 100_000, b"X-Many: x\r\n" * 10_000, b"X" * 100_000])
def test_a_huge_head_is_refused_before_it_is_read(port: int, field: bytes) -> None:
    with dial(port, GET + field) as line:
        assert heard(line).startswith(b"HTTP/1.1 431 ")
    with dial(port, GET + field + b"\r\n\r\n") as line:
        assert b" 200 " not in heard(line)[:20]
    assert not asked


def test_a_body_without_an_end_is_ended_and_its_sender_told_that_it_is_too_much(port: int) -> None:
    chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    with dial(port, POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 3) as line:
        assert line.recv(100).startswith(b"HTTP/1.1 413 ")
        with pytest.raises(ConnectionError):
            for _ in range(2_000):
                line.sendall(chunk)
    assert len(asked) == 1 and asked[0] < 300_000


def test_a_form_that_is_too_long_is_read_far_enough_that_its_sender_sees_why(port: int) -> None:
    with dial(port, POST + b"Connection: close\r\nContent-Length: 500000\r\n\r\n" + b"x" * 500_000) as line:
        assert heard(line).startswith(b"HTTP/1.1 413 ")


def test_what_comes_before_the_answer_is_not_kept(port: int) -> None:
    with dial(port, (GET + b"\r\n") * 1_000) as line:
        assert heard(line).count(b"HTTP/1.1 ") == 1
    assert len(asked) == 1


@pytest.mark.parametrize("unreadable", [b"nonsense\r\n\r\n", POST + b"Content-Length: x\r\n\r\n", b"\x16\x03\x01" * 99])
def test_what_cannot_be_read_is_answered_and_ended(port: int, unreadable: bytes) -> None:
    with dial(port, unreadable) as line:
        assert heard(line).startswith(b"HTTP/1.1 400 ")


def test_requests_after_each_other_share_a_line(port: int) -> None:
    with dial(port) as line:
        for body in (b"", b"five5", b"x" * 60_000):
            line.sendall(POST + b"Content-Length: %d\r\n\r\n" % len(body) + body)
            assert line.recv(9_000).endswith(b"\r\n\r\n%d" % len(body))


def test_a_client_that_asks_first_may_go_on(port: int) -> None:
    with dial(port, POST + b"Expect: 100-continue\r\nContent-Length: 4\r\n\r\n") as line:
        assert line.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.sendall(b"four")
        assert line.recv(9_000).endswith(b"\r\n\r\n4")


def test_a_line_may_not_become_a_web_socket(port: int) -> None:
    upgrade = b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n"
    with dial(port, GET + upgrade) as line:
        assert line.recv(100).startswith(b"HTTP/1.1 200 ")


def test_a_newcomer_takes_the_place_of_who_has_waited_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST", 5)
    with serving() as port, ExitStack() as open_lines:
        held = [open_lines.enter_context(dial(port, GET)) for _ in range(20)]
        time.sleep(2.5)
        last = open_lines.enter_context(dial(port, GET + b"\r\n"))
        assert last.recv(100).startswith(b"HTTP/1.1 200 ")
        held[-1].sendall(b"\r\n")
        assert held[-1].recv(100).startswith(b"HTTP/1.1 200 ")
        assert not heard(held[0])


def test_one_address_holds_no_more_than_its_share_and_a_proxy_holds_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_BY_NEIGHBOUR", 5)
    for trusted, left in (("192.0.2.1", 5), ("127.0.0.1", 20)):
        monkeypatch.setenv("LOTS_TRUSTED_PROXY", trusted)
        settings.cache_clear()
        with serving() as port, ExitStack() as open_lines:
            held = [open_lines.enter_context(dial(port, GET)) for _ in range(20)]
            time.sleep(2.5)
            answered = 0
            for line in held:
                try:
                    line.sendall(b"\r\n")
                    answered += line.recv(100).startswith(b"HTTP/1.1 200 ")
                except ConnectionError:
                    continue
        assert answered == left
    settings.cache_clear()


def test_lots_web_answers_while_strangers_hold_their_lines(office: Settings, tmp_path: Path) -> None:
    """The whole program; `tests/bench/strangers.py` does the same with 1,100 lines and 3 × 100 MB."""
    body = POST.replace(b" / ", b" /request ") + b"Content-Length: 65000\r\n\r\n" + b"x" * 60_000
    with web(tmp_path) as (port, pid), ExitStack() as open_lines:
        with dial(port, GET + b"Connection: close\r\n\r\n") as line:
            assert heard(line)
        before = memory_of(pid)
        for _ in range(MANY):
            open_lines.enter_context(dial(port, body))
        for _ in range(3):
            with dial(port) as huge, pytest.raises(ConnectionError):
                huge.sendall(GET + b"X-Huge: " + b"x" * 50_000_000)
        began = time.monotonic()
        with dial(port, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n") as line:
            assert heard(line).endswith(b"ok")
        assert time.monotonic() - began < 1
        assert memory_of(pid) - before < 50
