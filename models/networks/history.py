"""An office begins with its past: networks that lived before this system, each with its initiator, and their meetings
as figures (domain.md section 3, origin historic_office). Nobody is mailed because of it.
"""

import time as clock
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path

from sqlmodel import Session

from models.check_ins.schedule import MONTHS_BETWEEN
from models.dates.local_time import STOCKHOLM, add_months, local
from models.db.engine import reading, transaction
from models.meetings.duties import sum_up_duties
from models.networks.creation import IMPORT, Import, create_historic
from models.networks.lifecycle import advance
from models.networks.told_history import Life, ToldMeeting, lives_told
from models.office.staff import by_signature
from models.people.person import get_or_create_person
from models.people.roles import organiser_key
from models.reference.file_import import CHUNK_SECONDS, PAUSE_SECONDS, Changes, Outcome
from models.reference.file_read import read_file
from models.reference.headings import OfficeMapping
from models.reference.kinds import ToldState
from models.support.ladder import over_helps
from models.tables.meeting import EVENING, Duty, Meeting, MeetingDuty, MeetingForm, MeetingStatus
from models.tables.network import STEP_OF, Network, NetworkState
from models.tables.person import Person
from models.tables.transition import Actor, Cause

NOON, NIGHT = time(12), time(23)


def import_history(
    path: Path, mapping: OfficeMapping, signature: str, at: datetime, *, is_trial: bool = False
) -> Outcome:
    """Take in networks with meetings of before, from a file with a row a meeting; a second run changes nothing.

    Everything that can be refused is found before the first network is written; then each is written whole, with
    turns for others between. `signature` is of whoever lets it in. Raises UserError with nothing written.
    """
    read = read_file("history", path, mapping)
    with reading() as session:
        by_signature(session, signature, "--signature")
        lives = lives_told(session, read, local(at).date())
    new = [life for life in lives if not life.is_known]
    changes = Changes()
    for life in lives:
        changes.lines["same" if life.is_known else "new"] += life.rows
    beside = {"networks": len(new), "meetings": sum(len(life.meetings) for life in new)}
    waiting = [] if is_trial else list(reversed(new))
    while waiting:
        begun = clock.monotonic()
        with transaction() as session:
            imported = Import(by_signature(session, signature, "--signature"), at)
            written = 0
            while written < len(waiting) and clock.monotonic() - begun < CHUNK_SECONDS:
                _live(session, waiting[-1 - written], imported)
                written += 1
        del waiting[-written:]
        clock.sleep(PAUSE_SECONDS if waiting else 0)
    return Outcome(read.told, len(read.rows), changes, is_trial, beside)


def _live(session: Session, life: Life, imported: Import) -> None:
    """One network from its beginning to where it stands today, on the days on which it happened (I7)."""
    people = [get_or_create_person(session, number) for number in life.organisers]
    first = min((meeting.on for meeting in life.meetings), default=life.since)
    began = _moment(first, NOON) if first else imported.at
    network = create_historic(session, life.network, people[0], people[1:], imported, began)
    for meeting in life.meetings:
        step = STEP_OF[NetworkState.independent] if life.kickoff and meeting.on >= life.kickoff else 0
        _meet(session, network, meeting, people, imported, step)
    session.flush()
    if life.kickoff:
        network.kickoff_on = life.kickoff
        when = _moment(life.kickoff, EVENING)
        advance(session, network, NetworkState.independent, _cause(Actor.member, when, imported))
    if life.state == ToldState.independent and life.kickoff:
        network.check_in_due_on = _next_check_in(life.kickoff, local(imported.at).date())
    elif life.state in (ToldState.resting, ToldState.closed) and life.since:
        when = min(_moment(life.since, NIGHT), imported.at)
        advance(session, network, NetworkState(life.state), _cause(Actor.staff, when, imported))


def _cause(actor: Actor, when: datetime, imported: Import) -> Cause:
    return Cause(IMPORT, actor, when, imported.by.signature)


def _moment(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, STOCKHOLM)


def _next_check_in(kickoff: date, today: date) -> date:
    """The first day after today that lies on its round of check-ins (section 6)."""
    months = MONTHS_BETWEEN[STEP_OF[NetworkState.independent]]
    rounds = 1
    while (due := add_months(kickoff, months * rounds)) <= today:
        rounds += 1
    return due


def _meet(
    session: Session, network: Network, told: ToldMeeting, people: Sequence[Person], imported: Import, step: int
) -> None:
    """A meeting that was held: its figures, and who carried it. Who led or invited convened it, else the initiator.

    That the office did more than at this step of the ladder is noted, and nobody's matter any more.
    """
    leading = [told.duties.get(duty) for duty in (Duty.lead, Duty.invitation)]
    convener = people[next((place for place in leading if place is not None), 0)]
    starts_at = _moment(told.on, EVENING)
    meeting = Meeting(
        network_id=network.id,
        starts_at=starts_at,
        status=MeetingStatus.held,
        form=told.values.get("form") or MeetingForm.in_person,
        convener_id=convener.id,
        attended=told.values["attended"],
        non_members=told.values.get("non_members"),
        branches=told.values.get("branches") or None,
        companies=told.values.get("companies") or None,
        booked_at=starts_at,
        reported_at=imported.at,
    )
    by_office = [str(duty) for duty, place in told.duties.items() if place is None]
    meeting.over_helped = over_helps(step, by_office)
    sum_up_duties(meeting, [str(duty) for duty in told.duties], by_office)
    session.add(meeting)
    for duty, place in told.duties.items():
        key = None if place is None else organiser_key(network.id, people[place].id)
        session.add(MeetingDuty(meeting_id=meeting.id, duty=duty, by_office=place is None, organiser_key=key))
