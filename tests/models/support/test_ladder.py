"""The limit and the days on which it stands still: nine months, thirty frozen days at most, twelve months absolute."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.dates.active_days import active_days_between, is_active
from models.dates.local_time import add_months
from models.db.engine import transaction
from models.office.absence import ladder_pauses
from models.office.staff import by_signature
from models.settings import Settings
from models.support.ladder import frozen_days, support_end
from models.tables.network import Nature, Network, NetworkState, Origin
from models.tables.office import Absence
from tests.acts import at, mails, network_in, step_down

KICKOFF = date(2026, 11, 25)
N = NetworkState


def network(support_ends_on: str = "2027-08-25") -> Network:
    return Network(
        number=1, slug="a", name="a", place="Luleå", municipality="2580", nature=Nature.town, origin=Origin.member,
        kickoff_on=KICKOFF, support_ends_on=date.fromisoformat(support_ends_on), created_at=at(KICKOFF),
    )  # fmt: skip


def span(begins: str, ends: str) -> tuple[date, date]:
    return date.fromisoformat(begins), date.fromisoformat(ends)


def test_nobody_away_leaves_the_limit_nine_months_after_kickoff() -> None:
    assert support_end(network()) == date(2027, 8, 25)


def test_days_away_put_the_limit_off_day_by_day() -> None:
    assert support_end(network(), [span("2027-02-01", "2027-02-10")]) == date(2027, 9, 4)


def test_at_most_thirty_days_stand_still() -> None:
    assert support_end(network(), [span("2027-01-01", "2027-03-31")]) == date(2027, 9, 24)


def test_days_away_while_the_limit_is_put_off_put_it_off_too() -> None:
    assert support_end(network(), [span("2027-08-20", "2027-09-30")]) == date(2027, 9, 24)
    assert support_end(network(), [span("2027-08-25", "2027-08-26")]) == date(2027, 8, 27)


def test_days_before_kickoff_and_after_the_limit_do_not_count() -> None:
    away = [span("2026-11-01", "2026-11-25"), span("2027-08-26", "2027-12-31")]
    assert support_end(network(), away) == date(2027, 8, 25)


@pytest.mark.parametrize(
    ("agreed", "ends"),
    [
        ("2027-06-27", "2027-06-27"),  # a Sunday, the day before week 26
        ("2027-06-28", "2027-08-16"),
        ("2027-08-15", "2027-08-16"),
        ("2027-12-17", "2027-11-25"),  # twelve months after kickoff, whatever was agreed
    ],
)
def test_support_never_ends_inside_a_break_but_on_the_first_working_day_after(agreed: str, ends: str) -> None:
    assert support_end(network(agreed)) == date.fromisoformat(ends)


def test_support_that_would_end_at_christmas_ends_in_january() -> None:
    started = network("2027-12-20")
    started.kickoff_on = date(2027, 3, 20)
    assert support_end(started) == date(2028, 1, 10), "8 January is a Saturday"


def test_twelve_months_are_absolute_also_with_an_extension_and_an_absence() -> None:
    extended = network("2027-11-23")
    assert support_end(extended, [span("2027-01-01", "2027-03-31")]) == date(2027, 11, 25)


@given(begins=st.integers(-100, 500), length=st.integers(0, 300), more=st.integers(1, 200), until=st.integers(0, 500))
def test_frozen_days_never_exceed_thirty_and_never_count_a_day_twice(
    begins: int, length: int, more: int, until: int
) -> None:
    first = KICKOFF + timedelta(days=begins)
    spans = [(first, first + timedelta(days=length))]
    second = spans[0][1] + timedelta(days=more)
    spans.append((second, second + timedelta(days=length)))
    last = KICKOFF + timedelta(days=until)
    away = {day for begin, end in spans for day in (begin + timedelta(days=n) for n in range((end - begin).days + 1))}
    assert frozen_days(spans, KICKOFF, last) == min(30, sum(KICKOFF < day <= last for day in away))


@pytest.mark.parametrize(("day", "state"), [("2027-03-25", N.starting), ("2027-03-26", N.sharing)])
def test_the_step_to_sharing_waits_for_as_many_active_days_as_the_negotiator_was_away(
    office: Settings, day: str, state: NetworkState
) -> None:
    with transaction() as session:
        started = network_in(session, day="2026-11-25")
        staff = by_signature(session, "asj", "Signatur")
        session.add(Absence(staff_id=staff.id, from_on=date(2027, 1, 11), to_on=date(2027, 1, 20)))
        step_down(session, day)
        assert started.state == state


def test_with_a_substitute_nothing_stands_still(office: Settings) -> None:
    with transaction() as session:
        started = network_in(session, day="2026-11-25")
        staff, other = by_signature(session, "asj", "Signatur"), by_signature(session, "gol", "Signatur")
        away = Absence(staff_id=staff.id, from_on=date(2027, 1, 11), to_on=date(2027, 1, 20), substitute_id=other.id)
        session.add(away)
        session.flush()
        assert ladder_pauses(session) == {}
        step_down(session, "2027-03-16")
        assert started.state == N.sharing


def test_absences_that_overlap_count_once(office: Settings) -> None:
    with transaction() as session:
        staff = by_signature(session, "asj", "Signatur")
        for begins, ends in [("2027-01-11", "2027-01-20"), ("2027-01-15", "2027-01-25"), ("2027-03-01", "2027-03-02")]:
            first, last = span(begins, ends)
            session.add(Absence(staff_id=staff.id, from_on=first, to_on=last))
        session.flush()
        assert ladder_pauses(session) == {
            staff.id: [span("2027-01-11", "2027-01-25"), span("2027-03-01", "2027-03-02")]
        }


def test_the_contact_is_told_the_day_that_absence_moved_the_limit_to(office: Settings) -> None:
    with transaction() as session:
        network_in(session, day="2026-11-25")
        staff = by_signature(session, "asj", "Signatur")
        session.add(Absence(staff_id=staff.id, from_on=date(2027, 1, 11), to_on=date(2027, 1, 20)))
        step_down(session, "2027-03-26")
        [mail] = mails(session, "step")
        assert '"2027-09-04"' in mail.context


def test_the_limit_lies_within_twelve_months_for_any_kickoff_or_right_after_the_break_in_which_they_are_over() -> None:
    for days in range(0, 800, 13):
        kickoff = KICKOFF + timedelta(days=days)
        late = network()
        late.kickoff_on, late.support_ends_on = kickoff, add_months(kickoff, 9) + timedelta(days=90)
        end = support_end(late, [(kickoff, kickoff + timedelta(days=60))])
        over = add_months(kickoff, 12)
        assert end is not None and is_active(end)
        assert end <= over or (not is_active(over) and active_days_between(over, end) <= 3), "a weekend may lie between"
