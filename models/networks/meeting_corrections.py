"""A meeting that was told wrongly is put right, and what followed from it is judged again from the facts (section 13).

A kickoff that moves takes the ladder's dates and the end of the support with it; one that never was takes the network
back to planned, as long as it stands on its first step: later the office has stepped down, and the step never falls
(I6). Snapshots of the score stay as they were. A network that woke by the meeting stays awake: a member told of it.
"""

from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from models.audit import Correction, log_correction
from models.check_ins.questions import latest
from models.check_ins.schedule import first_due
from models.dates.local_time import STOCKHOLM, add_months, local
from models.errors import UserError
from models.i18n import localized
from models.mail.kinds import ASKS
from models.mail.overtaking import overtake, was_told
from models.mail.queue import QueuedMail, enqueue
from models.meetings.booking import meeting_on
from models.meetings.duties import judge_duties
from models.networks import lifecycle
from models.office.interventions import end_all
from models.people.roles import contact_of
from models.support.ladder import ABSOLUTE_MONTHS, SUPPORT_MONTHS, support_end
from models.support.pauses import pauses_of
from models.tables.change_entry import ChangedField
from models.tables.mail import OutgoingMail, Template
from models.tables.meeting import KICKOFF_ATTENDING, LATE_REPORT_DAYS, Meeting, MeetingDuty, MeetingStatus
from models.tables.network import ACTIVE, TERMINAL, Network, NetworkState, Origin
from models.tables.office import TALKS, TalkOutcome

MEETING = ("Träffens dag", "Day of the meeting")
RIGHT_DAY = ("Rätt dag", "The right day")
TELL_THE_END = (Template.step, Template.ending)


def move_to_day(session: Session, network: Network, meeting: Meeting, on: date, correction: Correction) -> bool:
    """The meeting was held on another day. False when it stands on that day already.

    Raises UserError that names the field when the day has not come, lies further back than a meeting may be told of,
    or holds another meeting: then one of the two is told twice.
    """
    before = local(meeting.starts_at).date()
    if before == on:
        return False
    _require_held(network, meeting)
    told_on = local(meeting.reported_at or correction.at).date()
    if not told_on - timedelta(days=LATE_REPORT_DAYS) <= on <= local(correction.at).date():
        raise UserError(
            localized(
                f"{RIGHT_DAY[0]}: ange en dag som har varit, högst {LATE_REPORT_DAYS} dagar före {told_on}, då träffen "
                "rapporterades.",
                f"{RIGHT_DAY[1]}: give a day that has been, at most {LATE_REPORT_DAYS} days before {told_on}, when the "
                "meeting was reported.",
            )
        )
    moment = datetime.combine(on, local(meeting.starts_at).time(), STOCKHOLM)
    if meeting_on(session, network.id, moment):
        raise UserError(
            localized(
                f"{RIGHT_DAY[0]}: det finns redan en träff {on}. Är det samma träff, välj att {before} är dubbel.",
                f"{RIGHT_DAY[1]}: there is a meeting on {on} already. If it is the same, choose that {before} is told "
                "twice.",
            )
        )
    meeting.starts_at, meeting.sequence = moment, meeting.sequence + 1
    session.add(meeting)
    judge_duties(session, network, meeting, correction.cause("meeting"))
    log_correction(session, correction, ChangedField.meeting_day, str(before), str(on), network=network)
    _judge_kickoff(session, network, {before, on}, correction)
    return True


def drop_double(session: Session, network: Network, meeting: Meeting, kept: Meeting, correction: Correction) -> bool:
    """The meeting is the same as another, told twice: one stays, with what only the other said of who carried it.

    Raises UserError when they are one row, or the one that stays was not held.
    """
    _require_held(network, meeting)
    if meeting.id == kept.id or kept.status != MeetingStatus.held:
        raise UserError(
            localized(
                f"{RIGHT_DAY[0]}: där finns ingen annan träff som blev av. Ange dagen för den som ska stå kvar.",
                f"{RIGHT_DAY[1]}: no other meeting was held then. Give the day of the one that is to stay.",
            )
        )
    duties = select(MeetingDuty).where(col(MeetingDuty.meeting_id) == kept.id)
    known = {one.duty for one in session.exec(duties)}
    for one in session.exec(select(MeetingDuty).where(col(MeetingDuty.meeting_id) == meeting.id)).all():
        if one.duty not in known:
            one.meeting_id = kept.id
            session.add(one)
    for name in ("branches", "companies", "non_members"):
        if getattr(kept, name) is None:
            setattr(kept, name, getattr(meeting, name))
    if (kept.non_members or 0) > (kept.attended or 0):
        kept.non_members = None  # the two told different numbers: how many were no members is not known
    session.flush()
    judge_duties(session, network, kept, correction.cause("meeting"))
    days = [local(one.starts_at).date() for one in (meeting, kept)]
    _take_back(session, network, meeting, correction)
    log_correction(session, correction, ChangedField.meeting_doubled, *map(str, days), network=network)
    _judge_kickoff(session, network, set(days), correction)
    return True


def never_held(session: Session, network: Network, meeting: Meeting, correction: Correction) -> bool:
    """The meeting was told of, and never held: it counts as one that was called off. False when it does already."""
    if meeting.status == MeetingStatus.cancelled:
        return False
    _require_held(network, meeting)
    on = local(meeting.starts_at).date()
    _take_back(session, network, meeting, correction)
    log_correction(session, correction, ChangedField.meeting_never_held, str(on), "", network=network)
    _judge_kickoff(session, network, {on}, correction)
    return True


def _require_held(network: Network, meeting: Meeting) -> None:
    if network.state in TERMINAL:
        raise UserError(
            localized(
                f"Nätverk: #{network.number} är avslutat, och dess träffar ändras inte.",
                f"Network: #{network.number} has ended, and its meetings are not changed.",
            )
        )
    if meeting.status != MeetingStatus.held:
        on = local(meeting.starts_at).date()
        raise UserError(
            localized(
                f"{MEETING[0]}: träffen {on} har inte rapporterats som hållen. Boka om eller ställ in den i stället.",
                f"{MEETING[1]}: the meeting on {on} was not reported as held. Move or cancel it instead.",
            )
        )


def _take_back(session: Session, network: Network, meeting: Meeting, correction: Correction) -> None:
    for duty in session.exec(select(MeetingDuty).where(col(MeetingDuty.meeting_id) == meeting.id)).all():
        session.delete(duty)
    meeting.status, meeting.sequence = MeetingStatus.cancelled, meeting.sequence + 1
    meeting.attended = meeting.non_members = meeting.branches = meeting.companies = None
    judge_duties(session, network, meeting, correction.cause("meeting"))


# --- the kickoff ----------------------------------------------------------------------------------


def _judge_kickoff(session: Session, network: Network, days: set[date], correction: Correction) -> None:
    """The kickoff is the first held meeting that enough came to; `days` are those that the correction changed."""
    before = network.kickoff_on
    if before is None or network.origin == Origin.historic_office or network.state == NetworkState.planned:
        return
    first = session.exec(
        select(Meeting)
        .where(col(Meeting.network_id) == network.id, col(Meeting.status) == MeetingStatus.held)
        .where(col(Meeting.attended) >= KICKOFF_ATTENDING)
        .order_by(col(Meeting.starts_at))
    ).first()
    kickoff = local(first.starts_at).date() if first else None
    if kickoff == before or not (before in days or kickoff in days):
        return
    if kickoff:
        _move_kickoff(session, network, kickoff, correction)
    elif network.state == NetworkState.starting or _is_independent_from_its_start(network):
        _take_kickoff_back(session, network, correction)


def _is_independent_from_its_start(network: Network) -> bool:
    return network.state == NetworkState.independent and network.without_support


def _move_kickoff(session: Session, network: Network, kickoff: date, correction: Correction) -> None:
    before, network.kickoff_on = network.kickoff_on, kickoff
    if network.support_ends_on:
        agreed = add_months(kickoff, SUPPORT_MONTHS) + timedelta(days=network.extended_days)
        network.support_ends_on = min(agreed, add_months(kickoff, ABSOLUTE_MONTHS))
    if network.state in ACTIVE and latest(session, network.id) is None:
        network.check_in_due_on = first_due(kickoff)
    session.add(network)
    log_correction(session, correction, ChangedField.kickoff, str(before), str(kickoff), network=network)
    if was_told(session, col(OutgoingMail.network_id) == network.id, col(OutgoingMail.template).in_(TELL_THE_END)):
        end = support_end(network, pauses_of(session, network))
        _tell_contact(session, network, correction, about="kickoff", kickoff_on=kickoff, support_ends_on=end)


def _take_kickoff_back(session: Session, network: Network, correction: Correction) -> None:
    """It has not met: it is planned, nobody asks how it goes, and its time is counted from when it meets."""
    before = network.kickoff_on
    lifecycle.advance(session, network, NetworkState.planned, correction.cause("never met"))
    network.kickoff_on = network.support_ends_on = network.check_in_due_on = None
    network.extended_days, network.extension_reason, network.extension_approved_by = 0, None, None
    session.add(network)
    end_all(session, network, TALKS, TalkOutcome.settled, correction.cause("never met"))
    overtake(session, correction.at, col(OutgoingMail.network_id) == network.id, col(OutgoingMail.template).in_(ASKS))
    log_correction(session, correction, ChangedField.kickoff, str(before), "", network=network)
    _tell_contact(session, network, correction, about="not_started")


def _tell_contact(session: Session, network: Network, correction: Correction, **about: object) -> None:
    contact = contact_of(session, network.id)
    if contact:
        occasion = f"{network.id}:{about['about']}:{correction.at:%Y%m%dT%H%M%S}"
        letter = QueuedMail(Template.correction, contact.person_id, occasion, network.id, context=about)
        enqueue(session, [letter], correction.at)
