"""Granting: within the menu, the network's first year and its support; by somebody who is there."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from sqlmodel import Session, select

from models.db.engine import transaction
from models.errors import CapacityExceeded, UserError
from models.forms.needs_talk import GrantLine
from models.office.absence import record_absence
from models.office.staff import by_signature
from models.settings import Settings
from models.stages.capacity import give_step_four_hour, grant_for
from models.support.grants import check_lines, grant_line
from models.support.ledger import book_hours, hours_left
from models.support.network_hours import first_year_hours
from models.support.quarter_end import release_ended
from models.tables.network import Network, NetworkState
from models.tables.office import Intervention, InterventionKind, Staff
from models.tables.request import RequestState, SupportRequest
from models.tables.support import CapacityEntry, EntryKind, GrantStatus, Item, SupportGrant, SupportTime
from models.tables.transition import Actor
from tests import acts
from tests.acts import AKE, GOREL, all_open, ask, at, by, meet, network_in, say_yes, step_down, talk

DAY = date(2026, 12, 1)


def line(item: str = "send_out", **changes: object) -> GrantLine:
    return acts.grant_line(item, **({"from_on": "2026-12-01"} | changes))  # type: ignore[arg-type]


def give(session: Session, network: Network, *lines: GrantLine) -> None:
    check_lines(session, lines, DAY, network)
    for one in lines:
        grant_line(session, network, one, by(Actor.staff, DAY))


def test_the_menus_caps_count_all_that_the_network_ever_got(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session, grants=[acts.grant_line("grant_money", sek=3000)])
        give(session, network, line("grant_money"))
        with pytest.raises(UserError, match="Stöd Bidrag till en träff: högst 2 gånger per nätverk"):
            give(session, network, line("grant_money"))


def test_twenty_hours_in_the_first_year_count_what_was_granted_before(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session, grants=[acts.grant_line("negotiator_at_meeting")] * 2)
        give(session, network, line("sounding_board"), line("sounding_board"), line("speaker"))
        with pytest.raises(UserError, match=r"Beviljat stöd: 21,5 timmar är mer än 20 första året"):
            give(session, network, line("send_out"))
        give(session, network, line("starter_kit"))


def test_support_ends_at_most_twelve_months_after_kickoff(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session, "2026-11-25")
        give(session, network, line("speaker", to_on="2027-11-25"))
        with pytest.raises(UserError, match="Stöd Hjälp att hitta talare: senast till 2027-11-25"):
            give(session, network, line("speaker", to_on="2027-11-26"))


def test_nothing_is_granted_from_the_day_the_networks_support_ends(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session, "2026-11-25")
        late = line("speaker", from_on="2027-08-25", to_on="2027-09-01")
        with pytest.raises(UserError, match="stödet till nätverk #1 är slut den dagen"):
            give(session, network, late)
        step_down(session, "2027-08-30")
        assert network.state == NetworkState.independent
        with pytest.raises(UserError, match="är slut den dagen"):
            give(session, network, line("speaker"))


def test_a_stand_in_gives_what_the_absent_one_was_to_give(office: Settings) -> None:
    with transaction() as session:
        asj, gol = by_signature(session, "asj", ""), by_signature(session, "gol", "")
        record_absence(session, asj, date(2026, 11, 6), date(2026, 11, 30), gol)
        talk(session, ask(session), grants=[acts.grant_line("send_out", from_on="2026-11-10", to_on="2026-12-01")])
        assert session.exec(select(SupportGrant.staff_id)).all() == [gol.id]
        assert hours_left(session, asj.id, "2026Q4") == 23


def test_what_an_absent_one_was_to_give_waits_when_nobody_stands_in_but_the_free_items_do_not(
    office: Settings,
) -> None:
    with transaction() as session:
        asj = by_signature(session, "asj", "")
        record_absence(session, asj, date(2026, 11, 5), date(2026, 11, 30), None)
        request = ask(session, co_organisers="")
        assert talk(session, request) is None and request.state == RequestState.waiting
        assert talk(session, request, grants=[acts.grant_line("starter_kit"), acts.grant_line("digital_room")])


@pytest.mark.parametrize("item", ["starter_kit", "digital_room"])
def test_free_items_cannot_be_given_hours(item: str) -> None:
    assert "högst 0 timmar" in acts.grant_line(item, hours=1).problems(DAY)[0]


def test_hours_too_few_for_the_ledger_are_refused_and_not_taken_for_none() -> None:
    assert acts.grant_line("negotiator_at_meeting", hours=0.004).problems(DAY) == [
        "Stöd Förhandlare på en träff: minst 0,01 timmar, eller 0 som i stödmenyn."
    ]
    assert acts.grant_line("negotiator_at_meeting", hours=0.01).problems(DAY) == []


def test_an_independent_network_gets_one_hour_a_quarter_and_no_second(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session, "2026-11-25")
        gol = by_signature(session, "gol", "")
        cause = by(Actor.staff, "2027-09-01")
        with pytest.raises(UserError, match="#1 har läget «startar»"):
            give_step_four_hour(session, network, gol, date(2027, 9, 1), cause)
        step_down(session, "2027-08-30")
        given = [give_step_four_hour(session, network, gol, date(2027, 9, 1), cause) for _ in range(2)]
        assert given == [True, False]
        assert hours_left(session, gol.id, "2027Q3") == 23
        with pytest.raises(UserError, match="har redan fått sin timme 2027Q3"):
            give_step_four_hour(session, network, gol, date(2027, 9, 2), cause)
        assert give_step_four_hour(session, network, gol, date(2027, 10, 1), by(Actor.staff, "2027-10-01"))
        assert [one.quarter for one in _booked_without_a_grant(session, gol)] == ["2027Q3", "2027Q4"]
        [wish, _] = session.exec(select(Intervention).where(Intervention.kind == InterventionKind.wish)).all()
        assert (wish.owner, wish.ended_by) == (gol.id, by_signature(session, "asj", "").id)  # who gave, and who signed


def _booked_without_a_grant(session: Session, staff: Staff) -> list[CapacityEntry]:
    lines = select(CapacityEntry).where(CapacityEntry.staff_id == staff.id, CapacityEntry.kind == EntryKind.used)
    return [one for one in session.exec(lines) if one.grant_id is None]


def test_the_hour_a_quarter_is_booked_without_a_grant_and_takes_nothing_of_the_networks_first_year(
    office: Settings,
) -> None:
    with transaction() as session:
        network = network_in(session, "2026-11-25")
        step_down(session, "2027-08-30")
        grants, hours = session.exec(select(SupportGrant.id)).all(), first_year_hours(session, network)
        gol, day = by_signature(session, "gol", ""), date(2027, 9, 1)
        give_step_four_hour(session, network, gol, day, by(Actor.staff, day))
        [line] = _booked_without_a_grant(session, gol)
        assert (line.hours, line.quarter) == (Decimal(-1), "2027Q3")
        assert session.exec(select(SupportGrant.id)).all() == grants
        assert first_year_hours(session, network) == hours
        assert [one.kind for one, _ in all_open(session)] == ["handover_talk"]  # the hour leaves nothing to do


def test_the_hour_a_quarter_is_within_the_ledger_too(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session, "2026-11-25")
        gol, day = by_signature(session, "gol", ""), date(2027, 9, 1)
        step_down(session, "2027-08-30")
        book_hours(session, gol, day, Decimal("23.5"), EntryKind.used, at(day))
        with pytest.raises(CapacityExceeded):
            give_step_four_hour(session, network, gol, day, by(Actor.staff, day))


def test_hours_go_to_the_first_grant_that_is_not_used_up(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session, grants=[acts.grant_line("negotiator_at_meeting")] * 2)
        first = grant_for(session, network, Item.negotiator_at_meeting, DAY, Decimal(6))
        assert first.occasion == 1
        first.status = GrantStatus.used
        session.add(first)
        assert grant_for(session, network, Item.negotiator_at_meeting, DAY, Decimal(6)).occasion == 2
        session.add(SupportTime(grant_id=first.id, on=DAY, hours=Decimal(6)))
        assert grant_for(session, network, Item.negotiator_at_meeting, DAY, Decimal(6)).occasion == 1
        with pytest.raises(UserError, match="Stöd: Hjälp att hitta talare är inte beviljat nätverk #1"):
            grant_for(session, network, Item.speaker, DAY, Decimal(6))


def test_of_two_concurrent_grants_for_the_last_hours_exactly_one_succeeds_and_the_other_waits(
    office: Settings,
) -> None:
    with transaction() as session:
        asj = by_signature(session, "asj", "")
        for who in (AKE, GOREL):
            request = ask(session, member_number=who, co_organisers="")
            request.talk_at, request.state = at("2026-11-05"), RequestState.talking
        book_hours(session, asj, date(2026, 11, 5), Decimal(18), EntryKind.used, at("2026-11-05"))
    together = Barrier(2)

    def decide(number: int) -> str:
        with transaction() as session:
            request = session.exec(select(SupportRequest).where(SupportRequest.number == number)).one()
            session.rollback()  # the SQLite lock is taken when the transaction begins: both begin together
            together.wait()
            request = session.exec(select(SupportRequest).where(SupportRequest.number == number)).one()
            talk(session, request, grants=[acts.grant_line("negotiator_at_meeting", to_on="2026-12-31")])
            return request.state

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(decide, (1, 2))) == ["granted", "waiting"]
    with transaction() as session:
        assert hours_left(session, asj.id, "2026Q4") == 0
        assert len(session.exec(select(Network)).all()) == 1


def test_what_costs_no_hours_is_always_to_be_had_and_gives_a_network_without_support_none(office: Settings) -> None:
    with transaction() as session:
        kit = acts.grant_line("starter_kit", from_on="2026-11-05", to_on="2027-07-31")
        network = talk(session, ask(session, without_support=True), grants=[kit])
        assert network and network.without_support
        say_yes(session, network)
        meet(session, network, "2026-11-25")
        assert network.state == NetworkState.independent
        room = acts.grant_line("digital_room", from_on="2027-02-01", to_on="2027-06-30")
        check_lines(session, [room], date(2027, 1, 11), network)
        with pytest.raises(UserError, match="stödet till nätverk #1 är slut"):
            check_lines(session, [acts.grant_line("speaker", from_on="2027-02-01")], date(2027, 1, 11), network)


def test_what_ended_unused_counts_neither_towards_the_hours_of_the_year_nor_the_times_of_an_item(
    office: Settings,
) -> None:
    with transaction() as session:
        visit = acts.grant_line("negotiator_at_meeting", from_on="2026-11-10", to_on="2026-11-30")
        network = talk(session, ask(session), grants=[visit, visit])
        assert network and first_year_hours(session, network) == 12
        with pytest.raises(UserError, match="högst 2 gånger"):
            check_lines(session, [visit], date(2026, 11, 6), network)
        release_ended(session, date(2027, 1, 1), at("2027-01-01"))
        assert first_year_hours(session, network) == 0
        check_lines(
            session, [acts.grant_line("negotiator_at_meeting", from_on="2027-01-11")], date(2027, 1, 11), network
        )
