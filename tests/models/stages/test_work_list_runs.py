"""What broke off stands on the work list until somebody has started it again."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlmodel import Session

from models.db.engine import transaction
from models.operation import run_pulse as pulse
from models.settings import Settings
from models.stages import work_list
from models.tables.run_pulse import FlowRunPulse
from models.views.work_item import WorkItem
from tests.acts import at

DIED = datetime(2026, 11, 26, 9, 42, tzinfo=UTC)
NEXT_DAY = at("2026-11-27")


def begin(session: Session, run: UUID, flow: str, when: datetime, *, by_hand: bool = True) -> None:
    pulse.begin_pulse(
        session,
        FlowRunPulse(flow_run_id=run, flow=flow, restarts_itself=not by_hand, started_at=when, beat_at=when),
    )
    session.flush()


def broken_off(session: Session, flow: str = "needs-talk", *, by_hand: bool = True) -> UUID:
    """A run began, its process died, and it waits on somebody."""
    run = uuid4()
    begin(session, run, flow, DIED - timedelta(minutes=1), by_hand=by_hand)
    pulse.died(session, run, flow, DIED, for_good=True)
    session.flush()
    return run


def listed(session: Session, moment: datetime = NEXT_DAY) -> list[WorkItem]:
    return work_list.what_waits(session, moment)


def test_a_form_that_broke_off_is_told_by_its_stage_and_hour_and_by_the_run_where_retry_is(office: Settings) -> None:
    with transaction() as session:
        run = broken_off(session)
        [row] = listed(session)
        assert (row.what, row.subject, row.run) == ("interrupted_form", "needs-talk kl. 10:42", run)
        assert (str(row.since), row.overdue, row.region) == ("2026-11-26", False, "")


def test_a_sweep_that_gave_up_is_told_as_such(office: Settings) -> None:
    with transaction() as session:
        broken_off(session, "check-in", by_hand=False)
        assert [row.what for row in listed(session)] == ["interrupted_sweep"]


def test_a_death_after_which_a_run_goes_on_by_itself_waits_on_nobody(office: Settings) -> None:
    with transaction() as session:
        begin(session, run := uuid4(), "check-in", DIED, by_hand=False)
        pulse.died(session, run, "check-in", DIED)
        session.flush()
        assert listed(session) == []


def test_retry_takes_it_off_the_list_and_another_death_puts_it_there_again(office: Settings) -> None:
    with transaction() as session:
        run = broken_off(session)
        begin(session, run, "needs-talk", DIED + timedelta(hours=1))
        assert listed(session) == []
        pulse.died(session, run, "needs-talk", DIED + timedelta(hours=2), run_count=2, for_good=True)
        session.flush()
        assert [row.subject for row in listed(session)] == ["needs-talk kl. 12:42"]


def test_a_run_that_was_slow_and_not_dead_leaves_the_list_only_when_it_ended_well(office: Settings) -> None:
    with transaction() as session:
        slow, failed = broken_off(session), broken_off(session, "kickoff")
        pulse.end_pulse(session, slow, DIED + timedelta(minutes=5), "COMPLETED", None, None)
        pulse.end_pulse(session, failed, DIED + timedelta(minutes=5), "FAILED", None, None)
        session.flush()
        assert [row.run for row in listed(session)] == [failed]


def test_what_prefect_has_forgotten_is_not_asked_for(office: Settings) -> None:
    with transaction() as session:
        broken_off(session)
        assert len(listed(session, DIED + timedelta(days=29))) == 1
        assert listed(session, DIED + timedelta(days=31)) == []


def test_the_office_reads_of_it_in_the_weeks_list_too(office: Settings) -> None:
    with transaction() as session:
        broken_off(session)
        assert listed(session)[0].row(lambda one: f"run/{one.run}")["what"] == "interrupted_form"
