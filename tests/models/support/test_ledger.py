"""The office's hours: a ledger that adds up, is used and given back."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from models.db.engine import transaction
from models.errors import CapacityExceeded, LotsError, UserError
from models.office.policy import DEFAULTS
from models.office.staff import by_signature
from models.settings import Settings
from models.support.ledger import (
    all_hours_left,
    book_hours,
    book_talk,
    hours_left,
    release,
    reserve,
    reserved,
    set_budget,
    use_hours,
)
from models.support.quarter_end import release_ended
from models.tables.office import Staff
from models.tables.support import CapacityEntry, EntryKind, GrantStatus, Item, SupportGrant, SupportTime
from tests.acts import ask, at, grant_line, talk

NOW = at("2026-11-10")


def asj(session: Session) -> Staff:
    return by_signature(session, "asj", "")


def granted(session: Session, item: str = "negotiator_at_meeting", to_on: str = "2026-12-31") -> SupportGrant:
    """A network that was granted one item within the year, by asj, after an hour's talk."""
    talk(session, ask(session), grants=[grant_line(item, to_on=to_on)])
    return session.exec(select(SupportGrant)).one()


def test_hours_used_come_out_of_what_was_reserved(office: Settings) -> None:
    with transaction() as session:
        grant = granted(session)
        before = hours_left(session, asj(session).id, "2026Q4")
        assert use_hours(session, grant, date(2026, 11, 20), Decimal(4), NOW)
        assert hours_left(session, asj(session).id, "2026Q4") == before
        assert [left for *_, left in reserved(session, grant.id)] == [2]


def test_hours_told_twice_are_booked_once(office: Settings) -> None:
    with transaction() as session:
        grant = granted(session)
        assert [use_hours(session, grant, date(2026, 11, 20), Decimal(4), NOW) for _ in range(2)] == [True, False]
        assert len(session.exec(select(SupportTime)).all()) == 1


def test_hours_beyond_what_was_reserved_need_free_ones_and_nothing_is_saved_without(office: Settings) -> None:
    with transaction() as session:
        grant = granted(session)
        book_hours(session, asj(session), date(2026, 11, 20), Decimal(15), EntryKind.used, NOW)
        lines = len(session.exec(select(CapacityEntry)).all())
        with pytest.raises(CapacityExceeded):
            use_hours(session, grant, date(2026, 11, 20), Decimal(9), NOW)
        assert len(session.exec(select(CapacityEntry)).all()) == lines
        assert session.exec(select(SupportTime)).all() == []
        assert use_hours(session, grant, date(2026, 11, 20), Decimal(8), NOW)
        assert (grant.status, hours_left(session, asj(session).id, "2026Q4")) == (GrantStatus.used, Decimal(0))


def test_a_grant_used_up_early_gives_back_the_next_quarters_hours(office: Settings) -> None:
    with transaction() as session:
        grant = granted(session, "sounding_board", to_on="2027-01-31")
        assert hours_left(session, asj(session).id, "2027Q1") < DEFAULTS.quarter_hours
        use_hours(session, grant, date(2026, 11, 20), Decimal(3), NOW)
        assert reserved(session, grant.id) == []
        assert hours_left(session, asj(session).id, "2027Q1") == DEFAULTS.quarter_hours


def test_hours_outside_the_grants_days_are_refused(office: Settings) -> None:
    with transaction() as session:
        grant = granted(session)
        with pytest.raises(UserError, match="Dag: stödet gäller 2026-11-05–2026-12-31"):
            use_hours(session, grant, date(2026, 11, 4), Decimal(1), NOW)


def test_a_network_cannot_use_more_than_its_first_years_hours(office: Settings) -> None:
    with transaction() as session:
        grant = granted(session)
        with pytest.raises(UserError, match="högst 20 timmar första året"):
            use_hours(session, grant, date(2026, 11, 20), Decimal("20.01"), NOW)
        assert use_hours(session, grant, date(2026, 11, 20), Decimal(20), NOW)


def test_what_runs_and_was_not_used_goes_back_when_the_quarter_has_ended(office: Settings) -> None:
    with transaction() as session:
        grant = granted(session, "sounding_board", to_on="2027-01-31")
        next_before = hours_left(session, asj(session).id, "2027Q1")
        assert release_ended(session, date(2026, 12, 31), at("2026-12-31")) == 0
        assert release_ended(session, date(2027, 1, 1), at("2027-01-01")) == 1
        assert release_ended(session, date(2027, 1, 1), at("2027-01-01")) == 0
        assert hours_left(session, asj(session).id, "2026Q4") == DEFAULTS.quarter_hours - 1
        assert (hours_left(session, asj(session).id, "2027Q1"), grant.status) == (next_before, GrantStatus.granted)


def test_a_grant_whose_days_are_over_ends(office: Settings) -> None:
    with transaction() as session:
        grant = granted(session, to_on="2026-12-31")
        release_ended(session, date(2026, 12, 31), at("2026-12-31"))
        assert grant.status == GrantStatus.granted
        release_ended(session, date(2027, 1, 1), at("2027-01-01"))
        assert (grant.status, reserved(session, grant.id)) == (GrantStatus.ended, [])


def test_a_talk_takes_at_most_what_is_left(office: Settings) -> None:
    with transaction() as session:
        book_hours(session, asj(session), date(2026, 11, 5), Decimal("23.5"), EntryKind.used, NOW)
        assert [book_talk(session, asj(session), date(2026, 11, 5), NOW) for _ in range(2)] == [Decimal("0.5"), 0]
        assert hours_left(session, asj(session).id, "2026Q4") == 0


def test_a_budget_is_set_once_and_never_below_what_is_taken(office: Settings) -> None:
    with transaction() as session:
        assert [set_budget(session, asj(session), "2026Q4", Decimal(30), NOW) for _ in range(2)] == [True, False]
        book_hours(session, asj(session), date(2026, 11, 5), Decimal(10), EntryKind.used, NOW)
        with pytest.raises(UserError, match=r"Timmar: asj har redan 10 timmar bokade 2026Q4"):
            set_budget(session, asj(session), "2026Q4", Decimal("9.99"), NOW)
        assert set_budget(session, asj(session), "2026Q4", Decimal(10), NOW)
        assert all_hours_left(session, "2026Q4") == {asj(session).id: Decimal(0)}


AMOUNTS = st.decimals(Decimal("0.01"), Decimal(20), places=2)
ACTS = st.lists(
    st.tuples(
        st.sampled_from(("reserve", "use", "release", "talk", "book", "budget", "quarter_ends")),
        st.sampled_from((date(2026, 11, 9), date(2026, 12, 30), date(2027, 2, 1))),
        AMOUNTS,
    ),
    min_size=1,
    max_size=25,
)


def act(session: Session, kind: str, day: date, amount: Decimal) -> None:
    staff = asj(session)
    grant = session.exec(select(SupportGrant).order_by(SupportGrant.hours)).first()  # type: ignore[arg-type]
    assert grant
    match kind:
        case "reserve":
            more = SupportGrant(
                network_id=grant.network_id, item=Item.speaker, hours=amount, staff_id=staff.id, from_on=day,
                to_on=date(2027, 3, 1), reason="Behövs.", granted_at=NOW,
            )  # fmt: skip
            session.add(more)
            session.flush()
            reserve(session, staff, more, NOW)
        case "use":
            use_hours(session, grant, day, amount, NOW)
        case "release":
            release(session, grant, NOW)
        case "talk":
            book_talk(session, staff, day, NOW)
        case "book":
            book_hours(session, staff, day, amount, EntryKind.used, NOW)
        case "budget":
            set_budget(session, staff, "2026Q4", amount, NOW)
        case "quarter_ends":
            release_ended(session, day, NOW)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_whatever_is_done_the_ledger_adds_up_line_by_line_and_never_goes_below_zero(
    office: Settings, acts: list[tuple[str, date, Decimal]]
) -> None:
    with transaction() as session:
        talk(session, ask(session), grants=[grant_line("send_out", to_on="2027-03-01")])
        for kind, day, amount in acts:
            before = session.begin_nested()
            try:
                act(session, kind, day, amount)
                before.commit()
            except LotsError:
                before.rollback()
        lines: dict[tuple[object, str], list[CapacityEntry]] = {}
        for line in session.exec(select(CapacityEntry)):
            lines.setdefault((line.staff_id, line.quarter), []).append(line)
        for ledger in lines.values():
            ledger.sort(key=lambda line: line.sequence)
            assert [line.sequence for line in ledger] == list(range(1, len(ledger) + 1))
            assert all(line.balance >= 0 for line in ledger)
            assert all(after.balance - before.balance == after.hours for before, after in pairwise(ledger))
            assert sum(line.hours for line in ledger) == ledger[-1].balance
        session.rollback()
