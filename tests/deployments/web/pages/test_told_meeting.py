"""A meeting that was told of already, on `/meeting/{token}`: what was told stands there, to be put right."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from models.people.signed_link import Purpose
from models.tables.meeting import Meeting, MeetingStatus
from models.tables.network import Role
from tests.deployments.browsing import REPORT, Page, typed_in
from tests.deployments.conftest import World
from tests.deployments.web.pages.test_meeting import duties_of, partners, tellings

pytestmark = pytest.mark.each_database
CORRECT = "?status=held&on=2027-03-01"


def test_an_earlier_report_can_be_corrected_and_both_are_kept(browser: TestClient, world: World) -> None:
    browser.post(world.path(Purpose.meeting), data=REPORT)
    world.now += timedelta(days=5)
    browser.post(world.path(Purpose.meeting), data=REPORT | {"attended": "11", "host": "office"})
    held, _ = sorted(world.meetings(), key=lambda one: one.starts_at)
    assert held.attended == 11 and duties_of(held)["host"] == "office"
    assert [one.attended for one in tellings()] == [9, 11]


def test_all_that_was_told_stands_in_the_form_so_that_one_number_is_put_right_by_one(
    browser: TestClient, world: World
) -> None:
    browser.post(world.path(Purpose.meeting), data=REPORT | {"next_on": ""})
    before, companies = world.get(Meeting, world.meetings()[0].id), partners()
    opened = typed_in(browser.get(world.path(Purpose.meeting) + CORRECT).text)
    assert browser.post(world.path(Purpose.meeting), data=opened | {"attended": "11"}).status_code == 200
    [held] = world.meetings()
    for name in ("non_members", "branches", "companies", "form", "starts_at"):
        assert getattr(held, name) == getattr(before, name), name
    assert held.attended == 11 and duties_of(held) == duties_of(before) and partners() == companies


def test_what_was_left_out_is_not_known_and_who_carries_the_network_no_more_is_named_by_nobody(
    browser: TestClient, world: World
) -> None:
    brief = {"status": "held", "on": "2027-03-01", "attended": "70", "large": "yes", "brief": "yes"}
    browser.post(world.path(Purpose.meeting), data=brief)
    opened = typed_in(browser.get(world.path(Purpose.meeting) + CORRECT).text)
    assert (opened["attended"], opened["large"], opened["branches"], opened["host"]) == ("70", "yes", "", "")
    browser.post(world.path(Purpose.meeting), data=REPORT)
    world.change(Role, world.roles["m2"], until=world.now.date())
    opened = typed_in(browser.get(world.path(Purpose.meeting) + CORRECT).text)
    assert (opened["host"], opened["lead"], opened["follow_up"]) == ("", "m1", "office")


@pytest.mark.parametrize("status", [MeetingStatus.planned, MeetingStatus.cancelled])
def test_of_a_meeting_that_was_not_held_nothing_is_filled_in(
    browser: TestClient, world: World, status: MeetingStatus
) -> None:
    world.plan(world.now.replace(day=1), status=status)
    page = Page(browser.get(world.path(Purpose.meeting) + CORRECT).text)
    assert page.field("attended")["value"] == ""
