"""What has an occasion stands whole in one quarter, and follows when it is used, or may be used, in another."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from sqlmodel import Session, select

from models.db.engine import reading, transaction
from models.errors import CapacityExceeded, UserError
from models.office.menu import MENU
from models.office.policy import DEFAULTS
from models.office.staff import by_signature
from models.settings import Settings
from models.support.grants import check_lines
from models.support.ledger import book_hours, end_grants, hours_left, reserved, set_budget, use_hours
from models.support.network_hours import first_year_hours
from models.support.quarter_end import release_ended
from models.tables.network import Network
from models.tables.office import Staff
from models.tables.support import CapacityEntry, EntryKind, GrantStatus, Item, SupportGrant
from models.views.invariants import broken
from tests.acts import ask, at, grant_line, talk

NOW = at("2027-01-11")
WHOLE = DEFAULTS.quarter_hours
TALK = Decimal(1)


def asj(session: Session) -> Staff:
    return by_signature(session, "asj", "")


def granted(session: Session, item: str = "negotiator_at_meeting", to_on: str = "2027-03-31") -> SupportGrant:
    """What asj is to give a network from 5 November 2026 on, after an hour's talk that day."""
    talk(session, ask(session), grants=[grant_line(item, to_on=to_on)])
    return session.exec(select(SupportGrant)).one()


def left(session: Session, *quarters: str) -> list[Decimal]:
    return [hours_left(session, asj(session).id, one) for one in quarters]


def held(session: Session, grant: SupportGrant) -> list[tuple[str, Decimal]]:
    return [(name, hours) for _, name, hours in reserved(session, grant.id)]


@pytest.mark.parametrize("item", [item for item, line in MENU.items() if line.hours and not line.runs])
def test_what_has_an_occasion_is_reserved_whole_in_the_quarter_where_it_begins(office: Settings, item: Item) -> None:
    with transaction() as session:
        grant = granted(session, item)
        assert held(session, grant) == [("2026Q4", MENU[item].hours)]
        assert left(session, "2027Q1") == [WHOLE]


@pytest.mark.parametrize("item", ["sounding_board", "grant_money"])
def test_what_runs_over_a_quarters_end_is_split_by_its_days(office: Settings, item: str) -> None:
    with transaction() as session:
        grant = granted(session, item)
        assert [name for name, _ in held(session, grant)] == ["2026Q4", "2027Q1"]
        assert sum(hours for _, hours in held(session, grant)) == grant.hours


def test_a_visit_made_in_the_next_quarter_is_taken_from_that_and_given_back_to_the_first(office: Settings) -> None:
    with transaction() as session:
        grant = granted(session)
        assert left(session, "2026Q4", "2027Q1") == [WHOLE - TALK - 6, WHOLE]
        assert use_hours(session, grant, date(2027, 1, 10), Decimal(6), NOW)
        assert left(session, "2026Q4", "2027Q1") == [WHOLE - TALK, WHOLE - 6]
        assert (grant.status, held(session, grant)) == (GrantStatus.used, [])


def test_of_a_visit_in_two_parts_what_is_left_stays_where_it_stands(office: Settings) -> None:
    with transaction() as session:
        grant = granted(session)
        use_hours(session, grant, date(2027, 1, 10), Decimal(4), NOW)
        assert held(session, grant) == [("2026Q4", Decimal(2))]
        assert left(session, "2026Q4", "2027Q1") == [WHOLE - TALK - 2, WHOLE - 4]
        use_hours(session, grant, date(2026, 12, 10), Decimal(3), NOW)
        assert (held(session, grant), left(session, "2026Q4")) == ([], [WHOLE - TALK - 3])


def test_what_runs_takes_no_hours_of_another_quarter_with_it(office: Settings) -> None:
    with transaction() as session:
        grant = granted(session, "sounding_board")
        [(_, first), (_, second)] = held(session, grant)
        use_hours(session, grant, date(2027, 1, 10), second + Decimal("0.5"), NOW)
        assert held(session, grant) == [("2026Q4", first)]


def test_a_visit_in_a_quarter_without_room_is_refused_and_whoever_tells_it_learns_what_to_do(office: Settings) -> None:
    with transaction() as session:
        grant = granted(session)
        book_hours(session, asj(session), date(2027, 1, 5), WHOLE - 2, EntryKind.used, NOW)
        lines = len(session.exec(select(CapacityEntry)).all())
        with pytest.raises(CapacityExceeded, match=r"asj har 2 timmar kvar 2027Q1 och det behövs 6") as refused:
            use_hours(session, grant, date(2027, 1, 10), Decimal(6), NOW)
        assert "Ge kvartalet fler timmar (Timmar för ett kvartal) och skriv det här en gång till" in str(refused.value)
        assert (len(session.exec(select(CapacityEntry)).all()), grant.status) == (lines, GrantStatus.granted)
        set_budget(session, asj(session), "2027Q1", WHOLE + 4, NOW)
        assert use_hours(session, grant, date(2027, 1, 10), Decimal(6), NOW)


# --- at a quarter's end ---------------------------------------------------------------------------


def test_a_visit_not_made_yet_keeps_its_hours_over_a_quarters_end(office: Settings) -> None:
    with transaction() as session:
        grant = granted(session)
        assert [release_ended(session, date(2027, 1, 1), NOW) for _ in range(2)] == [1, 0]
        assert held(session, grant) == [("2027Q1", Decimal(6))]
        assert left(session, "2026Q4", "2027Q1") == [WHOLE - TALK, WHOLE - 6]
        assert grant.status == GrantStatus.granted


def test_a_visit_that_the_new_quarter_has_no_room_for_gives_its_hours_back_and_takes_what_is_free_when_it_is_made(
    office: Settings,
) -> None:
    with transaction() as session:
        grant = granted(session)
        book_hours(session, asj(session), date(2027, 1, 1), WHOLE - 5, EntryKind.used, NOW)
        assert release_ended(session, date(2027, 1, 1), NOW) == 1
        assert (held(session, grant), grant.status) == ([], GrantStatus.granted)
        assert left(session, "2026Q4", "2027Q1") == [WHOLE - TALK, Decimal(5)]
        assert use_hours(session, grant, date(2027, 1, 10), Decimal(5), NOW)


def test_of_two_visits_the_one_that_began_first_takes_the_room_of_the_new_quarter(office: Settings) -> None:
    with transaction() as session:
        lines = [
            grant_line("negotiator_at_meeting", from_on=day, to_on="2027-03-31") for day in ("2026-12-05", "2026-11-06")
        ]
        talk(session, ask(session), grants=lines)
        book_hours(session, asj(session), date(2027, 1, 1), WHOLE - 8, EntryKind.used, NOW)
        release_ended(session, date(2027, 1, 1), NOW)
        kept = {grant.from_on: held(session, grant) for grant in session.exec(select(SupportGrant))}
        assert kept == {date(2026, 11, 6): [("2027Q1", Decimal(6))], date(2026, 12, 5): []}


def test_a_visit_whose_days_are_over_gives_its_hours_back_and_ends(office: Settings) -> None:
    with transaction() as session:
        grant = granted(session, to_on="2026-12-31")
        release_ended(session, date(2027, 1, 1), NOW)
        assert (held(session, grant), grant.status) == ([], GrantStatus.ended)
        assert left(session, "2026Q4", "2027Q1") == [WHOLE - TALK, WHOLE]


def test_a_visit_told_of_after_it_had_moved_on_moves_back(office: Settings) -> None:
    with transaction() as session:
        grant = granted(session)
        release_ended(session, date(2027, 1, 1), NOW)
        use_hours(session, grant, date(2026, 12, 10), Decimal(6), NOW)
        assert left(session, "2026Q4", "2027Q1") == [WHOLE - TALK - 6, WHOLE]
        assert (held(session, grant), grant.status) == ([], GrantStatus.used)


def test_what_was_split_before_occasions_stood_whole_is_gathered_in_the_new_quarter(office: Settings) -> None:
    with transaction() as session:
        grant = granted(session, to_on="2027-06-30")
        # As an earlier version wrote it: a share in each quarter.
        for line in session.exec(select(CapacityEntry).where(CapacityEntry.grant_id == grant.id)):
            line.hours, line.balance = Decimal(-2), line.balance + 4
        for day in (date(2027, 1, 1), date(2027, 4, 1)):
            book_hours(session, asj(session), day, Decimal(2), EntryKind.reserved, at("2026-11-05"), grant.id)
        release_ended(session, date(2027, 1, 1), NOW)
        assert held(session, grant) == [("2027Q1", Decimal(6))]


# --- two at a time, and what ended unused ---------------------------------------------------------


def test_hours_used_while_a_quarter_is_closed_are_given_back_once(office: Settings) -> None:
    with transaction() as session:
        key = granted(session).id
    together = Barrier(2)

    def meanwhile(act: Callable[[Session], object]) -> None:
        with transaction() as session:
            session.exec(select(SupportGrant)).all()
            session.rollback()  # the SQLite lock is taken when the transaction begins: both begin together
            together.wait()
            act(session)

    acts: list[Callable[[Session], object]] = [
        lambda session: use_hours(session, session.get_one(SupportGrant, key), date(2027, 1, 10), Decimal(6), NOW),
        lambda session: release_ended(session, date(2027, 1, 1), NOW),
    ]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(meanwhile, acts))
    with reading() as session:
        assert left(session, "2026Q4", "2027Q1") == [WHOLE - TALK, WHOLE - 6]
        assert broken(session) == []


def test_a_visit_that_ended_unused_is_not_made_after_all_once_the_network_has_had_two(office: Settings) -> None:
    with transaction() as session:
        first = granted(session, to_on="2026-11-30")
        network = session.exec(select(Network)).one()
        release_ended(session, date(2027, 1, 1), NOW)
        more = [grant_line("negotiator_at_meeting", from_on="2027-01-11", to_on="2027-03-31")] * 2
        check_lines(session, more, date(2027, 1, 11), network)
        for line in more:
            session.add(
                SupportGrant(
                    network_id=network.id, item=line.item, hours=Decimal(6), staff_id=first.staff_id,
                    from_on=line.from_on, to_on=line.to_on, reason="Behövs.", granted_at=NOW,
                )
            )  # fmt: skip
        session.flush()
        with pytest.raises(UserError, match="Stöd: Förhandlare på en träff tog slut oanvänt"):
            use_hours(session, first, date(2026, 11, 20), Decimal(6), NOW)


def test_hours_told_late_of_a_grant_that_ended_count_in_the_networks_first_year(office: Settings) -> None:
    with transaction() as session:
        grant = granted(session, "speaker", to_on="2026-11-30")
        release_ended(session, date(2027, 1, 1), NOW)
        network = session.exec(select(Network)).one()
        assert first_year_hours(session, network) == 0
        with pytest.raises(UserError, match="högst 20 timmar första året"):
            use_hours(session, grant, date(2026, 11, 20), Decimal("20.5"), NOW)
        use_hours(session, grant, date(2026, 11, 20), Decimal(2), NOW)
        assert first_year_hours(session, network) == 2


def test_support_that_ends_gives_an_occasions_hours_back(office: Settings) -> None:
    with transaction() as session:
        grant = granted(session)
        end_grants(session, grant.network_id, NOW)
        assert (held(session, grant), grant.status) == ([], GrantStatus.ended)
        assert left(session, "2026Q4") == [WHOLE - TALK]
