"""No staff page shows a person to whoever may not see them: every route, each who could try (domain.md section 13)."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from sqlmodel import col, select
from starlette.routing import Route

from deployments.web.app import create_app
from models.db.engine import reading, transaction
from models.people.person import by_member_number
from models.tables.contact_entry import ContactEntry
from models.tables.mail import OutgoingMail
from models.tables.meeting import Meeting, Partner
from models.tables.network import Network
from models.tables.office import Staff
from models.tables.request import SupportRequest
from tests.acts import AKE, at, meet, network_in
from tests.deployments.web.staff.conftest import BROWSER, Desk

SECRET = "Hon har en ny telefon."
NAMED = (
    "Åke",
    "Öhman",
    "Märit",
    "Sjöö",
    "René",
    "Björklöf",
    "@example.org",
    "800101-01",
    "070-1",
    "Vi vill träffas",
    SECRET,
)
ASA = "asa.sjostrom@kansliet.example.org"
WAY_IN = ("/staff/sign-in", "/staff/sign-in/{token}", "/staff/sign-out")


@pytest.fixture
def paths(desk: Desk) -> dict[str, str]:
    """A path for every staff route, of a network with persons, mails, notes and figures."""
    with transaction() as session:
        network = network_in(session)
        meet(session, network, "2027-01-20", speaker_company="Stål AB")
        person = by_member_number(session, AKE)
        assert person
        person.phone = "070-123 45 67"
        asj = session.exec(select(Staff.id).where(col(Staff.signature) == "asj")).one()
        entry = {
            "on": at("2027-01-21").date(),
            "channel": "phone",
            "outcome": "agreed",
            "note": SECRET,
            "staff_id": asj,
        }
        session.add(ContactEntry.model_validate(entry | {"network_id": network.id, "noted_at": at("2027-01-21")}))
    with reading() as session:
        request = session.exec(select(SupportRequest)).one()
        mail = session.exec(select(OutgoingMail.id).where(col(OutgoingMail.person_id).is_not(None))).first()
        key = {
            "request": f"/staff/request/{request.number}",
            "network": f"/staff/network/{session.exec(select(Network.number)).one()}",
            "person": f"/staff/person/{request.initiator_id}",
            "mail": f"/staff/mail/{mail}",
            "meeting": f"/staff/meeting/{session.exec(select(Meeting.id)).first()}",
            "partner": f"/staff/partner/{session.exec(select(Partner.id)).one()}",
            "region": "/staff/region/25",
            "second": f"/staff/second/{mail}",
        }
    desk.on("2027-02-02")
    found = {}
    for route in (one for one in create_app().routes if isinstance(one, Route) and one.path.startswith("/staff")):
        if route.path not in WAY_IN:
            kind, _, more = route.path.removeprefix("/staff/").partition("/{")
            end = more.partition("}")[2]
            found[f"{sorted(route.methods or ())} {route.path}"] = f"{key[kind]}{end}" if more else route.path
    return found


def nobody(desk: Desk) -> dict[str, str]:
    return {}


def forged(desk: Desk) -> dict[str, str]:
    """The proxy's header, from somebody who is no proxy of ours."""
    return {"X-Auth-Request-Email": ASA, "X-Forwarded-For": "127.0.0.1"}


def stolen(desk: Desk) -> dict[str, str]:
    """The negotiator's cookie in another browser."""
    desk.sign_in("asj")
    return {"User-Agent": "another browser"}


def signed_out(desk: Desk) -> dict[str, str]:
    """The cookie of a session that has ended."""
    desk.sign_in("asj")
    key = desk.client.cookies["__Host-lots-staff"]
    desk.client.post("/staff/sign-out", data={"csrf": desk.csrf("/staff/register")})
    return {"Cookie": f"__Host-lots-staff={key}"}


def reader(desk: Desk) -> dict[str, str]:
    desk.sign_in("las")
    return {}


def of_another_region(desk: Desk) -> dict[str, str]:
    desk.sign_in("gol")
    return {}


STRANGERS = (nobody, forged, stolen, signed_out)


@pytest.mark.parametrize("who", [*STRANGERS, reader, of_another_region], ids=lambda who: who.__name__)
def test_no_route_shows_a_person(desk: Desk, paths: dict[str, str], who: Callable[[Desk], dict[str, str]]) -> None:
    headers = {"User-Agent": BROWSER} | who(desk)
    for route, path in paths.items():
        for asked in ("", "Åke", "ake.ohman@example.org", "800101-01"):
            reply = desk.client.get(path, params={"q": asked} if asked else {}, headers=headers)
            told = reply.text.replace(asked or "?", "").replace(quote(asked) or "?", "")  # what was asked stands there
            found = [told[max(0, told.find(name) - 60) :][:160] for name in NAMED if name in told]
            assert not found, (route, asked)
            if who in STRANGERS:
                assert reply.status_code in (403, 405, 429), (route, reply.status_code)
        reply = desk.client.post(path, data={"reason": "", "phone": "070"}, headers=headers)
        assert reply.status_code in (403, 405, 429), (route, reply.status_code)


def test_whoever_may_see_them_finds_them_on_these_same_pages(desk: Desk, paths: dict[str, str]) -> None:
    """So that the test above looks where persons stand."""
    desk.sign_in("asj")
    shown = "".join(desk.client.get(path).text for path in paths.values())
    assert not [name for name in NAMED if name not in shown]
