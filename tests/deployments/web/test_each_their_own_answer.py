"""A check-in that two are asked: each sees and changes their own answers alone, and the latest given count."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import select
from starlette.testclient import TestClient

from models.dates.local_time import local
from models.db import engine
from models.health.answers_by_day import latest_by
from models.people.signed_link import Purpose, make_link
from models.stages import check_in
from models.tables.check_in import CheckIn, CheckInAnswer
from models.tables.network import Role
from models.tables.office import Intervention
from models.tables.person import Person
from models.views.invariants import broken
from models.views.my_data import stored_about
from tests.deployments.browsing import ANSWER, Page
from tests.deployments.conftest import PUBLIC_URL, World

FIRST = ANSWER | {"motivation": "2", "wish": "speaker"}
SECOND = ANSWER | {"motivation": "5", "wish": "invitation", "met_attended": "7"}


def page_of(world: World, code: str) -> str:
    """The address of the check-in in that organiser's mail."""
    return make_link(Purpose.check_in, str(world.check_in), str(world.roles[code])).removeprefix(PUBLIC_URL)


def chosen(browser: TestClient, path: str) -> list[str]:
    """Which answers stand on the page as it opens."""
    page = Page(browser.get(path).text)
    return [*page.checked("motivation"), *page.checked("wish")]


def check_in_of(world: World) -> CheckIn:
    with engine.reading() as session:
        return session.get_one(CheckIn, world.check_in)


def person_of(world: World, code: str) -> UUID:
    with engine.reading() as session:
        return session.get_one(Role, world.roles[code]).person_id


def test_the_second_asked_does_not_see_the_first_ones_answers_and_overwrites_nothing(
    browser: TestClient, world: World
) -> None:
    contact, second = page_of(world, "m1"), page_of(world, "m2")
    assert browser.post(contact, data=FIRST).status_code == 200
    assert chosen(browser, second) == []
    assert browser.post(second, data=SECOND).status_code == 200
    assert {"2", "speaker"} <= set(chosen(browser, contact)) and "5" not in chosen(browser, contact)
    assert {"5", "invitation"} <= set(chosen(browser, second))
    latest = check_in_of(world)
    assert (latest.q4, latest.q5_wish, latest.q1_attended) == (5, "invitation", 7)
    world.now += timedelta(days=1)
    assert browser.post(contact, data=FIRST | {"motivation": "3"}).status_code == 200
    assert check_in_of(world).q4 == 3, "the latest given counts"
    assert "5" in chosen(browser, second)
    with engine.reading() as session:
        assert len(session.exec(select(CheckInAnswer)).all()) == 2
        assert not [line for line in broken(session) if "avstämning" in line]


def test_what_both_wish_for_comes_to_staff(browser: TestClient, world: World) -> None:
    browser.post(page_of(world, "m1"), data=FIRST)
    browser.post(page_of(world, "m2"), data=SECOND)
    with engine.transaction() as session:
        assert check_in.follow_up_answers(session, world.now) == 2
        assert check_in.follow_up_answers(session, world.now) == 0
        assert len(session.exec(select(Intervention)).all()) == 2


def test_the_score_of_a_day_knows_the_latest_answer_by_then(browser: TestClient, world: World) -> None:
    browser.post(page_of(world, "m1"), data=FIRST)
    day = local(world.now).date()
    world.now += timedelta(days=2)
    browser.post(page_of(world, "m2"), data=SECOND)
    with engine.reading() as session:
        every = select(CheckIn.id)
        assert latest_by(session, every, day) == {world.check_in: 2}
        assert latest_by(session, every, day + timedelta(days=2)) == {}  # what the check-in itself says


def test_my_data_holds_ones_own_answers_alone(browser: TestClient, world: World) -> None:
    browser.post(page_of(world, "m1"), data=FIRST)
    browser.post(page_of(world, "m2"), data=SECOND)
    with engine.reading() as session:
        told = {
            code: stored_about(session, session.get_one(Person, person_of(world, code)))["check_ins"]
            for code in ("m1", "m2", "m3")
        }
    assert [one["q4"] for one in told["m1"]] == [2] and [one["q4"] for one in told["m2"]] == [5]
    assert told["m3"] == []


def test_the_first_ones_days_do_not_close_it_for_the_second(browser: TestClient, world: World) -> None:
    browser.post(page_of(world, "m1"), data=FIRST)
    world.now += timedelta(days=20)
    assert browser.post(page_of(world, "m1"), data=FIRST).status_code == 409
    assert browser.post(page_of(world, "m2"), data=SECOND).status_code == 200
