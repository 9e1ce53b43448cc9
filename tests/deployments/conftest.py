"""A real database with one network, and a browser on the founders' pages at a moment of the test's choice."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlmodel import select
from starlette.testclient import TestClient

from deployments.web.app import create_app
from models import settings
from models.db import engine
from models.people.signed_link import Purpose, make_link
from models.tables.check_in import CheckIn
from models.tables.mail import OutgoingMail
from models.tables.meeting import Meeting
from models.tables.network import Nature, Network, NetworkState, Origin, Role, RoleKind
from models.tables.person import EmailStatus, Membership, Person, RightsRequest, member_hash
from models.tables.request import SupportRequest
from models.tables.unconfirmed_request import UnconfirmedRequest

NOW = datetime(2027, 3, 2, 8, 30, tzinfo=UTC)  # a Tuesday, 09:30 in Stockholm
PUBLIC_URL = "http://testserver"
OFFICE = "natverk@kansliet.example.org"
PEOPLE = {"m1": "Åsa Öhrn", "m2": "René Lindqvist", "m3": "Siv Berg"}  # m3 has not answered yet


@dataclass
class World:
    """The rows that a test starts from, its clock, and what the web app started."""

    network: UUID
    check_in: UUID
    roles: dict[str, UUID]
    public_url: str = PUBLIC_URL
    now: datetime = NOW
    started: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    fails: Exception | None = None

    async def start(self, deployment: str, parameters: dict[str, Any]) -> str:
        if self.fails:
            raise self.fails
        self.started.append((deployment, parameters))
        return "a-run"

    def path(self, purpose: Purpose) -> str:
        """The link of that kind, as a mail would hold it."""
        ids = {
            Purpose.check_in: (str(self.check_in), str(self.roles["m1"])),
            Purpose.meeting: (str(self.roles["m1"]),),
            Purpose.organiser: (str(self.roles["m3"]),),
            Purpose.stop: (str(self.network), "m1"),
            Purpose.our_network: (str(self.roles["m1"]),),
            Purpose.pass_on: (str(self.roles["m1"]),),
        }
        return make_link(purpose, *ids[purpose]).removeprefix(self.public_url)

    def page_of(self, code: str) -> str:
        """The network's own page, as that organiser's mails hold it."""
        return make_link(Purpose.our_network, str(self.roles[code])).removeprefix(self.public_url)

    def rows(self) -> list[str]:
        """Everything that the pages could write, to compare before and after."""
        with engine.reading() as session:
            kinds: tuple[type[Any], ...] = (
                CheckIn,
                Meeting,
                Network,
                OutgoingMail,
                Person,
                RightsRequest,
                Role,
                SupportRequest,
                UnconfirmedRequest,
            )
            return sorted(str(row.model_dump()) for kind in kinds for row in session.exec(select(kind)))

    def get(self, kind: type[Any], key: UUID) -> Any:
        with engine.reading() as session:
            return session.get_one(kind, key)

    def meetings(self) -> list[Meeting]:
        with engine.reading() as session:
            return list(session.exec(select(Meeting)))

    def mails(self) -> list[OutgoingMail]:
        with engine.reading() as session:
            return list(session.exec(select(OutgoingMail)))

    def change(self, kind: type[Any], key: UUID, **values: Any) -> None:
        with engine.transaction() as session:
            row = session.get_one(kind, key)
            for name, value in values.items():
                setattr(row, name, value)
            session.add(row)

    def plan(self, starts_at: datetime, **values: Any) -> UUID:
        """A meeting that m1 booked."""
        with engine.transaction() as session:
            convener = session.get_one(Role, self.roles["m1"]).person_id
            meeting = Meeting(
                network_id=self.network, starts_at=starts_at, convener_id=convener, booked_at=self.now, **values
            )
            session.add(meeting)
            return meeting.id


@pytest.fixture
def inserted(world: World) -> Iterator[list[str]]:
    """The tables in which rows are written, as they are, whatever is taken back."""
    tables: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO "):
            tables.append(statement.split()[2])

    event.listen(engine.engine(), "before_cursor_execute", note)
    yield tables
    event.remove(engine.engine(), "before_cursor_execute", note)


@pytest.fixture
def world(office: settings.Settings, monkeypatch: pytest.MonkeyPatch) -> World:
    return begin_world(monkeypatch, PUBLIC_URL)


def begin_world(monkeypatch: pytest.MonkeyPatch, public_url: str) -> World:
    """A network that has started: m1 asked for it, m2 said yes, m3 has not answered; a check-in was sent to m1."""
    monkeypatch.setenv("LOTS_PUBLIC_URL", public_url)
    monkeypatch.setenv("LOTS_MAIL_REPLY_TO", f"Kansliet <{OFFICE}>")
    settings.settings.cache_clear()
    with engine.transaction() as session:
        network = Network(
            number=12,
            slug="ornskoldsvik-town-12",
            name="Ledare i Örnsköldsvik",
            place="Örnsköldsvik",
            municipality="2284",
            nature=Nature.town,
            origin=Origin.member,
            state=NetworkState.starting,
            step=1,
            kickoff_on=date(2026, 11, 25),
            created_at=NOW,
        )
        session.add(network)
        session.flush()
        roles = {code: _member(session, network.id, code, name) for code, name in PEOPLE.items()}
        check_in = CheckIn(network_id=network.id, person_id=roles["m1"].person_id, sent_on=date(2027, 3, 1))
        session.add(check_in)
        session.flush()
        return World(network.id, check_in.id, {code: role.id for code, role in roles.items()}, public_url)


def _member(session: Any, network_id: UUID, code: str, name: str) -> Role:
    person = Person(
        member_hash=member_hash(f"number {code}"),
        member_number=f"number {code}",
        name=name,
        email=f"{code}@example.org",
        email_status=EmailStatus.ok,
        membership=Membership.active,
    )
    session.add(person)
    session.flush()
    kind = RoleKind.initiator if code == "m1" else RoleKind.organiser
    said_yes = None if code == "m3" else NOW
    role = Role(network_id=network_id, person_id=person.id, kind=kind, code=code, asked_at=NOW, confirmed_at=said_yes)
    session.add(role)
    session.flush()
    return role


@pytest.fixture
def browser(world: World) -> Iterator[TestClient]:
    with TestClient(create_app(lambda: world.now, world.start), base_url=PUBLIC_URL) as client:
        yield client
