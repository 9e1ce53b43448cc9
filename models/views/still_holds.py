"""Whether a mail that waited still holds when it goes (domain.md section 9): what it speaks of may have changed."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from models.dates.local_time import local
from models.mail.kinds import OVERTAKEN
from models.networks.own_acts import contacts_asked
from models.networks.rest import heard_since
from models.people.roles import roles_of
from models.requests.unconfirmed import still_unconfirmed
from models.support.ladder import ON_THE_WAY, support_end
from models.support.pauses import pauses_of
from models.tables.check_in import CheckIn
from models.tables.mail import MailStatus, OutgoingMail, Template
from models.tables.meeting import Meeting, MeetingStatus
from models.tables.network import ACTIVE, TERMINAL, Network, NetworkState, Role, RoleKind
from models.tables.request import OPEN, NamedOrganiser, RequestState, SupportRequest

ANSWERED = "answered"
Told = Mapping[str, Any]
Check = Callable[[Session, OutgoingMail, Told, datetime], bool]


def overtaken_reason(session: Session, mail: OutgoingMail, at: datetime) -> str | None:
    """Why a mail has nothing left to say at that moment, as a code; None while it holds. Decisions always do."""
    if mail.template in QUESTIONS:
        return _question(session, mail, json.loads(mail.context))
    holds = HOLDS.get(Template(mail.template))
    return None if holds is None or holds(session, mail, json.loads(mail.context), at) else OVERTAKEN


QUESTIONS = (Template.check_in, Template.first_meeting, Template.check_in_reminder, Template.second_organiser)
CHASES = (Template.check_in_reminder, Template.second_organiser)


def _question(session: Session, mail: OutgoingMail, told: Told) -> str | None:
    """Any activity stops the chase (section 6); a network that rests or has ended is asked nothing."""
    check_in, network = session.get(CheckIn, UUID(told["check_in"])), _network(session, mail)
    if check_in is None or network is None or network.state not in (*ACTIVE, NetworkState.planned):
        return OVERTAKEN
    if check_in.answered_at:
        return ANSWERED
    return OVERTAKEN if mail.template in CHASES and heard_since(session, network, check_in.sent_on) else None


def _network(session: Session, mail: OutgoingMail) -> Network | None:
    return session.get(Network, mail.network_id) if mail.network_id else None


def _in_state(*states: NetworkState) -> Check:
    def holds(session: Session, mail: OutgoingMail, _told: Told, _at: datetime) -> bool:
        network = _network(session, mail)
        return network is not None and network.state in states

    return holds


def _asked_for(*states: RequestState) -> Check:
    def holds(session: Session, mail: OutgoingMail, _told: Told, _at: datetime) -> bool:
        request = session.get(SupportRequest, mail.request_id) if mail.request_id else None
        return request is not None and request.state in states

    return holds


def _with_them(session: Session, mail: OutgoingMail, _told: Told, _at: datetime) -> bool:
    """The request is open, and still with whom the mail is for."""
    request = session.get(SupportRequest, mail.request_id) if mail.request_id else None
    return request is not None and request.state in OPEN and request.assigned_to == mail.staff_id


def _offer(session: Session, mail: OutgoingMail, told: Told, at: datetime) -> bool:
    """Its last day has not passed, and the request still waits."""
    waits = _asked_for(RequestState.waiting)(session, mail, told, at)
    return waits and str(local(at).date()) <= str(told["offer_until"])


def _calendar(session: Session, mail: OutgoingMail, told: Told, at: datetime) -> bool:
    """An invitation to a meeting that is to come and was not moved since; a cancellation of one that stays off."""
    meeting = session.get(Meeting, UUID(told["meeting"]))
    if meeting is None or meeting.starts_at <= at:
        return False
    if told["change"] == "cancel":
        return meeting.status == MeetingStatus.cancelled and _was_invited(session, mail, meeting)
    sequence = int(mail.idempotency_key.split(":")[2])
    return meeting.status == MeetingStatus.planned and sequence == meeting.sequence


def _was_invited(session: Session, mail: OutgoingMail, meeting: Meeting) -> bool:
    """Whether an invitation may have reached who this cancellation is for: one that was overtaken never did."""
    of_meeting = col(OutgoingMail.idempotency_key).startswith(f"{Template.calendar_invitation}:{meeting.id}:")
    statuses = session.exec(
        select(OutgoingMail.status)
        .where(of_meeting, col(OutgoingMail.person_id) == mail.person_id)
        .where(col(OutgoingMail.id) != mail.id, col(OutgoingMail.network_id) == mail.network_id)
    ).all()
    return not statuses or any(status != MailStatus.skipped for status in statuses)


def _checklist(session: Session, mail: OutgoingMail, told: Told, at: datetime) -> bool:
    """The first meeting is still to come; one that was moved is told as it is now."""
    meeting = session.get(Meeting, UUID(mail.idempotency_key.split(":")[1]))
    return meeting is not None and meeting.status == MeetingStatus.planned and meeting.starts_at > at


def _typed_and_waiting(session: Session, _mail: OutgoingMail, told: Told, at: datetime) -> bool:
    return still_unconfirmed(session, UUID(told["unconfirmed"]), at)


def _yes_awaited(session: Session, _mail: OutgoingMail, told: Told, _at: datetime) -> bool:
    """Nobody has answered; the network lives, or the request that named them waits for hours."""
    role = session.get(Role, UUID(told["role"]))
    if role is None:
        named = session.get(NamedOrganiser, UUID(told["role"]))
        request = session.get(SupportRequest, named.request_id) if named and not (named.yes_at or named.no_at) else None
        return request is not None and request.state == RequestState.waiting
    network = session.get_one(Network, role.network_id)
    return role.confirmed_at is None and role.until is None and network.state not in TERMINAL


def _step(session: Session, mail: OutgoingMail, told: Told, _at: datetime) -> bool:
    network = _network(session, mail)
    return network is not None and network.state in ON_THE_WAY and network.step == told["step"]


def _end_of_support(session: Session, mail: OutgoingMail, told: Told, at: datetime) -> bool:
    """It is still ahead, on that day, for a network that is on its way."""
    network = _network(session, mail)
    if network is None or network.state not in ON_THE_WAY:
        return False
    end = support_end(network, pauses_of(session, network))
    return end is not None and str(end) == told["support_ends_on"] and end > local(at).date()


def _is_contact(session: Session, mail: OutgoingMail, _told: Told, _at: datetime) -> bool:
    network = _network(session, mail)
    roles = roles_of(session, network.id) if network and network.state not in TERMINAL else []
    return any(role.kind == RoleKind.contact and role.person_id == mail.person_id for role in roles)


def _asked_as_contact(session: Session, mail: OutgoingMail, _told: Told, _at: datetime) -> bool:
    network = _network(session, mail)
    asked = contacts_asked(session, network) if network and network.state not in TERMINAL else []
    return any(role.person_id == mail.person_id for role in asked)


def _correction(session: Session, mail: OutgoingMail, told: Told, _at: datetime) -> bool:
    """What it puts right was not put right once more, and nothing newer was decided."""
    network, request = (
        _network(session, mail),
        session.get(SupportRequest, mail.request_id) if mail.request_id else None,
    )
    match told["about"]:
        case "kickoff":
            return network is not None and str(network.kickoff_on) == told["kickoff_on"]
        case "not_started":
            return network is not None and network.state == NetworkState.planned
        case "reopened" | "annulled":
            return request is None or request.state == RequestState.talking
    return True


HOLDS: Mapping[Template, Check] = MappingProxyType({
    Template.talk_invitation: _asked_for(RequestState.received),
    Template.more_information: _asked_for(RequestState.incomplete),
    Template.waiting: _asked_for(RequestState.waiting),
    Template.queue_offer: _offer,
    Template.co_organiser: _yes_awaited,
    Template.kickoff_checklist: _checklist,
    Template.calendar_invitation: _calendar,
    Template.step: _step,
    Template.ending: _end_of_support,
    Template.independent: _in_state(NetworkState.independent, NetworkState.resting),
    Template.talk_offer: _in_state(*ACTIVE),
    Template.still_planned: _in_state(NetworkState.planned),
    Template.resting: _in_state(NetworkState.resting),
    Template.wake: _in_state(NetworkState.resting),
    Template.new_contact: _is_contact,
    Template.contact_question: _asked_as_contact,
    Template.starter_kit: _in_state(NetworkState.planned, NetworkState.resting, *ACTIVE),
    Template.correction: _correction,
    Template.staff_case: _with_them,
    Template.confirm_request: _typed_and_waiting,
})  # fmt: skip
"""What must be so when the mail goes. What is not named here is a decision, an answer, or for staff."""
