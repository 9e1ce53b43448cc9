"""What has stood so long that somebody must look."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlmodel import Session, select

from deployments.cli.check import Check
from deployments.cli.doctor import examine
from models.db.engine import transaction
from models.mail.queue import QueuedMail, enqueue
from models.operation import alarms, run_pulse
from models.settings import Settings
from models.stages import outbox
from models.tables.mail import Template
from models.tables.office import Staff
from models.tables.run_pulse import FlowRunPulse
from tests.acts import ask, at


def test_a_mail_waits_only_in_the_hours_in_which_its_kind_may_go(office: Settings) -> None:
    """Mail to staff goes on working days from nine to three."""
    with transaction() as session:
        assert outbox.longest_wait(session, at("2026-11-06")) == timedelta()
        asa = session.exec(select(Staff)).first()
        assert asa
        enqueue(
            session,
            [QueuedMail(Template.staff_digest, None, "2026-W45", context={}, staff_id=asa.id)],
            at("2026-11-06"),
        )
        assert outbox.longest_wait(session, at("2026-11-06", 12)) == timedelta(hours=2)
        assert outbox.longest_wait(session, at("2026-11-07", 12)) == timedelta(), "a Saturday"
        assert outbox.longest_wait(session, at("2026-11-09", 11)) == timedelta(hours=2), "since nine on Monday"


def test_a_receipt_waits_at_any_hour(office: Settings) -> None:
    with transaction() as session:
        ask(session, day="2026-11-06")
        assert outbox.longest_wait(session, at("2026-11-07", 10)) == timedelta(days=1)


def ran(session: Session, flow: str, when: datetime, end: str = "COMPLETED", *, by_hand: bool = False) -> None:
    """A run of the flow began a minute before `when` and ended then."""
    run = uuid4()
    begun = when - timedelta(minutes=1)
    mine = FlowRunPulse(flow_run_id=run, flow=flow, restarts_itself=not by_hand, started_at=begun, beat_at=begun)
    run_pulse.begin_pulse(session, mine)
    session.flush()
    run_pulse.end_pulse(session, run, when, end, None, None)
    session.flush()


def missed(session: Session, now: datetime) -> list[str]:
    return alarms.nights_missed(session, alarms.nightly_flows(embedded=True), now)


def test_the_night_is_missed_when_its_sweep_did_not_end_well_since_yesterday(office: Settings) -> None:
    morning = at("2026-11-27", 7)
    with transaction() as session:
        ran(session, "outbox", at("2026-11-20"))
        assert missed(session, morning) == ["data-protection", "backup"]
        ran(session, "data-protection", at("2026-11-27", 4))
        ran(session, "backup", at("2026-11-27", 3), end="FAILED")
        assert missed(session, morning) == ["backup"]
        ran(session, "backup", at("2026-11-27", 6), end="COMPLETED")
        assert missed(session, morning) == []
        assert missed(session, at("2026-11-28", 7)) == ["data-protection"], "the night after"


def test_an_answer_to_somebodys_request_is_not_the_nights_sweep(office: Settings) -> None:
    with transaction() as session:
        ran(session, "outbox", at("2026-11-20"))
        ran(session, "data-protection", at("2026-11-26", 14), by_hand=True)
        assert "data-protection" in missed(session, at("2026-11-27", 7))


def test_an_office_that_has_had_no_night_yet_has_missed_none(office: Settings) -> None:
    with transaction() as session:
        assert missed(session, at("2026-11-27", 7)) == []
        ran(session, "outbox", at("2026-11-26", 8))
        assert missed(session, at("2026-11-27", 9)) == []
        assert missed(session, at("2026-11-27", 11)) == ["data-protection", "backup"]


def test_the_doctor_minds_a_missed_night(office: Settings) -> None:
    def told() -> Check:
        return next(one for one in examine(office).checks if one.name == "nightly")

    now = datetime.now(UTC)
    assert told().ok
    with transaction() as session:
        ran(session, "outbox", now - timedelta(days=2))
    assert not told().ok and "data-protection" in told().what and told().do
    with transaction() as session:
        ran(session, "data-protection", now)
    assert told().ok


def test_what_stands_still_is_told_past_its_time_only() -> None:
    assert alarms.of_mail(timedelta(hours=1)) == alarms.of_runs(timedelta(minutes=10), 0, []) == []
    [mail] = alarms.of_mail(timedelta(minutes=61))
    late, stuck, unplanned = alarms.of_runs(timedelta(minutes=11), 2, ["check-in"])
    assert (mail.minutes, late.minutes, stuck.count, unplanned.flows) == (61, 11, 2, ("check-in",))
