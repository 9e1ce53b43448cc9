"""Whoever wants no reminders says so with one click, their own or their mail program's; decisions still come."""

from datetime import timedelta

import pytest
from sqlmodel import col, select
from starlette.testclient import TestClient

from models.db import engine
from models.mail import suppression
from models.people.signed_link import Purpose
from models.tables.mail import OutgoingMail, Template
from models.tables.network import Role
from models.tables.person import Person
from tests.deployments.browsing import Page
from tests.deployments.conftest import World

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def reader(world: World) -> Person:
    with engine.reading() as session:
        role = session.exec(select(Role).where(col(Role.network_id) == world.network, col(Role.code) == "m1")).first()
        assert role
        return session.get_one(Person, role.person_id)


def test_opening_the_link_changes_nothing_and_says_what_it_means(browser: TestClient, world: World) -> None:
    before = world.rows()
    text = Page(browser.get(world.path(Purpose.stop)).text).text
    assert "Beslut, ändringar och svar på det du själv frågar om får du ändå" in text
    assert world.rows() == before


def test_one_press_stops_reminders_and_another_brings_them_back(browser: TestClient, world: World) -> None:
    path = world.path(Purpose.stop)
    assert "Inga fler påminnelser" in browser.post(path).text
    assert reader(world).reminders_stopped_at == world.now
    world.now += timedelta(days=1)
    browser.post(path)
    assert reader(world).reminders_stopped_at == world.now - timedelta(days=1), "the first time counts"
    assert "Vill du ha dem igen?" in browser.get(path).text
    assert "Välkommen tillbaka" in browser.post(path, data={"again": "yes"}).text
    assert reader(world).reminders_stopped_at is None


@pytest.mark.parametrize("how", ["urlencoded", "multipart"])
def test_a_mail_programs_own_button_works_in_both_forms_that_rfc_8058_allows(
    browser: TestClient, world: World, how: str
) -> None:
    path = world.path(Purpose.stop)
    if how == "urlencoded":
        reply = browser.post(path, data=ONE_CLICK)
    else:
        reply = browser.post(path, files={name: (None, value) for name, value in ONE_CLICK.items()})
    assert reply.status_code == 200
    assert reader(world).reminders_stopped_at


@pytest.mark.parametrize("template", list(Template))
def test_only_reminders_stop(world: World, template: Template) -> None:
    person = reader(world).model_copy(update={"reminders_stopped_at": world.now})
    mail = OutgoingMail(
        template=template,
        person_id=person.id,
        idempotency_key="",
        context="",
        created_at=world.now,
        not_before=world.now,
    )
    asks_again = {"first-meeting", "check-in", "check-in-reminder", "second-organiser", "kickoff-checklist"}
    assert suppression.is_unsubscribed(mail, person) == (template in asks_again | {"still-planned", "wake"})
