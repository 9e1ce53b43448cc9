"""Staff at their own pages: a real database with a life in it, and a browser that signs in as who it is told."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from httpx import Response
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from deployments.web.app import create_app
from models.db.engine import reading, transaction
from models.forms import registry
from models.people.signed_link import Purpose, make_link
from models.settings import Settings, settings
from models.tables.mail import OutgoingMail, Template
from models.tables.office import Staff, StaffRole
from models.tables.staff_session import SignIn
from tasks.staff_ui.form_links import FormLinks
from tests.acts import at

PUBLIC_URL = "https://testserver"
BROWSER = "Mozilla/5.0 (the negotiator's laptop)"
FORMS = FormLinks("https://prefect.example.org", {name: f"id-of-{name}" for name in registry.FORMS})


@dataclass
class Desk:
    """A browser on the staff pages at a moment of the test's choice."""

    client: TestClient
    clock: list[datetime]
    started: list[str] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.clock[0]

    def on(self, day: str, hour: int = 10) -> None:
        self.clock[0] = at(day, hour)

    def later(self, time: timedelta) -> None:
        self.clock[0] += time

    def ask_for_link(self, address: str, to: str = "/staff") -> Response:
        reply: Response = self.client.post("/staff/sign-in", data={"address": address, "to": to})
        return reply

    def link(self) -> str:
        """The newest sign-in link, as its mail holds it."""
        with reading() as session:
            latest = select(SignIn).order_by(col(SignIn.used_at).is_not(None), col(SignIn.asked_at).desc())
            newest = session.exec(latest).first()
            assert newest
            return make_link(Purpose.sign_in, str(newest.id)).removeprefix(PUBLIC_URL)

    def sign_in(self, signature: str, to: str = "/staff") -> None:
        """As the member of staff does it: asks, gets the mail, opens its link and presses."""
        with reading() as session:
            address = session.exec(select(Staff.email).where(col(Staff.signature) == signature)).one()
        assert self.ask_for_link(address, to).status_code == 200
        assert self.client.post(self.link(), follow_redirects=False).status_code == 303

    def get(self, path: str, status: int = 200) -> str:
        reply: Response = self.client.get(path)
        assert reply.status_code == status, reply.text
        return reply.text

    def csrf(self, path: str) -> str:
        """What the page's forms hold."""
        found: str = self.client.get(path).text.split('name="csrf" value="')[1]
        return found.split('"')[0]

    def post(self, page: str, action: str, form: dict[str, str], status: int = 200) -> str:
        """Send in a form that stands on `page`."""
        reply: Response = self.client.post(f"{page}{action}", data={"csrf": self.csrf(page)} | form)
        assert reply.status_code == status, reply.text
        return reply.text

    def sign_in_mails(self) -> list[OutgoingMail]:
        with reading() as session:
            return list(session.exec(select(OutgoingMail).where(col(OutgoingMail.template) == Template.sign_in)))


def hire(session: Session, signature: str, role: StaffRole, region: str | None = None) -> Staff:
    """One more at the office."""
    staff = Staff(
        signature=signature,
        name=f"Ny {signature}",
        email=f"{signature}@kansliet.example.org",
        role=role,
        region=region,
    )
    session.add(staff)
    session.flush()
    return staff


@pytest.fixture
def desk(office: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A reader and a negotiator of another region beside the sample office; nobody is signed in."""
    monkeypatch.setenv("LOTS_PUBLIC_URL", PUBLIC_URL)
    settings.cache_clear()
    with transaction() as session:
        hire(session, "las", StaffRole.reader)
    clock = [at("2026-11-05")]
    started: list[str] = []

    async def start(deployment: str, _parameters: dict[str, Any]) -> str:
        started.append(deployment)
        return ""

    async def forms() -> FormLinks:
        return FORMS

    app = create_app(lambda: clock[0], start, forms)
    with TestClient(app, base_url=PUBLIC_URL, headers={"User-Agent": BROWSER}) as client:
        yield Desk(client, clock, started)
