"""The weekly look at every network on the ladder: a step, a notice, a farewell (domain.md sections 4, 5 and 8)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from models import lifecycle
from models.absence import standstills
from models.capacity import end_grants
from models.check_in_round import latest_of
from models.health_check import assess
from models.intervention import InterventionKind, open_once
from models.ladder import MOST_FROZEN_DAYS, ON_THE_WAY, Spans, Standing, has_ended, next_state, next_up, support_end
from models.lifecycle import Cause
from models.mail import Letter, Template, queue
from models.meeting import Meeting, MeetingStatus
from models.network import Network, NetworkState, Role, contact_of, contacts_of
from models.quiet_days import local
from models.support import NOTICE_DAYS, OFFICE_DUTIES


def standings(session: Session, which: ColumnElement[bool], at: datetime) -> list[tuple[Network, Standing]]:
    """Every started network that the condition holds for, with its standing today."""
    networks = session.exec(select(Network).where(which).order_by(col(Network.number))).all()
    asked = latest_of(session, which)
    ahead = select(Meeting.network_id).where(col(Meeting.starts_at) > at, col(Meeting.status) == MeetingStatus.planned)
    booked, away = set(session.exec(ahead)), standstills(session)
    return [
        (
            network,
            Standing(
                health=health,
                next_is_booked=network.id in booked,
                last_check_in_answered=(last := asked.get(network.id)) is not None and last.answered_at is not None,
                standstills=_spans(away, network),
            ),
        )
        for network, health in assess(session, networks, local(at).date())
    ]


def _spans(away: Mapping[UUID, Spans], network: Network) -> Spans:
    return away.get(network.negotiator, ()) if network.negotiator else ()


def step_down(session: Session, cause: Cause) -> dict[str, int]:
    """Move every network whose time or strength has come one step, and tell its contact. Counts by new state.

    At the limit a network is independent either way, by all the steps that remain; one that rests keeps its step until
    it wakes, but not what it was granted.
    """
    today = local(cause.at).date()
    moved: list[tuple[Network, Standing]] = []
    for network, standing in standings(session, col(Network.state).in_(ON_THE_WAY), cause.at):
        target = next_state(network, standing, today)
        at_limit = has_ended(network, standing.standstills, today)
        if target:
            moved.append((network, standing))
        while target:
            lifecycle.advance(session, network, target, cause)
            target = next_up(network) if at_limit and target != NetworkState.independent else None
    _end_support_at_rest(session, cause.at)
    contacts = contacts_of(session, [network.id for network, _ in moved])
    letters = [_told(session, network, standing, contacts.get(network.id), cause.at) for network, standing in moved]
    queue(session, [letter for letter in letters if letter], cause.at)
    counts: dict[str, int] = {}
    for network, _ in moved:
        counts[network.state] = counts.get(network.state, 0) + 1
    return counts


def _end_support_at_rest(session: Session, at: datetime) -> None:
    today, away = local(at).date(), standstills(session)
    resting = select(Network).where(col(Network.state) == NetworkState.resting, col(Network.support_ends_on) <= today)
    for network in session.exec(resting).all():
        if has_ended(network, _spans(away, network), today):
            end_grants(session, network.id, at)


def see_off(session: Session, network: Network, at: datetime) -> None:
    """A network that has just become independent off the ladder ends its support like any other."""
    for _, standing in standings(session, col(Network.id) == network.id, at):
        letter = _told(session, network, standing, contact_of(session, network.id), at)
        queue(session, [letter] if letter else [], at)


def _told(session: Session, network: Network, standing: Standing, contact: Role | None, at: datetime) -> Letter | None:
    """What the contact is told of a step; the last one ends the office's support too."""
    told: dict[str, Any]
    if network.state == NetworkState.independent:
        _end_support(session, network, standing, at)
        held = select(func.count()).where(
            col(Meeting.network_id) == network.id, col(Meeting.status) == MeetingStatus.held
        )
        template, occasion = Template.independent, str(network.id)
        told = {"met_criteria": standing.meets_criteria, "meetings": session.exec(held).one()}
    else:
        template, occasion = Template.step, f"{network.id}:{network.step}"
        told = {
            "step": network.step,
            "office_duties": OFFICE_DUTIES[network.step],
            "support_ends_on": str(support_end(network, standing.standstills)),
        }
    return Letter(template, contact.person_id, occasion, network.id, context=told) if contact else None


def _end_support(session: Session, network: Network, standing: Standing, at: datetime) -> None:
    """Support ends with the last step: unused hours go back, and without the criteria a talk is opened (section 5)."""
    end_grants(session, network.id, at)
    if not standing.meets_criteria:
        open_once(session, network, InterventionKind.handover_talk, str(network.id), at)


def give_notice(session: Session, at: datetime) -> int:
    """Tell, 60 and 30 days ahead, that the office's support ends; each once. Returns how many were queued."""
    today = local(at).date()
    networks = session.exec(
        select(Network).where(
            col(Network.state).in_(ON_THE_WAY),
            col(Network.support_ends_on) > today - timedelta(days=MOST_FROZEN_DAYS),
            col(Network.support_ends_on) <= today + timedelta(days=max(NOTICE_DAYS)),
        )
    ).all()
    away = standstills(session)
    soon = [(network, days) for network in networks if (days := _notice(network, away, today))]
    contacts = contacts_of(session, [network.id for network, _ in soon])
    letters = [
        Letter(
            Template.ending,
            contact.person_id,
            f"{network.id}:{notice}:{end}",
            network.id,
            context={"support_ends_on": str(end), "days": (end - today).days},
        )
        for network, (notice, end) in soon
        if (contact := contacts.get(network.id))
    ]
    return queue(session, letters, at)


def _notice(network: Network, away: Mapping[UUID, Spans], today: date) -> tuple[int, date] | None:
    """Which notice (60 or 30) is due and the day it tells of; None while there is longer to go, or no end ahead."""
    end = support_end(network, _spans(away, network))
    if end is None or not 0 < (left := (end - today).days) <= max(NOTICE_DAYS):
        return None
    return min(days for days in NOTICE_DAYS if left <= days), end
