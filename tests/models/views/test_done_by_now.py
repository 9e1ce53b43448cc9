"""What time was to bring and did not is told by `lots doctor`, and nothing while the sweeps run."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session

from deployments.cli.check import Check
from deployments.cli.doctor import examine
from models.db.engine import transaction
from models.db.trial import mark_trial
from models.privacy.retention import forget
from models.requests import waiting_list
from models.settings import Settings
from models.tables.intake import Intake
from models.tables.person import Membership
from models.tables.transition import Actor
from models.views.done_by_now import late
from tests.acts import AKE, GOREL, MARIT, all_sent, ask, at, by, change, member, morning, network_in, talk


def left(session: Session, number: str) -> None:
    person = member(session, number)
    assert person
    person.membership = Membership.left
    session.add(person)
    morning(session, "2027-01-11")


def an_organiser_left(session: Session) -> None:
    network_in(session)
    left(session, MARIT)


def an_initiator_left(session: Session) -> None:
    talk(session, ask(session, co_organisers=""), decision="wait")
    left(session, AKE)


def it_waited(session: Session) -> None:
    talk(session, ask(session, co_organisers=""), decision="wait")


def somebody_was_asked(session: Session) -> None:
    change(session, network_in(session), "new_organiser", "2027-01-11", member_number=GOREL)


def somebody_was_named(session: Session) -> None:
    talk(session, ask(session, co_organisers=MARIT), decision="withdraw")


def a_form_stayed(session: Session) -> None:
    session.add(Intake(flow="needs-talk", form="x", received_at=at("2027-01-11")))


def mail_went(session: Session) -> None:
    ask(session, co_organisers="")


def an_attempt_was_noted(session: Session) -> None:
    network = network_in(session)
    change(session, network, "contact", "2027-01-11", other_channel="phone", reason="Sjuk till jul.")


# What happened, the first day on which it is late, and how the line begins.
PROMISES: list[tuple[Callable[[Session], None], str, str]] = [
    (an_organiser_left, "2027-01-27", "I1: 1 nätverk där någon har en roll"),
    (an_initiator_left, "2027-01-27", "4: 1 öppna förfrågningar från den som lämnat"),
    (it_waited, "2027-05-28", "4: 1 förfrågningar i kön som skulle ha gått ut"),
    (somebody_was_asked, "2027-07-12", "10: 1 nätverk där någon tillfrågats för länge sedan"),
    (somebody_was_named, "2026-11-07", "10: 1 förfrågningar som nämner någon"),
    (a_form_stayed, "2027-02-12", "10: 1 formulär som aldrig blev klara"),
    (mail_went, "2027-11-05", "10: 1 mejl äldre än tolv månader"),
    (an_attempt_was_noted, "2028-01-14", "10: 1 anteckningar om kontaktförsök"),
]


def about(session: Session, line: str, day: str | date) -> bool:
    return any(found.startswith(line) for found in late(session, at(day)))


@pytest.mark.parametrize(("happened", "day", "line"), PROMISES)
def test_what_time_was_to_bring_is_late_two_days_after_and_not_once_the_sweeps_have_run(
    office: Settings, happened: Callable[[Session], None], day: str, line: str
) -> None:
    with transaction() as session:
        happened(session)
        all_sent(session)
        session.flush()
        before = date.fromisoformat(day) - timedelta(days=1)
        assert not about(session, line, before)
        assert about(session, line, day), late(session, at(day))
        morning(session, day)
        waiting_list.expire(session, by(Actor.rule, day))
        all_sent(session)
        forget(session, at(day))
        session.expire_all()
        assert not about(session, line, day)


def late_check(settings: Settings) -> Check:
    return next(one for one in examine(settings).checks if one.name == "late")


def test_doctor_tells_what_is_late_and_what_to_run_and_leaves_a_trial_alone(office: Settings) -> None:
    with transaction() as session:
        session.add(Intake(flow="needs-talk", form="x", received_at=datetime.now(UTC) - timedelta(days=40)))
    found = late_check(office)
    assert not found.ok and found.what.startswith("10: 1 formulär som aldrig blev klara")
    assert "data-protection" in found.do
    with transaction() as session:
        mark_trial(session)
    assert late_check(office).ok
