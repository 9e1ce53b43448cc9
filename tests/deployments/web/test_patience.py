"""A database that does not let us write costs nobody a form: 503 within five seconds, with all that was typed.

Really locked, really full, really frozen: nothing is put in the database's place.
"""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from httpx import Response
from starlette.testclient import TestClient

from deployments.web import database_watch
from models.db import engine
from models.people.signed_link import Purpose, make_link
from models.settings import settings
from tests import postgres
from tests.acts import AKE
from tests.deployments.browsing import ANSWER, BOOKING, REPORT, REQUEST, Page
from tests.deployments.conftest import World

SEND = REQUEST | {"step": "send"}
AT_MOST = 6.5  # five seconds by the rules, and a busy machine's own time
RETRY = "Retry-After"
NOTHING_TO_SAVE = ("go on", "fresh link")  # it goes on already; the link was never ours


def forms(world: World) -> dict[str, tuple[str, dict[str, str]]]:
    """Every page that takes a form: its address, and what somebody sends in."""
    gone = make_link(Purpose.meeting, "00000000-0000-0000-0000-000000000000").removeprefix(world.public_url)
    return {
        "request": ("/request", SEND),
        "check-in": (world.path(Purpose.check_in), ANSWER),
        "report": (world.path(Purpose.meeting), REPORT),
        "booking": (world.path(Purpose.meeting), BOOKING),
        "organiser": (world.path(Purpose.organiser), {}),
        "stop": (world.path(Purpose.stop), {}),
        "go on": (world.path(Purpose.stop), {"again": "yes"}),
        "my data": ("/my-data", {"member_number": AKE}),
        "fresh link": (f"{gone}?fresh=yes", {}),
    }


FORMS = ("request", "check-in", "report", "booking", "organiser", "stop", "go on", "my data", "fresh link")


@contextmanager
def locked() -> Iterator[None]:
    """Another program holds the whole database."""
    other = sa.create_engine(settings().database_url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with other.connect() as connection:
        if other.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN EXCLUSIVE")
        else:
            connection.exec_driver_sql("BEGIN")
            for table in sa.inspect(other).get_table_names():
                connection.exec_driver_sql(f'LOCK TABLE "{table}" IN ACCESS EXCLUSIVE MODE')
        yield
        connection.exec_driver_sql("ROLLBACK")


def timed(browser: TestClient, address: str, data: dict[str, str]) -> Response:
    begun = time.monotonic()
    reply: Response = browser.post(address, data=data)
    assert time.monotonic() - begun < AT_MOST
    return reply


def kept(reply: Response) -> tuple[str, dict[str, str]]:
    """Where the page's form goes, and what it sends when its button is pressed."""
    [form] = Page(reply.text).all("form")
    fields = {one["name"]: one["value"] for one in Page(reply.text).all("input") if one.get("type") == "hidden"}
    return form["action"], fields


@pytest.mark.each_database
@pytest.mark.parametrize("name", FORMS)
def test_a_locked_database_keeps_the_form_and_one_press_sends_it_again(
    browser: TestClient, world: World, name: str
) -> None:
    address, data = forms(world)[name]
    before = world.rows()
    with locked():
        reply = timed(browser, address, data)
    assert reply.status_code == 503 and int(reply.headers[RETRY]) > 0
    assert "vi kan inte säga att det du skickade är sparat" in reply.text
    assert world.rows() == before
    action, fields = kept(reply)
    assert fields == data
    again = browser.post(f"{address.partition('?')[0]}{action}", data=fields)
    assert again.status_code == 200
    once = world.rows()
    assert name in NOTHING_TO_SAVE or once != before, "what was typed has been saved"
    if name not in ("organiser", "request"):  # these tell a second press in words of their own
        browser.post(f"{address.partition('?')[0]}{action}", data=fields)
        assert len(world.rows()) == len(once), "and saved once, however often it is sent"


@pytest.mark.each_database
def test_what_was_typed_can_be_read_on_the_page_that_keeps_it(browser: TestClient, world: World) -> None:
    with locked():
        swedish = timed(browser, "/request", SEND).text
        english = browser.post("/request?lang=en", data=SEND).text
    assert "Vi ses aldrig.\nDet vill vi ändra på." in Page(swedish).text and "Luleå" in Page(swedish).text
    assert "we cannot say that what you sent is saved" in english
    assert 'class="language"' not in swedish, "a switch would lose it"


@pytest.mark.each_database
def test_a_page_that_cannot_be_read_says_so_at_once(browser: TestClient, world: World) -> None:
    if settings().database_url.startswith("sqlite"):
        pytest.skip("a SQLite file can be read beside its writer")
    with locked():
        begun = time.monotonic()
        reply = browser.get(world.path(Purpose.check_in))
        assert time.monotonic() - begun < AT_MOST
    assert reply.status_code == 503 and RETRY in reply.headers and "försök igen" in reply.text
    assert browser.get(world.path(Purpose.check_in)).status_code == 200


@pytest.mark.each_database
def test_of_many_forms_at_once_none_is_lost_and_none_saved_twice(browser: TestClient, world: World) -> None:
    """Twenty founders send while the database is locked; each sends again with the button."""
    replies: list[Response] = []

    def ask(number: int) -> None:
        replies.append(timed(browser, "/request", SEND | {"member_number": f"2{number:03}"}))

    with locked():
        asking = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
    assert [reply.status_code for reply in replies] == [503] * 20
    before = len(world.rows())
    for _ in range(2):
        for reply in replies:
            action, fields = kept(reply)
            assert browser.post(f"/request{action}", data=fields).status_code in (200, 429)
    with engine.reading() as session:
        assert session.execute(sa.text("SELECT count(*) FROM unconfirmed_request")).scalar() == 20
    assert len(world.rows()) > before


@pytest.mark.parametrize("name", FORMS)
def test_a_full_disk_keeps_the_form(browser: TestClient, world: World, name: str) -> None:
    address, data = forms(world)[name]
    with _full():
        reply = timed(browser, address, data)
    if name == "go on":
        assert reply.status_code == 200, "there was nothing to write"
        return
    assert reply.status_code == 503 and kept(reply)[1] == data
    assert browser.post(f"{address.partition('?')[0]}{kept(reply)[0]}", data=data).status_code == 200


@contextmanager
def _full() -> Iterator[None]:
    """No page of the file can be written any more: files of this process may not grow past nothing."""
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("name", FORMS)
def test_a_file_that_may_only_be_read_keeps_the_form(
    browser: TestClient, world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, data = forms(world)[name]
    path = Path(settings().database_url.removeprefix("sqlite:///"))
    only_read = engine.make_engine(f"sqlite:///file:{path}?mode=ro&uri=true")
    with monkeypatch.context() as away:
        away.setattr(engine, "engine", lambda: only_read)
        reply = timed(browser, address, data)
    only_read.dispose()
    assert reply.status_code == (200 if name == "go on" else 503)
    assert name == "go on" or kept(reply)[1] == data


@pytest.mark.skipif(not postgres.URL, reason="LOTS_TEST_POSTGRES_URL is not set")
@pytest.mark.each_database
def test_a_frozen_server_keeps_the_form_and_the_pages_live_on(
    browser: TestClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One backend stands still for good (SIGSTOP): its socket stays open, and none of its own time-outs ring."""
    if settings().database_url.startswith("sqlite"):
        pytest.skip("of PostgreSQL")
    monkeypatch.setattr(database_watch, "HELD_SECONDS", 5.0)
    monkeypatch.setattr(database_watch, "LOOK_SECONDS", 0.1)
    database_watch.watch(engine.engine())
    address = world.path(Purpose.check_in)
    assert browser.get(address).status_code == 200
    frozen = _backends()
    for backend in frozen:
        os.kill(backend, signal.SIGSTOP)
    try:
        reply = timed(browser, address, ANSWER)
        assert reply.status_code == 503 and kept(reply)[1] == ANSWER
        time.sleep(3)
        assert browser.post(address, data=kept(reply)[1]).status_code == 200, (
            "on lines of its own, with it still frozen"
        )
    finally:
        for backend in frozen:
            os.kill(backend, signal.SIGCONT)


def _backends() -> list[int]:
    """The server's processes at the other end of every line to this database."""
    alone = sa.create_engine(settings().database_url, poolclass=sa.NullPool)
    with alone.connect() as connection:
        others = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        return list(connection.exec_driver_sql(others).scalars())


@pytest.mark.skipif(not postgres.URL, reason="LOTS_TEST_POSTGRES_URL is not set")
@pytest.mark.each_database
def test_a_server_behind_a_dead_line_keeps_the_form(
    browser: TestClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server whose port takes the call and never says a word."""
    if settings().database_url.startswith("sqlite"):
        pytest.skip("of PostgreSQL")
    with socket.create_server(("127.0.0.1", 0)) as silent, monkeypatch.context() as away:
        url = sa.engine.make_url(settings().database_url).set(host="127.0.0.1", port=silent.getsockname()[1])
        dead = engine.make_engine(url.render_as_string(hide_password=False))
        away.setattr(engine, "engine", lambda: dead)
        reply = timed(browser, world.path(Purpose.check_in), ANSWER)
    assert reply.status_code == 503 and kept(reply)[1] == ANSWER
    assert browser.post(world.path(Purpose.check_in), data=ANSWER).status_code == 200
