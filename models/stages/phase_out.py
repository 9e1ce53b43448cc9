"""The weekly look at every network on the ladder: a step, a notice, a farewell (domain.md sections 4, 5 and 8)."""

from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from models.dates.local_time import local
from models.dates.send_window import last_allowed_day
from models.mail.queue import QueuedMail, enqueue
from models.networks import lifecycle
from models.networks.standing import standings, step_letter
from models.people.roles import contacts_of
from models.support.ladder import (
    MOST_FROZEN_DAYS,
    NOTICE_DAYS,
    ON_THE_WAY,
    Spans,
    Standing,
    has_ended,
    next_state,
    next_up,
    support_end,
)
from models.support.ledger import end_grants
from models.support.pauses import pauses_by_network
from models.tables.mail import Template
from models.tables.network import Network, NetworkState
from models.tables.transition import Cause


def step_down(session: Session, cause: Cause) -> dict[str, int]:
    """Move every network whose time or strength has come one step, and tell its contact. Counts by new state.

    At the limit a network is independent either way, by all the steps that remain; one that rests keeps its step until
    it wakes, but not what it was granted.
    """
    today = local(cause.at).date()
    moved: list[tuple[Network, Standing]] = []
    for network, standing in standings(session, col(Network.state).in_(ON_THE_WAY), cause.at):
        target = next_state(network, standing, today)
        at_limit = has_ended(network, standing.ladder_pauses, today)
        if target:
            moved.append((network, standing))
        while target:
            lifecycle.advance(session, network, target, cause)
            target = next_up(network) if at_limit and target != NetworkState.independent else None
    _end_support_at_rest(session, cause.at)
    contacts = contacts_of(session, [network.id for network, _ in moved])
    letters = [
        step_letter(session, network, standing, contacts.get(network.id), cause.at) for network, standing in moved
    ]
    enqueue(session, [letter for letter in letters if letter], cause.at)
    counts: dict[str, int] = {}
    for network, _ in moved:
        counts[network.state] = counts.get(network.state, 0) + 1
    return counts


def _end_support_at_rest(session: Session, at: datetime) -> None:
    today = local(at).date()
    resting = select(Network).where(col(Network.state) == NetworkState.resting, col(Network.support_ends_on) <= today)
    networks = session.exec(resting).all()
    paused = pauses_by_network(session, networks)
    for network in networks:
        if has_ended(network, paused.get(network.id, ()), today):
            end_grants(session, network.id, at)


UNTIL_NEXT_SWEEP = timedelta(days=7)
LONGEST_QUIET = timedelta(weeks=9)  # the summer's break, with the days about it
PUT_OFF_AT_MOST = timedelta(days=MOST_FROZEN_DAYS) + LONGEST_QUIET


def give_notice(session: Session, at: datetime) -> int:
    """Tell, 60 and 30 days ahead, that the office's support ends; each once. Returns how many were queued."""
    today = local(at).date()
    networks = session.exec(
        select(Network).where(
            col(Network.state).in_(ON_THE_WAY),
            col(Network.support_ends_on) > today - PUT_OFF_AT_MOST,
            col(Network.support_ends_on) <= today + timedelta(days=max(NOTICE_DAYS)) + LONGEST_QUIET,
        )
    ).all()
    paused = pauses_by_network(session, networks)
    soon = [(one, days) for one in networks if (days := _notice(one, paused.get(one.id, ()), today))]
    contacts = contacts_of(session, [network.id for network, _ in soon])
    letters = [
        QueuedMail(
            Template.ending,
            contact.person_id,
            f"{network.id}:{notice}:{end}",
            network.id,
            context={"support_ends_on": str(end), "days": (end - today).days},
            on=goes_on,
        )
        for network, (notice, end, goes_on) in soon
        if (contact := contacts.get(network.id))
    ]
    return enqueue(session, letters, at)


def _notice(network: Network, paused: Spans, today: date) -> tuple[int, date, date] | None:
    """Which notice (60 or 30) goes before the sweep comes again, the day it tells of, and the day on which it goes: the
    last that mail may go by then. None while there is longer to go, or no end ahead.
    """
    end = support_end(network, paused)
    if end is None or end <= today:
        return None
    due = [
        (notice, end, goes_on)
        for notice in NOTICE_DAYS
        if (goes_on := last_allowed_day(end - timedelta(days=notice))) < today + UNTIL_NEXT_SWEEP
    ]
    return min(due, default=None)
