"""The work list as it is read: a row a network or request, what is new or due today first, then each one's own."""

from models.db.engine import transaction
from models.office.interventions import open_once
from models.office.staff import by_signature
from models.settings import Settings
from models.stages.work_list import what_waits
from models.tables.office import InterventionKind
from models.views.work_row import WorkRow, collected, in_reading_order
from tests.acts import GOREL, ORJAN, ask, at, network_in, network_of


def told(row: WorkRow) -> tuple[str, list[str]]:
    return row.things[0].page.rpartition("/staff/")[2], [str(one.what) for one in row.things]


def test_a_network_has_one_row_with_all_its_matters_and_a_request_of_the_same_number_its_own(office: Settings) -> None:
    with transaction() as session:
        ask(session, "2026-11-02", member_number=GOREL, need="Vi också.")
        network = network_in(session)
        assert network.number == 1
        open_once(session, network, InterventionKind.health_talk, "b", at("2027-02-01"))
        open_once(session, network, InterventionKind.wish, "a", at("2027-01-04"))
        session.flush()
        rows = collected(what_waits(session, at("2027-02-26")))
        assert sorted(map(told, rows)) == [("network/1", ["wish", "health_talk"]), ("request/1", ["talk"])]


def test_what_came_since_the_working_day_before_or_is_due_today_stands_before_what_is_long_overdue(
    office: Settings,
) -> None:
    with transaction() as session:
        open_once(session, network_in(session), InterventionKind.wish, "a", at("2026-12-01"))
        friday = ask(session, "2027-02-05", member_number=GOREL, need="Vi också.")
        session.flush()
        for day, first in (("2027-02-08", "talk"), ("2027-02-09", "wish"), (friday.talk_due, "talk")):
            assert in_reading_order(collected(what_waits(session, at(day))))[0].things[0].what == first, day


def test_the_rest_stands_by_signature_with_what_is_overdue_first(office: Settings) -> None:
    with transaction() as session:
        networks = [network_in(session), network_of(session, ORJAN), network_of(session, GOREL, place="Kiruna")]
        for network, signature, day in zip(networks, ("gol", "asj", "asj"), ("12-01", "11-30", "12-03"), strict=True):
            network.negotiator = by_signature(session, signature, "").id
            open_once(session, network, InterventionKind.wish, "a", at(f"2026-{day}"))
        session.flush()
        rows = in_reading_order(collected(what_waits(session, at("2026-12-16"))))
        assert [(row.whose, row.overdue, row.things[0].subject) for row in rows] == [
            ("asj", True, "Umeå · ort · #2"),
            ("asj", False, "Kiruna · ort · #3"),
            ("gol", True, "Luleå · ort · #1"),
        ]
