"""Snapshots, early warnings, talks and proposals: what a health check sees and asks for (domain.md section 7)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import uuid4

import pytest
from sqlalchemy import event
from sqlmodel import Session, col, select

from models.dates.active_days import add_active_days
from models.db.engine import engine, transaction
from models.health import early_warning, parameters
from models.health.assessment import assess
from models.meetings.duties import sum_up_duties
from models.office.interventions import open_once
from models.settings import Settings
from models.stages.health_check import open_talks, propose_rest, take_snapshots, warn_early
from models.tables.check_in import CheckIn
from models.tables.health import HealthSnapshot, Level
from models.tables.meeting import Duty, Meeting, MeetingDuty, MeetingStatus
from models.tables.network import Nature, Network, NetworkState, Origin
from models.tables.office import Intervention, InterventionKind
from models.tables.person import Person
from models.tables.transition import Actor
from tests.acts import ALONE, SHARED, at, by, mails, meet, network_in
from tests.bench.objects import health_by_objects

AS_OF = date(2027, 11, 1)


def made_up(session: Session, number: int, random: Random) -> Network:
    """A network with a random life around AS_OF: reported late or never, on odd hours, by members or the office."""
    kickoff = AS_OF - timedelta(days=random.randint(0, 800))
    network = Network(
        id=uuid4(),
        number=number,
        slug=f"n{number}",
        name="Nätverket",
        place="Luleå",
        municipality="2580",
        nature=Nature.town,
        cadence_days=random.choice((30, 60, 90, 180)),
        target_size=random.randint(1, 12),
        origin=Origin.member,
        state=NetworkState.sharing,
        step=random.randint(1, 4),
        kickoff_on=kickoff,
        created_at=at("2026-01-02"),
    )
    people = [Person(id=uuid4()) for _ in range(4)]
    session.add_all([network, *people])
    session.flush()
    keys = [None, *(f"{number}-{name}" for name in "abc")]
    starts = {
        datetime(2027, 11, 1, random.randint(0, 23), tzinfo=UTC) + timedelta(days=random.randint(-900, 60))
        for _ in range(random.randint(0, 14))
    }
    midnights = [
        datetime(2027, month, day, hour, tzinfo=UTC) for month, day in ((3, 27), (10, 31)) for hour in (22, 23)
    ]
    for moment in starts | set(random.sample(midnights, 2)):
        status = random.choice((*MeetingStatus, MeetingStatus.held, MeetingStatus.held))
        attended = random.randint(0, 12) if status == MeetingStatus.held else None
        meeting = Meeting(network_id=network.id, starts_at=moment, status=status, convener_id=people[0].id,
                          attended=attended, branches=random.choice((None, 0, 2, 3)),
                          companies=random.choice((None, 1, 5)), booked_at=moment)  # fmt: skip
        session.add(meeting)
        session.flush()
        carried = {duty: random.choice(keys) for duty in random.sample(list(Duty), random.randint(0, 5))}
        sum_up_duties(meeting, carried, [duty for duty, key in carried.items() if key is None])
        for duty, key in carried.items():
            session.add(MeetingDuty(meeting_id=meeting.id, duty=duty, by_office=key is None, organiser_key=key))
    for day in {AS_OF + timedelta(days=random.randint(-500, 20)) for _ in range(random.randint(0, 6))}:
        answered = random.choice(
            (None, datetime(day.year, day.month, day.day, 23, tzinfo=UTC) + timedelta(days=random.randint(0, 40)))
        )
        session.add(CheckIn(network_id=network.id, person_id=people[0].id, sent_on=day, answered_at=answered,
                            q4=random.randint(1, 5) if answered else None))  # fmt: skip
    return network


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_sweep_scores_each_network_as_if_it_were_read_alone(office: Settings, seed: int) -> None:
    random = Random(seed)
    with transaction() as session:
        networks = [made_up(session, number, random) for number in range(1, 61)]
        random.shuffle(networks)
        for day in (AS_OF, AS_OF - timedelta(days=90)):
            started = [network for network in networks if network.kickoff_on and network.kickoff_on <= day]
            alone = [health_by_objects(session, network, day) for network in started]
            assert [health for _, health in assess(session, networks, day)] == alone


def test_a_sweep_larger_than_one_part_is_the_same(office: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random(4)
    with transaction() as session:
        networks = [made_up(session, number, random) for number in range(1, 21)]
        whole = [health for _, health in assess(session, networks, AS_OF)]
        monkeypatch.setattr("models.health.history_query.READ_AT_A_TIME", 3)
        assert [health for _, health in assess(session, networks, AS_OF)] == whole


@pytest.fixture
def statements(office: Settings) -> Iterator[list[str]]:
    """What the database is asked, as it is asked."""
    asked: list[str] = []

    def note(_connection, _cursor, statement: str, *_: object) -> None:  # type: ignore[no-untyped-def]
        asked.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    yield asked
    event.remove(engine(), "before_cursor_execute", note)


def test_ten_times_the_networks_take_no_question_each(statements: list[str]) -> None:
    counts = []
    for first, after in ((1, 11), (11, 101)):
        with transaction() as session:
            for number in range(first, after):
                made_up(session, number, Random(number))
        statements.clear()
        with transaction() as session:
            found = take_snapshots(session, AS_OF)
            warn_early(session, found, at(AS_OF))
            propose_rest(session, by(Actor.rule, AS_OF))
            open_talks(session, at(AS_OF))
        counts.append(len(statements))
    assert counts[1] <= counts[0] + 3


def yellow_network(session: Session) -> Network:
    """One person carries everything in the last four meetings: yellow by G2."""
    network = network_in(session)
    for day in ("2027-01-13", "2027-02-10", "2027-03-03", "2027-03-24"):
        meet(session, network, day, carriers=ALONE, next_at="2027-05-12 17:30" if day == "2027-03-24" else "")
    return network


def check(session: Session, day: str) -> tuple[int, int, int]:
    """One health check: (warnings, talks, proposals)."""
    found = take_snapshots(session, date.fromisoformat(day))
    warnings = warn_early(session, found, at(day))
    session.flush()
    proposals = propose_rest(session, by(Actor.rule, day))
    session.flush()
    talks = open_talks(session, at(day))
    session.flush()
    return warnings, talks, proposals


def opened(session: Session, kind: InterventionKind) -> list[Intervention]:
    return list(session.exec(select(Intervention).where(col(Intervention.kind) == kind)))


def level_of(session: Session, day: str) -> Level:
    return session.exec(
        select(col(HealthSnapshot.level)).where(col(HealthSnapshot.on) == date.fromisoformat(day)),
    ).one()


def test_yellow_is_offered_a_talk_once_however_often_the_check_runs(office: Settings) -> None:
    with transaction() as session:
        yellow_network(session)
        assert check(session, "2027-04-01")[1] == 1
        assert check(session, "2027-04-01")[1] == 0
        assert check(session, "2027-05-03")[1] == 0
        [talk] = opened(session, InterventionKind.health_talk)
        assert (talk.due_on, talk.ended_at) == (date(2027, 4, 15), None)
        assert len(mails(session, "talk-offer")) == 1


def test_a_network_that_is_yellow_already_is_talked_with_and_not_warned(office: Settings) -> None:
    with transaction() as session:
        yellow_network(session)
        assert check(session, "2027-05-20") == (0, 1, 0)


def test_a_network_that_recovers_keeps_its_talk_for_staff_to_end(office: Settings) -> None:
    with transaction() as session:
        network = yellow_network(session)
        check(session, "2027-04-01")
        meet(session, network, "2027-05-12")
        meet(session, network, "2027-06-16")
        check(session, "2027-08-16")
        assert level_of(session, "2027-08-16") == Level.green
        assert [talk.ended_at for talk in opened(session, InterventionKind.health_talk)] == [None]


def test_a_network_that_recovered_while_it_adapted_is_talked_with_again_when_it_weakens_again(office: Settings) -> None:
    with transaction() as session:
        network = yellow_network(session)
        check(session, "2027-04-01")
        open_once(session, network, InterventionKind.adapting, "talk", at("2027-04-08"), date(2027, 9, 15))
        for day in ("2027-07-20", "2027-08-25", "2027-09-14"):
            meet(session, network, day)
        assert check(session, "2027-10-01")[1:] == (0, 0)
        [adapting] = opened(session, InterventionKind.adapting)
        assert (adapting.outcome, opened(session, InterventionKind.propose_rest)) == ("settled", [])
        assert check(session, "2028-04-03")[1] == 1


def test_nothing_new_is_opened_while_a_network_adapts_and_rest_is_proposed_when_it_did_not_help(
    office: Settings,
) -> None:
    with transaction() as session:
        network = yellow_network(session)
        check(session, "2027-04-01")
        over = add_active_days(date(2027, 4, 8), 90)
        open_once(session, network, InterventionKind.adapting, "talk", at("2027-04-08"), over)
        session.flush()
        assert check(session, str(over - timedelta(days=1))) == (0, 0, 0)
        assert check(session, str(over)) == (0, 0, 1)
        assert check(session, str(over)) == (0, 0, 0)
        assert check(session, str(over + timedelta(days=40))) == (0, 0, 0)
        assert network.state == NetworkState.starting


def test_a_network_that_adapted_and_is_green_is_not_proposed_to_rest(office: Settings) -> None:
    with transaction() as session:
        network = yellow_network(session)
        open_once(session, network, InterventionKind.adapting, "talk", at("2027-02-08"), date(2027, 5, 9))
        for day in ("2027-04-14", "2027-05-12", "2027-06-16"):
            meet(session, network, day)
        assert check(session, "2027-08-30")[2] == 0
        assert level_of(session, "2027-08-30") == Level.green


def test_half_a_cadence_without_a_booking_warns_once_a_gap_and_mails_nobody(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        meet(session, network, "2027-01-20")
        assert check(session, "2027-02-18") == (0, 0, 0)
        assert check(session, "2027-02-19") == (1, 0, 0)
        assert check(session, "2027-02-22") == (0, 0, 0)
        meet(session, network, "2027-02-24")
        assert check(session, "2027-03-26") == (1, 0, 0)
        warnings = opened(session, InterventionKind.early_warning)
        assert [one.occasion for one in warnings] == ["nothing_booked:2027-01-20", "nothing_booked:2027-02-24"]
        assert mails(session, "talk-offer") == []


def test_a_booked_meeting_is_no_cause_to_warn(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        meet(session, network, "2027-01-20", next_at="2027-03-17 17:30")
        assert check(session, "2027-03-02") == (0, 0, 0)


@pytest.mark.parametrize("kept", [True, False])
def test_a_fall_of_fifteen_points_warns_compared_with_snapshots_or_with_what_is_scored_now(
    office: Settings, kept: bool
) -> None:
    with transaction() as session:
        network = network_in(session)
        for day in ("2027-01-20", "2027-02-17", "2027-03-17"):
            meet(session, network, day)
        if kept:
            check(session, "2027-04-01")
        half = ("m1", "office", "office", "m2", "office")
        for day in ("2027-04-14", "2027-04-28", "2027-05-12"):
            ahead = "2027-06-16 17:30" if day > "2027-05" else ""
            meet(session, network, day, attended=7, carriers=half, next_at=ahead)
        check(session, "2027-05-20")
        assert level_of(session, "2027-05-20") == Level.green
        warnings = [one.occasion for one in opened(session, InterventionKind.early_warning)]
        since = "2027-04-01" if kept else str(early_warning.drop_since(date(2027, 5, 20)))
        assert f"fell_since:{since}" in warnings


def test_weights_changed_make_a_new_version_beside_the_old_snapshots(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        yellow_network(session)
        check(session, "2027-04-01")
        [old] = session.exec(select(HealthSnapshot)).all()
        before = old.model_dump()
        monkeypatch.setattr(parameters, "MODEL_VERSION", "3")
        assert check(session, "2027-04-01")[1] == 0
        session.refresh(old)
        assert old.model_dump() == before
        assert sorted(session.exec(select(HealthSnapshot.model_version))) == ["2", "3"]


def test_a_late_report_leaves_old_snapshots_untouched(office: Settings) -> None:
    with transaction() as session:
        network = yellow_network(session)
        check(session, "2027-04-01")
        [old] = session.exec(select(HealthSnapshot)).all()
        before = old.model_dump()
        meet(session, network, "2027-02-17", carriers=SHARED)
        check(session, "2027-04-01")
        session.refresh(old)
        assert old.model_dump() == before
