"""How is Norrbotten? Regions' pages answer in figures, to everybody who is signed in, and name nobody (section 13)."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from models.db.engine import reading, transaction
from models.office.interventions import open_once
from models.stages.health_check import take_snapshots
from models.tables.office import InterventionKind
from models.tables.request import SupportRequest
from models.views.region_page import RegionPage, region_page
from tests.acts import GOREL, MARIT, ORJAN, SHARED, ask, at, meet, network_in, network_of, talk
from tests.deployments.web.staff.conftest import Desk

pytestmark = pytest.mark.each_database
OFFICE_LEADS = ("m1", "m2", "m3", "office", "m2")


@pytest.fixture(autouse=True)
def a_year_in_norrbotten(desk: Desk) -> None:
    """A network that met four times and was helped once, one request that waits, and one that is a day late."""
    with transaction() as session:
        network = network_in(session)
        meet(session, network, "2027-01-20", carriers=OFFICE_LEADS)
        for day in ("2027-03-17", "2027-05-12"):
            meet(session, network, day, carriers=SHARED)
        open_once(session, network, InterventionKind.wish, "a", at("2027-05-12"))
        for day in ("2026-11-30", "2027-02-01", "2027-02-15", "2027-06-01"):
            take_snapshots(session, date.fromisoformat(day))
        waits = ask(session, "2027-05-03", member_number=GOREL, co_organisers="", need="Något annat.", nature="role")
        talk(session, waits, "2027-05-13", decision="wait")
        ask(session, "2027-06-01", member_number=ORJAN, co_organisers="", place="Kiruna", municipality="Kiruna")
    desk.on("2027-06-10")


def norrbotten(day: str = "2027-06-10") -> RegionPage:
    with reading() as session:
        found = region_page(session, "25", date.fromisoformat(day))
        assert found
        return found


def test_health_is_that_of_each_months_last_check_and_of_this_region(desk: Desk) -> None:
    trend = [(str(on), {level.value: count for level, count in levels.items()}) for on, levels in norrbotten().health]
    assert [on for on, _ in trend] == ["2026-11-30", "2027-02-15", "2027-06-01"]
    assert trend[0][1] == {"not_assessed": 1} and trend[-1][1] == {"green": 1}
    assert [str(on) for on, _ in norrbotten("2028-03-01").health] == ["2027-06-01"]


def test_days_to_talk_and_answer_are_medians_of_the_last_twelve_months(desk: Desk) -> None:
    found = norrbotten()
    assert (found.to_talk, found.to_answer) == (6.5, 6.5), "3 and 10 days; the third has no talk yet"
    assert {state.value: count for state, count in found.requests.items()} == {
        "granted": 1,
        "waiting": 1,
        "received": 1,
    }
    later = norrbotten("2027-12-01")
    assert later.to_talk == 10 and later.requests.get("waiting") == 1  # type: ignore[call-overload]


def test_a_talk_held_before_the_request_was_written_down_took_no_days(desk: Desk) -> None:
    with transaction() as session:
        for asked in session.exec(select(SupportRequest)):
            asked.talk_at = asked.received_at - timedelta(days=4)
            session.add(asked)
    assert norrbotten().to_talk == 0


def test_hours_are_told_for_this_quarter_and_the_next(desk: Desk) -> None:
    [(signature, quarters)] = norrbotten("2026-12-01").hours
    assert signature == "asj" and [one.quarter for one in quarters] == ["2026Q4", "2027Q1"]
    assert [(float(one.taken), float(one.left)) for one in quarters] == [(2.5, 21.5), (0, 24)]
    assert all(one.taken + one.left == one.budget for one in quarters)


def test_support_that_ends_stands_there_in_its_quarter(desk: Desk) -> None:
    assert [one.number for one in norrbotten("2027-08-01").endings] == [1]
    assert norrbotten("2027-06-30").endings == []


def test_what_the_office_carries_is_counted_by_quarter_and_what_waits_by_its_hours(desk: Desk) -> None:
    with transaction() as session:
        network_of(session, MARIT)  # in Umeå, which is another region
    found = norrbotten()
    assert [(one.quarter, one.office, one.recorded) for one in found.share] == [
        ("2026Q4", 0, 5), ("2027Q1", 1, 10), ("2027Q2", 0, 5),
    ]  # fmt: skip
    assert found.waiting == 1 and found.hours_waited_for > 0 and found.waiting_since == at("2027-05-13")


def test_the_page_answers_in_one_place_and_leads_to_what_is_late(desk: Desk) -> None:
    desk.sign_in("las")
    page = desk.get("/staff/region/25")
    for told in ("Norrbottens län", "1 aktiva nätverk", "<svg", "önskan om hjälp", "2027Q2", "1 i kön behöver"):
        assert told in page
    late = page.split('id="late"')[1].split("</section>")[0]
    assert 'href="/staff/request/3"' in late and 'href="/staff/request/2"' not in late
    other = desk.get("/staff/region/14")
    assert "Ingenting är försenat" in other and "Luleå" not in other


@pytest.mark.parametrize("who", ["las", "asj", "gol", "mla", "dpo"])
def test_every_role_sees_the_figures_and_no_person(desk: Desk, who: str) -> None:
    desk.sign_in(who)
    for path in ("/staff/region", "/staff/region/25"):
        page = desk.get(path)
        assert "Norrbottens län" in page
        assert not [name for name in ("Åke", "Öhman", "Görel", "Örjan", "800101") if name in page]
    desk.get("/staff/region/99", 404)


def test_nobody_who_is_not_signed_in_sees_them(desk: Desk) -> None:
    for path in ("/staff/region", "/staff/region/25", "/staff/region/99"):
        assert "Norrbotten" not in desk.get(path, 403)


def test_the_list_of_regions_tells_each_ones_own(desk: Desk) -> None:
    desk.sign_in("las")
    page = desk.get("/staff/region")
    row = page.split("/staff/region/25")[1].split("</tr>")[0]
    assert row.count(">1<") == 3 and ">2<" in row, "one network, which is green; two open requests, one in the queue"
    assert ">0<" in page.split("/staff/region/14")[1].split("</tr>")[0]
