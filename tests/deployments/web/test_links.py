"""Links: bound to a role, revoked with it, renewed by mail to the address on file, and not to be guessed."""

import base64
import hmac
import json
import logging
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from limits import parse
from sqlmodel import select
from starlette.testclient import TestClient

from deployments.web import rate_limits
from models.db import engine
from models.forms.outbox import SEND
from models.networks import contacts
from models.people import signed_link
from models.people.signed_link import Purpose, make_link, read_link
from models.settings import settings
from models.tables.mail import OutgoingMail, Template
from models.tables.network import Network, Role, RoleKind
from models.tables.person import EmailStatus, Person
from models.tables.transition import Actor, Cause
from templates.rendering.web import words
from tests.acts import AKE
from tests.deployments.browsing import ANSWER, LINKS, POSTS, values_of
from tests.deployments.conftest import PUBLIC_URL, World

OUTBOX = ("outbox/outbox", SEND)
RENEWABLE = [*LINKS, Purpose.network]


def path_of(purpose: Purpose, *ids: object) -> str:
    return make_link(purpose, *(str(one) for one in ids)).removeprefix(PUBLIC_URL)


def person_of(world: World, code: str) -> Person:
    person: Person = world.get(Person, world.get(Role, world.roles[code]).person_id)
    return person


def expire(monkeypatch: pytest.MonkeyPatch) -> None:
    for purpose in Purpose:
        monkeypatch.setitem(signed_link.VALID_FOR, purpose, timedelta(days=-1))


def written(world: World, mail: OutgoingMail) -> str:
    """The fresh link in a mail, as its reader gets it."""
    return str(values_of(mail, world.now)["fresh_link"]).removeprefix(PUBLIC_URL)


# --- fresh links ----------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", RENEWABLE)
def test_an_expired_link_is_renewed_by_mail_to_the_address_on_file(
    browser: TestClient, world: World, purpose: Purpose, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = path_of(purpose, world.roles["m1"]) + ".ics" if purpose is Purpose.network else world.path(purpose)
    with monkeypatch.context() as old:
        expire(old)
        assert browser.get(path).status_code == 404
        asked = browser.post(f"{path}?fresh=yes")
        assert browser.post(f"{path}?fresh=yes").text == asked.text
    assert asked.status_code == 200 and "En ny länk är på väg" in asked.text
    [mail] = world.mails()  # asked twice, mailed once a day
    assert (mail.template, mail.person_id) == (
        Template.fresh_link,
        person_of(world, "m3" if purpose is Purpose.organiser else "m1").id,
    )
    assert world.started == [OUTBOX]
    assert browser.get(written(world, mail)).status_code == 200


def test_whatever_is_wrong_with_a_link_asking_for_a_fresh_one_reads_the_same(
    browser: TestClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = world.path(Purpose.meeting)
    forged = ours[:-2] + ("A" if ours[-2] != "A" else "B") + ours[-1]  # the last sign alone may say the same
    paths = [forged, "/check-in/x", "/stop/å%00", path_of(Purpose.meeting, "m1")]
    paths += [path_of(Purpose.meeting, uuid4()), path_of(Purpose.stop, world.network, "m9"), path_of(Purpose.stop)]
    paths += [path_of(Purpose.my_data, uuid4()), path_of(Purpose.check_in, world.check_in)]
    replies = [browser.post(f"{path}?fresh=yes") for path in paths]
    assert not world.mails() and not world.started
    expire(monkeypatch)
    replies.append(browser.post(f"{ours}?fresh=yes"))
    assert len(world.mails()) == 1
    assert {(reply.status_code, reply.text) for reply in replies} == {(200, replies[0].text)}


@pytest.mark.parametrize(
    "gone", [{"erased_at": "now"}, {"protected_at": "now"}, {"email_status": EmailStatus.bounced}, {"email": None}]
)
def test_nobody_who_may_not_be_mailed_gets_a_fresh_link(
    browser: TestClient, world: World, gone: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = world.path(Purpose.meeting)
    values = {name: world.now if value == "now" else value for name, value in gone.items()}
    world.change(Person, person_of(world, "m1").id, **values)
    expire(monkeypatch)
    assert browser.post(f"{path}?fresh=yes").status_code == 200
    assert not world.mails()


def test_a_fresh_link_goes_to_nobody_who_has_left(browser: TestClient, world: World) -> None:
    paths = [world.path(purpose) for purpose in (Purpose.check_in, Purpose.meeting, Purpose.organiser)]
    for code in ("m1", "m3"):
        world.change(Role, world.roles[code], until=world.now.date())
    for path in paths:
        assert browser.get(path).status_code == 404
        browser.post(f"{path}?fresh=yes")
    assert not world.mails()


# --- revoked --------------------------------------------------------------------------------------


def test_a_new_contact_revokes_the_former_contacts_links(browser: TestClient, world: World) -> None:
    with engine.transaction() as session:
        contact = Role(
            network_id=world.network,
            person_id=person_of(world, "m1").id,
            kind=RoleKind.contact,
            code="m1",
            confirmed_at=world.now,
        )
        session.add(contact)
        session.flush()
        mailed = [path_of(Purpose.meeting, contact.id), path_of(Purpose.check_in, world.check_in, contact.id)]
    assert [browser.get(path).status_code for path in mailed] == [200, 200]
    with engine.transaction() as session:
        cause = Cause("test", Actor.staff, world.now)
        contacts.new_contact(session, session.get_one(Network, world.network), "m2", cause)
    assert [browser.get(path).status_code for path in mailed] == [404, 404]
    assert browser.post(mailed[1], data=ANSWER).status_code == 404
    browser.post(f"{mailed[0]}?fresh=yes")
    fresh = [mail for mail in world.mails() if mail.template == Template.fresh_link]
    assert browser.get(written(world, fresh[0])).status_code == 200, "they still organise, and may go on doing so"


def test_links_of_the_erased_and_of_an_old_key_open_nothing(
    browser: TestClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = {purpose: world.path(purpose) for purpose in LINKS}
    with monkeypatch.context() as changed:
        changed.setenv("LOTS_SECRET_KEY", "another secret for tests")
        settings.cache_clear()
        assert {browser.get(path).status_code for path in paths.values()} == {404}
    settings.cache_clear()
    for code in ("m1", "m3"):
        world.change(Person, person_of(world, code).id, erased_at=world.now)
    assert {browser.get(path).status_code for path in paths.values()} == {404}


def test_a_check_in_link_is_bound_to_its_reader_and_their_network(browser: TestClient, world: World) -> None:
    mine, other, not_yet = (path_of(Purpose.check_in, world.check_in, world.roles[one]) for one in ("m1", "m2", "m3"))
    assert len({mine, other}) == 2
    assert [browser.get(path).status_code for path in (mine, other, not_yet)] == [200, 200, 404]


@pytest.mark.parametrize("purpose", LINKS)
def test_no_person_stands_in_an_address(world: World, purpose: Purpose) -> None:
    held = json.dumps(read_link(purpose, world.path(purpose).split("/")[-1]))
    with engine.reading() as session:
        persons = session.exec(select(Person)).all()
    assert not [one for one in persons if str(one.id) in held or (one.name or "-") in held]


def test_links_are_signed_with_sha_256(world: World) -> None:
    signed, signature = (part := world.path(Purpose.meeting).rpartition("/")[2])[:-43], part[-43:]
    secret = hmac.digest(settings().secret_key.encode(), b"natverkslots link meeting", "sha256")
    told = f"{signed[:-6]}.{signed[-6:]}".encode()
    assert base64.urlsafe_b64decode(signature + "=") == hmac.digest(secret, told, "sha256")


# --- limits ---------------------------------------------------------------------------------------


def test_guessing_at_links_is_answered_shortly_and_shuts_nobody_out(browser: TestClient, world: World) -> None:
    limit = rate_limits.REFUSED_BY_ADDRESS.amount
    guesses = [browser.get(f"/check-in/{guess}") for guess in range(limit + 1)]
    assert [one.status_code for one in guesses] == [404] * limit + [429]
    reply = guesses[-1]
    assert words("sv")("problem.text_429") in reply.text
    assert reply.headers["Retry-After"] == "600" and "Content-Security-Policy" in reply.headers
    own = [world.path(purpose) for purpose in LINKS]
    own += [path_of(Purpose.our_network, world.roles["m1"]), path_of(Purpose.network, world.roles["m1"]) + ".ics"]
    assert {browser.get(path).status_code for path in (*own, "/", "/request", "/static/style.css")} == {200}
    assert browser.post(world.path(Purpose.check_in), data=ANSWER).status_code == 200


def test_an_office_full_of_old_links_may_ask_for_fresh_ones(
    browser: TestClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    expire(monkeypatch)
    old = [path_of(Purpose.meeting, uuid4()) for _ in range(rate_limits.REFUSED_BY_ADDRESS.amount + 5)]
    assert {browser.get(path).status_code for path in old} == {404}, "we signed them, if only once upon a time"
    assert browser.post(f"{old[-1]}?fresh=yes").status_code == 200


def test_a_program_that_asks_for_one_dead_link_again_and_again_is_answered_shortly_alone(
    browser: TestClient, world: World
) -> None:
    limit = rate_limits.REFUSED_BY_LINK.amount
    asked = [browser.get("/network/dead.ics").status_code for _ in range(limit + 1)]
    assert asked == [404] * limit + [429]
    assert browser.get("/network/another.ics").status_code == 404


def test_other_addresses_are_not_held_to_account(world: World) -> None:
    from deployments.web.app import create_app

    app = create_app(lambda: world.now, world.start)
    guesser = TestClient(app, PUBLIC_URL, client=("2001:db8:1:1::1", 1))
    for guess in range(rate_limits.REFUSED_BY_ADDRESS.amount):
        guesser.get(f"/stop/{guess}")
    neighbour = TestClient(app, PUBLIC_URL, client=("2001:db8:1:1:ffff::2", 1))
    hosts = ("2001:db8:1:2::1", "192.0.2.7", "::ffff:192.0.2.8")
    others = [TestClient(app, PUBLIC_URL, client=(host, 1)) for host in hosts]
    tried = [one.get("/stop/x").status_code for one in (guesser, neighbour, *others)]
    assert tried == [429, 429, 404, 404, 404]


def test_one_link_may_be_sent_in_so_often_and_others_go_on(
    browser: TestClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limits, "BY_LINK", parse("20 per hour"))
    path = world.path(Purpose.stop)
    assert [browser.post(path).status_code for _ in range(21)] == [200] * 20 + [429]
    assert browser.post(world.path(Purpose.check_in), data=POSTS[Purpose.check_in]).status_code == 200


def test_pages_without_a_link_may_be_sent_in_so_often_from_one_address(browser: TestClient, world: World) -> None:
    limit = rate_limits.SENT_BY_ADDRESS.amount
    sent = [browser.post("/request", data={}).status_code for _ in range(limit)]
    assert sent == [422] * limit
    assert browser.post("/check-in/x?fresh=yes").status_code == 429
    assert browser.get("/request").status_code == 200


def test_no_member_number_is_locked_and_one_mail_a_day_goes_however_often_it_is_typed(
    browser: TestClient, world: World
) -> None:
    for number in (AKE, "990101-99"):
        sent = [browser.post("/my-data", data={"member_number": number}) for _ in range(20)]
        assert {reply.status_code for reply in sent} == {200}
    assert len(world.mails()) == 1


def test_whoever_passes_a_limit_is_logged_once_and_not_by_address(
    browser: TestClient, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for guess in range(rate_limits.REFUSED_BY_ADDRESS.amount + 5):
        browser.get(f"/check-in/secret-{guess}")
    told = [one.getMessage() for one in caplog.records if one.name == "natverkslots.web"]
    assert len(told) == 1 and told[0].startswith("too many by one refused address (")
    assert "testclient" not in told[0] and "secret" not in told[0]
