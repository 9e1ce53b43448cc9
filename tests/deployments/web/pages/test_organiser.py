"""Who was named to help says yes or no by their link, also while the request waits for hours."""

from datetime import timedelta

from sqlmodel import Session
from starlette.testclient import TestClient

from models.db import engine
from models.people.signed_link import Purpose, make_link
from models.tables.network import Network, NetworkState, Role
from models.tables.request import NamedOrganiser, SupportRequest
from tests.acts import GOREL, MARIT, ask, named, talk
from tests.deployments.browsing import Page
from tests.deployments.conftest import World


def test_a_co_organiser_sees_who_asks_and_what_it_means(browser: TestClient, world: World) -> None:
    text = Page(browser.get(world.path(Purpose.organiser)).text).text
    assert "Vill du vara med och ordna träffar i Örnsköldsvik?" in text
    assert "Du är tillfrågad som arrangör för ”Ledare i Örnsköldsvik”, som Åsa har startat." in text
    assert "Öhrn" not in text
    world.change(Network, world.network, state=NetworkState.planned, kickoff_on=None)
    text = Page(browser.get(world.path(Purpose.organiser)).text).text
    assert "Åsa håller på att starta ”Ledare i Örnsköldsvik”, och du är tillfrågad som arrangör." in text


def test_a_yes_is_saved_once_however_often_it_is_said(browser: TestClient, world: World) -> None:
    assert "Välkommen som arrangör" in browser.post(world.path(Purpose.organiser)).text
    said_at = world.now
    world.now += timedelta(days=3)
    before = world.rows()
    again = browser.post(world.path(Purpose.organiser))
    assert again.status_code == 200 and "Välkommen som arrangör" in again.text
    assert "Välkommen som arrangör" in browser.get(world.path(Purpose.organiser)).text
    assert world.rows() == before
    assert world.get(Role, world.roles["m3"]).confirmed_at == said_at


def test_a_no_ends_the_role_and_the_link(browser: TestClient, world: World) -> None:
    reply = browser.post(world.path(Purpose.organiser), data={"answer": "no"})
    assert "Tack för svaret" in reply.text
    role = world.get(Role, world.roles["m3"])
    assert role.confirmed_at is None and role.until == world.now.date()
    assert browser.get(world.path(Purpose.organiser)).status_code == 404


def test_who_said_yes_does_not_leave_the_network_by_pressing_no_on_an_old_page(
    browser: TestClient, world: World
) -> None:
    browser.post(world.path(Purpose.organiser))
    assert "Välkommen som arrangör" in browser.post(world.path(Purpose.organiser), data={"answer": "no"}).text
    assert world.get(Role, world.roles["m3"]).is_confirmed


# --- while the request waits ----------------------------------------------------------------------


def waiting(session: Session) -> NamedOrganiser:
    """Whom Marit's request names, which waits for hours."""
    request = ask(session, "2027-02-22", member_number=MARIT, place="Boden", municipality="Boden", co_organisers=GOREL)
    talk(session, request, "2027-02-24", decision="wait")
    return named(session, request)[0]


def path_of(one: NamedOrganiser) -> str:
    return make_link(Purpose.organiser, str(one.id)).removeprefix("http://testserver")


def test_a_yes_while_the_request_waits_is_kept_and_seen_again(browser: TestClient, world: World) -> None:
    with engine.transaction() as session:
        gorel = waiting(session)
    assert "vill starta ett nätverk i Boden" in Page(browser.get(path_of(gorel)).text).text
    assert world.get(NamedOrganiser, gorel.id).yes_at is None, "looking writes nothing"
    assert "kommer längre fram" in browser.post(path_of(gorel)).text
    world.now += timedelta(days=1)
    assert "Välkommen som arrangör" in browser.get(path_of(gorel)).text
    assert world.get(NamedOrganiser, gorel.id).yes_at == world.now - timedelta(days=1)


def test_the_link_from_while_it_waited_opens_the_role_once_the_request_is_granted(
    browser: TestClient, world: World
) -> None:
    with engine.transaction() as session:
        gorel = waiting(session)
    with engine.transaction() as session:
        talk(session, session.get_one(SupportRequest, gorel.request_id), "2027-03-01")
    assert "håller på att starta" in browser.get(path_of(gorel)).text
    browser.post(path_of(gorel))
    assert world.get(Role, gorel.id).is_confirmed


def test_a_request_that_came_to_nothing_asks_nobody_any_more(browser: TestClient, world: World) -> None:
    with engine.transaction() as session:
        gorel = waiting(session)
    with engine.transaction() as session:
        talk(session, session.get_one(SupportRequest, gorel.request_id), "2027-03-01", decision="withdraw")
    assert browser.get(path_of(gorel)).status_code == 404
    assert browser.post(path_of(gorel)).status_code == 404


def test_a_yes_while_the_request_waits_can_be_taken_back(browser: TestClient, world: World) -> None:
    with engine.transaction() as session:
        gorel = waiting(session)
    assert "Nej, jag har ändrat mig" in browser.post(path_of(gorel)).text
    assert "Tack för svaret" in browser.post(path_of(gorel), data={"answer": "no"}).text
    named_now = world.get(NamedOrganiser, gorel.id)
    assert named_now.yes_at is None and named_now.no_at == world.now
