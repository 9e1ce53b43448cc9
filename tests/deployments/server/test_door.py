"""The door before Prefect's server: who may ask it, what a locked database costs, and what its pages carry."""

from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from deployments.server.wrapper import second_try
from deployments.server.wrapper.door import POLICY, Door, allowed_hosts
from deployments.server.wrapper.prefect_app import wrapped
from deployments.server.wrapper.whole_body import LARGEST_BODY
from models.settings import Settings

PAGE = b"<!DOCTYPE html><html><head><title>Prefect</title></head></html>"


class Server:
    """Answers as Prefect does: a page, and an API whose database is locked the first `locked` times."""

    def __init__(self, locked: int = 0, *, raises: bool = False) -> None:
        self.locked, self.raises = locked, raises
        self.bodies: list[bytes] = []
        self.headers: list[dict[bytes, bytes]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.headers.append(dict(scope["headers"]))
        body = b""
        while (message := await receive()).get("more_body"):
            body += message["body"]
        self.bodies.append(body + message.get("body", b""))
        is_page = not scope["path"].startswith("/api/")
        is_locked = not is_page and len(self.bodies) <= self.locked
        kind = b"text/html; charset=utf-8" if is_page else b"application/json"
        headers = [(b"content-type", kind), (b"etag", b'"1"')]
        await send({"type": "http.response.start", "status": 503 if is_locked else 200, "headers": headers})
        await send({"type": "http.response.body", "body": PAGE if is_page else b"true"})
        if is_locked and self.raises:
            raise RuntimeError("database is locked")


def asking(app: ASGIApp) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:4200")


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_try, "LONGEST_PAUSE", 0.001)


def hosts(**chosen: Any) -> frozenset[str]:
    return allowed_hosts(Settings(_env_file=None, **chosen))


@pytest.mark.parametrize("host", ["127.0.0.1:4200", "localhost:4200", "LOCALHOST", "[::1]:4200"])
async def test_the_machines_own_names_come_in(host: str) -> None:
    async with asking(wrapped(Server(), hosts(), "home")) as client:
        assert (await client.get("/api/health", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:4200", "127.0.0.1.evil.example", "localhost.evil.example", "192.0.2.1", "", "[::"],
)
async def test_a_foreign_host_is_refused_before_anything_is_asked(host: str) -> None:
    server = Server()
    async with asking(wrapped(server, hosts(), "home")) as client:
        answer = await client.get("/api/health", headers={"Host": host})
    assert (answer.status_code, server.bodies) == (421, [])


async def test_a_foreign_host_opens_no_websocket() -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    async def never(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("let in")

    scope = {"type": "websocket", "path": "/api/events/in", "headers": [(b"host", b"evil.example")]}
    await Door(never, hosts(), {})(scope, receive, send)
    assert [message["type"] for message in sent] == ["websocket.close"]


async def test_a_server_for_the_house_is_known_by_its_name_and_by_its_address_in_figures() -> None:
    house = hosts(prefect_host="0.0.0.0", prefect_ui_url="https://natverk.kansliet.example.org/prefect")
    async with asking(wrapped(Server(), house, "home")) as client:
        asked = {
            host: (await client.get("/api/health", headers={"Host": host})).status_code
            for host in ("natverk.kansliet.example.org", "192.0.2.7:4200", "evil.example")
        }
    assert asked == {"natverk.kansliet.example.org": 200, "192.0.2.7:4200": 200, "evil.example": 421}


async def test_every_answer_is_strict_with_browsers_and_tells_whose_server_it_is() -> None:
    async with asking(wrapped(Server(), hosts(), "0123abcd")) as client:
        for path in ("/", "/api/health", "/lots.js"):
            headers = (await client.get(path)).headers
            assert (headers["content-security-policy"], headers["x-lots-home"]) == (POLICY, "0123abcd")


@pytest.mark.parametrize("raises", [False, True])
async def test_a_write_that_met_a_locked_database_is_tried_again_with_the_same_body(raises: bool) -> None:
    server = Server(locked=3, raises=raises)
    async with asking(wrapped(server, hosts(), "home")) as client:
        answer = await client.post("/api/deployments/1/create_flow_run", content=b'{"parameters": {}}')
    assert (answer.status_code, answer.text) == (200, "true")
    assert server.bodies == [b'{"parameters": {}}'] * 4


async def test_a_database_that_stays_locked_is_said_in_the_end() -> None:
    server = Server(locked=100)
    async with asking(wrapped(server, hosts(), "home")) as client:
        answer = await client.post("/api/variables/", content=b"{}")
    assert (answer.status_code, len(server.bodies)) == (503, second_try.TRIES)


async def test_what_is_too_large_to_keep_is_passed_on_whole_and_once() -> None:
    server, large = Server(locked=100), b"x" * (LARGEST_BODY + 1)
    async with asking(wrapped(server, hosts(), "home")) as client:
        answer = await client.post("/api/artifacts/", content=large)
    assert (answer.status_code, server.bodies) == (503, [large])


async def test_the_uis_page_does_not_advertise_and_comes_whole_however_it_is_asked_for() -> None:
    server = Server()
    async with asking(wrapped(server, hosts(), "home")) as client:
        page = await client.get("/dashboard", headers={"If-None-Match": '"1"', "Accept-Encoding": "gzip"})
        script = await client.get("/lots.js")
    assert page.text == PAGE.decode().replace("<head>", '<head><script src="/lots.js"></script>')
    assert int(page.headers["content-length"]) == len(page.content)
    assert "etag" not in page.headers
    assert not {b"if-none-match", b"accept-encoding"} & set(server.headers[0])
    assert "prefect-show-promotional-content" in script.text
    assert script.headers["content-type"].startswith("text/javascript")
