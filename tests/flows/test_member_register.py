"""The register that comes by itself every night: a folder, a file or an address, with the rules of every import."""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from flows.member_register import member_register
from models.db.engine import reading
from models.errors import LotsError, RegisterUnavailable, SettingsError, UserError
from models.reference.member_register import register_contents
from models.settings import Settings, chosen_settings, settings
from models.tables.mail import OutgoingMail
from tests.acts import AKE, mails

HEAD = "Medlemsnummer;Namn;E-post;Medlemskap"
NEW = "990101-99"
TOKEN = "a token of the office's"


@dataclass
class Union:
    """The union's own server: what stands at each path, and what it was asked with."""

    url: str = ""
    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)


@pytest.fixture
def union() -> Iterator[Union]:
    there = Union()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            there.asked.append((self.path, self.headers["Authorization"]))
            status, headers, body = there.pages.get(self.path, (404, {}, b""))
            if status == 200 and self.headers["Authorization"] != f"Bearer {TOKEN}":
                status, body = 401, b""
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        there.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield there
        server.shutdown()


def choose(monkeypatch: pytest.MonkeyPatch, source: object, **more: str) -> None:
    """The office says where its register is."""
    for name, value in {"from": str(source), "token": TOKEN, **more}.items():
        monkeypatch.setenv(f"LOTS_REGISTER_{name.upper()}", value)
    settings.cache_clear()


def lies(folder: Path, name: str, *lines: str, minutes_ago: int = 5) -> Path:
    file = folder / name
    file.write_text("\n".join([HEAD, *lines]), encoding="utf-8")
    then = file.stat().st_mtime - minutes_ago * 60
    os.utime(file, (then, then))
    return file


def name_of(number: str) -> str:
    with reading() as session:
        return str((register_contents(session, number) or {}).get("name", ""))


def told() -> list[OutgoingMail]:
    with reading() as session:
        return mails(session, "staff-alarm")


async def test_without_a_place_nothing_is_done(office: Settings) -> None:
    assert await member_register() == {"read": 0}


async def test_the_newest_file_of_a_folder_is_taken_in_once(
    office: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(monkeypatch, tmp_path)
    lies(tmp_path, "gammal.csv", f"{NEW};Gammal;;aktiv", minutes_ago=90)
    lies(tmp_path, "ny.csv", f"{NEW};Ny;;aktiv", minutes_ago=30)
    lies(tmp_path, "halv.csv", f"{NEW};Halv;;aktiv", minutes_ago=0)
    lies(tmp_path, "~$ny.xlsx", "x")
    lies(tmp_path, "anteckning.docx", "x")
    assert await member_register() == {"read": 1, "new": 1, "changed": 0, "same": 0, "gone": 0}
    assert name_of(NEW) == "Ny"
    assert await member_register() == {"read": 0}, "the same file"
    lies(tmp_path, "nyare.csv", f"{NEW};Nyare;;aktiv", minutes_ago=10)
    assert (await member_register())["changed"] == 1 and told() == []


async def test_an_address_is_asked_with_the_offices_token(
    office: Settings, union: Union, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = f"{HEAD}\r\n{NEW};Åsa Ny;;aktiv\r\n".encode("cp1252")
    union.pages = {"/export": (302, {"Location": "/medlemmar.csv"}, b""), "/medlemmar.csv": (200, {}, register)}
    choose(monkeypatch, f"{union.url}/export")
    assert (await member_register())["new"] == 1 and name_of(NEW) == "Åsa Ny"
    assert union.asked == [("/export", f"Bearer {TOKEN}"), ("/medlemmar.csv", f"Bearer {TOKEN}")]
    assert list(office.home.glob("register-*")) == [], "nothing of it is left lying there"


@pytest.mark.parametrize(
    ("page", "why"),
    [
        ((500, {}, b""), "HTTP 500"),
        ((401, {}, b""), "tar inte emot LOTS_REGISTER_TOKEN"),
        ((302, {"Location": "https://evil.example/m.csv"}, b""), "skickar vidare till någon annan"),
        ((302, {"Location": "/"}, b""), "skickar runt i en ring"),
    ],
)
async def test_an_address_that_does_not_give_it_is_told_to_the_office_once_a_day(
    office: Settings, union: Union, monkeypatch: pytest.MonkeyPatch, page: tuple[int, dict[str, str], bytes], why: str
) -> None:
    union.pages["/"] = page
    choose(monkeypatch, f"{union.url}/")
    for _ in range(2):
        with pytest.raises(RegisterUnavailable, match=why):
            await member_register()
    [mail] = told()
    assert why in mail.context and TOKEN not in mail.context and name_of(AKE) == "Åke Öhman"


async def test_what_every_import_refuses_is_refused_and_told_in_a_sentence(
    office: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = lies(tmp_path, "m.csv", f"{NEW};Ny;ingen adress;aktiv", f"{AKE};;;aktiv")
    choose(monkeypatch, file)
    with pytest.raises(UserError, match=r"m\.csv, rad 2, E-post"):
        await member_register()
    [mail] = told()
    assert "rad 2" in mail.context and "rad 3" not in mail.context and "ingen adress" not in mail.context
    lies(tmp_path, "m.csv", f"{NEW};Ny;;aktiv")
    choose(monkeypatch, file, complete="1")
    with pytest.raises(UserError, match="6 av 6 i registret"):
        await member_register()
    assert name_of(AKE) == "Åke Öhman" and name_of(NEW) == ""


async def test_a_file_that_is_not_there_is_named(
    office: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for source, why in ((tmp_path, "äldre än en minut"), (tmp_path / "no.csv", "No such file")):
        choose(monkeypatch, source)
        with pytest.raises(LotsError, match=why):
            await member_register()


@pytest.mark.parametrize(
    "source", ["http://union.example/m.csv", "https://me:secret@union.example/", "ftp://u.example/"]
)
def test_an_address_that_anybody_could_read_on_the_way_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.setenv("LOTS_REGISTER_FROM", source)
    with pytest.raises(SettingsError, match="LOTS_REGISTER_FROM is not usable") as refused:
        chosen_settings()
    assert "secret" not in str(refused.value)
