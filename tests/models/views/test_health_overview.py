"""What a health check shows of all networks together, and of one alone."""

from datetime import date

from sqlmodel import Session

from models.db.engine import transaction
from models.health.advice import Advice
from models.health.assessment import assess, each_network
from models.networks.lifecycle import advance
from models.office.absence import record_absence
from models.office.staff import by_signature
from models.people.roles import roles_of
from models.settings import Settings
from models.stages.health_check import take_snapshots, warn_early
from models.tables.check_in import CheckIn
from models.tables.health import Level
from models.tables.network import Network, NetworkState
from models.tables.transition import Actor
from models.views.health_overview import distribution, most_urgent, moves, warned
from models.views.network_page import NetworkPage, network_page
from models.views.office_share import EVERY_STEP, OfficeShare, dependence
from tests.acts import ALONE, GOREL, MARIT, ORJAN, SHARED, ask, at, by, meet, network_in, network_of, talk

MET = ("2027-01-13", "2027-02-10", "2027-03-03", "2027-03-24")


def started(session: Session, *days: str, carriers: tuple[str, ...] = SHARED) -> Network:
    """A network that met on 2026-11-25 and on these days."""
    network = network_in(session)
    for day in days:
        meet(session, network, day, carriers=carriers)
    return network


def shown(session: Session, network: Network, day: str) -> NetworkPage:
    today = date.fromisoformat(day)
    health = {one.id: found for one, found in assess(session, [network], today)}
    return network_page(session, network, health.get(network.id), today)


def test_scores_are_counted_in_tenths_by_level_and_those_too_new_are_left_out(office: Settings) -> None:
    with transaction() as session:
        started(session, *MET, carriers=ALONE)
        network_of(session, MARIT, day="2027-03-24")
        found = take_snapshots(session, date(2027, 4, 1))
        counts = distribution(found)
    assert {level: sum(of_level) for level, of_level in counts.items()} == {"green": 0, "yellow": 1, "red": 0}
    [points] = [health.score for _, health in each_network(found) if health.score is not None]
    assert counts[Level.yellow].index(1) == points // 10


def test_a_move_is_told_from_the_last_snapshot_before_and_falls_come_first(office: Settings) -> None:
    with transaction() as session:
        falls, rises = started(session, *MET), network_of(session, GOREL, ORJAN, day="2026-11-25")
        assert moves(session, take_snapshots(session, date(2027, 4, 1)), date(2027, 4, 1)) == []
        for day in ("2027-04-14", "2027-05-12", "2027-06-09"):
            meet(session, rises, day, carriers=("m1", "m2", "m1", "m2", "m1"))
        found = take_snapshots(session, date(2027, 11, 1))
        first, last = moves(session, found, date(2027, 11, 1))
        assert (first.network_id, last.network_id) == (falls.id, rises.id)
        assert (first.since, first.by < 0 < last.by, first.fell_a_level) == (date(2027, 4, 1), True, True)
        urgent = most_urgent(session, found, [first, last], set(), 1)
        assert [network.id for network, _ in urgent] == [falls.id]


def test_early_warnings_that_nobody_has_ended_are_shown_with_their_cause(office: Settings) -> None:
    with transaction() as session:
        network = started(session, *MET)
        warn_early(session, take_snapshots(session, date(2027, 5, 25)), at("2027-05-25"))
        session.flush()
        assert [(one.id, cause) for one, cause in warned(session)] == [(network.id, "nothing_booked:2027-03-24")]


def test_the_offices_share_is_counted_by_quarter_and_by_the_step_that_the_network_stood_on(office: Settings) -> None:
    two_by_the_office = ("m1", "office", "m1", "m2", "office")
    with transaction() as session:
        network = started(session, "2027-01-13", carriers=two_by_the_office)
        advance(session, network, NetworkState.sharing, by(Actor.rule, "2027-02-22"))
        meet(session, network, "2027-03-24", carriers=("m1", "office", "m1", "m2", "m1"))
        session.flush()
        assert dependence(session, date(2027, 4, 1)) == [
            OfficeShare("2026Q4", EVERY_STEP, 0, 5),
            OfficeShare("2026Q4", 1, 0, 5),
            OfficeShare("2027Q1", EVERY_STEP, 3, 10),
            OfficeShare("2027Q1", 1, 2, 5),
            OfficeShare("2027Q1", 2, 1, 5),
        ]
        # What lies after the day is not known yet, and what lies far back is not shown any more.
        assert [one.quarter for one in dependence(session, date(2026, 12, 31))] == ["2026Q4", "2026Q4"]
        assert dependence(session, date(2030, 1, 1)) == []


def test_an_office_without_meetings_depends_on_nothing(office: Settings) -> None:
    with transaction() as session:
        assert dependence(session, date(2027, 4, 1)) == []


def test_a_networks_page_tells_its_life_its_ladder_and_what_would_help(office: Settings) -> None:
    with transaction() as session:
        network = started(session, *MET, carriers=ALONE)
        person = roles_of(session, network.id)[0].person_id
        session.add(CheckIn(network_id=network.id, person_id=person, sent_on=date(2027, 2, 2)))
        take_snapshots(session, date(2027, 4, 1))
        session.flush()
        told = shown(session, network, "2027-04-01")
    assert [one.state for one in told.spans] == [NetworkState.planned, NetworkState.starting]
    assert told.spans[-1].ends == told.today
    assert [(one.on, one.led) for one in told.meetings] == [
        (date.fromisoformat(day), True) for day in ("2026-11-25", *MET)
    ]
    assert [(one.on, one.motivation) for one in told.check_ins] == [(date(2027, 2, 2), None)]
    assert [one.on for one in told.scores] == [date(2027, 4, 1)]
    ways = {part.name: part.way for part in told.parts}
    assert (ways["B"], ways["F"]) == (Advice.one_more, Advice.answer)
    rungs = [(rung.step, rung.office_duties, rung.reached is not None, rung.latest) for rung in told.ladder]
    assert rungs == [
        (1, 3, True, None),
        (2, 2, False, date(2027, 3, 16)),
        (3, 1, False, date(2027, 6, 14)),
        (4, 0, False, date(2027, 8, 25)),
    ]


def test_a_page_shows_nothing_of_what_came_later(office: Settings) -> None:
    with transaction() as session:
        network = started(session, "2027-01-13", "2027-03-24")
        told = shown(session, network, "2027-02-01")
    assert [str(one.on) for one in told.meetings] == ["2026-11-25", "2027-01-13"]


def test_a_network_that_has_not_met_has_a_page_without_a_score(office: Settings) -> None:
    with transaction() as session:
        network = talk(session, ask(session))
        assert network
        told = shown(session, network, "2026-11-20")
    assert (told.health, told.parts, told.meetings, told.scores) == (None, [], [], [])
    assert [one.state for one in told.spans] == [NetworkState.planned]
    assert [rung.latest for rung in told.ladder] == [None] * 4


def test_a_networks_page_knows_by_whose_signature_a_talk_would_be_written_down_that_day(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        asj, mla = by_signature(session, "asj", ""), by_signature(session, "mla", "")
        record_absence(session, asj, date(2027, 2, 1), date(2027, 2, 7), mla)
        record_absence(session, asj, date(2027, 3, 1), date(2027, 3, 7), None)
        days = ("2027-01-31", "2027-02-01", "2027-03-01")
        assert [shown(session, network, day).signature for day in days] == ["asj", "mla", ""]
